#include "client/cli/import/command/import_presets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "client/cli/import/import_content.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "strata/v1/records.pb.h"

namespace strata::cli {
namespace {

using testing::HasSubstr;

std::string DataFolder() { return absl::StrCat(STRATA_SOURCE_DIR, "/../shared/data"); }

// The published figures of a data set, by key.
std::map<std::string, google::protobuf::Value> Expected(const std::string& folder) {
  std::ifstream in(absl::StrCat(folder, "/expected.json"));
  std::ostringstream text;
  text << in.rdbuf();
  google::protobuf::Struct json;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text.str(), &json).ok());
  std::map<std::string, google::protobuf::Value> figures;
  for (const auto& figure : json.fields().at("figures").list_value().values()) {
    const auto& fields = figure.struct_value().fields();
    figures[fields.at("key").string_value()] = fields.at("value");
  }
  return figures;
}

// Sums over the records that a preset makes.
struct Totals {
  int64_t customers = 0, orders = 0, lines = 0;
  int64_t micros = 0, not_cancelled = 0;
  std::map<std::string, int64_t> orders_by_status, micros_by_country, micros_by_gender;
  std::map<std::string, v1::Customer> customer_by_id;
  std::set<std::string> order_ids;
  std::string first_day, last_day;
};

class PresetTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(DataFolder())) {
      GTEST_SKIP() << "the reference data is not beside the checkout: " << DataFolder();
    }
  }

  Totals Import(const std::string& name, const std::string& path, const std::string& encoding) {
    Totals totals;
    const auto preset = FindPreset(name);
    EXPECT_EQ(preset.status(), absl::OkStatus());
    if (!preset.ok()) return totals;
    imports::RejectLog rejects;
    auto content = imports::ReadCsvFiles({.mapping_name = preset->mapping_name,
                                          .mapping = preset->mapping,
                                          .files = preset->FilesUnder(path),
                                          .options = {.encoding = encoding}},
                                         rejects);
    EXPECT_EQ(content.status(), absl::OkStatus());
    EXPECT_EQ(rejects.records(), 0);
    if (!content.ok()) return totals;
    EXPECT_EQ(content->records->Seek(0), absl::OkStatus());
    v1::Record record;
    while (*content->records->Next(&record)) Count(record, &totals);
    return totals;
  }

  static void Count(const v1::Record& record, Totals* totals) {
    if (record.has_customer()) {
      ++totals->customers;
      totals->customer_by_id[record.customer().id()] = record.customer();
      return;
    }
    const v1::Order& order = record.order();
    ++totals->orders;
    ++totals->orders_by_status[order.status()];
    EXPECT_TRUE(totals->order_ids.insert(order.id()).second) << order.id();
    const auto customer = totals->customer_by_id.find(order.customer());
    EXPECT_NE(customer, totals->customer_by_id.end()) << order.customer();
    for (const v1::OrderLine& line : order.lines()) {
      ++totals->lines;
      totals->micros += line.amount_micros();
      if (order.status() != "Cancelled") totals->not_cancelled += line.amount_micros();
      totals->micros_by_country[customer->second.country()] += line.amount_micros();
      totals->micros_by_gender[customer->second.gender()] += line.amount_micros();
    }
    const std::string day = absl::FormatTime(
        "%Y-%m-%d", absl::FromUnixSeconds(order.order_time().seconds()), absl::UTCTimeZone());
    if (totals->first_day.empty() || day < totals->first_day) totals->first_day = day;
    totals->last_day = std::max(totals->last_day, day);
  }
};

