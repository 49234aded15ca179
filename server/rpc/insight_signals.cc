// Early warnings, emerging accounts, renewals and strategic accounts without an owner: analytics
// in, protobuf out.
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/insight/current_risk.h"
#include "server/analytics/insight/early_warning.h"
#include "server/analytics/insight/emerging.h"
#include "server/analytics/insight/population.h"
#include "server/analytics/insight/renewals.h"
#include "server/analytics/insight/signals.h"
#include "server/base/status_macros.h"
#include "server/domain/currency.h"
#include "server/rpc/convert/meta.h"
#include "server/rpc/convert/value.h"
#include "server/rpc/insight_service.h"
#include "server/rpc/insight_words.h"
#include "server/rpc/read_scope.h"

namespace strata::rpc {
namespace {

using image::Slot;

std::string TextOf(const analytics::FeatureColumn& column, Slot slot) {
  return column.texts[column.codes[slot]];
}

bool HasField(const image::Revision& revision, absl::string_view id) {
  return analytics::FieldCatalogue(revision).Find(id).ok();
}

// The signals of one answer, by kind.
class SignalList {
 public:
  SignalList(const analytics::Scope& scope, const analytics::Population& population, int limit,
             v1::ListSignalsResponse* response)
      : scope_(scope), population_(population), limit_(limit), response_(*response) {}

  absl::Status AddWarnings(double rate, analytics::ResultInfo* info);
  absl::Status AddEmerging(double rate, analytics::ResultInfo* info);
  absl::Status AddRenewals(int days, analytics::ResultInfo* info);
  absl::Status AddUnowned(analytics::ResultInfo* info);

 private:
  // nullptr where the list of this kind is full.
  absl::StatusOr<v1::Signal*> Add(v1::SignalKind kind, absl::string_view type, Slot slot,
                                  std::string statement);
  // Starts the next kind; tells after it what was found and what is listed.
  void Begin() { found_ = listed_ = 0; }
  void Tell(absl::string_view what, analytics::ResultInfo* info) const {
    info->notes.push_back(absl::StrCat(what, ": ", found_, " found, ", listed_, " listed"));
  }

  const std::string& Currency() const { return scope_.revision->settings->currency; }
  // A statistic in currency units, to the decimals of the currency.
  void SetMoney(double units, v1::Value* out) const;

