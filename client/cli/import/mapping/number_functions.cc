// What RewriteMapping puts in the place of SQLite's arithmetic, casts and comparisons with numbers,
// and the functions of SQLite's own that take text for a number by its prefix ("1,250.00" for 1).
//
// Whole numbers of SQLite's own (count(*), _line) are computed as SQLite does. As soon as a text or
// a fraction takes part, the result is computed in decimals and given as a number that has at most
// 15 digits, which is as many as a double keeps; with more it is a fault that names the function
// that computes exactly.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/import/mapping/mapping_functions.h"
#include "client/cli/import/mapping/sql_value.h"
#include "client/cli/import/values/mapping_decimal.h"

namespace strata::imports {
namespace {

constexpr int kDoubleDigits = 15;

// A double as the decimal number that its 15 digits say; nothing beyond 36 digits.
std::optional<Decimal> OfDouble(double value) {
  if (!std::isfinite(value) || std::fabs(value) >= 1e18 ||
      (value != 0 && std::fabs(value) < 1e-18)) {
    return std::nullopt;
  }
  // "1.25000000000000e+02": 15 digits and an exponent.
  const std::string text = absl::StrFormat("%.14e", value);
  const size_t e = text.find('e');
  std::optional<Decimal> mantissa = Decimal::Parse(text.substr(0, e));
  int exponent = 0;
  if (!mantissa || !absl::SimpleAtoi(text.substr(e + 1), &exponent)) return std::nullopt;
  for (; exponent > 0; --exponent) {
    if (mantissa->scale > 0) {
      --mantissa->scale;
    } else {
      mantissa->digits *= 10;
    }
  }
  mantissa->scale -= exponent;
  return mantissa->scale <= 36 ? mantissa : std::nullopt;
}

struct Number {
  Decimal value;
  bool integer = false;  // SQLite's own
  bool real = false;     // SQLite's own
};

// Nothing where the value is no number, and then `fault` says why.
std::optional<Number> NumberOf(sqlite3_value* value, std::string* problem) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      return Number{{sqlite3_value_int64(value), 0}, true, false};
    case SQLITE_FLOAT:
      if (const std::optional<Decimal> number = OfDouble(sqlite3_value_double(value))) {
        return Number{*number, false, true};
      }
      *problem = absl::StrCat(Shown(TextOf(value)), " is too large or too small a number");
      return std::nullopt;
    default:
      if (const std::optional<Decimal> number = Decimal::Parse(TextOf(value))) {
        return Number{*number, false, false};
      }
      *problem = absl::StrCat(NotANumber(TextOf(value)),
                              ", mul_decimal, add_decimal and sum_decimal compute exactly");
      return std::nullopt;
  }
}

int DigitsOf(const Decimal& value) {
  const std::string text = value.ToString();
  int digits = 0;
  bool leading = true;
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) continue;
    leading = leading && c == '0';
    digits += leading ? 0 : 1;
  }
  // Zeros at the end of a whole number take no place in a double.
  for (size_t i = text.size(); value.scale <= 0 && i > 1 && text[i - 1] == '0'; --i) --digits;
  return digits;
}

double ToDouble(const Decimal& value) { return std::strtod(value.ToString().c_str(), nullptr); }

// As a number of SQLite's with a fraction. `rounded`: an operand was one already, and more digits
// are its noise.
void ReturnNumber(sqlite3_context* context, const Decimal& value, bool rounded,
                  absl::string_view exact) {
  if (!rounded && DigitsOf(value) > kDoubleDigits) {
    return ReturnFault(context, "TOO_MANY_DECIMALS",
                       absl::StrCat(Shown(value.ToString()),
                                    " has more digits than SQLite's "
                                    "numbers keep (15); ",
                                    exact, " computes exactly"));
  }
  sqlite3_result_double(context, ToDouble(value));
}

// Faults and NULL pass through. False when the result is set.
bool Take(sqlite3_context* context, int count, sqlite3_value** values, Number* numbers) {
  if (PassFaultOn(context, count, values)) return false;
  for (int i = 0; i < count; ++i) {
    if (IsEmpty(values[i])) {
      sqlite3_result_null(context);
      return false;
    }
    std::string problem;
    const std::optional<Number> number = NumberOf(values[i], &problem);
    if (!number) {
      ReturnFault(context, "INVALID_NUMBER", problem, TextOf(values[i]));
      return false;
    }
    numbers[i] = *number;
  }
  return true;
}