TEST_F(PresetTest, InternetSalesGivesThePublishedTotals) {
  const std::string folder = absl::StrCat(DataFolder(), "/internet_sales");
  const Totals totals = Import("internet-sales", folder, "");
  const auto expected = Expected(folder);
  const auto rows = expected.at("rows").list_value().values(0).struct_value().fields();
  EXPECT_EQ(totals.orders, rows.at("fact").number_value());
  EXPECT_EQ(totals.lines, rows.at("fact").number_value());
  EXPECT_EQ(totals.customers, rows.at("customers").number_value());
  // 307092945.1981 to the last digit: 1e-6 times the sum.
  EXPECT_EQ(expected.at("total_revenue_exact_decimal").string_value(), "307092945.1981");
  EXPECT_EQ(totals.micros, 307'092'945'198'100);
  std::map<std::string, double> by_country;
  for (const auto& row : expected.at("country_segment_table").list_value().values()) {
    const auto& fields = row.struct_value().fields();
    by_country[fields.at("country").string_value()] += fields.at("revenue").number_value();
  }
  ASSERT_EQ(totals.micros_by_country.size(), by_country.size());
  for (const auto& [country, revenue] : by_country) {
    EXPECT_NEAR(totals.micros_by_country.at(country) / 1e6, revenue, 1e-3) << country;
  }
  for (const auto& row : expected.at("gender_revenue").list_value().values()) {
    const auto& fields = row.struct_value().fields();
    EXPECT_NEAR(totals.micros_by_gender.at(fields.at("gender").string_value()) / 1e6,
                fields.at("revenue").number_value(), 1e-3);
  }
  int64_t in_the_united_states = 0, with_children = 0;
  for (const auto& [id, customer] : totals.customer_by_id) {
    if (customer.country() != "United States") continue;
    ++in_the_united_states;
    with_children += customer.children() > 0;
  }
  EXPECT_EQ(in_the_united_states, expected.at("us_customers").number_value());
  EXPECT_EQ(with_children, expected.at("us_customers_with_children").number_value());
  // Each line is an order of its own, also where two say the same.
  EXPECT_EQ(totals.order_ids.size(), rows.at("fact").number_value());
  EXPECT_TRUE(std::all_of(totals.order_ids.begin(), totals.order_ids.end(), imports::IsMadeUpId));
  EXPECT_EQ(totals.customer_by_id.at("11000").birth_date(), "1962-12-23");
}

TEST_F(PresetTest, SalesSampleGivesThePublishedTotalsInBothForms) {
  const std::string folder = absl::StrCat(DataFolder(), "/sales_data_sample");
  const auto expected = Expected(folder);
  const auto rows = expected.at("rows").list_value().values(0).struct_value().fields();
  for (const auto& [file, encoding] : std::map<std::string, std::string>{
           {"sales_data_sample.csv", ""}, {"variant_mmddyy.csv", "CP437"}}) {
    SCOPED_TRACE(file);
    const Totals totals = Import("sales-sample", absl::StrCat(folder, "/", file), encoding);
    EXPECT_EQ(totals.orders, rows.at("orders").number_value());
    EXPECT_EQ(totals.lines, rows.at("lines").number_value());
    EXPECT_EQ(totals.customers, rows.at("customers").number_value());
    EXPECT_EQ(totals.micros, 10'032'628'850'000);        // published: 10032628.85
    EXPECT_EQ(totals.not_cancelled, 9'838'141'370'000);  // published: 9838141.37
    for (const auto& row : expected.at("status_mix_orders").list_value().values()) {
      const auto& fields = row.struct_value().fields();
      EXPECT_EQ(totals.orders_by_status.at(fields.at("STATUS").string_value()),
                fields.at("orders").number_value());
    }
    EXPECT_EQ(totals.first_day, "2003-01-06");  // grep of the file: 1/6/2003 to 5/31/2005
    EXPECT_EQ(totals.last_day, "2005-05-31");
  }
}

TEST_F(PresetTest, TheVariantNeedsItsEncoding) {
  const auto preset = FindPreset("sales-sample");
  ASSERT_TRUE(preset.ok());
  imports::RejectLog rejects;
  const std::string path = absl::StrCat(DataFolder(), "/sales_data_sample/variant_mmddyy.csv");
  auto content = imports::ReadCsvFiles({.mapping_name = preset->mapping_name,
                                        .mapping = preset->mapping,
                                        .files = preset->FilesUnder(path)},
                                       rejects);
  ASSERT_TRUE(content.ok());
  EXPECT_GT(rejects.records(), 0);
  EXPECT_EQ(rejects.first()[0].reason, "INVALID_ENCODING");
  EXPECT_THAT(rejects.first()[0].message, HasSubstr("--encoding"));
}

TEST(FindPreset, NamesThePresets) {
  EXPECT_EQ(FindPreset("nope").status().message(),
            "there is no preset \"nope\", but internet-sales, sales-sample");
}

TEST(FindPreset, CarriesTheMappingsOfTheTree) {
  for (const char* name : {"internet-sales", "sales-sample"}) {
    std::ifstream in(absl::StrCat(STRATA_SOURCE_DIR, "/deploy/imports/", name, ".sql"));
    std::ostringstream text;
    text << in.rdbuf();
    EXPECT_FALSE(text.str().empty());
    EXPECT_EQ(FindPreset(name)->mapping, text.str());
  }
}

}  // namespace
}  // namespace strata::cli
