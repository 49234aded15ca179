// Families, countries, and how much hangs on how few customers.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/analytics/classes/revenue_order.h"
#include "server/analytics/insight/swot/swot_rules.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

using Figure = SwotFigures::Figure;
using Group = SwotFigures::Group;

constexpr char kKnownCountry[] = "country:*";
// Half of the revenue from a third of the countries or fewer is an imbalance.
constexpr double kHalf = 0.5;
constexpr double kFewCountries = 1.0 / 3;
// A country that leads a kind of family has half more than an even share of its revenue.
constexpr double kLeadingCountry = 1.5;
// A mean over fewer buyers than this is a story of some people.
constexpr double kFewestBuyersOfMarket = 5;
constexpr size_t kNamedMarkets = 5;
// The fifth with most revenue brings a fifth of it when all are alike: twice that is concentrated,
// one and a half times that a broad base.
constexpr int kTopShareBp = 2'000;
constexpr double kConcentrated = 0.4;
constexpr double kBroad = 0.3;
constexpr int64_t kFewestRanked = 10;

// "with_children" as "with children".
std::string Words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

// The families that are known, or why nothing can be said of them.
struct Families {
  std::vector<Group> groups;  // revenue, active_customers, revenue_per_customer; most revenue first
  Figure revenue, customers;  // of all of them
  std::string silent;
};

absl::StatusOr<Families> FindFamilies(SwotFigures& figures) {
  Families families;
  STRATA_ASSIGN_OR_RETURN(
      std::vector<Group> groups,
      figures.By("family", {"revenue", "active_customers", "revenue_per_customer"}));
  for (Group& group : groups) {
    if (group.name != "unknown" && group.number(1) > 0) families.groups.push_back(group);
  }
  const std::string known = "(family = \"with_children\" OR family = \"without_children\")";
  STRATA_ASSIGN_OR_RETURN(families.revenue, figures.One("revenue", known));
  STRATA_ASSIGN_OR_RETURN(families.customers, figures.One("active_customers", known));
  if (families.customers.number() < static_cast<double>(kFewestCustomers)) {
    families.silent = absl::StrCat("of only ", families.customers.number(),
                                   " buyers it is known whether they have children, fewer than ",
                                   kFewestCustomers);
  } else if (families.groups.size() < 2) {
    families.silent = "all buyers of whom it is known have children, or none has";
  } else if (families.revenue.number() <= 0) {
    families.silent = "buyers of whom it is known bring no revenue";
  }
  std::stable_sort(families.groups.begin(), families.groups.end(),
                   [](const Group& a, const Group& b) { return a.number(0) > b.number(0); });
  return families;
}

absl::StatusOr<SwotVerdict> FamilyStructure(SwotFigures& figures) {
  STRATA_ASSIGN_OR_RETURN(const Families families, FindFamilies(figures));
  if (!families.silent.empty()) return Silent(families.silent);
  const Group &larger = families.groups[0], &smaller = families.groups[1];
  const double share = larger.number(0) / families.revenue.number();
  if (share < 0.5 * kClearLead) return NotMet();
  SwotStatement says;
  says.kind = SwotKind::kStrength;
  says.statement = absl::StrCat(
      "Customers ", Words(larger.name), " bring ", PercentText(share),
      " of the revenue of buyers whose family is known (",
      figures.Money(larger.figures[0].cell.value), "), those ", Words(smaller.name), " ",
      PercentText(1 - share), " (", figures.Money(smaller.figures[0].cell.value), "); they are ",
      PercentText(larger.number(1) / families.customers.number()), " of these buyers.");
  for (const Group* group : {&larger, &smaller}) {
    says.evidence.push_back(Against(group->figures[0], families.revenue, "both kinds of family"));
  }
  says.evidence.push_back(Against(larger.figures[1], families.customers, "both kinds of family"));
  says.recommendation = absl::StrCat("Keep the core of customers ", Words(larger.name),
                                     ": assortment, bundles and timing follow their needs.");
  STRATA_RETURN_IF_ERROR(AddCoverage(figures, families.revenue, &says));

  SwotStatement less;
  less.kind = SwotKind::kWeakness;
  less.statement = absl::StrCat(
      "Customers ", Words(smaller.name), " bring only ", PercentText(1 - share),
      " of the revenue of buyers whose family is known, ",
      figures.Money(smaller.figures[2].cell.value), " each against ",
      figures.Money(larger.figures[2].cell.value), " of those ", Words(larger.name), ".");
  less.evidence = {Against(smaller.figures[0], families.revenue, "both kinds of family"),
                   Against(smaller.figures[2], larger.figures[2],
                           absl::StrCat("customers ", Words(larger.name)))};
  less.recommendation =
      smaller.number(2) >= larger.number(2)
          ? absl::StrCat("They spend no less each, they are few: win more customers ",
                         Words(smaller.name), ".")
          : absl::StrCat("They spend less each: find the offer that customers ",
                         Words(smaller.name), " miss.");
  return SwotVerdict{{std::move(says), std::move(less)}, ""};
}

