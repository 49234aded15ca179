#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/analytics/kpi/testing/shop_model.h"
#include "server/analytics/testing/published_figures.h"

// Figures that other people published, or that the reference data's own SQL gives.

namespace strata::analytics::kpi {
namespace {

// The rows of a CSV file as maps by column. Quotes as in RFC 4180; no field holds a line break.
std::vector<std::map<std::string, std::string>> ReadCsv(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> header;
  std::vector<std::map<std::string, std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (absl::StartsWith(line, "\xEF\xBB\xBF")) line.erase(0, 3);
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '"') {
        if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
          fields.back() += line[++i];
        } else {
          quoted = !quoted;
        }
      } else if (line[i] == ',' && !quoted) {
        fields.emplace_back();
      } else {
        fields.back() += line[i];
      }
    }
    if (header.empty()) {
      header = fields;
      continue;
    }
    auto& row = rows.emplace_back();
    for (size_t i = 0; i < header.size() && i < fields.size(); ++i) row[header[i]] = fields[i];
  }
  return rows;
}

int64_t IntegerOf(const std::string& text) {
  int64_t value = 0;
  EXPECT_TRUE(absl::SimpleAtoi(text, &value)) << text;
  return value;
}

double NumberOf(const fields::Value& value) {
  if (const auto* amount = std::get_if<Amount>(&value)) {
    return static_cast<double>(amount->units) + amount->nanos * 1e-9;
  }
  if (const auto* count = std::get_if<int64_t>(&value)) return static_cast<double>(*count);
  return std::get<double>(value);
}

image::RevisionPtr SalesSample(const std::string& path) {
  ShopModel shop;
  std::map<std::string, size_t> customers, orders;
  for (auto& row : ReadCsv(path)) {
    const auto [customer, new_customer] =
        customers.try_emplace(row["CUSTOMERNAME"], shop.customers.size());
    if (new_customer) {
      shop.customers.emplace_back().id = row["CUSTOMERNAME"];
      shop.customers.back().country = row["COUNTRY"];
    }
    const auto [order, new_order] = orders.try_emplace(row["ORDERNUMBER"], shop.orders.size());
    if (new_order) {
      // "2/24/2003 0:00"
      const std::vector<std::string> date =
          absl::StrSplit(row["ORDERDATE"].substr(0, row["ORDERDATE"].find(' ')), '/');
      auto& made = shop.orders.emplace_back();
      made.customer = customer->second;
      made.time = Millis{DayFromCivil({static_cast<int32_t>(IntegerOf(date[2])),
                                       static_cast<int32_t>(IntegerOf(date[0])),
                                       static_cast<int32_t>(IntegerOf(date[1]))})} *
                  kMillisADay;
      made.status = row["STATUS"];
    }
    shop.orders[order->second].lines.push_back({row["PRODUCTCODE"], row["PRODUCTLINE"],
                                                IntegerOf(row["QUANTITYORDERED"]) * kOneUnit,
                                                *ParseMicros(row["SALES"]), kNoAmount});
  }
  return shop.Build();
}

