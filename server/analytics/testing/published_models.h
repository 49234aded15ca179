#ifndef STRATA_SERVER_ANALYTICS_TESTING_PUBLISHED_MODELS_H_
#define STRATA_SERVER_ANALYTICS_TESTING_PUBLISHED_MODELS_H_

#include <cstdio>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/analytics/testing/csv_rows.h"
#include "server/analytics/testing/model_workspace.h"
#include "server/analytics/testing/published_figures.h"

// For tests: the reference data as workspaces. Call them where STRATA_REFERENCE_OR_SKIP has found
// the files.

namespace strata::analytics {

// The B2B sample: lines of one order are its lines.
inline ModelWorkspace SalesSampleModel() {
  ModelWorkspace model;
  std::map<std::string, size_t> customers, orders;
  for (const CsvRow& row :
       ReadCsv(testing::ReferenceFile("sales_data_sample/sales_data_sample.csv"))) {
    const auto [who, new_customer] =
        customers.try_emplace(row.at("CUSTOMERNAME"), model.customers.size());
    if (new_customer) {
      model.customers.emplace_back().id = row.at("CUSTOMERNAME");
      model.customers.back().country = row.at("COUNTRY");
    }
    const auto [which, new_order] = orders.try_emplace(row.at("ORDERNUMBER"), model.orders.size());
    if (new_order) {
      int month = 0, day = 0, year = 0;
      std::sscanf(row.at("ORDERDATE").c_str(), "%d/%d/%d", &month, &day, &year);
      model.orders.push_back(
          {who->second, DayFromCivil({year, month, day}), row.at("STATUS"), "", {}});
    }
    model.orders[which->second].lines.push_back(
        {"", "", std::stoi(row.at("QUANTITYORDERED")) * kOneUnit, *ParseMicros(row.at("SALES"))});
  }
  return model;
}

// The consumer sample: each line is an order, at the product's list price.
inline ModelWorkspace InternetSalesModel() {
  const auto rows = [](absl::string_view name) {
    return ReadCsv(testing::ReferenceFile(absl::StrCat("internet_sales/", name)));
  };
  ModelWorkspace model;
  model.settings.age_method = AgeMethod::kYearDifference;
  std::map<std::string, std::string> countries;
  for (const CsvRow& row : rows("DimGeography.csv")) {
    countries[row.at("GeographyKey")] = row.at("Country");
  }
  std::map<std::string, Micros> prices;
  for (const CsvRow& row : rows("DimProduct.csv")) {
    if (!row.at("Price").empty()) prices[row.at("ProductKey")] = *ParseMicros(row.at("Price"));
  }
  std::map<std::string, size_t> places;
  for (const CsvRow& row : rows("DimCustomer.csv")) {
    places[row.at("CustomerKey")] = model.customers.size();
    ModelWorkspace::CustomerRow& customer = model.customers.emplace_back();
    customer.id = row.at("CustomerKey");
    customer.country = countries[row.at("GeographyKey")];
    customer.gender = row.at("Gender");
    customer.birth_date = *ParseDay(row.at("BirthDate"));
    customer.children = std::stoi(row.at("TotalChildren"));
  }
  for (const CsvRow& row : rows("FactTable.csv")) {
    const int quantity = std::stoi(row.at("OrderQuantity"));
    model.orders.push_back(
        {places.at(row.at("CustomerKey")),
         *ParseDay(row.at("OrderDate")),
         "",
         "",
         {{"", "", quantity * kOneUnit, prices.at(row.at("ProductKey")) * quantity}}});
  }
  return model;
}

}  // namespace strata::analytics

#endif  // STRATA_SERVER_ANALYTICS_TESTING_PUBLISHED_MODELS_H_
