#include "server/base/scan_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace strata {
namespace {

TEST(ParallelScan, RunsEveryItemOnceAndNoWorkerTwiceAtATime) {
  constexpr size_t kItems = 10'000;
  std::vector<std::atomic<int>> runs(kItems);
  std::vector<std::atomic<int>> busy(ScanWorkers());
  ParallelScan(kItems, [&](size_t worker, size_t item) {
    ASSERT_LT(worker, ScanWorkers());
    ASSERT_EQ(busy[worker]++, 0);
    ++runs[item];
    --busy[worker];
  });
  for (const auto& count : runs) EXPECT_EQ(count, 1);
}

TEST(ParallelScan, ManyCallersFinishTogether) {
  std::atomic<int64_t> sum{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&sum] {
      for (int round = 0; round < 50; ++round) {
        ParallelScan(17, [&sum](size_t, size_t item) { sum += static_cast<int64_t>(item); });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(sum, 8 * 50 * (16 * 17 / 2));
}

TEST(ParallelScan, NothingToDoIsDone) {
  ParallelScan(0, [](size_t, size_t) { FAIL(); });
}

}  // namespace
}  // namespace strata
