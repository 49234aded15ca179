#include "server/analytics/fields/customer_order_sums.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/domain/money.h"

namespace strata::analytics {

using image::OrderRun;
using image::Slot;

// Running totals of one customer.
struct CustomerOrderSums::Totals {
  int64_t orders = 0, lines = 0, units = 0;
  MicrosSum revenue = 0;
  Day first = std::numeric_limits<Day>::max();
  Day last = kNoDay;
};

namespace {

// Adds the orders from `row` on that are not after `limit`; returns the first row that is. `T` is
// CustomerOrderSums::Totals.
template <bool kDays, bool kUnits, typename T>
uint32_t AddUntil(const OrderRun& run, const uint8_t* recognised, uint32_t row, uint32_t end,
                  Day limit, T& totals) {
  T sum = totals;
  for (; row < end && run.day[row] <= limit; ++row) {
    const uint8_t counts = recognised[run.status[row]];
    sum.orders += counts;
    if constexpr (kDays) {
      const Day day = run.day[row];
      sum.first = std::min(sum.first, counts ? day : std::numeric_limits<Day>::max());
      sum.last = std::max(sum.last, counts ? day : kNoDay);
    }
    if (run.line_begin == nullptr) {
      sum.revenue += run.amount[row] & -int64_t{counts};
      if constexpr (kUnits) {
        sum.lines += counts;
        sum.units += run.Quantity(row) & -int32_t{counts};
      }
      continue;
    }
    if (counts == 0) continue;
    const uint32_t line_end = run.line_begin[row + 1];
    if constexpr (kUnits) sum.lines += line_end - run.line_begin[row];
    for (uint32_t line = run.line_begin[row]; line < line_end; ++line) {
      sum.revenue += run.amount[line];
      if constexpr (kUnits) sum.units += run.Quantity(line);
    }
  }
  totals = sum;
  return row;
}

}  // namespace

CustomerOrderSums::CustomerOrderSums(const image::Revision& revision) : revision_(revision) {
  recognised_.reserve(revision.excluded_status.size());
  for (const uint8_t excluded : revision.excluded_status) recognised_.push_back(excluded == 0);
}

size_t CustomerOrderSums::AddWindow(Day after, Day to, bool lines_and_units) {
  for (size_t i = 0; i < windows_.size(); ++i) {
    if (windows_[i].after == after && windows_[i].to == to) {
      if (lines_and_units) windows_[i].lines.resize(1);  // Prepare makes the room
      return i;
    }
  }
  windows_.push_back({after, to, {}, {}, {}, {}});
  if (lines_and_units) windows_.back().lines.resize(1);
  return windows_.size() - 1;
}

void CustomerOrderSums::AddDays(Day to) {
  days_ = true;
  days_to_ = to;
}

void CustomerOrderSums::Prepare() {
  if (days_) limits_.push_back(days_to_);
  for (const WindowSums& window : windows_) {
    if (window.after != kNoDay) limits_.push_back(window.after);
    limits_.push_back(window.to);
  }
  std::sort(limits_.begin(), limits_.end());
  limits_.erase(std::unique(limits_.begin(), limits_.end()), limits_.end());
  const auto limit_of = [this](Day day) {
    return static_cast<int>(std::lower_bound(limits_.begin(), limits_.end(), day) -
                            limits_.begin());
  };
  const size_t slots = revision_.slots;
  for (WindowSums& window : windows_) {
    from_limit_.push_back(window.after == kNoDay ? -1 : limit_of(window.after));
    to_limit_.push_back(limit_of(window.to));
    window.orders.resize(slots);
    window.revenue.resize(slots);
    if (window.lines.empty()) continue;
    units_ = true;
    window.lines.assign(slots, 0);
    window.units.assign(slots, 0);
  }
  if (days_) {
    days_limits_ = static_cast<size_t>(limit_of(days_to_)) + 1;
    first_day_.assign(slots, kNoDay);
    last_day_.assign(slots, kNoDay);
  }
}

absl::Status CustomerOrderSums::Read(const image::Block& block, absl::Span<const OrderRun> runs) {
  if (runs.empty()) return absl::OkStatus();
  if (SeesAllOfSingleLines(runs)) {
    return units_ ? ReadAll<true>(block, runs) : ReadAll<false>(block, runs);
  }
  if (days_)
    return units_ ? ReadBlock<true, true>(block, runs) : ReadBlock<true, false>(block, runs);
  return units_ ? ReadBlock<false, true>(block, runs) : ReadBlock<false, false>(block, runs);
}

bool CustomerOrderSums::SeesAllOfSingleLines(absl::Span<const OrderRun> runs) const {
  if (limits_.size() != 1 || limits_[0] < revision_.last_event_day) return false;
  for (const OrderRun& run : runs) {
    if (run.line_begin != nullptr) return false;
  }
  return true;
}

// The commonest case, and bound by memory: days are only read at the ends of a customer's rows.
template <bool kUnits>
absl::Status CustomerOrderSums::ReadAll(const image::Block& block,
                                        absl::Span<const OrderRun> runs) {
  const uint8_t* recognised = recognised_.data();
  for (uint32_t customer = 0; customer < block.customers; ++customer) {
    Totals totals;
    for (const OrderRun& run : runs) {
      const uint32_t begin = run.begin[customer], end = run.begin[customer + 1];
      int64_t orders = 0, units = 0;
      MicrosSum revenue = 0;
      for (uint32_t row = begin; row < end; ++row) {
        const uint8_t counts = recognised[run.status[row]];
        orders += counts;
        revenue += run.amount[row] & -int64_t{counts};
        if constexpr (kUnits) units += run.Quantity(row) & -int32_t{counts};
      }
      totals.orders += orders;
      totals.lines += orders;
      totals.units += units;
      totals.revenue += revenue;
      if (!days_ || orders == 0) continue;
      uint32_t first = begin, last = end - 1;
      while (recognised[run.status[first]] == 0) ++first;
      while (recognised[run.status[last]] == 0) --last;
      totals.first = std::min(totals.first, run.day[first]);
      totals.last = std::max(totals.last, run.day[last]);
    }
    if (totals.orders == 0) continue;
    STRATA_RETURN_IF_ERROR(Store(block.first_slot + customer, &totals));
  }
  return absl::OkStatus();
}

template <bool kDays, bool kUnits>
absl::Status CustomerOrderSums::ReadBlock(const image::Block& block,
                                          absl::Span<const OrderRun> runs) {
  const size_t limits = limits_.size();
  std::vector<Totals> at_limit(limits);
  for (uint32_t customer = 0; customer < block.customers; ++customer) {
    bool any = false;
    for (const OrderRun& run : runs) {
      uint32_t row = run.begin[customer];
      const uint32_t end = run.begin[customer + 1];
      if (row == end) continue;
      if (!any) std::fill(at_limit.begin(), at_limit.end(), Totals());
      any = true;
      Totals totals;
      for (size_t limit = 0; limit < limits; ++limit) {
        row = AddUntil<kDays, kUnits>(run, recognised_.data(), row, end, limits_[limit], totals);
        Totals& at = at_limit[limit];
        at.orders += totals.orders;
        at.revenue += totals.revenue;
        at.lines += totals.lines;
        at.units += totals.units;
        at.first = std::min(at.first, totals.first);
        at.last = std::max(at.last, totals.last);
      }
    }
    if (any) STRATA_RETURN_IF_ERROR(Store(block.first_slot + customer, at_limit.data()));
  }
  return absl::OkStatus();
}

absl::Status CustomerOrderSums::Store(Slot slot, const Totals* at_limit) {
  static constexpr Totals kNothing;
  for (size_t i = 0; i < windows_.size(); ++i) {
    WindowSums& window = windows_[i];
    const Totals& to = at_limit[to_limit_[i]];
    const Totals& from = from_limit_[i] < 0 ? kNothing : at_limit[from_limit_[i]];
    const MicrosSum revenue = to.revenue - from.revenue;
    if (revenue > std::numeric_limits<int64_t>::max() ||
        revenue <= std::numeric_limits<int64_t>::min()) {
      return absl::OutOfRangeError(absl::StrCat("the revenue of customer \"",
                                                revision_.CustomerId(slot),
                                                "\" exceeds 9.2e12 currency units"));
    }
    window.orders[slot] = to.orders - from.orders;
    window.revenue[slot] = static_cast<int64_t>(revenue);
    if (window.lines.empty()) continue;
    window.lines[slot] = to.lines - from.lines;
    window.units[slot] = to.units - from.units;
  }
  if (days_ && at_limit[days_limits_ - 1].last != kNoDay) {
    first_day_[slot] = at_limit[days_limits_ - 1].first;
    last_day_[slot] = at_limit[days_limits_ - 1].last;
  }
  return absl::OkStatus();
}

}  // namespace strata::analytics