using Operation = std::optional<Decimal> (*)(const Decimal&, const Decimal&);

std::optional<Decimal> Subtract(const Decimal& a, const Decimal& b) {
  return Decimal::Add(a, {-b.digits, b.scale});
}

// The function that computes exactly, for messages.
template <Operation operation>
constexpr absl::string_view ExactName() {
  if (operation == Decimal::Multiply) return "mul_decimal";
  return operation == Decimal::Add ? "add_decimal" : "sub_decimal";
}

template <Operation operation>
void Arithmetic(sqlite3_context* context, int, sqlite3_value** values) {
  Number numbers[2];
  if (!Take(context, 2, values, numbers)) return;
  const std::optional<Decimal> result = operation(numbers[0].value, numbers[1].value);
  const bool whole = numbers[0].integer && numbers[1].integer;
  if (whole && result && result->digits == static_cast<int64_t>(result->digits)) {
    return sqlite3_result_int64(context, static_cast<int64_t>(result->digits));
  }
  const bool rounded = numbers[0].real || numbers[1].real;
  if (result) return ReturnNumber(context, *result, rounded, ExactName<operation>());
  const double a = ToDouble(numbers[0].value), b = ToDouble(numbers[1].value);
  if (!rounded) {
    return ReturnFault(context, "VALUE_OUT_OF_RANGE", "a result of more than 36 digits");
  }
  sqlite3_result_double(context, operation == Decimal::Multiply ? a * b
                                 : operation == Decimal::Add    ? a + b
                                                                : a - b);
}

void Divide(sqlite3_context* context, int, sqlite3_value** values) {
  Number numbers[2];
  if (!Take(context, 2, values, numbers)) return;
  if (numbers[1].value.digits == 0) return sqlite3_result_null(context);
  if (numbers[0].integer && numbers[1].integer) {
    return sqlite3_result_int64(
        context, static_cast<int64_t>(numbers[0].value.digits / numbers[1].value.digits));
  }
  sqlite3_result_double(context, ToDouble(numbers[0].value) / ToDouble(numbers[1].value));
}

void Remainder(sqlite3_context* context, int, sqlite3_value** values) {
  Number numbers[2];
  if (!Take(context, 2, values, numbers)) return;
  if (numbers[0].value.scale > 0 || numbers[1].value.scale > 0) {
    return ReturnFault(context, "INVALID_NUMBER", "% takes whole numbers");
  }
  if (numbers[1].value.digits == 0) return sqlite3_result_null(context);
  sqlite3_result_int64(context,
                       static_cast<int64_t>(numbers[0].value.digits % numbers[1].value.digits));
}

// strata_bits(a, operator, b): of whole numbers, within 64 bits.
void Bits(sqlite3_context* context, int, sqlite3_value** values) {
  Number numbers[2];
  sqlite3_value* operands[] = {values[0], values[2]};
  if (!Take(context, 2, operands, numbers)) return;
  const auto a = static_cast<uint64_t>(numbers[0].value.digits);
  const auto b = static_cast<uint64_t>(numbers[1].value.digits);
  const absl::string_view symbol = TextOf(values[1]);
  if (numbers[0].value.scale > 0 || numbers[1].value.scale > 0 || (symbol.size() == 2 && b > 63)) {
    return ReturnFault(context, "INVALID_NUMBER", absl::StrCat(symbol, " takes whole numbers"));
  }
  const uint64_t result = symbol == "&"    ? a & b
                          : symbol == "|"  ? a | b
                          : symbol == "<<" ? a << b
                                           : static_cast<uint64_t>(static_cast<int64_t>(a) >> b);
  sqlite3_result_int64(context, static_cast<int64_t>(result));
}

// A number as SQLite holds it: whole where it is whole.
void ReturnPlain(sqlite3_context* context, const Number& number) {
  if (!number.real && number.value.scale <= 0 &&
      number.value.digits == static_cast<int64_t>(number.value.digits)) {
    return sqlite3_result_int64(context, static_cast<int64_t>(number.value.digits));
  }
  sqlite3_result_double(context, ToDouble(number.value));
}

