#ifndef STRATA_CLIENT_CLI_IMPORT_MAPPING_IMPORT_SPOOL_H_
#define STRATA_CLIENT_CLI_IMPORT_MAPPING_IMPORT_SPOOL_H_

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "client/cli/import/csv/import_reject.h"
#include "client/cli/import/mapping/content_hash.h"
#include "strata/v1/records.pb.h"

namespace strata::imports {

// The records of an import, converted and good, in a temporary file that is gone with this object.
// Being there before the first one is sent, they can be counted (progress), checked by the server
// as a whole (nothing of a bad file is stored), named by their content (the same import again finds
// its write stream), sent again from any place, and traced back to file and line.
class RecordSpool {
 public:
  // A record that takes more bytes fits in no batch.
  static constexpr size_t kLargestRecord = 3 << 20;

  static absl::StatusOr<std::unique_ptr<RecordSpool>> Create();
  ~RecordSpool();
  RecordSpool(const RecordSpool&) = delete;
  RecordSpool& operator=(const RecordSpool&) = delete;

  // Appends a record of at most kLargestRecord bytes. Not between reads, but after Recall.
  absl::Status Add(const v1::Record& record, absl::Span<const Origin> origins);

  // Records so far; they are numbered from 0.
  int64_t size() const { return size_; }

  // Orders so far, by their status as it is sent; empty: none.
  const std::map<std::string, int64_t>& order_statuses() const { return order_statuses_; }

  // 16 hexadecimal digits that depend on all records and their order, and on nothing else.
  std::string ContentHash() const;

  // The next Next() reads record `number`, at most size().
  absl::Status Seek(int64_t number);
  // False behind the last one. With the places of its rows, if asked for.
  absl::StatusOr<bool> Next(v1::Record* record, std::vector<Origin>* origins = nullptr);

  // Record `number`; more can be added afterwards.
  absl::StatusOr<v1::Record> Recall(int64_t number);

  // Where record `number` comes from. Next() goes on where it was.
  absl::StatusOr<std::vector<Origin>> OriginsOf(int64_t number);

 private:
  explicit RecordSpool(std::FILE* file) : file_(file) {}
  absl::StatusOr<bool> ReadEntry(std::string* record, std::vector<Origin>* origins);

  std::FILE* const file_;
  int64_t size_ = 0;
  int64_t next_ = 0;
  std::vector<int64_t> landmarks_;  // where every so manieth record starts in the file
  uint64_t hash_ = kFnvStart;
  std::map<std::string, int64_t> order_statuses_;
  std::string bytes_;  // of the record at hand
};

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_MAPPING_IMPORT_SPOOL_H_
