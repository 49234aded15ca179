#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "server/analytics/facts/as_of.h"
#include "server/analytics/kpi/query.h"
#include "server/analytics/segment/testing/model_segments.h"
#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics {
namespace {

// Rows of "value: revenue in whole units, customers".
std::map<std::string, std::pair<Micros, int64_t>> RowsOf(const image::RevisionPtr& revision,
                                                         const std::string& group_by,
                                                         const std::string& filter) {
  std::map<std::string, std::pair<Micros, int64_t>> rows;
  kpi::KpiQuery query;
  query.scope = *fields::ResolveScope(revision, "", "", "", filter, fields::ClassesAt::kAsOf, {});
  query.kpis = {"revenue", "customers"};
  if (!group_by.empty()) query.group_by = {group_by};
  const absl::StatusOr<kpi::KpiAnswer> answer = kpi::QueryKpis(query);
  EXPECT_TRUE(answer.ok()) << answer.status();
  if (!answer.ok()) return rows;
  for (const kpi::KpiTable::Row& row : answer->table.rows) {
    std::string key;
    if (!row.keys.empty()) {
      const fields::Value& value = row.keys[0];
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
    model.settings.segments = segment::ModelSegments();
    const image::RevisionPtr revision = model.Build();
    const std::vector<segment::ExpectedSegments> expected =
        segment::SegmentsOf(model, facts::DefaultDayOf(*revision).day);
    std::map<std::string, std::pair<Micros, int64_t>> of_value;
    std::pair<Micros, int64_t> total, good;
    for (const segment::ExpectedSegments& customer : expected) {
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

}  // namespace
}  // namespace strata::analytics
