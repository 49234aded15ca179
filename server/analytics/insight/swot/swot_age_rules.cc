// Which ages carry the revenue, and how that moves.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/analytics/insight/swot/swot_rules.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

using Figure = SwotFigures::Figure;
using Group = SwotFigures::Group;

constexpr char kKnownAge[] = "age_band:*";
// Three points of share: half a band's width of a five-band portfolio in which every band is even.
constexpr double kDriftPoints = 0.03;

// The bands that are groups, by age, or why nothing can be said of them.
struct Bands {
  std::vector<Group> groups;  // figures: revenue, active_customers
  Figure revenue;             // of every known age
  std::string silent;

  double Share(const Group& band) const { return band.number(0) / revenue.number(); }
  double EvenShare() const { return 1.0 / static_cast<double>(groups.size()); }
};

absl::StatusOr<Bands> FindBands(SwotFigures& figures) {
  Bands bands;
  STRATA_ASSIGN_OR_RETURN(bands.groups, figures.By("age_band", {"revenue", "active_customers"}));
  STRATA_ASSIGN_OR_RETURN(bands.revenue, figures.One("revenue", kKnownAge));
  double customers = 0;
  for (const Group& band : bands.groups) customers += band.number(1);
  if (customers < static_cast<double>(kFewestCustomers)) {
    bands.silent =
        absl::StrCat("only ", customers, " buyers have a known age, fewer than ", kFewestCustomers);
    return bands;
  }
  bands.groups.erase(std::remove_if(bands.groups.begin(), bands.groups.end(),
                                    [&](const Group& band) {
                                      return band.number(1) < kSmallestGroup * customers;
                                    }),
                     bands.groups.end());
  if (bands.groups.size() < 2) bands.silent = "all buyers of known age are in one age band";
  if (bands.revenue.number() <= 0) bands.silent = "buyers of known age bring no revenue";
  return bands;
}

std::vector<const Group*> ByRevenue(const Bands& bands) {
  std::vector<const Group*> ranked;
  for (const Group& band : bands.groups) ranked.push_back(&band);
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Group* a, const Group* b) { return a->number(0) > b->number(0); });
  return ranked;
}

std::string OfRevenue(const Bands& bands, const SwotFigures& figures, const Group& band) {
  return absl::StrCat(figures.Money(band.figures[0].cell.value), ", ",
                      PercentText(bands.Share(band)));
}

absl::StatusOr<SwotVerdict> StrongestBand(SwotFigures& figures) {
  STRATA_ASSIGN_OR_RETURN(const Bands bands, FindBands(figures));
  if (!bands.silent.empty()) return Silent(bands.silent);
  const std::vector<const Group*> ranked = ByRevenue(bands);
  const Group &best = *ranked[0], &second = *ranked[1];
  if (bands.Share(best) < bands.EvenShare() * kClearLead) return NotMet();
  SwotStatement says;
  says.kind = SwotKind::kStrength;
  says.statement = absl::StrCat(
      "Customers aged ", best.name, " bring the most revenue: ", OfRevenue(bands, figures, best),
      " of what buyers of known age bring (an even share would be ", PercentText(bands.EvenShare()),
      "). Next are ages ", second.name, " with ", OfRevenue(bands, figures, second), ".");
  says.evidence = {Against(best.figures[0], bands.revenue, "all known ages"),
                   Against(second.figures[0], bands.revenue, "all known ages"),
                   Alone(best.figures[1])};
  says.recommendation = absl::StrCat("Protect the offers and channels that ages ", best.name,
                                     " buy through before opening new ones.");
  STRATA_RETURN_IF_ERROR(AddCoverage(figures, bands.revenue, &says));
  return SwotVerdict{{std::move(says)}, ""};
}

absl::StatusOr<SwotVerdict> WeakestBand(SwotFigures& figures) {
  STRATA_ASSIGN_OR_RETURN(const Bands bands, FindBands(figures));
  if (!bands.silent.empty()) return Silent(bands.silent);
  const Group& worst = *ByRevenue(bands).back();
  if (bands.Share(worst) > bands.EvenShare() / kClearLead) return NotMet();
  SwotStatement says;
  says.kind = SwotKind::kWeakness;
  says.statement = absl::StrCat(
      "Customers aged ", worst.name, " bring the least revenue: ", OfRevenue(bands, figures, worst),
      " of what buyers of known age bring, from ", CountText(worst.number(1)),
      " of them (an even share would be ", PercentText(bands.EvenShare()), ").");
  says.evidence = {Against(worst.figures[0], bands.revenue, "all known ages"),
                   Alone(worst.figures[1])};
  says.recommendation = absl::StrCat(
      "Find out whether ages ", worst.name,
      " are few or buy little (evidence: their number), then either address them or stop spending "
      "on them.");
  STRATA_RETURN_IF_ERROR(AddCoverage(figures, bands.revenue, &says));
  return SwotVerdict{{std::move(says)}, ""};
}

