#include "server/analytics/kpi/row_order.h"

#include <algorithm>
#include <numeric>
#include <variant>

namespace strata::analytics::kpi {
namespace {

int CompareTerm(const Value& a, const Value& b, bool descending) {
  const bool a_null = std::holds_alternative<NullReason>(a);
  const bool b_null = std::holds_alternative<NullReason>(b);
  if (a_null || b_null) return static_cast<int>(a_null) - static_cast<int>(b_null);
  const int compared = CompareValues(a, b);
  return descending ? -compared : compared;
}

}  // namespace

std::vector<uint32_t> OrderOfRows(const std::vector<Plan::Order>& order, const RowSet& keys,
                                  const std::vector<KpiTable::Row>& rows) {
  const std::vector<std::vector<uint32_t>> ranks = keys.Ranks();
  const auto rank = [&](size_t field, uint32_t row) {
    return ranks[field][keys.KeyOf(row)[field]];
  };
  std::vector<uint32_t> places(rows.size());
  std::iota(places.begin(), places.end(), 0u);
  std::sort(places.begin(), places.end(), [&](uint32_t a, uint32_t b) {
    for (const Plan::Order& term : order) {
      int compared;
      if (term.by_kpi) {
        compared = CompareTerm(rows[a].cells[term.index].value, rows[b].cells[term.index].value,
                               term.descending);
      } else {
        const uint32_t rank_a = rank(term.index, a), rank_b = rank(term.index, b);
        compared = rank_a < rank_b ? -1 : rank_a > rank_b ? 1 : 0;
        // What is not known stays last.
        const bool null_key =
            std::holds_alternative<NullReason>(rows[a].keys[term.index]) ||
            std::holds_alternative<NullReason>(rows[b].keys[term.index]);
        if (term.descending && !null_key) compared = -compared;
      }
      if (compared != 0) return compared < 0;
    }
    for (size_t field = 0; field < keys.fields(); ++field) {
      const uint32_t rank_a = rank(field, a), rank_b = rank(field, b);
      if (rank_a != rank_b) return rank_a < rank_b;
    }
    return false;
  });
  return places;
}

}  // namespace strata::analytics::kpi
