#ifndef STRATA_SERVER_INGEST_ORDER_SCAN_H_
#define STRATA_SERVER_INGEST_ORDER_SCAN_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "server/domain/record.h"
#include "server/store/sqlite/connection.h"

namespace strata::ingest {

// Calls visit(key, customer_key, hash of the id, order) for every order of a workspace's file, in
// ascending key order, on the calling thread. The file is read on all cores, each with a connection
// of its own, a few chunks ahead of the visitor. Text lives until the visitor returns. Nobody may
// write to the file meanwhile. `mode` is kReadOnly or kFrozen; `most_records` is what the file can
// hold at most, by which chunks are wider where most keys are missing.
absl::Status ScanOrders(
    const std::string& path, store::OpenMode mode, uint32_t last_key, int64_t most_records,
    absl::FunctionRef<void(uint32_t key, uint32_t customer_key, uint64_t hash, const Order& order)>
        visit);

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_ORDER_SCAN_H_
