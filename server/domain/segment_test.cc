#include "server/domain/segment.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/error.h"

namespace strata {
namespace {

SegmentDefinition Partition(std::vector<SegmentClass> classes, std::string rest = "rest") {
  SegmentDefinition segment;
  segment.id = "value";
  segment.classes = std::move(classes);
  segment.rest = std::move(rest);
  return segment;
}

// The field that is refused, or "".
std::string FaultOf(const SegmentDefinition& segment) {
  const absl::Status status = ValidateSegment(segment);
  if (status.ok()) return "";
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const ErrorFacts facts = FactsOf(status);
  return facts.fields.empty() ? "?" : facts.fields[0].first;
}

TEST(Segment, NamesAreLowerCaseWords) {
  EXPECT_TRUE(IsSegmentName("a"));
  EXPECT_TRUE(IsSegmentName("at-risk-2"));
  EXPECT_TRUE(IsSegmentName("a" + std::string(62, '0')));
  EXPECT_FALSE(IsSegmentName("a" + std::string(63, '0')));
  for (const char* name : {"", "A", "1a", "-a", "a b", "a_b", "a/b", "ü"}) {
    EXPECT_FALSE(IsSegmentName(name)) << name;
  }
}

TEST(Segment, HasAFilterOrClassesAndARest) {
  SegmentDefinition segment;
  segment.id = "big";
  EXPECT_EQ(FaultOf(segment), "segment.filter");
  segment.filter = " \t";
  EXPECT_EQ(FaultOf(segment), "segment.filter");
  segment.filter = "revenue > 1";
  EXPECT_EQ(FaultOf(segment), "");
  segment.rest = "rest";
  EXPECT_EQ(FaultOf(segment), "segment.rest");
  segment.classes = {{"a", "revenue > 1"}};
  EXPECT_EQ(FaultOf(segment), "segment.filter");
  segment.filter.clear();
  EXPECT_EQ(FaultOf(segment), "");
  segment.id = "Big";
  EXPECT_EQ(FaultOf(segment), "segment.segment");
}

TEST(Segment, ClassesHaveFiltersAndDifferentNames) {
  EXPECT_EQ(FaultOf(Partition({{"a", "orders > 1"}, {"b", "orders > 0"}})), "");
  EXPECT_EQ(FaultOf(Partition({{"a", "orders > 1"}, {"a", "orders > 0"}})),
            "segment.classes[1].name");
  EXPECT_EQ(FaultOf(Partition({{"A", "orders > 1"}})), "segment.classes[0].name");
  EXPECT_EQ(FaultOf(Partition({{"a", ""}})), "segment.classes[0].filter");
  EXPECT_EQ(FaultOf(Partition({{"a", "orders > 1"}}, "")), "segment.rest");
  EXPECT_EQ(FaultOf(Partition({{"a", "orders > 1"}}, "a")), "segment.rest");
  std::vector<SegmentClass> many;
  for (int i = 0; i < 51; ++i) many.push_back({"c" + std::to_string(i), "orders > 1"});
  EXPECT_EQ(FaultOf(Partition(many)), "segment.classes");
  many.pop_back();
  EXPECT_EQ(FaultOf(Partition(many)), "");
}

}  // namespace
}  // namespace strata
