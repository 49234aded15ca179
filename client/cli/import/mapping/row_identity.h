#ifndef STRATA_CLIENT_CLI_IMPORT_MAPPING_ROW_IDENTITY_H_
#define STRATA_CLIENT_CLI_IMPORT_MAPPING_ROW_IDENTITY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/cli/import/csv/import_reject.h"
#include "client/cli/import/csv/import_staging.h"

namespace strata::imports {

// What an import does with a row without an id that an earlier import brought word for word.
enum class KnownRows : uint8_t {
  kRefuse,  // nobody can say whether it is the same fact: the user is asked
  kSame,    // it is (a file that grew, that was corrected, that overlaps the last one)
  kNew,     // it is another one that looks alike: its id also depends on the content of its file
};

// Ids for records whose mapping has none: made of the cells of the source row, whatever the file's
// name and the row's place in it. The n-th row of a table with the same cells is a record of its
// own. So the same file again, under any path, gives the same ids; a row that was added, corrected
// or moved changes no other row's id; and rows that differ never share one.
class RowIdentity {
 public:
  RowIdentity(StagingDatabase& staging, KnownRows known) : staging_(staging), known_(known) {}

  // Reads all staged rows, as they stand, at the first call.
  absl::Status Read();

  // "row-" and 24 hexadecimal digits; empty for a place that no file has. After Read().
  std::string IdOf(Origin origin) const;

 private:
  struct Bits {
    uint64_t high = 0;
    uint32_t low = 0;
  };

  absl::Status ReadTable(const std::string& table);

  StagingDatabase& staging_;
  const KnownRows known_;
  bool read_ = false;
  std::vector<std::vector<Bits>> rows_;  // by file and line
  std::vector<uint64_t> files_;          // hashes of all rows of a file
};

// Whether `id` has the form of RowIdentity's.
bool IsMadeUpId(absl::string_view id);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_MAPPING_ROW_IDENTITY_H_
