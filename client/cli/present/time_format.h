#ifndef STRATA_CLIENT_CLI_PRESENT_TIME_FORMAT_H_
#define STRATA_CLIENT_CLI_PRESENT_TIME_FORMAT_H_

#include <string>

#include "google/protobuf/timestamp.pb.h"

namespace strata::cli {

// "2024-12-31 10:00 UTC" for people, "" for none.
std::string FormatTime(const google::protobuf::Timestamp& time);

// RFC 3339 to the millisecond, "2024-12-31T10:00:00.000Z", for programs; "" for none.
std::string PlainTime(const google::protobuf::Timestamp& time);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PRESENT_TIME_FORMAT_H_
