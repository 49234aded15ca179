// Times the seven queries of the performance notes on an image built directly through the editor,
// and checks every answer against plain loops. Each repetition runs at a new revision, so nothing
// can be remembered from the one before.
//
//   bench_queries [--orders N] [--customers M] [--repetitions R] [--export DIR] [--json FILE]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "CLI/CLI.hpp"
#include "server/analytics/kpi/query.h"
#include "server/image/editor.h"
#include "tests/bench/naive.h"
#include "tests/bench/portfolio.h"
#include "tests/bench/portfolio_image.h"

namespace strata::bench {
namespace {

using analytics::kpi::KpiQuery;
using image::RevisionPtr;

double Milliseconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

// DIR/answers.tsv: what every engine must answer (query, key, figures; money in micros).
void ExportAnswers(const std::vector<NamedTable>& answers, const std::string& directory) {
  std::ofstream file(directory + "/answers.tsv");
  for (const NamedTable& answer : answers) {
    for (const auto& [key, figures] : answer.table) {
      file << answer.name << '\t' << key;
      for (const int64_t figure : figures) file << '\t' << figure;
      file << '\n';
    }
  }
  if (!file.flush()) Fail("cannot write to " + directory);
}

struct Query {
  std::string name;
  std::vector<std::string> kpis, group_by;
  bool only_2023 = false;
};

const std::vector<Query>& Queries() {
  static const std::vector<Query> queries = {
      {"year", {"revenue", "orders"}, {}, true},
      {"age_band", {"active_customers", "revenue"}, {"age_band"}},
      {"country_family_gender", {"active_customers", "revenue"}, {"country", "family", "gender"}},
      {"top20", {"strategic_revenue_share"}, {}},
      {"rfm", {"customers"}, {"rfm.r", "rfm.f", "rfm.m"}},
      {"month_strategic", {"revenue", "orders", "active_customers"}, {"month", "tier"}},
      {"month_status", {"orders_all", "revenue_all"}, {"month", "status"}},
  };
  return queries;
}

analytics::kpi::KpiAnswer Run(const Query& query, const RevisionPtr& revision,
                              const Portfolio& data) {
  KpiQuery kpi_query;
  auto scope = analytics::fields::ResolveScope(
      revision, FormatDay(data.as_of), query.only_2023 ? "2023-01-01" : "",
      query.only_2023 ? "2023-12-31" : "", "", analytics::fields::ClassesAt::kAsOf, StopToken());
  if (!scope.ok()) Fail(std::string(scope.status().message()));
  kpi_query.scope = *std::move(scope);
  kpi_query.kpis = query.kpis;
  kpi_query.group_by = query.group_by;
  auto answer = analytics::kpi::QueryKpis(kpi_query);
  if (!answer.ok()) Fail(query.name + ": " + std::string(answer.status().message()));
  return *std::move(answer);
}

std::string Text(const analytics::fields::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* integer = std::get_if<int64_t>(&value)) return std::to_string(*integer);
  return "";
}

int64_t Figure(const analytics::fields::Value& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) return *integer;
  if (const auto* amount = std::get_if<Amount>(&value)) {
    return amount->units * kMicrosAUnit + amount->nanos / 1'000;
  }
  return 0;
}

// The answer in the shape of the naive loops.
Table TableOf(const Query& query, const analytics::kpi::KpiAnswer& answer) {
  Table table;
  for (const auto& row : answer.table.rows) {
    std::string key;
    for (size_t i = 0; i < row.keys.size(); ++i) {
      std::string part = Text(row.keys[i]);
      // The naive loop tells strategic customers from all others.
      if (query.group_by[i] == "tier") part = part == "strategic" ? "true" : "false";
      key += (i == 0 ? "" : "|") + part;
    }
    std::vector<int64_t>& sums = table.try_emplace(key, row.cells.size(), 0).first->second;
    for (size_t i = 0; i < row.cells.size(); ++i) sums[i] += Figure(row.cells[i].value);
  }
  return table;
}

