#include "server/analytics/insight/signals.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/analytics/segment/revenue_order.h"

namespace strata::analytics {
namespace {

std::string Percent(double share) { return absl::StrFormat("%.0f%%", 100 * share); }

}  // namespace

std::string MoneyText(MicrosSum micros) {
  constexpr MicrosSum kMicrosACent = kMicrosAUnit / 100;
  const bool negative = micros < 0;
  if (negative) micros = -micros;
  const MicrosSum cents = (micros + kMicrosACent / 2) / kMicrosACent;
  const std::string units = absl::StrCat(static_cast<int64_t>(cents / 100));
  std::string text = negative && cents > 0 ? "-" : "";
  for (size_t i = 0; i < units.size(); ++i) {
    if (i > 0 && (units.size() - i) % 3 == 0) text += ',';
    text += units[i];
  }
  return text + absl::StrFormat(".%02d", static_cast<int>(cents % 100));
}

std::string MoneyOfUnits(double units) {
  return MoneyText(static_cast<MicrosSum>(std::llround(units * 100)) * (kMicrosAUnit / 100));
}

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

std::string Statement(const Warning& warning) {
  const double value = warning.value, expected = warning.expected;
  switch (warning.kind) {
    case WarningKind::kDecliningFrequency:
      return absl::StrFormat(
          "ordered on %.0f days of the last quarter; %.1f expected from the year before and the "
          "season",
          value, expected);
    case WarningKind::kSilence:
      return absl::StrFormat("no order for %.0f days; one every %.0f days in the year before",
                             value, expected);
    case WarningKind::kShrinkingOrders:
      return absl::StrFormat("orders of %s on average in the last quarter; %s in the year before",
                             MoneyOfUnits(value), MoneyOfUnits(expected));
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

std::string Statement(const EmergingAccount& account, double threshold) {
  std::string text = absl::StrFormat(
      "ordered for %s in the last year, %s in the year before; the yearly amount rises by about %s "
      "a "
      "month; ",
      MoneyOfUnits(account.revenue), MoneyOfUnits(account.previous_revenue),
      MoneyOfUnits(account.slope));
  if (account.crossing.has_value()) {
    return absl::StrFormat("%sreaches the strategic threshold of %s about %s if that goes on", text,
                           MoneyOfUnits(threshold), FormatDay(*account.crossing));
  }
  return absl::StrFormat(
      "%s%s short of the strategic threshold, which it would not reach within "
      "five years",
      text, MoneyOfUnits(account.to_threshold));
}

std::string Statement(const Renewal& renewal, Day as_of) {
  const char* renews = "it is not known whether it renews by itself";
  if (renewal.auto_renew.has_value()) {
    renews = *renewal.auto_renew ? "renews by itself" : "does not renew by itself";
  }
  const int days = renewal.end_date - as_of;
  return absl::StrFormat("contract of %s a year ends on %s, %s; %s",
                         MoneyText(renewal.annual_value), FormatDay(renewal.end_date),
                         days == 0   ? "today"
                         : days == 1 ? "tomorrow"
                                     : absl::StrCat("in ", days, " days"),
                         renews);
}

std::vector<image::Slot> StrategicWithoutOwner(const image::Revision& revision,
                                               const Population& population) {
  const FeatureColumn& tier = population.features.Column("tier");
  const FeatureColumn& owner = population.features.Column("account_owner");
  std::vector<image::Slot> slots;
  for (const image::Slot slot : population.Slots()) {
    if (tier.texts[tier.codes[slot]] == "strategic" && owner.IsNull(slot)) slots.push_back(slot);
  }
  SortByRevenue(slots, population.features.Column("revenue_365d").integers,
                revision.dictionaries->customer_ids);
  return slots;
}

}  // namespace strata::analytics
