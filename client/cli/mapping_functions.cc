#include "client/cli/mapping_functions.h"

#include <sqlite3.h>

#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "client/cli/mapping_decimal.h"
#include "client/cli/mapping_money.h"
#include "client/cli/mapping_time.h"
#include "client/cli/text_normal.h"

namespace strata::cli {
namespace {

constexpr absl::string_view kTooLong = "result of more than 36 digits";

absl::string_view TextOf(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) return "";
  return absl::string_view(text, static_cast<size_t>(sqlite3_value_bytes(value)));
}

void Return(sqlite3_context* context, absl::string_view text) {
  sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

bool AnyEmpty(int count, sqlite3_value** values) {
  for (int i = 0; i < count; ++i) {
    if (absl::StripAsciiWhitespace(TextOf(values[i])).empty()) return true;
  }
  return false;
}

void ParseDateFunction(sqlite3_context* context, int count, sqlite3_value** values) {
  if (count < 2) {
    return sqlite3_result_error(context, "parse_date takes a text and one or more formats", -1);
  }
  if (AnyEmpty(1, values)) return sqlite3_result_null(context);
  const absl::string_view text = TextOf(values[0]);
  for (int i = 1; i < count; ++i) {
    if (const std::optional<std::string> iso = ReformatDate(text, TextOf(values[i]))) {
      return Return(context, *iso);
    }
  }
  Return(context, text);
}

void ParseDecimalFunction(sqlite3_context* context, int count, sqlite3_value** values) {
  const absl::string_view mark = count == 2 ? TextOf(values[1]) : ".";
  if (count < 1 || count > 2 || (mark != "." && mark != ",")) {
    return sqlite3_result_error(
        context, "parse_decimal takes a text and the sign before its decimals, '.' or ','", -1);
  }
  if (AnyEmpty(1, values)) return sqlite3_result_null(context);
  const std::optional<Decimal> value = ParseMoney(TextOf(values[0]), mark.front());
  Return(context, value ? value->ToString() : TextOf(values[0]));
}

void NormalTextFunction(sqlite3_context* context, int count, sqlite3_value** values) {
  if (AnyEmpty(count, values)) return sqlite3_result_null(context);
  Return(context, NormaliseText(TextOf(values[0])));
}

using Operation = std::optional<Decimal> (*)(const Decimal&, const Decimal&);

// Folds the arguments from the left.
template <Operation operation>
void FoldFunction(sqlite3_context* context, int count, sqlite3_value** values) {
  if (count < 2) return sqlite3_result_error(context, "takes two decimal numbers or more", -1);
  if (AnyEmpty(count, values)) return sqlite3_result_null(context);
  std::optional<Decimal> result;
  for (int i = 0; i < count; ++i) {
    const std::optional<Decimal> value = Decimal::Parse(TextOf(values[i]));
    if (!value) return Return(context, TextOf(values[i]));
    result = i == 0 ? value : operation(*result, *value);
    if (!result) return Return(context, kTooLong);
  }
  Return(context, result->ToString());
}

std::optional<Decimal> Subtract(const Decimal& a, const Decimal& b) {
  return Decimal::Add(a, {-b.digits, b.scale});
}

void RoundFunction(sqlite3_context* context, int count, sqlite3_value** values) {
  if (AnyEmpty(count, values)) return sqlite3_result_null(context);
  const std::optional<Decimal> value = Decimal::Parse(TextOf(values[0]));
  if (!value) return Return(context, TextOf(values[0]));
  Return(context, value->Round(sqlite3_value_int(values[1])).ToString());
}

// State of sum_decimal. SQLite keeps a pointer to it: its own memory is not aligned for 128-bit
// integers.
struct SumState {
  Decimal sum;
  std::optional<std::string> bad;  // the first text that is no number
};

void SumStep(sqlite3_context* context, int count, sqlite3_value** values) {
  auto** state = static_cast<SumState**>(sqlite3_aggregate_context(context, sizeof(SumState*)));
  if (state == nullptr) return sqlite3_result_error_nomem(context);
  if (AnyEmpty(count, values)) return;
  if (*state == nullptr) *state = new SumState;
  if ((*state)->bad) return;
  const std::optional<Decimal> value = Decimal::Parse(TextOf(values[0]));
  const std::optional<Decimal> sum = value ? Decimal::Add((*state)->sum, *value) : std::nullopt;
  if (sum) {
    (*state)->sum = *sum;
  } else {
    (*state)->bad = std::string(value ? kTooLong : TextOf(values[0]));
  }
}

// SQLite calls it for every group that was begun, also when the statement fails.
void SumFinal(sqlite3_context* context) {
  auto** state = static_cast<SumState**>(sqlite3_aggregate_context(context, 0));
  if (state == nullptr || *state == nullptr) return sqlite3_result_null(context);
  Return(context, (*state)->bad ? *(*state)->bad : (*state)->sum.ToString());
  delete *state;
}

}  // namespace

absl::Status AddMappingFunctions(sqlite3* database) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  int result = SQLITE_OK;
  const auto add = [&](const char* name, int arguments,
                       void (*function)(sqlite3_context*, int, sqlite3_value**)) {
    result |= sqlite3_create_function(database, name, arguments, kFlags, nullptr, function, nullptr,
                                      nullptr);
  };
  add("parse_date", -1, ParseDateFunction);
  add("parse_decimal", -1, ParseDecimalFunction);
  add("normal_text", 1, NormalTextFunction);
  add("mul_decimal", -1, FoldFunction<Decimal::Multiply>);
  add("add_decimal", -1, FoldFunction<Decimal::Add>);
  add("sub_decimal", 2, FoldFunction<Subtract>);
  add("round_decimal", 2, RoundFunction);
  result |= sqlite3_create_function(database, "sum_decimal", 1, kFlags, nullptr, nullptr, SumStep,
                                    SumFinal);
  return result == SQLITE_OK ? absl::OkStatus()
                             : absl::InternalError("the mapping functions cannot be added");
}

}  // namespace strata::cli
