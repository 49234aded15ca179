#include "server/analytics/insight/interventions/interventions_reasons.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/analytics/insight/signals/signals.h"

namespace strata::analytics::insight {
namespace {

constexpr double kLeastContribution = 0.1;  // to the log-odds
constexpr size_t kDriversNamed = 3;
constexpr size_t kActionsNamed = 2;

// A log ratio as a change: "45% below".
std::string Below(double log_ratio) {
  return absl::StrFormat("%.0f%% below", 100 * (1 - std::exp(log_ratio)));
}

double Count(double log1p_count) { return std::round(std::expm1(log1p_count)); }

std::string Plural(double count, const char* noun) {
  return absl::StrFormat("%.0f %s%s", count, noun, count == 1 ? "" : "s");
}

// nullopt for features that only say how large the account is.
std::optional<ReasonKind> KindOf(RiskFeature feature) {
  switch (feature) {
    case RiskFeature::kOrders:
    case RiskFeature::kRevenue:
      return std::nullopt;
    case RiskFeature::kOrderTrend:
    case RiskFeature::kRevenueTrend:
    case RiskFeature::kOrderValueTrend:
    case RiskFeature::kRecency:
      return ReasonKind::kDecline;
    case RiskFeature::kLateDeliveries:
      return ReasonKind::kDelivery;
    default:
      return ReasonKind::kService;
  }
}

std::string WordsOf(RiskFeature feature, double value) {
  switch (feature) {
    case RiskFeature::kOrderTrend:
      return absl::StrCat("orders ", Below(value), " the three quarters before");
    case RiskFeature::kRevenueTrend:
      return absl::StrCat("amount ordered ", Below(value), " the three quarters before");
    case RiskFeature::kOrderValueTrend:
      return absl::StrCat("orders ", Below(value), " the size of half a year before");
    case RiskFeature::kRecency:
      return absl::StrCat(Plural(Count(value), "day"), " since the last order");
    case RiskFeature::kTickets:
      return absl::StrCat(Plural(Count(value), "ticket"), " in the last quarter");
    case RiskFeature::kTicketTrend:
      return absl::StrFormat("tickets at %.1f times the pace of the three quarters before",
                             std::exp(value));
    case RiskFeature::kOpenTickets:
      return absl::StrCat(Plural(Count(value), "ticket"), " open");
    case RiskFeature::kEscalations:
      return absl::StrCat(Plural(Count(value), "escalation"), " in the last year");
    case RiskFeature::kSlaBreachRate:
      return absl::StrFormat("about %.0f%% of SLAs missed in the last half year", 100 * value);
    case RiskFeature::kFirstResponse:
      return absl::StrFormat("median first response of %.1f hours in the last half year",
                             std::expm1(value));
    case RiskFeature::kLowRatings:
      return absl::StrFormat("about %.0f%% of ratings low in the last half year", 100 * value);
    case RiskFeature::kLateDeliveries:
      return absl::StrFormat("about %.0f%% of deliveries late in the last half year", 100 * value);
    default:
      return std::string(MeaningOf(feature));
  }
}

ReasonKind KindOf(WarningKind kind) {
  switch (kind) {
    case WarningKind::kDecliningFrequency:
    case WarningKind::kSilence:
    case WarningKind::kShrinkingOrders:
      return ReasonKind::kDecline;
    case WarningKind::kLateDeliveries:
      return ReasonKind::kDelivery;
    default:
      return ReasonKind::kService;
  }
}

std::string ActionOf(ReasonKind kind, const ActionContext& context) {
  switch (kind) {
    case ReasonKind::kRenewal: {
      const std::string date = FormatDay(context.renewal->end_date);
      return context.renewal->auto_renew.value_or(false)
                 ? absl::StrCat("confirm the renewal before ", date)
                 : absl::StrCat("open the renewal talk now, it ends on ", date);
    }
    case ReasonKind::kNeglect:
      return context.escalation_path.empty()
                 ? std::string("put the account on priority support")
                 : absl::StrCat("put the account on priority support, with the ",
                                context.escalation_path, " behind it");
    case ReasonKind::kService:
      return "review its open and late tickets with the customer";
    case ReasonKind::kDelivery:
      return "clear its late deliveries and agree on dates";
    case ReasonKind::kDecline:
      return "call: ask why orders fall and agree on a plan";
  }
  return "";
}

}  // namespace

std::vector<Reason> DriverReasons(const RiskModel& model, const RiskFeatureRow& row) {
  const std::vector<double> parts = model.Contributions(row);
  const double least = model.is_scorecard() ? 0 : kLeastContribution;
  std::vector<size_t> order;
  for (size_t j = 0; j < kRiskFeatures; ++j) {
    const auto feature = static_cast<RiskFeature>(j);
    const bool bad = HighIsBad(feature) ? row[j] > model.means()[j] : row[j] < model.means()[j];
    // A trend above its average may still be growth, which is nothing to complain of.
    const bool trend = feature == RiskFeature::kOrderTrend ||
                       feature == RiskFeature::kRevenueTrend ||
                       feature == RiskFeature::kOrderValueTrend;
    const bool falls = !trend || row[j] < 0;
    const bool measured = !IsAssumed(feature, row[j]);
    if (KindOf(feature).has_value() && measured && bad && falls && parts[j] > least) {
      order.push_back(j);
    }
  }
  std::stable_sort(order.begin(), order.end(),
                   [&parts](size_t a, size_t b) { return parts[a] > parts[b]; });
  order.resize(std::min(order.size(), kDriversNamed));
  std::vector<Reason> reasons;
  for (const size_t j : order) {
    const auto feature = static_cast<RiskFeature>(j);
    reasons.push_back({*KindOf(feature), WordsOf(feature, row[j])});
  }
  return reasons;
}

Reason WarningReason(const WarningSign& sign, absl::string_view currency) {
  return {KindOf(sign.kind), absl::StrCat("early warning: ", Statement(sign, currency))};
}

Reason RenewalReason(const Renewal& renewal, Day as_of, absl::string_view currency) {
  return {ReasonKind::kRenewal, Statement(renewal, as_of, currency)};
}

std::string SuggestedAction(const std::vector<Reason>& reasons, const ActionContext& context) {
  std::vector<ReasonKind> kinds;
  for (const Reason& reason : reasons) kinds.push_back(reason.kind);
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  kinds.resize(std::min(kinds.size(), kActionsNamed));
  std::vector<std::string> actions;
  if (!context.has_owner) actions.emplace_back("name an account owner");
  for (const ReasonKind kind : kinds) actions.push_back(ActionOf(kind, context));
  if (kinds.empty()) actions.emplace_back("watch: nothing stands out but its size");
  return absl::StrJoin(actions, "; ");
}

}  // namespace strata::analytics::insight
