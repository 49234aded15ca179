#ifndef STRATA_SERVER_ANALYTICS_FACTS_BLOCK_SCAN_H_
#define STRATA_SERVER_ANALYTICS_FACTS_BLOCK_SCAN_H_

#include <cstddef>
#include <functional>

#include "absl/status/status.h"
#include "server/base/stop.h"
#include "server/image/revision.h"

namespace strata::analytics::facts {

// Calls body(worker, block) for the blocks of a revision, side by side (see ParallelScan), until
// one fails or `stop` says so, which is asked before each block. Returns the failure of the first
// block that failed.
absl::Status ScanBlocks(
    const image::Revision& revision, const StopToken& stop,
    const std::function<absl::Status(size_t worker, const image::Block& block)>& body);

// Calls body(begin, end) for ranges that cover [0, slots), side by side.
void ForSlotRanges(image::Slot slots,
                   const std::function<void(image::Slot begin, image::Slot end)>& body);

}  // namespace strata::analytics::facts

#endif  // STRATA_SERVER_ANALYTICS_FACTS_BLOCK_SCAN_H_
