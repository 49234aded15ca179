#ifndef STRATA_APPEND_WRITER_H_
#define STRATA_APPEND_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "strata/client.h"

namespace strata {

// What became of the records that a writer sent. Covers what is acknowledged, so it may trail what
// was appended until Flush returns.
struct AppendReport {
  // accepted + duplicate + stale + rejected == committed: nothing is lost without a word.
  v1::RecordCounts counts;
  // Records of this writer that are stored durably or rejected for good.
  int64_t committed = 0;
  // Bad records in order, `index` being the offset in the write stream; at most
  // AppendWriterOptions::max_errors of counts.rejected(). After a batch that failed whole
  // (ON_ERROR_FAIL) its bad records are here, though nothing of it is counted.
  std::vector<v1::RecordError> errors;
  // Holds everything committed: the min_revision of a query that wants to see it.
  int64_t revision = 0;
};

struct AppendWriterOptions {
  std::string workspace;

  // Name of the write stream, 1-128 bytes. Of two writers that use one name at the same time, one
  // fails with OUT_OF_RANGE. A program that sends the same source again after a crash takes the
  // same name again and skips the records up to start_offset().
  std::string stream;

  // Whether a bad record fails its batch, and with it the writer, or is left out and reported.
  v1::OnError on_error = v1::ON_ERROR_FAIL;

  // A batch is sent when it holds so many records (at most 50,000) or bytes (at most 4 MiB). Larger
  // batches cost less each record, and longer waits for the first acknowledgement.
  int max_batch_records = 10'000;
  size_t max_batch_bytes = (4 << 20) - (64 << 10);

  // Batches that may be filled but not acknowledged; Append blocks when there are more. Each holds
  // up to max_batch_bytes of memory.
  int max_in_flight = 8;

  // How many bad records the report keeps.
  size_t max_errors = 1'000;

  // Patience with a server that goes away: attempts between two acknowledgements.
  RetryPolicy retry = {.max_attempts = 12};
  RetryEnvironment retry_environment;

  // Called after each acknowledgement with the report so far, on a thread of the writer, while
  // Append may run. Must not call the writer.
  std::function<void(const AppendReport&)> on_ack;
};

// Sends records in order, in batches, several under way at once, and knows what is committed.
// When the connection breaks it asks the server where the stream stands, and goes on from there:
// nothing is lost and nothing stored twice, whether the server was killed or the network was gone.
// Resumes after UNAVAILABLE, and after RESOURCE_EXHAUSTED when the server says when to return.
//
//   auto writer = AppendWriter::Open(client, {.workspace = "sales", .stream = "orders-2024"});
//   for (const Row& row : rows.From((*writer)->start_offset())) {
//     STRATA_RETURN_IF_ERROR((*writer)->Append(MakeRecord(row)));
//   }
//   absl::Status status = (*writer)->Close();
//
// Used from one thread, but report() may be called from any.
class AppendWriter {
 public:
  // Asks where the stream stands (nowhere yet is offset 0).
  static absl::StatusOr<std::unique_ptr<AppendWriter>> Open(Client client,
                                                            AppendWriterOptions options);

  // Cancels what is not acknowledged, unless Close was called.
  ~AppendWriter();
  AppendWriter(const AppendWriter&) = delete;
  AppendWriter& operator=(const AppendWriter&) = delete;

  // How many records the stream held when it was opened.
  int64_t start_offset() const;

  // Adds a record to the batch; may block while max_in_flight batches wait. OK says that it is on
  // its way, not that it is stored. Once the stream has failed every call returns the error: the
  // records from start_offset() + report().committed on are not stored. INVALID_ARGUMENT for a
  // record that no batch can hold, which leaves the writer as it was.
  absl::Status Append(v1::Record record);

  // Sends what is there and waits until everything is acknowledged.
  absl::Status Flush();

  // Flush, then ends the call; further appends fail. Safe to call again.
  absl::Status Close();

  AppendReport report() const;

 private:
  class Impl;
  explicit AppendWriter(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace strata

#endif  // STRATA_APPEND_WRITER_H_