void Check(const Query& query, const analytics::kpi::KpiAnswer& answer, const Table& expected) {
  if (query.name == "top20") {
    const std::vector<int64_t>& sums = expected.at("");
    const double wanted = static_cast<double>(sums[0]) / static_cast<double>(sums[1]);
    const double* got = std::get_if<double>(&answer.table.rows.at(0).cells.at(0).value);
    if (got == nullptr || std::abs(*got - wanted) > 1e-12) Fail("top20 differs from the loop");
    return;
  }
  Table table = TableOf(query, answer);
  // Customers without a purchase have no scores: the loop does not look at them.
  if (query.name == "rfm") table.erase("||");
  for (auto row = table.begin(); row != table.end();) {
    const bool empty = std::all_of(row->second.begin(), row->second.end(),
                                   [](int64_t figure) { return figure == 0; });
    row = empty ? table.erase(row) : std::next(row);
  }
  if (table != expected) {
    Fail(query.name + " differs from the loop: " + std::to_string(table.size()) + " rows against " +
         std::to_string(expected.size()));
  }
}

int Main(int argc, char** argv) {
  size_t orders = 1'000'000, customers = 0;
  int repetitions = 11;
  std::string export_dir, json_file;
  CLI::App app{"Times the seven queries and checks them against plain loops"};
  app.add_option("--orders", orders);
  app.add_option("--customers", customers, "default: a tenth of the orders");
  app.add_option("--repetitions", repetitions);
  app.add_option("--export", export_dir, "write customers.csv and orders.csv there");
  app.add_option("--json", json_file, "write the medians there");
  CLI11_PARSE(app, argc, argv);
  if (customers == 0) customers = std::max<size_t>(orders / 10, 1);

  const Portfolio data = MakePortfolio(orders, customers);
  if (!export_dir.empty() && !ExportCsv(data, export_dir)) Fail("cannot write to " + export_dir);
  const std::vector<NamedTable> expected = NaiveAnswers(data);
  if (!export_dir.empty()) ExportAnswers(expected, export_dir);
  const auto start = std::chrono::steady_clock::now();
  const std::unique_ptr<image::Editor> editor = Load(data);
  RevisionPtr revision = editor->Finish(1);
  std::printf("%zu orders, %zu customers: image built in %.0f ms, %.1f bytes an order\n", orders,
              customers, Milliseconds(std::chrono::steady_clock::now() - start),
              static_cast<double>(revision->MemoryBytes()) / static_cast<double>(orders));

  std::ofstream json;
  if (!json_file.empty()) json.open(json_file);
  if (json.is_open()) json << "{\"orders\": " << orders;
  std::printf("%-24s %10s %10s %10s\n", "query", "median ms", "min ms", "max ms");
  for (size_t q = 0; q < Queries().size(); ++q) {
    const Query& query = Queries()[q];
    std::vector<double> times;
    for (int repetition = 0; repetition < repetitions; ++repetition) {
      const size_t touched = (q * 1'000 + repetition * 7'919) % orders;
      revision = NextRevision(*editor, data, touched, revision->number + 1);
      const auto begin = std::chrono::steady_clock::now();
      const analytics::kpi::KpiAnswer answer = Run(query, revision, data);
      times.push_back(Milliseconds(std::chrono::steady_clock::now() - begin));
      Check(query, answer, expected[q].table);
    }
    std::sort(times.begin(), times.end());
    std::printf("%-24s %10.2f %10.2f %10.2f\n", query.name.c_str(), times[times.size() / 2],
                times.front(), times.back());
    if (json.is_open()) json << ", \"" << query.name << "\": " << times[times.size() / 2];
  }
  if (json.is_open()) json << "}\n";
  return 0;
}

}  // namespace
}  // namespace strata::bench

int main(int argc, char** argv) { return strata::bench::Main(argc, argv); }
