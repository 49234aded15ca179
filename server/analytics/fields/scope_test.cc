#include "server/analytics/fields/scope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics::fields {
namespace {

using ::testing::StartsWith;

image::RevisionPtr TwoOrders() {
  ModelWorkspace model;
  model.Order("a", "2023-02-10", 5);
  model.Order("b", "2024-07-01", 5);
  return model.Build();
}

absl::StatusOr<Scope> Resolve(image::RevisionPtr revision, absl::string_view as_of,
                              absl::string_view from, absl::string_view to) {
  return ResolveScope(std::move(revision), as_of, from, to, "orders > 1", ClassesAt::kPeriodStart,
                      StopToken());
}

TEST(Scope, DefaultsToAllHistory) {
  const Scope scope = *Resolve(TwoOrders(), "", "", "");
  EXPECT_EQ(FormatDay(scope.as_of), "2024-07-01");
  EXPECT_EQ(FormatDay(scope.range.from), "2023-02-10");
  EXPECT_EQ(FormatDay(scope.range.to), "2024-07-01");
  EXPECT_FALSE(scope.range_given);
  EXPECT_EQ(scope.filter, "orders > 1");
  EXPECT_EQ(scope.classes_at, ClassesAt::kPeriodStart);
}

TEST(Scope, AnEmptyWorkspaceStandsOnTheDayOfItsCommitAndSaysSo) {
  ModelWorkspace model;
  model.commit_time = NoonOf(*ParseDay("2024-03-05"));
  const Scope scope = *Resolve(model.Build(), "", "", "");
  EXPECT_EQ(FormatDay(scope.as_of), "2024-03-05");
  EXPECT_EQ(scope.as_of_basis, facts::AsOfBasis::kEmpty);
  EXPECT_EQ(scope.range, (DayRange{scope.as_of, scope.as_of}));
  EXPECT_EQ(Resolve(model.Build(), "2024-01-01", "", "")->as_of_basis,
            facts::AsOfBasis::kRequested);
}

TEST(Scope, AStrayRecordOfLongAgoHasNoDefaultRangeRefused) {
  ModelWorkspace model;
  model.Order("a", "1203-02-10", 5);
  model.Order("b", "2024-07-01", 5);
  const Scope scope = *Resolve(model.Build(), "", "", "");
  EXPECT_EQ(FormatDay(scope.range.from), "1624-07-02");  // 400 years
}

TEST(Scope, TakesWhatIsGiven) {
  const Scope scope = *Resolve(TwoOrders(), "2024-01-31", "2024-01-01", "2024-03-31");
  EXPECT_EQ(FormatDay(scope.as_of), "2024-01-31");
  EXPECT_EQ(FormatDay(scope.range.to), "2024-03-31");
  EXPECT_EQ(scope.range.Days(), 91);
  EXPECT_TRUE(scope.range_given);
}

TEST(Scope, TheRangeEndsWithAsOfEvenBeforeTheFirstEvent) {
  const Scope scope = *Resolve(TwoOrders(), "2020-05-05", "", "");
  EXPECT_EQ(FormatDay(scope.range.from), "2020-05-05");
  EXPECT_EQ(FormatDay(scope.range.to), "2020-05-05");
}

TEST(Scope, NamesTheFieldThatIsWrong) {
  struct Case {
    const char *as_of, *from, *to, *field;
  };
  for (const Case& c :
       {Case{"2024-02-30", "", "", "scope.as_of: "}, Case{"yesterday", "", "", "scope.as_of: "},
        Case{"", "24-01-01", "", "scope.range.from: "},
        Case{"", "", "2024-1-1", "scope.range.to: "},
        Case{"", "2024-01-02", "2024-01-01", "scope.range.to: "},
        Case{"", "2024-07-02", "", "scope.range.from: "},
        Case{"", "0001-01-01", "", "scope.range.to: "}}) {
    const absl::StatusOr<Scope> scope = Resolve(TwoOrders(), c.as_of, c.from, c.to);
    EXPECT_EQ(scope.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(scope.status().message()), StartsWith(c.field));
  }
}

}  // namespace
}  // namespace strata::analytics::fields
