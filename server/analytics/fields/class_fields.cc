#include <string>
#include <utility>

#include "server/analytics/fields/block_scan.h"
#include "server/analytics/fields/feature_plan.h"
#include "server/analytics/fields/spare_columns.h"
#include "server/analytics/segment/abc.h"
#include "server/analytics/segment/loyalty.h"
#include "server/analytics/segment/tier.h"

// Fields from the built-in partitions and scores, over the whole workspace.

namespace strata::analytics {
namespace {

using image::Slot;

void SetClasses(absl::Span<const absl::string_view> names, std::vector<uint32_t> codes,
                FeatureColumn* column) {
  column->codes = std::move(codes);
  column->texts.clear();
  for (const absl::string_view name : names) column->texts.emplace_back(name);
  column->ordered = true;
}

}  // namespace

bool FeaturePlan::AddClass(absl::string_view id, FeatureColumn* column) {
  const WorkspaceSettings& settings = *revision_.settings;
  const image::TextList& ids = revision_.dictionaries->customer_ids;
  if (id == "tier") {
    const size_t window = LastDays(settings.tier_window_days, false);
    read_strategic_ = true;
    fills_.push_back([this, column, window, &ids, rule = TierRule(settings)] {
      SetClasses(TierNames(),
                 TierPartition(orders_.window(window).revenue, strategic_, present_, rule, ids),
                 column);
    });
    return true;
  }
  if (id == "loyalty") {
    const size_t window = AllHistory(true);
    fills_.push_back([this, column, window, rule = LoyaltyRule(settings)] {
      const WindowSums& sums = orders_.window(window);
      // A sum that does not fit is on the same side of the rule as the nearest that does.
      const std::vector<int64_t>& units = sums.units.held;
      std::vector<uint32_t> codes = TakeColumn<uint32_t>(revision_.slots);
      ForSlotRanges(revision_.slots, [&](Slot begin, Slot end) {
        for (Slot slot = begin; slot < end; ++slot) {
          codes[slot] =
              present_[slot] == 0
                  ? 0
                  : static_cast<uint32_t>(LoyaltyOf(sums.orders[slot], units[slot], rule));
        }
      });
      SetClasses(LoyaltyNames(), std::move(codes), column);
    });
    return true;
  }
  if (id == "abc") {
    const size_t window = AllHistory(false);
    fills_.push_back([this, column, window, &ids, rule = AbcRule(settings)] {
      SetClasses(AbcNames(), AbcPartition(orders_.window(window).revenue, present_, ids, rule),
                 column);
    });
    return true;
  }
  const bool segment = id == "rfm_segment";
  if (!segment && id != "rfm.r" && id != "rfm.f" && id != "rfm.m") return false;
  orders_.AddDays(as_of_);
  const size_t window = LastDays(settings.rfm_window_days, false);
  if (segment) {
    fills_.push_back([this, column, window] {
      const RfmScores& scores = Rfm(window);
      std::vector<uint32_t> codes = TakeColumn<uint32_t>(revision_.slots);
      ForSlotRanges(revision_.slots, [&](Slot begin, Slot end) {
        for (Slot slot = begin; slot < end; ++slot) {
          codes[slot] = RfmSegmentOf(scores.r[slot], scores.f[slot], scores.m[slot]);
        }
      });
      SetClasses(RfmSegmentNames(), std::move(codes), column);
    });
    return true;
  }
  fills_.push_back([this, column, window, measure = id.back()] {
    const RfmScores& all = Rfm(window);
    const std::vector<uint8_t>& scores = measure == 'r' ? all.r : measure == 'f' ? all.f : all.m;
    column->integers = TakeColumn<int64_t>(revision_.slots);
    ForSlotRanges(revision_.slots, [&](Slot begin, Slot end) {
      for (Slot slot = begin; slot < end; ++slot) {
        column->integers[slot] = scores[slot] != 0 ? scores[slot] : FeatureColumn::kNullInteger;
      }
    });
  });
  return true;
}

const RfmScores& FeaturePlan::Rfm(size_t window) {
  if (rfm_.has_value()) return *rfm_;
  const WindowSums& sums = orders_.window(window);
  std::vector<int64_t> recency = TakeColumn<int64_t>(revision_.slots);
  ForSlotRanges(revision_.slots, [&](Slot begin, Slot end) {
    // Only buyers are looked at, and they have a last day.
    for (Slot slot = begin; slot < end; ++slot)
      recency[slot] = int64_t{as_of_} - orders_.last_day()[slot];
  });
  rfm_ = ScoreRfm({recency, sums.orders, sums.revenue});
  GiveColumn(recency);
  return *rfm_;
}

}  // namespace strata::analytics
