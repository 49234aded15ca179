#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_SIGNALS_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_SIGNALS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/analytics/insight/signals/early_warning.h"
#include "server/analytics/insight/signals/emerging.h"
#include "server/analytics/insight/signals/lost.h"
#include "server/analytics/insight/signals/newcomers.h"
#include "server/analytics/insight/signals/renewals.h"
#include "server/analytics/segment/population.h"

// Signals in words, each with the figures it rests on. Amounts are written as those of `currency`,
// the workspace's code.

namespace strata::analytics::insight {

// What `value` and `expected` of a warning are: "orders in the last quarter".
absl::string_view MeasureOf(WarningKind kind);
// "ordered on 2 days of the last quarter; 9.4 expected from the 15 months before and the season".
std::string Statement(const WarningSign& sign, absl::string_view currency);
// All signs, the most telling one first.
std::string Statement(const Warning& warning, absl::string_view currency);

std::string Statement(const EmergingAccount& account, double threshold, absl::string_view currency);

// `threshold`: a month's part of the strategic one.
std::string Statement(const Newcomer& newcomer, double threshold, absl::string_view currency);
std::string Statement(const LostCustomer& customer, Day as_of, absl::string_view currency);

// "Contract of 12,000.00 a year ends on 2026-02-03, in 34 days; does not renew by itself ...".
std::string Statement(const Renewal& renewal, Day as_of, absl::string_view currency);

// Members of the tier strategic without an account owner, by revenue_365d (highest first), then id.
// The population's features hold tier, account_owner and revenue_365d.
std::vector<image::Slot> StrategicWithoutOwner(const image::Revision& revision,
                                               const segment::Population& population);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SIGNALS_SIGNALS_H_
