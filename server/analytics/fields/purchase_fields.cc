#include <algorithm>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "server/analytics/facts/block_scan.h"
#include "server/analytics/facts/spare_columns.h"
#include "server/analytics/fields/feature_plan.h"
#include "server/analytics/fields/field_family.h"
#include "server/domain/quantity.h"

// Fields from what a customer bought up to as_of, of recognised orders (status not excluded);
// orders and days are of purchases, those of them that are no returns.

namespace strata::analytics::fields {
namespace {

using enum Grain;
using enum ValueType;
using image::Slot;

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();
constexpr int64_t kNull = FeatureColumn::kNullInteger;

// amount / orders to a millionth, halves up; an amount of purchases is not negative.
MicrosSum AverageOf(MicrosSum amount, int64_t orders) {
  return (2 * amount + orders) / (2 * orders);
}

// The sums of a column that do not fit, null when all do.
std::shared_ptr<const facts::WideSums> WideOf(const facts::SumColumn& sums) {
  return sums.view().wide() == nullptr ? nullptr : sums.wide;
}

template <std::vector<int64_t> facts::WindowSums::*kSums>
bool constexpr IsOfLines() {
  return false;
}

constexpr bool kDayItself = true, kDaysToAsOf = false;

// A customer's first or last day, as it is or as days before as_of.
template <std::vector<Day>& (facts::CustomerOrderSums::*kDays)(), bool kItself>
void PlanDay(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  plan.orders().AddDays(plan.as_of());
  plan.AfterScan([&plan, column] {
    const Slot slots = plan.revision().slots;
    column->integers = facts::TakeColumn<int64_t>(slots);
    const std::vector<Day>& days = (plan.orders().*kDays)();
    facts::ForSlotRanges(slots, [&](Slot begin, Slot end) {
      for (Slot slot = begin; slot < end; ++slot) {
        const int64_t day = days[slot];
        column->integers[slot] = days[slot] == kNoDay ? kNull : kItself ? day : plan.as_of() - day;
      }
    });
  });
}

void FillCohorts(FeaturePlan& plan, FeatureColumn* column) {
  const image::Revision& revision = plan.revision();
  column->codes.assign(revision.slots, 0);
  column->texts.assign(1, "");
  column->ordered = true;
  const std::vector<Day>& days = plan.orders().first_day();
  Day first = std::numeric_limits<Day>::max(), last = kNoDay;
  for (const Day day : days) {
    if (day != kNoDay) first = std::min(first, day);
    last = std::max(last, day);
  }
  if (last == kNoDay) return;
  const Calendar& calendar = *revision.calendar;
  const int32_t first_month = calendar.PeriodOf(PeriodUnit::kMonth, first);
  std::vector<uint32_t> code_of_day;
  for (int32_t month = first_month; calendar.FirstDay(PeriodUnit::kMonth, month) <= last; ++month) {
    column->texts.push_back(calendar.Label(PeriodUnit::kMonth, month));
    const Day end = calendar.FirstDay(PeriodUnit::kMonth, month + 1);
    code_of_day.resize(static_cast<size_t>(end - first),
                       static_cast<uint32_t>(column->texts.size() - 1));
  }
  facts::ForSlotRanges(revision.slots, [&](Slot begin, Slot end) {
    for (Slot slot = begin; slot < end; ++slot) {
      if (days[slot] == kNoDay) continue;
      column->codes[slot] = code_of_day[static_cast<size_t>(days[slot] - first)];
    }
  });
}

void PlanCohort(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  plan.orders().AddDays(plan.as_of());
  plan.AfterScan([&plan, column] { FillCohorts(plan, column); });
}

// Measures of the kDays that end with as_of, 0: of all history.

template <int kDays, std::vector<int64_t> facts::WindowSums::*kSums>
void PlanSum(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  const bool lines = kSums == &facts::WindowSums::lines;
  plan.AtEnd([&plan, column, window = plan.LastDays(kDays, lines)] {
    column->integers = std::move(plan.orders().window(window).*kSums);
  });
}

template <int kDays>
void PlanUnits(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  plan.AfterScan([&plan, column, window = plan.LastDays(kDays, true)] {
    const Slot slots = plan.revision().slots;
    column->numbers = facts::TakeColumn<double>(slots);
    const facts::SumView units = plan.orders().window(window).units;
    facts::ForSlotRanges(slots, [&](Slot begin, Slot end) {
      for (Slot slot = begin; slot < end; ++slot) {
        column->numbers[slot] = QuantityToDouble(units[slot]);
      }
    });
  });
}

template <int kDays>
void PlanRevenue(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  plan.AtEnd([&plan, column, window = plan.LastDays(kDays, false)] {
    facts::SumColumn& revenue = plan.orders().window(window).revenue;
    column->wide = WideOf(revenue);
    column->integers = std::move(revenue.held);
  });
}

template <int kDays>
void PlanAverage(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  const size_t window = plan.LastDays(kDays, false);
  plan.orders().AddRefunds(window);
  plan.AfterScan([&plan, column, window] {
    const Slot slots = plan.revision().slots;
    column->integers = facts::TakeColumn<int64_t>(slots);
    const facts::WindowSums& sums = plan.orders().window(window);
    const facts::SumView revenue = sums.revenue;
    const auto averages = std::make_shared<facts::WideSums>();
    facts::ForSlotRanges(slots, [&](Slot begin, Slot end) {
      for (Slot slot = begin; slot < end; ++slot) {
        const MicrosSum gross = revenue[slot] + sums.refunds[slot];
        column->integers[slot] = sums.orders[slot] == 0
                                     ? kNull
                                     : averages->Hold(slot, AverageOf(gross, sums.orders[slot]));
      }
    });
    if (!averages->empty()) column->wide = averages;
  });
}

template <int kDays>
void PlanRank(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  plan.AfterScan([&plan, column, window = plan.LastDays(kDays, false)] {
    column->integers = facts::TakeColumn<int64_t>(plan.revision().slots);
    std::fill(column->integers.begin(), column->integers.end(), kNull);
    const std::vector<Slot>& ranking = plan.Ranking(window);
    facts::ForSlotRanges(static_cast<Slot>(ranking.size()), [&](Slot begin, Slot end) {
      for (Slot rank = begin; rank < end; ++rank) {
        column->integers[ranking[rank]] = int64_t{rank} + 1;
      }
    });
  });
}

template <int kDays>
void PlanRankShare(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  plan.AfterScan([&plan, column, window = plan.LastDays(kDays, false)] {
    column->numbers.assign(plan.revision().slots, kNoNumber);
    const std::vector<Slot>& ranking = plan.Ranking(window);
    for (size_t i = 0; i < ranking.size(); ++i) {
      column->numbers[ranking[i]] = static_cast<double>(i) / static_cast<double>(ranking.size());
    }
  });
}

void PlanGrowth(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  constexpr int kDays = 90;
  const size_t recent = plan.LastDays(kDays, false);
  const size_t before =
      plan.orders().AddWindow(plan.as_of() - 2 * kDays, plan.as_of() - kDays, false);
  plan.AfterScan([&plan, column, recent, before] {
    const Slot slots = plan.revision().slots;
    column->numbers = facts::TakeColumn<double>(slots);
    const facts::SumView now = plan.orders().window(recent).revenue;
    const facts::SumView then = plan.orders().window(before).revenue;
    facts::ForSlotRanges(slots, [&](Slot begin, Slot end) {
      for (Slot slot = begin; slot < end; ++slot) {
        const double base = then.AsDouble(slot);
        column->numbers[slot] = base <= 0 ? kNoNumber : now.AsDouble(slot) / base - 1;
      }
    });
  });
}

// clang-format off
constexpr FieldDefinition kRows[] = {
    {"first_order_date", kDate, "", kCustomer, kNoGroups, kAsOf,
     "Day of the first purchase: returns (a total below 0) are none.",
     PlanDay<&facts::CustomerOrderSums::first_day, kDayItself>},
    {"last_order_date", kDate, "", kCustomer, kNoGroups, kAsOf,
     "Day of the last purchase: returns (a total below 0) are none.",
     PlanDay<&facts::CustomerOrderSums::last_day, kDayItself>},
    {"cohort_month", kText, "", kCustomer, kGroups, kAsOf,
     "Month of the first purchase (2024-01).",
     PlanCohort},
    {"recency_days", kInteger, "days", kCustomer, kNoGroups, kAsOf,
     "Days from the last purchase to as_of.",
     PlanDay<&facts::CustomerOrderSums::last_day, kDaysToAsOf>},
    {"tenure_days", kInteger, "days", kCustomer, kNoGroups, kAsOf,
     "Days from the first purchase to as_of.",
     PlanDay<&facts::CustomerOrderSums::first_day, kDaysToAsOf>},
    {"orders", kInteger, "", kCustomer, kGroups, kAsOf,
     "Purchases: recognised orders whose total is not negative.",
     PlanSum<0, &facts::WindowSums::orders>},
    {"order_lines", kInteger, "", kCustomer, kNoGroups, kAsOf, "Lines of recognised orders.",
     PlanSum<0, &facts::WindowSums::lines>},
    {"units", kNumber, "units", kCustomer, kNoGroups, kAsOf,
     "Sum of the quantities of recognised orders; net of returns.",
     PlanUnits<0>},
    {"revenue", kMoney, "currency", kCustomer, kNoGroups, kAsOf,
     "Sum of the amounts of recognised orders; net of returns.",
     PlanRevenue<0>},
    {"average_order_value", kMoney, "currency", kCustomer, kNoGroups, kAsOf,
     "Revenue of purchases / orders, rounded half up to a millionth.",
     PlanAverage<0>},
    {"revenue_rank", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "Place by revenue among the customers with a purchase: 1 is the highest, ties by id.",
     PlanRank<0>},
    {"revenue_rank_share", kNumber, "1", kCustomer, kNoGroups, kAsOf,
     "(revenue_rank - 1) / customers with a purchase: 0 is the highest.",
     PlanRankShare<0>},
    {"orders_90d", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "Purchases of the 90 days that end with as_of.",
     PlanSum<90, &facts::WindowSums::orders>},
    {"order_lines_90d", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "Order lines of the 90 days that end with as_of.",
     PlanSum<90, &facts::WindowSums::lines>},
    {"units_90d", kNumber, "units", kCustomer, kNoGroups, kAsOf,
     "Units of the 90 days that end with as_of.",
     PlanUnits<90>},
    {"revenue_90d", kMoney, "currency", kCustomer, kNoGroups, kAsOf,
     "Revenue of the 90 days that end with as_of.",
     PlanRevenue<90>},
    {"average_order_value_90d", kMoney, "currency", kCustomer, kNoGroups, kAsOf,
     "average_order_value over the 90 days that end with as_of.",
     PlanAverage<90>},
    {"revenue_rank_90d", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "revenue_rank over the 90 days that end with as_of.",
     PlanRank<90>},
    {"revenue_rank_share_90d", kNumber, "1", kCustomer, kNoGroups, kAsOf,
     "revenue_rank_share over the 90 days that end with as_of.",
     PlanRankShare<90>},
    {"orders_365d", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "Purchases of the 365 days that end with as_of.",
     PlanSum<365, &facts::WindowSums::orders>},
    {"order_lines_365d", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "Order lines of the 365 days that end with as_of.",
     PlanSum<365, &facts::WindowSums::lines>},
    {"units_365d", kNumber, "units", kCustomer, kNoGroups, kAsOf,
     "Units of the 365 days that end with as_of.",
     PlanUnits<365>},
    {"revenue_365d", kMoney, "currency", kCustomer, kNoGroups, kAsOf,
     "Revenue of the 365 days that end with as_of.",
     PlanRevenue<365>},
    {"average_order_value_365d", kMoney, "currency", kCustomer, kNoGroups, kAsOf,
     "average_order_value over the 365 days that end with as_of.",
     PlanAverage<365>},
    {"revenue_rank_365d", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "revenue_rank over the 365 days that end with as_of.",
     PlanRank<365>},
    {"revenue_rank_share_365d", kNumber, "1", kCustomer, kNoGroups, kAsOf,
     "revenue_rank_share over the 365 days that end with as_of.",
     PlanRankShare<365>},
    {"growth_90d", kNumber, "1", kCustomer, kNoGroups, kAsOf,
     "revenue_90d / revenue of the 90 days before - 1; not known where that is not positive.",
     PlanGrowth},
};
// clang-format on

}  // namespace

FieldFamily PurchaseFields() { return {kRows}; }

}  // namespace strata::analytics::fields
