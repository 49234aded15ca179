#ifndef STRATA_CLIENT_CLI_IMPORT_VALUES_MAPPING_VALUES_H_
#define STRATA_CLIENT_CLI_IMPORT_VALUES_MAPPING_VALUES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace strata::imports {

// Reads single values of a mapping's rows. `reason` and `message` say why not, in the terms of
// FieldProblem; message does not name the field.
struct ValueProblem {
  std::string reason;
  std::string message;
};
using ValueResult = std::optional<ValueProblem>;  // nothing: all is well

// Of an amount: it is kept in millionths.
inline constexpr int kAmountDecimals = 6;

// The text as messages show it: in quotes, cut where it is a whole novel.
std::string Shown(absl::string_view text);

// Why `text` is no number: "12,50" is not ..., and which function reads it.
std::string NotANumber(absl::string_view text);

// A quantity of a line: a decimal number with at most six decimals, within the server's limit.
ValueResult ReadQuantity(absl::string_view text, double* quantity);

// A decimal number of currency units with at most six decimals.
ValueResult ReadAmount(absl::string_view text, int64_t* micros);
// A whole number; "3.0" is one.
ValueResult ReadInteger(absl::string_view text, int64_t lowest, int64_t highest, int64_t* value);
ValueResult ReadNumber(absl::string_view text, double* value);
// true, t, yes, y, 1 and false, f, no, n, 0 without case.
ValueResult ReadBoolean(absl::string_view text, bool* value);
// A date, or the day of a date and time: "2024-12-31".
ValueResult ReadDate(absl::string_view text, std::string* date);
// A date (local midnight) or date and time, local in `zone` unless it states an offset.
ValueResult ReadInstant(absl::string_view text, absl::TimeZone zone,
                        google::protobuf::Timestamp* time);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_VALUES_MAPPING_VALUES_H_
