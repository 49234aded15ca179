#ifndef STRATA_SERVER_RPC_TRANSPORT_STREAM_WRITER_H_
#define STRATA_SERVER_RPC_TRANSPORT_STREAM_WRITER_H_

#include <chrono>

#include "absl/status/status.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "server/base/mutex.h"

namespace strata::rpc {

// CANCELLED when the reader has gone, RESOURCE_EXHAUSTED (reason SLOW_READER) when it was cut off.
absl::Status WhyNotWritten(bool cut_off);

// The server's end of a stream of answers whose handler runs on a thread that may wait. The thread
// waits for room in the connection's window, but not for ever: a reader that takes no message for
// so long is cut off. Deletes itself when gRPC is done with the call, after Finish.
template <typename Message>
class StreamWriter final : public grpc::ServerWriteReactor<Message> {
 public:
  // `context` outlives the writer.
  StreamWriter(grpc::CallbackServerContext& context, std::chrono::milliseconds patience)
      : context_(context), patience_(patience) {}

  // Returns when the message is taken; for one thread at a time. Errors as of WhyNotWritten: that
  // of a reader who was cut off is for the log, its side reads CANCELLED.
  absl::Status Write(const Message& message) {
    {
      MutexLock lock(mutex_);
      writing_ = true;
    }
    this->StartWrite(&message);
    const auto end = std::chrono::steady_clock::now() + patience_;
    bool cut_off = false;
    MutexLock lock(mutex_);
    while (writing_) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      if (cut_off) {
        changed_.Wait(mutex_);
      } else if (left.count() > 0) {
        changed_.WaitFor(mutex_, left);
      } else {
        cut_off = true;
        context_.TryCancel();
      }
    }
    return written_ ? absl::OkStatus() : WhyNotWritten(cut_off);
  }

  void OnWriteDone(bool ok) override {
    MutexLock lock(mutex_);
    writing_ = false;
    written_ = ok;
    changed_.NotifyAll();
  }
  void OnDone() override { delete this; }

 private:
  grpc::CallbackServerContext& context_;
  const std::chrono::milliseconds patience_;
  Mutex mutex_;
  CondVar changed_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool written_ ABSL_GUARDED_BY(mutex_) = false;  // the last message
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TRANSPORT_STREAM_WRITER_H_
