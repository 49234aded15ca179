#ifndef STRATA_SERVER_STORE_SQLITE_SEGMENT_TABLE_H_
#define STRATA_SERVER_STORE_SQLITE_SEGMENT_TABLE_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/domain/segment.h"
#include "server/store/sqlite/connection.h"

namespace strata::store {

// The segments that a workspace has defined, in its file. Ascending by id.
absl::StatusOr<std::vector<SegmentDefinition>> ReadSegments(Connection& connection);

// Replaces them all, inside the caller's transaction.
absl::Status WriteSegments(Connection& connection, const std::vector<SegmentDefinition>& segments);

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_SEGMENT_TABLE_H_