// strata_number(x): what a number is compared with.
void PlainNumber(sqlite3_context* context, int, sqlite3_value** values) {
  Number number;
  if (Take(context, 1, values, &number)) ReturnPlain(context, number);
}

// strata_number_or_text(x): the same for = and <>, where other text is just something else.
void NumberOrText(sqlite3_context* context, int, sqlite3_value** values) {
  std::string problem;
  const int type = sqlite3_value_type(values[0]);
  std::optional<Number> number;
  if (type == SQLITE_TEXT) number = NumberOf(values[0], &problem);
  if (number) return ReturnPlain(context, *number);
  sqlite3_result_value(context, values[0]);
}

// strata_cast(x, type): CAST(x AS type) of a numeric type.
void Cast(sqlite3_context* context, int, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return sqlite3_result_null(context);
  Number number;
  if (!Take(context, 1, values, &number)) return;
  const std::string type = absl::AsciiStrToUpper(TextOf(values[1]));
  if (!absl::StrContains(type, "INT")) {
    const bool real = absl::StrContains(type, "REAL") || absl::StrContains(type, "FLOA") ||
                      absl::StrContains(type, "DOUB");
    if (!real && number.value.scale <= 0) return ReturnPlain(context, number);
    return ReturnNumber(context, number.value, number.real,
                        "the text as it stands, or round_decimal(text, places),");
  }
  __int128 whole = number.value.digits;
  for (int i = 0; i < number.value.scale; ++i) whole /= 10;
  if (whole != static_cast<int64_t>(whole)) {
    return ReturnFault(context, "VALUE_OUT_OF_RANGE",
                       absl::StrCat(Shown(TextOf(values[0])), " is too large for an INTEGER"));
  }
  sqlite3_result_int64(context, static_cast<int64_t>(whole));
}

void Negate(sqlite3_context* context, int, sqlite3_value** values) {
  Number number;
  if (!Take(context, 1, values, &number)) return;
  number.value.digits = -number.value.digits;
  if (number.integer) return ReturnPlain(context, number);
  ReturnNumber(context, number.value, number.real, "sub_decimal");
}

void Absolute(sqlite3_context* context, int, sqlite3_value** values) {
  Number number;
  if (!Take(context, 1, values, &number)) return;
  if (number.value.digits < 0) number.value.digits = -number.value.digits;
  if (number.integer) return ReturnPlain(context, number);
  ReturnNumber(context, number.value, number.real, "mul_decimal");
}

void Round(sqlite3_context* context, int count, sqlite3_value** values) {
  Number numbers[2];
  if (!Take(context, count, values, numbers)) return;
  const int places = count == 2 ? sqlite3_value_int(values[1]) : 0;
  ReturnNumber(context, numbers[0].value.Round(places), numbers[0].real, "round_decimal");
}

// min(a, b, ...) and max(a, b, ...): as numbers when all are, as text when none is.
template <bool least>
void Extreme(sqlite3_context* context, int count, sqlite3_value** values) {
  if (PassFaultOn(context, count, values)) return;
  int chosen = 0, numbers = 0, other = 0;
  std::string problem;
  for (int i = 0; i < count; ++i) {
    if (sqlite3_value_type(values[i]) == SQLITE_NULL) return sqlite3_result_null(context);
    const bool number = NumberOf(values[i], &problem).has_value();
    numbers += number;
    if (!number) other = i;
  }
  if (numbers > 0 && numbers < count) {
    return ReturnFault(context, "INVALID_NUMBER", problem, TextOf(values[other]));
  }
  for (int i = 1; i < count; ++i) {
    bool below;
    if (numbers == count) {
      below = ToDouble(NumberOf(values[i], &problem)->value) <
              ToDouble(NumberOf(values[chosen], &problem)->value);
    } else {
      below = TextOf(values[i]) < TextOf(values[chosen]);
    }
    if (below == least && TextOf(values[i]) != TextOf(values[chosen])) chosen = i;
  }
  sqlite3_result_value(context, values[chosen]);
}

// State of sum, total and avg, behind a pointer as SQLite's memory is not aligned for it.
struct SumState {
  Decimal sum;
  int64_t count = 0, fractions = 0, reals = 0, faults = 0;
  std::string fault;  // the first one
};

