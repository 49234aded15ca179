#include "server/rpc/services/customer_page.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/insight/health/health.h"
#include "server/analytics/insight/risk/current_risk.h"
#include "server/analytics/kpi/standing.h"
#include "server/analytics/segment/segment_fields.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/kpi.h"
#include "server/rpc/convert/risk.h"
#include "server/rpc/convert/value.h"
#include "server/rpc/services/customer_records.h"
#include "server/rpc/services/customer_timeline.h"
#include "server/rpc/services/insight_words.h"

namespace strata::rpc {
namespace {

using image::Slot;

// Fields that are taken from the answer's own health and risk, not computed once more.
constexpr char kHealth[] = "health", kRisk[] = "escalation_risk";

// What the months are told of.
const std::vector<std::string>& MonthlyKpis() {
  static const auto& kpis = *new std::vector<std::string>{
      "revenue", "orders",        "average_order_value", "on_time_delivery_rate",
      "tickets", "escalations",   "sla_compliance",      "median_first_response_hours",
      "csat",    "contract_value"};
  return kpis;
}

// Whether a field says something of a customer that no other says: built-in segments stand for
// fields, and an own one that does not hold any more must not hide the rest.
bool IsFeature(const analytics::fields::Field& field, const WorkspaceSettings& settings,
               const analytics::fields::FieldCatalogue& catalogue) {
  if (field.grain != analytics::fields::Grain::kCustomer) return false;
  if (!absl::StartsWith(field.id, "segment:")) return true;
  return field.same_as.empty() &&
         analytics::segment::DeriveSegments(settings.segments, {field.id}, catalogue).ok();
}

// Every feature of the catalogue, by id; the ids in the catalogue's order into `order`. A note
// where the customer does not exist yet.
absl::StatusOr<std::map<std::string, analytics::fields::Value>> FeaturesOf(
    const analytics::fields::Scope& scope, Slot slot, std::vector<std::string>* order,
    v1::ResultMeta* meta) {
  const analytics::fields::FieldCatalogue catalogue(*scope.revision);
  std::vector<std::string> ids;
  for (const analytics::fields::Field& field : catalogue.fields()) {
    if (!IsFeature(field, *scope.revision->settings, catalogue)) continue;
    order->push_back(field.id);
    if (field.id != kHealth && field.id != kRisk) ids.push_back(field.id);
  }
  STRATA_ASSIGN_OR_RETURN(
      const analytics::fields::Features features,
      analytics::fields::Features::Compute(*scope.revision, scope.as_of, ids, scope.stop));
  if (features.exists()[slot] == 0) {
    meta->add_notes(
        "the customer does not exist yet on that day: everything of them lies after it");
  }
  std::map<std::string, analytics::fields::Value> values;
  for (const std::string& id : ids) values[id] = features.Column(id).At(slot);
  return values;
}

absl::Status AddStandings(const analytics::fields::Scope& scope, Slot slot,
                          v1::GetCustomerResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const std::vector<analytics::kpi::KpiStanding> standings,
                          analytics::kpi::StandingsOf(scope, slot));
  for (const analytics::kpi::KpiStanding& standing : standings) {
    v1::KpiStanding* made = response->add_kpis();
    made->set_kpi(standing.kpi->id);
    made->set_unit(standing.kpi->unit);
    ToProto(standing.value, made->mutable_value());
    made->set_rank(standing.rank);
    made->set_of(standing.of);
    ToProto(standing.median, made->mutable_median());
  }
  return absl::OkStatus();
}

// `customer = "..."` for any id.
std::string FilterFor(absl::string_view id) {
  std::string filter = "customer = \"";
  for (const char c : id) {
    if (c == '\\' || c == '"' || c == '*') filter += '\\';
    filter += c;
  }
  return filter + '"';
}

absl::Status AddMonths(const analytics::fields::Scope& scope, Slot slot, int months,
                       v1::GetCustomerResponse* response) {
  const Calendar& calendar = *scope.revision->calendar;
  const int32_t last = calendar.PeriodOf(PeriodUnit::kMonth, scope.as_of);
  analytics::kpi::KpiQuery query;
  query.scope = scope;
  query.scope.range = {calendar.FirstDay(PeriodUnit::kMonth, last - months + 1), scope.as_of};
  query.scope.range_given = true;
  query.scope.filter = FilterFor(scope.revision->CustomerId(slot));
  query.kpis = MonthlyKpis();
  query.group_by = {"month"};
  query.fill_empty = true;
  query.totals = true;
  STRATA_ASSIGN_OR_RETURN(const analytics::kpi::KpiAnswer answer, analytics::kpi::QueryKpis(query));
  ToProto(answer.table, 0, answer.table.rows.size(), response->mutable_months());
  return absl::OkStatus();
}

void HealthToProto(const analytics::insight::Health& health, v1::Health* out) {
  const auto score = [](const std::optional<double>& number, v1::Value* value) {
    if (number.has_value()) {
      value->set_number(*number);
    } else {
      value->set_null(v1::NULL_REASON_NO_RECORDS);
    }
  };
  score(health.score, out->mutable_score());
  out->set_coverage(health.coverage);
  for (const analytics::insight::HealthComponent& component : health.components) {
    v1::HealthComponent* made = out->add_components();
    made->set_component(component.name);
    score(component.score, made->mutable_score());
    made->set_weight(component.weight);
    made->set_meaning(component.meaning);
  }
}

std::string TextOf(const analytics::fields::Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? "" : *text;
}

absl::Status AddRisk(const analytics::fields::Scope& scope, Slot slot,
                     std::map<std::string, analytics::fields::Value>& features,
                     v1::GetCustomerResponse* response) {
  STRATA_ASSIGN_OR_RETURN(
      const analytics::insight::CurrentRisk risk,
      analytics::insight::AssessCurrentRisk(*scope.revision, scope.as_of, scope.stop));
  ToProto(risk.model, response->mutable_risk_model());
  features[kRisk] = analytics::fields::NullReason::kUnknown;
  const std::vector<analytics::insight::RiskRow>& rows = risk.now.rows;
  const auto row = std::lower_bound(
      rows.begin(), rows.end(), slot,
      [](const analytics::insight::RiskRow& a, Slot wanted) { return a.slot < wanted; });
  if (row == rows.end() || row->slot != slot) return absl::OkStatus();
  v1::RankedRisk* made = response->mutable_risk();
  made->set_customer(std::string(scope.revision->CustomerId(slot)));
  made->set_display_name(TextOf(features["display_name"]));
  made->set_risk(risk.model.Risk(row->features));
  features[kRisk] = made->risk();
  if (const auto* revenue = std::get_if<Amount>(&features["revenue_365d"])) {
    ToProto(*revenue, made->mutable_revenue_365d());
  }
  made->set_tier(TextOf(features["tier"]));
  made->set_account_owner(TextOf(features["account_owner"]));
  AddDrivers(risk.model, row->features, made);
  return absl::OkStatus();
}

}  // namespace

