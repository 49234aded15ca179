// Whether high-revenue customers get adequate support: analytics in, protobuf out.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/analytics/insight/support/support.h"
#include "server/analytics/segment/population.h"
#include "server/analytics/stats/intervals.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/meta.h"
#include "server/rpc/convert/value.h"
#include "server/rpc/services/insight_words.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/insight_service.handlers.h"

namespace strata::rpc {
namespace {

using image::Slot;

constexpr int64_t kSmallSample = 30;

std::string TextOf(const analytics::fields::FeatureColumn& column, Slot slot) {
  return column.texts[column.codes[slot]];
}

analytics::insight::SupportGroups GroupsOf(const analytics::segment::Population& population,
                                           const analytics::segment::CustomerRevenue& sums,
                                           int share_bp, const image::TextList& ids) {
  analytics::insight::SupportGroups groups;
  const std::vector<Slot> slots = population.Slots();
  groups.high = analytics::insight::HighRevenue(slots, sums.revenue, share_bp, ids);
  groups.high_customers = std::count(groups.high.begin(), groups.high.end(), uint8_t{1});
  groups.rest_customers = static_cast<int64_t>(slots.size()) - groups.high_customers;
  const analytics::fields::FeatureColumn& tier = population.features.Column("tier");
  groups.tier_names = tier.texts;
  groups.tiers = tier.codes;
  return groups;
}

void ToProto(const analytics::insight::SupportMeasure& measure, v1::SupportMeasure* out) {
  out->set_kpi(measure.kpi);
  rpc::ToProto(measure.high, out->mutable_high());
  rpc::ToProto(measure.rest, out->mutable_rest());
  out->set_verdict(measure.verdict);
  out->set_p(1);
  if (!measure.comparison.has_value()) {
    out->mutable_difference()->set_null(v1::NULL_REASON_NO_RECORDS);
    return;
  }
  v1::Value* difference = out->mutable_difference();
  difference->set_number(measure.comparison->difference);
  difference->mutable_interval()->set_low(measure.comparison->low);
  difference->mutable_interval()->set_high(measure.comparison->high);
  difference->mutable_interval()->set_level(0.95);
  difference->mutable_interval()->set_method(measure.comparison->method);
  difference->set_sample_size(measure.high.sample_size + measure.rest.sample_size);
  difference->set_small_sample(std::min(measure.high.sample_size, measure.rest.sample_size) <
                               kSmallSample);
  out->set_p(measure.comparison->p);
}

void NumberOrNoRecords(const std::optional<double>& number, v1::Value* out) {
  if (number.has_value()) {
    out->set_number(*number);
  } else {
    out->set_null(v1::NULL_REASON_NO_RECORDS);
  }
}

v1::PolicyVerdict ToProto(analytics::insight::PolicyVerdict verdict) {
  switch (verdict) {
    case analytics::insight::PolicyVerdict::kKept:
      return v1::POLICY_VERDICT_KEPT;
    case analytics::insight::PolicyVerdict::kMissed:
      return v1::POLICY_VERDICT_MISSED;
    case analytics::insight::PolicyVerdict::kNoData:
      return v1::POLICY_VERDICT_NO_DATA;
  }
  return v1::POLICY_VERDICT_UNSPECIFIED;
}

void ToProto(const analytics::insight::TierSupport& tier, v1::TierSupport* out) {
  out->set_tier(tier.policy.tier);
  out->set_response_target_hours(tier.policy.response_target_hours);
  NumberOrNoRecords(tier.median_first_response_hours, out->mutable_median_first_response_hours());
  v1::Value* within = out->mutable_within_target();
  if (tier.judged == 0) {
    within->set_null(v1::NULL_REASON_NO_RECORDS);
  } else {
    const analytics::stats::Bounds bounds = analytics::stats::Wilson(tier.within, tier.judged);
    within->set_number(static_cast<double>(tier.within) / static_cast<double>(tier.judged));
    within->mutable_interval()->set_low(bounds.low);
    within->mutable_interval()->set_high(bounds.high);
    within->mutable_interval()->set_level(0.95);
    within->mutable_interval()->set_method("wilson");
    within->set_sample_size(tier.judged);
    within->set_small_sample(tier.judged < kSmallSample);
  }
  NumberOrNoRecords(tier.days_between_contacts, out->mutable_days_between_contacts());
  out->set_meets_policy(tier.verdict == analytics::insight::PolicyVerdict::kKept);
  out->set_verdict(ToProto(tier.verdict));
}

// "policy of strategic: first response within 4 hours, a contact every 30 days, escalations to the
// executive sponsor".
std::string PolicyNote(const TierServicePolicy& policy) {
  std::vector<std::string> promises;
  if (policy.response_target_hours > 0) {
    promises.push_back(
        absl::StrCat("first response within ", policy.response_target_hours, " hours"));
  }
  if (policy.contact_cadence_days > 0) {
    promises.push_back(absl::StrCat("a contact every ", policy.contact_cadence_days, " days"));
  }
  if (!policy.escalation_path.empty()) {
    promises.push_back(absl::StrCat("escalations to the ", policy.escalation_path));
  }
  std::string note = absl::StrCat("policy of ", policy.tier, ": ");
  for (size_t i = 0; i < promises.size(); ++i) {
    absl::StrAppend(&note, i == 0 ? "" : ", ", promises[i]);
  }
  return promises.empty() ? absl::StrCat(note, "nothing is promised") : note;
}

void AddNotes(const analytics::insight::SupportAssessment& result,
              const WorkspaceSettings& settings, size_t listed,
              analytics::fields::ResultInfo* info) {
  info->current_values.push_back("order.status");
  info->current_values.push_back("ticket.status");
  info->notes.push_back(absl::StrFormat(
      "verdicts hold at a false-discovery rate of %.0f%% over all measures (Benjamini-Hochberg), "
      "with the customer as the unit; tickets per customer is demand and has no part in `adequate`",
      100 * analytics::insight::kSupportFalseDiscoveryRate));
  info->notes.push_back(absl::StrFormat(
      "%d high-revenue customers get worse than the median service, %d of them listed; false-"
      "discovery rate %.0f%% over %d tests",
      result.neglected.size(), listed, 100 * analytics::insight::kNeglectFalseDiscoveryRate,
      result.neglect_tests));
  for (const TierServicePolicy& policy : settings.service_policy) {
    info->notes.push_back(PolicyNote(policy));
  }
}

}  // namespace

absl::Status InsightHandlers::AssessSupport(const CallContext& call,
                                            const v1::AssessSupportRequest& request,
                                            v1::AssessSupportResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const double top_share,
                          InRange("top_share", request.top_share(), 0.2, 0.0001, 1.0));
  STRATA_ASSIGN_OR_RETURN(const int limit, InRange("limit", request.limit(), 20, 1, 10'000));
  STRATA_ASSIGN_OR_RETURN(const PinnedScope pinned,
                          PinScope(registry_, request.scope(), 0, call.stop));
  const analytics::fields::Scope& scope = pinned.scope;
  const image::Revision& revision = *scope.revision;
  STRATA_ASSIGN_OR_RETURN(
      analytics::segment::Population population,
      analytics::segment::SelectCustomers(scope, {"display_name", "account_owner", "tier"}));
  STRATA_ASSIGN_OR_RETURN(const analytics::segment::CustomerRevenue sums,
                          analytics::segment::SumRevenue(scope));
  STRATA_ASSIGN_OR_RETURN(const std::vector<analytics::insight::SupportRow> rows,
                          analytics::insight::CollectSupport(scope, population.include));
  const analytics::insight::SupportGroups groups =
      GroupsOf(population, sums, static_cast<int>(top_share * 10'000 + 0.5),
               revision.dictionaries->customer_ids);
  analytics::insight::SupportAssessment result = analytics::insight::MeasureSupport(
      rows, groups, revision.settings->service_policy, std::min(scope.range.to, scope.as_of));

  const analytics::facts::SumView revenue = sums.revenue;
  std::vector<analytics::insight::NeglectedCustomer>& neglected = result.neglected;
  std::sort(neglected.begin(), neglected.end(),
            [&](const analytics::insight::NeglectedCustomer& a,
                const analytics::insight::NeglectedCustomer& b) {
              const MicrosSum of_a = revenue[a.slot], of_b = revenue[b.slot];
              if (of_a != of_b) return of_a > of_b;
              return revision.CustomerId(a.slot) < revision.CustomerId(b.slot);
            });
  const size_t listed = std::min(neglected.size(), static_cast<size_t>(limit));
  AddNotes(result, *revision.settings, listed, &population.info);
  population.info.records_used = result.tickets;
  ToProto(revision, population.info, response->mutable_meta());
  SetCoverage(groups.high_customers + groups.rest_customers, result.tickets + result.ratings, 0,
              result.reason, response->mutable_coverage());
  response->set_high_customers(groups.high_customers);
  for (const analytics::insight::SupportMeasure& measure : result.measures) {
    ToProto(measure, response->add_measures());
  }
  for (const analytics::insight::TierSupport& tier : result.tiers)
    ToProto(tier, response->add_tiers());
  for (size_t i = 0; i < listed; ++i) {
    const Slot slot = neglected[i].slot;
    v1::NeglectedCustomer* made = response->add_neglected();
    made->set_customer(std::string(revision.CustomerId(slot)));
    made->set_display_name(TextOf(population.features.Column("display_name"), slot));
    Money(revenue[slot], made->mutable_revenue());
    made->set_account_owner(TextOf(population.features.Column("account_owner"), slot));
    for (const std::string& reason : neglected[i].reasons) made->add_reasons(reason);
  }
  response->set_adequate(result.adequate);
  return absl::OkStatus();
}

}  // namespace strata::rpc
