#include "server/analytics/kpi/standing.h"

#include <algorithm>
#include <string>
#include <utility>

#include "server/analytics/fields/features.h"
#include "server/analytics/kpi/definition.h"
#include "server/analytics/kpi/evaluator.h"
#include "server/analytics/kpi/plan.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::kpi {
namespace {

using image::Slot;

// More than a table of measures ever has rows: reads as 0 everywhere.
constexpr uint32_t kNoRow = ~uint32_t{0};
constexpr int64_t kNanosAUnit = 1'000'000'000;

bool IsOfOneCustomer(const Definition& definition) {
  constexpr MeasureSet kOfCustomers = {Measure::kCustomers, Measure::kActiveCustomers,
                                       Measure::kNewCustomers, Measure::kStrategicRevenue};
  switch (definition.facts) {
    case Facts::kMovements:  // between two days
    case Facts::kInactivity:
    case Facts::kCustomers:
      return false;
    default:
      break;
  }
  return definition.comparison == Comparison::kNone && !definition.needs.HasAny(kOfCustomers);
}

// Values of one KPI, ready to be ordered: exactly, but for KPIs that are numbers anyway.
struct Values {
  std::vector<__int128> exact;  // counts, or money in nanos
  std::vector<double> numbers;

  void Add(const fields::Value& value) {
    if (const auto* count = std::get_if<int64_t>(&value)) exact.push_back(*count);
    if (const auto* number = std::get_if<double>(&value)) numbers.push_back(*number);
    if (const auto* amount = std::get_if<Amount>(&value)) {
      exact.push_back(__int128{amount->units} * kNanosAUnit + amount->nanos);
    }
  }
};

template <typename T>
int64_t RankOf(const std::vector<T>& values, T own) {
  return 1 + std::count_if(values.begin(), values.end(), [own](T other) { return other > own; });
}

// The sum of the two middle values (twice the middle one of an odd number); reorders `values`.
template <typename T>
T TwiceTheMedian(std::vector<T>& values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return 2 * *middle;
  return *middle + *std::max_element(values.begin(), middle);
}

fields::Value MedianOf(fields::ValueType type, Values& values) {
  if (!values.numbers.empty()) return TwiceTheMedian(values.numbers) / 2;
  if (values.exact.empty()) return fields::NullReason::kNoRecords;
  const __int128 twice = TwiceTheMedian(values.exact);
  if (type != fields::ValueType::kMoney) return static_cast<double>(twice) / 2;
  const __int128 nanos = (twice + (twice < 0 ? -1 : 1)) / 2;  // half away from zero
  return Amount{static_cast<int64_t>(nanos / kNanosAUnit),
                static_cast<int32_t>(nanos % kNanosAUnit)};
}

// Whose figures are compared, and whose standing is asked for.
struct Peers {
  const std::vector<uint8_t>& exists;
  Slot slot;
  const StopToken& stop;
};

absl::Status Stand(const Definition& definition, const MeasureTable& measures,
                   const std::vector<uint32_t>& row_of_slot, const Peers& peers,
                   KpiStanding* standing) {
  STRATA_RETURN_IF_ERROR(peers.stop.Check());
  const auto cell_of = [&](Slot slot) {
    return definition.figure({CellView(measures, row_of_slot[slot])});
  };
  STRATA_ASSIGN_OR_RETURN(standing->value, cell_of(peers.slot));
  Values all, own;
  own.Add(standing->value.value);
  for (Slot slot = 0; slot < peers.exists.size(); ++slot) {
    if (peers.exists[slot] == 0 && slot != peers.slot) continue;
    STRATA_ASSIGN_OR_RETURN(const fields::Cell cell, cell_of(slot));
    all.Add(cell.value);
  }
  standing->of = static_cast<int64_t>(all.exact.size() + all.numbers.size());
  if (!own.exact.empty()) standing->rank = RankOf(all.exact, own.exact.front());
  if (!own.numbers.empty()) standing->rank = RankOf(all.numbers, own.numbers.front());
  standing->median = MedianOf(definition.kpi.type, all);
  return absl::OkStatus();
}

// The standings of all KPIs of one kind of facts, side by side.
absl::Status StandAll(const GroupSpace& space, const ScanResult& result, Facts facts,
                      const Peers& peers, std::vector<KpiStanding>* standings) {
  std::vector<uint32_t> row_of_slot(peers.exists.size(), kNoRow);
  for (size_t row = 0; row < result.keys.size(); ++row) {
    row_of_slot[space.CustomerGroupOf(result.keys[row])] = static_cast<uint32_t>(row);
  }
  std::vector<absl::Status> failures(standings->size());
  ParallelScan(standings->size(), [&](size_t, size_t i) {
    KpiStanding& standing = (*standings)[i];
    const Definition& definition = DefinitionOf(*standing.kpi);
    if (definition.facts != facts) return;
    failures[i] = Stand(definition, result.measures, row_of_slot, peers, &standing);
  });
  for (const absl::Status& failure : failures) STRATA_RETURN_IF_ERROR(failure);
  return absl::OkStatus();
}

}  // namespace

std::vector<const Kpi*> KpisOfOneCustomer() {
  std::vector<const Kpi*> kpis;
  for (const Kpi& kpi : Kpis()) {
    if (IsOfOneCustomer(DefinitionOf(kpi))) kpis.push_back(&kpi);
  }
  return kpis;
}

absl::StatusOr<std::vector<KpiStanding>> StandingsOf(const fields::Scope& scope, Slot slot) {
  std::vector<KpiStanding> standings;
  KpiQuery query;
  query.scope = scope;
  for (const Kpi* kpi : KpisOfOneCustomer()) {
    standings.emplace_back().kpi = kpi;
    query.kpis.push_back(kpi->id);
  }
  STRATA_ASSIGN_OR_RETURN(const Plan plan, MakePlan(query));
  STRATA_ASSIGN_OR_RETURN(const fields::Features features,
                          fields::Features::Compute(*scope.revision, scope.as_of, {}, scope.stop));
  const Peers peers = {features.exists(), slot, scope.stop};
  Evaluator evaluator(query.scope, plan.filter, {}, plan.Needs());
  STRATA_RETURN_IF_ERROR(
      evaluator.Evaluate({scope.range, {}, plan.Needs(), true},
                         [&](Facts facts, const GroupSpace& space, const ScanResult& result) {
                           return StandAll(space, result, facts, peers, &standings);
                         }));
  return standings;
}

}  // namespace strata::analytics::kpi
