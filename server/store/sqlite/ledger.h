#ifndef STRATA_SERVER_STORE_SQLITE_LEDGER_H_
#define STRATA_SERVER_STORE_SQLITE_LEDGER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/domain/record.h"
#include "server/store/sqlite/connection.h"
#include "server/store/sqlite/write_stream.h"

namespace strata::store {

// What a workspace's file says about ingestion itself: where each write stream stands and what it
// rejected, which unary requests were answered, which records were deleted, the revision.
// Writes happen inside the caller's transaction.
class Ledger {
 public:
  static absl::StatusOr<std::unique_ptr<Ledger>> Create(Connection& connection);

  // Without `rejections`.
  absl::StatusOr<std::optional<WriteStreamState>> FindStream(absl::string_view id);
  absl::Status PutStream(absl::string_view id, const WriteStreamState& state);
  absl::StatusOr<int64_t> CountStreams();

  // Rejected records of a stream; `index` is the offset in the stream. The caller keeps the cap.
  absl::StatusOr<std::vector<Rejection>> Rejections(absl::string_view stream);
  absl::Status AddRejection(absl::string_view stream, const Rejection& rejection);

  // One batch of a write stream, as kept to compare a batch that is sent again.
  struct StreamBatch {
    // Of `trace` (server/ingest/stream_trace.h): by which hash of the content. kOlderFormat is that
    // of releases before 0.2.0.
    static constexpr int64_t kOlderFormat = 1, kFormat = 2;

    int64_t first_offset = 0;
    int64_t records = 0;
    int64_t placeholders = 0;
    int64_t format = kFormat;
    std::string trace;
  };
  // Those with records in [from, to), ascending.
  absl::StatusOr<std::vector<StreamBatch>> StreamBatches(absl::string_view stream, int64_t from,
                                                         int64_t to);
  absl::Status PutStreamBatch(absl::string_view stream, const StreamBatch& batch, Millis now);
  // Forgets all but the latest `kept` batches of a stream.
  absl::Status TrimStreamBatches(absl::string_view stream, int64_t kept);
  // Forgets those of all streams that were committed before.
  absl::Status PruneStreamBatches(Millis before);

  struct StoredRequest {
    std::string fingerprint;
    std::string answer;
  };
  // nullopt when there is none, or none at or after `not_before`.
  absl::StatusOr<std::optional<StoredRequest>> FindRequest(absl::string_view id, Millis not_before);
  absl::Status PutRequest(absl::string_view id, absl::string_view fingerprint,
                          absl::string_view answer, bool has_rejections, Millis now);
  absl::Status PruneRequests(Millis before);

  // The version of a deleted record (kNoVersion when it has none); nullopt when it was not deleted.
  absl::StatusOr<std::optional<int64_t>> FindDeleted(RecordKind kind, absl::string_view id);
  absl::Status PutDeleted(RecordKind kind, absl::string_view id, int64_t source_version);
  absl::Status RemoveDeleted(RecordKind kind, absl::string_view id);
  absl::Status ScanDeleted(absl::FunctionRef<void(RecordKind kind, absl::string_view id)> visit);

  struct Commit {
    int64_t revision = 0;
    Millis time = kNoTime;
  };
  // The last commit that changed data or settings.
  absl::StatusOr<Commit> LastCommit();
  absl::Status PutCommit(const Commit& commit);

  // An id of a record that an erased person owned.
  struct OwnedId {
    RecordKind kind;
    std::string id;
    friend bool operator==(const OwnedId&, const OwnedId&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const OwnedId& owned) {
      return H::combine(std::move(h), owned.kind, owned.id);
    }
  };
  // Takes these ids out of everything that was kept about rejected, deleted and answered records.
  // `scrub_answer` blanks them in a stored answer.
  absl::Status Scrub(const absl::flat_hash_set<OwnedId>& ids,
                     absl::FunctionRef<std::string(absl::string_view answer)> scrub_answer);

 private:
  explicit Ledger(Connection& connection) : connection_(connection) {}
  absl::Status ScrubRejections(const absl::flat_hash_set<OwnedId>& ids);
  absl::Status ScrubAnswers(absl::FunctionRef<std::string(absl::string_view)> scrub_answer);

  Connection& connection_;
  Statement find_stream_, put_stream_, rejections_, add_rejection_;
  Statement stream_batches_, put_stream_batch_, trim_stream_batches_, prune_stream_batches_;
  Statement find_request_, put_request_, prune_requests_;
  Statement find_deleted_, put_deleted_, remove_deleted_;
  Statement last_commit_, put_commit_;
};

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_LEDGER_H_
