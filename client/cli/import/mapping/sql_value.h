#ifndef STRATA_CLIENT_CLI_IMPORT_MAPPING_SQL_VALUE_H_
#define STRATA_CLIENT_CLI_IMPORT_MAPPING_SQL_VALUE_H_

#include <sqlite3.h>

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "client/cli/import/mapping/mapping_functions.h"

// What the SQL functions of mappings share: arguments and results.
namespace strata::imports {

inline absl::string_view TextOf(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) return "";
  return {text, static_cast<size_t>(sqlite3_value_bytes(value))};
}

inline bool IsEmpty(sqlite3_value* value) {
  return absl::StripAsciiWhitespace(TextOf(value)).empty();
}

inline MappingContext& ContextOf(sqlite3_context* context) {
  return *static_cast<MappingContext*>(sqlite3_user_data(context));
}

inline void ReturnText(sqlite3_context* context, absl::string_view text) {
  sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

// A new fault, written down; `text` is the value that could not be read, where there is one.
inline void ReturnFault(sqlite3_context* context, absl::string_view reason,
                        absl::string_view message, absl::string_view text = "") {
  const std::string fault = MakeFault(reason, message);
  if (ContextOf(context).observing) ContextOf(context).faults.Met(fault, text);
  ReturnText(context, fault);
}

// Whether any argument is a fault: then the first one is the result, and the others are dropped.
inline bool PassFaultOn(sqlite3_context* context, int count, sqlite3_value** values) {
  std::string first;
  for (int i = 0; i < count; ++i) {
    if (sqlite3_value_type(values[i]) != SQLITE_TEXT || !IsFault(TextOf(values[i]))) continue;
    if (first.empty()) {
      first = std::string(TextOf(values[i]));
    } else {
      ContextOf(context).faults.Excuse(TextOf(values[i]), first);
    }
  }
  if (!first.empty()) ReturnText(context, first);
  return !first.empty();
}

using ScalarFunction = void (*)(sqlite3_context*, int, sqlite3_value**);

// Adds a function; -1 arguments: any number. False when SQLite refuses it.
inline bool AddScalar(sqlite3* database, MappingContext* context, const char* name, int arguments,
                      ScalarFunction function) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  return sqlite3_create_function(database, name, arguments, kFlags, context, function, nullptr,
                                 nullptr) == SQLITE_OK;
}

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_MAPPING_SQL_VALUE_H_