TEST(PublishedKpisTest, SalesSample) {
  STRATA_REFERENCE_OR_SKIP(path, "sales_data_sample/sales_data_sample.csv");
  const auto revision = SalesSample(path);
  const auto published =
      testing::ReferenceJson(testing::ReferenceFile("sales_data_sample/expected.json"))["figures"];
  const auto figure = [&](absl::string_view key) {
    for (const auto& entry : published) {
      if (entry["key"] == std::string(key)) return entry["value"];
    }
    ADD_FAILURE() << "no figure " << key;
    return published[0]["value"];
  };
  EXPECT_EQ(Answer(QueryOf(revision, {"revenue", "orders", "orders_all", "revenue_all"})),
            "9838141.37 303 307 10032628.85");
  EXPECT_EQ(Answer(QueryOf(revision, {"order_lines", "customers", "active_customers"})),
            absl::StrCat(2823 - 60, " 92 92"));

  int checked = 0;
  for (const char* tier : {"tier = \"strategic\"", "tier != \"strategic\""}) {
    for (const auto& segment : figure("segment_summary")) {
      if ((segment["seg"] == "strategic") != (std::string(tier) == "tier = \"strategic\""))
        continue;
      const auto answer =
          *QueryKpis(QueryOf(revision,
                             {"revenue", "orders", "average_order_value", "average_line_value",
                              "order_frequency", "active_customers"},
                             {}, tier));
      const std::vector<fields::Cell>& cells = answer.table.rows[0].cells;
      EXPECT_NEAR(NumberOf(cells[0].value), segment["revenue"].get<double>(), 1e-4);
      EXPECT_EQ(NumberOf(cells[1].value), segment["orders"].get<double>());
      EXPECT_NEAR(NumberOf(cells[2].value), segment["avg_order_value"].get<double>(), 1e-6);
      EXPECT_NEAR(NumberOf(cells[3].value), segment["avg_line_value"].get<double>(), 1e-6);
      EXPECT_NEAR(NumberOf(cells[4].value), segment["orders_per_customer"].get<double>(), 1e-12);
      EXPECT_EQ(NumberOf(cells[5].value), segment["customers"].get<double>());
      ++checked;
    }
  }
  EXPECT_EQ(checked, 2);
  EXPECT_EQ(Answer(QueryOf(revision, {"customers"}, {"tier"})),
            "strategic: 18\ngrowth: 28\nstandard: 46");
  const auto share = *QueryKpis(QueryOf(revision, {"strategic_revenue_share"}));
  EXPECT_NEAR(NumberOf(share.table.rows[0].cells[0].value),
              figure("top20_share_floor_no_cancelled").get<double>(), 1e-12);

  KpiQuery query = QueryOf(revision, {"orders_all", "revenue_all", "status_share"}, {"status"});
  query.order_by = {{"orders_all", true}, {"revenue_all", true}};
  const auto mix = *QueryKpis(query);
  ASSERT_EQ(mix.table.rows.size(), 6u);
  double shares = 0;
  for (const KpiTable::Row& row : mix.table.rows) {
    shares += NumberOf(row.cells[2].value);
    for (const auto& entry : figure("status_mix_orders")) {
      if (entry["STATUS"] != std::get<std::string>(row.keys[0])) continue;
      EXPECT_EQ(NumberOf(row.cells[0].value), entry["orders"].get<double>());
      EXPECT_NEAR(NumberOf(row.cells[1].value), entry["sales"].get<double>(), 1e-4);
    }
  }
  EXPECT_NEAR(shares, 1, 1e-12);
  EXPECT_EQ(TextOf(mix.table.rows[0].keys[0]), "Shipped");

  for (const auto& entry : figure("by_productline")) {
    const auto answer = *QueryKpis(
        QueryOf(revision, {"revenue_all"}, {},
                absl::StrCat("product_line = \"", entry["PRODUCTLINE"].get<std::string>(), "\"")));
    EXPECT_NEAR(NumberOf(answer.table.rows[0].cells[0].value), entry["sales"].get<double>(), 1e-4);
  }
  const auto years = *QueryKpis(QueryOf(revision, {"revenue_all", "orders_all"}, {"year"}));
  for (size_t i = 0; i < 3; ++i) {
    const auto entry = figure("by_year")[i];
    EXPECT_EQ(TextOf(years.table.rows[i].keys[0]), absl::StrCat(entry["YEAR_ID"].get<int>()));
    EXPECT_NEAR(NumberOf(years.table.rows[i].cells[0].value), entry["sales"].get<double>(), 1e-4);
    EXPECT_EQ(NumberOf(years.table.rows[i].cells[1].value), entry["orders"].get<double>());
  }
}

// Monthly revenue by tier on the full grid: means as published, one strategic month of zero.
TEST(PublishedKpisTest, SalesSampleByMonthAndTier) {
  STRATA_REFERENCE_OR_SKIP(path, "sales_data_sample/sales_data_sample.csv");
  KpiQuery query = QueryOf(SalesSample(path), {"revenue"}, {"month"}, "tier = \"strategic\"");
  query.fill_empty = true;
  const auto answer = *QueryKpis(query);
  EXPECT_EQ(answer.table.rows.size(), 29u);
  double sum = 0;
  int zero = 0;
  for (const KpiTable::Row& row : answer.table.rows) {
    sum += NumberOf(row.cells[0].value);
    zero += NumberOf(row.cells[0].value) == 0;
  }
  EXPECT_NEAR(sum / 29, 138870.89344827586, 1e-6);
  EXPECT_EQ(zero, 1);
}

