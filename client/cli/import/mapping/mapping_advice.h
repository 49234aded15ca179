#ifndef STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_ADVICE_H_
#define STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_ADVICE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "client/cli/import/csv/import_staging.h"

namespace strata::imports {

// What SQLite's error about a mapping leaves out, to go behind it: for a column or table that is
// not there those that are, with the nearest name. Empty when there is nothing to add.
std::string AdviceOn(absl::string_view error, const StagingDatabase& staging);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_ADVICE_H_
