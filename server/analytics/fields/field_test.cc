#include "server/analytics/fields/field.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/match.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/fields/row_field.h"
#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics::fields {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ModelWorkspace WorkspaceWithAttributes() {
  ModelWorkspace model;
  model.customers.resize(2);
  model.customers[0].id = "a";
  model.customers[0].attributes = {{"zone", std::string("x")}};
  model.customers[1].id = "b";
  model.customers[1].attributes = {{"beta", true}, {"seats", 4.5}};
  return model;
}

TEST(FieldCatalogue, ListsEveryFieldOfTheDefinitions) {
  const image::RevisionPtr revision = WorkspaceWithAttributes().Build();
  const FieldCatalogue catalogue(*revision);
  // definitions.md, "Dimensions" and "Features", without segment:NAME, health and escalation_risk.
  for (const char* id : {"country",
                         "region",
                         "city",
                         "gender",
                         "age_band",
                         "children",
                         "family",
                         "industry",
                         "account_owner",
                         "strategic",
                         "tier",
                         "loyalty",
                         "rfm_segment",
                         "status",
                         "channel",
                         "product",
                         "product_line",
                         "deal_size",
                         "priority",
                         "category",
                         "year",
                         "quarter",
                         "month",
                         "week",
                         "day",
                         "weekday",
                         "fiscal_quarter",
                         "cohort_month",
                         "first_order_date",
                         "last_order_date",
                         "recency_days",
                         "tenure_days",
                         "orders",
                         "order_lines",
                         "units",
                         "revenue",
                         "average_order_value",
                         "revenue_rank",
                         "revenue_rank_share",
                         "orders_90d",
                         "order_lines_90d",
                         "units_90d",
                         "revenue_90d",
                         "average_order_value_90d",
                         "revenue_rank_90d",
                         "revenue_rank_share_90d",
                         "orders_365d",
                         "order_lines_365d",
                         "units_365d",
                         "revenue_365d",
                         "average_order_value_365d",
                         "revenue_rank_365d",
                         "revenue_rank_share_365d",
                         "growth_90d",
                         "rfm.r",
                         "rfm.f",
                         "rfm.m",
                         "tickets_90d",
                         "escalations_90d",
                         "sla_compliance_90d",
                         "csat_90d",
                         "contract_value",
                         "renewal_in_days",
                         "attribute:zone"}) {
    EXPECT_TRUE(catalogue.Find(id).ok()) << id;
  }
}

TEST(FieldCatalogue, IdsAreUniqueAndEveryFieldSaysWhatItMeans) {
  const FieldCatalogue catalogue(*WorkspaceWithAttributes().Build());
  std::set<std::string> ids;
  for (const Field& field : catalogue.fields()) {
    EXPECT_TRUE(ids.insert(field.id).second) << field.id;
    EXPECT_FALSE(field.meaning.empty()) << field.id;
    EXPECT_TRUE(absl::EndsWith(field.meaning, ".")) << field.id;
    EXPECT_EQ(field.type == ValueType::kMoney, field.unit == "currency") << field.id;
  }
}

TEST(FieldCatalogue, EveryFieldCanBeRead) {
  ModelWorkspace model = RandomWorkspace(1);
  const image::RevisionPtr revision = model.Build();
  const FieldCatalogue catalogue(*revision);
  for (const Field& field : catalogue.fields()) {
    if (field.grain == Grain::kCustomer) {
      EXPECT_TRUE(Features::Compute(*revision, revision->last_event_day, {field.id}, {}).ok())
          << field.id;
      continue;
    }
    int readers = 0;
    for (const RowGrain facts : {RowGrain::kOrder, RowGrain::kLine, RowGrain::kTicket,
                                 RowGrain::kContract, RowGrain::kSurvey}) {
      readers += MakeRowField(field, facts, *revision, {19'000, 19'100}).ok();
    }
    const bool of_orders = field.grain == Grain::kOrder || field.grain == Grain::kLine;
    EXPECT_EQ(readers, field.grain == Grain::kEvent ? 5 : of_orders ? 2 : 1) << field.id;
  }
}

TEST(FieldCatalogue, AttributesComeLastByKeyWithTheirTypes) {
  const FieldCatalogue catalogue(*WorkspaceWithAttributes().Build());
  std::vector<std::string> ids;
  for (const Field& field : catalogue.fields()) {
    if (absl::StartsWith(field.id, "attribute:")) ids.push_back(field.id);
  }
  EXPECT_THAT(ids, ElementsAre("attribute:beta", "attribute:seats", "attribute:zone"));
  EXPECT_EQ(catalogue.fields().back().id, "attribute:zone");
  EXPECT_EQ((*catalogue.Find("attribute:beta"))->type, ValueType::kBoolean);
  EXPECT_EQ((*catalogue.Find("attribute:seats"))->type, ValueType::kNumber);
  EXPECT_FALSE((*catalogue.Find("attribute:seats"))->groupable);
  EXPECT_EQ((*catalogue.Find("attribute:zone"))->type, ValueType::kText);
}

TEST(FieldCatalogue, NamesTheNearestFields) {
  const FieldCatalogue catalogue(*WorkspaceWithAttributes().Build());
  EXPECT_EQ(catalogue.Nearest("contry").front(), "country");
  EXPECT_EQ(catalogue.Nearest("REVENUE").front(), "revenue");
  EXPECT_EQ(catalogue.Nearest("seats").front(), "attribute:seats");
  EXPECT_EQ(catalogue.Nearest(std::string(100'000, 'x')).size(), 3u);
  const absl::StatusOr<const Field*> none = catalogue.Find("contry");
  EXPECT_EQ(none.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(none.status().message()), HasSubstr("nearest: country"));
}

TEST(FieldCatalogue, TellsTimeFields) {
  EXPECT_EQ(PeriodUnitOf("month"), PeriodUnit::kMonth);
  EXPECT_EQ(PeriodUnitOf("fiscal_year"), PeriodUnit::kFiscalYear);
  EXPECT_EQ(PeriodUnitOf("weekday"), std::nullopt);
  EXPECT_EQ(PeriodUnitOf("country"), std::nullopt);
}

}  // namespace
}  // namespace strata::analytics::fields
