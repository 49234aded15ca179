// Who comes back, who is nearly a VIP, and what an upsell would be worth.
#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/analytics/classes/loyalty.h"
#include "server/analytics/insight/swot/swot_rules.h"
#include "server/base/status_macros.h"
#include "server/domain/quantity.h"

namespace strata::analytics::insight {
namespace {

using Figure = SwotFigures::Figure;
using Group = SwotFigures::Group;

constexpr char kBuyers[] = "(loyalty = \"VIP\" OR loyalty = \"Loyal\" OR loyalty = \"Periodic\")";
constexpr char kReturning[] = "(loyalty = \"VIP\" OR loyalty = \"Loyal\")";
// More than half came back: the base is loyal. Fewer than three in ten: most of what is won is
// lost.
constexpr double kLoyalBase = 0.5;
constexpr double kDisloyalBase = 0.3;
// One buyer in twenty: with fewer, a VIP programme serves hardly anybody.
constexpr double kVipShortage = 0.05;
// A loyal customer that misses a quarter or less of what makes a VIP is near to being one.
constexpr double kNearVip = 0.25;
constexpr size_t kNamedCustomers = 5;

// "1 unit", "2.5 units".
std::string Missing(double count, absl::string_view noun) {
  const std::string text = FormatQuantity(static_cast<MicrosSum>(std::round(count * kOneUnit)));
  return absl::StrCat(text, " ", noun, text == "1" ? "" : "s");
}

std::string FewBuyers(double buyers) {
  return absl::StrCat("only ", buyers, " customers have bought, fewer than ", kFewestCustomers);
}

// Places of the figures of a class of loyalty or tier.
enum LoyaltyFigure { kCustomers, kRevenue, kRevenueEach, kActive };
enum TierFigure { kOrderValue, kFrequency };

// The figures of one class; those of nobody where nobody is in it.
absl::StatusOr<Group> ClassOf(SwotFigures& figures, const std::string& field,
                              const std::vector<std::string>& kpis, absl::string_view name) {
  STRATA_ASSIGN_OR_RETURN(std::vector<Group> groups, figures.By(field, kpis));
  for (Group& group : groups) {
    if (group.name == name) return std::move(group);
  }
  Group nobody{std::string(name), Equals(field, name), {}};
  for (const std::string& kpi : kpis) {
    Figure& figure = nobody.figures.emplace_back();
    figure.kpi = kpi;
    figure.where = figures.Where(nobody.condition);
    // Sums of nobody are 0, means of nobody are not known.
    if (kpi == "customers" || kpi == "active_customers") figure.cell.value = int64_t{0};
    if (kpi == "revenue") figure.cell.value = Amount{};
  }
  return nobody;
}

absl::StatusOr<Group> LoyaltyClass(SwotFigures& figures, absl::string_view name) {
  return ClassOf(figures, "loyalty",
                 {"customers", "revenue", "revenue_per_customer", "active_customers"}, name);
}

absl::StatusOr<Group> TierClass(SwotFigures& figures, absl::string_view name) {
  return ClassOf(figures, "tier", {"average_order_value", "order_frequency"}, name);
}

absl::StatusOr<SwotVerdict> LoyalShare(SwotFigures& figures) {
  STRATA_ASSIGN_OR_RETURN(const Figure buyers, figures.One("customers", kBuyers));
  if (buyers.number() < kFewestCustomers) return Silent(FewBuyers(buyers.number()));
  STRATA_ASSIGN_OR_RETURN(const Figure returning, figures.One("customers", kReturning));
  const double share = returning.number() / buyers.number();
  if (share < kLoyalBase && share >= kDisloyalBase) return NotMet();
  const bool strong = share >= kLoyalBase;
  SwotStatement says;
  says.kind = strong ? SwotKind::kStrength : SwotKind::kWeakness;
  std::vector<std::string> parts;
  says.evidence = {Against(returning, buyers, "all who bought")};
  for (const char* name : {"VIP", "Loyal", "Periodic"}) {
    STRATA_ASSIGN_OR_RETURN(const Group group, LoyaltyClass(figures, name));
    parts.push_back(absl::StrCat(name, " ", CountText(group.number(kCustomers)), " (",
                                 PercentText(group.number(kCustomers) / buyers.number()), ")"));
    says.evidence.push_back(Against(group.figures[kCustomers], buyers, "all who bought"));
  }
  says.statement =
      absl::StrCat(strong ? "" : "Only ", PercentText(share),
                   " of those who bought did so more than once: ", absl::StrJoin(parts, ", "), ".");
  says.recommendation = strong
                            ? "Build on it: referral and early access for those who come back."
                            : "Win the second purchase: a follow-up within the usual gap between "
                              "orders (strata kpi query median_order_gap_days).";
  return SwotVerdict{{std::move(says)}, ""};
}

absl::StatusOr<SwotVerdict> VipShortage(SwotFigures& figures) {
  STRATA_ASSIGN_OR_RETURN(const Figure buyers, figures.One("customers", kBuyers));
  if (buyers.number() < kFewestCustomers) return Silent(FewBuyers(buyers.number()));
  STRATA_ASSIGN_OR_RETURN(const Group vip, LoyaltyClass(figures, "VIP"));
  const Figure &vips = vip.figures[kCustomers], &revenue = vip.figures[kRevenue];
  const double share = vips.number() / buyers.number();
  if (share >= kVipShortage) return NotMet();
  STRATA_ASSIGN_OR_RETURN(const Figure all, figures.One("revenue", kBuyers));
  if (all.number() <= 0) return Silent("those who bought bring no revenue");
  SwotStatement says;
  says.kind = SwotKind::kWeakness;
  says.statement =
      absl::StrCat("There are few VIPs: ", CountText(vips.number()), " of ",
                   CountText(buyers.number()), " who bought, ", PercentText(share), ", with ",
                   PercentText(revenue.number() / all.number()), " of the revenue.");
  says.evidence = {Against(vips, buyers, "all who bought"),
                   Against(revenue, all, "all who bought")};
  says.recommendation =
      "Lead loyal customers to VIP: the opportunity below names those who miss least.";
  return SwotVerdict{{std::move(says)}, ""};
}

struct NearVip {
  double missing = 0;  // of what makes a VIP, both parts together
  image::Slot slot = image::kNoSlot;
  int64_t orders = 0;
  double units = 0;
};

std::vector<NearVip> NearestToVip(const SwotFigures& figures, const classes::LoyaltyRule& rule) {
  const segment::Population& population = figures.population();
  const fields::FeatureColumn& loyalty = population.features.Column("loyalty");
  const fields::FeatureColumn& orders = population.features.Column("orders");
  const fields::FeatureColumn& units = population.features.Column("units");
  const auto part = [](double missing, int64_t wanted) {
    return missing <= 0 ? 0.0 : missing / static_cast<double>(wanted);
  };
  std::vector<NearVip> near;
  for (const image::Slot slot : population.Slots()) {
    if (loyalty.texts[loyalty.codes[slot]] != "Loyal") continue;
    NearVip candidate{0, slot, orders.integers[slot], units.numbers[slot]};
    candidate.missing =
        part(static_cast<double>(rule.vip_purchases - candidate.orders), rule.vip_purchases) +
        part(static_cast<double>(rule.vip_units) - candidate.units, rule.vip_units);
    if (candidate.missing <= kNearVip) near.push_back(candidate);
  }
  std::sort(near.begin(), near.end(), [&figures](const NearVip& a, const NearVip& b) {
    if (a.missing != b.missing) return a.missing < b.missing;
    return figures.revision().CustomerId(a.slot) < figures.revision().CustomerId(b.slot);
  });
  return near;
}

absl::StatusOr<SwotVerdict> LoyalNearVip(SwotFigures& figures) {
  if (figures.CutsHistory()) {
    return Silent("loyalty is of all history, and the range leaves some of it out");
  }
  const classes::LoyaltyRule rule(*figures.revision().settings);
  const std::vector<NearVip> near = NearestToVip(figures, rule);
  if (near.empty()) return NotMet();
  SwotStatement says;
  says.kind = SwotKind::kOpportunity;
  std::vector<std::string> parts;
  for (size_t i = 0; i < std::min(near.size(), kNamedCustomers); ++i) {
    const NearVip& candidate = near[i];
    const std::string id(figures.revision().CustomerId(candidate.slot));
    const std::string where = figures.Where(Equals("customer", id));
    std::vector<std::string> misses;
    if (const double misses_units = static_cast<double>(rule.vip_units) - candidate.units;
        misses_units > 0) {
      misses.push_back(Missing(misses_units, "unit"));
      // What the engine says of one customer, without a scan for each.
      const Figure units{"units", where, {candidate.units}};
      says.evidence.push_back(Against(units, fields::Value(static_cast<double>(rule.vip_units)),
                                      "units that make a VIP"));
    }
    if (candidate.orders < rule.vip_purchases) {
      misses.push_back(
          Missing(static_cast<double>(rule.vip_purchases - candidate.orders), "purchase"));
      const Figure orders{"orders", where, {candidate.orders}};
      says.evidence.push_back(
          Against(orders, fields::Value(rule.vip_purchases), "purchases that make a VIP"));
    }
    parts.push_back(absl::StrCat(id, " (misses ", absl::StrJoin(misses, " and "), ")"));
  }
  says.statement = absl::StrCat(
      near.size(), near.size() == 1 ? " loyal customer misses" : " loyal customers miss",
      " a quarter or less of what makes a VIP (", rule.vip_purchases, " purchases and ",
      rule.vip_units, " units). Nearest: ", absl::StrJoin(parts, ", "), ".");
  says.recommendation = "Address them by name with what takes them over the line.";
  return SwotVerdict{{std::move(says)}, ""};
}

absl::StatusOr<SwotVerdict> UpsellLoyal(SwotFigures& figures) {
  STRATA_ASSIGN_OR_RETURN(const Group vips, LoyaltyClass(figures, "VIP"));
  STRATA_ASSIGN_OR_RETURN(const Group others, LoyaltyClass(figures, "Loyal"));
  const Figure &vip = vips.figures[kRevenueEach], &loyal = others.figures[kRevenueEach];
  const Figure& count = others.figures[kActive];
  if (vip.number() <= 0 || loyal.number() <= 0) {
    return Silent("there is no revenue of VIPs or none of loyal customers to compare");
  }
  if (vip.number() < loyal.number() * kClearLead) return NotMet();
  SwotStatement says;
  says.kind = SwotKind::kOpportunity;
  says.statement =
      absl::StrCat("A VIP brings ", figures.Money(vip.cell.value), ", a loyal customer ",
                   figures.Money(loyal.cell.value), ": each of the ", CountText(count.number()),
                   " loyal customers has room to grow.");
  says.evidence = {Against(vip, loyal, "loyal customers"), Alone(count)};
  says.recommendation =
      "Offer loyal customers what similar ones buy and they do not (strata insight recommend "
      "--customer ID).";
  return SwotVerdict{{std::move(says)}, ""};
}

absl::StatusOr<SwotVerdict> UpsellGrowthTier(SwotFigures& figures) {
  STRATA_ASSIGN_OR_RETURN(const Group strategic, TierClass(figures, "strategic"));
  STRATA_ASSIGN_OR_RETURN(const Group growth, TierClass(figures, "growth"));
  const Figure &high = strategic.figures[kOrderValue], &low = growth.figures[kOrderValue];
  if (high.number() <= 0 || low.number() <= 0) {
    return Silent("there are no orders of tier strategic or none of tier growth to compare");
  }
  if (high.number() < low.number() * kClearLead) return NotMet();
  SwotStatement says;
  says.kind = SwotKind::kOpportunity;
  says.statement = absl::StrCat(
      "Customers of tier growth order for ", figures.Money(low.cell.value), ", strategic ones for ",
      figures.Money(high.cell.value), " at a time: larger orders lift them towards the tier.");
  says.evidence = {
      Against(low, high, "tier strategic"),
      Against(growth.figures[kFrequency], strategic.figures[kFrequency], "tier strategic")};
  says.recommendation =
      "Bundle what goes together (strata insight recommend --basket order) in offers to tier "
      "growth.";
  return SwotVerdict{{std::move(says)}, ""};
}

constexpr SwotRule kRules[] = {
    {"loyal-share", "half or more of those who bought came back, or fewer than three in ten",
     &LoyalShare},
    {"vip-shortage", "fewer than one in twenty of those who bought are VIPs", &VipShortage},
    {"vip-nearest", "a loyal customer misses a quarter or less of what makes a VIP", &LoyalNearVip},
    {"upsell-loyal", "a VIP brings a tenth more than a loyal customer", &UpsellLoyal},
    {"upsell-growth-tier", "orders of tier strategic are a tenth larger than those of tier growth",
     &UpsellGrowthTier},
};

}  // namespace

absl::Span<const SwotRule> SwotLoyaltyRules() { return kRules; }

}  // namespace strata::analytics::insight
