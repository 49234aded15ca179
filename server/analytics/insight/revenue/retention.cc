#include "server/analytics/insight/revenue/retention.h"

#include <algorithm>

#include "server/analytics/facts/customer_events.h"
#include "server/analytics/facts/exposure.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

// Counts of one cohort month; index n - 1 for the n-th month after it.
struct Counts {
  int64_t customers = 0;
  std::vector<int64_t> returned,
      last_return;  // last_return[n - 1]: whose last return was in month n
};

class Tally {
 public:
  Tally(int32_t first, int32_t last, int months, int32_t complete)
      : first_(first), months_(months), complete_(complete) {
    counts_.resize(static_cast<size_t>(std::max(0, last - first + 1)));
    for (Counts& counts : counts_) {
      counts.returned.resize(static_cast<size_t>(months));
      // The last return may lie beyond the asked months; it counts for "or later".
      counts.last_return.resize(static_cast<size_t>(months) + 1);
    }
  }

  void Add(const facts::CustomerEvents& events, Day as_of, const Calendar& calendar) {
    int32_t cohort = 0, seen = -1;
    bool started = false;
    Counts* counts = nullptr;
    int32_t last_return = 0;
    for (const facts::OrderEvent& order : events.orders) {
      if (order.day > as_of) break;
      if (!order.recognised || !facts::IsPurchase(order)) continue;
      const int32_t month = calendar.PeriodOf(PeriodUnit::kMonth, order.day);
      if (!started) {
        started = true;
        cohort = month;
        if (cohort < first_ || cohort >= first_ + static_cast<int32_t>(counts_.size())) return;
        counts = &counts_[static_cast<size_t>(cohort - first_)];
        ++counts->customers;
      }
      const int32_t n = month - cohort;
      if (n == 0 || n == seen || month > complete_) continue;
      seen = n;
      last_return = n;
      if (n <= months_) ++counts->returned[static_cast<size_t>(n - 1)];
    }
    if (last_return > 0) {
      ++counts->last_return[static_cast<size_t>(std::min(last_return, months_ + 1) - 1)];
    }
  }

  void Merge(const Tally& other) {
    for (size_t i = 0; i < counts_.size(); ++i) {
      counts_[i].customers += other.counts_[i].customers;
      for (size_t n = 0; n < counts_[i].returned.size(); ++n) {
        counts_[i].returned[n] += other.counts_[i].returned[n];
      }
      for (size_t n = 0; n < counts_[i].last_return.size(); ++n) {
        counts_[i].last_return[n] += other.counts_[i].last_return[n];
      }
    }
  }

  Retention Result() const;

 private:
  int32_t first_;
  int32_t months_;
  int32_t complete_;  // the last month that is over
  std::vector<Counts> counts_;
};

Retention Tally::Result() const {
  Retention result;
  std::vector<int64_t> reached(static_cast<size_t>(months_)), back(static_cast<size_t>(months_));
  for (size_t i = 0; i < counts_.size(); ++i) {
    const Counts& counts = counts_[i];
    RetentionCohort cohort;
    cohort.month = first_ + static_cast<int32_t>(i);
    cohort.customers = counts.customers;
    cohort.returned.resize(static_cast<size_t>(months_));
    cohort.returned_or_later.resize(static_cast<size_t>(months_));
    int64_t later = counts.last_return.back();
    for (int n = months_; n >= 1; --n) {
      const auto at = static_cast<size_t>(n - 1);
      later += counts.last_return[at];
      if (cohort.month + n > complete_ || counts.customers == 0) continue;
      const double size = static_cast<double>(counts.customers);
      cohort.returned[at] = static_cast<double>(counts.returned[at]) / size;
      cohort.returned_or_later[at] = static_cast<double>(later) / size;
      reached[at] += counts.customers;
      back[at] += counts.returned[at];
    }
    result.cohorts.push_back(std::move(cohort));
  }
  for (size_t at = 0; at < reached.size(); ++at) {
    result.weighted_mean.push_back(
        reached[at] == 0
            ? std::nullopt
            : std::optional(static_cast<double>(back[at]) / static_cast<double>(reached[at])));
  }
  return result;
}

}  // namespace

absl::StatusOr<Retention> MeasureRetention(const image::Revision& revision, Day as_of,
                                           fields::DayRange range,
                                           const std::vector<uint8_t>& include, int months,
                                           const StopToken& stop) {
  const Calendar& calendar = *revision.calendar;
  if (revision.orders == 0 || range.from == kNoDay || range.to < range.from) return Retention();
  const int32_t first = calendar.PeriodOf(PeriodUnit::kMonth, range.from);
  const int32_t last = calendar.PeriodOf(PeriodUnit::kMonth, std::min(range.to, as_of));
  const int32_t complete = calendar.PeriodOf(PeriodUnit::kMonth, as_of + 1) - 1;
  std::vector<Tally> parts(ScanWorkers(), Tally(first, last, months, complete));
  STRATA_RETURN_IF_ERROR(facts::ForEachCustomer(
      revision, stop, [&](size_t worker, const facts::CustomerEvents& events) {
        if (include[events.slot]) parts[worker].Add(events, as_of, calendar);
      }));
  for (size_t i = 1; i < parts.size(); ++i) parts[0].Merge(parts[i]);
  return parts[0].Result();
}

}  // namespace strata::analytics::insight
