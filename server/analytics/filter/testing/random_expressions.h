#ifndef STRATA_SERVER_ANALYTICS_FILTER_TESTING_RANDOM_EXPRESSIONS_H_
#define STRATA_SERVER_ANALYTICS_FILTER_TESTING_RANDOM_EXPRESSIONS_H_

#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/analytics/fields/field.h"
#include "server/image/revision.h"

// For tests: random filter expressions that are spelled in the filter language on the one hand and
// evaluated value by value on the other.

namespace strata::analytics::filter {

using Row = std::function<fields::Value(const fields::Field& field)>;

// A random expression, evaluated without any of the filter's own code.
struct Expression {
  enum class Kind { kAnd, kOr, kNot, kCompare };
  Kind kind = Kind::kCompare;
  std::vector<Expression> children;
  const fields::Field* field = nullptr;
  std::string op, text;  // text: the literal as written, without quotes
  std::string value;     // text, label
  long double number = 0;
  bool prefix = false, known = false;
};

// Everything that has an order as a number; amounts in millionths.
inline long double NumberOf(const fields::Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* integer = std::get_if<int64_t>(&value)) return static_cast<long double>(*integer);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* date = std::get_if<fields::DateValue>(&value)) return date->day;
  const Amount& amount = std::get<Amount>(value);
  return static_cast<long double>(amount.units) * 1e6L + amount.nanos / 1000;
}

template <typename T>
bool Compare(const std::string& op, const T& a, const T& b) {
  if (op == "<") return a < b;
  if (op == "<=") return a <= b;
  if (op == ">") return a > b;
  if (op == ">=") return a >= b;
  return a == b;
}

inline bool Holds(const Expression& e, const Row& row) {
  switch (e.kind) {
    case Expression::Kind::kAnd:
      for (const Expression& child : e.children) {
        if (!Holds(child, row)) return false;
      }
      return true;
    case Expression::Kind::kOr:
      for (const Expression& child : e.children) {
        if (Holds(child, row)) return true;
      }
      return false;
    case Expression::Kind::kNot:
      return !Holds(e.children[0], row);
    case Expression::Kind::kCompare:
      break;
  }
  if (e.op == "!=") {
    Expression equal = e;
    equal.op = "=";
    return !Holds(equal, row);
  }
  const fields::Value value = row(*e.field);
  const bool not_known = std::holds_alternative<fields::NullReason>(value);
  // No text is empty: `= ""` asks for those of whom it is not known.
  if (e.field->type == fields::ValueType::kText && e.op == "=" && e.text.empty() && !e.known) {
    return not_known;
  }
  if (not_known) return false;
  if (e.known) return true;
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return Compare(e.op, NumberOf(value), e.number);
  if (e.prefix) return text->compare(0, e.value.size(), e.value) == 0;
  if (e.op == ":") {
    return absl::StrContains(absl::AsciiStrToLower(*text), absl::AsciiStrToLower(e.value));
  }
  return Compare(e.op, text->compare(e.value), 0);
}

// Makes expressions over some fields of a workspace, and spells them in the filter language.
class Expressions {
 public:
  Expressions(uint32_t seed, std::vector<const fields::Field*> fields,
              const image::Revision& revision)
      : random_(seed), fields_(std::move(fields)), revision_(revision) {}

  Expression Make(int depth) {
    Expression e;
    if (depth == 0 || Chance(0.3)) return Comparison();
    const int kind = Below(5);
    if (kind == 0) {
      e.kind = Expression::Kind::kNot;
      e.children.push_back(Make(depth - 1));
      return e;
    }
    e.kind = kind < 3 ? Expression::Kind::kAnd : Expression::Kind::kOr;
    for (int i = 2 + Below(2); i > 0; --i) e.children.push_back(Make(depth - 1));
    return e;
  }

  std::string Spell(const Expression& e) {
    switch (e.kind) {
      case Expression::Kind::kNot:
        return absl::StrCat(Chance(0.5) ? "NOT " : "-", "(", Spell(e.children[0]), ")");
      case Expression::Kind::kAnd:
        return Join(e, Chance(0.5) ? " AND " : "  ");
      case Expression::Kind::kOr:
        return Join(e, " OR ");
      case Expression::Kind::kCompare:
        break;
    }
    if (e.known) return absl::StrCat(e.field->id, ":*");
    const bool quoted = e.field->type == fields::ValueType::kText;
    return absl::StrCat(e.field->id, e.op, quoted ? "\"" : "", e.text, quoted ? "\"" : "");
  }