image::RevisionPtr InternetSales() {
  const auto path = [](absl::string_view name) {
    return testing::ReferenceFile(absl::StrCat("internet_sales/", name));
  };
  ShopModel shop;
  shop.settings.age_method = AgeMethod::kYearDifference;
  std::map<std::string, std::string> countries;
  for (auto& row : ReadCsv(path("DimGeography.csv")))
    countries[row["GeographyKey"]] = row["Country"];
  std::map<std::string, Micros> prices;
  for (auto& row : ReadCsv(path("DimProduct.csv"))) {
    if (!row["Price"].empty()) prices[row["ProductKey"]] = *ParseMicros(row["Price"]);
  }
  std::map<std::string, size_t> customers;
  for (auto& row : ReadCsv(path("DimCustomer.csv"))) {
    customers[row["CustomerKey"]] = shop.customers.size();
    auto& customer = shop.customers.emplace_back();
    customer.id = row["CustomerKey"];
    customer.country = countries[row["GeographyKey"]];
    customer.gender = row["Gender"];
    customer.birth_date = *ParseDay(row["BirthDate"]);
    customer.children = static_cast<int32_t>(IntegerOf(row["TotalChildren"]));
  }
  for (auto& row : ReadCsv(path("FactTable.csv"))) {
    auto& order = shop.orders.emplace_back();
    order.customer = customers.at(row["CustomerKey"]);
    order.time = At(row["OrderDate"]);
    const int64_t quantity = IntegerOf(row["OrderQuantity"]);
    order.lines.push_back({row["ProductKey"], "", quantity * kOneUnit,
                           prices.at(row["ProductKey"]) * quantity, kNoAmount});
  }
  return shop.Build();
}

TEST(PublishedKpisTest, InternetSales) {
  STRATA_REFERENCE_OR_SKIP(path, "internet_sales/FactTable.csv");
  const auto revision = InternetSales();
  const auto ask = [&](std::vector<std::string> kpis, std::vector<std::string> by,
                       absl::string_view filter = "") {
    return Answer(QueryOf(revision, std::move(kpis), std::move(by), filter, "", "", "2024-12-31"));
  };
  EXPECT_EQ(ask({"revenue"}, {}), "307092945.1981");
  EXPECT_EQ(ask({"revenue"}, {"age_band"}),
            "21-30: 45820748.9257\n31-40: 76725723.3336\n41-50: 76628546.5995\n"
            "51-60: 75540112.6691\n61-70: 32377813.6702");
  EXPECT_EQ(ask({"revenue", "share_of_revenue"}, {"family"}),
            "with_children: 216974804.5029 0.706544\nwithout_children: 90118140.6952 0.293456");
  EXPECT_EQ(ask({"customers"}, {"loyalty"}), "VIP: 316\nLoyal: 15676\nPeriodic: 2492");
  KpiQuery query = QueryOf(revision, {"revenue", "share_of_revenue"}, {"country"},
                           "family = \"with_children\"", "", "", "2024-12-31");
  query.order_by = {{"revenue", true}};
  query.limit = 1;
  EXPECT_EQ(Answer(query), "United States: 77422498.8372 0.356827");
  EXPECT_EQ(ask({"share_of_revenue"}, {"gender"},
                "family = \"with_children\" AND country = \"United States\""),
            "F: 0.504349\nM: 0.495651");
  query = QueryOf(revision, {"share_of_revenue"}, {"country", "gender"},
                  "family = \"without_children\"", "", "", "2024-12-31");
  query.share_within = {"country"};
  query.limit = 2;
  EXPECT_EQ(Answer(query), "Australia F: 0.50319\nAustralia M: 0.49681");
  EXPECT_EQ(ask({"customers"}, {}, "country = \"United States\""), "7819");
  EXPECT_EQ(ask({"customers"}, {}, "country = \"Australia\""), "3591");
}

}  // namespace
}  // namespace strata::analytics::kpi
