#ifndef STRATA_SERVER_INGEST_BATCH_APPLIER_H_
#define STRATA_SERVER_INGEST_BATCH_APPLIER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "server/image/editor.h"
#include "server/ingest/append.h"
#include "server/ingest/identities.h"
#include "server/ingest/prepared_append.h"
#include "server/ingest/record_applier.h"
#include "server/ingest/stream_trace.h"
#include "server/store/sqlite/workspace_db.h"

namespace strata::ingest {

// How long answers to unary requests and traces of write streams' batches are kept; of one stream
// at least the latest kStreamBatchesKept, and little more.
inline constexpr Millis kRequestLifeMillis = 24 * 3'600 * 1'000;
inline constexpr int kStreamBatchesKept = 1'024;

// What became of one batch inside the open transaction.
struct BatchEnd {
  absl::Status status;
  AppendResult result;  // `revision` is left to whoever commits, but for a repeated request
  bool wrote = false;   // there is something to commit
  bool changed_data = false;
  // The transaction itself is lost (disk full, I/O error), not just this batch.
  bool group_failed = false;
};

// Brings one batch after the other into the open transaction: each in a savepoint of its own, so
// that a bad one leaves no trace in the file, in `Identities` or in the changes.
class BatchApplier {
 public:
  BatchApplier(store::WorkspaceDb& db, Identities& ids, RecordApplier& records)
      : db_(db), ids_(ids), records_(records) {}

  // `revision` is the number that the transaction will have if it changes data.
  void StartGroup(int64_t revision, Millis now, image::Changes* changes) {
    revision_ = revision;
    now_ = now;
    changes_ = changes;
  }
  BatchEnd Apply(const PreparedAppend& append);

 private:
  // Answers a batch that was stored before or stands at the wrong place; true when it did.
  absl::StatusOr<bool> AnswerWithoutData(const PreparedAppend& append,
                                         std::optional<WriteStreamState>& stream, BatchEnd& end);
  absl::Status ApplyRecords(const PreparedAppend& append, BatchEnd& end);
  // Answers a batch that lies wholly before the stream's place, with the counts of its first time.
  absl::Status AnswerResent(const PreparedAppend& append, BatchEnd& end);
  absl::Status StoreOutcome(const PreparedAppend& append, std::optional<WriteStreamState>& stream,
                            BatchEnd& end);
  absl::Status StoreTrace(const PreparedAppend& append, const BatchEnd& end);
  absl::Status StoreRejections(const PreparedAppend& append, int64_t already_stored,
                               const std::vector<Rejection>& rejections);
  void Fail(const absl::Status& cause, bool in_part, BatchEnd& end);

  store::WorkspaceDb& db_;
  Identities& ids_;
  RecordApplier& records_;
  int64_t revision_ = 0;
  Millis now_ = 0;
  StreamTrace trace_;  // of the batch at work
  // Batches stored of each stream since its old ones were last forgotten.
  absl::flat_hash_map<std::string, int> untrimmed_;
  image::Changes* changes_ = nullptr;
};

// The status of batches whose transaction failed.
absl::Status StoreFailed(const absl::Status& cause);

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_BATCH_APPLIER_H_