  const analytics::Scope& scope_;
  const analytics::Population& population_;
  const int limit_;
  v1::ListSignalsResponse& response_;
  int found_ = 0, listed_ = 0;
};

void SignalList::SetMoney(double units, v1::Value* out) const {
  const double parts = std::pow(10, CurrencyDecimals(Currency()));
  Amount amount;
  const MicrosSum micros =
      static_cast<MicrosSum>(std::llround(units * parts)) * kMicrosAUnit / std::llround(parts);
  if (const auto made = AmountFromMicros(micros); made.ok()) amount = *made;
  ToProto(amount, out->mutable_money());
}

absl::StatusOr<v1::Signal*> SignalList::Add(v1::SignalKind kind, absl::string_view type, Slot slot,
                                            std::string statement) {
  ++found_;
  if (listed_ >= limit_) return nullptr;
  ++listed_;
  const analytics::Features& features = population_.features;
  v1::Signal* made = response_.add_signals();
  made->set_kind(kind);
  made->set_type(std::string(type));
  made->set_customer(std::string(scope_.revision->CustomerId(slot)));
  made->set_display_name(TextOf(features.Column("display_name"), slot));
  made->set_tier(TextOf(features.Column("tier"), slot));
  made->set_account_owner(TextOf(features.Column("account_owner"), slot));
  STRATA_RETURN_IF_ERROR(
      Money(features.Column("revenue_365d").integers[slot], made->mutable_revenue_365d()));
  made->set_statement(std::move(statement));
  return made;
}

absl::Status SignalList::AddWarnings(double rate, analytics::ResultInfo* info) {
  STRATA_ASSIGN_OR_RETURN(
      const analytics::WarningList list,
      analytics::FindEarlyWarnings(*scope_.revision, scope_.as_of, {rate}, scope_.stop));
  Begin();
  for (const analytics::Warning& warning : list.warnings) {
    if (!population_.include[warning.slot]) continue;
    STRATA_ASSIGN_OR_RETURN(v1::Signal * made,
                            Add(v1::SIGNAL_KIND_EARLY_WARNING, NameOf(warning.kind), warning.slot,
                                Statement(warning, Currency())));
    if (made == nullptr) continue;
    v1::Evidence* evidence = made->add_evidence();
    evidence->set_measure(std::string(MeasureOf(warning.kind)));
    if (warning.kind == analytics::WarningKind::kShrinkingOrders) {
      SetMoney(warning.value, evidence->mutable_value());
      SetMoney(warning.expected, evidence->mutable_expected());
    } else {
      evidence->mutable_value()->set_number(warning.value);
      evidence->mutable_expected()->set_number(warning.expected);
    }
    evidence->set_p(warning.p);
    evidence->set_q(warning.q);
  }
  response_.set_tests(response_.tests() + list.tests);
  Tell("early warnings", info);
  info->notes.push_back(absl::StrFormat(
      "early warnings: %d tests of %d customers, corrected together (Benjamini-Hochberg): at most "
      "%.3g of the warnings are expected to be false alarms",
      list.tests, list.customers, rate));
  if (list.tests == 0) {
    info->notes.push_back(
        "early warnings: no customer has four orders or tickets in the year "
        "before the last quarter, so nothing could be tested");
  }
  return absl::OkStatus();
}

absl::Status SignalList::AddEmerging(double rate, analytics::ResultInfo* info) {
  analytics::EmergingOptions options;
  options.false_discovery_rate = rate;
  options.strategic_share_bp = scope_.revision->settings->strategic_share_bp;
  STRATA_ASSIGN_OR_RETURN(
      const analytics::EmergingAccounts accounts,
      analytics::FindEmergingAccounts(*scope_.revision, scope_.as_of, options, scope_.stop));
  Begin();
  for (const analytics::EmergingAccount& account : accounts.accounts) {
    if (!population_.include[account.slot]) continue;
    STRATA_ASSIGN_OR_RETURN(v1::Signal * made,
                            Add(v1::SIGNAL_KIND_EMERGING, "emerging account", account.slot,
                                Statement(account, accounts.threshold, Currency())));
    if (made == nullptr) continue;
    if (account.crossing.has_value()) made->set_date(FormatDay(*account.crossing));
    v1::Evidence* year = made->add_evidence();
    year->set_measure("amount ordered in the last year, against the year before");
    SetMoney(account.revenue, year->mutable_value());
    SetMoney(account.previous_revenue, year->mutable_expected());
    year->set_p(1);
    year->set_q(1);
    v1::Evidence* slope = made->add_evidence();
    slope->set_measure("rise of the yearly amount a month (Theil-Sen), against none");
    SetMoney(account.slope, slope->mutable_value());
    SetMoney(0, slope->mutable_expected());
    slope->set_p(account.p);
    slope->set_q(account.q);
    v1::Evidence* distance = made->add_evidence();
    distance->set_measure("amount ordered in the last year, against the strategic threshold");
    SetMoney(account.revenue, distance->mutable_value());
    SetMoney(accounts.threshold, distance->mutable_expected());
    distance->set_p(1);
    distance->set_q(1);
  }
  response_.set_tests(response_.tests() + accounts.tests);
  Tell("emerging accounts", info);
  info->notes.push_back(absl::StrFormat(
      "emerging accounts: %d tests, a family of their own at the same rate; the threshold is what "
      "the last of the top %.4g%% ordered in the last year, whatever became of the orders",
      accounts.tests, options.strategic_share_bp / 100.0));
  return absl::OkStatus();
}

absl::Status SignalList::AddRenewals(int days, analytics::ResultInfo* info) {
  const image::Revision& revision = *scope_.revision;
  STRATA_ASSIGN_OR_RETURN(const std::vector<analytics::Renewal> renewals,
                          analytics::FindRenewals(revision, scope_.as_of, days, scope_.stop));
  std::vector<double> risk;
  if (!renewals.empty()) {
    STRATA_ASSIGN_OR_RETURN(const analytics::CurrentRisk current,
                            analytics::AssessCurrentRisk(revision, scope_.as_of, scope_.stop));
    risk = current.BySlot(revision.slots);
  }
  const bool has_health = HasField(revision, "health");
  Begin();
  for (const analytics::Renewal& renewal : renewals) {
    if (!population_.include[renewal.slot]) continue;
    STRATA_ASSIGN_OR_RETURN(v1::Signal * made,
                            Add(v1::SIGNAL_KIND_RENEWAL,
                                renewal.auto_renew.value_or(false) ? "renews by itself" : "renewal",
                                renewal.slot, Statement(renewal, scope_.as_of, Currency())));
    if (made == nullptr) continue;
    made->set_date(FormatDay(renewal.end_date));
    if (made->account_owner().empty()) made->set_account_owner(renewal.owner);
    const auto evidence = [made](const char* measure) {
      v1::Evidence* one = made->add_evidence();
      one->set_measure(measure);
      one->set_p(1);
      one->set_q(1);
      one->mutable_expected()->set_null(v1::NULL_REASON_NOT_APPLICABLE);
      return one->mutable_value();
    };
    STRATA_RETURN_IF_ERROR(Money(renewal.annual_value, evidence("annual_value")->mutable_money()));
    if (const double chance = risk[renewal.slot]; !std::isnan(chance)) {
      evidence("escalation_risk")->set_number(chance);
      made->set_statement(absl::StrCat(made->statement(),
                                       absl::StrFormat("; escalation risk %.1f%%", 100 * chance)));
    } else {
      made->set_statement(absl::StrCat(made->statement(), "; no order or ticket in the year"));
    }
    if (!has_health) continue;
    const analytics::FeatureColumn& health = population_.features.Column("health");
    if (health.IsNull(renewal.slot)) continue;
    evidence("health")->set_number(health.numbers[renewal.slot]);
    made->set_statement(absl::StrCat(
        made->statement(), absl::StrFormat("; health %.0f of 100", health.numbers[renewal.slot])));
  }
  Tell(absl::StrCat("contracts that end within ", days, " days"), info);
  if (revision.contracts == 0) info->notes.push_back("renewals: the workspace has no contracts");
  info->current_values.push_back("contract.*");
  return absl::OkStatus();
}

absl::Status SignalList::AddUnowned(analytics::ResultInfo* info) {
  Begin();
  const analytics::FeatureColumn& rank = population_.features.Column("revenue_rank");
  for (const Slot slot : analytics::StrategicWithoutOwner(*scope_.revision, population_)) {
    const std::string standing = rank.IsNull(slot)
                                     ? std::string("declared strategic, without revenue yet")
                                     : absl::StrCat("number ", rank.integers[slot], " by revenue");
    STRATA_ASSIGN_OR_RETURN(
        v1::Signal * made,
        Add(v1::SIGNAL_KIND_UNOWNED, "strategic account without an owner", slot,
            absl::StrCat(
                "strategic (", standing, ") and nobody owns the account; ",
                MoneyText(MicrosSum{population_.features.Column("revenue_365d").integers[slot]},
                          Currency()),
                " in the last year")));
    if (made == nullptr) continue;
  }
  Tell("strategic accounts without an owner", info);
  return absl::OkStatus();
}

absl::StatusOr<std::set<int>> KindsOf(const v1::ListSignalsRequest& request) {
  std::set<int> kinds;
  for (const int kind : request.kinds()) {
    if (kind == v1::SIGNAL_KIND_UNSPECIFIED) continue;
    if (!v1::SignalKind_IsValid(kind)) return FieldError("kinds", "this is none of its values");
    kinds.insert(kind);
  }
  if (kinds.empty()) {
    kinds = {v1::SIGNAL_KIND_EARLY_WARNING, v1::SIGNAL_KIND_EMERGING, v1::SIGNAL_KIND_RENEWAL,
             v1::SIGNAL_KIND_UNOWNED};
  }
  return kinds;
}

}  // namespace

absl::Status InsightHandlers::ListSignals(const CallContext& call,
                                          const v1::ListSignalsRequest& request,
                                          v1::ListSignalsResponse* response) {
  STRATA_ASSIGN_OR_RETURN(
      const double rate,
      InRange("false_discovery_rate", request.false_discovery_rate(), 0.1, 0.0001, 0.9999));
  STRATA_ASSIGN_OR_RETURN(const int days,
                          InRange("renewal_days", request.renewal_days(), 90, 1, 3'660));
  STRATA_ASSIGN_OR_RETURN(const int limit, InRange("limit", request.limit(), 50, 1, 10'000));
  STRATA_ASSIGN_OR_RETURN(const std::set<int> kinds, KindsOf(request));
  STRATA_ASSIGN_OR_RETURN(const PinnedScope pinned,
                          PinScope(registry_, request.scope(), 0, call.stop));
  const analytics::Scope& scope = pinned.scope;
  const image::Revision& revision = *scope.revision;
  std::vector<std::string> fields = {"display_name", "tier", "account_owner", "revenue_365d",
                                     "revenue_rank"};
  if (kinds.count(v1::SIGNAL_KIND_RENEWAL) > 0 && HasField(revision, "health")) {
    fields.emplace_back("health");
  }
  STRATA_ASSIGN_OR_RETURN(analytics::Population population,
                          analytics::SelectCustomers(scope, fields));

  analytics::ResultInfo info = population.info;
  SignalList list(scope, population, limit, response);
  if (kinds.count(v1::SIGNAL_KIND_EARLY_WARNING) > 0) {
    STRATA_RETURN_IF_ERROR(list.AddWarnings(rate, &info));
  }
  if (kinds.count(v1::SIGNAL_KIND_EMERGING) > 0) {
    STRATA_RETURN_IF_ERROR(list.AddEmerging(rate, &info));
  }
  if (kinds.count(v1::SIGNAL_KIND_RENEWAL) > 0) {
    STRATA_RETURN_IF_ERROR(list.AddRenewals(days, &info));
  }
  if (kinds.count(v1::SIGNAL_KIND_UNOWNED) > 0) STRATA_RETURN_IF_ERROR(list.AddUnowned(&info));

  info.current_values.push_back("order.status");  // what counts as revenue
  ToProto(revision, info, response->mutable_meta());
  const bool tested =
      kinds.count(v1::SIGNAL_KIND_EARLY_WARNING) > 0 || kinds.count(v1::SIGNAL_KIND_EMERGING) > 0;
  SetCoverage(info.customers_used, response->tests(), 0,
              tested && response->tests() == 0
                  ? "no customer has a history long enough to be tested for warnings or growth"
                  : "",
              response->mutable_coverage());
  response->set_false_discovery_rate(rate);
  return absl::OkStatus();
}

}  // namespace strata::rpc
