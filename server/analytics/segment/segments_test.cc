#include "server/analytics/segment/segments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/filter/filter.h"
#include "server/analytics/segment/segment_fields.h"
#include "server/analytics/segment/segment_references.h"
#include "server/analytics/segment/testing/model_segments.h"
#include "server/analytics/testing/model_workspace.h"
#include "server/base/error.h"

namespace strata::analytics::segment {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Day LastDay(const ModelWorkspace& model) {
  Day last = 0;
  for (const ModelWorkspace::OrderRow& order : model.orders) last = std::max(last, order.day);
  return last;
}

TEST(Segments, AreEvaluatedFirstMatchAndOnEachOther) {
  size_t many = 0, one = 0, none = 0;
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    ModelWorkspace model = RandomWorkspace(seed);
    model.settings.segments = ModelSegments();
    const image::RevisionPtr revision = model.Build();
    for (const Day as_of : {LastDay(model), LastDay(model) - 300}) {
      // Only the last of the chain is asked for.
      const absl::StatusOr<fields::Features> alone =
          fields::Features::Compute(*revision, as_of, {"segment:a-good"}, {});
      ASSERT_TRUE(alone.ok()) << alone.status();
      const absl::StatusOr<fields::Features> all = fields::Features::Compute(
          *revision, as_of, {"segment:z-us", "segment:b-value", "segment:a-good"}, {});
      ASSERT_TRUE(all.ok()) << all.status();
      const std::vector<ExpectedSegments> expected = SegmentsOf(model, as_of);
      for (image::Slot slot = 0; slot < expected.size(); ++slot) {
        EXPECT_EQ(all->Column("segment:z-us").At(slot), fields::Value(expected[slot].us)) << slot;
        EXPECT_EQ(all->Column("segment:b-value").At(slot), fields::Value(expected[slot].value))
            << slot;
        EXPECT_EQ(all->Column("segment:a-good").At(slot), fields::Value(expected[slot].good))
            << slot;
        EXPECT_EQ(alone->Column("segment:a-good").At(slot), fields::Value(expected[slot].good))
            << slot;
        many += expected[slot].value == "many";
        one += expected[slot].value == "one";
        none += expected[slot].value == "none";
      }
    }
  }
  // All of it occurred.
  EXPECT_GT(std::min({many, one, none}), 50u);
}

TEST(Segments, BuiltInsAreTheSameAsTheirFields) {
  const ModelWorkspace model = RandomWorkspace(3);
  const image::RevisionPtr revision = model.Build();
  const absl::StatusOr<fields::Features> features =
      fields::Features::Compute(*revision, LastDay(model),
                                {"segment:tier", "tier", "segment:loyalty", "loyalty",
                                 "segment:rfm", "rfm_segment", "segment:abc", "abc"},
                                {});
  ASSERT_TRUE(features.ok()) << features.status();
  for (const auto& [segment, field] : std::map<std::string, std::string>{
           {"tier", "tier"}, {"loyalty", "loyalty"}, {"rfm", "rfm_segment"}, {"abc", "abc"}}) {
    const fields::FeatureColumn& column = features->Column(absl::StrCat("segment:", segment));
    EXPECT_EQ(column.codes, features->Column(field).codes) << segment;
    EXPECT_EQ(column.texts, features->Column(field).texts) << segment;
    EXPECT_EQ(column.field->id, absl::StrCat("segment:", segment));
  }
}

TEST(Segments, TheCatalogueHasThem) {
  ModelWorkspace model;
  model.Order("ada", "2024-01-01", 10);
  model.settings.segments = ModelSegments();
  const image::RevisionPtr revision = model.Build();
  const fields::FieldCatalogue catalogue(*revision);
  const absl::StatusOr<const fields::Field*> value = catalogue.Find("segment:b-value");
  ASSERT_TRUE(value.ok());
  EXPECT_EQ((*value)->type, fields::ValueType::kText);
  EXPECT_EQ((*value)->grain, fields::Grain::kCustomer);
  EXPECT_TRUE((*value)->groupable);
  EXPECT_TRUE((*value)->current_value);  // through z-us it looks at the country
  EXPECT_EQ((*catalogue.Find("segment:z-us"))->type, fields::ValueType::kBoolean);
  EXPECT_EQ((*catalogue.Find("segment:rfm"))->type, fields::ValueType::kText);
  EXPECT_THAT(catalogue.Nearest("z-us"), ::testing::Contains("segment:z-us"));
}

