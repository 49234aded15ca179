#ifndef STRATA_SERVER_RPC_TRANSPORT_CALL_GUARD_H_
#define STRATA_SERVER_RPC_TRANSPORT_CALL_GUARD_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "grpcpp/support/status.h"
#include "server/base/mutex.h"
#include "server/base/worker_pool.h"
#include "server/rpc/convert/answer_size.h"
#include "server/rpc/transport/call_context.h"
#include "server/rpc/transport/log.h"
#include "server/rpc/transport/stream_writer.h"

namespace strata::rpc {

class CallGuard;

// A reader that takes no message of a listing for so long is cut off.
inline constexpr std::chrono::milliseconds kReaderPatience(30'000);

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
  // Likewise, and counts in `at_work` until it ends: RESOURCE_EXHAUSTED when `limit` are there.
  // `what` names them: "listings".
  absl::Status AdmitAmong(std::atomic<int>& at_work, int limit, absl::string_view what);
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
  std::atomic<int>* at_work_ = nullptr;  // where this call counts

  // Asking gRPC whether a call was cancelled takes a lock and is for one thread at a time.
  Mutex mutex_;
  SteadyTime next_look_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> cancelled_{false};
};

// What every call passes on its way in and out: request id, deadline, limit, drain, log, errors.
// Outlives the gRPC server.
class CallGuard {
 public:
  struct Options {
    // Of unary calls; as many listings may be at work beside them.
    int max_concurrent_reads = 32;
    int default_deadline_seconds = 60;
  };
  CallGuard(const Options& options, Log& log)
      : options_(options),
        log_(log),
        reads_("calls", options.max_concurrent_reads),
        listings_("listings", options.max_concurrent_reads) {}

  // From now on calls are refused with UNAVAILABLE.
  void Drain() { draining_.store(true); }
  // Waits until no call is under way, at most so long.
  void WaitUntilIdle(std::chrono::milliseconds patience);
  bool draining() const { return draining_.load(); }

  // Runs a handler of the form
  //   absl::Status (Handlers::*)(const CallContext&, const Request&, Response*)
  // as the answer to a unary call of the callback API. Returns at once: what is let in runs on a
  // thread of the guard's own, since gRPC's are few and must not wait. Request names method and
  // service. Everything given outlives the call.
  template <typename Handlers, typename Request, typename Response>
  grpc::ServerUnaryReactor* Serve(grpc::CallbackServerContext& context, const Request& request,
                                  Response* response, Handlers& handlers,
                                  absl::Status (Handlers::*handler)(const CallContext&,
                                                                    const Request&, Response*)) {
    grpc::ServerUnaryReactor* const reactor = context.DefaultReactor();
    Run(
        std::make_shared<Call>(*this, context, MethodOf<Request>()), WorkspaceOf(request), reads_,
        [&handlers, handler, &request, response](Call& call) {
          absl::Status status = (handlers.*handler)(call.context(), request, response);
          return status.ok() ? FitAnswer(response) : status;
        },
        [reactor](const grpc::Status& status) { reactor->Finish(status); });
    return reactor;
  }

  // Likewise for a stream of answers: the handler gives each to the function, and ends with the
  // error that it returns. A listing counts as one at work until its last answer is taken.
  template <typename Handlers, typename Request, typename Response>
  grpc::ServerWriteReactor<Response>* Serve(
      grpc::CallbackServerContext& context, const Request& request, Handlers& handlers,
      absl::Status (Handlers::*handler)(const CallContext&, const Request&,
                                        const std::function<absl::Status(const Response&)>& send)) {
    auto* const writer = new StreamWriter<Response>(context, kReaderPatience);
    Run(
        std::make_shared<Call>(*this, context, MethodOf<Request>()), WorkspaceOf(request),
        listings_,
        [&handlers, handler, &request, writer](Call& call) {
          const CallContext caller = call.context();
          int64_t sent = 0;
          return (handlers.*handler)(caller, request, [&](const Response& message) {
            call.set_records(sent += RecordsOf(message));
            const absl::Status stop = caller.stop.Check();
            return stop.ok() ? writer->Write(message) : stop;
          });
        },
        [writer](const grpc::Status& status) { writer->Finish(status); });
    return writer;
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

  // Calls of one kind: how many are at work, and the threads that they run on.
  struct Kind {
    Kind(absl::string_view what, int limit) : what(what), limit(limit), workers(limit) {}

    const absl::string_view what;
    const int limit;
    std::atomic<int> at_work{0};
    WorkerPool workers;
  };

  // Lets the call in, has a worker run its handler, and finishes it.
  void Run(std::shared_ptr<Call> call, absl::string_view workspace, Kind& kind,
           std::function<absl::Status(Call&)> handler,
           std::function<void(const grpc::Status&)> finish);

  // How many records an answer of a stream holds.
  template <typename Response>
  static int64_t RecordsOf(const Response& message) {
    if constexpr (requires { message.members_size(); }) return message.members_size();
    return 0;
  }

  const Options options_;
  Log& log_;
  std::atomic<bool> draining_{false};
  Mutex mutex_;
  CondVar idle_;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;  // under way, of any kind
  Kind reads_, listings_;                  // last: their threads use the rest
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TRANSPORT_CALL_GUARD_H_
