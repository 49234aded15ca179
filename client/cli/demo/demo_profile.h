#ifndef STRATA_CLIENT_CLI_DEMO_DEMO_PROFILE_H_
#define STRATA_CLIENT_CLI_DEMO_DEMO_PROFILE_H_

#include <string>

#include "client/cli/demo/demo_account.h"
#include "client/cli/demo/demo_random.h"
#include "strata/v1/records.pb.h"

namespace strata::cli {

// Who a customer is: name, place, age and family of a person, industry and owner of a company.
v1::Customer MakeDemoCustomer(const DemoAccount& account, const DemoCalendar& calendar,
                              DemoRandom& random);

// An instant of `day` in business hours, in UTC.
google::protobuf::Timestamp DemoTime(Day day, DemoRandom& random);
google::protobuf::Timestamp DemoTimestamp(int64_t seconds);
inline constexpr int64_t kSecondsADay = 86'400;

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_DEMO_DEMO_PROFILE_H_
