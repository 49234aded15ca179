#include "server/analytics/insight/segments/rfm_table.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/analytics/facts/block_scan.h"
#include "server/analytics/facts/customer_order_sums.h"
#include "server/analytics/segment/population.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

using image::Slot;

// Recency, orders and revenue of every customer.
absl::Status Measure(const RfmQuery& query, RfmTable* table) {
  const image::Revision& revision = *query.scope.revision;
  const Day as_of = query.scope.as_of;
  facts::CustomerOrderSums sums(revision);
  const size_t window = sums.AddWindow(query.window_days == 0 ? kNoDay : as_of - query.window_days,
                                       as_of, /*lines_and_units=*/false);
  sums.AddDays(as_of);
  sums.Prepare();
  std::vector<image::OrderRuns> runs(ScanWorkers());
  STRATA_RETURN_IF_ERROR(
      facts::ScanBlocks(revision, query.scope.stop, [&](size_t worker, const image::Block& block) {
        sums.Read(block, runs[worker].Of(block));
        return absl::OkStatus();
      }));
  table->orders = std::move(sums.window(window).orders);
  table->revenue = std::move(sums.window(window).revenue);
  table->recency_days.assign(revision.slots, 0);
  const std::vector<Day>& last_day = sums.last_day();
  facts::ForSlotRanges(revision.slots, [&](Slot begin, Slot end) {
    for (Slot slot = begin; slot < end; ++slot) {
      // The last order of all lies in the window when any does.
      if (table->orders[slot] > 0) table->recency_days[slot] = int64_t{as_of} - last_day[slot];
    }
  });
  return absl::OkStatus();
}

void CountCells(int bins, RfmTable* table) {
  const auto side = static_cast<size_t>(bins);
  std::vector<int64_t> counts(side * side * side, 0);
  for (const Slot slot : table->scored) {
    const size_t r = table->scores.r[slot] - 1u, f = table->scores.f[slot] - 1u,
                 m = table->scores.m[slot] - 1u;
    ++counts[(r * side + f) * side + m];
  }
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    table->cells.push_back({static_cast<uint8_t>(i / (side * side) + 1),
                            static_cast<uint8_t>(i / side % side + 1),
                            static_cast<uint8_t>(i % side + 1), counts[i]});
  }
}

void CountNames(RfmTable* table) {
  for (const absl::string_view name : classes::RfmSegmentNames().subspan(1)) {
    table->names.emplace_back().name = name;
  }
  MicrosSum total = 0;
  const facts::SumView revenue = table->revenue;
  for (const Slot slot : table->scored) {
    const uint32_t code =
        classes::RfmSegmentOf(table->scores.r[slot], table->scores.f[slot], table->scores.m[slot]);
    RfmTable::Name& name = table->names[code - 1];
    ++name.customers;
    name.orders += table->orders[slot];
    name.revenue += revenue[slot];
    total += revenue[slot];
  }
  for (RfmTable::Name& name : table->names) {
    if (!table->scored.empty()) {
      name.share_of_customers =
          static_cast<double>(name.customers) / static_cast<double>(table->scored.size());
    }
    if (total > 0) name.share_of_revenue = ToDouble(name.revenue) / ToDouble(total);
  }
}

void AddNotes(const RfmQuery& query, RfmTable* table) {
  std::vector<std::string>& notes = table->info.notes;
  if (query.window_days != 0) {
    notes.push_back(absl::StrCat("purchases of the ", query.window_days, " days that end with ",
                                 FormatDay(query.scope.as_of)));
  }
  if (query.bins != classes::kRfmBins) {
    notes.push_back(absl::StrCat("the names are defined on ", classes::kRfmBins, " bins; ",
                                 query.bins, " bins have none"));
  }
  if (!table->info.filter.empty()) {
    notes.emplace_back("the cuts are those of the whole workspace, not of the filter");
  }
}

}  // namespace

absl::StatusOr<RfmTable> MakeRfmTable(const RfmQuery& query) {
  STRATA_ASSIGN_OR_RETURN(segment::Population population,
                          segment::SelectCustomers(query.scope, {}));
  RfmTable table;
  STRATA_RETURN_IF_ERROR(Measure(query, &table));
  table.scores = classes::ScoreRfm({table.recency_days, table.orders, table.revenue}, query.bins);
  table.info = std::move(population.info);
  table.info.range = {};
  for (const Slot slot : population.Slots()) {
    if (table.scores.r[slot] == 0) {
      ++table.not_scored;
      continue;
    }
    table.scored.push_back(slot);
    table.info.records_used += table.orders[slot];
  }
  table.info.current_values.emplace_back("order.status");
  CountCells(query.bins, &table);
  if (query.bins == classes::kRfmBins) CountNames(&table);
  AddNotes(query, &table);
  return table;
}

}  // namespace strata::analytics::insight
