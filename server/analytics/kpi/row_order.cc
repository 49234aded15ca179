#include "server/analytics/kpi/row_order.h"

#include <algorithm>
#include <numeric>
#include <variant>

namespace strata::analytics::kpi {
namespace {

int CompareTerm(const fields::Value& a, const fields::Value& b, bool descending) {
  const bool a_null = std::holds_alternative<fields::NullReason>(a);
  const bool b_null = std::holds_alternative<fields::NullReason>(b);
  if (a_null || b_null) return static_cast<int>(a_null) - static_cast<int>(b_null);
  const int compared = CompareValues(a, b);
  return descending ? -compared : compared;
}

// Places of a field's values, so that rows compare by numbers. Empty for a field with many values:
// to rank them would cost as much as to sort the rows.
constexpr uint32_t kMostRanked = 1 << 16;
std::vector<uint32_t> RanksOf(const RowSet& keys, size_t field) {
  const uint32_t values = keys.Values(field);
  if (values > kMostRanked) return {};
  std::vector<uint32_t> sorted(values), rank(values);
  std::iota(sorted.begin(), sorted.end(), 0u);
  std::sort(sorted.begin(), sorted.end(), [&](uint32_t a, uint32_t b) {
    const int compared = keys.Compare(field, a, b);
    return compared != 0 ? compared < 0 : a < b;
  });
  for (uint32_t place = 0; place < values; ++place) rank[sorted[place]] = place;
  return rank;
}

class RowComparison {
 public:
  RowComparison(const std::vector<Plan::Order>& order,
                const std::vector<std::vector<fields::Value>>& figures, const RowSet& keys)
      : order_(order), figures_(figures), keys_(keys) {
    for (size_t field = 0; field < keys.fields(); ++field) ranks_.push_back(RanksOf(keys, field));
  }

  bool operator()(uint32_t a, uint32_t b) const {
    for (size_t i = 0; i < order_.size(); ++i) {
      const Plan::Order& term = order_[i];
      const int compared = term.by_kpi
                               ? CompareTerm(figures_[i][a], figures_[i][b], term.descending)
                               : CompareKeys(term.index, a, b, term.descending);
      if (compared != 0) return compared < 0;
    }
    for (size_t field = 0; field < keys_.fields(); ++field) {
      const int compared = CompareKeys(field, a, b, false);
      if (compared != 0) return compared < 0;
    }
    return false;
  }

 private:
  int CompareKeys(size_t field, uint32_t row_a, uint32_t row_b, bool descending) const {
    const uint32_t a = keys_.KeyOf(row_a)[field], b = keys_.KeyOf(row_b)[field];
    if (a == b) return 0;
    const std::vector<uint32_t>& ranks = ranks_[field];
    const int compared = ranks.empty() ? keys_.Compare(field, a, b) : ranks[a] < ranks[b] ? -1 : 1;
    // What is not known stays last.
    const bool null = std::holds_alternative<fields::NullReason>(keys_.ValueOf(field, a)) ||
                      std::holds_alternative<fields::NullReason>(keys_.ValueOf(field, b));
    return descending && !null ? -compared : compared;
  }

  const std::vector<Plan::Order>& order_;
  const std::vector<std::vector<fields::Value>>& figures_;
  const RowSet& keys_;
  std::vector<std::vector<uint32_t>> ranks_;
};

}  // namespace

std::vector<uint32_t> OrderOfRows(const std::vector<Plan::Order>& order,
                                  const std::vector<std::vector<fields::Value>>& figures,
                                  const RowSet& keys, int64_t limit) {
  std::vector<uint32_t> places(keys.size());
  std::iota(places.begin(), places.end(), 0u);
  const RowComparison before(order, figures, keys);
  if (limit <= 0 || static_cast<uint64_t>(limit) >= places.size()) {
    std::sort(places.begin(), places.end(), before);
    return places;
  }
  std::partial_sort(places.begin(), places.begin() + limit, places.end(), before);
  places.resize(static_cast<size_t>(limit));
  return places;
}

}  // namespace strata::analytics::kpi
