#include "client/cli/import/mapping/mapping_functions.h"

#include "client/cli/import/mapping/sql_value.h"
#include "client/cli/import/values/text_normal.h"

namespace strata::imports {
namespace {

// normal_text(text): what --normalise does to all columns, see text_normal.h.
void NormalText(sqlite3_context* context, int, sqlite3_value** values) {
  if (PassFaultOn(context, 1, values)) return;
  if (IsEmpty(values[0])) return sqlite3_result_null(context);
  ReturnText(context, NormaliseText(TextOf(values[0])));
}

}  // namespace

absl::Status AddMappingFunctions(sqlite3* database, MappingContext* context) {
  if (AddDecimalFunctions(database, context) && AddNumberFunctions(database, context) &&
      AddDateFunctions(database, context) &&
      AddScalar(database, context, "normal_text", 1, NormalText)) {
    return absl::OkStatus();
  }
  return absl::InternalError("the mapping functions cannot be added");
}

}  // namespace strata::imports
