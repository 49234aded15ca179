#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "server/analytics/classes/abc.h"
#include "server/analytics/classes/loyalty.h"
#include "server/analytics/classes/rfm.h"
#include "server/analytics/classes/tier.h"
#include "server/analytics/facts/block_scan.h"
#include "server/analytics/facts/spare_columns.h"
#include "server/analytics/fields/feature_plan.h"
#include "server/analytics/fields/field_family.h"
#include "server/analytics/fields/partition.h"

// Fields from the built-in partitions and scores, over the whole workspace.

namespace strata::analytics::fields {
namespace {

using enum Grain;
using enum ValueType;
using image::Slot;

void SetClasses(absl::Span<const absl::string_view> names, std::vector<uint32_t> codes,
                FeatureColumn* column) {
  column->codes = std::move(codes);
  column->texts.clear();
  for (const absl::string_view name : names) column->texts.emplace_back(name);
  column->ordered = true;
}

// By slot; equal revenues are ranked by them.
const image::TextList& IdsOf(const FeaturePlan& plan) {
  return plan.revision().dictionaries->customer_ids;
}

void PlanTier(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  const WorkspaceSettings& settings = *plan.revision().settings;
  plan.ReadStrategic();
  plan.AfterScan([&plan, column, window = plan.LastDays(settings.tier_window_days, false),
                  rule = classes::TierRule(settings)] {
    SetClasses(classes::TierNames(),
               classes::TierPartition(plan.orders().window(window).revenue, plan.strategic(),
                                      plan.present(), rule, IdsOf(plan)),
               column);
  });
}

void PlanLoyalty(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  plan.AfterScan([&plan, column, window = plan.LastDays(0, true),
                  rule = classes::LoyaltyRule(*plan.revision().settings)] {
    const facts::WindowSums& sums = plan.orders().window(window);
    const std::vector<uint8_t>& present = plan.present();
    // A sum that does not fit is on the same side of the rule as the nearest that does.
    const std::vector<int64_t>& units = sums.units.held;
    const Slot slots = plan.revision().slots;
    std::vector<uint32_t> codes = facts::TakeColumn<uint32_t>(slots);
    facts::ForSlotRanges(slots, [&](Slot begin, Slot end) {
      for (Slot slot = begin; slot < end; ++slot) {
        codes[slot] =
            present[slot] == 0
                ? 0
                : static_cast<uint32_t>(classes::LoyaltyOf(sums.orders[slot], units[slot], rule));
      }
    });
    SetClasses(classes::LoyaltyNames(), std::move(codes), column);
  });
}

void PlanAbc(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  plan.AfterScan([&plan, column, window = plan.LastDays(0, false),
                  rule = classes::AbcRule(*plan.revision().settings)] {
    SetClasses(classes::AbcNames(),
               classes::AbcPartition(plan.orders().window(window).revenue, plan.present(),
                                     IdsOf(plan), rule),
               column);
  });
}

size_t RfmWindow(FeaturePlan& plan) {
  plan.orders().AddDays(plan.as_of());
  return plan.LastDays(plan.revision().settings->rfm_window_days, false);
}

void PlanRfmSegment(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  plan.AfterScan([&plan, column, window = RfmWindow(plan)] {
    const classes::RfmScores& scores = plan.Rfm(window);
    const Slot slots = plan.revision().slots;
    std::vector<uint32_t> codes = facts::TakeColumn<uint32_t>(slots);
    facts::ForSlotRanges(slots, [&](Slot begin, Slot end) {
      for (Slot slot = begin; slot < end; ++slot) {
        codes[slot] = classes::RfmSegmentOf(scores.r[slot], scores.f[slot], scores.m[slot]);
      }
    });
    SetClasses(classes::RfmSegmentNames(), std::move(codes), column);
  });
}

template <std::vector<uint8_t> classes::RfmScores::*kScores>
void PlanRfmScore(FeaturePlan& plan, const Field&, FeatureColumn* column) {
  plan.AfterScan([&plan, column, window = RfmWindow(plan)] {
    const std::vector<uint8_t>& scores = plan.Rfm(window).*kScores;
    const Slot slots = plan.revision().slots;
    column->integers = facts::TakeColumn<int64_t>(slots);
    facts::ForSlotRanges(slots, [&](Slot begin, Slot end) {
      for (Slot slot = begin; slot < end; ++slot) {
        column->integers[slot] = scores[slot] != 0 ? scores[slot] : FeatureColumn::kNullInteger;
      }
    });
  });
}

// clang-format off
constexpr FieldDefinition kRows[] = {
    {"rfm.r", kInteger, "", kCustomer, kGroups, kAsOf,
     "Recency score, 5 for the most recent fifth; not known without a purchase.",
     PlanRfmScore<&classes::RfmScores::r>},
    {"rfm.f", kInteger, "", kCustomer, kGroups, kAsOf, "Frequency score, 5 for the most orders.",
     PlanRfmScore<&classes::RfmScores::f>},
    {"rfm.m", kInteger, "", kCustomer, kGroups, kAsOf, "Monetary score, 5 for the most revenue.",
     PlanRfmScore<&classes::RfmScores::m>},
    {"rfm_segment", kText, "", kCustomer, kGroups, kAsOf,
     "Name of the three scores (Champions ... Lost), Unclassified where no name covers them.",
     PlanRfmSegment},
    {"tier", kText, "", kCustomer, kGroups, kAsOf,
     "strategic, growth, standard or prospect, by revenue rank and declaration.",
     PlanTier},
    {"loyalty", kText, "", kCustomer, kGroups, kAsOf,
     "VIP, Loyal, Periodic or none, by purchases and units.",
     PlanLoyalty},
    {"abc", kText, "", kCustomer, kGroups, kAsOf,
     "A, B or C: the highest customers that make 80%, the next up to 95%, and the rest of positive "
     "revenue; none without.",
     PlanAbc},
};
// clang-format on

}  // namespace

FieldFamily ClassFields() { return {kRows}; }

absl::Span<const Partition> BuiltInPartitions() {
  static const auto* const partitions = new std::vector<Partition>{
      {"tier", "tier", classes::TierNames(), {"revenue", "revenue_rank", "strategic"}},
      {"loyalty", "loyalty", classes::LoyaltyNames(), {"orders", "units"}},
      {"rfm", "rfm_segment", classes::RfmSegmentNames(), {"rfm.r", "rfm.f", "rfm.m"}},
      {"abc", "abc", classes::AbcNames(), {"revenue", "revenue_rank"}},
  };
  return *partitions;
}

absl::string_view AliasedField(absl::string_view id) {
  absl::string_view name = id;
  if (!absl::ConsumePrefix(&name, kSegmentPrefix)) return id;
  for (const Partition& partition : BuiltInPartitions()) {
    if (partition.id == name) return partition.field;
  }
  return id;
}

}  // namespace strata::analytics::fields
