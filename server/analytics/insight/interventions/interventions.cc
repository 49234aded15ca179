#include "server/analytics/insight/interventions/interventions.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "server/analytics/insight/support/support.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

constexpr int kYearDays = 365;

// What reasons are found in, by slot.
struct Findings {
  absl::flat_hash_map<image::Slot, const RiskRow*> rows;  // of the listed customers
  std::vector<Warning> warnings;
  std::vector<Renewal> renewals;
  std::vector<NeglectedCustomer> neglected;
};

// A customer's place in the queue; there may be millions of them, so no more than that.
struct Place {
  image::Slot slot = image::kNoSlot;
  MicrosSum revenue = 0, at_risk = 0;
  double risk = 0;
};

// Everybody with something at risk; the first `limit` in order, the others cut off.
absl::StatusOr<std::vector<Place>> Rank(const fields::Scope& scope,
                                        const segment::Population& population,
                                        const CurrentRisk& risk, int limit,
                                        InterventionQueue* queue) {
  const image::Revision& revision = *scope.revision;
  const facts::SumView revenue = population.features.Column("revenue_365d").Sums();
  const facts::SumView contracts = population.features.Column("contract_value").Sums();
  const auto worth = [&](image::Slot slot) {
    return std::max<MicrosSum>({0, revenue[slot], contracts[slot]});
  };
  std::vector<uint8_t> active(revision.slots, 0);
  std::vector<Place> all;
  for (const RiskRow& row : risk.now.rows) {
    active[row.slot] = 1;
    if (!population.include[row.slot] || worth(row.slot) == 0) continue;
    Place place{row.slot, worth(row.slot), 0, risk.model.Risk(row.features)};
    place.at_risk =
        static_cast<MicrosSum>(std::round(static_cast<double>(place.revenue) * place.risk));
    queue->total_at_risk += place.at_risk;
    all.push_back(place);
  }
  for (image::Slot slot = 0; slot < revision.slots; ++slot) {
    queue->inactive += population.include[slot] && !active[slot] && worth(slot) > 0;
  }
  queue->ranked = static_cast<int64_t>(all.size());
  STRATA_RETURN_IF_ERROR(scope.stop.Check());
  const size_t kept = std::min(all.size(), static_cast<size_t>(limit));
  std::partial_sort(all.begin(), all.begin() + static_cast<ptrdiff_t>(kept), all.end(),
                    [&revision](const Place& a, const Place& b) {
                      if (a.at_risk != b.at_risk) return a.at_risk > b.at_risk;
                      return revision.CustomerId(a.slot) < revision.CustomerId(b.slot);
                    });
  all.resize(kept);
  return all;
}

absl::StatusOr<std::vector<NeglectedCustomer>> NeglectedOfTheYear(
    const fields::Scope& scope, const segment::Population& population) {
  fields::Scope year = scope;
  year.range = {scope.as_of - kYearDays + 1, scope.as_of};
  const std::vector<uint8_t>& exists = population.features.exists();
  STRATA_ASSIGN_OR_RETURN(const std::vector<SupportRow> rows,
                          CollectSupport(year, exists, Contacts::kSkip));
  std::vector<image::Slot> slots;
  for (image::Slot slot = 0; slot < exists.size(); ++slot) {
    if (exists[slot]) slots.push_back(slot);
  }
  const std::vector<uint8_t> high =
      HighRevenue(slots, population.features.Column("revenue_365d").Sums(), kHighRevenueShareBp,
                  scope.revision->dictionaries->customer_ids);
  int64_t tests = 0;
  return FindNeglected(rows, high, &tests);
}

absl::string_view EscalationPath(const WorkspaceSettings& settings, absl::string_view tier) {
  for (const TierServicePolicy& policy : settings.service_policy) {
    if (policy.tier == tier) return policy.escalation_path;
  }
  return "";
}

