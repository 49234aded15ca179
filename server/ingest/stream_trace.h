#ifndef STRATA_SERVER_INGEST_STREAM_TRACE_H_
#define STRATA_SERVER_INGEST_STREAM_TRACE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/domain/record.h"
#include "server/ingest/append.h"
#include "server/store/sqlite/ledger.h"

namespace strata::ingest {

// What is kept of each record of a write stream, in 32 bits: 30 of a hash of its content and two
// for what became of it. So a batch that comes again is known by its records, whatever its
// boundaries, is answered with the counts of its first time, and another content at its place is
// noticed (a changed record is missed once in 2^30).
inline constexpr uint32_t kTraceHashMask = (uint32_t{1} << 30) - 1;

// The trace of a batch as it is stored: four bytes a record.
class StreamTrace {
 public:
  void Add(uint32_t content_hash, Outcome outcome);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

struct Resent {
  // Of the records as they were stored. Placeholders only of stored batches that lie wholly in it.
  RecordCounts counts;
  int64_t first_difference = -1;  // the first record, counted from 0, that was another then
};

// Compares a batch at an old offset with what was stored there, by the hashes that each stored
// batch was stored with. NOT_FOUND when that is no longer kept, or was never, as of streams of a
// release that kept nothing.
absl::StatusOr<Resent> CompareWithStored(const AppendRequest& request,
                                         const std::vector<store::Ledger::StreamBatch>& stored);

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_STREAM_TRACE_H_
