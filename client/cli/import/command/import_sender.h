#ifndef STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_SENDER_H_
#define STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_SENDER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/import/csv/import_reject.h"
#include "client/cli/import/mapping/import_spool.h"
#include "client/cli/program/command.h"
#include "strata/v1/ingestion_service.pb.h"

namespace strata::cli {

struct SendOptions {
  std::string workspace;
  // The write stream, chosen by the user: what it holds already is compared, as far as the server
  // knows it still, and FAILED_PRECONDITION names the first record that is another. Empty: a stream
  // named after the import and its content, see SendSpool.
  std::string stream;
  std::string import_name;  // "internet-sales.sql"
  bool skip_bad_records = false;
  bool dry_run = false;  // the server checks everything and stores nothing
  // FAILED_PRECONDITION where records whose ids are made of their rows are stored already, and not
  // by this very import: they may be the same facts or others that look alike.
  bool refuse_known_rows = false;
};

struct SendResult {
  std::string stream;  // empty after a dry run
  v1::RecordCounts
      counts;  // of all records of the import, an interrupted run before this one included
  int64_t resumed_at = 0;  // records that the stream held when this run began
  int64_t unknown = 0;     // of them: nobody knows any more whether they were these
  int64_t revision = 0;    // holds everything
};

// Sends the records of an import through a write stream, with a progress bar, and adds what the
// server refuses to `rejects` by file and line.
//
// The stream's name has the import's name and its content's hash in it: an import that was
// interrupted goes on where its stream stands, while one that is repeated after it was complete
// goes through a further stream (NAME#2), so that the server compares every record with what it
// holds: all are duplicates, or put back what was changed since.
//
// Without skip_bad_records the server first checks all records, so that either all of them are
// stored or none. Only what changes between the check and the writing can still fail a batch; then
// the records before it stay, and the status says how many.
absl::StatusOr<SendResult> SendSpool(Context& context, const SendOptions& options,
                                     const std::vector<std::string>& files,
                                     imports::RecordSpool& spool, imports::RejectLog& rejects);

// The state of a write stream; next_offset 0 when nothing was ever committed under the id.
absl::StatusOr<v1::GetWriteStreamResponse> StreamState(Client& client, const std::string& workspace,
                                                       const std::string& id);

// The first of BASE, BASE#2, BASE#3 ... that does not hold `total` records yet: a new one or an
// interrupted one.
absl::StatusOr<v1::GetWriteStreamResponse> UnfinishedStream(Client& client,
                                                            const std::string& workspace,
                                                            const std::string& base, int64_t total);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_SENDER_H_
