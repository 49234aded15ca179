// A customer's standing against figures that QueryKpis gives of each customer alone, ordered here.
#include "server/analytics/kpi/standing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/kpi/testing/shop_model.h"

namespace strata::analytics::kpi {
namespace {

using ::testing::Contains;
using ::testing::Not;

std::vector<std::string> Ids() {
  std::vector<std::string> ids;
  for (const Kpi* kpi : KpisOfOneCustomer()) ids.push_back(kpi->id);
  return ids;
}

fields::Scope AllOf(const image::RevisionPtr& revision, absl::string_view as_of = "") {
  return *fields::ResolveScope(revision, as_of, "", "", "", fields::ClassesAt::kAsOf, StopToken());
}

// "revenue 30 2/3 median 30" of each KPI asked for.
std::string Text(const std::vector<KpiStanding>& standings, const std::vector<std::string>& kpis) {
  std::string text;
  for (const KpiStanding& standing : standings) {
    if (std::count(kpis.begin(), kpis.end(), standing.kpi->id) == 0) continue;
    absl::StrAppend(&text, standing.kpi->id, " ", TextOf(standing.value.value), " ", standing.rank,
                    "/", standing.of, " median ", TextOf(standing.median), "\n");
  }
  return text;
}

TEST(Standing, SaysWhatMakesSenseOfOneCustomer) {
  const std::vector<std::string> ids = Ids();
  for (const char* id : {"revenue", "orders", "average_order_value", "median_order_gap_days",
                         "order_gap_cv", "on_time_delivery_rate", "tickets", "escalations",
                         "sla_compliance", "median_first_response_hours", "median_resolution_hours",
                         "csat", "nps", "contract_value"}) {
    EXPECT_THAT(ids, Contains(id));
  }
  for (const char* id : {"customers", "active_customers", "order_frequency", "revenue_per_customer",
                         "tickets_per_customer", "revenue_growth", "share_of_revenue",
                         "strategic_revenue_share", "nrr", "logo_churn_rate", "inactive_rate"}) {
    EXPECT_THAT(ids, Not(Contains(id)));
  }
}

TEST(Standing, EqualValuesShareARankAndNothingIsAValueOfCountsOnly) {
  ShopModel shop;
  shop.Order("a", "2024-01-01", 30);
  shop.Order("b", "2024-01-01", 10);
  shop.Order("b", "2024-02-01", 20);
  shop.Order("c", "2024-01-01", 40);
  shop.Customer("d");
  const auto revision = shop.Build();
  const auto of = [&](image::Slot slot) {
    return Text(*StandingsOf(AllOf(revision), slot), {"revenue", "orders", "average_order_value"});
  };
  EXPECT_EQ(
      of(0),
      "revenue 30 2/4 median 30\norders 1 2/4 median 1\naverage_order_value 30 2/3 median 30\n");
  EXPECT_EQ(
      of(1),
      "revenue 30 2/4 median 30\norders 2 1/4 median 1\naverage_order_value 15 3/3 median 30\n");
  EXPECT_EQ(
      of(2),
      "revenue 40 1/4 median 30\norders 1 2/4 median 1\naverage_order_value 40 1/3 median 30\n");
  EXPECT_EQ(
      of(3),
      "revenue 0 4/4 median 30\norders 0 4/4 median 1\naverage_order_value null:no_records 0/3 "
      "median 30\n");
}

TEST(Standing, MedianOfAnEvenNumberLiesBetweenTheMiddleTwo) {
  ShopModel shop;
  shop.Order("a", "2024-01-01", 3);
  shop.Order("b", "2024-01-01", 10);
  shop.Order("b", "2024-01-01", 10);
  const auto revision = shop.Build();
  EXPECT_EQ(Text(*StandingsOf(AllOf(revision), 0), {"revenue", "orders"}),
            "revenue 3 2/2 median 11.5\norders 1 2/2 median 1.5\n");
}

TEST(Standing, StopsWhenNobodyWaits) {
  fields::Scope scope = AllOf(RandomShop(3).Build());
  scope.stop = StopToken([] { return absl::CancelledError("gone"); });
  EXPECT_EQ(StandingsOf(scope, 0).status().code(), absl::StatusCode::kCancelled);
}

// By value, for ordering.
double NumberOf(const fields::Value& value) {
  if (const auto* count = std::get_if<int64_t>(&value)) return static_cast<double>(*count);
  if (const auto* amount = std::get_if<Amount>(&value)) {
    return static_cast<double>(amount->units) + amount->nanos / 1e9;
  }
  return std::get<double>(value);
}

class RandomStanding : public ::testing::TestWithParam<uint32_t> {};

TEST_P(RandomStanding, EqualsEachCustomersOwnFigures) {
  const ShopModel shop = RandomShop(GetParam());
  image::BlockSizes sizes;
  sizes.target_lines = 60;
  sizes.max_customers = 16;
  sizes.min_tail_orders = 40;
  const auto revision = shop.Build(sizes, shop.orders.size() / 10);
  for (const char* as_of : {"", "2023-08-01"}) {
    const fields::Scope scope = AllOf(revision, as_of);
    const fields::Features features = *fields::Features::Compute(*revision, scope.as_of, {}, {});
    // By KPI, then by slot.
    std::map<std::string, std::map<image::Slot, fields::Value>> figures;
    for (image::Slot slot = 0; slot < revision->slots; ++slot) {
      const std::string filter = absl::StrCat("customer = \"", revision->CustomerId(slot), "\"");
      const KpiAnswer answer = *QueryKpis(QueryOf(revision, Ids(), {}, filter, "", "", as_of));
      for (size_t i = 0; i < Ids().size(); ++i) {
        figures[Ids()[i]][slot] = answer.table.rows.front().cells[i].value;
      }
    }
    for (image::Slot slot = 0; slot < revision->slots; slot += 7) {
      const std::vector<KpiStanding> standings = *StandingsOf(scope, slot);
      for (const KpiStanding& standing : standings) {
        SCOPED_TRACE(absl::StrCat(standing.kpi->id, " of slot ", slot));
        const auto& all = figures[standing.kpi->id];
        EXPECT_EQ(standing.value.value, all.at(slot));
        std::vector<double> values;
        for (const auto& [other, value] : all) {
          if (!features.exists()[other] && other != slot) continue;
          if (!std::holds_alternative<fields::NullReason>(value)) values.push_back(NumberOf(value));
        }
        EXPECT_EQ(standing.of, static_cast<int64_t>(values.size()));
        std::sort(values.begin(), values.end());
        if (values.empty()) {
          EXPECT_TRUE(std::holds_alternative<fields::NullReason>(standing.median));
        } else {
          const size_t n = values.size();
          EXPECT_NEAR(NumberOf(standing.median), (values[(n - 1) / 2] + values[n / 2]) / 2, 1e-8);
        }
        if (std::holds_alternative<fields::NullReason>(standing.value.value)) {
          EXPECT_EQ(standing.rank, 0);
          continue;
        }
        const double own = NumberOf(standing.value.value);
        EXPECT_EQ(standing.rank, 1 + std::count_if(values.begin(), values.end(),
                                                   [own](double other) { return other > own; }));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomStanding, ::testing::Range(1u, 21u));

}  // namespace
}  // namespace strata::analytics::kpi
