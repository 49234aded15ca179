#include "server/analytics/facts/block_scan.h"

#include <algorithm>
#include <atomic>

#include "server/base/mutex.h"
#include "server/base/scan_pool.h"

namespace strata::analytics::facts {

absl::Status ScanBlocks(
    const image::Revision& revision, const StopToken& stop,
    const std::function<absl::Status(size_t worker, const image::Block& block)>& body) {
  std::atomic<bool> failed{false};
  Mutex mutex;
  absl::Status status;
  size_t failed_item = revision.blocks.size();
  ParallelScan(revision.blocks.size(), [&](size_t worker, size_t item) {
    // Blocks are handed out in rising order, so every block before a failed one has been started.
    if (failed.load(std::memory_order_relaxed)) return;
    absl::Status outcome = stop.Check();
    if (outcome.ok()) outcome = body(worker, revision.blocks[item]);
    if (outcome.ok()) return;
    failed.store(true, std::memory_order_relaxed);
    MutexLock lock(mutex);
    if (item < failed_item) {
      failed_item = item;
      status = std::move(outcome);
    }
  });
  return status;
}

void ForSlotRanges(image::Slot slots,
                   const std::function<void(image::Slot begin, image::Slot end)>& body) {
  constexpr image::Slot kRange = 1 << 15;
  ParallelScan((slots + kRange - 1) / kRange, [&](size_t, size_t item) {
    const auto begin = static_cast<image::Slot>(item) * kRange;
    body(begin, std::min(slots, begin + kRange));
  });
}

}  // namespace strata::analytics::facts
