#ifndef STRATA_SERVER_ANALYTICS_FILTER_COMPARISON_TABLES_H_
#define STRATA_SERVER_ANALYTICS_FILTER_COMPARISON_TABLES_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/analytics/fields/coded_fact.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/filter/filter_node.h"
#include "server/domain/calendar.h"

// Comparisons made ready: whatever depends on a text or a label is decided before any row is read.

namespace strata::analytics::filter {

// Whether a known text fulfils a comparison of text, its negation not included.
bool Fulfils(const Comparison& comparison, absl::string_view text);

// 1 for each code whose text fulfils the comparison, negation included. Code 0 is not known.
std::vector<uint8_t> CodeTable(const Comparison& comparison, absl::Span<const std::string> texts);
std::vector<uint8_t> CodeTable(const Comparison& comparison, const fields::FactTexts& texts);

// The days that fulfil a comparison of a time field, the negation not included; empty when
// first > last.
struct DaySpan {
  int64_t first, last;
};
DaySpan DaysThatFulfil(const Comparison& comparison, const Calendar& calendar);

// mask[i] = 1 where the customer of slot begin + i fulfils the comparison, else 0. `table` is the
// code table of text columns.
void MatchColumn(const Comparison& comparison, const fields::FeatureColumn& column,
                 const std::vector<uint8_t>& table, image::Slot begin, image::Slot end,
                 uint8_t* mask);

}  // namespace strata::analytics::filter

#endif  // STRATA_SERVER_ANALYTICS_FILTER_COMPARISON_TABLES_H_
