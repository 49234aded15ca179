#include "server/analytics/segment/segments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/analytics/fields/model_workspace.h"
#include "server/analytics/kpi/query.h"
#include "server/analytics/segment/segment_references.h"
#include "server/base/error.h"

namespace strata::analytics {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

SegmentDefinition Group(std::string id, std::string filter) {
  SegmentDefinition segment;
  segment.id = std::move(id);
  segment.filter = std::move(filter);
  return segment;
}

SegmentDefinition Partition(std::string id, std::vector<SegmentClass> classes, std::string rest) {
  SegmentDefinition segment;
  segment.id = std::move(id);
  segment.classes = std::move(classes);
  segment.rest = std::move(rest);
  return segment;
}

// Ascending by id; "b-value" stands on "z-us", so order of definition is no order of evaluation.
std::vector<SegmentDefinition> Definitions() {
  return {
      Group("a-good", "segment:b-value = \"many\" OR segment:b-value = \"one\""),
      Partition("b-value", {{"many", "orders >= 3 AND segment:z-us"}, {"one", "orders >= 1"}},
                "none"),
      Group("z-us", "country = \"US\""),
  };
}

Day LastDay(const ModelWorkspace& model) {
  Day last = 0;
  for (const ModelWorkspace::OrderRow& order : model.orders) last = std::max(last, order.day);
  return last;
}

// What the definitions above say of each customer, by walking the rows.
struct Expected {
  bool us = false, good = false;
  std::string value;
};
std::vector<Expected> Oracle(const ModelWorkspace& model, Day as_of) {
  std::vector<int> orders(model.customers.size(), 0);
  for (const ModelWorkspace::OrderRow& order : model.orders) {
    if (order.day <= as_of && order.IsPurchase()) ++orders[order.customer];
  }
  std::vector<Expected> expected(model.customers.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    expected[i].us = model.customers[i].country == "US";
    expected[i].value = orders[i] >= 3 && expected[i].us ? "many" : orders[i] >= 1 ? "one" : "none";
    expected[i].good = orders[i] >= 1;
  }
  return expected;
}

TEST(Segments, AreEvaluatedFirstMatchAndOnEachOther) {
  size_t many = 0, one = 0, none = 0;
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    ModelWorkspace model = RandomWorkspace(seed);
    model.settings.segments = Definitions();
    const image::RevisionPtr revision = model.Build();
    for (const Day as_of : {LastDay(model), LastDay(model) - 300}) {
      // Only the last of the chain is asked for.
      const absl::StatusOr<Features> alone =
          Features::Compute(*revision, as_of, {"segment:a-good"}, {});
      ASSERT_TRUE(alone.ok()) << alone.status();
      const absl::StatusOr<Features> all = Features::Compute(
          *revision, as_of, {"segment:z-us", "segment:b-value", "segment:a-good"}, {});
      ASSERT_TRUE(all.ok()) << all.status();
      const std::vector<Expected> expected = Oracle(model, as_of);
      for (image::Slot slot = 0; slot < expected.size(); ++slot) {
        EXPECT_EQ(all->Column("segment:z-us").At(slot), Value(expected[slot].us)) << slot;
        EXPECT_EQ(all->Column("segment:b-value").At(slot), Value(expected[slot].value)) << slot;
        EXPECT_EQ(all->Column("segment:a-good").At(slot), Value(expected[slot].good)) << slot;
        EXPECT_EQ(alone->Column("segment:a-good").At(slot), Value(expected[slot].good)) << slot;
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
  const absl::StatusOr<Features> features =
      Features::Compute(*revision, LastDay(model),
                        {"segment:tier", "tier", "segment:loyalty", "loyalty", "segment:rfm",
                         "rfm_segment", "segment:abc", "abc"},
                        {});
  ASSERT_TRUE(features.ok()) << features.status();
  for (const auto& [segment, field] : std::map<std::string, std::string>{
           {"tier", "tier"}, {"loyalty", "loyalty"}, {"rfm", "rfm_segment"}, {"abc", "abc"}}) {
    const FeatureColumn& column = features->Column(absl::StrCat("segment:", segment));
    EXPECT_EQ(column.codes, features->Column(field).codes) << segment;
    EXPECT_EQ(column.texts, features->Column(field).texts) << segment;
    EXPECT_EQ(column.field->id, absl::StrCat("segment:", segment));
  }
}

// Rows of "value: revenue in whole units, customers".
std::map<std::string, std::pair<Micros, int64_t>> RowsOf(const image::RevisionPtr& revision,
                                                         const std::string& group_by,
                                                         const std::string& filter) {
  std::map<std::string, std::pair<Micros, int64_t>> rows;
  KpiQuery query;
  query.scope = *ResolveScope(revision, "", "", "", filter, ClassesAt::kAsOf, {});
  query.kpis = {"revenue", "customers"};
  if (!group_by.empty()) query.group_by = {group_by};
  const absl::StatusOr<KpiAnswer> answer = QueryKpis(query);
  EXPECT_TRUE(answer.ok()) << answer.status();
  if (!answer.ok()) return rows;
  for (const KpiTable::Row& row : answer->table.rows) {
    std::string key;
    if (!row.keys.empty()) {
      const Value& value = row.keys[0];
      if (const auto* text = std::get_if<std::string>(&value)) key = *text;
      if (const auto* flag = std::get_if<bool>(&value)) key = *flag ? "true" : "false";
    }
    const auto* amount = std::get_if<Amount>(&row.cells[0].value);
    const auto* count = std::get_if<int64_t>(&row.cells[1].value);
    EXPECT_TRUE(amount != nullptr && count != nullptr);
    if (amount == nullptr || count == nullptr) continue;
    rows[key] = {amount->units * kMicrosAUnit + amount->nanos / 1000, *count};
  }
  return rows;
}

TEST(Segments, KpisGroupAndFilterByThem) {
  for (const uint32_t seed : {5u, 6u, 7u}) {
    ModelWorkspace model = RandomWorkspace(seed);
    // Everybody exists at the end, so that counts are those of the rows.
    for (ModelWorkspace::CustomerRow& customer : model.customers) customer.created = kNoDay;
    model.settings.segments = Definitions();
    const image::RevisionPtr revision = model.Build();
    const std::vector<Expected> expected = Oracle(model, DefaultDayOf(*revision).day);
    std::map<std::string, std::pair<Micros, int64_t>> of_value;
    std::pair<Micros, int64_t> total, good;
    for (const Expected& customer : expected) {
      ++of_value[customer.value].second;
      ++total.second;
      good.second += customer.good;
    }
    for (const ModelWorkspace::OrderRow& order : model.orders) {
      if (!order.Recognised()) continue;
      Micros amount = 0;
      for (const ModelLine& line : order.lines) amount += line.amount;
      of_value[expected[order.customer].value].first += amount;
      total.first += amount;
      if (expected[order.customer].good) good.first += amount;
    }
    const auto rows = RowsOf(revision, "segment:b-value", "");
    EXPECT_EQ(rows, of_value) << seed;
    std::pair<Micros, int64_t> sum;
    for (const auto& [value, figures] : rows) {
      sum.first += figures.first;
      sum.second += figures.second;
    }
    EXPECT_EQ(sum, total);
    EXPECT_EQ(RowsOf(revision, "", "segment:a-good")[""], good);
    EXPECT_EQ(RowsOf(revision, "segment:a-good", "")["true"], good);
  }
}

TEST(Segments, TheCatalogueHasThem) {
  ModelWorkspace model;
  model.Order("ada", "2024-01-01", 10);
  model.settings.segments = Definitions();
  const image::RevisionPtr revision = model.Build();
  const FieldCatalogue catalogue(*revision);
  const absl::StatusOr<const Field*> value = catalogue.Find("segment:b-value");
  ASSERT_TRUE(value.ok());
  EXPECT_EQ((*value)->type, ValueType::kText);
  EXPECT_EQ((*value)->grain, Grain::kCustomer);
  EXPECT_TRUE((*value)->groupable);
  EXPECT_TRUE((*value)->current_value);  // through z-us it looks at the country
  EXPECT_EQ((*catalogue.Find("segment:z-us"))->type, ValueType::kBoolean);
  EXPECT_EQ((*catalogue.Find("segment:rfm"))->type, ValueType::kText);
  EXPECT_THAT(catalogue.Nearest("z-us"), ::testing::Contains("segment:z-us"));
}

TEST(Segments, AreListedWithClassesAndRuleFields) {
  WorkspaceSettings settings;
  settings.segments = Definitions();
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
  const FieldCatalogue catalogue(*model.Build());
  EXPECT_TRUE(CheckSegmentFilters(Group("a", "orders > 1"), catalogue).ok());
  const absl::Status unknown = CheckSegmentFilters(
      Partition("a", {{"x", "orders > 1"}, {"y", "ordres > 1"}}, "z"), catalogue);
  EXPECT_EQ(unknown.code(), absl::StatusCode::kInvalidArgument);
  ASSERT_FALSE(FactsOf(unknown).fields.empty());
  EXPECT_EQ(FactsOf(unknown).fields[0].first, "segment.classes[1].filter");
  EXPECT_TRUE(unknown.GetPayload(kFilterErrorPayload).has_value());
  const absl::Status facts = CheckSegmentFilters(Group("a", "status = \"shipped\""), catalogue);
  EXPECT_EQ(FactsOf(facts).reason, "INCOMPATIBLE_FIELD");
  EXPECT_THAT(std::string(facts.message()), HasSubstr("status"));
}

TEST(Segments, OneThatDoesNotHoldAnyMoreIsNamed) {
  ModelWorkspace model;
  model.Order("ada", "2024-01-01", 10);
  model.settings.segments = {Group("gold", "attribute:plan = \"gold\""),
                             Group("good", "segment:gold"), Group("ok", "orders > 0")};
  const image::RevisionPtr revision = model.Build();
  const absl::Status broken = Features::Compute(*revision, 20'000, {"segment:good"}, {}).status();
  EXPECT_EQ(broken.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FactsOf(broken).reason, "SEGMENT_BROKEN");
  EXPECT_THAT(std::string(broken.message()), HasSubstr("\"gold\""));
  EXPECT_TRUE(Features::Compute(*revision, 20'000, {"segment:ok"}, {}).ok());
}

TEST(SegmentReferences, FindsWhoNamesWhom) {
  const std::vector<SegmentDefinition> segments = {
      Group("a", "segment:b = \"x\" AND segment:c"),
      Partition("b", {{"x", "-segment:c"}, {"y", "segment:c = true"}}, "z"),
      // A value is no reference, and neither is a built-in one.
      Group("c",
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
      Group("a", "segment:b"), Group("b", "orders > 1 AND segment:c"), Group("c", "NOT segment:b"),
      Group("d", "segment:d"), Group("e", "orders > 1")};
  const SegmentReferences references(segments);
  EXPECT_THAT(references.CycleFrom("a"), ElementsAre("b", "c", "b"));
  EXPECT_THAT(references.CycleFrom("d"), ElementsAre("d", "d"));
  EXPECT_THAT(references.CycleFrom("e"), IsEmpty());

  ModelWorkspace model;
  model.Order("ada", "2024-01-01", 10);
  model.settings.segments = segments;
  const absl::Status refused =
      Features::Compute(*model.Build(), 20'000, {"segment:a"}, {}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()),
              AnyOf(HasSubstr("b -> c -> b"), HasSubstr("c -> b -> c")));
}

}  // namespace
}  // namespace strata::analytics
