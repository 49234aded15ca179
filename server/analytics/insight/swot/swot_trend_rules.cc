// Growth and decline, and how many customers are won.
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/analytics/insight/swot/swot_rules.h"
#include "server/analytics/stats/rates.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

using Figure = SwotFigures::Figure;

// Less than a twentieth a year is what prices do by themselves.
constexpr double kRevenueChange = 0.05;
// A tenth more or fewer new customers, and hardly by chance.
constexpr double kAcquisitionChange = 0.1;
constexpr double kSignificance = 0.05;
constexpr Day kYear = 365, kHalfYear = 182;
// In the first months of a history everybody is new, also those who bought before it: they must
// have passed before new customers are counted.
constexpr Day kRunIn = 182;

std::string ChangeText(double change) { return absl::StrFormat("%+.2f%%", change * 100); }

absl::StatusOr<SwotVerdict> RevenueTrend(SwotFigures& figures) {
  const std::optional<SwotFigures::Years> years = figures.TwoYears();
  if (!years.has_value()) return Silent("the range holds less than two years");
  STRATA_ASSIGN_OR_RETURN(const Figure recent, figures.One("revenue", Within(years->recent)));
  STRATA_ASSIGN_OR_RETURN(const Figure earlier, figures.One("revenue", Within(years->earlier)));
  if (earlier.number() <= 0) return Silent("the year before has no revenue");
  const double change = recent.number() / earlier.number() - 1;
  if (change > -kRevenueChange && change < kRevenueChange) return NotMet();
  const bool grows = change > 0;
  SwotStatement says;
  says.kind = grows ? SwotKind::kStrength : SwotKind::kThreat;
  says.statement =
      absl::StrCat("Revenue ", grows ? "grows" : "declines", ": ", figures.Money(recent.cell.value),
                   " in ", DaysText(years->recent), ", ", ChangeText(change), " after ",
                   figures.Money(earlier.cell.value), " in the year before.");
  says.evidence = {Against(recent, earlier, "the year before")};
  says.recommendation =
      grows ? "Find the customers who carry the growth (strata insight signals) and secure them."
            : "Find where it is lost first (strata kpi query revenue --compare last-year --by "
              "tier), then who (strata insight signals).";
  return SwotVerdict{{std::move(says)}, ""};
}

absl::StatusOr<SwotVerdict> Acquisition(SwotFigures& figures) {
  std::optional<SwotFigures::Years> windows = figures.Windows(kYear, kRunIn);
  if (!windows.has_value()) windows = figures.Windows(kHalfYear, kRunIn);
  if (!windows.has_value()) {
    return Silent(
        "the range holds less than a year and a half, too little to tell new customers "
        "from those who bought before it");
  }
  STRATA_ASSIGN_OR_RETURN(const Figure recent,
                          figures.One("new_customers", Within(windows->recent)));
  STRATA_ASSIGN_OR_RETURN(const Figure earlier,
                          figures.One("new_customers", Within(windows->earlier)));
  if (recent.number() + earlier.number() < kFewestCustomers) {
    return Silent(absl::StrCat("only ", recent.number() + earlier.number(),
                               " customers were won in the two periods compared, fewer than ",
                               kFewestCustomers));
  }
  if (earlier.number() == 0) return Silent("nobody was won in the earlier of the two periods");
  const double change = recent.number() / earlier.number() - 1;
  const stats::Count now{recent.number(), 1}, before{earlier.number(), 1};
  const double p =
      change < 0 ? stats::DecliningRateP(now, before) : stats::RisingRateP(now, before);
  if (p > kSignificance || (change > -kAcquisitionChange && change < kAcquisitionChange)) {
    return NotMet();
  }
  const bool slows = change < 0;
  SwotStatement says;
  says.kind = slows ? SwotKind::kThreat : SwotKind::kStrength;
  says.statement = absl::StrCat(
      slows ? "Acquisition slows, as in a market that fills up: " : "Acquisition picks up: ",
      CountText(recent.number()), " new customers in ", DaysText(windows->recent), ", ",
      ChangeText(change), " after ", CountText(earlier.number()), " in ",
      DaysText(windows->earlier), absl::StrFormat(" (p = %.2g).", p));
  says.evidence = {Against(recent, earlier, "the period before")};
  says.recommendation =
      slows ? "Growth must come from those who are there: upsell and retention first, then new "
              "markets."
            : "Make the second purchase easy for the newly won, while they remember the first.";
  return SwotVerdict{{std::move(says)}, ""};
}

constexpr SwotRule kRules[] = {
    {"revenue-trend", "the last year's revenue is a twentieth above or below the year's before",
     &RevenueTrend},
    {"acquisition",
     "the last year (else half-year) won a tenth more or fewer new customers than the one before, "
     "by more than chance",
     &Acquisition},
};

}  // namespace

absl::Span<const SwotRule> SwotTrendRules() { return kRules; }

}  // namespace strata::analytics::insight
