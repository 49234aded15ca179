#ifndef STRATA_CLIENT_CLI_DEMO_DEMO_ORDERS_H_
#define STRATA_CLIENT_CLI_DEMO_DEMO_ORDERS_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "client/cli/demo/demo_account.h"
#include "client/cli/demo/demo_random.h"
#include "strata/v1/records.pb.h"

namespace strata::cli {

// Takes each record as it is made; an error ends the making.
using RecordTaker = absl::FunctionRef<absl::Status(v1::Record)>;

// All orders of an account, month by month: several lines with planted affinities, a discount by
// size, deliveries that come late where the account is in trouble or neglected, a few cancelled and
// disputed ones, and returns.
absl::Status MakeDemoOrders(const DemoAccount& account, const DemoCalendar& calendar,
                            DemoRandom& random, RecordTaker take);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_DEMO_DEMO_ORDERS_H_
