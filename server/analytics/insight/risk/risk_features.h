#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_RISK_RISK_FEATURES_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_RISK_RISK_FEATURES_H_

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/analytics/facts/customer_events.h"
#include "server/analytics/facts/delivery.h"
#include "server/analytics/facts/seen.h"
#include "server/domain/calendar.h"

namespace strata::analytics::insight {

// What is known of a customer on a day, for risk, backtests and indicators. Only events at or
// before the day count, and no current value (status, profile) is used. Windows end with the day; a
// quarter is three calendar months. Exposure begins with the first purchase (tickets: or the first
// ticket): the three quarters before the last one are averaged over what of them lies behind it,
// and a trend is 0 where that is less than a month.
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

// Whether `value` of a feature is what stands for "nothing is recorded": the prior of a rate, two
// years of silence of a customer without an order. A model needs a number there; a person must not
// be told it as a finding. A rate that was measured and lies on its prior says as little.
bool IsAssumed(RiskFeature feature, double value);

// What depends on the day alone, made once for all customers: the ends of the four quarters before
// it, and which instants are known then.
class RiskFrame {
 public:
  RiskFrame(Day as_of, const Calendar& calendar);

  Day as_of() const { return ends_[0]; }
  const Calendar& calendar() const { return calendar_; }
  const facts::DeliveryRule& deliveries() const { return deliveries_; }
  // 0 for the last quarter ... 3 for the one a year ago; -1 outside.
  int QuarterOf(Day day) const {
    if (day > ends_[0] || day <= ends_[4]) return -1;
    int quarter = 0;
    while (day <= ends_[quarter + 1]) ++quarter;
    return quarter;
  }
  // Of the three quarters before the last one, how many lie after `begins`; parts count.
  double QuartersBefore(Day begins) const {
    const Day after = std::max(begins, ends_[4]);
    return after >= ends_[1] ? 0 : 3.0 * (ends_[1] - after) / (ends_[1] - ends_[4]);
  }
  // Which instants are known on the day.
  const facts::Seen& seen() const { return seen_; }
  // Whether there is an order or a ticket in the year up to the day.
  bool IsActive(const facts::CustomerEvents& events) const;

 private:
  Day ends_[5];  // ends_[k]: last day before the last k quarters
  facts::Seen seen_;
  const Calendar& calendar_;
  const facts::DeliveryRule deliveries_;
};

// nullopt for a customer who is not active.
std::optional<RiskFeatureRow> RiskFeaturesOf(const facts::CustomerEvents& events,
                                             const RiskFrame& frame);
// The same for one customer.
std::optional<RiskFeatureRow> RiskFeaturesOf(const facts::CustomerEvents& events, Day as_of,
                                             const Calendar& calendar);

// The first escalation in (after, until], as a day; nullopt when there is none.
std::optional<Day> FirstEscalation(const facts::CustomerEvents& events, Day after, Day until,
                                   const Calendar& calendar);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_RISK_RISK_FEATURES_H_
