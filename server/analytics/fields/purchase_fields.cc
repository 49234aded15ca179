#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/strip.h"
#include "server/analytics/fields/block_scan.h"
#include "server/analytics/fields/feature_plan.h"
#include "server/analytics/fields/spare_columns.h"
#include "server/analytics/segment/revenue_order.h"
#include "server/analytics/segment/slot_selection.h"
#include "server/domain/quantity.h"

// Fields from what a customer bought.

namespace strata::analytics {
namespace {

using image::Slot;

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();
constexpr int64_t kNull = FeatureColumn::kNullInteger;

// amount / orders to a millionth, halves up; an amount of purchases is not negative.
MicrosSum AverageOf(MicrosSum amount, int64_t orders) {
  return (2 * amount + orders) / (2 * orders);
}

// The sums of a column that do not fit, null when all do.
std::shared_ptr<const WideSums> WideOf(const SumColumn& sums) {
  return sums.view().wide() == nullptr ? nullptr : sums.wide;
}

}  // namespace

size_t FeaturePlan::LastDays(int days, bool lines_and_units) {
  return orders_.AddWindow(days == 0 ? kNoDay : as_of_ - days, as_of_, lines_and_units);
}

bool FeaturePlan::AddPurchaseDates(absl::string_view id, FeatureColumn* column) {
  const bool first = id == "first_order_date" || id == "tenure_days";
  const bool date = id == "first_order_date" || id == "last_order_date";
  if (id == "cohort_month") {
    orders_.AddDays(as_of_);
    fills_.push_back([this, column] { FillCohorts(column); });
    return true;
  }
  if (!date && id != "tenure_days" && id != "recency_days") return false;
  orders_.AddDays(as_of_);
  fills_.push_back([this, column, first, date] {
    column->integers = TakeColumn<int64_t>(revision_.slots);
    const std::vector<Day>& days = first ? orders_.first_day() : orders_.last_day();
    ForSlotRanges(revision_.slots, [&](Slot begin, Slot end) {
      for (Slot slot = begin; slot < end; ++slot) {
        const int64_t day = days[slot];
        column->integers[slot] = days[slot] == kNoDay ? kNull : date ? day : as_of_ - day;
      }
    });
  });
  return true;
}

void FeaturePlan::FillCohorts(FeatureColumn* column) {
  column->codes.assign(revision_.slots, 0);
  column->texts.assign(1, "");
  column->ordered = true;
  const std::vector<Day>& days = orders_.first_day();
  Day first = std::numeric_limits<Day>::max(), last = kNoDay;
  for (const Day day : days) {
    if (day != kNoDay) first = std::min(first, day);
    last = std::max(last, day);
  }
  if (last == kNoDay) return;
  const Calendar& calendar = *revision_.calendar;
  const int32_t first_month = calendar.PeriodOf(PeriodUnit::kMonth, first);
  std::vector<uint32_t> code_of_day;
  for (int32_t month = first_month; calendar.FirstDay(PeriodUnit::kMonth, month) <= last; ++month) {
    column->texts.push_back(calendar.Label(PeriodUnit::kMonth, month));
    const Day end = calendar.FirstDay(PeriodUnit::kMonth, month + 1);
    code_of_day.resize(static_cast<size_t>(end - first),
                       static_cast<uint32_t>(column->texts.size() - 1));
  }
  ForSlotRanges(revision_.slots, [&](Slot begin, Slot end) {
    for (Slot slot = begin; slot < end; ++slot) {
      if (days[slot] == kNoDay) continue;
      column->codes[slot] = code_of_day[static_cast<size_t>(days[slot] - first)];
    }
  });
}

bool FeaturePlan::AddPurchaseMeasure(absl::string_view id, FeatureColumn* column) {
  int days = 0;
  if (absl::ConsumeSuffix(&id, "_90d")) {
    days = 90;
  } else if (absl::ConsumeSuffix(&id, "_365d")) {
    days = 365;
  }
  static constexpr std::pair<absl::string_view, Measure> kMeasures[] = {
      {"orders", Measure::kOrders},
      {"order_lines", Measure::kLines},
      {"units", Measure::kUnits},
      {"revenue", Measure::kRevenue},
      {"average_order_value", Measure::kAverageOrderValue},
      {"revenue_rank", Measure::kRank},
      {"revenue_rank_share", Measure::kRankShare},
  };
  for (const auto& [name, measure] : kMeasures) {
    if (name != id) continue;
    const bool lines_and_units = measure == Measure::kLines || measure == Measure::kUnits;
    AddMeasure(measure, LastDays(days, lines_and_units), column);
    return true;
  }
  return false;
}

void FeaturePlan::AddMeasure(Measure measure, size_t window, FeatureColumn* column) {
  const auto take = [this, window, column](std::vector<int64_t> WindowSums::*sums) {
    takes_.push_back([this, window, column, sums] {
      column->integers = std::move(orders_.window(window).*sums);
    });
  };
  switch (measure) {
    case Measure::kOrders:
      return take(&WindowSums::orders);
    case Measure::kLines:
      return take(&WindowSums::lines);
    case Measure::kUnits:
      fills_.push_back([this, window, column] {
        column->numbers = TakeColumn<double>(revision_.slots);
        const SumView units = orders_.window(window).units;
        ForSlotRanges(revision_.slots, [&](Slot begin, Slot end) {
          for (Slot slot = begin; slot < end; ++slot) {
            column->numbers[slot] = QuantityToDouble(units[slot]);
          }
        });
      });
      return;
    case Measure::kRevenue:
      takes_.push_back([this, window, column] {
        SumColumn& revenue = orders_.window(window).revenue;
        column->wide = WideOf(revenue);
        column->integers = std::move(revenue.held);
      });
      return;
    case Measure::kAverageOrderValue:
      orders_.AddRefunds(window);
      fills_.push_back([this, window, column] {
        column->integers = TakeColumn<int64_t>(revision_.slots);
        const WindowSums& sums = orders_.window(window);
        const SumView revenue = sums.revenue;
        const auto averages = std::make_shared<WideSums>();
        ForSlotRanges(revision_.slots, [&](Slot begin, Slot end) {
          for (Slot slot = begin; slot < end; ++slot) {
            const MicrosSum gross = revenue[slot] + sums.refunds[slot];
            column->integers[slot] =
                sums.orders[slot] == 0 ? kNull
                                       : averages->Hold(slot, AverageOf(gross, sums.orders[slot]));
          }
        });
        if (!averages->empty()) column->wide = averages;
      });
      return;
    case Measure::kRank:
      fills_.push_back([this, window, column] {
        column->integers = TakeColumn<int64_t>(revision_.slots);
        std::fill(column->integers.begin(), column->integers.end(), kNull);
        const std::vector<Slot>& ranking = Ranking(window);
        ForSlotRanges(static_cast<Slot>(ranking.size()), [&](Slot begin, Slot end) {
          for (Slot rank = begin; rank < end; ++rank) {
            column->integers[ranking[rank]] = int64_t{rank} + 1;
          }
        });
      });
      return;
    case Measure::kRankShare:
      fills_.push_back([this, window, column] {
        column->numbers.assign(revision_.slots, kNoNumber);
        const std::vector<Slot>& ranking = Ranking(window);
        for (size_t i = 0; i < ranking.size(); ++i) {
          column->numbers[ranking[i]] =
              static_cast<double>(i) / static_cast<double>(ranking.size());
        }
      });
      return;
  }
}

bool FeaturePlan::AddGrowth(absl::string_view id, FeatureColumn* column) {
  constexpr int kDays = 90;
  if (id != "growth_90d") return false;
  const size_t recent = LastDays(kDays, false);
  const size_t before = orders_.AddWindow(as_of_ - 2 * kDays, as_of_ - kDays, false);
  fills_.push_back([this, column, recent, before] {
    column->numbers = TakeColumn<double>(revision_.slots);
    const SumView now = orders_.window(recent).revenue;
    const SumView then = orders_.window(before).revenue;
    ForSlotRanges(revision_.slots, [&](Slot begin, Slot end) {
      for (Slot slot = begin; slot < end; ++slot) {
        const double base = then.AsDouble(slot);
        column->numbers[slot] = base <= 0 ? kNoNumber : now.AsDouble(slot) / base - 1;
      }
    });
  });
  return true;
}

const std::vector<Slot>& FeaturePlan::Ranking(size_t window) {
  const auto [found, made] = rankings_.try_emplace(window);
  if (!made) return found->second;
  const WindowSums& sums = orders_.window(window);
  found->second = SelectSlots(revision_.slots, [&](Slot slot) { return sums.orders[slot] > 0; });
  SortByRevenue(found->second, sums.revenue, revision_.dictionaries->customer_ids);
  return found->second;
}

}  // namespace strata::analytics
