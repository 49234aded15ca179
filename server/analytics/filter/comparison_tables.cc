#include "server/analytics/filter/comparison_tables.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace strata::analytics::filter {
namespace {

using Op = FilterOperator;
using Test = Comparison::Test;

template <typename Difference>
bool Holds(Op op, Difference difference) {
  switch (op) {
    case Op::kLess:
      return difference < 0;
    case Op::kLessOrEqual:
      return difference <= 0;
    case Op::kGreater:
      return difference > 0;
    case Op::kGreaterOrEqual:
      return difference >= 0;
    default:
      return difference == 0;
  }
}

// `text` holds `lower`, which is lower case.
bool ContainsWithoutCase(absl::string_view text, absl::string_view lower) {
  if (lower.empty()) return true;
  for (size_t at = 0; at + lower.size() <= text.size(); ++at) {
    size_t i = 0;
    while (i < lower.size() &&
           absl::ascii_tolower(static_cast<unsigned char>(text[at + i])) == lower[i]) {
      ++i;
    }
    if (i == lower.size()) return true;
  }
  return false;
}

// mask[i] = test(values[i]) for values that are not NaN.
template <typename Tested>
void MatchNumbers(const double* values, size_t n, uint8_t negated, uint8_t* mask, Tested test) {
  for (size_t i = 0; i < n; ++i) mask[i] = static_cast<uint8_t>(test(values[i])) ^ negated;
}

void MatchNumberColumn(const Comparison& comparison, const double* values, size_t n,
                       uint8_t* mask) {
  const uint8_t negated = comparison.negated;
  const double bound = comparison.number;
  if (comparison.test == Test::kKnown) {
    return MatchNumbers(values, n, negated, mask, [](double v) { return !std::isnan(v); });
  }
  // Every comparison with NaN is false, as it shall be.
  switch (comparison.op) {
    case Op::kLess:
      return MatchNumbers(values, n, negated, mask, [bound](double v) { return v < bound; });
    case Op::kLessOrEqual:
      return MatchNumbers(values, n, negated, mask, [bound](double v) { return v <= bound; });
    case Op::kGreater:
      return MatchNumbers(values, n, negated, mask, [bound](double v) { return v > bound; });
    case Op::kGreaterOrEqual:
      return MatchNumbers(values, n, negated, mask, [bound](double v) { return v >= bound; });
    default:
      return MatchNumbers(values, n, negated, mask, [bound](double v) { return v == bound; });
  }
}

}  // namespace

bool Fulfils(const Comparison& comparison, absl::string_view text) {
  switch (comparison.test) {
    case Test::kKnown:
      return true;
    case Test::kPrefix:
      return absl::StartsWith(text, comparison.text);
    case Test::kContains:
      return ContainsWithoutCase(text, comparison.text);
    default:
      return Holds(comparison.op, text.compare(comparison.text));
  }
}

std::vector<uint8_t> CodeTable(const Comparison& comparison, absl::Span<const std::string> texts) {
  std::vector<uint8_t> table(texts.size(), comparison.negated);
  for (size_t code = 1; code < texts.size(); ++code) {
    table[code] = Fulfils(comparison, texts[code]) != comparison.negated;
  }
  return table;
}

std::vector<uint8_t> CodeTable(const Comparison& comparison, const fields::FactTexts& texts) {
  std::vector<uint8_t> table(texts.size(), comparison.negated);
  if (comparison.test == Test::kText && comparison.op == Op::kEqual) {
    // The dictionary finds the one text; comparing with each of a million products would not do.
    const std::optional<uint32_t> code =
        comparison.text.empty() ? std::nullopt : texts.Find(comparison.text);
    if (code.has_value() && *code < table.size()) table[*code] = !comparison.negated;
    return table;
  }
  for (uint32_t code = 1; code < table.size(); ++code) {
    table[code] = Fulfils(comparison, texts.Text(code)) != comparison.negated;
  }
  return table;
}

DaySpan DaysThatFulfil(const Comparison& comparison, const Calendar& calendar) {
  constexpr DaySpan kAll = {std::numeric_limits<Day>::min(), std::numeric_limits<Day>::max()};
  constexpr DaySpan kNone = {1, 0};
  if (comparison.test == Test::kKnown) return kAll;
  if (comparison.test == Test::kRange) {
    const auto clamp = [](MicrosSum day) {
      return static_cast<int64_t>(std::clamp<MicrosSum>(day, std::numeric_limits<int64_t>::min(),
                                                        std::numeric_limits<int64_t>::max()));
    };
    return {clamp(comparison.low), clamp(comparison.high)};
  }
  const PeriodUnit unit = *fields::PeriodUnitOf(comparison.field->id);
  const absl::StatusOr<int32_t> period = calendar.ParseLabel(unit, comparison.text);
  if (!period.ok()) return kNone;
  const int64_t first = calendar.FirstDay(unit, *period);
  const int64_t last = int64_t{calendar.FirstDay(unit, *period + 1)} - 1;
  switch (comparison.op) {
    case Op::kLess:
      return {kAll.first, first - 1};
    case Op::kLessOrEqual:
      return {kAll.first, last};
    case Op::kGreater:
      return {last + 1, kAll.last};
    case Op::kGreaterOrEqual:
      return {first, kAll.last};
    default:
      return {first, last};
  }
}

void MatchColumn(const Comparison& comparison, const fields::FeatureColumn& column,
                 const std::vector<uint8_t>& table, image::Slot begin, image::Slot end,
                 uint8_t* mask) {
  const size_t n = end - begin;
  if (!column.codes.empty()) {
    const uint32_t* codes = column.codes.data() + begin;
    for (size_t i = 0; i < n; ++i) mask[i] = table[codes[i]];
    return;
  }
  if (!column.numbers.empty()) {
    return MatchNumberColumn(comparison, column.numbers.data() + begin, n, mask);
  }
  // The unknown integer lies below every `low`, so that kKnown is the range of everything.
  const int64_t* values = column.integers.data() + begin;
  const auto low = static_cast<int64_t>(
      std::clamp<MicrosSum>(comparison.low, facts::WideSums::kLeast, facts::WideSums::kMost));
  const auto high = static_cast<int64_t>(
      std::clamp<MicrosSum>(comparison.high, facts::WideSums::kLeast - 1, facts::WideSums::kMost));
  const bool none = comparison.low > facts::WideSums::kMost;  // of those that fit in 64 bits
  const uint8_t negated = comparison.negated;
  for (size_t i = 0; i < n; ++i) {
    mask[i] = static_cast<uint8_t>(values[i] >= low) & static_cast<uint8_t>(values[i] <= high);
    mask[i] ^= negated;
  }
  if (none) std::fill_n(mask, n, negated);
  if (column.wide == nullptr) return;
  for (const auto& [slot, sum] : column.wide->All()) {
    if (slot < begin || slot >= end) continue;
    const bool matches = sum >= comparison.low && sum <= comparison.high;
    mask[slot - begin] = static_cast<uint8_t>(matches) ^ negated;
  }
}

}  // namespace strata::analytics::filter
