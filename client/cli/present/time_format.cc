#include "client/cli/present/time_format.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace strata::cli {
namespace {

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

bool IsNone(const google::protobuf::Timestamp& time) {
  return time.seconds() == 0 && time.nanos() == 0;
}

}  // namespace

std::string FormatTime(const google::protobuf::Timestamp& time) {
  if (IsNone(time)) return "";
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", ToTime(time), absl::UTCTimeZone());
}

std::string PlainTime(const google::protobuf::Timestamp& time) {
  if (IsNone(time)) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", ToTime(time), absl::UTCTimeZone());
}

}  // namespace strata::cli