// Countries by revenue, highest first, or why nothing can be said of them.
struct Markets {
  std::vector<Group> groups;  // revenue, active_customers, revenue_per_customer
  Figure revenue;
  std::string silent;
};

absl::StatusOr<Markets> FindMarkets(SwotFigures& figures) {
  Markets markets;
  STRATA_ASSIGN_OR_RETURN(markets.groups, figures.By("country", {"revenue", "active_customers",
                                                                 "revenue_per_customer"}));
  STRATA_ASSIGN_OR_RETURN(markets.revenue, figures.One("revenue", kKnownCountry));
  std::stable_sort(markets.groups.begin(), markets.groups.end(),
                   [](const Group& a, const Group& b) { return a.number(0) > b.number(0); });
  if (markets.groups.empty()) {
    markets.silent = "no buyer's country is known";
  } else if (markets.groups.size() < 3) {
    markets.silent = "buyers come from fewer than three countries";
  } else if (markets.revenue.number() <= 0) {
    markets.silent = "buyers of known country bring no revenue";
  }
  return markets;
}

absl::StatusOr<SwotVerdict> GeographicImbalance(SwotFigures& figures) {
  STRATA_ASSIGN_OR_RETURN(const Markets markets, FindMarkets(figures));
  if (!markets.silent.empty()) return Silent(markets.silent);
  double sum = 0;
  size_t count = 0;
  while (count < markets.groups.size() && sum < kHalf * markets.revenue.number()) {
    sum += markets.groups[count++].number(0);
  }
  const auto countries = static_cast<double>(markets.groups.size());
  if (static_cast<double>(count) > kFewCountries * countries) return NotMet();
  SwotStatement says;
  says.kind = SwotKind::kThreat;
  std::vector<std::string> parts;
  for (size_t i = 0; i < std::min(count, kNamedMarkets); ++i) {
    const Group& market = markets.groups[i];
    parts.push_back(
        absl::StrCat(market.name, " ", PercentText(market.number(0) / markets.revenue.number())));
    says.evidence.push_back(Against(market.figures[0], markets.revenue, "all known countries"));
    says.evidence.push_back(Alone(market.figures[1]));
  }
  says.statement = absl::StrCat(
      count, " of ", markets.groups.size(), count == 1 ? " countries brings " : " countries bring ",
      PercentText(sum / markets.revenue.number()), " of the revenue: ", absl::StrJoin(parts, ", "),
      count > kNamedMarkets ? " ..." : "", ".");
  says.recommendation = absl::StrCat(
      "Set a ceiling for the share of ", markets.groups[0].name,
      ", and fund the next markets until half of the revenue comes from more than a third of "
      "them.");
  STRATA_RETURN_IF_ERROR(AddCoverage(figures, markets.revenue, &says));
  return SwotVerdict{{std::move(says)}, ""};
}

absl::StatusOr<SwotVerdict> LeadingCountryOfFamilies(SwotFigures& figures) {
  STRATA_ASSIGN_OR_RETURN(const Markets markets, FindMarkets(figures));
  if (!markets.silent.empty()) return Silent(markets.silent);
  STRATA_ASSIGN_OR_RETURN(const Families families, FindFamilies(figures));
  if (!families.silent.empty()) return Silent(families.silent);
  SwotVerdict verdict;
  for (const Group& family : families.groups) {
    STRATA_ASSIGN_OR_RETURN(
        const std::vector<Group> groups,
        figures.By("country", {"revenue", "active_customers"}, family.condition));
    if (groups.empty() || family.number(0) <= 0) continue;
    const Group& best =
        *std::max_element(groups.begin(), groups.end(),
                          [](const Group& a, const Group& b) { return a.number(0) < b.number(0); });
    const double share = best.number(0) / family.number(0);
    if (share < kLeadingCountry / static_cast<double>(markets.groups.size())) continue;
    SwotStatement& says = verdict.statements.emplace_back();
    says.kind = SwotKind::kStrength;
    says.statement =
        absl::StrCat(best.name, " leads among customers ", Words(family.name), ": ",
                     figures.Money(best.figures[0].cell.value), ", ", PercentText(share),
                     " of their revenue, from ", CountText(best.number(1)), " buyers.");
    says.evidence = {Against(best.figures[0], family.figures[0],
                             absl::StrCat("customers ", Words(family.name), " everywhere")),
                     Against(best.figures[1], family.figures[1],
                             absl::StrCat("customers ", Words(family.name), " everywhere"))};
    says.recommendation = absl::StrCat("Take what works in ", best.name, " for customers ",
                                       Words(family.name), " to the next markets.");
  }
  return verdict;
}

