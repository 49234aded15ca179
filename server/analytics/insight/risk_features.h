#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_RISK_FEATURES_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_RISK_FEATURES_H_

#include <array>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/analytics/insight/customer_events.h"
#include "server/domain/calendar.h"

namespace strata::analytics {

// What is known of a customer on a day, for risk, backtests and indicators. Only events at or
// before the day count, and no current value (status, profile) is used. Windows end with the day; a
// quarter is three calendar months.
enum class RiskFeature : uint8_t {
  kOrders,           // orders in the last quarter
  kOrderTrend,       // log of orders in the last quarter against the average of the three before
  kRevenueTrend,     // the same for amounts, smoothed by a tenth of the yearly mean
  kOrderValueTrend,  // log of the mean order amount, last two quarters against the two before
  kRecency,          // log(1 + days since the last order)
  kTickets,          // log(1 + tickets opened in the last quarter)
  kTicketTrend,      // log of tickets in the last quarter against the average of the three before
  kOpenTickets,      // log(1 + tickets open at the end of the day)
  kEscalations,      // log(1 + escalations in the last year)
  kSlaBreachRate,    // breached / (met + breached) of the last two quarters, shrunk to 10 %
  kFirstResponse,    // log(1 + median hours to the first response, last two quarters)
  kLowRatings,       // share of ratings 1-3 in the last two quarters, shrunk to 20 %
  kLateDeliveries,   // late / due of the last two quarters, shrunk to 10 %
  kRevenue,          // log(1 + amount ordered in the last year)
};
inline constexpr size_t kRiskFeatures = 14;
using RiskFeatureRow = std::array<double, kRiskFeatures>;

// "order_trend", and in words.
absl::string_view NameOf(RiskFeature feature);
absl::string_view MeaningOf(RiskFeature feature);

// True when high values are the bad sign, as the scorecard assumes.
bool HighIsBad(RiskFeature feature);

// nullopt for a customer who is not active: no order or ticket in the year up to `as_of`.
std::optional<RiskFeatureRow> RiskFeaturesOf(const CustomerEvents& events, Day as_of,
                                             const Calendar& calendar);

// The first escalation in (after, until], as a day; nullopt when there is none.
std::optional<Day> FirstEscalation(const CustomerEvents& events, Day after, Day until,
                                   const Calendar& calendar);

}  // namespace strata::analytics

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_RISK_FEATURES_H_
