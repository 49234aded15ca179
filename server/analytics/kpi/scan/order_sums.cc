#include <utility>

#include "server/analytics/kpi/scan/order_analytic.h"

namespace strata::analytics::kpi {
namespace {

using M = Measure;

constexpr MeasureSet kLineMeasures = {M::kOrderLines, M::kUnits,           M::kLinesWithCost,
                                      M::kCost,       M::kRevenueWithCost, M::kRevenue,
                                      M::kRefunds,    M::kRevenueAll,      M::kStrategicRevenue};
constexpr MeasureSet kCountMeasures = {M::kRecognised, M::kReturns, M::kOrdersAll, M::kOrderLines,
                                       M::kLinesWithCost};
// Whatever is asked for, these say which groups there are, and how many purchases each has.
constexpr MeasureSet kRecognisedCounts = {M::kRecognised, M::kReturns};
constexpr MeasureSet kCostMeasures = {M::kLinesWithCost, M::kCost, M::kRevenueWithCost};

void CountRows(const uint32_t* ids, size_t rows, int64_t* counts) {
  for (size_t row = 0; row < rows; ++row) ++counts[ids[row]];
}

void SumRows(const uint32_t* ids, const Micros* values, size_t rows, MicrosSum* sums) {
  for (size_t row = 0; row < rows; ++row) sums[ids[row]] += values[row];
}

}  // namespace

OrderSums::OrderSums(const ScanInput& input) : input_(input) {
  measures_ = input.measures & (kLineMeasures | kAnyStatusMeasures);
  if (input.measures.HasAny(kAnyStatusMeasures)) measures_ |= {M::kOrdersAll};
  if (!input.measures.IsWithin(kAnyStatusMeasures)) measures_ |= kRecognisedCounts;
}

void OrderSums::Resize(size_t ids) {
  for (size_t i = 0; i < kMeasures; ++i) {
    const auto measure = static_cast<M>(i);
    if (!measures_.Has(measure)) continue;
    if (kCountMeasures.Has(measure)) {
      counts_[i].resize(ids, 0);
    } else {
      sums_[i].resize(ids, 0);
    }
  }
}

void OrderSums::Add(const OrderBlock& block) {
  for (const OrderRows& rows : block.runs) {
    if (measures_.Has(M::kOrdersAll)) {
      CountRows(rows.all, rows.entries, Counts(M::kOrdersAll));
    }
    if (measures_.Has(M::kRecognised)) {
      CountRows(rows.recognised, rows.entries, Counts(M::kRecognised));
      if (rows.run->is_return != nullptr) AddReturns(rows);
    }
    AddLines(rows);
    if (measures_.HasAny(kCostMeasures) && rows.run->cost != nullptr) AddCosts(rows);
    if (measures_.Has(M::kStrategicRevenue)) AddStrategic(*block.block, rows);
  }
}

void OrderSums::AddReturns(const OrderRows& rows) {
  const image::OrderRun& run = *rows.run;
  int64_t* const returns = Counts(M::kReturns);
  for (size_t entry = 0; entry < rows.entries; ++entry) {
    returns[rows.recognised[entry]] += run.is_return[rows.OrderOf(entry)];
  }
  if (!measures_.Has(M::kRefunds)) return;
  MicrosSum* const refunds = Sums(M::kRefunds);
  for (size_t order = 0; order < run.orders; ++order) {
    if (run.is_return[order] == 0) continue;
    for (uint32_t line = run.FirstLine(order); line < run.FirstLine(order + 1); ++line) {
      refunds[rows.line_recognised[line]] -= run.amount[line];
    }
  }
}

void OrderSums::AddLines(const OrderRows& rows) {
  const image::OrderRun& run = *rows.run;
  if (measures_.Has(M::kRevenueAll)) {
    SumRows(rows.line_all, run.amount, run.lines, Sums(M::kRevenueAll));
  }
  if (measures_.Has(M::kRevenue)) {
    SumRows(rows.line_recognised, run.amount, run.lines, Sums(M::kRevenue));
  }
  if (measures_.Has(M::kOrderLines)) {
    CountRows(rows.line_recognised, run.lines, Counts(M::kOrderLines));
  }
  if (measures_.Has(M::kUnits)) {
    MicrosSum* const units = Sums(M::kUnits);
    for (size_t line = 0; line < run.lines; ++line) {
      units[rows.line_recognised[line]] += run.QuantityMicros(line);
    }
  }
}

void OrderSums::AddCosts(const OrderRows& rows) {
  const image::OrderRun& run = *rows.run;
  for (size_t line = 0; line < run.lines; ++line) {
    if (run.cost[line] == kNoAmount) continue;
    const uint32_t id = rows.line_recognised[line];
    if (measures_.Has(M::kLinesWithCost)) Counts(M::kLinesWithCost)[id] += 1;
    if (measures_.Has(M::kCost)) Sums(M::kCost)[id] += run.cost[line];
    if (measures_.Has(M::kRevenueWithCost)) Sums(M::kRevenueWithCost)[id] += run.amount[line];
  }
}

void OrderSums::AddStrategic(const image::Block& block, const OrderRows& rows) {
  const image::OrderRun& run = *rows.run;
  MicrosSum* const sums = Sums(M::kStrategicRevenue);
  for (uint32_t customer = 0; customer < run.customers; ++customer) {
    if ((*input_.strategic)[block.first_slot + customer] == 0) continue;
    const uint32_t begin = run.FirstLine(run.begin[customer]);
    const uint32_t end = run.FirstLine(run.begin[customer + 1]);
    SumRows(rows.line_recognised + begin, run.amount + begin, end - begin, sums);
  }
}

void OrderSums::Merge(OrderAnalytic& other, const std::vector<uint32_t>& new_id) {
  auto& from = static_cast<OrderSums&>(other);
  for (size_t i = 0; i < kMeasures; ++i) {
    for (size_t id = 0; id < from.counts_[i].size(); ++id) {
      counts_[i][new_id[id]] += from.counts_[i][id];
    }
    for (size_t id = 0; id < from.sums_[i].size(); ++id) {
      sums_[i][new_id[id]] += from.sums_[i][id];
    }
  }
}

std::vector<uint32_t> OrderSums::Present() const {
  const std::vector<int64_t>& all = counts_[static_cast<size_t>(M::kOrdersAll)];
  const std::vector<int64_t>& recognised = counts_[static_cast<size_t>(M::kRecognised)];
  std::vector<uint32_t> ids;
  for (uint32_t id = 1; id < std::max(all.size(), recognised.size()); ++id) {
    if ((id < all.size() && all[id] != 0) || (id < recognised.size() && recognised[id] != 0)) {
      ids.push_back(id);
    }
  }
  return ids;
}

void OrderSums::Finish(const std::vector<uint32_t>& ids, MeasureTable* measures) {
  for (size_t i = 0; i < kMeasures; ++i) {
    if (!measures_.Has(static_cast<M>(i))) continue;
    std::vector<MicrosSum>& out = (*measures)[static_cast<M>(i)];
    const bool counts = kCountMeasures.Has(static_cast<M>(i));
    for (const uint32_t id : ids) {
      out.push_back(counts ? MicrosSum{counts_[i][id]} : sums_[i][id]);
    }
  }
  if (!measures_.Has(M::kRecognised)) return;
  for (const uint32_t id : ids) {
    (*measures)[M::kOrders].push_back(Counts(M::kRecognised)[id] - Counts(M::kReturns)[id]);
  }
}

}  // namespace strata::analytics::kpi
