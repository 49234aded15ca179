#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "server/analytics/filter/filter_node.h"
#include "server/base/status_macros.h"
#include "server/domain/calendar.h"
#include "server/domain/day.h"
#include "server/domain/money.h"

// Literals by the type of the field they are compared with.

namespace strata::analytics::filter {
namespace {

using Kind = FilterToken::Kind;
using Op = FilterOperator;
using Test = Comparison::Test;

constexpr std::pair<absl::string_view, Op> kSpellings[] = {
    {"=", Op::kEqual},   {"!=", Op::kNotEqual},       {"<", Op::kLess}, {"<=", Op::kLessOrEqual},
    {">", Op::kGreater}, {">=", Op::kGreaterOrEqual}, {":", Op::kHas},
};

// Operators of other languages and what stands for them here.
constexpr std::pair<absl::string_view, absl::string_view> kOtherSpellings[] = {
    {"==", "="},  {"===", "="}, {"<>", "!="}, {"!==", "!="}, {"=>", ">="},
    {"=<", "<="}, {"=~", ":"},  {"~", ":"},   {"~=", ":"},   {":=", "="},
};

absl::StatusOr<Op> OperatorOf(const FilterToken& token) {
  for (const auto& [spelling, op] : kSpellings) {
    if (spelling == token.text) return op;
  }
  for (const auto& [other, spelling] : kOtherSpellings) {
    if (other == token.text) {
      return FilterError(token.position,
                         absl::StrCat("\"", other, "\" is no operator here; write ", spelling));
    }
  }
  return FilterError(token.position, absl::StrCat("\"", token.text,
                                                  "\" is no operator; there are = != < <= > >= :"));
}

// `= null` and `= ""` ask for what is not known, in the words of other languages.
bool MeansNotKnown(const fields::Field& field, Op op, const FilterToken& literal) {
  if (literal.kind == Kind::kWord) return absl::EqualsIgnoreCase(literal.text, "null");
  return field.type == fields::ValueType::kText && op == Op::kEqual && literal.text.empty();
}

std::string Quoted(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '*') quoted.push_back('\\');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

// A decimal number split at the integer below it.
struct Decimal {
  int64_t floor = 0;
  bool whole = true;  // nothing behind the point but zeros
  std::string spelling;
};

// nullopt when the text is no decimal number or leaves 64 bits.
std::optional<Decimal> ParseDecimal(absl::string_view text) {
  absl::string_view rest = text;
  const bool negative = absl::ConsumePrefix(&rest, "-");
  if (!negative) absl::ConsumePrefix(&rest, "+");
  const size_t point = std::min(rest.find('.'), rest.size());
  absl::string_view digits = rest.substr(0, point);
  absl::string_view decimals = point < rest.size() ? rest.substr(point + 1) : "";
  if (digits.empty() && decimals.empty()) return std::nullopt;
  for (const absl::string_view part : {digits, decimals}) {
    for (const char c : part) {
      if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return std::nullopt;
    }
  }
  while (absl::ConsumePrefix(&digits, "0")) {
  }
  while (absl::ConsumeSuffix(&decimals, "0")) {
  }
  Decimal decimal;
  if (!digits.empty() && !absl::SimpleAtoi(digits, &decimal.floor)) return std::nullopt;
  decimal.whole = decimals.empty();
  const bool minus = negative && (decimal.floor != 0 || !decimal.whole);
  decimal.spelling =
      absl::StrCat(minus ? "-" : "", decimal.floor, decimal.whole ? "" : ".", decimals);
  if (minus) decimal.floor = -decimal.floor - (decimal.whole ? 0 : 1);
  return decimal;
}

// The values x of `x op value` as a range, where the value lies at or right above `floor`.
void SetRange(MicrosSum floor, bool whole, Comparison& to) {
  to.test = Test::kRange;
  switch (to.op) {
    case Op::kLess:
      to.high = whole ? floor - 1 : floor;
      break;
    case Op::kLessOrEqual:
      to.high = floor;
      break;
    case Op::kGreater:
      to.low = floor + 1;
      break;
    case Op::kGreaterOrEqual:
      to.low = whole ? floor : floor + 1;
      break;
    default:
      to.low = floor;
      to.high = whole ? floor : floor - 1;  // nothing equals it
      break;
  }
}

std::string ShortestSpelling(double number) {
  for (int digits = 15; digits < 17; ++digits) {
    std::string text = absl::StrFormat("%.*g", digits, number);
    double again = 0;
    if (absl::SimpleAtod(text, &again) && again == number) return text;
  }
  return absl::StrFormat("%.17g", number);
}

absl::Status Expected(const fields::Field& field, absl::string_view what,
                      const FilterToken& literal) {
  return FilterError(literal.position, absl::StrCat("\"", field.id, "\" is compared with ", what,
                                                    ", not with \"", literal.text, "\""));
}

// Each of the following fills test, operands and the literal's spelling, which it returns.

absl::StatusOr<std::string> CheckText(const FilterToken& literal, Comparison& to) {
  to.text = literal.text;
  const bool prefix = literal.ends_with_star && literal.stars == 1 && to.op == Op::kEqual;
  if (literal.stars > 0 && !prefix) {
    return FilterError(
        literal.position,
        "a star stands at the end of a text after = or != only; \\* is a plain star");
  }
  if (prefix) {
    to.test = Test::kPrefix;
    to.text.pop_back();
    std::string spelling = Quoted(to.text);
    spelling.insert(spelling.size() - 1, "*");
    return spelling;
  }
  std::string spelling = Quoted(to.text);
  to.test = Test::kText;
  if (to.op == Op::kHas) {
    to.test = Test::kContains;
    absl::AsciiStrToLower(&to.text);
  }
  return spelling;
}

absl::StatusOr<std::string> CheckPeriod(PeriodUnit unit, const fields::Field& field,
                                        const FilterToken& literal, Comparison& to) {
  // Which labels there are does not depend on the zone or the fiscal year.
  const Calendar calendar(absl::UTCTimeZone(), 1, field.first_weekday);
  const absl::StatusOr<int32_t> period = calendar.ParseLabel(unit, literal.text);
  if (!period.ok()) {
    return FilterError(literal.position,
                       absl::StrCat("\"", field.id, "\": ", period.status().message()));
  }
  to.test = Test::kPeriod;
  to.text = literal.text;
  return Quoted(to.text);
}

absl::StatusOr<std::string> CheckInteger(const fields::Field& field, const FilterToken& literal,
                                         Comparison& to) {
  const std::optional<Decimal> decimal = ParseDecimal(literal.text);
  if (literal.kind != Kind::kWord || !decimal.has_value()) {
    return Expected(field, "a number of at most 9.2e18", literal);
  }
  SetRange(decimal->floor, decimal->whole, to);
  return decimal->spelling;
}

absl::StatusOr<std::string> CheckMoney(const fields::Field& field, const FilterToken& literal,
                                       Comparison& to) {
  if (literal.kind != Kind::kWord) return Expected(field, "an amount", literal);
  const absl::StatusOr<MicrosSum> micros = ParseMicrosSum(literal.text);
  if (!micros.ok()) {
    return FilterError(literal.position,
                       absl::StrCat("\"", field.id, "\": ", micros.status().message()));
  }
  SetRange(*micros, true, to);
  return FormatMicros(*micros);
}

absl::StatusOr<std::string> CheckNumber(const fields::Field& field, const FilterToken& literal,
                                        Comparison& to) {
  // SimpleAtod also takes "inf", "nan" and hexadecimal digits.
  const bool plain = literal.text.find_first_not_of("0123456789+-.eE") == std::string::npos;
  if (literal.kind != Kind::kWord || !plain || !absl::SimpleAtod(literal.text, &to.number) ||
      !std::isfinite(to.number)) {
    return Expected(field, "a number", literal);
  }
  to.test = Test::kNumber;
  return ShortestSpelling(to.number);
}

absl::StatusOr<std::string> CheckBoolean(const fields::Field& field, const FilterToken& op,
                                         const FilterToken& literal, Comparison& to) {
  if (to.op != Op::kEqual) {
    return FilterError(op.position,
                       absl::StrCat("\"", field.id, "\" is true or false: = and != only"));
  }
  if (literal.kind != Kind::kWord || (literal.text != "true" && literal.text != "false")) {
    return Expected(field, "true or false", literal);
  }
  SetRange(literal.text == "true" ? 1 : 0, true, to);
  return literal.text;
}

absl::StatusOr<std::string> CheckDate(const fields::Field& field, const FilterToken& literal,
                                      Comparison& to) {
  const absl::StatusOr<Day> day = ParseDay(literal.text);
  if (!day.ok()) {
    return FilterError(literal.position,
                       absl::StrCat("\"", field.id, "\": ", day.status().message()));
  }
  SetRange(*day, true, to);
  return FormatDay(*day);
}

absl::StatusOr<std::string> CheckLiteral(const fields::Field& field, const FilterToken& op,
                                         const FilterToken& literal, Comparison& to) {
  if (to.op == Op::kHas && field.type != fields::ValueType::kText) {
    return FilterError(op.position,
                       absl::StrCat("\"", field.id, "\" is no text: \":\" takes only * here"));
  }
  if (field.type == fields::ValueType::kText) {
    if (const std::optional<PeriodUnit> unit = fields::PeriodUnitOf(field.id); unit.has_value()) {
      if (to.op != Op::kHas) return CheckPeriod(*unit, field, literal, to);
      return FilterError(op.position,
                         absl::StrCat("\"", field.id, "\" is a period: \":\" takes only * here"));
    }
    return CheckText(literal, to);
  }
  switch (field.type) {
    case fields::ValueType::kInteger:
      return CheckInteger(field, literal, to);
    case fields::ValueType::kMoney:
      return CheckMoney(field, literal, to);
    case fields::ValueType::kNumber:
      return CheckNumber(field, literal, to);
    case fields::ValueType::kBoolean:
      return CheckBoolean(field, op, literal, to);
    default:
      return CheckDate(field, literal, to);
  }
}

}  // namespace

absl::string_view SpellingOf(FilterOperator op) {
  for (const auto& [spelling, spelled] : kSpellings) {
    if (spelled == op) return spelling;
  }
  return "";
}

absl::StatusOr<Comparison> MakeComparison(const fields::Field& field, const FilterToken& op,
                                          const FilterToken& literal) {
  Comparison comparison;
  comparison.field = &field;
  STRATA_ASSIGN_OR_RETURN(comparison.op, OperatorOf(op));
  if (comparison.op == Op::kHas && literal.text == "*" && literal.stars == 1) {
    comparison.test = Test::kKnown;
    comparison.spelling = absl::StrCat(field.id, ":*");
    return comparison;
  }
  if (comparison.op == Op::kNotEqual) {
    comparison.negated = true;
    comparison.op = Op::kEqual;
  }
  if (MeansNotKnown(field, comparison.op, literal)) {
    if (comparison.op != Op::kEqual) {
      return FilterError(
          literal.position,
          absl::StrCat("nothing is compared with what is not known but by = and !=; "
                       "write ",
                       field.id, ":* for what is known, NOT ", field.id, ":* for what is not"));
    }
    comparison.test = Test::kKnown;
    comparison.op = Op::kHas;
    comparison.negated = !comparison.negated;
    comparison.spelling = absl::StrCat(field.id, ":*");
    return comparison;
  }
  STRATA_ASSIGN_OR_RETURN(const std::string spelling, CheckLiteral(field, op, literal, comparison));
  const absl::string_view space = comparison.op == Op::kHas ? "" : " ";
  comparison.spelling =
      absl::StrCat(field.id, space, SpellingOf(comparison.negated ? Op::kNotEqual : comparison.op),
                   space, spelling);
  return comparison;
}

Comparison MakeTrueComparison(const fields::Field& field) {
  Comparison comparison;
  comparison.field = &field;
  comparison.op = Op::kEqual;
  SetRange(1, true, comparison);
  comparison.spelling = absl::StrCat(field.id, " = true");
  return comparison;
}

}  // namespace strata::analytics::filter
