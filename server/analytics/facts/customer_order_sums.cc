#include "server/analytics/facts/customer_order_sums.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "server/analytics/facts/spare_columns.h"
#include "server/domain/money.h"

namespace strata::analytics::facts {

using image::OrderRun;
using image::Slot;

// Running totals of one customer.
struct CustomerOrderSums::Totals {
  int64_t orders = 0, lines = 0;
  MicrosSum revenue = 0, units = 0;
  Day first = std::numeric_limits<Day>::max();
  Day last = kNoDay;
};

// Running sums over the rows of one run: entry i is that of the rows before i, of revenue modulo
// 2^64.
struct CustomerOrderSums::RunningSums {
  std::vector<uint32_t> orders;
  std::vector<uint64_t> revenue;
};

namespace {

// 1 when the order is recognised and no return, else 0.
inline uint8_t IsPurchase(const OrderRun& run, const uint8_t* recognised, size_t row) {
  return recognised[run.status[row]] & static_cast<uint8_t>(!run.IsReturn(row));
}

// Adds the orders from `row` on that are not after `limit`; returns the first row that is. `T` is
// CustomerOrderSums::Totals.
template <bool kDays, bool kUnits, typename T>
uint32_t AddUntil(const OrderRun& run, const uint8_t* recognised, uint32_t row, uint32_t end,
                  Day limit, T& totals) {
  T sum = totals;
  for (; row < end && run.day[row] <= limit; ++row) {
    const uint8_t counts = recognised[run.status[row]];
    const uint8_t purchase = IsPurchase(run, recognised, row);
    sum.orders += purchase;
    if constexpr (kDays) {
      const Day day = run.day[row];
      sum.first = std::min(sum.first, purchase ? day : std::numeric_limits<Day>::max());
      sum.last = std::max(sum.last, purchase ? day : kNoDay);
    }
    if (run.line_begin == nullptr) {
      sum.revenue += run.amount[row] & -int64_t{counts};
      if constexpr (kUnits) {
        sum.lines += counts;
        sum.units += run.QuantityMicros(row) & -int64_t{counts};
      }
      continue;
    }
    if (counts == 0) continue;
    const uint32_t line_end = run.line_begin[row + 1];
    if constexpr (kUnits) sum.lines += line_end - run.line_begin[row];
    for (uint32_t line = run.line_begin[row]; line < line_end; ++line) {
      sum.revenue += run.amount[line];
      if constexpr (kUnits) sum.units += run.QuantityMicros(line);
    }
  }
  totals = sum;
  return row;
}

// Sums of a run's rows before each row. `T` is CustomerOrderSums::RunningSums. False when the
// difference of two of them might leave 63 bits.
template <bool kCut, typename T>
bool SumRows(const OrderRun& run, const uint8_t* recognised, Day limit, T& sums) {
  const size_t rows = run.orders;
  if (sums.orders.size() <= rows) {
    sums.orders.resize(rows + 1);
    sums.revenue.resize(rows + 1);
  }
  uint32_t* const orders = sums.orders.data();
  uint64_t* const revenue = sums.revenue.data();
  const uint8_t* const is_return = run.is_return;
  uint64_t total = 0, magnitudes = 0;
  uint32_t count = 0;
  orders[0] = 0;
  revenue[0] = 0;
  for (size_t row = 0; row < rows; ++row) {
    uint32_t counts = recognised[run.status[row]];
    if constexpr (kCut) counts &= static_cast<uint32_t>(run.day[row] <= limit);
    const int64_t amount = run.amount[row] & -int64_t{counts};
    magnitudes |= static_cast<uint64_t>(amount ^ (amount >> 63));
    total += static_cast<uint64_t>(amount);
    count += is_return == nullptr ? counts : counts & uint32_t{is_return[row] == 0};
    orders[row + 1] = count;
    revenue[row + 1] = total;
  }
  return std::bit_width(magnitudes) + std::bit_width(rows) < 62;
}

}  // namespace

CustomerOrderSums::CustomerOrderSums(const image::Revision& revision) : revision_(revision) {
  recognised_.reserve(revision.excluded_status.size());
  for (const uint8_t excluded : revision.excluded_status) recognised_.push_back(excluded == 0);
}

CustomerOrderSums::~CustomerOrderSums() {
  for (WindowSums& window : windows_) {
    for (auto* column : {&window.orders, &window.revenue.held, &window.lines, &window.units.held}) {
      GiveColumn(*column);
    }
    GiveColumn(window.refunds);
  }
  GiveColumn(first_day_);
  GiveColumn(last_day_);
}

size_t CustomerOrderSums::AddWindow(Day after, Day to, bool lines_and_units) {
  for (size_t i = 0; i < windows_.size(); ++i) {
    if (windows_[i].after == after && windows_[i].to == to) {
      if (lines_and_units) windows_[i].lines.resize(1);  // Prepare makes the room
      return i;
    }
  }
  WindowSums& made = windows_.emplace_back();
  made.after = after;
  made.to = to;
  if (lines_and_units) made.lines.resize(1);
  return windows_.size() - 1;
}

void CustomerOrderSums::AddRefunds(size_t window) {
  windows_[window].refunds.resize(1);  // Prepare makes the room
  refunds_ = true;
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
    window.orders = TakeColumn<int64_t>(slots);
    window.revenue.held = TakeColumn<int64_t>(slots);
    if (!window.refunds.empty()) window.refunds = TakeColumn<MicrosSum>(slots);
    if (window.lines.empty()) continue;
    units_ = true;
    window.lines = TakeColumn<int64_t>(slots);
    window.units.held = TakeColumn<int64_t>(slots);
  }
  if (days_) {
    days_limits_ = static_cast<size_t>(limit_of(days_to_)) + 1;
    first_day_ = TakeColumn<Day>(slots);
    last_day_ = TakeColumn<Day>(slots);
  }
}

