#include "server/analytics/insight/signals/signals.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/analytics/classes/revenue_order.h"
#include "server/domain/currency.h"

namespace strata::analytics::insight {
namespace {

std::string Percent(double share) { return absl::StrFormat("%.0f%%", 100 * share); }

}  // namespace

absl::string_view MeasureOf(WarningKind kind) {
  switch (kind) {
    case WarningKind::kDecliningFrequency:
      return "days with orders in the last quarter";
    case WarningKind::kSilence:
      return "days since the last order";
    case WarningKind::kShrinkingOrders:
      return "mean order amount of the last quarter";
    case WarningKind::kRisingTickets:
      return "tickets opened in the last quarter";
    case WarningKind::kSlaBreaches:
      return "share of SLAs missed in the last quarter";
    case WarningKind::kLowerRatings:
      return "mean rating of the last quarter";
    case WarningKind::kLateDeliveries:
      return "share of deliveries late in the last quarter";
  }
  return "";
}

std::string Statement(const WarningSign& sign, absl::string_view currency) {
  const double value = sign.value, expected = sign.expected;
  switch (sign.kind) {
    case WarningKind::kDecliningFrequency:
      return absl::StrFormat(
          "ordered on %.0f days of the last quarter; %.1f expected from the 15 months before and "
          "the "
          "season",
          value, expected);
    case WarningKind::kSilence:
      return absl::StrFormat("no order for %.0f days; one every %.0f days before", value, expected);
    case WarningKind::kShrinkingOrders:
      return absl::StrFormat("orders of %s on average in the last quarter; %s in the year before",
                             MoneyText(value, currency), MoneyText(expected, currency));
    case WarningKind::kRisingTickets:
      return absl::StrFormat(
          "opened %.0f tickets in the last quarter; %.1f expected from the year "
          "before",
          value, expected);
    case WarningKind::kSlaBreaches:
      return absl::StrFormat("%s of its SLAs missed in the last quarter; %s in the year before",
                             Percent(value), Percent(expected));
    case WarningKind::kLowerRatings:
      return absl::StrFormat("rated %.1f on average in the last quarter; %.1f in the year before",
                             value, expected);
    case WarningKind::kLateDeliveries:
      return absl::StrFormat("%s of deliveries late in the last quarter; %s in the year before",
                             Percent(value), Percent(expected));
  }
  return "";
}

std::string Statement(const Warning& warning, absl::string_view currency) {
  return absl::StrJoin(warning.signs, "; ", [currency](std::string* out, const WarningSign& sign) {
    absl::StrAppend(out, Statement(sign, currency));
  });
}

std::string Statement(const EmergingAccount& account, double threshold,
                      absl::string_view currency) {
  std::string text = absl::StrFormat(
      "ordered for %s in the last year, %s in the year before; the yearly amount rises by about %s "
      "a "
      "month; ",
      MoneyText(account.revenue, currency), MoneyText(account.previous_revenue, currency),
      MoneyText(account.slope, currency));
  if (account.crossing.has_value()) {
    return absl::StrFormat("%sreaches the strategic threshold of %s about %s if that goes on", text,
                           MoneyText(threshold, currency), FormatDay(*account.crossing));
  }
  return absl::StrCat(text, MoneyText(account.to_threshold, currency),
                      " short of the strategic threshold, ",
                      account.has_course ? "which it would not reach within five years"
                                         : "too short a history after its start to say when");
}

std::string Statement(const Newcomer& newcomer, double threshold, absl::string_view currency) {
  return absl::StrFormat(
      "a customer since %s; has ordered on %d days since for %s, %s a month; the strategic "
      "threshold "
      "is %s a month",
      FormatDay(newcomer.first_purchase), newcomer.days, MoneyText(newcomer.amount, currency),
      MoneyText(newcomer.monthly, currency), MoneyText(threshold, currency));
}

std::string Statement(const LostCustomer& customer, Day as_of, absl::string_view currency) {
  return absl::StrFormat(
      "no purchase since %s, for %d days; one every %.0f days before; revenue of %s in the year up "
      "to then",
      FormatDay(customer.last_purchase), as_of - customer.last_purchase, customer.usual_gap,
      MoneyText(customer.value, currency));
}

std::string Statement(const Renewal& renewal, Day as_of, absl::string_view currency) {
  const char* renews = "it is not known whether it renews by itself";
  if (renewal.auto_renew.has_value()) {
    renews = *renewal.auto_renew ? "renews by itself" : "does not renew by itself";
  }
  const int days = renewal.end_date - as_of;
  return absl::StrFormat("contract of %s a year ends on %s, %s; %s",
                         MoneyText(MicrosSum{renewal.annual_value}, currency),
                         FormatDay(renewal.end_date),
                         days == 0   ? "today"
                         : days == 1 ? "tomorrow"
                                     : absl::StrCat("in ", days, " days"),
                         renews);
}

std::vector<image::Slot> StrategicWithoutOwner(const image::Revision& revision,
                                               const segment::Population& population) {
  const fields::FeatureColumn& tier = population.features.Column("tier");
  const fields::FeatureColumn& owner = population.features.Column("account_owner");
  std::vector<image::Slot> slots;
  for (const image::Slot slot : population.Slots()) {
    if (tier.texts[tier.codes[slot]] == "strategic" && owner.IsNull(slot)) slots.push_back(slot);
  }
  classes::SortByRevenue(slots, population.features.Column("revenue_365d").Sums(),
                         revision.dictionaries->customer_ids);
  return slots;
}

}  // namespace strata::analytics::insight
