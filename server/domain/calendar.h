#ifndef STRATA_SERVER_DOMAIN_CALENDAR_H_
#define STRATA_SERVER_DOMAIN_CALENDAR_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/domain/day.h"

namespace strata {

enum class PeriodUnit { kDay, kWeek, kMonth, kQuarter, kFiscalQuarter, kYear, kFiscalYear };

// Days and periods of one workspace: its time zone, the first month of its fiscal year and the
// first day of its weeks. A period is numbered by a 32-bit index that rises by one from each period
// to the next, so that a series without gaps is a range of integers. Thread-safe.
class Calendar {
 public:
  // `fiscal_first_month` lies in 1..12. A fiscal year is named after the year in which it ends.
  // `first_weekday` lies in 1..7, Monday to Sunday.
  Calendar(absl::TimeZone zone, int fiscal_first_month, int first_weekday = 1)
      : zone_(zone), fiscal_first_month_(fiscal_first_month), first_weekday_(first_weekday) {}

  // INVALID_ARGUMENT when `time_zone` is no IANA name that this machine knows, or a number lies
  // outside its range.
  static absl::StatusOr<Calendar> Create(absl::string_view time_zone, int fiscal_first_month,
                                         int first_weekday = 1);

  // The local day on which an instant falls.
  Day DayOf(Millis time) const;

  // The first instant of a local day.
  Millis StartOf(Day day) const;

  // The index of the period that holds `day`, and a period's first day. The last day is
  // FirstDay(unit, index + 1) - 1.
  int32_t PeriodOf(PeriodUnit unit, Day day) const;
  Day FirstDay(PeriodUnit unit, int32_t index) const;

  // "2024", "FY2024", "2024-Q1", "FY2024-Q1", "2024-01", "2024-W01", "2024-01-31": sorts as text
  // within its unit. Weeks have their ISO numbers where they begin on Monday; any other is named by
  // its first day, "2024-01-07", since no numbering of them is common.
  std::string Label(PeriodUnit unit, int32_t index) const;

  // The index that a label names; INVALID_ARGUMENT when it names none.
  absl::StatusOr<int32_t> ParseLabel(PeriodUnit unit, absl::string_view label) const;

  // `day` moved by whole months; the last day of the month where the target has no such day.
  static Day AddMonths(Day day, int months);

  // The last day of a span moved by whole months, so that spans tile: of a span that ends with
  // June, three months later is the end of September, also where `last` is the 30th and the end the
  // 31st.
  static Day ShiftLastDay(Day last, int months) { return AddMonths(last + 1, months) - 1; }

  absl::TimeZone zone() const { return zone_; }
  int fiscal_first_month() const { return fiscal_first_month_; }
  int first_weekday() const { return first_weekday_; }
  bool iso_weeks() const { return first_weekday_ == 1; }

 private:
  // The first day of the week of index 0.
  Day FirstWeek() const;

  absl::TimeZone zone_;
  int fiscal_first_month_;
  int first_weekday_;
};

// Turns many instants into days: remembers the offset of the zone between two of its changes, so
// that a call costs a comparison and a division. Not thread-safe: one a thread.
class DayFinder {
 public:
  explicit DayFinder(absl::TimeZone zone) : zone_(zone) {}
  Day DayOf(Millis time);

 private:
  absl::TimeZone zone_;
  Millis valid_from_ = 1;  // [valid_from_, valid_until_) has offset_; empty at first
  Millis valid_until_ = 0;
  Millis offset_ = 0;
};

}  // namespace strata

#endif  // STRATA_SERVER_DOMAIN_CALENDAR_H_
