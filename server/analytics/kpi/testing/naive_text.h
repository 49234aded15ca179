#ifndef STRATA_SERVER_ANALYTICS_KPI_TESTING_NAIVE_TEXT_H_
#define STRATA_SERVER_ANALYTICS_KPI_TESTING_NAIVE_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

// For tests: how the row-by-row implementation writes its figures.

namespace strata::analytics::kpi {

inline std::string Number(double value) { return absl::StrCat(value); }

// "null:REASON" when the denominator is not positive.
std::string RatioText(double numerator, double denominator, const char* reason = "no_records");

// Money rounded half away from zero to a billionth, in long arithmetic by hand, so that it is
// rounded without the code under test.
std::string MoneyText(__int128 micros, int64_t divisor = 1);

// Type 7 at `tenths`, times ten, by full sorting of values that are not empty.
__int128 QuantileByTen(std::vector<int64_t> values, int64_t tenths);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_TESTING_NAIVE_TEXT_H_
