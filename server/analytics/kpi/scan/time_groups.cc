#include "server/analytics/kpi/scan/time_groups.h"

#include <memory>
#include <numeric>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "server/analytics/fields/row_field.h"
#include "server/base/status_macros.h"

namespace strata::analytics::kpi {

absl::StatusOr<TimeGroups> TimeGroups::Make(const std::vector<const fields::Field*>& fields,
                                            const image::Revision& revision,
                                            fields::DayRange window, const DayShift& shift) {
  TimeGroups groups;
  groups.window_ = window;
  groups.first_weekday_ = static_cast<uint32_t>(revision.calendar->first_weekday());
  const auto days = static_cast<uint32_t>(window.Days());
  groups.of_day_.assign(days, 0);
  if (fields.empty()) {
    groups.days_ = {window};
    return groups;
  }
  // Reads the fields through a run that has one order on each day: so their values are those that
  // filters see, and no fact is looked at.
  std::vector<Day> each_day(days), shifted;
  std::iota(each_day.begin(), each_day.end(), window.from);
  for (const Day day : each_day) shifted.push_back(shift.Of(day));
  image::OrderRun run;
  run.orders = days;
  fields::FactRows rows;
  rows.orders = &run;
  std::vector<std::vector<uint32_t>> code_of_day;
  for (const fields::Field* field : fields) {
    const std::vector<Day>& seen = fields::PeriodUnitOf(field->id).has_value() ? shifted : each_day;
    run.day = seen.data();
    STRATA_ASSIGN_OR_RETURN(const std::unique_ptr<fields::RowField> row_field,
                            fields::MakeRowField(*field, fields::RowGrain::kOrder, revision,
                                                 {seen.front(), seen.back()}));
    row_field->Codes(rows, 0, days, code_of_day.emplace_back(days).data());
    const std::optional<PeriodUnit> unit = fields::PeriodUnitOf(field->id);
    if (unit.has_value() && TellsCounterparts(shift, *unit)) {
      for (uint32_t day = 0; day < days; ++day) {
        if (!shift.HasCounterpart(each_day[day])) code_of_day.back()[day] = 0;
      }
    }
    groups.weekdays_.push_back(field->id == "weekday");
    std::vector<fields::Value>& values = groups.values_.emplace_back();
    for (uint32_t code = 0; code < row_field->size(); ++code) {
      // Every day of the window has its period; code 0 is left for those that have no counterpart.
      values.push_back(code == 0 ? fields::Value(fields::NullReason::kNotApplicable)
                                 : row_field->ValueOf(code));
    }
  }
  groups.codes_.resize(fields.size());
  absl::flat_hash_map<std::vector<uint32_t>, uint32_t> group_of;
  std::vector<uint32_t> codes(fields.size());
  for (uint32_t day = 0; day < days; ++day) {
    for (size_t field = 0; field < fields.size(); ++field) codes[field] = code_of_day[field][day];
    const auto [found, made] = group_of.try_emplace(codes, groups.groups());
    const Day date = window.from + static_cast<Day>(day);
    if (made) {
      groups.days_.push_back({date, date});
      for (size_t field = 0; field < fields.size(); ++field) {
        groups.codes_[field].push_back(codes[field]);
      }
    }
    groups.of_day_[day] = found->second;
    groups.days_[found->second].to = date;
  }
  return groups;
}

}  // namespace strata::analytics::kpi
