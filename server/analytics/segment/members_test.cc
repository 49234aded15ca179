#include "server/analytics/segment/members.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics::segment {
namespace {

using ::testing::ElementsAre;

ModelWorkspace Three() {
  ModelWorkspace model;
  model.Order("ada", "2024-01-01", 100);
  model.Order("bob", "2024-02-01", 10);
  model.customers.emplace_back().id = "cem";
  SegmentDefinition rich;
  rich.id = "rich";
  rich.filter = "revenue > 50";
  model.settings.segments = {rich};
  return model;
}

std::vector<std::string> ClassNames(const image::Revision& revision, const std::string& segment,
                                    absl::string_view day) {
  const SegmentInfo info = *FindSegment(*revision.settings, segment);
  const fields::Features features =
      *fields::Features::Compute(revision, *ParseDay(day), {info.field}, {});
  const SegmentClasses classes = ClassesOf(info, features);
  std::vector<std::string> names;
  for (const uint32_t code : classes.codes) names.push_back(classes.names[code]);
  return names;
}

TEST(SegmentClasses, EverybodyWhoExistsIsInOne) {
  const image::RevisionPtr revision = Three().Build();
  EXPECT_THAT(ClassNames(*revision, "tier", "2024-03-01"),
              ElementsAre("growth", "standard", "prospect"));
  EXPECT_THAT(ClassNames(*revision, "rich", "2024-03-01"), ElementsAre("in", "out", "out"));
  EXPECT_THAT(ClassNames(*revision, "abc", "2024-03-01"), ElementsAre("A", "B", "none"));
  EXPECT_EQ(ClassNames(*revision, "rfm", "2024-03-01")[2], kNotScored);
  // bob had not come yet.
  EXPECT_THAT(ClassNames(*revision, "rich", "2024-01-15"), ElementsAre("in", "", "out"));
}

TEST(FindCustomers, InTheOrderGiven) {
  const image::RevisionPtr revision = Three().Build();
  EXPECT_THAT(FindCustomers(*revision, {"cem", "dan", "ada", "cem", ""}),
              ElementsAre(2, image::kNoSlot, 0, 2, image::kNoSlot));
}

}  // namespace
}  // namespace strata::analytics::segment
