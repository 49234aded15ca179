// Concentration and volatility: hand arithmetic, and the figures published for the B2B orders.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_split.h"
#include "server/analytics/insight/revenue/concentration.h"
#include "server/analytics/insight/revenue/volatility.h"
#include "server/analytics/testing/published_figures.h"

namespace strata::analytics::insight {
namespace {

TEST(Concentration, HandCounted) {
  constexpr Micros u = kMicrosAUnit;
  const std::vector<MicrosSum> revenue = {60 * u, 25 * u, 10 * u, 5 * u, 0, -3 * u};
  const Concentration result = MeasureConcentration(revenue, 10);
  EXPECT_EQ(result.customers, 4);
  EXPECT_EQ(result.left_out, 2);
  EXPECT_TRUE(result.revenue == 100 * u);
  EXPECT_DOUBLE_EQ(result.hhi, 0.36 + 0.0625 + 0.01 + 0.0025);
  // (2i-5) weights on 5, 10, 25, 60: -15 - 10 + 25 + 180 = 180 of 400.
  EXPECT_DOUBLE_EQ(result.gini, 0.45);
  EXPECT_EQ(result.customers_for_80, 2);  // 60 + 25
  EXPECT_EQ(result.abc[1].customers, 1);  // starts at 85 %
  EXPECT_EQ(result.abc[2].customers, 1);  // starts at 95 %
  EXPECT_DOUBLE_EQ(result.losing_first.share, 0.6);
  EXPECT_DOUBLE_EQ(result.losing_first_5.share, 1);
}

TEST(Concentration, TheRuleDrawsTheLinesOfAbcOnly) {
  constexpr Micros u = kMicrosAUnit;
  classes::AbcRule rule;
  rule.a_share_bp = 5'000;  // 60 crosses it
  rule.b_share_bp = 8'500;  // 60 + 25 reach it exactly
  const Concentration result = MeasureConcentration({60 * u, 25 * u, 10 * u, 5 * u}, 10, rule);
  EXPECT_EQ(result.abc[0].customers, 1);
  EXPECT_EQ(result.abc[1].customers, 1);
  EXPECT_EQ(result.abc[2].customers, 2);
  EXPECT_EQ(result.customers_for_80, 2);
}

TEST(Concentration, NobodyBuys) {
  const Concentration result = MeasureConcentration({0, -1}, 10);
  EXPECT_EQ(result.customers, 0);
  EXPECT_EQ(result.left_out, 2);
  EXPECT_EQ(result.gini, 0);
}

// Sums of customers end at no 64 bits: 9, 6 and 3 times 2^63 micros.
TEST(Concentration, SumsBeyond64Bits) {
  const MicrosSum e = MicrosSum{1} << 63;
  const Concentration result = MeasureConcentration({9 * e, 6 * e, 3 * e}, 3);
  EXPECT_TRUE(result.revenue == 18 * e);
  EXPECT_DOUBLE_EQ(result.hhi, 0.25 + 1.0 / 9 + 1.0 / 36);
  EXPECT_NEAR(result.gini, 2.0 / 9, 1e-12);  // (-2*3 + 0*6 + 2*9) / (3*18)
  EXPECT_TRUE(result.losing_first.revenue == 9 * e);
  EXPECT_EQ(result.customers_for_80, 2);
}

TEST(Volatility, HandCounted) {
  constexpr MicrosSum u = kMicrosAUnit;
  const Volatility line = MeasureVolatility({1 * u, 2 * u, 3 * u});
  EXPECT_DOUBLE_EQ(*line.standard_deviation, 1);
  EXPECT_DOUBLE_EQ(*line.cv, 0.5);
  EXPECT_NEAR(*line.cv_detrended, 0, 1e-15);
  EXPECT_NEAR(*line.cv_of_changes, 0, 1e-15);
  const Volatility drops = MeasureVolatility({10 * u, 5 * u, 2 * u, 0, 0});
  EXPECT_EQ(drops.halvings, 2);  // 5 is not below half of 10, 0 not below half of 0
  EXPECT_EQ(drops.empty_months, 2);
  EXPECT_FALSE(MeasureVolatility({0, 0}).cv.has_value());
  EXPECT_FALSE(MeasureVolatility({5 * u}).cv.has_value());
}

// Revenue by customer and month of the B2B orders without the cancelled ones.
struct B2bOrders {
  std::map<std::string, Micros> by_customer;
  std::map<std::string, std::map<int, MicrosSum>> by_customer_month;

  explicit B2bOrders(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      const std::vector<std::string> cells = Cells(line);
      if (cells[6] == "Cancelled") continue;
      const Micros amount = *ParseMicros(cells[4]);
      by_customer[cells[13]] += amount;
      by_customer_month[cells[13]][std::stoi(cells[9]) * 12 + std::stoi(cells[8])] += amount;
    }
  }

  // The cells of a line with quotes around some.
  static std::vector<std::string> Cells(const std::string& line) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.emplace_back();
      } else if (c != '\r') {
        cells.back() += c;
      }
    }
    return cells;
  }
};

TEST(Published, StructureOfTheB2bRevenue) {
  STRATA_REFERENCE_OR_SKIP(path, "sales_data_sample/sales_data_sample.csv");
  const B2bOrders orders(path);
  std::vector<std::pair<Micros, std::string>> ranked;
  for (const auto& [customer, revenue] : orders.by_customer)
    ranked.emplace_back(-revenue, customer);
  std::sort(ranked.begin(), ranked.end());
  std::vector<MicrosSum> descending;
  for (const auto& [negative, customer] : ranked) descending.push_back(-negative);

  const Concentration result = MeasureConcentration(descending, 10);
  EXPECT_EQ(result.customers, 92);
  EXPECT_EQ(result.top[3].customers, 18);
  EXPECT_NEAR(result.top[3].share, 0.40935129497940925, 1e-14);
  EXPECT_NEAR(result.gini, 0.32768743668526973, 1e-14);
  EXPECT_NEAR(result.hhi, 0.021487055023841243, 1e-15);

  const int first = 2003 * 12 + 1, last = 2005 * 12 + 5;
  std::vector<MicrosSum> strategic(last - first + 1), other(last - first + 1);
  for (size_t rank = 0; rank < ranked.size(); ++rank) {
    std::vector<MicrosSum>& series = rank < 18 ? strategic : other;
    for (const auto& [month, revenue] : orders.by_customer_month.at(ranked[rank].second)) {
      series[month - first] += revenue;
    }
  }
  const Volatility steady = MeasureVolatility(strategic), restless = MeasureVolatility(other);
  EXPECT_EQ(steady.months, 29);
  EXPECT_EQ(steady.empty_months, 1);
  EXPECT_NEAR(steady.mean, 138870.89344827586, 1e-8);
  EXPECT_NEAR(*steady.cv, 0.694, 5e-4);
  EXPECT_NEAR(*restless.cv, 0.8931019864380096, 1e-14);
  EXPECT_EQ(steady.halvings, 8);
  EXPECT_EQ(restless.halvings, 6);
}

}  // namespace
}  // namespace strata::analytics::insight
