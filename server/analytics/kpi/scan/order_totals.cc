#include "server/analytics/kpi/scan/order_totals.h"

#include <algorithm>
#include <vector>

#include "server/analytics/facts/block_scan.h"
#include "server/base/status_macros.h"

namespace strata::analytics::kpi {
namespace {

using M = Measure;

constexpr MeasureSet kSimpleMeasures = {M::kRecognised, M::kOrders,          M::kReturns,
                                        M::kRevenue,    M::kRefunds,         M::kOrdersAll,
                                        M::kRevenueAll, M::kActiveCustomers, M::kStrategicRevenue};
constexpr MeasureSet kAnyStatus = {M::kOrdersAll, M::kRevenueAll};

constexpr size_t kChunk = 2048;

// Sums of 64-bit amounts without overflow: biased to be unsigned, the halves are added apart.
class SplitSum {
 public:
  void Add(const Micros* amounts, const uint8_t* keep, size_t rows) {
    uint64_t high = 0, low = 0, count = 0;
    for (size_t i = 0; i < rows; ++i) {
      const uint64_t mask = -uint64_t{keep[i]};
      const uint64_t biased = (static_cast<uint64_t>(amounts[i]) ^ kBias) & mask;
      high += biased >> 32;
      low += biased & 0xffffffffu;
      count += keep[i];
    }
    const unsigned __int128 sum = (static_cast<unsigned __int128>(high) << 32) + low;
    sum_ += static_cast<MicrosSum>(sum) - static_cast<MicrosSum>(count) * kBias;
  }
  MicrosSum sum() const { return sum_; }

 private:
  static constexpr uint64_t kBias = uint64_t{1} << 63;
  MicrosSum sum_ = 0;
};

// keep[i] = 1 when order begin + i counts.
void KeepInWindow(const Day* days, size_t rows, fields::DayRange window, uint8_t* keep) {
  const auto from = static_cast<uint32_t>(window.from);
  const auto last = static_cast<uint32_t>(window.to) - from;
  for (size_t i = 0; i < rows; ++i) keep[i] = static_cast<uint32_t>(days[i]) - from <= last;
}

void DropStatus(const uint16_t* statuses, size_t rows, uint16_t excluded, uint8_t* keep) {
  for (size_t i = 0; i < rows; ++i) keep[i] &= statuses[i] != excluded;
}

int64_t Count(const uint8_t* keep, size_t rows) {
  int64_t count = 0;
  for (size_t i = 0; i < rows; ++i) count += keep[i];
  return count;
}

MicrosSum SumLines(const image::OrderRun& run, size_t begin, const uint8_t* keep, size_t rows) {
  if (run.line_begin == nullptr) {
    SplitSum sum;
    sum.Add(run.amount + begin, keep, rows);
    return sum.sum();
  }
  MicrosSum sum = 0;
  for (size_t i = 0; i < rows; ++i) {
    if (keep[i] == 0) continue;
    for (uint32_t line = run.line_begin[begin + i]; line < run.line_begin[begin + i + 1]; ++line) {
      sum += run.amount[line];
    }
  }
  return sum;
}

MicrosSum TotalOf(const image::OrderRun& run, size_t order) {
  MicrosSum sum = 0;
  for (uint32_t line = run.FirstLine(order); line < run.FirstLine(order + 1); ++line) {
    sum += run.amount[line];
  }
  return sum;
}

// The same for the few orders of one customer.
void AddShortRange(const uint8_t* excluded, const image::OrderRun& run, uint32_t begin,
                   uint32_t end, fields::DayRange window, bool any_status, OrderTotals* totals) {
  const auto from = static_cast<uint32_t>(window.from);
  const auto last = static_cast<uint32_t>(window.to) - from;
  for (uint32_t order = begin; order < end; ++order) {
    const bool in = static_cast<uint32_t>(run.day[order]) - from <= last;
    const bool recognised = in & (excluded[run.status[order]] == 0);
    totals->in_window += in;
    totals->recognised += recognised;
    if (recognised && run.IsReturn(order)) {
      ++totals->returns;
      totals->refunds -= TotalOf(run, order);
    }
    if (run.line_begin == nullptr) {
      totals->revenue += run.amount[order] & -Micros{recognised};
      if (any_status) totals->revenue_all += run.amount[order] & -Micros{in};
      continue;
    }
    if (!in) continue;
    const MicrosSum sum = TotalOf(run, order);
    if (recognised) totals->revenue += sum;
    totals->revenue_all += sum;
  }
}

// A worker's sums by customer group.
struct GroupTotals {
  int64_t recognised = 0, returns = 0, orders_all = 0, active = 0;
  MicrosSum revenue = 0, refunds = 0, revenue_all = 0, strategic = 0;

