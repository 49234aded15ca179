#ifndef STRATA_SERVER_RPC_SLOW_READER_H_
#define STRATA_SERVER_RPC_SLOW_READER_H_

#include <chrono>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "grpcpp/alarm.h"
#include "grpcpp/server_context.h"

namespace strata::rpc {

// Keeps a reader that has stopped reading from holding a thread of the sync API for ever: a write
// to it waits for room in the connection's window, however late it is. Cancels the call when one
// write takes longer than `patience`; between writes the call's own deadline holds. Not
// thread-safe.
class SlowReaderGuard {
 public:
  // `context` outlives the guard.
  SlowReaderGuard(grpc::ServerContext& context, std::chrono::milliseconds patience);
  ~SlowReaderGuard();

  // Runs one write of the form `bool write()`, which says whether the reader is still there.
  // CANCELLED when it has gone, RESOURCE_EXHAUSTED (reason SLOW_READER) when it was cut off: that
  // one is for the log, the caller's side reads CANCELLED.
  template <typename Write>
  absl::Status Run(Write write) {
    Arm();
    const bool written = write();
    Disarm();
    return written ? absl::OkStatus() : Why();
  }

 private:
  struct Watch;
  void Arm();
  void Disarm();
  absl::Status Why() const;

  const std::chrono::milliseconds patience_;
  const std::shared_ptr<Watch> watch_;  // an alarm that goes off late must find it
  std::optional<grpc::Alarm> alarm_;
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_SLOW_READER_H_
