#include "strata/error.h"

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace strata {
namespace {

void Read(const google::rpc::ErrorInfo& info, ErrorDetails& details) {
  details.reason = info.reason();
  details.domain = info.domain();
  details.metadata = {info.metadata().begin(), info.metadata().end()};
}

void Read(const google::rpc::BadRequest& bad, ErrorDetails& details) {
  for (const auto& violation : bad.field_violations()) {
    details.field_violations.push_back({violation.field(), violation.description()});
  }
}

void Read(const google::rpc::RetryInfo& retry, ErrorDetails& details) {
  details.retry_delay =
      absl::Seconds(retry.retry_delay().seconds()) + absl::Nanoseconds(retry.retry_delay().nanos());
}

template <typename Message>
bool ReadAs(const google::protobuf::Any& any, ErrorDetails& details) {
  Message message;
  if (!any.Is<Message>() || !any.UnpackTo(&message)) return false;
  Read(message, details);
  return true;
}

}  // namespace

ErrorDetails ErrorDetails::FromStatus(const absl::Status& status) {
  ErrorDetails details;
  const auto payload = status.GetPayload(kStatusDetailsUrl);
  if (!payload.has_value()) return details;
  google::rpc::Status parsed;
  if (!parsed.ParseFromString(std::string(*payload))) return details;
  for (const google::protobuf::Any& any : parsed.details()) {
    (void)(ReadAs<google::rpc::ErrorInfo>(any, details) ||
           ReadAs<google::rpc::BadRequest>(any, details) ||
           ReadAs<google::rpc::RetryInfo>(any, details));
  }
  return details;
}

std::string ErrorDetails::Metadata(absl::string_view key) const {
  const auto found = metadata.find(std::string(key));
  return found == metadata.end() ? "" : found->second;
}

}  // namespace strata
