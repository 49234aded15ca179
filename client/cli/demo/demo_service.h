#ifndef STRATA_CLIENT_CLI_DEMO_DEMO_SERVICE_H_
#define STRATA_CLIENT_CLI_DEMO_DEMO_SERVICE_H_

#include <optional>

#include "absl/status/status.h"
#include "client/cli/demo/demo_account.h"
#include "client/cli/demo/demo_orders.h"
#include "client/cli/demo/demo_random.h"

namespace strata::cli {

// The day on which an account of role kEscalated escalates; nothing where it lies behind the end.
std::optional<Day> EscalationDay(const DemoAccount& account, const DemoCalendar& calendar,
                                 uint64_t seed);

// Tickets with SLA, first response, resolution, escalation and rating; surveys.
absl::Status MakeDemoService(const DemoAccount& account, const DemoCalendar& calendar,
                             uint64_t seed, DemoRandom& random, RecordTaker take);

// Contracts of companies, a year each, with the value that the account is worth.
absl::Status MakeDemoContracts(const DemoAccount& account, const DemoCalendar& calendar,
                               const std::string& owner, DemoRandom& random, RecordTaker take);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_DEMO_DEMO_SERVICE_H_