void CustomerOrderSums::Read(const image::Block& block, absl::Span<const OrderRun> runs) {
  if (empty()) return;
  if (refunds_) ReadRefunds(block, runs);
  const bool single_lines = std::all_of(
      runs.begin(), runs.end(), [](const OrderRun& run) { return run.line_begin == nullptr; });
  if (single_lines && limits_.size() == 1) {
    if (!units_ && ReadRowsAtOnce(block, runs)) return;
    return units_ ? ReadUpToLimit<true>(block, runs) : ReadUpToLimit<false>(block, runs);
  }
  if (days_)
    return units_ ? ReadBlock<true, true>(block, runs) : ReadBlock<true, false>(block, runs);
  return units_ ? ReadBlock<false, true>(block, runs) : ReadBlock<false, false>(block, runs);
}

// Apart from the other sums: most blocks have no return, and then there is nothing to read.
void CustomerOrderSums::ReadRefunds(const image::Block& block, absl::Span<const OrderRun> runs) {
  for (WindowSums& window : windows_) {
    if (window.refunds.empty()) continue;
    const auto refunds = window.refunds.begin() + block.first_slot;
    std::fill_n(refunds, block.customers, MicrosSum{0});
    for (const OrderRun& run : runs) {
      if (run.is_return == nullptr) continue;
      for (uint32_t customer = 0; customer < block.customers; ++customer) {
        for (uint32_t row = run.begin[customer]; row < run.begin[customer + 1]; ++row) {
          if (run.is_return[row] == 0 || recognised_[run.status[row]] == 0) continue;
          if (run.day[row] > window.to || run.day[row] <= window.after) continue;
          for (uint32_t line = run.FirstLine(row); line < run.FirstLine(row + 1); ++line) {
            refunds[customer] -= run.amount[line];
          }
        }
      }
    }
  }
}

// The commonest case. The rows of a block are summed up in one go, whosever they are, and a
// customer's sums are the difference of two running ones: a loop over each customer's few rows
// would spend as long on guessing its end. False when a sum might leave 64 bits.
bool CustomerOrderSums::ReadRowsAtOnce(const image::Block& block, absl::Span<const OrderRun> runs) {
  static thread_local RunningSums sums;
  WindowSums* const window = windows_.empty() ? nullptr : &windows_.front();
  const Slot slots = block.first_slot;
  if (window != nullptr) {
    std::fill_n(window->orders.begin() + slots, block.customers, 0);
    std::fill_n(window->revenue.held.begin() + slots, block.customers, 0);
  }
  if (days_) {
    std::fill_n(first_day_.begin() + slots, block.customers, kNoDay);
    std::fill_n(last_day_.begin() + slots, block.customers, kNoDay);
  }
  const bool sees_all = limits_[0] >= revision_.last_event_day;
  for (const OrderRun& run : runs) {
    if (!(sees_all ? SumRows<false>(run, recognised_.data(), limits_[0], sums)
                   : SumRows<true>(run, recognised_.data(), limits_[0], sums))) {
      return false;
    }
    const uint32_t* const begin = run.begin;
    if (window != nullptr) {
      int64_t* const orders = window->orders.data() + slots;
      int64_t* const revenue = window->revenue.held.data() + slots;
      for (uint32_t customer = 0; customer < block.customers; ++customer) {
        const uint32_t from = begin[customer], to = begin[customer + 1];
        orders[customer] += sums.orders[to] - sums.orders[from];
        revenue[customer] += static_cast<int64_t>(sums.revenue[to] - sums.revenue[from]);
      }
    }
    if (days_) ReadDays(block, run, sums);
  }
  return true;
}

