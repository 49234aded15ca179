#include "server/analytics/insight/swot/swot.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/analytics/insight/swot/swot_figures.h"
#include "server/analytics/insight/swot/swot_rules.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

std::vector<SwotRule> AllRules() {
  std::vector<SwotRule> all;
  for (const auto& subject : {SwotAgeRules(), SwotMarketRules(), SwotLoyaltyRules(),
                              SwotTrendRules(), SwotSupportRules()}) {
    all.insert(all.end(), subject.begin(), subject.end());
  }
  return all;
}

absl::StatusOr<SwotVerdict> Judge(const SwotRule& rule, const SwotFigures::Figure& revenue,
                                  SwotFigures& figures) {
  const auto too_large = [](absl::string_view kpi) {
    return Silent(absl::StrCat(kpi, " is larger than an amount holds (9.2e18 units)"));
  };
  if (revenue.cell.value == fields::Value(fields::NullReason::kOutOfRange))
    return too_large(revenue.kpi);
  if (revenue.number() <= 0) return Silent("there is no revenue in the range");
  STRATA_ASSIGN_OR_RETURN(SwotVerdict verdict, rule.judge(figures));
  const std::string kpi = figures.TakeOutOfRange();
  if (!kpi.empty()) return too_large(kpi);
  return verdict;
}

}  // namespace

absl::StatusOr<Swot> GenerateSwot(const fields::Scope& scope) {
  if (scope.classes_at != fields::ClassesAt::kAsOf) {
    return FieldError("scope.classes_at", "the rules take tiers and loyalty as of as_of");
  }
  STRATA_ASSIGN_OR_RETURN(SwotFigures figures, SwotFigures::Make(scope));
  STRATA_ASSIGN_OR_RETURN(const SwotFigures::Figure revenue, figures.One("revenue", ""));
  STRATA_ASSIGN_OR_RETURN(const SwotFigures::Figure orders, figures.One("orders", ""));
  Swot swot;
  swot.info = figures.population().info;
  swot.info.records_used = std::get<int64_t>(orders.cell.value);
  const std::vector<SwotRule> rules = AllRules();
  for (const SwotRule& rule : rules) {
    STRATA_ASSIGN_OR_RETURN(SwotVerdict verdict, Judge(rule, revenue, figures));
    if (!verdict.silent.empty()) {
      swot.silent.push_back(absl::StrCat(rule.id, ": ", verdict.silent));
    }
    for (SwotStatement& statement : verdict.statements) {
      statement.rule = std::string(rule.id);
      swot.statements.push_back(std::move(statement));
    }
  }
  std::stable_sort(swot.statements.begin(), swot.statements.end(),
                   [](const SwotStatement& a, const SwotStatement& b) { return a.kind < b.kind; });
  swot.info.notes.push_back(absl::StrCat(rules.size(),
                                         " rules were asked; one that is not met says "
                                         "nothing"));
  return swot;
}

}  // namespace strata::analytics::insight
