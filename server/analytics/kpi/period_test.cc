#include "server/analytics/kpi/period.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/analytics/kpi/scan/samples.h"

namespace strata::analytics::kpi {
namespace {

fields::DayRange Range(absl::string_view from, absl::string_view to) {
  return {*ParseDay(from), *ParseDay(to)};
}
std::string Text(fields::DayRange range) {
  return absl::StrCat(FormatDay(range.from), "..", FormatDay(range.to));
}

TEST(PeriodTest, PreviousIsAlignedWhereTheRangeIsWholeMonths) {
  EXPECT_EQ(Text(PreviousPeriod(Range("2024-03-01", "2024-03-31"))), "2024-02-01..2024-02-29");
  EXPECT_EQ(Text(PreviousPeriod(Range("2024-01-01", "2024-03-31"))), "2023-10-01..2023-12-31");
  EXPECT_EQ(Text(PreviousPeriod(Range("2024-01-01", "2024-12-31"))), "2023-01-01..2023-12-31");
  EXPECT_EQ(Text(PreviousPeriod(Range("2023-01-01", "2024-12-31"))), "2021-01-01..2022-12-31");
  EXPECT_EQ(Text(PreviousPeriod(Range("2024-03-01", "2024-03-30"))), "2024-01-31..2024-02-29");
  EXPECT_EQ(Text(PreviousPeriod(Range("2024-03-15", "2024-03-15"))), "2024-03-14..2024-03-14");
}

TEST(PeriodTest, LastYear) {
  EXPECT_EQ(Text(SamePeriodLastYear(Range("2024-02-01", "2024-02-29"))), "2023-02-01..2023-02-28");
  EXPECT_EQ(Text(SamePeriodLastYear(Range("2025-02-01", "2025-02-28"))), "2024-02-01..2024-02-29");
  EXPECT_EQ(Text(SamePeriodLastYear(Range("2024-02-10", "2024-02-29"))), "2023-02-10..2023-02-28");
  EXPECT_EQ(Text(SamePeriodLastYear(Range("2025-02-10", "2025-02-28"))), "2024-02-10..2024-02-28");
}

TEST(SamplesTest, TypeSevenQuantilesAreExact) {
  std::vector<int64_t> values = {4, 1, 3, 2};
  EXPECT_EQ(static_cast<int64_t>(QuantileTimesTen(absl::MakeSpan(values), 5)), 25);
  EXPECT_EQ(static_cast<int64_t>(QuantileTimesTen(absl::MakeSpan(values), 9)), 37);
  values = {7};
  EXPECT_EQ(static_cast<int64_t>(QuantileTimesTen(absl::MakeSpan(values), 9)), 70);
  values = {-5, 5};
  EXPECT_EQ(static_cast<int64_t>(QuantileTimesTen(absl::MakeSpan(values), 5)), 0);
  // Doubles would lose the last digits of these.
  values = {9'007'199'254'740'993, 9'007'199'254'740'995};
  EXPECT_EQ(static_cast<int64_t>(QuantileTimesTen(absl::MakeSpan(values), 5)),
            90'071'992'547'409'940);
}

}  // namespace
}  // namespace strata::analytics::kpi
