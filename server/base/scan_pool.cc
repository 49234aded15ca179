#include "server/base/scan_pool.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "server/base/mutex.h"

namespace strata {
namespace {

// One scan in progress. Owned by the caller's stack frame and by every worker that joined it.
struct Scan {
  size_t items;
  const std::function<void(size_t, size_t)>* body;
  std::atomic<size_t> next_item{0};
  std::atomic<size_t> next_worker{1};

  Mutex mutex;
  CondVar idle;
  size_t joined ABSL_GUARDED_BY(mutex) = 0;
  bool closed ABSL_GUARDED_BY(mutex) = false;

  void Run(size_t worker) {
    for (size_t item = next_item++; item < items; item = next_item++) (*body)(worker, item);
  }
};

class Pool {
 public:
  Pool() {
    for (size_t i = 1; i < ScanWorkers(); ++i) std::thread([this] { Work(); }).detach();
  }

  void Offer(const std::shared_ptr<Scan>& scan, size_t helpers) {
    MutexLock lock(mutex_);
    for (size_t i = 0; i < helpers; ++i) queue_.push_back(scan);
    for (size_t i = 0; i < helpers; ++i) available_.NotifyOne();
  }

 private:
  void Work() {
    for (;;) {
      std::shared_ptr<Scan> scan = Take();
      {
        MutexLock lock(scan->mutex);
        if (scan->closed) continue;
        ++scan->joined;
      }
      scan->Run(scan->next_worker++);
      MutexLock lock(scan->mutex);
      if (--scan->joined == 0) scan->idle.NotifyAll();
    }
  }

  std::shared_ptr<Scan> Take() {
    MutexLock lock(mutex_);
    while (queue_.empty()) available_.Wait(mutex_);
    std::shared_ptr<Scan> scan = std::move(queue_.front());
    queue_.pop_front();
    return scan;
  }

  Mutex mutex_;
  CondVar available_;
  std::deque<std::shared_ptr<Scan>> queue_ ABSL_GUARDED_BY(mutex_);
};

Pool& SharedPool() {
  static Pool* const pool = new Pool();  // lives as long as its detached threads
  return *pool;
}

}  // namespace

size_t ScanWorkers() {
  static const size_t workers = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 16);
  return workers;
}

void ParallelScan(size_t items, const std::function<void(size_t, size_t)>& body) {
  if (items == 0) return;
  auto scan = std::make_shared<Scan>();
  scan->items = items;
  scan->body = &body;
  const size_t helpers = std::min(items, ScanWorkers()) - 1;
  if (helpers > 0) SharedPool().Offer(scan, helpers);
  scan->Run(0);
  MutexLock lock(scan->mutex);
  scan->closed = true;  // a helper that comes now finds nothing to do and leaves
  while (scan->joined > 0) scan->idle.Wait(scan->mutex);
}

}  // namespace strata
