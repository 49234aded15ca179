#ifndef STRATA_CLIENT_SRC_CHANNEL_CALLS_H_
#define STRATA_CLIENT_SRC_CHANNEL_CALLS_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"
#include "grpcpp/support/sync_stream.h"
#include "strata/call.h"
#include "strata/options.h"
#include "strata/retry.h"

namespace strata::internal {

enum class Repeat : bool { kNever, kUnavailable };

// With the server's details under kStatusDetailsUrl.
absl::Status FromGrpc(const grpc::Status& status);

// How every call of a connection is made: deadline, token, repetition, errors. Thread-safe.
class ChannelCalls {
 public:
  explicit ChannelCalls(const ClientOptions& options);

  const ClientOptions& options() const { return options_; }

  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Unary(Stub& stub,
                                 grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                              Response*),
                                 const Call<Request>& call, Repeat repeat) const {
    Response response;
    const absl::Status status = Attempt(call.options, repeat, [&](grpc::ClientContext* context) {
      response.Clear();
      return (stub.*method)(context, call.request, &response);
    });
    if (!status.ok()) return status;
    return response;
  }

  // A stream of answers, in one try. False from `each` ends the call.
  template <typename Stub, typename Request, typename Response>
  absl::Status Stream(Stub& stub,
                      std::unique_ptr<grpc::ClientReader<Response>> (Stub::*method)(
                          grpc::ClientContext*, const Request&),
                      const Call<Request>& call,
                      const std::function<bool(const Response&)>& each) const {
    grpc::ClientContext context;
    PrepareStream(context, call.options);
    const std::unique_ptr<grpc::ClientReader<Response>> reader =
        (stub.*method)(&context, call.request);
    Response response;
    bool ended = false;
    while (reader->Read(&response)) {
      if (ended || each(response)) continue;
      ended = true;
      context.TryCancel();
    }
    const absl::Status status = FromGrpc(reader->Finish());
    return ended ? absl::OkStatus() : status;
  }

  // Token, and the deadline of the whole stream when the call has one.
  void PrepareStream(grpc::ClientContext& context, const CallOptions& call) const;

 private:
  // Tries once, or until it is another status than UNAVAILABLE, by the retry policy.
  absl::Status Attempt(const CallOptions& call, Repeat repeat,
                       const std::function<grpc::Status(grpc::ClientContext*)>& attempt) const;
  void Prepare(grpc::ClientContext& context, absl::Time deadline) const;

  const ClientOptions options_;
  const std::string authorization_;
};

}  // namespace strata::internal

#endif  // STRATA_CLIENT_SRC_CHANNEL_CALLS_H_
