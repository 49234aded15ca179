#ifndef STRATA_SERVER_RPC_CALL_GUARD_H_
#define STRATA_SERVER_RPC_CALL_GUARD_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/status.h"
#include "server/base/mutex.h"
#include "server/rpc/answer_size.h"
#include "server/rpc/call_context.h"
#include "server/rpc/log.h"

namespace strata::rpc {

class CallGuard;

// One call under way, from its first message to its log line. Its server context must outlive End.
// End is called once; the rest is thread-safe.
class Call {
 public:
  // `method` is "KpiService/QueryKpis"; lives as long as the process.
  Call(CallGuard& guard, grpc::ServerContextBase& context, absl::string_view method);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // The place where a call is let in: UNAVAILABLE while draining. (Who may do what will stand
  // here.)
  absl::Status Admit();
  // Likewise, and counts as one of the reads at work: RESOURCE_EXHAUSTED when there are enough.
  absl::Status AdmitRead();

  void set_workspace(absl::string_view workspace) { workspace_ = std::string(workspace); }
  // Stands in the log line when it is not zero.
  void set_records(int64_t records) { records_ = records; }

  // Stops when the caller has gone away or the deadline has passed; a call without a deadline of
  // its own has the default one. Valid as long as this call.
  CallContext context();

  // Writes the log line and makes the answer's status.
  grpc::Status End(const absl::Status& status);

 private:
  absl::Status WhyStop();

  using SteadyTime = std::chrono::steady_clock::time_point;
  CallGuard& guard_;
  grpc::ServerContextBase& context_;
  const absl::string_view method_;
  const SteadyTime start_;
  SteadyTime deadline_;
  std::string request_id_;
  std::string workspace_;
  int64_t records_ = 0;
  bool counted_ = false;  // among the reads at work

  // Asking gRPC whether a call was cancelled takes a lock and is for one thread at a time.
  Mutex mutex_;
  SteadyTime next_look_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> cancelled_{false};
};

// What every call passes on its way in and out: request id, deadline, limit, drain, log, errors.
class CallGuard {
 public:
  struct Options {
    int max_concurrent_reads = 32;
    int default_deadline_seconds = 60;
  };
  CallGuard(const Options& options, Log& log) : options_(options), log_(log) {}

  // From now on calls are refused with UNAVAILABLE.
  void Drain() { draining_.store(true); }
  // Waits until no call is under way, at most so long.
  void WaitUntilIdle(std::chrono::milliseconds patience);
  bool draining() const { return draining_.load(); }

  // Runs a handler of the form
  //   absl::Status (Handlers::*)(const CallContext&, const Request&, Response*)
  // as the answer to a unary call of the sync API. Request names method and service.
  template <typename Handlers, typename Request, typename Response>
  grpc::Status Serve(grpc::ServerContext* context, const Request& request, Response* response,
                     Handlers& handlers,
                     absl::Status (Handlers::*handler)(const CallContext&, const Request&,
                                                       Response*)) {
    Call call(*this, *context, MethodOf<Request>());
    call.set_workspace(WorkspaceOf(request));
    absl::Status status = call.AdmitRead();
    if (!status.ok()) return call.End(status);
    try {
      status = (handlers.*handler)(call.context(), request, response);
      if (status.ok()) status = FitAnswer(response);
    } catch (const std::exception& error) {
      status = absl::InternalError(absl::StrCat("exception: ", error.what()));
    }
    return call.End(status);
  }

  // "KpiService/QueryKpis" for QueryKpisRequest, whose file declares the one service.
  template <typename Request>
  static absl::string_view MethodOf() {
    static const std::string* const method = [] {
      const auto* type = Request::descriptor();
      absl::string_view name = type->name();
      name.remove_suffix(absl::string_view("Request").size());
      return new std::string(absl::StrCat(type->file()->service(0)->name(), "/", name));
    }();
    return *method;
  }

  // The workspace that a request names, wherever it stands in it.
  template <typename Request>
  static absl::string_view WorkspaceOf(const Request& request) {
    if constexpr (requires { request.scope().workspace(); }) {
      return request.scope().workspace();
    } else if constexpr (requires { request.workspace().workspace(); }) {
      return request.workspace().workspace();
    } else if constexpr (requires { request.workspace(); }) {
      return request.workspace();
    } else {
      return "";
    }
  }

 private:
  friend class Call;

  const Options options_;
  Log& log_;
  std::atomic<bool> draining_{false};
  std::atomic<int> reads_{0};
  Mutex mutex_;
  CondVar idle_;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;  // under way, of any kind
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_CALL_GUARD_H_