 private:
  int Below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  bool Chance(double p) { return std::bernoulli_distribution(p)(random_); }
  std::string Any(std::initializer_list<const char*> words) {
    return *(words.begin() + Below(static_cast<int>(words.size())));
  }

  std::string Join(const Expression& e, absl::string_view between) {
    std::string text;
    for (const Expression& child : e.children) {
      const bool bare =
          child.kind == Expression::Kind::kCompare || child.kind == Expression::Kind::kNot;
      absl::StrAppend(&text, text.empty() ? "" : between, bare ? "" : "(", Spell(child),
                      bare ? "" : ")");
    }
    return text;
  }

  Expression Comparison() {
    Expression e;
    e.field = fields_[static_cast<size_t>(Below(static_cast<int>(fields_.size())))];
    e.known = Chance(0.1);
    if (e.known) return e;
    e.op = Any({"=", "!=", "<", "<=", ">", ">="});
    const Day day = *ParseDay("2021-11-20") + Below(800);
    switch (e.field->type) {
      case fields::ValueType::kText:
        Text(e, day);
        break;
      case fields::ValueType::kInteger: {
        const int number = Below(4) == 0 ? Below(400) : Below(8) - 2;
        const bool half = Chance(0.2);
        e.number = number + (half ? 0.5L : 0);
        e.text = half ? (number < 0 ? absl::StrCat(number < -1 ? "" : "-", number + 1, ".5")
                                    : absl::StrCat(number, ".5"))
                      : absl::StrCat(number);
        break;
      }
      case fields::ValueType::kMoney: {
        const Micros amount = (Below(120) - 10) * kMicrosAUnit + (Chance(0.3) ? 250'000 : 0);
        e.number = static_cast<long double>(amount);
        e.text = FormatMicros(amount);
        break;
      }
      case fields::ValueType::kNumber: {
        const double number = (Below(24) - 4) / 4.0;
        e.number = number;
        e.text = absl::StrCat(number);
        break;
      }
      case fields::ValueType::kBoolean:
        e.op = Any({"=", "!="});
        e.number = Below(2);
        e.text = e.number == 1 ? "true" : "false";
        break;
      case fields::ValueType::kDate: {
        const Day date = e.field->id == "birth_date" ? day - Below(25'000) : day;
        e.number = date;
        e.text = FormatDay(date);
        break;
      }
    }
    return e;
  }

  void Text(Expression& e, Day day) {
    if (const std::optional<PeriodUnit> unit = fields::PeriodUnitOf(e.field->id);
        unit.has_value()) {
      e.value = revision_.calendar->Label(*unit, revision_.calendar->PeriodOf(*unit, day));
      e.text = e.value;
      return;
    }
    e.value = Any({"US",
                   "DE",
                   "United States",
                   "F",
                   "Ada",
                   "Ships",
                   "shipped",
                   "web",
                   "P1",
                   "P2",
                   "billing",
                   "active",
                   "nps",
                   "small",
                   "gold",
                   "strategic",
                   "Loyal",
                   "31-40",
                   "Lost",
                   "2022-06",
                   "c14",
                   "A",
                   "with_children",
                   "",
                   "Zzz",
                   "a \"quoted\\ name*"});
    if (Chance(0.3)) e.value = e.value.substr(0, 1);
    if (Chance(0.2)) e.op = ":";
    for (const char c : e.value) {
      if (c == '"' || c == '\\' || c == '*') e.text.push_back('\\');
      e.text.push_back(c);
    }
    e.prefix = (e.op == "=" || e.op == "!=") && Chance(0.3);
    if (e.prefix) e.text.push_back('*');
  }

  std::mt19937 random_;
  const std::vector<const fields::Field*> fields_;
  const image::Revision& revision_;
};

}  // namespace strata::analytics::filter

#endif  // STRATA_SERVER_ANALYTICS_FILTER_TESTING_RANDOM_EXPRESSIONS_H_