  void Add(const OrderTotals& totals, bool strategic_customer) {
    recognised += totals.recognised;
    returns += totals.returns;
    orders_all += totals.in_window;
    active += totals.recognised > totals.returns;
    revenue += totals.revenue;
    refunds += totals.refunds;
    revenue_all += totals.revenue_all;
    if (strategic_customer) strategic += totals.revenue;
  }
  void Merge(const GroupTotals& other) {
    recognised += other.recognised;
    returns += other.returns;
    orders_all += other.orders_all;
    active += other.active;
    revenue += other.revenue;
    refunds += other.refunds;
    revenue_all += other.revenue_all;
    strategic += other.strategic;
  }
};

class TotalsScan {
 public:
  explicit TotalsScan(const ScanInput& input)
      : input_(input), any_status_(input.measures.HasAny(kAnyStatus)), ids_(input.space->keys()) {}

  absl::Status Add(const image::Block& block) {
    const absl::Span<const image::OrderRun> runs = runs_.Of(block);
    const bool by_customer = !input_.space->customers().of_slot().empty() ||
                             input_.measures.HasAny({M::kActiveCustomers, M::kStrategicRevenue});
    if (by_customer) {
      AddCustomers(block, runs);
    } else {
      OrderTotals totals;
      for (const image::OrderRun& run : runs) {
        AddLongRange(*input_.revision, run, 0, run.orders, input_.window, any_status_, &totals);
      }
      Put(0, totals, false);
      counts_.in_window += totals.in_window;
    }
    return CheckGroups(input_, ids_.dense() ? 0 : ids_.size() - 1);
  }

  const GroupIds& ids() const { return ids_; }
  const std::vector<GroupTotals>& totals() const { return totals_; }
  const ScanCounts& counts() const { return counts_; }

 private:
  void AddCustomers(const image::Block& block, absl::Span<const image::OrderRun> runs) {
    const CustomerGroups& groups = input_.space->customers();
    const uint8_t* const excluded = input_.revision->excluded_status.data();
    for (uint32_t customer = 0; customer < block.customers; ++customer) {
      OrderTotals totals;
      for (const image::OrderRun& run : runs) {
        AddShortRange(excluded, run, run.begin[customer], run.begin[customer + 1], input_.window,
                      any_status_, &totals);
      }
      counts_.in_window += totals.in_window;
      const image::Slot slot = block.first_slot + customer;
      const uint32_t group = groups.GroupOf(slot);
      if (group == CustomerGroups::kNone || totals.in_window == 0) continue;
      Put(group, totals, input_.strategic != nullptr && (*input_.strategic)[slot] != 0);
    }
  }

  void Put(uint32_t group, const OrderTotals& totals, bool strategic) {
    const uint32_t id = ids_.IdOf(group);
    if (id >= totals_.size()) totals_.resize(ids_.size());
    totals_[id].Add(totals, strategic);
    counts_.matched += totals.in_window;
    counts_.used += any_status_ ? totals.in_window : totals.recognised;
    counts_.returns += totals.returns;
  }

