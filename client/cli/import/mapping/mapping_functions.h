#ifndef STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_FUNCTIONS_H_
#define STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_FUNCTIONS_H_

#include "absl/status/status.h"
#include "client/cli/import/mapping/mapping_fault.h"
#include "client/cli/import/values/date_forms.h"

struct sqlite3;

namespace strata::imports {

// What the functions of a mapping learn while it runs.
struct MappingContext {
  FaultBook faults;
  DateForms dates;
  bool observing = true;  // false in a trial with bad rows, which is to teach nothing
};

// Adds the functions that mappings may call beside SQLite's own (docs/mapping.md lists them), and
// those that RewriteMapping puts in the place of SQLite's arithmetic. `context` must outlive the
// database's statements.
//
// Each gives NULL where an argument is NULL or empty, and a fault (mapping_fault.h) where it cannot
// read one, so that the record it goes into is refused rather than the whole SELECT.
absl::Status AddMappingFunctions(sqlite3* database, MappingContext* context);

// Their parts; false when SQLite refuses a function.
bool AddDecimalFunctions(sqlite3* database, MappingContext* context);
bool AddNumberFunctions(sqlite3* database, MappingContext* context);
bool AddDateFunctions(sqlite3* database, MappingContext* context);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_FUNCTIONS_H_
