#ifndef STRATA_SERVER_ANALYTICS_FILTER_FILTER_NODE_H_
#define STRATA_SERVER_ANALYTICS_FILTER_FILTER_NODE_H_

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/filter/filter.h"
#include "server/analytics/filter/filter_lexer.h"

namespace strata::analytics::filter {

enum class FilterOperator : uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kHas,
};

// "=", "!=" ...
absl::string_view SpellingOf(FilterOperator op);

// A comparison after type checking. A value that is not known fulfils no test; kNotEqual is the
// opposite of kEqual, so there `negated` is set and the test is that of kEqual.
struct Comparison {
  enum class Test : uint8_t {
    kKnown,     // has any value
    kText,      // text compared with `text` by `op`
    kPrefix,    // begins with `text`
    kContains,  // contains `text`, which is lower case, without ASCII case
    kRange,     // integers, money, booleans, dates: low <= value <= high
    kNumber,    // compared with `number` by `op`
    kPeriod,    // a time field compared with the period of label `text` by `op`
  };
  const fields::Field* field = nullptr;
  Test test = Test::kKnown;
  FilterOperator op = FilterOperator::kHas;  // never kNotEqual
  bool negated = false;
  std::string text;
  // Sums of money are compared beyond 64 bits.
  __int128 low = std::numeric_limits<__int128>::min();
  __int128 high = std::numeric_limits<__int128>::max();
  double number = 0;
  std::string spelling;  // of the whole comparison, canonical
};

// Checks a literal against the type of a field. FilterError at the operator or the literal. `=
// null` and, of texts, `= ""` give kKnown with `negated` set: its spelling is that of kKnown alone.
absl::StatusOr<Comparison> MakeComparison(const fields::Field& field, const FilterToken& op,
                                          const FilterToken& literal);
// A boolean field that stands alone: field = true.
Comparison MakeTrueComparison(const fields::Field& field);

struct Filter::Node {
  enum class Kind : uint8_t { kAnd, kOr, kNot, kComparison };
  Kind kind = Kind::kComparison;
  std::vector<Node> children;  // two or more of kAnd and kOr, neither of the same kind; one of kNot
  Comparison comparison;
};

// Which rows a filter's value belongs to: the finest grain that a subtree names.
enum class FilterGrain : uint8_t { kCustomer, kRow, kLine };
FilterGrain GrainOf(const Filter::Node& node);

}  // namespace strata::analytics::filter

#endif  // STRATA_SERVER_ANALYTICS_FILTER_FILTER_NODE_H_