void Explain(const fields::Scope& scope, const segment::Population& population,
             const RiskModel& model, const Findings& findings, Intervention& made) {
  const std::string& currency = scope.revision->settings->currency;
  std::vector<Reason>& reasons = made.reasons;
  reasons = DriverReasons(model, findings.rows.at(made.slot)->features);
  for (const Warning& warning : findings.warnings) {
    if (warning.slot != made.slot) continue;
    for (const WarningSign& sign : warning.signs) reasons.push_back(WarningReason(sign, currency));
  }
  ActionContext context;
  for (const Renewal& renewal : findings.renewals) {
    if (renewal.slot != made.slot || context.renewal != nullptr) continue;
    context.renewal = &renewal;
    reasons.push_back(RenewalReason(renewal, scope.as_of, currency));
  }
  for (const NeglectedCustomer& neglected : findings.neglected) {
    if (neglected.slot != made.slot) continue;
    for (const std::string& words : neglected.reasons) {
      reasons.push_back({ReasonKind::kNeglect, words});
    }
  }
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const Reason& a, const Reason& b) { return a.kind < b.kind; });
  const fields::FeatureColumn& tier = population.features.Column("tier");
  context.has_owner = !population.features.Column("account_owner").IsNull(made.slot);
  context.escalation_path =
      EscalationPath(*scope.revision->settings, tier.texts[tier.codes[made.slot]]);
  made.action = SuggestedAction(reasons, context);
}

// Those of the listed customers only.
template <typename Row>
void KeepListed(const absl::flat_hash_map<image::Slot, const RiskRow*>& listed,
                std::vector<Row>& rows) {
  rows.erase(std::remove_if(rows.begin(), rows.end(),
                            [&listed](const Row& row) { return !listed.contains(row.slot); }),
             rows.end());
}

}  // namespace

std::vector<std::string> InterventionFields() {
  return {"display_name", "tier",           "account_owner",
          "revenue_365d", "contract_value", "renewal_in_days"};
}

absl::StatusOr<InterventionQueue> RankInterventions(const fields::Scope& scope,
                                                    const segment::Population& population,
                                                    int limit) {
  const image::Revision& revision = *scope.revision;
  STRATA_ASSIGN_OR_RETURN(CurrentRisk risk, AssessCurrentRisk(revision, scope.as_of, scope.stop));
  InterventionQueue queue;
  STRATA_ASSIGN_OR_RETURN(const std::vector<Place> places,
                          Rank(scope, population, risk, limit, &queue));
  for (const Place& place : places) {
    Intervention& made = queue.first.emplace_back();
    made.slot = place.slot;
    made.revenue = place.revenue;
    made.risk = place.risk;
    made.at_risk = place.at_risk;
  }

  Findings findings;
  for (const Intervention& made : queue.first) findings.rows[made.slot] = nullptr;
  for (const RiskRow& row : risk.now.rows) {
    const auto listed = findings.rows.find(row.slot);
    if (listed != findings.rows.end()) listed->second = &row;
  }
  STRATA_ASSIGN_OR_RETURN(WarningList warnings,
                          FindEarlyWarnings(revision, scope.as_of, {}, scope.stop));
  queue.warning_tests = warnings.tests;
  findings.warnings = std::move(warnings.warnings);
  STRATA_ASSIGN_OR_RETURN(findings.renewals,
                          FindRenewals(revision, scope.as_of, kQuarterDays, scope.stop));
  STRATA_ASSIGN_OR_RETURN(findings.neglected, NeglectedOfTheYear(scope, population));
  KeepListed(findings.rows, findings.warnings);
  KeepListed(findings.rows, findings.renewals);
  KeepListed(findings.rows, findings.neglected);

  MicrosSum so_far = 0;
  const fields::FeatureColumn& renewal_in_days = population.features.Column("renewal_in_days");
  for (Intervention& made : queue.first) {
    so_far += made.at_risk;
    made.cumulative_share =
        queue.total_at_risk > 0 ? ToDouble(so_far) / ToDouble(queue.total_at_risk) : 0;
    if (!renewal_in_days.IsNull(made.slot)) {
      made.renewal_date = scope.as_of + static_cast<Day>(renewal_in_days.integers[made.slot]);
    }
    Explain(scope, population, risk.model, findings, made);
  }
  queue.covered = queue.first.empty() ? 0 : queue.first.back().cumulative_share;
  queue.model = std::move(risk.model);
  return queue;
}

}  // namespace strata::analytics::insight
