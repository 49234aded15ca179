// How high-revenue accounts are served.
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/analytics/insight/swot/swot_rules.h"
#include "server/analytics/stats/intervals.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

constexpr char kHigh[] = "tier = \"strategic\"";
constexpr char kRest[] = "NOT tier = \"strategic\"";
// Below it an interval is too wide to carry a statement; `small_sample` of values likewise.
constexpr int64_t kFewestRecords = 30;

struct Measure {
  absl::string_view kpi, words;
  bool high_is_good;
};
constexpr Measure kMeasures[] = {{"csat", "satisfaction", true},
                                 {"sla_compliance", "SLA compliance", true},
                                 {"escalation_rate", "escalation rate", false}};

// A rate with its Wilson interval; nullopt where too few records are behind it.
absl::StatusOr<std::optional<SwotFigures::Figure>> Rate(const SwotFigures& figures,
                                                        const Measure& measure,
                                                        absl::string_view condition) {
  kpi::ExplainQuery query;
  query.scope = figures.scope();
  query.scope.filter = figures.Where(condition);
  query.kpi = std::string(measure.kpi);
  query.contributors = 0;
  STRATA_ASSIGN_OR_RETURN(const kpi::Explanation explained, kpi::ExplainKpi(query));
  const auto* part =
      explained.numerator.has_value() ? std::get_if<int64_t>(&*explained.numerator) : nullptr;
  const auto* whole =
      explained.denominator.has_value() ? std::get_if<int64_t>(&*explained.denominator) : nullptr;
  if (part == nullptr || whole == nullptr || *whole < kFewestRecords) return std::nullopt;
  SwotFigures::Figure figure{query.kpi, query.scope.filter, explained.value};
  const stats::Bounds bounds = stats::Wilson(*part, *whole);
  figure.cell.interval = fields::Interval{bounds.low, bounds.high, 0.95, "wilson"};
  figure.cell.sample_size = *whole;
  return figure;
}

SwotStatement Statement(bool weak, const std::vector<std::string>& parts,
                        std::vector<SwotEvidence> evidence) {
  SwotStatement says;
  says.kind = weak ? SwotKind::kWeakness : SwotKind::kStrength;
  says.statement = absl::StrCat("Strategic customers get ", weak ? "worse" : "better",
                                " support than the rest: ", absl::StrJoin(parts, "; "),
                                " (95% intervals do not overlap).");
  says.evidence = std::move(evidence);
  says.recommendation = weak ? "Put strategic accounts first in the queue and review the neglected "
                               "ones by name (strata insight support)."
                             : "Tell them: service is a reason to stay, and to pay for.";
  return says;
}

absl::StatusOr<SwotVerdict> SupportOfHighRevenue(SwotFigures& figures) {
  if (figures.revision().tickets == 0) return Silent("the workspace has no tickets");
  std::vector<std::string> worse, better;
  std::vector<SwotEvidence> worse_evidence, better_evidence;
  bool compared = false;
  for (const Measure& measure : kMeasures) {
    STRATA_ASSIGN_OR_RETURN(const auto high, Rate(figures, measure, kHigh));
    STRATA_ASSIGN_OR_RETURN(const auto rest, Rate(figures, measure, kRest));
    if (!high.has_value() || !rest.has_value()) continue;
    compared = true;
    const fields::Interval &of_high = *high->cell.interval, &of_rest = *rest->cell.interval;
    const bool above = of_high.low > of_rest.high, below = of_high.high < of_rest.low;
    if (!above && !below) continue;
    const bool good = above == measure.high_is_good;
    (good ? better : worse)
        .push_back(absl::StrCat(measure.words, " ", PercentText(high->number()), " against ",
                                PercentText(rest->number())));
    std::vector<SwotEvidence>& evidence = good ? better_evidence : worse_evidence;
    evidence.push_back(Against(*high, *rest, "all other tiers"));
    evidence.push_back(Alone(*rest));
  }
  if (!compared) {
    return Silent(absl::StrCat("no service figure rests on ", kFewestRecords,
                               " tickets or ratings of strategic customers and as many of the "
                               "others"));
  }
  SwotVerdict verdict;
  if (!worse.empty()) {
    verdict.statements.push_back(Statement(true, worse, std::move(worse_evidence)));
  }
  if (!better.empty()) {
    verdict.statements.push_back(Statement(false, better, std::move(better_evidence)));
  }
  return verdict;
}

constexpr SwotRule kRules[] = {
    {"support-high-revenue",
     "satisfaction, SLA compliance or escalations of strategic customers differ from the others' "
     "beyond their intervals",
     &SupportOfHighRevenue},
};

}  // namespace

absl::Span<const SwotRule> SwotSupportRules() { return kRules; }

}  // namespace strata::analytics::insight