  const ScanInput& input_;
  const bool any_status_;
  GroupIds ids_;
  image::OrderRuns runs_;
  std::vector<GroupTotals> totals_;
  ScanCounts counts_;
};

void PutRow(const GroupTotals& totals, MeasureSet measures, MeasureTable* out) {
  const auto put = [&](Measure measure, MicrosSum value) {
    if (measures.Has(measure)) (*out)[measure].push_back(value);
  };
  put(M::kRecognised, totals.recognised);
  put(M::kOrders, totals.recognised - totals.returns);
  put(M::kReturns, totals.returns);
  put(M::kOrdersAll, totals.orders_all);
  put(M::kActiveCustomers, totals.active);
  put(M::kRevenue, totals.revenue);
  put(M::kRefunds, totals.refunds);
  put(M::kRevenueAll, totals.revenue_all);
  put(M::kStrategicRevenue, totals.strategic);
}

}  // namespace

void AddLongRange(const image::Revision& revision, const image::OrderRun& run, size_t begin,
                  size_t end, fields::DayRange window, bool any_status, OrderTotals* totals) {
  uint8_t keep[kChunk];
  for (size_t at = begin; at < end; at += kChunk) {
    const size_t rows = std::min(kChunk, end - at);
    KeepInWindow(run.day + at, rows, window, keep);
    totals->in_window += Count(keep, rows);
    if (any_status) totals->revenue_all += SumLines(run, at, keep, rows);
    for (size_t code = 0; code < revision.excluded_status.size(); ++code) {
      if (revision.excluded_status[code] == 0) continue;
      DropStatus(run.status + at, rows, static_cast<uint16_t>(code), keep);
    }
    totals->recognised += Count(keep, rows);
    totals->revenue += SumLines(run, at, keep, rows);
    if (run.is_return == nullptr) continue;
    for (size_t i = 0; i < rows; ++i) keep[i] &= run.is_return[at + i];
    totals->returns += Count(keep, rows);
    totals->refunds -= SumLines(run, at, keep, rows);
  }
}

bool CanScanByCustomer(const ScanInput& input) {
  return input.measures.IsWithin(kSimpleMeasures) && input.space->rows().empty() &&
         input.space->time().groups() == 1 &&
         (input.filter == nullptr ||
          (!input.filter->has_order_part() && !input.filter->has_line_part()));
}

absl::StatusOr<ScanResult> ScanOrdersByCustomer(const ScanInput& input) {
  WorkerStates<TotalsScan> workers;
  STRATA_RETURN_IF_ERROR(
      facts::ScanBlocks(*input.revision, input.stop, [&](size_t worker, const image::Block& block) {
        return workers.Of(worker, [&] { return std::make_unique<TotalsScan>(input); }).Add(block);
      }));
  ScanResult result;
  std::vector<const GroupIds*> ids;
  for (const TotalsScan* worker : workers.All()) {
    ids.push_back(&worker->ids());
    result.counts += worker->counts();
  }
  const MergedGroups groups = MergeGroups(ids);
  std::vector<GroupTotals> merged(groups.ids());
  size_t w = 0;
  for (const TotalsScan* worker : workers.All()) {
    for (size_t id = 0; id < worker->totals().size(); ++id) {
      merged[groups.new_id[w][id]].Merge(worker->totals()[id]);
    }
    ++w;
  }
  MeasureSet measures = input.measures;
  if (measures.HasAny(kAnyStatus)) measures |= {M::kOrdersAll};
  if (!measures.IsWithin(kAnyStatus)) measures |= {M::kRecognised, M::kOrders};
  for (size_t id = 1; id < merged.size(); ++id) {
    const bool present = (measures.Has(M::kRecognised) && merged[id].recognised > 0) ||
                         (measures.Has(M::kOrdersAll) && merged[id].orders_all > 0);
    if (!present) continue;
    result.keys.push_back(groups.keys[id - 1]);
    PutRow(merged[id], measures, &result.measures);
  }
  STRATA_RETURN_IF_ERROR(CheckGroups(input, result.keys.size()));
  return result;
}

}  // namespace strata::analytics::kpi
