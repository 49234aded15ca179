#ifndef STRATA_SERVER_INGEST_APPEND_H_
#define STRATA_SERVER_INGEST_APPEND_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "server/domain/record.h"

namespace strata {

// One batch on its way in. Exactly one of `stream` and `request_id` is set.
struct AppendRequest {
  Batch batch;
  // A message of a write stream: `offset` is the count of records before it in that stream.
  std::string stream;
  int64_t offset = 0;
  // A hash of each record's content (30 bits, see stream_trace.h), by which a batch that is sent
  // again is told from another one at its offset.
  std::vector<uint32_t> content_hashes;
  // A unary call: the caller's UUID, and a fingerprint of the batch's content (a 128-bit hash), by
  // which a repeated request is told from another one with the same id.
  std::string request_id;
  std::string fingerprint;
  // Either of them as an older release made it, for a batch that meets what such a one has stored.
  // Not set: nothing older is known again.
  std::function<std::vector<uint32_t>()> older_content_hashes;
  std::function<std::string()> older_fingerprint;
  // Does everything but keep it: the counts say what would have happened, nothing is stored,
  // neither the request id nor the stream's offset.
  bool validate_only = false;
};

struct AppendResult {
  int64_t revision = 0;     // the revision that holds the data
  int64_t next_offset = 0;  // of the write stream; 0 for a unary call
  // Adds up to the records sent. Of a repeated unary request, and of a batch of a write stream that
  // was stored before: those of the first time.
  RecordCounts counts;
  std::vector<Rejection>
      rejections;          // the first kMaxReportedRejections; counts.rejected is the total
  bool duplicate = false;  // the batch was stored before
};

using AppendDone = absl::AnyInvocable<void(absl::Status status, AppendResult result)>;

}  // namespace strata

#endif  // STRATA_SERVER_INGEST_APPEND_H_
