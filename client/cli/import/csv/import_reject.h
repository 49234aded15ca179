#ifndef STRATA_CLIENT_CLI_IMPORT_CSV_IMPORT_REJECT_H_
#define STRATA_CLIENT_CLI_IMPORT_CSV_IMPORT_REJECT_H_

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace strata::imports {

// Where a record comes from: a line of a file that is imported.
struct Origin {
  int32_t file = -1;  // of the import's list of file names; -1: not known
  int64_t line = 0;

  friend bool operator==(const Origin&, const Origin&) = default;
};

// One thing that is wrong with a record, found here or by the server.
struct Reject {
  std::string file;     // empty: the mapping does not say
  int64_t line = 0;     // 0: likewise
  std::string record;   // "order"
  std::string id;       // as far as known
  std::string field;    // empty: the record as a whole
  std::string reason;   // stable, upper case: "INVALID_DATE"
  std::string message;  // for people
};

// "orders.csv:17: order 10107: amount: "12,50" is not a decimal number": a line, whatever is long
// in it is cut.
std::string Describe(const Reject& reject);

// Collects what was refused: keeps the first ones for the screen and writes all of them as CSV
// (file, line, record, id, field, reason, message) if a file was asked for.
class RejectLog {
 public:
  // `path` empty: no file. NOT_FOUND when it cannot be written.
  absl::Status WriteTo(const std::string& path);

  // All that is wrong with one record.
  void AddRecord(absl::Span<const Reject> rejects);
  // `count` records more that were refused, of which only the number is known.
  void AddUnlisted(int64_t count) { records_ += count; }

  int64_t records() const { return records_; }
  const std::vector<Reject>& first() const { return first_; }

  // DATA_LOSS when the file could not be written in full.
  absl::Status Finish();

 private:
  std::string path_;
  std::ofstream file_;
  int64_t records_ = 0;
  std::vector<Reject> first_;
};

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_CSV_IMPORT_REJECT_H_
