#include "server/base/worker_pool.h"

#include <utility>

namespace strata {

WorkerPool::~WorkerPool() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

void WorkerPool::Run(std::function<void()> task) {
  MutexLock lock(mutex_);
  queue_.push_back(std::move(task));
  // A thread that was woken for an earlier task still counts as idle.
  if (idle_ >= queue_.size() || threads_.size() >= max_threads_) {
    changed_.NotifyOne();
  } else {
    threads_.emplace_back([this] { Work(); });
  }
}

void WorkerPool::Work() {
  for (;;) {
    std::function<void()> task;
    {
      MutexLock lock(mutex_);
      ++idle_;
      while (queue_.empty() && !stopping_) changed_.Wait(mutex_);
      --idle_;
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    task();
  }
}

}  // namespace strata