absl::StatusOr<SwotVerdict> SmallMarkets(SwotFigures& figures) {
  STRATA_ASSIGN_OR_RETURN(const Markets markets, FindMarkets(figures));
  if (!markets.silent.empty()) return Silent(markets.silent);
  STRATA_ASSIGN_OR_RETURN(const Figure customers, figures.One("active_customers", kKnownCountry));
  STRATA_ASSIGN_OR_RETURN(const Figure average, figures.One("revenue_per_customer", kKnownCountry));
  const double even = customers.number() / static_cast<double>(markets.groups.size());
  SwotVerdict verdict;
  for (const Group& market : markets.groups) {
    if (market.number(1) >= even || market.number(1) < kFewestBuyersOfMarket) continue;
    if (market.number(2) < average.number() * kClearLead) continue;
    if (verdict.statements.size() == kNamedMarkets) break;
    SwotStatement& says = verdict.statements.emplace_back();
    says.kind = SwotKind::kOpportunity;
    says.statement = absl::StrCat(
        market.name, " is a small market with potential: ", CountText(market.number(1)),
        " buyers bring ", figures.Money(market.figures[2].cell.value), " each, against ",
        figures.Money(average.cell.value), " on average.");
    says.evidence = {Against(market.figures[2], average, "all known countries"),
                     Against(market.figures[1], customers, "all known countries")};
    says.recommendation = absl::StrCat("Invest in winning customers in ", market.name,
                                       ": those it has are worth more than the average.");
  }
  return verdict;
}

// The highest rank of the `count` customers of highest revenue among those of the scope.
int64_t RankOfPlace(std::vector<int64_t> ranks, int64_t count) {
  std::nth_element(ranks.begin(), ranks.begin() + (count - 1), ranks.end());
  return ranks[static_cast<size_t>(count - 1)];
}

absl::StatusOr<SwotVerdict> ConcentrationOfRevenue(SwotFigures& figures) {
  const segment::Population& population = figures.population();
  std::vector<int64_t> ranks;
  for (const image::Slot slot : population.Slots()) {
    if (population.features.Column("revenue").integers[slot] > 0) {
      ranks.push_back(population.features.Column("revenue_rank").integers[slot]);
    }
  }
  const auto customers = static_cast<int64_t>(ranks.size());
  if (customers < kFewestRanked) {
    return Silent(
        absl::StrCat("only ", customers, " customers have revenue, fewer than ", kFewestRanked));
  }
  const int64_t count = classes::CountOfShare(customers, kTopShareBp, ShareRounding::kFloor);
  STRATA_ASSIGN_OR_RETURN(
      const Figure top,
      figures.One("revenue", absl::StrCat("revenue_rank <= ", RankOfPlace(ranks, count))));
  STRATA_ASSIGN_OR_RETURN(const Figure all, figures.One("revenue", ""));
  if (all.number() <= 0) return Silent("returns have taken all revenue back");
  const double share = top.number() / all.number();
  if (share > kBroad && share < kConcentrated) return NotMet();
  const bool broad = share <= kBroad;
  SwotStatement says;
  says.kind = broad ? SwotKind::kStrength : SwotKind::kThreat;
  says.statement = absl::StrCat(broad ? "The base is broad" : "The revenue is concentrated",
                                ": the fifth of the customers with most revenue, ",
                                CountText(static_cast<double>(count)), " of ",
                                CountText(static_cast<double>(customers)), ", brings ",
                                PercentText(share), " of the revenue.");
  says.evidence = {Against(top, all, "all customers")};
  says.recommendation =
      broad
          ? "Serve the base at scale; no account needs a plan of its own yet."
          : "Watch the risk of these customers first (strata insight interventions), and lift the "
            "next ones towards them.";
  return SwotVerdict{{std::move(says)}, ""};
}

constexpr SwotRule kRules[] = {
    {"family-structure",
     "one of the two kinds of family has a tenth more than half of their revenue",
     &FamilyStructure},
    {"geo-imbalance", "a third of the countries or fewer bring half of the revenue",
     &GeographicImbalance},
    {"geo-family-leader",
     "a country has half more than an even share of the revenue of a kind of family",
     &LeadingCountryOfFamilies},
    {"geo-small-market",
     "a country with fewer buyers than an even share of them has a tenth more revenue a buyer than "
     "the average",
     &SmallMarkets},
    {"concentration",
     "the fifth of customers with most revenue brings two fifths of it or more, or three tenths or "
     "less",
     &ConcentrationOfRevenue},
};

}  // namespace

absl::Span<const SwotRule> SwotMarketRules() { return kRules; }

}  // namespace strata::analytics::insight