SumState* StateOf(sqlite3_context* context) {
  auto** state = static_cast<SumState**>(sqlite3_aggregate_context(context, sizeof(SumState*)));
  if (state == nullptr) {
    sqlite3_result_error_nomem(context);
    return nullptr;
  }
  if (*state == nullptr) *state = new SumState;
  return *state;
}

void Move(sqlite3_context* context, sqlite3_value* value, int direction) {
  SumState* state = StateOf(context);
  if (state == nullptr || IsEmpty(value)) return;
  FaultBook& faults = ContextOf(context).faults;
  const absl::string_view text =
      sqlite3_value_type(value) == SQLITE_TEXT ? TextOf(value) : absl::string_view();
  std::string problem;
  const std::optional<Number> number = IsFault(text) ? std::nullopt : NumberOf(value, &problem);
  std::optional<Decimal> sum;
  if (number) {
    sum = Decimal::Add(state->sum, {direction * number->value.digits, number->value.scale});
  }
  if (!sum) {
    state->faults += direction;
    if (direction < 0) return;
    if (!state->fault.empty()) {
      if (IsFault(text)) faults.Excuse(text, state->fault);
      return;
    }
    state->fault = IsFault(text) ? std::string(text)
                   : number      ? MakeFault("VALUE_OUT_OF_RANGE", "a sum of more than 36 digits")
                                 : MakeFault("INVALID_NUMBER", problem);
    if (!IsFault(text) && ContextOf(context).observing) faults.Met(state->fault, text);
    return;
  }
  state->sum = *sum;
  state->count += direction;
  state->fractions += number->integer ? 0 : direction;
  state->reals += number->real ? direction : 0;
}

void SumStep(sqlite3_context* context, int, sqlite3_value** values) { Move(context, values[0], 1); }
void SumInverse(sqlite3_context* context, int, sqlite3_value** values) {
  Move(context, values[0], -1);
}

enum class Total : uint8_t { kSum, kTotal, kAverage };

template <Total form>
void SumValue(sqlite3_context* context) {
  auto** place = static_cast<SumState**>(sqlite3_aggregate_context(context, 0));
  const SumState* state = place == nullptr ? nullptr : *place;
  if (state != nullptr && state->faults > 0) return ReturnText(context, state->fault);
  if (state == nullptr || state->count == 0) {
    return form == Total::kTotal ? sqlite3_result_double(context, 0) : sqlite3_result_null(context);
  }
  if (form == Total::kAverage) {
    return sqlite3_result_double(context, ToDouble(state->sum) / static_cast<double>(state->count));
  }
  if (form == Total::kSum && state->fractions == 0) {
    if (state->sum.digits != static_cast<int64_t>(state->sum.digits)) {
      return sqlite3_result_error(context, "integer overflow", -1);
    }
    return sqlite3_result_int64(context, static_cast<int64_t>(state->sum.digits));
  }
  ReturnNumber(context, state->sum, state->reals > 0, "sum_decimal");
}

template <Total form>
void SumFinal(sqlite3_context* context) {
  SumValue<form>(context);
  auto** place = static_cast<SumState**>(sqlite3_aggregate_context(context, 0));
  if (place != nullptr) delete *place;
}

// strata_order(x): over the values of an aggregate min(x) or max(x), which compares text as text. A
// fault where that picks another than numbers would, or where numbers and other text are mixed.
struct OrderState {
  std::string least, greatest;  // of plain numbers, as text
  std::optional<Decimal> low, high;
  std::string other;  // a text that begins like a number and is none
  std::string fault;
};

// A digit behind nothing but signs: "1,250.00", "$99.90", "€ 5".
bool BeginsLikeANumber(absl::string_view text) {
  for (const unsigned char c : text) {
    if (absl::ascii_isdigit(c)) return true;
    if (absl::ascii_isalpha(c)) return false;
  }
  return false;
}

