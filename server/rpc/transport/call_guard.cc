#include "server/rpc/transport/call_guard.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <random>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "server/base/error.h"
#include "server/rpc/transport/status.h"

namespace strata::rpc {
namespace {

constexpr char kRequestIdKey[] = "x-request-id";
constexpr size_t kMaxRequestIdBytes = 128;
// How often a scan's questions reach gRPC; between them the last answer stands.
constexpr std::chrono::milliseconds kLookInterval(1);

uint64_t RandomBits() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  return generator();
}

std::string RandomId() { return absl::StrFormat("%016x%016x", RandomBits(), RandomBits()); }

// The caller's id if it has one that fits into a header and a log line, else a new one.
std::string RequestIdOf(const grpc::ServerContextBase& context) {
  const auto found = context.client_metadata().find(kRequestIdKey);
  if (found == context.client_metadata().end()) return RandomId();
  const absl::string_view id(found->second.data(), found->second.size());
  const bool fits =
      !id.empty() && id.size() <= kMaxRequestIdBytes &&
      std::all_of(id.begin(), id.end(), [](char c) { return absl::ascii_isgraph(c); });
  return fits ? std::string(id) : RandomId();
}

}  // namespace

Call::Call(CallGuard& guard, grpc::ServerContextBase& context, absl::string_view method)
    : guard_(guard),
      context_(context),
      method_(method),
      start_(std::chrono::steady_clock::now()),
      request_id_(RequestIdOf(context)) {
  {
    MutexLock lock(guard_.mutex_);
    ++guard_.calls_;
  }
  context_.AddInitialMetadata(kRequestIdKey, request_id_);
  const std::chrono::seconds fallback(guard.options_.default_deadline_seconds);
  deadline_ = start_ + fallback;
  const auto theirs = context_.deadline();
  if (theirs == std::chrono::system_clock::time_point::max()) return;
  const auto left = theirs - std::chrono::system_clock::now();
  // A deadline years away would overflow the steady clock's sum.
  deadline_ = start_ + std::min<std::chrono::nanoseconds>(left, std::chrono::hours(24 * 365));
}

Call::~Call() {
  if (at_work_ != nullptr) at_work_->fetch_sub(1);
  MutexLock lock(guard_.mutex_);
  if (--guard_.calls_ == 0) guard_.idle_.NotifyAll();
}

absl::Status Call::Admit() {
  if (!guard_.draining()) return absl::OkStatus();
  return WithReason(absl::UnavailableError("the server is shutting down; try another or later"),
                    "DRAINING");
}

absl::Status Call::AdmitAmong(std::atomic<int>& at_work, int limit, absl::string_view what) {
  if (absl::Status status = Admit(); !status.ok()) return status;
  if (at_work.fetch_add(1) >= limit) {
    at_work.fetch_sub(1);
    return WithReason(absl::ResourceExhaustedError(absl::StrCat(
                          limit, " ", what,
                          " are at work already (max_concurrent_reads); try again in a moment")),
                      "TOO_MANY_CALLS");
  }
  at_work_ = &at_work;
  return absl::OkStatus();
}

CallContext Call::context() {
  return {request_id_, StopToken([this] { return WhyStop(); })};
}

absl::Status Call::WhyStop() {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now >= deadline_) return absl::DeadlineExceededError("the call's deadline has passed");
  if (!cancelled_.load(std::memory_order_relaxed) && mutex_.try_lock()) {
    if (now >= next_look_) {
      next_look_ = now + kLookInterval;
      if (context_.IsCancelled()) cancelled_.store(true, std::memory_order_relaxed);
    }
    mutex_.unlock();
  }
  if (!cancelled_.load(std::memory_order_relaxed)) return absl::OkStatus();
  return absl::CancelledError("the caller has gone away");
}

grpc::Status Call::End(const absl::Status& status) {
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start_;
  std::string error_id;
  if (IsHidden(status)) {
    error_id = RandomId();
    guard_.log_.Write(LogLevel::kError, "error",
                      {{"error_id", error_id},
                       {"method", method_},
                       {"request_id", request_id_},
                       {"message", status.message()}});
  }
  const LogLevel level = status.ok() ? LogLevel::kInfo : LogLevel::kWarn;
  if (guard_.log_.Wants(level)) {
    const std::string peer = context_.peer();
    guard_.log_.Write(level, "call",
                      {{"method", method_},
                       {"workspace", workspace_},
                       {"code", NameOf(status.code())},
                       {"duration_ms", took.count()},
                       {"records", records_},
                       {"request_id", request_id_},
                       {"peer", peer},
                       {"message", status.message()}});
  }
  return ToGrpcStatus(status, error_id);
}

void CallGuard::Run(std::shared_ptr<Call> call, absl::string_view workspace, Kind& kind,
                    std::function<absl::Status(Call&)> handler,
                    std::function<void(const grpc::Status&)> finish) {
  call->set_workspace(workspace);
  const absl::Status admitted = call->AdmitAmong(kind.at_work, kind.limit, kind.what);
  if (!admitted.ok()) return finish(call->End(admitted));
  // There are as many threads as calls are let in: none waits for another's.
  kind.workers.Run(
      [call = std::move(call), handler = std::move(handler), finish = std::move(finish)]() mutable {
        absl::Status status;
        try {
          status = handler(*call);
        } catch (const std::exception& error) {
          status = absl::InternalError(absl::StrCat("exception: ", error.what()));
        }
        const grpc::Status answer = call->End(status);
        // Its place is free before its caller can ask again.
        call.reset();
        finish(answer);
      });
}

void CallGuard::WaitUntilIdle(std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  MutexLock lock(mutex_);
  while (calls_ > 0) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    idle_.WaitFor(mutex_, left);
  }
}

}  // namespace strata::rpc