absl::Status AddCustomerPage(const PinnedScope& pinned, Slot slot,
                             const v1::GetCustomerRequest& request,
                             v1::GetCustomerResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const int orders, InRange("orders", request.orders(), 10, 1, 1'000));
  STRATA_ASSIGN_OR_RETURN(const int tickets, InRange("tickets", request.tickets(), 10, 1, 1'000));
  STRATA_ASSIGN_OR_RETURN(const int events, InRange("timeline", request.timeline(), 20, 1, 1'000));
  STRATA_ASSIGN_OR_RETURN(const int months, InRange("months", request.months(), 12, 1, 60));
  const analytics::fields::Scope& scope = pinned.scope;
  std::vector<std::string> ids;
  STRATA_ASSIGN_OR_RETURN(auto features, FeaturesOf(scope, slot, &ids, response->mutable_meta()));
  STRATA_RETURN_IF_ERROR(AddRisk(scope, slot, features, response));
  STRATA_ASSIGN_OR_RETURN(
      const analytics::insight::Health health,
      analytics::insight::HealthOf(*scope.revision, scope.as_of, slot, scope.stop));
  HealthToProto(health, response->mutable_health());
  features[kHealth] = analytics::fields::NullReason::kUnknown;
  if (health.score.has_value()) features[kHealth] = *health.score;
  for (const std::string& id : ids) {
    v1::FieldValue* made = response->add_features();
    made->set_field(id);
    ToProto(features[id], made->mutable_value());
  }
  STRATA_RETURN_IF_ERROR(AddStandings(scope, slot, response));
  STRATA_RETURN_IF_ERROR(AddRecords(pinned, slot, orders, tickets, response));
  STRATA_RETURN_IF_ERROR(AddMonths(scope, slot, months, response));
  return AddTimeline(pinned, slot, static_cast<size_t>(events), response->mutable_timeline());
}

}  // namespace strata::rpc
