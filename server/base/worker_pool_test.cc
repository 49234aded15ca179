#include "server/base/worker_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>

namespace strata {
namespace {

// Lets tasks through when it is opened.
class Gate {
 public:
  void Open() {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.NotifyAll();
  }
  void Pass() {
    MutexLock lock(mutex_);
    ++waiting_;
    changed_.NotifyAll();
    while (!open_) changed_.Wait(mutex_);
  }
  // Returns when so many have come to the gate.
  void AwaitWaiting(int count) {
    MutexLock lock(mutex_);
    while (waiting_ < count) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
};

TEST(WorkerPoolTest, EveryTaskRunsOnceAlsoThoseLeftAtTheEnd) {
  constexpr int kTasks = 5'000;
  std::vector<std::atomic<int>> runs(kTasks);
  {
    WorkerPool pool(3);
    for (int i = 0; i < kTasks; ++i) pool.Run([&runs, i] { ++runs[i]; });
  }
  for (const auto& count : runs) EXPECT_EQ(count, 1);
}

TEST(WorkerPoolTest, TasksThatWaitGetAThreadEachUpToTheLimit) {
  Gate gate;
  std::atomic<int> at_work{0}, most{0};
  {
    WorkerPool pool(4);
    for (int i = 0; i < 6; ++i) {
      pool.Run([&] {
        const int now = ++at_work;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) continue;
        gate.Pass();
        --at_work;
      });
    }
    gate.AwaitWaiting(4);  // would not return if one thread waited for another
    gate.Open();
  }
  EXPECT_EQ(most, 4);
}

TEST(WorkerPoolTest, AThreadThatIsIdleIsUsedAgain) {
  Mutex mutex;
  std::set<std::thread::id> threads;
  WorkerPool pool(8);
  for (int i = 0; i < 20; ++i) {
    Gate done;
    done.Open();
    pool.Run([&] {
      MutexLock lock(mutex);
      threads.insert(std::this_thread::get_id());
      done.Pass();
    });
    done.AwaitWaiting(1);
    // Until the thread waits for its next task it does not count as idle.
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  MutexLock lock(mutex);
  EXPECT_LT(threads.size(), 8u);
}

}  // namespace
}  // namespace strata
