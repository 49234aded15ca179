#ifndef STRATA_SERVER_BASE_SCAN_POOL_H_
#define STRATA_SERVER_BASE_SCAN_POOL_H_

#include <cstddef>
#include <functional>

namespace strata {

// Runs the pieces of one scan side by side on the process's shared worker threads.
//
// Calls body(worker, item) for every item in [0, items), each exactly once; `worker` lies in
// [0, ScanWorkers()) and no two calls with the same worker overlap, so per-worker state needs no
// lock. The calling thread takes part as worker 0, so a scan goes on even when every other worker
// is busy with other queries. Returns when all items are done. Items are handed out in rising
// order; results must not depend on which worker ran which item.
void ParallelScan(size_t items, const std::function<void(size_t worker, size_t item)>& body);

// How many workers a scan may use: the machine's cores, at least 1, at most 16.
size_t ScanWorkers();

}  // namespace strata

#endif  // STRATA_SERVER_BASE_SCAN_POOL_H_