absl::StatusOr<SwotVerdict> MiddleBands(SwotFigures& figures) {
  STRATA_ASSIGN_OR_RETURN(const Bands bands, FindBands(figures));
  if (!bands.silent.empty()) return Silent(bands.silent);
  if (bands.groups.size() < 3) return Silent("fewer than three age bands have enough buyers");
  std::vector<std::string> conditions, names;
  for (size_t i = 1; i + 1 < bands.groups.size(); ++i) {
    conditions.push_back(bands.groups[i].condition);
    names.push_back(bands.groups[i].name);
  }
  const std::string condition = conditions.size() == 1
                                    ? conditions[0]
                                    : absl::StrCat("(", absl::StrJoin(conditions, " OR "), ")");
  STRATA_ASSIGN_OR_RETURN(const Figure middle, figures.One("revenue", condition));
  const double share = middle.number() / bands.revenue.number();
  const double even = static_cast<double>(names.size()) * bands.EvenShare();
  const bool strong = share >= even * kClearLead;
  if (!strong && share > even / kClearLead) return NotMet();
  SwotStatement says;
  says.kind = strong ? SwotKind::kStrength : SwotKind::kWeakness;
  says.statement = absl::StrCat("The middle ages (", absl::StrJoin(names, ", "), ") bring ",
                                figures.Money(middle.cell.value), ", ", PercentText(share),
                                " of what buyers of known age bring; ", strong ? "more" : "less",
                                " than the even share of ", PercentText(even), ".");
  says.evidence = {Against(middle, bands.revenue, "all known ages")};
  says.recommendation =
      strong ? "The core is broad: plan for it, and test one offer for each edge."
             : "The revenue hangs on the youngest and the oldest: find out what the middle lacks.";
  STRATA_RETURN_IF_ERROR(AddCoverage(figures, bands.revenue, &says));
  return SwotVerdict{{std::move(says)}, ""};
}

struct Drift {
  const Group *recent = nullptr, *earlier = nullptr;
  double change = 0;
};

SwotStatement DriftStatement(const SwotFigures& figures, const SwotFigures::Years& years,
                             const Drift& drift, const Figure& recent, const Figure& earlier) {
  const bool rises = drift.change > 0;
  SwotStatement says;
  says.kind = rises ? SwotKind::kOpportunity : SwotKind::kThreat;
  says.statement = absl::StrCat(
      "Ages ", drift.recent->name, rises ? " gain" : " lose",
      " weight: ", PercentText(drift.recent->number(0) / recent.number()), " of the revenue of ",
      DaysText(years.recent), " after ", PercentText(drift.earlier->number(0) / earlier.number()),
      " in the year before (", figures.Money(drift.recent->figures[0].cell.value), " after ",
      figures.Money(drift.earlier->figures[0].cell.value),
      "). Ages are those of today in both years, so nobody changed bands.");
  says.evidence = {Against(drift.recent->figures[0], recent, "all known ages, that year"),
                   Against(drift.earlier->figures[0], earlier, "all known ages, the year before")};
  says.recommendation =
      rises ? absl::StrCat("Shift the assortment and the media mix towards ages ",
                           drift.recent->name, " while the shift is cheap.")
            : absl::StrCat("Ask lapsed buyers aged ", drift.recent->name, " why they buy less.");
  return says;
}

absl::StatusOr<SwotVerdict> AgeDrift(SwotFigures& figures) {
  STRATA_ASSIGN_OR_RETURN(const Bands bands, FindBands(figures));
  if (!bands.silent.empty()) return Silent(bands.silent);
  const std::optional<SwotFigures::Years> years = figures.TwoYears();
  if (!years.has_value()) return Silent("the range holds less than two years");
  const auto known = [](const fields::DayRange& days) {
    return absl::StrCat(kKnownAge, " AND ", Within(days));
  };
  STRATA_ASSIGN_OR_RETURN(const Figure recent, figures.One("revenue", known(years->recent)));
  STRATA_ASSIGN_OR_RETURN(const Figure earlier, figures.One("revenue", known(years->earlier)));
  if (recent.number() <= 0 || earlier.number() <= 0) {
    return Silent("one of the two years has no revenue of known age");
  }
  STRATA_ASSIGN_OR_RETURN(const std::vector<Group> now,
                          figures.By("age_band", {"revenue"}, Within(years->recent)));
  STRATA_ASSIGN_OR_RETURN(const std::vector<Group> before,
                          figures.By("age_band", {"revenue"}, Within(years->earlier)));
  Drift rising, falling;
  for (const Group& band : bands.groups) {
    const auto same = [&band](const Group& other) { return other.name == band.name; };
    const auto in_recent = std::find_if(now.begin(), now.end(), same);
    const auto in_earlier = std::find_if(before.begin(), before.end(), same);
    if (in_recent == now.end() || in_earlier == before.end()) continue;
    const double change =
        in_recent->number(0) / recent.number() - in_earlier->number(0) / earlier.number();
    if (change > rising.change) rising = {&*in_recent, &*in_earlier, change};
    if (change < falling.change) falling = {&*in_recent, &*in_earlier, change};
  }
  SwotVerdict verdict;
  for (const Drift& drift : {rising, falling}) {
    if (std::fabs(drift.change) < kDriftPoints) continue;
    verdict.statements.push_back(DriftStatement(figures, *years, drift, recent, earlier));
  }
  return verdict;
}

constexpr SwotRule kRules[] = {
    {"age-strongest-band",
     "the band with the most revenue has a tenth more than an even share of it", &StrongestBand},
    {"age-weakest-band",
     "the band with the least revenue has a tenth less than an even share of it", &WeakestBand},
    {"age-middle-bands",
     "the bands between the youngest and the oldest have a tenth more or less than an even share",
     &MiddleBands},
    {"age-mix-drift",
     "a band's share of the last year's revenue is three points from that of the year before",
     &AgeDrift},
};

}  // namespace

absl::Span<const SwotRule> SwotAgeRules() { return kRules; }

}  // namespace strata::analytics::insight
