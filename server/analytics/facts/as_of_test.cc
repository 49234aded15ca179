#include "server/analytics/facts/as_of.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics::facts {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Day D(absl::string_view day) { return *ParseDay(day); }

ModelWorkspace CommittedOn(absl::string_view day) {
  ModelWorkspace model;
  model.commit_time = NoonOf(D(day));
  return model;
}

void Contract(ModelWorkspace& model, const std::string& customer, absl::string_view start) {
  model.contracts.push_back({model.Customer(customer), D(start), kNoDay, 100 * kMicrosAUnit});
}
void Ticket(ModelWorkspace& model, const std::string& customer, absl::string_view day) {
  model.tickets.push_back({model.Customer(customer), NoonOf(D(day))});
}

std::string Today(const ModelWorkspace& model) {
  const DefaultDay today = DefaultDayOf(*model.Build());
  const char* const names[] = {"requested", "records", "commit", "empty"};
  return absl::StrCat(FormatDay(today.day), " ", names[static_cast<int>(today.basis)]);
}

std::vector<std::string> Notes(const ModelWorkspace& model, absl::string_view as_of = "") {
  const image::RevisionPtr revision = model.Build();
  return DayNotes(*revision, as_of.empty() ? DefaultDayOf(*revision).day : D(as_of),
                  FeedSet::All());
}

TEST(AsOfTest, TheLatestRecordThatHadComeByTheCommit) {
  ModelWorkspace model = CommittedOn("2024-06-15");
  model.Order("a", "2024-03-01", 5);
  EXPECT_EQ(Today(model), "2024-03-01 records");
  Contract(model, "a", "2024-04-01");
  EXPECT_EQ(Today(model), "2024-04-01 records");
  Contract(model, "a", "2025-01-01");  // signed, not begun
  EXPECT_EQ(Today(model), "2024-04-01 records");
  model.customers[model.Customer("b")].created = D("2024-05-20");
  EXPECT_EQ(Today(model), "2024-05-20 records");
  Ticket(model, "b", "2024-06-15");
  model.Order("b", "2024-06-16", 5);  // of tomorrow, which a record may be
  EXPECT_EQ(Today(model), "2024-06-15 records");
}

TEST(AsOfTest, WithoutOrdersTicketsAndSurveysTheDayOfTheCommit) {
  ModelWorkspace model = CommittedOn("2026-11-27");
  EXPECT_EQ(Today(model), "2026-11-27 empty");
  model.Customer("a");
  EXPECT_EQ(Today(model), "2026-11-27 commit");
  Contract(model, "a", "2024-01-01");
  EXPECT_EQ(Today(model), "2026-11-27 commit");
  EXPECT_EQ(FormatDay(FirstDayOf(*model.Build())), "2024-01-01");
  model.Order("a", "2025-02-03", 1);
  EXPECT_EQ(Today(model), "2025-02-03 records");
  EXPECT_EQ(FormatDay(FirstDayOf(*model.Build())), "2025-02-03");
}

TEST(AsOfTest, TheCommitsDayIsTheLocalOne) {
  ModelWorkspace model;
  model.Customer("a");
  model.commit_time = NoonOf(D("2024-06-15")) + 11 * 3'600'000;  // 23:00 in UTC
  EXPECT_EQ(Today(model), "2024-06-15 commit");
  model.settings.time_zone = "Pacific/Kiritimati";
  EXPECT_EQ(Today(model), "2024-06-16 commit");
}

TEST(AsOfTest, OrdersThatAllLieAheadLeaveTheCommitsDay) {
  ModelWorkspace model = CommittedOn("2024-06-15");
  model.Order("a", "2024-06-16", 5);
  EXPECT_EQ(Today(model), "2024-06-15 commit");
}

TEST(AsOfTest, AKindOfRecordThatLagsIsTold) {
  ModelWorkspace model = CommittedOn("2024-12-31");
  for (const char* day : {"2024-01-10", "2024-02-10", "2024-03-02"}) Ticket(model, "a", day);
  for (int month = 1; month <= 12; ++month) {
    model.Order("a", absl::StrCat("2024-", month < 10 ? "0" : "", month, "-02"), 5);
  }
  EXPECT_THAT(Notes(model), ElementsAre("tickets end 2024-03-02, 275 days before as_of"));
  EXPECT_THAT(Notes(model, "2024-04-01"), IsEmpty());  // 30 days: rare, not ended
  EXPECT_EQ(FormatDay(DataThrough(*model.Build(), D("2025-06-30"))), "2024-12-02");
  EXPECT_EQ(FormatDay(DataThrough(*model.Build(), D("2024-06-30"))), "2024-06-30");
  EXPECT_EQ(DataThrough(*model.Build(), D("2023-06-30")), kNoDay);
}

TEST(AsOfTest, StrayRecordsAreTold) {
  ModelWorkspace model = CommittedOn("2024-12-31");
  model.Order("a", "1970-01-01", 5);
  for (Day day = D("2019-03-04"); day < D("2019-03-30"); ++day) {
    model.Order("a", FormatDay(day), 5);
  }
  EXPECT_THAT(Notes(model), ElementsAre("the first order is of 1970-01-01, 49 years before the next"
                                        " (2019-03-04)"));
  model.Order("a", "2019-10-01", 5);
  EXPECT_THAT(Notes(model),
              ElementsAre("the first order is of 1970-01-01, 49 years before the next (2019-03-04)",
                          "the last order is of 2019-10-01, 186 days after the one before "
                          "(2019-03-29)"));
}

TEST(AsOfTest, SeveralStraysTogether) {
  ModelWorkspace model = CommittedOn("2024-12-31");
  for (const char* day : {"1900-01-01", "1970-01-01", "1970-01-02"}) model.Order("a", day, 5);
  for (Day day = D("2023-01-01"); day < D("2023-04-01"); ++day) {
    model.Order("a", FormatDay(day), 5);
  }
  EXPECT_THAT(Notes(model), ElementsAre("3 orders are of 1900-01-01 to 1970-01-02, 52 years before "
                                        "all others (2023-01-01)"));
}

TEST(AsOfTest, RareRecordsAreNoStrays) {
  ModelWorkspace model = CommittedOn("2024-12-31");
  for (const char* day : {"2012-05-01", "2015-05-01", "2018-05-01", "2021-05-01", "2024-05-01"}) {
    model.Order("a", day, 5);
  }
  EXPECT_THAT(Notes(model), IsEmpty());
}

TEST(AsOfTest, EveryBlockAndTailIsLookedAt) {
  ModelWorkspace model = CommittedOn("2024-12-31");
  for (int i = 0; i < 60; ++i) {
    model.Order(absl::StrCat("c", i), FormatDay(D("2024-05-01") + i % 30), 5);
  }
  model.Order("c30", "1999-05-01", 5);
  model.Order("c59", "2024-06-20", 5);  // the last two by a commit of their own
  const image::RevisionPtr revision = model.Build(
      {.target_lines = 9, .max_customers = 4, .tail_share = 2, .min_tail_orders = 4}, 2);
  ASSERT_GT(revision->blocks.size(), 5u);
  const image::FeedDays& orders = revision->record_days()[image::Feed::kOrders];
  EXPECT_EQ(orders.records, 62);
  EXPECT_EQ(FormatDay(orders.first), "1999-05-01");
  EXPECT_EQ(FormatDay(orders.early_next), "2024-05-01");
  EXPECT_EQ(FormatDay(orders.last), "2024-06-20");
}

}  // namespace
}  // namespace strata::analytics::facts