void CustomerOrderSums::ReadDays(const image::Block& block, const OrderRun& run,
                                 const RunningSums& sums) {
  Day* const first_day = first_day_.data() + block.first_slot;
  Day* const last_day = last_day_.data() + block.first_slot;
  for (uint32_t customer = 0; customer < block.customers; ++customer) {
    uint32_t first = run.begin[customer], last = run.begin[customer + 1];
    if (sums.orders[first] == sums.orders[last]) continue;
    while (sums.orders[first] == sums.orders[first + 1]) ++first;
    while (sums.orders[last] == sums.orders[last - 1]) --last;
    const Day known = first_day[customer];
    first_day[customer] = known == kNoDay ? run.day[first] : std::min(known, run.day[first]);
    last_day[customer] = std::max(last_day[customer], run.day[last - 1]);
  }
}

// Days are only read at the ends of a customer's rows.
template <bool kUnits>
void CustomerOrderSums::ReadUpToLimit(const image::Block& block, absl::Span<const OrderRun> runs) {
  const uint8_t* const recognised = recognised_.data();
  const Day limit = limits_[0];
  const bool sees_all = limit >= revision_.last_event_day;
  for (uint32_t customer = 0; customer < block.customers; ++customer) {
    Totals totals;
    for (const OrderRun& run : runs) {
      const uint32_t begin = run.begin[customer];
      uint32_t end = run.begin[customer + 1];
      if (!sees_all) {
        while (end > begin && run.day[end - 1] > limit) --end;
      }
      int64_t orders = 0, lines = 0;
      MicrosSum revenue = 0, units = 0;
      for (uint32_t row = begin; row < end; ++row) {
        const uint8_t counts = recognised[run.status[row]];
        orders += IsPurchase(run, recognised, row);
        if constexpr (kUnits) lines += counts;
        revenue += run.amount[row] & -int64_t{counts};
        if constexpr (kUnits) units += run.QuantityMicros(row) & -int64_t{counts};
      }
      totals.orders += orders;
      totals.lines += lines;
      totals.units += units;
      totals.revenue += revenue;
      if (!days_ || orders == 0) continue;
      uint32_t first = begin, last = end - 1;
      while (IsPurchase(run, recognised, first) == 0) ++first;
      while (IsPurchase(run, recognised, last) == 0) --last;
      totals.first = std::min(totals.first, run.day[first]);
      totals.last = std::max(totals.last, run.day[last]);
    }
    Store(block.first_slot + customer, &totals);
  }
}

template <bool kDays, bool kUnits>
void CustomerOrderSums::ReadBlock(const image::Block& block, absl::Span<const OrderRun> runs) {
  const size_t limits = limits_.size();
  std::vector<Totals> at_limit(limits);
  for (uint32_t customer = 0; customer < block.customers; ++customer) {
    std::fill(at_limit.begin(), at_limit.end(), Totals());
    for (const OrderRun& run : runs) {
      uint32_t row = run.begin[customer];
      const uint32_t end = run.begin[customer + 1];
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
    Store(block.first_slot + customer, at_limit.data());
  }
}

void CustomerOrderSums::Store(Slot slot, const Totals* at_limit) {
  static constexpr Totals kNothing;
  for (size_t i = 0; i < windows_.size(); ++i) {
    WindowSums& window = windows_[i];
    const Totals& to = at_limit[to_limit_[i]];
    const Totals& from = from_limit_[i] < 0 ? kNothing : at_limit[from_limit_[i]];
    window.orders[slot] = to.orders - from.orders;
    window.revenue.Put(slot, to.revenue - from.revenue);
    if (window.lines.empty()) continue;
    window.lines[slot] = to.lines - from.lines;
    window.units.Put(slot, to.units - from.units);
  }
  if (days_) {
    const Totals& seen = at_limit[days_limits_ - 1];
    first_day_[slot] = seen.last == kNoDay ? kNoDay : seen.first;
    last_day_[slot] = seen.last;
  }
}

}  // namespace strata::analytics::facts
