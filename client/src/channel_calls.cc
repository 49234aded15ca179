#include "client/src/channel_calls.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "strata/error.h"

namespace strata::internal {

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  if (!status.error_details().empty()) {
    result.SetPayload(kStatusDetailsUrl, absl::Cord(status.error_details()));
  }
  return result;
}

ChannelCalls::ChannelCalls(const ClientOptions& options)
    : options_(options),
      authorization_(options.token.empty() ? "" : absl::StrCat("Bearer ", options.token)) {}

void ChannelCalls::PrepareStream(grpc::ClientContext& context, const CallOptions& call) const {
  Prepare(context, call.timeout.has_value() ? options_.retry_environment.now() + *call.timeout
                                            : absl::InfiniteFuture());
}

absl::Status ChannelCalls::Attempt(
    const CallOptions& call, Repeat repeat,
    const std::function<grpc::Status(grpc::ClientContext*)>& attempt) const {
  const absl::Time deadline =
      options_.retry_environment.now() + call.timeout.value_or(options_.timeout);
  const auto once = [&] {
    grpc::ClientContext context;
    Prepare(context, deadline);
    return FromGrpc(attempt(&context));
  };
  if (repeat == Repeat::kNever) return once();
  return RetryUnavailable(options_.retry, options_.retry_environment, deadline, once);
}

void ChannelCalls::Prepare(grpc::ClientContext& context, absl::Time deadline) const {
  if (deadline != absl::InfiniteFuture()) context.set_deadline(absl::ToChronoTime(deadline));
  if (!authorization_.empty()) context.AddMetadata("authorization", authorization_);
}

}  // namespace strata::internal