TEST(Segments, AreListedWithClassesAndRuleFields) {
  WorkspaceSettings settings;
  settings.segments = ModelSegments();
  std::vector<std::string> ids;
  for (const SegmentInfo& info : ListSegments(settings)) ids.push_back(info.id);
  EXPECT_THAT(ids, ElementsAre("tier", "loyalty", "rfm", "abc", "a-good", "b-value", "z-us"));
  const std::optional<SegmentInfo> value = FindSegment(settings, "b-value");
  ASSERT_TRUE(value.has_value());
  EXPECT_THAT(value->classes, ElementsAre("many", "one", "none"));
  EXPECT_THAT(FindSegment(settings, "a-good")->rule_fields, ElementsAre("country", "orders"));
  EXPECT_THAT(FindSegment(settings, "a-good")->classes, IsEmpty());
  EXPECT_EQ(FindSegment(settings, "rfm")->field, "rfm_segment");
  EXPECT_FALSE(FindSegment(settings, "b").has_value());
}

TEST(Segments, FiltersMustParseAndNameCustomers) {
  ModelWorkspace model;
  model.Order("ada", "2024-01-01", 10);
  const fields::FieldCatalogue catalogue(*model.Build());
  EXPECT_TRUE(CheckSegmentFilters(GroupOf("a", "orders > 1"), catalogue).ok());
  const absl::Status unknown = CheckSegmentFilters(
      PartitionOf("a", {{"x", "orders > 1"}, {"y", "ordres > 1"}}, "z"), catalogue);
  EXPECT_EQ(unknown.code(), absl::StatusCode::kInvalidArgument);
  ASSERT_FALSE(FactsOf(unknown).fields.empty());
  EXPECT_EQ(FactsOf(unknown).fields[0].first, "segment.classes[1].filter");
  EXPECT_TRUE(unknown.GetPayload(filter::kFilterErrorPayload).has_value());
  const absl::Status facts = CheckSegmentFilters(GroupOf("a", "status = \"shipped\""), catalogue);
  EXPECT_EQ(FactsOf(facts).reason, "INCOMPATIBLE_FIELD");
  EXPECT_THAT(std::string(facts.message()), HasSubstr("status"));
}

TEST(Segments, OneThatDoesNotHoldAnyMoreIsNamed) {
  ModelWorkspace model;
  model.Order("ada", "2024-01-01", 10);
  model.settings.segments = {GroupOf("gold", "attribute:plan = \"gold\""),
                             GroupOf("good", "segment:gold"), GroupOf("ok", "orders > 0")};
  const image::RevisionPtr revision = model.Build();
  const absl::Status broken =
      fields::Features::Compute(*revision, 20'000, {"segment:good"}, {}).status();
  EXPECT_EQ(broken.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FactsOf(broken).reason, "SEGMENT_BROKEN");
  EXPECT_THAT(std::string(broken.message()), HasSubstr("\"gold\""));
  EXPECT_TRUE(fields::Features::Compute(*revision, 20'000, {"segment:ok"}, {}).ok());
}

TEST(SegmentReferences, FindsWhoNamesWhom) {
  const std::vector<SegmentDefinition> segments = {
      GroupOf("a", "segment:b = \"x\" AND segment:c"),
      PartitionOf("b", {{"x", "-segment:c"}, {"y", "segment:c = true"}}, "z"),
      // A value is no reference, and neither is a built-in one.
      GroupOf("c",
              "country = segment AND segment:tier = \"strategic\" OR display_name = 'segment:a'"),
  };
  const SegmentReferences references(segments);
  EXPECT_THAT(references.Direct("a"), ElementsAre("b", "c"));
  EXPECT_THAT(references.Direct("c"), IsEmpty());
  EXPECT_THAT(references.Referrers("c"), ElementsAre("a", "b"));
  EXPECT_THAT(references.RuleFields("a"), ElementsAre("country", "tier", "display_name"));
  EXPECT_THAT(references.CycleFrom("a"), IsEmpty());
  std::vector<std::string> order;
  for (const SegmentDefinition* segment : references.InOrder({"a", "none"})) {
    order.push_back(segment->id);
  }
  EXPECT_THAT(order, ElementsAre("c", "b", "a"));
}

TEST(SegmentReferences, NamesACycle) {
  const std::vector<SegmentDefinition> segments = {
      GroupOf("a", "segment:b"), GroupOf("b", "orders > 1 AND segment:c"),
      GroupOf("c", "NOT segment:b"), GroupOf("d", "segment:d"), GroupOf("e", "orders > 1")};
  const SegmentReferences references(segments);
  EXPECT_THAT(references.CycleFrom("a"), ElementsAre("b", "c", "b"));
  EXPECT_THAT(references.CycleFrom("d"), ElementsAre("d", "d"));
  EXPECT_THAT(references.CycleFrom("e"), IsEmpty());

  ModelWorkspace model;
  model.Order("ada", "2024-01-01", 10);
  model.settings.segments = segments;
  const absl::Status refused =
      fields::Features::Compute(*model.Build(), 20'000, {"segment:a"}, {}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()),
              AnyOf(HasSubstr("b -> c -> b"), HasSubstr("c -> b -> c")));
}

}  // namespace
}  // namespace strata::analytics::segment
