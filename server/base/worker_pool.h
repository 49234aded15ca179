#ifndef STRATA_SERVER_BASE_WORKER_POOL_H_
#define STRATA_SERVER_BASE_WORKER_POOL_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "server/base/mutex.h"

namespace strata {

// Threads for tasks that may wait: for a commit, for a revision, for a lock. Each is made when a
// task finds all others at work, and is kept until the pool goes. Thread-safe.
class WorkerPool {
 public:
  // At least one thread.
  explicit WorkerPool(size_t max_threads) : max_threads_(max_threads) {}
  // Runs what was handed over, then ends the threads.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Hands a task over and returns at once. While max_threads are at work tasks queue in the order
  // of their arrival; how many may do so is for the caller to limit.
  void Run(std::function<void()> task);

 private:
  void Work();

  const size_t max_threads_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  size_t idle_ ABSL_GUARDED_BY(mutex_) = 0;  // threads that wait for a task
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace strata

#endif  // STRATA_SERVER_BASE_WORKER_POOL_H_
