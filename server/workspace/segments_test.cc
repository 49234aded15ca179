#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/error.h"
#include "server/workspace/testing/workspace_fixture.h"

// Segments as part of the settings: what is stored, stamped and refused.

namespace strata::testing {
namespace {

using ::testing::ElementsAre;

class SegmentsTest : public WorkspaceTest {
 protected:
  absl::Status Change(const std::function<void(std::vector<SegmentDefinition>&)>& change) {
    return registry()
        .Update("w",
                [&](WorkspaceSettings& settings) {
                  change(settings.segments);
                  return absl::OkStatus();
                })
        .status();
  }
  const std::vector<SegmentDefinition>& segments() { return revision()->settings->segments; }
};

SegmentDefinition Group(std::string id, std::string filter) {
  SegmentDefinition segment;
  segment.id = std::move(id);
  segment.filter = std::move(filter);
  return segment;
}

SegmentDefinition Worth() {
  SegmentDefinition segment;
  segment.id = "value";
  segment.display_name = "Wert";
  segment.description = "by \"revenue\"";
  segment.owner = "ada";
  segment.classes = {{"gold", "revenue > 100"}, {"bronze", "revenue > 0"}};
  segment.rest = "none";
  return segment;
}

TEST_F(SegmentsTest, AreStoredReadablyAndComeBack) {
  const int64_t before = revision()->number;
  ASSERT_TRUE(Change([](auto& segments) {
                segments = {Group("big", "orders > 1"), Worth()};
              }).ok());
  EXPECT_EQ(revision()->number, before + 1);
  ASSERT_EQ(segments().size(), 2u);
  EXPECT_EQ(segments()[1].revision, before + 1);
  EXPECT_EQ(segments()[1].created_time, kNow);
  EXPECT_EQ(segments()[1].updated_time, kNow);
  EXPECT_THAT(Rows("SELECT segment_id, filter, rest, owner FROM segments ORDER BY 1"),
              ElementsAre("big|orders > 1|-|", "value|-|none|ada"));
  EXPECT_THAT(Rows("SELECT position, class, filter FROM segment_classes ORDER BY 1"),
              ElementsAre("1|gold|revenue > 100", "2|bronze|revenue > 0"));
  const std::vector<SegmentDefinition> written = segments();
  Reopen();
  EXPECT_EQ(segments(), written);
  EXPECT_EQ(revision()->number, before + 1);
}

TEST_F(SegmentsTest, OnlyWhatChangesIsStamped) {
  ASSERT_TRUE(Change([](auto& segments) {
                segments = {Group("big", "orders > 1"), Worth()};
              }).ok());
  const int64_t first = revision()->number;
  clock_.Set(kNow + 1'000);
  // The same again is no change.
  ASSERT_TRUE(Change([](auto& segments) { segments[0].revision = 99; }).ok());
  EXPECT_EQ(revision()->number, first);
  ASSERT_TRUE(Change([](auto& segments) { segments[1].classes[0].filter = "revenue > 50"; }).ok());
  EXPECT_EQ(revision()->number, first + 1);
  EXPECT_EQ(segments()[0].revision, first);
  EXPECT_EQ(segments()[0].updated_time, kNow);
  EXPECT_EQ(segments()[1].revision, first + 1);
  EXPECT_EQ(segments()[1].created_time, kNow);
  EXPECT_EQ(segments()[1].updated_time, kNow + 1'000);
  ASSERT_TRUE(Change([](auto& segments) { segments.erase(segments.begin() + 1); }).ok());
  EXPECT_THAT(Rows("SELECT count(*) FROM segment_classes"), ElementsAre("0"));
}

TEST_F(SegmentsTest, WhatDoesNotHoldIsRefused) {
  const int64_t before = revision()->number;
  const auto refused = [&](SegmentDefinition segment) {
    const absl::Status status = Change([&](auto& segments) { segments = {segment}; });
    const ErrorFacts facts = FactsOf(status);
    return facts.fields.empty() ? std::string(status.message()) : facts.fields[0].first;
  };
  EXPECT_EQ(refused(Group("tier", "orders > 1")), "segment.segment");
  EXPECT_EQ(refused(Group("Tier", "orders > 1")), "segment.segment");
  EXPECT_EQ(refused(Group("a", "")), "segment.filter");
  SegmentDefinition segment = Group("a", "orders > 1");
  segment.owner = "a\nb";
  EXPECT_EQ(refused(segment), "segment.owner");
  segment = Group("a", "orders > 1");
  segment.display_name = std::string(513, 'x');
  EXPECT_EQ(refused(segment), "segment.display_name");
  EXPECT_EQ(revision()->number, before);

  const auto fill = [](size_t count) {
    return [count](std::vector<SegmentDefinition>& segments) {
      segments.clear();
      for (size_t i = 0; i < count; ++i) {
        segments.push_back(Group(absl::StrCat("s", 1'000 + i), "orders > 1"));
      }
    };
  };
  const absl::Status many = Change(fill(201));
  EXPECT_EQ(many.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FactsOf(many).reason, "TOO_MANY_SEGMENTS");
  EXPECT_TRUE(Change(fill(200)).ok());
}

}  // namespace
}  // namespace strata::testing
