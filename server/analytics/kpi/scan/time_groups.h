#ifndef STRATA_SERVER_ANALYTICS_KPI_SCAN_TIME_GROUPS_H_
#define STRATA_SERVER_ANALYTICS_KPI_SCAN_TIME_GROUPS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/fields/scope.h"
#include "server/analytics/kpi/period.h"
#include "server/image/revision.h"

namespace strata::analytics::kpi {

// The time part of a group key: a dense number for every combination of the values of some time
// fields, looked up by day. The same for all facts, since a day is a day.
class TimeGroups {
 public:
  // By `fields` (of event grain) over `window`, which is not empty. With a `shift` the periods are
  // those of the days that it moves the window's days to; a weekday stays that of the day itself.
  // A day without a counterpart is in no day (or week, see TellsCounterparts): null, not
  // applicable.
  static absl::StatusOr<TimeGroups> Make(const std::vector<const fields::Field*>& fields,
                                         const image::Revision& revision, fields::DayRange window,
                                         const DayShift& shift = {});

  uint32_t groups() const { return static_cast<uint32_t>(days_.size()); }
  fields::DayRange window() const { return window_; }
  // For a day of the window.
  uint32_t GroupOf(Day day) const { return of_day_[static_cast<size_t>(day - window_.from)]; }

  uint32_t CodeOf(size_t field, uint32_t group) const { return codes_[field][group]; }
  uint32_t Codes(size_t field) const { return static_cast<uint32_t>(values_[field].size()); }
  const fields::Value& ValueOf(size_t field, uint32_t code) const { return values_[field][code]; }
  // The place of a weekday in the workspace's week; 0 of all other fields, whose values tell their
  // order.
  uint32_t OrderOf(size_t field, uint32_t code) const {
    return weekdays_[field] && code > 0 ? 1 + (code + 7 - first_weekday_) % 7 : 0;
  }

  // First and last day of a group, not shifted. Groups by periods consist of all days between;
  // groups by weekday do not.
  fields::DayRange DaysOf(uint32_t group) const { return days_[group]; }

 private:
  fields::DayRange window_;
  std::vector<uint32_t> of_day_;
  std::vector<fields::DayRange> days_;
  std::vector<std::vector<uint32_t>> codes_;        // by field, by group
  std::vector<std::vector<fields::Value>> values_;  // by field, by code
  std::vector<bool> weekdays_;                      // by field: its codes are 1 to 7
  uint32_t first_weekday_ = 1;
};

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_SCAN_TIME_GROUPS_H_
