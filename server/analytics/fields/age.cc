#include "server/analytics/fields/age.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/domain/calendar.h"

namespace strata::analytics::fields {
namespace {

constexpr Day kTableDays = 45'000;  // 123 years

}  // namespace

AgeOn::AgeOn(Day day, AgeMethod method) : day_(day), civil_(CivilFromDay(day)), method_(method) {
  by_days_ago_.reserve(kTableDays);
  for (int years = 0; by_days_ago_.size() < kTableDays; ++years) {
    // The latest day of birth of someone one year older.
    const Day older = method == AgeMethod::kExact ? Calendar::AddMonths(day, -12 * (years + 1))
                                                  : DayFromCivil({civil_.year - years, 1, 1}) - 1;
    const auto end = static_cast<size_t>(std::min(day - older, kTableDays));
    by_days_ago_.resize(end, static_cast<int16_t>(years));
  }
}

int AgeOn::Of(Day birth) const {
  if (birth == kNoDay || birth > day_) return kUnknown;
  const int64_t ago = int64_t{day_} - birth;
  return ago < kTableDays ? by_days_ago_[static_cast<size_t>(ago)] : Compute(birth);
}

int AgeOn::Compute(Day birth) const {
  const CivilDay born = CivilFromDay(birth);
  const int years = civil_.year - born.year;
  if (method_ == AgeMethod::kYearDifference) return years;
  const bool birthday_passed =
      civil_.month > born.month || (civil_.month == born.month && civil_.day >= born.day);
  return birthday_passed ? years : years - 1;
}

AgeBands::AgeBands(int width, int anchor, int highest_age) : labels_(1) {
  width = std::max(width, 1);
  int end = 0;  // of the current band, not included
  for (int age = 0; age <= highest_age; ++age) {
    if (age == end) {
      int begin = age;
      // The first band may begin below 0.
      const int into = ((age - anchor) % width + width) % width;
      end = age - into + width;
      begin = std::max(begin, 0);
      labels_.push_back(end - begin == 1 ? absl::StrCat(begin) : absl::StrCat(begin, "-", end - 1));
    }
    code_of_age_.push_back(static_cast<uint32_t>(labels_.size() - 1));
  }
}

}  // namespace strata::analytics::fields
