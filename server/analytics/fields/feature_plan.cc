#include "server/analytics/fields/feature_plan.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "server/analytics/classes/revenue_order.h"
#include "server/analytics/classes/slot_selection.h"
#include "server/analytics/facts/block_scan.h"
#include "server/analytics/facts/spare_columns.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::fields {
namespace {

using image::Block;
using image::Slot;

constexpr int kServiceWindowDays = 90;

// The first day in `facts` of the customers of `block` into `first`, where it is earlier.
template <typename Columns>
void FirstDays(const Columns* facts, const std::vector<Day>& days, std::vector<Day>& first) {
  for (size_t customer = 0; customer < first.size(); ++customer) {
    const uint32_t row = facts->begin[customer];
    if (row < facts->begin[customer + 1]) first[customer] = std::min(first[customer], days[row]);
  }
}

// The earliest event of each customer of a block; the largest day where it has none.
std::vector<Day> FirstEvents(const Block& block, absl::Span<const image::OrderRun> runs) {
  std::vector<Day> first(block.customers, std::numeric_limits<Day>::max());
  for (const image::OrderRun& run : runs) {
    for (uint32_t customer = 0; customer < block.customers; ++customer) {
      const uint32_t row = run.begin[customer];
      if (row < run.begin[customer + 1]) first[customer] = std::min(first[customer], run.day[row]);
    }
  }
  if (block.tickets != nullptr) FirstDays(block.tickets.get(), block.tickets->opened_day, first);
  if (block.surveys != nullptr) FirstDays(block.surveys.get(), block.surveys->day, first);
  return first;
}

}  // namespace

FeaturePlan::FeaturePlan(const image::Revision& revision, Day as_of)
    : revision_(revision),
      as_of_(as_of),
      orders_(revision),
      service_(revision, as_of, kServiceWindowDays) {}

FeaturePlan::~FeaturePlan() {
  facts::GiveColumn(present_);
  facts::GiveColumn(strategic_);
}

size_t FeaturePlan::LastDays(int days, bool lines_and_units) {
  return orders_.AddWindow(days == 0 ? kNoDay : as_of_ - days, as_of_, lines_and_units);
}

absl::Status FeaturePlan::Run(const StopToken& stop, std::vector<uint8_t>* exists) {
  present_ = facts::TakeColumn<uint8_t>(revision_.slots);
  *exists = facts::TakeColumn<uint8_t>(revision_.slots);
  if (read_strategic_) strategic_ = facts::TakeColumn<int8_t>(revision_.slots);
  orders_.Prepare();
  if (read_tickets_) service_.PrepareTickets();
  if (read_ratings_) service_.PrepareRatings();
  if (read_contracts_) service_.PrepareContracts();
  STRATA_RETURN_IF_ERROR(Scan(stop, exists));
  ParallelScan(profile_.size(), [this](size_t, size_t item) {
    if (profile_[item].finish) profile_[item].finish();
  });
  for (const std::vector<Fill>* fills : {&fills_, &takes_}) {
    for (const Fill& fill : *fills) {
      STRATA_RETURN_IF_ERROR(stop.Check());
      fill();
    }
  }
  for (const Computation& compute : computations_) STRATA_RETURN_IF_ERROR(compute(stop));
  return absl::OkStatus();
}

absl::Status FeaturePlan::Scan(const StopToken& stop, std::vector<uint8_t>* exists) {
  // With every event seen, a customer without a creation time exists either way.
  const bool sees_all = as_of_ >= revision_.last_event_day;
  std::vector<image::OrderRuns> runs_of_worker(ScanWorkers());
  return facts::ScanBlocks(revision_, stop, [&](size_t worker, const Block& block) -> absl::Status {
    absl::Span<const image::OrderRun> runs;
    if (!orders_.empty() || !sees_all) runs = runs_of_worker[worker].Of(block);
    ReadPresence(block);
    std::copy_n(present_.begin() + block.first_slot, block.customers,
                exists->begin() + block.first_slot);
    if (!sees_all || !block.profile->created_day.empty()) {
      RemoveLaterCustomers(block, sees_all ? std::vector<Day>() : FirstEvents(block, runs),
                           exists->data() + block.first_slot);
    }
    for (const ProfileReader& reader : profile_) reader.read(block);
    orders_.Read(block, runs);
    service_.Read(block);
    return absl::OkStatus();
  });
}

void FeaturePlan::RemoveLaterCustomers(const Block& block, const std::vector<Day>& first_event,
                                       uint8_t* exists) const {
  constexpr Day kNoEvent = std::numeric_limits<Day>::max();
  for (uint32_t row = 0; row < block.customers; ++row) {
    if (exists[row] == 0) continue;
    if (const Day created = block.profile->created_day[row]; created != kNoDay) {
      exists[row] = created <= as_of_;
    } else if (!first_event.empty()) {
      exists[row] = first_event[row] <= as_of_ || first_event[row] == kNoEvent;
    }
  }
}

void FeaturePlan::ReadPresence(const Block& block) {
  const image::CustomerColumns& columns = *block.profile;
  const size_t rows = std::min<size_t>(columns.rows, block.customers);
  uint8_t* const present = present_.data() + block.first_slot;
  std::fill(std::copy_n(columns.present.begin(), rows, present), present + block.customers, 0);
  if (!read_strategic_) return;
  int8_t* const strategic = strategic_.data() + block.first_slot;
  for (size_t row = 0; row < rows; ++row) strategic[row] = columns.strategic[row];
  std::fill(strategic + rows, strategic + block.customers, columns.strategic.absent());
}

const std::vector<Slot>& FeaturePlan::Ranking(size_t window) {
  const auto [found, made] = rankings_.try_emplace(window);
  if (!made) return found->second;
  const facts::WindowSums& sums = orders_.window(window);
  found->second =
      classes::SelectSlots(revision_.slots, [&](Slot slot) { return sums.orders[slot] > 0; });
  classes::SortByRevenue(found->second, sums.revenue, revision_.dictionaries->customer_ids);
  return found->second;
}

const classes::RfmScores& FeaturePlan::Rfm(size_t window) {
  if (rfm_.has_value()) return *rfm_;
  const facts::WindowSums& sums = orders_.window(window);
  std::vector<int64_t> recency = facts::TakeColumn<int64_t>(revision_.slots);
  facts::ForSlotRanges(revision_.slots, [&](Slot begin, Slot end) {
    // Only buyers are looked at, and they have a last day.
    for (Slot slot = begin; slot < end; ++slot)
      recency[slot] = int64_t{as_of_} - orders_.last_day()[slot];
  });
  rfm_ = classes::ScoreRfm({recency, sums.orders, sums.revenue});
  facts::GiveColumn(recency);
  return *rfm_;
}

}  // namespace strata::analytics::fields
