#ifndef STRATA_SERVER_INGEST_PREPARED_APPEND_H_
#define STRATA_SERVER_INGEST_PREPARED_APPEND_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "server/ingest/append.h"
#include "server/ingest/record_applier.h"

namespace strata::ingest {

// An append with everything done to it that needs no knowledge of the workspace, so that it happens
// on the producer's thread and not on the writer's.
struct PreparedAppend {
  AppendRequest request;
  AppendDone done;
  std::vector<RecordHashes> hashes;  // one a record
  // Of the conversion and of the validator, ascending by index, one a record at most.
  std::vector<Rejection> rejections;
  size_t orders = 0;  // among the records
  size_t bytes = 0;   // held in memory, about

  size_t records() const { return request.batch.records.size(); }
};

// INVALID_ARGUMENT when the request as such does not hold: neither or both of a stream and a
// request id, an id that is no id, a negative offset, too many records; INTERNAL for a batch of a
// stream without a hash for each record. Then `done` is left alone.
absl::StatusOr<std::unique_ptr<PreparedAppend>> Prepare(AppendRequest&& request, AppendDone&& done,
                                                        Millis now);

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_PREPARED_APPEND_H_
