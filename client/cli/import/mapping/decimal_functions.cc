// mul_decimal, sum_decimal ...: exact decimals, for amounts and rates.

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/import/mapping/mapping_functions.h"
#include "client/cli/import/mapping/sql_value.h"
#include "client/cli/import/values/mapping_decimal.h"
#include "client/cli/import/values/mapping_money.h"

namespace strata::imports {
namespace {

void TooLong(sqlite3_context* context) {
  ReturnFault(context, "VALUE_OUT_OF_RANGE", "a result of more than 36 digits");
}

// The argument as a number, or a fault as the result.
std::optional<Decimal> NumberOf(sqlite3_context* context, sqlite3_value* value) {
  std::optional<Decimal> number = Decimal::Parse(TextOf(value));
  if (!number) ReturnFault(context, "INVALID_NUMBER", NotANumber(TextOf(value)), TextOf(value));
  return number;
}

bool AnyEmpty(int count, sqlite3_value** values) {
  return std::any_of(values, values + count, [](sqlite3_value* value) { return IsEmpty(value); });
}

using Operation = std::optional<Decimal> (*)(const Decimal&, const Decimal&);

// Folds the arguments from the left.
template <Operation operation>
void Fold(sqlite3_context* context, int count, sqlite3_value** values) {
  if (count < 2) return sqlite3_result_error(context, "takes two decimal numbers or more", -1);
  if (PassFaultOn(context, count, values)) return;
  if (AnyEmpty(count, values)) return sqlite3_result_null(context);
  std::optional<Decimal> result;
  for (int i = 0; i < count; ++i) {
    const std::optional<Decimal> value = NumberOf(context, values[i]);
    if (!value) return;
    result = i == 0 ? value : operation(*result, *value);
    if (!result) return TooLong(context);
  }
  ReturnText(context, result->ToString());
}

std::optional<Decimal> Subtract(const Decimal& a, const Decimal& b) {
  return Decimal::Add(a, {-b.digits, b.scale});
}

// div_decimal(a, b, places): half away from zero.
void Divide(sqlite3_context* context, int count, sqlite3_value** values) {
  if (PassFaultOn(context, count, values)) return;
  if (AnyEmpty(count, values)) return sqlite3_result_null(context);
  const std::optional<Decimal> a = NumberOf(context, values[0]);
  if (!a) return;
  const std::optional<Decimal> b = NumberOf(context, values[1]);
  if (!b) return;
  if (b->digits == 0) return ReturnFault(context, "INVALID_NUMBER", "a division by zero");
  const std::optional<Decimal> quotient = Decimal::Divide(*a, *b, sqlite3_value_int(values[2]));
  if (!quotient) return TooLong(context);
  ReturnText(context, quotient->ToString());
}

void Round(sqlite3_context* context, int count, sqlite3_value** values) {
  if (PassFaultOn(context, count, values)) return;
  if (AnyEmpty(count, values)) return sqlite3_result_null(context);
  const std::optional<Decimal> value = NumberOf(context, values[0]);
  if (value) ReturnText(context, value->Round(sqlite3_value_int(values[1])).ToString());
}

// parse_decimal(text) or (text, ','): see mapping_money.h.
void ParseDecimal(sqlite3_context* context, int count, sqlite3_value** values) {
  const absl::string_view mark = count == 2 ? TextOf(values[1]) : ".";
  if (mark != "." && mark != ",") {
    return sqlite3_result_error(
        context, "parse_decimal takes a text and the sign before its decimals, '.' or ','", -1);
  }
  if (PassFaultOn(context, 1, values)) return;
  if (IsEmpty(values[0])) return sqlite3_result_null(context);
  const std::optional<Decimal> value = ParseMoney(TextOf(values[0]), mark.front());
  if (value) return ReturnText(context, value->ToString());
  ReturnFault(context, "INVALID_NUMBER",
              absl::StrCat(Shown(TextOf(values[0])), " is no number with ", Shown(mark),
                           " before the decimals"),
              TextOf(values[0]));
}

// State of the aggregates. SQLite keeps a pointer to it: its own memory is not aligned for 128-bit
// integers.
struct FoldState {
  std::optional<Decimal> value;
  std::string fault;
};

std::optional<Decimal> Least(const Decimal& a, const Decimal& b) {
  const std::optional<Decimal> difference = Subtract(a, b);
  if (!difference) return std::nullopt;
  return difference->digits <= 0 ? a : b;
}
std::optional<Decimal> Greatest(const Decimal& a, const Decimal& b) {
  const std::optional<Decimal> difference = Subtract(a, b);
  if (!difference) return std::nullopt;
  return difference->digits >= 0 ? a : b;
}

template <Operation operation>
void FoldStep(sqlite3_context* context, int, sqlite3_value** values) {
  auto** state = static_cast<FoldState**>(sqlite3_aggregate_context(context, sizeof(FoldState*)));
  if (state == nullptr) return sqlite3_result_error_nomem(context);
  if (IsEmpty(values[0])) return;
  if (*state == nullptr) *state = new FoldState;
  const absl::string_view text = TextOf(values[0]);
  FaultBook& faults = ContextOf(context).faults;
  if (!(*state)->fault.empty()) {
    if (IsFault(text)) faults.Excuse(text, (*state)->fault);
    return;
  }
  if (IsFault(text)) {
    (*state)->fault = std::string(text);
    return;
  }
  const std::optional<Decimal> value = Decimal::Parse(text);
  const std::optional<Decimal> folded = !value            ? std::nullopt
                                        : (*state)->value ? operation(*(*state)->value, *value)
                                                          : value;
  if (folded) {
    (*state)->value = folded;
    return;
  }
  (*state)->fault = value ? MakeFault("VALUE_OUT_OF_RANGE", "a result of more than 36 digits")
                          : MakeFault("INVALID_NUMBER", NotANumber(text));
  if (ContextOf(context).observing) faults.Met((*state)->fault, text);
}

// SQLite calls it for every group that was begun, also when the statement fails.
void FoldFinal(sqlite3_context* context) {
  auto** state = static_cast<FoldState**>(sqlite3_aggregate_context(context, 0));
  if (state == nullptr || *state == nullptr) return sqlite3_result_null(context);
  ReturnText(context, (*state)->fault.empty() ? (*state)->value->ToString() : (*state)->fault);
  delete *state;
}

template <Operation operation>
bool AddFold(sqlite3* database, MappingContext* context, const char* name) {
  return sqlite3_create_function(database, name, 1,
                                 SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, context,
                                 nullptr, FoldStep<operation>, FoldFinal) == SQLITE_OK;
}

}  // namespace

bool AddDecimalFunctions(sqlite3* database, MappingContext* context) {
  return AddScalar(database, context, "mul_decimal", -1, Fold<Decimal::Multiply>) &&
         AddScalar(database, context, "add_decimal", -1, Fold<Decimal::Add>) &&
         AddScalar(database, context, "sub_decimal", 2, Fold<Subtract>) &&
         AddScalar(database, context, "div_decimal", 3, Divide) &&
         AddScalar(database, context, "round_decimal", 2, Round) &&
         AddScalar(database, context, "parse_decimal", 1, ParseDecimal) &&
         AddScalar(database, context, "parse_decimal", 2, ParseDecimal) &&
         AddFold<Decimal::Add>(database, context, "sum_decimal") &&
         AddFold<Least>(database, context, "min_decimal") &&
         AddFold<Greatest>(database, context, "max_decimal");
}

}  // namespace strata::imports
