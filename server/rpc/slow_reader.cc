#include "server/rpc/slow_reader.h"

#include <cstdint>

#include "server/base/error.h"
#include "server/base/mutex.h"

namespace strata::rpc {

struct SlowReaderGuard::Watch {
  Mutex mutex;
  grpc::ServerContext* context ABSL_GUARDED_BY(mutex) = nullptr;
  int64_t writes ABSL_GUARDED_BY(mutex) = 0;      // begun
  bool under_way ABSL_GUARDED_BY(mutex) = false;  // the last of them
  bool cut_off ABSL_GUARDED_BY(mutex) = false;
};

SlowReaderGuard::SlowReaderGuard(grpc::ServerContext& context, std::chrono::milliseconds patience)
    : patience_(patience), watch_(std::make_shared<Watch>()) {
  MutexLock lock(watch_->mutex);
  watch_->context = &context;
}

SlowReaderGuard::~SlowReaderGuard() { Disarm(); }

void SlowReaderGuard::Arm() {
  int64_t write = 0;
  {
    MutexLock lock(watch_->mutex);
    write = ++watch_->writes;
    watch_->under_way = true;
  }
  alarm_.emplace();
  alarm_->Set(std::chrono::system_clock::now() + patience_, [watch = watch_, write](bool due) {
    if (!due) return;
    MutexLock lock(watch->mutex);
    if (!watch->under_way || watch->writes != write) return;
    watch->cut_off = true;
    watch->context->TryCancel();
  });
}

void SlowReaderGuard::Disarm() {
  {
    MutexLock lock(watch_->mutex);
    watch_->under_way = false;
  }
  alarm_.reset();
}

absl::Status SlowReaderGuard::Why() const {
  MutexLock lock(watch_->mutex);
  if (!watch_->cut_off) return absl::CancelledError("the caller has gone away");
  return WithReason(absl::ResourceExhaustedError("the caller reads too slowly; it was cut off"),
                    "SLOW_READER");
}

}  // namespace strata::rpc
