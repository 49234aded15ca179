#include "server/analytics/kpi/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "server/analytics/kpi/definition.h"
#include "server/analytics/kpi/testing/shop_model.h"

namespace strata::analytics::kpi {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(CatalogueTest, HoldsEveryKpiOfTheDefinitions) {
  std::set<std::string> ids;
  for (const Kpi& kpi : Kpis()) EXPECT_TRUE(ids.insert(kpi.id).second) << kpi.id;
  for (const char* id : {"revenue",
                         "orders",
                         "order_lines",
                         "units",
                         "cost",
                         "gross_margin",
                         "cost_coverage",
                         "customers",
                         "active_customers",
                         "new_customers",
                         "average_order_value",
                         "average_line_value",
                         "median_order_value",
                         "p90_order_value",
                         "order_frequency",
                         "order_frequency_monthly",
                         "median_order_gap_days",
                         "order_gap_cv",
                         "revenue_per_customer",
                         "revenue_growth",
                         "orders_growth",
                         "share_of_revenue",
                         "strategic_revenue_share",
                         "orders_all",
                         "revenue_all",
                         "status_share",
                         "on_time_delivery_rate",
                         "inactive_rate",
                         "tickets",
                         "tickets_per_customer",
                         "escalations",
                         "escalation_rate",
                         "sla_compliance",
                         "median_first_response_hours",
                         "median_resolution_hours",
                         "csat",
                         "nps",
                         "contract_value",
                         "recurring_new",
                         "recurring_expansion",
                         "recurring_contraction",
                         "recurring_churn",
                         "recurring_reactivation",
                         "recurring_net_change",
                         "nrr",
                         "grr",
                         "logo_churn_rate"}) {
    EXPECT_EQ(ids.count(id), 1u) << id;
  }
}

TEST(CatalogueTest, EveryRowIsWhole) {
  for (const Definition& definition : Definitions()) {
    const Kpi& kpi = definition.kpi;
    EXPECT_EQ(&DefinitionOf(**FindKpi(kpi.id)), &definition);
    EXPECT_FALSE(kpi.name.empty() || kpi.unit.empty() || kpi.formula.empty() ||
                 kpi.family.empty() || kpi.version.empty())
        << kpi.id;
    EXPECT_TRUE(kpi.type == fields::ValueType::kMoney || kpi.type == fields::ValueType::kInteger ||
                kpi.type == fields::ValueType::kNumber)
        << kpi.id;
    EXPECT_EQ(kpi.type == fields::ValueType::kMoney, kpi.unit == "currency") << kpi.id;
    // What is explained must be among what is computed.
    const MeasureSet known = definition.needs | MeasureSet{definition.records};
    for (const auto& part : {definition.numerator, definition.denominator}) {
      EXPECT_TRUE(!part.has_value() || part->measures().IsWithin(known)) << kpi.id;
    }
    EXPECT_TRUE(
        definition.needs.IsWithin(MeasuresOf(definition.facts) | MeasureSet{Measure::kCustomers}))
        << kpi.id;
    EXPECT_TRUE(definition.contribution.has_value() || definition.numerator.has_value() ||
                kpi.id == "customers")
        << kpi.id;
  }
}

TEST(CatalogueTest, FieldsFitTheFacts) {
  const fields::FieldCatalogue fields(*ShopModel().Build());
  const auto fields_of = [&](absl::string_view id) { return FieldsOf(**FindKpi(id), fields); };
  EXPECT_THAT(fields_of("revenue"), Contains("product"));
  EXPECT_THAT(fields_of("revenue"), Contains("month"));
  EXPECT_THAT(fields_of("revenue"), Not(Contains("priority")));
  EXPECT_THAT(fields_of("tickets"), Contains("priority"));
  EXPECT_THAT(fields_of("tickets"), Not(Contains("status")));
  EXPECT_THAT(fields_of("customers"), Contains("country"));
  EXPECT_THAT(fields_of("customers"), Not(Contains("month")));
  EXPECT_THAT(fields_of("contract_value"), Contains("contract_owner"));
  EXPECT_THAT(fields_of("nrr"), Not(Contains("contract_owner")));
  EXPECT_THAT(fields_of("nrr"), Contains("quarter"));
  for (const Kpi& kpi : Kpis()) EXPECT_THAT(FieldsOf(kpi, fields), Contains("tier")) << kpi.id;
}

TEST(CatalogueTest, UnknownIdsNameTheNearest) {
  const absl::Status status = FindKpi("average_order_valu").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("nearest are average_order_value"));
}

}  // namespace
}  // namespace strata::analytics::kpi
