#ifndef STRATA_SERVER_ANALYTICS_FIELDS_BUILTIN_FIELDS_H_
#define STRATA_SERVER_ANALYTICS_FIELDS_BUILTIN_FIELDS_H_

#include "absl/types/span.h"
#include "server/analytics/fields/field.h"

namespace strata::analytics {

// One row of the table of fields that every workspace has.
struct BuiltinField {
  const char* id;
  ValueType type;
  const char* unit;
  Grain grain;
  bool groupable;
  bool current_value;
  const char* meaning;
};

// In the order of the documentation.
absl::Span<const BuiltinField> BuiltinFields();

}  // namespace strata::analytics

#endif  // STRATA_SERVER_ANALYTICS_FIELDS_BUILTIN_FIELDS_H_
