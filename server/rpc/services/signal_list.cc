// The signals of one answer, by kind.
#include "server/rpc/services/signal_list.h"

#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/analytics/facts/exposure.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/insight/risk/current_risk.h"
#include "server/analytics/insight/signals/early_warning.h"
#include "server/analytics/insight/signals/emerging.h"
#include "server/analytics/insight/signals/lost.h"
#include "server/analytics/insight/signals/newcomers.h"
#include "server/analytics/insight/signals/renewals.h"
#include "server/analytics/insight/signals/signals.h"
#include "server/base/status_macros.h"
#include "server/domain/currency.h"
#include "server/rpc/convert/value.h"
#include "server/rpc/services/insight_words.h"

namespace strata::rpc {
namespace {

using image::Slot;

std::string TextOf(const analytics::fields::FeatureColumn& column, Slot slot) {
  return column.texts[column.codes[slot]];
}

void SetTest(double p, double q, v1::Signal* out) {
  v1::Evidence* tested = out->mutable_evidence(out->evidence_size() - 1);
  tested->set_p(p);
  tested->set_q(q);
}

}  // namespace

void SignalList::SetMoney(double units, v1::Value* out) const {
  const double parts = std::pow(10, CurrencyDecimals(Currency()));
  Money(static_cast<MicrosSum>(std::round(units * parts)) * kMicrosAUnit / std::llround(parts),
        out);
}

void SignalList::AddMoney(absl::string_view measure, double value, double expected,
                          v1::Signal* out) const {
  v1::Evidence* evidence = out->add_evidence();
  evidence->set_measure(std::string(measure));
  SetMoney(value, evidence->mutable_value());
  SetMoney(expected, evidence->mutable_expected());
  evidence->set_p(1);
  evidence->set_q(1);
}

void SignalList::Begin(v1::SignalKind kind, std::string rule) {
  family_ = response_.add_families();
  family_->set_kind(kind);
  family_->set_rule(std::move(rule));
}

void SignalList::BeginTested(v1::SignalKind kind, int64_t tests, std::string rule) {
  Begin(kind, std::move(rule));
  family_->set_tested(tests);
  family_->set_false_discovery_rate(rate_);
  response_.set_tests(response_.tests() + tests);
}

void SignalList::Tell(absl::string_view what, analytics::fields::ResultInfo* info) const {
  std::string note = absl::StrCat(what, ": ");
  if (family_->false_discovery_rate() > 0) {
    absl::StrAppendFormat(&note, "%d customers tested, ", family_->tested());
  }
  absl::StrAppend(&note, family_->found(), " found, ", family_->listed(), " listed");
  if (family_->false_discovery_rate() > 0) {
    absl::StrAppendFormat(&note, "; at most %.3g of the listed are expected to be false alarms",
                          rate_);
  }
  info->notes.push_back(absl::StrCat(note, "; ", family_->rule()));
}

absl::StatusOr<v1::Signal*> SignalList::Add(absl::string_view type, Slot slot,
                                            std::string statement) {
  family_->set_found(family_->found() + 1);
  if (family_->listed() >= limit_) return nullptr;
  family_->set_listed(family_->listed() + 1);
  const analytics::fields::Features& features = population_.features;
  v1::Signal* made = response_.add_signals();
  made->set_kind(family_->kind());
  made->set_type(std::string(type));
  made->set_customer(std::string(scope_.revision->CustomerId(slot)));
  made->set_display_name(TextOf(features.Column("display_name"), slot));
  made->set_tier(TextOf(features.Column("tier"), slot));
  made->set_account_owner(TextOf(features.Column("account_owner"), slot));
  Money(features.Column("revenue_365d").Sums()[slot], made->mutable_revenue_365d());
  made->set_statement(std::move(statement));
  return made;
}

absl::Status SignalList::AddWarnings(analytics::fields::ResultInfo* info) {
  STRATA_ASSIGN_OR_RETURN(
      const analytics::insight::WarningList list,
      analytics::insight::FindEarlyWarnings(*scope_.revision, scope_.as_of, {rate_}, scope_.stop));
  BeginTested(v1::SIGNAL_KIND_EARLY_WARNING, list.tests,
              analytics::facts::BorderInWords(scope_.revision->settings->inactivity_days));
  for (const analytics::insight::Warning& warning : list.warnings) {
    if (!population_.include[warning.slot]) continue;
    STRATA_ASSIGN_OR_RETURN(v1::Signal * made, Add(NameOf(warning.signs.front().kind), warning.slot,
                                                   Statement(warning, Currency())));
    if (made == nullptr) continue;
    for (const analytics::insight::WarningSign& sign : warning.signs) {
      v1::Evidence* evidence = made->add_evidence();
      evidence->set_measure(std::string(MeasureOf(sign.kind)));
      if (sign.kind == analytics::insight::WarningKind::kShrinkingOrders) {
        SetMoney(sign.value, evidence->mutable_value());
        SetMoney(sign.expected, evidence->mutable_expected());
      } else {
        evidence->mutable_value()->set_number(sign.value);
        evidence->mutable_expected()->set_number(sign.expected);
      }
      evidence->set_p(sign.p);
      evidence->set_q(warning.q);
    }
  }
  Tell("early warnings", info);
  if (list.tests == 0) {
    info->notes.push_back(
        "early warnings: no customer has twelve days with purchases in 18 months, nor four tickets "
        "or ratings in the year before the last quarter, so nothing could be tested");
  }
  return absl::OkStatus();
}

absl::Status SignalList::AddEmerging(analytics::fields::ResultInfo* info) {
  analytics::insight::EmergingOptions options;
  options.false_discovery_rate = rate_;
  options.strategic_share_bp = scope_.revision->settings->strategic_share_bp;
  STRATA_ASSIGN_OR_RETURN(const analytics::insight::EmergingAccounts accounts,
                          analytics::insight::FindEmergingAccounts(*scope_.revision, scope_.as_of,
                                                                   options, scope_.stop));
  BeginTested(
      v1::SIGNAL_KIND_EMERGING, accounts.tests,
      absl::StrFormat("customers of %d months or more whose business grows up to now, their "
                      "first half-year apart; the threshold is what the last of the top "
                      "%.4g%% ordered in the last year, whatever became of the orders",
                      analytics::facts::kMonthsOfHistory, options.strategic_share_bp / 100.0));
  for (const analytics::insight::EmergingAccount& account : accounts.accounts) {
    if (!population_.include[account.slot]) continue;
    STRATA_ASSIGN_OR_RETURN(
        v1::Signal * made,
        Add("emerging account", account.slot, Statement(account, accounts.threshold, Currency())));
    if (made == nullptr) continue;
    if (account.crossing.has_value()) made->set_date(FormatDay(*account.crossing));
    AddMoney("amount ordered in the last year, against the year before", account.revenue,
             account.previous_revenue, made);
    AddMoney("rise of the yearly amount a month (Theil-Sen), against none", account.slope, 0, made);
    SetTest(account.p, account.q, made);
    AddMoney("amount ordered in the last year, against the strategic threshold", account.revenue,
             accounts.threshold, made);
  }
  Tell("emerging accounts", info);
  return absl::OkStatus();
}

absl::Status SignalList::AddNewcomers(analytics::fields::ResultInfo* info) {
  analytics::insight::NewcomerOptions options;
  options.false_discovery_rate = rate_;
  options.strategic_share_bp = scope_.revision->settings->strategic_share_bp;
  STRATA_ASSIGN_OR_RETURN(
      const analytics::insight::Newcomers newcomers,
      analytics::insight::FindNewcomers(*scope_.revision, scope_.as_of, options, scope_.stop));
  BeginTested(
      v1::SIGNAL_KIND_NEW, newcomers.tests,
      absl::StrFormat("customers of three to %d months whose average amount a month since "
                      "the first purchase (which is not counted) is above a twelfth of what "
                      "the last of the top %.4g%% ordered in the last year",
                      analytics::facts::kMonthsOfHistory, options.strategic_share_bp / 100.0));
  for (const analytics::insight::Newcomer& newcomer : newcomers.customers) {
    if (!population_.include[newcomer.slot]) continue;
    STRATA_ASSIGN_OR_RETURN(
        v1::Signal * made,
        Add("strong start", newcomer.slot, Statement(newcomer, newcomers.threshold, Currency())));
    if (made == nullptr) continue;
    made->set_date(FormatDay(newcomer.first_purchase));
    AddMoney("amount ordered a month since the first purchase, against the strategic threshold",
             newcomer.monthly, newcomers.threshold, made);
    SetTest(newcomer.p, newcomer.q, made);
    v1::Value ordered;
    SetMoney(newcomer.amount, &ordered);
    *made->mutable_value() = ordered.money();
  }
  Tell("strong newcomers", info);
  return absl::OkStatus();
}

absl::Status SignalList::AddLost(analytics::fields::ResultInfo* info) {
  STRATA_ASSIGN_OR_RETURN(
      const analytics::insight::LostCustomers lost,
      analytics::insight::FindLostCustomers(*scope_.revision, scope_.as_of, {rate_}, scope_.stop));
  BeginTested(v1::SIGNAL_KIND_LOST, lost.tests,
              analytics::facts::BorderInWords(scope_.revision->settings->inactivity_days));
  MicrosSum value = 0;
  for (const analytics::insight::LostCustomer& customer : lost.customers) {
    if (!population_.include[customer.slot]) continue;
    value += customer.value;
    STRATA_ASSIGN_OR_RETURN(v1::Signal * made, Add("lost customer", customer.slot,
                                                   Statement(customer, scope_.as_of, Currency())));
    if (made == nullptr) continue;
    made->set_date(FormatDay(customer.last_purchase));
    Money(customer.value, made->mutable_value());
    v1::Evidence* silence = made->add_evidence();
    silence->set_measure("days since the last purchase, against the days between two before it");
    silence->mutable_value()->set_number(scope_.as_of - customer.last_purchase);
    silence->mutable_expected()->set_number(customer.usual_gap);
    SetTest(customer.p, customer.q, made);
  }
  Tell("lost customers", info);
  info->notes.push_back(absl::StrCat("lost customers: revenue of ", MoneyText(value, Currency()),
                                     " in the year up to their last purchases left with those "
                                     "found"));
  return absl::OkStatus();
}

absl::Status SignalList::AddRenewals(int days, analytics::fields::ResultInfo* info) {
  const image::Revision& revision = *scope_.revision;
  STRATA_ASSIGN_OR_RETURN(
      const std::vector<analytics::insight::Renewal> renewals,
      analytics::insight::FindRenewals(revision, scope_.as_of, days, scope_.stop));
  std::vector<double> risk;
  if (!renewals.empty()) {
    STRATA_ASSIGN_OR_RETURN(
        const analytics::insight::CurrentRisk current,
        analytics::insight::AssessCurrentRisk(revision, scope_.as_of, scope_.stop));
    risk = current.BySlot(revision.slots);
  }
  const bool has_health = analytics::fields::FieldCatalogue(revision).Find("health").ok();
  Begin(v1::SIGNAL_KIND_RENEWAL, absl::StrCat("contracts that had begun and end within ", days,
                                              " days; a successor that begins later is not seen"));
  for (const analytics::insight::Renewal& renewal : renewals) {
    if (!population_.include[renewal.slot]) continue;
    STRATA_ASSIGN_OR_RETURN(v1::Signal * made,
                            Add(renewal.auto_renew.value_or(false) ? "renews by itself" : "renewal",
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
    Money(renewal.annual_value, evidence("annual_value"));
    if (const double chance = risk[renewal.slot]; !std::isnan(chance)) {
      evidence("escalation_risk")->set_number(chance);
      made->set_statement(absl::StrCat(made->statement(),
                                       absl::StrFormat("; escalation risk %.1f%%", 100 * chance)));
    } else {
      made->set_statement(absl::StrCat(made->statement(), "; no order or ticket in the year"));
    }
    if (!has_health) continue;
    const analytics::fields::FeatureColumn& health = population_.features.Column("health");
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

absl::Status SignalList::AddUnowned(analytics::fields::ResultInfo* info) {
  Begin(v1::SIGNAL_KIND_UNOWNED, "members of the tier strategic without an account owner");
  const analytics::fields::FeatureColumn& rank = population_.features.Column("revenue_rank");
  for (const Slot slot : analytics::insight::StrategicWithoutOwner(*scope_.revision, population_)) {
    const std::string standing = rank.IsNull(slot)
                                     ? std::string("declared strategic, without revenue yet")
                                     : absl::StrCat("number ", rank.integers[slot], " by revenue");
    STRATA_ASSIGN_OR_RETURN(
        v1::Signal * made,
        Add("strategic account without an owner", slot,
            absl::StrCat(
                "strategic (", standing, ") and nobody owns the account; ",
                MoneyText(population_.features.Column("revenue_365d").Sums()[slot], Currency()),
                " in the last year")));
    if (made == nullptr) continue;
  }
  Tell("strategic accounts without an owner", info);
  return absl::OkStatus();
}

}  // namespace strata::rpc
