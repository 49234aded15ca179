#include "server/analytics/insight/signals/season.h"

#include <algorithm>
#include <numeric>

namespace strata::analytics::insight {

std::vector<double> CourseOf(absl::Span<const double> counts, absl::Span<const double> expected) {
  double beyond_chance = 0, squares = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    const double distance = counts[i] - expected[i];
    beyond_chance += distance * distance - expected[i];
    squares += expected[i] * expected[i];
  }
  std::vector<double> course(counts.size(), 1);
  if (!(beyond_chance > 0) || !(squares > 0)) return course;
  const double pseudo_events = squares / beyond_chance;
  for (size_t i = 0; i < counts.size(); ++i) {
    course[i] = (counts[i] + pseudo_events) / (expected[i] + pseudo_events);
  }
  return course;
}

Season Season::FromCounts(const std::array<double, 12>& by_month, const Season& towards,
                          double pseudo_events) {
  Season season;
  double total = 0;
  for (size_t m = 0; m < 12; ++m) {
    season.weights_[m] = by_month[m] + pseudo_events * towards.weights_[m];
    total += season.weights_[m];
  }
  if (!(total > 0)) return towards;
  for (double& weight : season.weights_) weight *= 12 / total;
  return season;
}

double Season::Exposure(Day after, Day until) const {
  double exposure = 0;
  for (Day day = after + 1; day <= until;) {
    const CivilDay civil = CivilFromDay(day);
    const Day first = day - (civil.day - 1);
    const Day next = Calendar::AddMonths(first, 1);
    const Day end = std::min(until + 1, next);
    exposure += weight(civil.month) * (end - day) / (next - first);
    day = end;
  }
  return exposure;
}

}  // namespace strata::analytics::insight