void OrderStep(sqlite3_context* context, int, sqlite3_value** values) {
  auto** place = static_cast<OrderState**>(sqlite3_aggregate_context(context, sizeof(OrderState*)));
  if (place == nullptr) return sqlite3_result_error_nomem(context);
  if (*place == nullptr) *place = new OrderState;
  OrderState& state = **place;
  if (sqlite3_value_type(values[0]) != SQLITE_TEXT || IsEmpty(values[0])) return;
  const absl::string_view text = TextOf(values[0]);
  if (IsFault(text)) {
    if (state.fault.empty()) state.fault = std::string(text);
    ContextOf(context).faults.Excuse(text, state.fault);
    return;
  }
  const std::optional<Decimal> number = Decimal::Parse(text);
  if (!number) {
    if (state.other.empty() && BeginsLikeANumber(text)) state.other = std::string(text);
    return;
  }
  if (!state.low) {
    state.low = state.high = number;
    state.least = state.greatest = std::string(text);
    return;
  }
  if (text < state.least) state.least = std::string(text);
  if (text > state.greatest) state.greatest = std::string(text);
  const auto below = [](const Decimal& a, const Decimal& b) {
    const std::optional<Decimal> difference = Subtract(a, b);
    return difference && difference->digits < 0;
  };
  if (below(*number, *state.low)) state.low = number;
  if (below(*state.high, *number)) state.high = number;
}

// Gives NULL, 1 (the least number is not the least text), 2 (the greatest), 3 (both), or a fault.
void OrderFinal(sqlite3_context* context) {
  auto** place = static_cast<OrderState**>(sqlite3_aggregate_context(context, 0));
  if (place == nullptr || *place == nullptr) return sqlite3_result_null(context);
  const OrderState& state = **place;
  if (!state.fault.empty()) {
    ReturnText(context, state.fault);
  } else if (state.low && !state.other.empty()) {
    ReturnFault(context, "INVALID_NUMBER", NotANumber(state.other), state.other);
  } else if (state.low) {
    const auto differs = [](absl::string_view text, const Decimal& number) {
      const std::optional<Decimal> difference = Subtract(*Decimal::Parse(text), number);
      return !difference || difference->digits != 0;
    };
    sqlite3_result_int(context, (differs(state.least, *state.low) ? 1 : 0) +
                                    (differs(state.greatest, *state.high) ? 2 : 0));
  } else {
    sqlite3_result_null(context);
  }
  delete *place;
}

// strata_min(min(x), strata_order(x)) and strata_max: the value, or why not.
template <int wrong>
void Checked(sqlite3_context* context, int, sqlite3_value** values) {
  if (PassFaultOn(context, 2, values)) return;
  if ((sqlite3_value_int(values[1]) & wrong) == 0) {
    return sqlite3_result_value(context, values[0]);
  }
  ReturnFault(
      context, "INVALID_NUMBER",
      absl::StrCat(wrong == 1 ? "min" : "max", "() compares text, and ", Shown(TextOf(values[0])),
                   " is not the ", wrong == 1 ? "least" : "greatest", " number; ",
                   wrong == 1 ? "min_decimal" : "max_decimal", " compares numbers"));
}

template <Total form>
bool AddSum(sqlite3* database, MappingContext* context, const char* name) {
  return sqlite3_create_window_function(
             database, name, 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, context,
             SumStep, SumFinal<form>, SumValue<form>, SumInverse, nullptr) == SQLITE_OK;
}

}  // namespace

bool AddNumberFunctions(sqlite3* database, MappingContext* context) {
  const auto add = [&](const char* name, int arguments, ScalarFunction function) {
    return AddScalar(database, context, name, arguments, function);
  };
  return add("strata_add", 2, Arithmetic<Decimal::Add>) &&
         add("strata_sub", 2, Arithmetic<Subtract>) &&
         add("strata_mul", 2, Arithmetic<Decimal::Multiply>) && add("strata_div", 2, Divide) &&
         add("strata_mod", 2, Remainder) && add("strata_neg", 1, Negate) &&
         add("strata_bits", 3, Bits) && add("strata_number", 1, PlainNumber) &&
         add("strata_number_or_text", 1, NumberOrText) && add("strata_cast", 2, Cast) &&
         add("abs", 1, Absolute) && add("round", 1, Round) && add("round", 2, Round) &&
         add("strata_least", -1, Extreme<true>) && add("strata_greatest", -1, Extreme<false>) &&
         add("strata_min", 2, Checked<1>) && add("strata_max", 2, Checked<2>) &&
         AddSum<Total::kSum>(database, context, "sum") &&
         AddSum<Total::kTotal>(database, context, "total") &&
         AddSum<Total::kAverage>(database, context, "avg") &&
         sqlite3_create_function(database, "strata_order", 1,
                                 SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, context,
                                 nullptr, OrderStep, OrderFinal) == SQLITE_OK;
}

}  // namespace strata::imports
