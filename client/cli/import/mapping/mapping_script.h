#ifndef STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_SCRIPT_H_
#define STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_SCRIPT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace strata::imports {

// What a SELECT of a mapping makes of each row.
enum class MappedRecord : uint8_t { kCustomer, kOrder, kTicket, kContract, kSurvey, kDeletion };

// "customer", "order" ...
absl::string_view NameOf(MappedRecord record);

// One SQL statement of a mapping.
struct MappingStatement {
  std::string sql;     // comments in front of it included
  int first_line = 1;  // of `sql` in the mapping
  int line = 1;        // of its first word
  // What its rows are; nothing: it is run for its effect (CREATE TEMP VIEW ...).
  std::optional<MappedRecord> record;
};

// Cuts a mapping into its statements. A comment "-- record: order" (or /* record: order */) in
// front of a SELECT says which record its rows make. INVALID_ARGUMENT with the line for an unknown
// record, for a statement that is not finished, and for a SELECT or WITH without such a comment,
// whose rows would go nowhere.
absl::StatusOr<std::vector<MappingStatement>> ParseMapping(absl::string_view text);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_SCRIPT_H_
