#include "server/analytics/kpi/range_notes.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/analytics/kpi/period.h"

namespace strata::analytics::kpi {
namespace {

const char* NameOfRecord(Facts facts) {
  switch (facts) {
    case Facts::kOrders:
    case Facts::kInactivity:
      return "order";
    case Facts::kTickets:
      return "ticket";
    case Facts::kRatings:
      return "ticket or survey";
    case Facts::kSurveys:
      return "survey";
    case Facts::kContracts:
    case Facts::kMovements:
      return "contract";
    case Facts::kCustomers:
      break;
  }
  return "customer";
}

std::string MovedBy(const DayShift& shift) {
  if (shift.iso_year) return "to the same week of the next ISO year";
  const int64_t count = shift.months != 0 ? shift.months : shift.days;
  return absl::StrCat("by ", count, shift.months != 0 ? " month" : " day", count == 1 ? "" : "s");
}

// Days, or weeks, of the range that no row of the scope's own stands for.
std::vector<std::string> WithoutCounterpart(const Plan::Range& range, PeriodUnit unit,
                                            const Calendar& calendar) {
  std::vector<std::string> labels;
  for (Day day = range.days.from; day <= range.days.to; ++day) {
    if (range.shift.HasCounterpart(day)) continue;
    std::string label = calendar.Label(unit, calendar.PeriodOf(unit, day));
    if (labels.empty() || labels.back() != label) labels.push_back(std::move(label));
  }
  return labels;
}

}  // namespace

Day FirstRecordOf(Facts facts, const image::Revision& revision) {
  const auto first = [&revision](image::Feed feed) { return revision.record_days()[feed].first; };
  switch (facts) {
    case Facts::kOrders:
    case Facts::kInactivity:
      return first(image::Feed::kOrders);
    case Facts::kTickets:
      return first(image::Feed::kTickets);
    case Facts::kRatings: {
      const Day ticket = first(image::Feed::kTickets), survey = first(image::Feed::kSurveys);
      if (ticket == kNoDay || survey == kNoDay) return std::max(ticket, survey);
      return std::min(ticket, survey);
    }
    case Facts::kSurveys:
      return first(image::Feed::kSurveys);
    case Facts::kContracts:
    case Facts::kMovements:
      return first(image::Feed::kContracts);
    case Facts::kCustomers:
      return first(image::Feed::kCustomers);
  }
  return kNoDay;
}

std::string PartOfHistory(fields::DayRange days, const Plan& plan,
                          const image::Revision& revision) {
  std::vector<std::string> firsts;
  for (const Definition* definition : plan.kpis) {
    if (definition->facts == Facts::kCustomers) continue;  // whatever the range
    const Day first = FirstRecordOf(definition->facts, revision);
    if (first == kNoDay || first <= days.from || first > days.to) continue;
    std::string text =
        absl::StrCat("the first ", NameOfRecord(definition->facts), " (", FormatDay(first), ")");
    if (std::find(firsts.begin(), firsts.end(), text) == firsts.end()) {
      firsts.push_back(std::move(text));
    }
  }
  return absl::StrJoin(firsts, " and ");
}

void AddRangeNotes(const fields::Scope& scope, const Plan& plan, std::vector<std::string>* notes) {
  for (size_t i = 1; i < plan.ranges.size(); ++i) {
    const Plan::Range& range = plan.ranges[i];
    const std::string name = absl::StrCat("range \"", range.name, "\"");
    if (range.days.empty()) {
      notes->push_back(absl::StrCat(name, " holds no day: none is the counterpart of one of ",
                                    FormatDay(scope.range.from), " to ",
                                    FormatDay(scope.range.to)));
      continue;
    }
    if (!range.shift.none()) {
      const PeriodUnit unit = *fields::PeriodUnitOf(plan.fields[*plan.finest_period]->id);
      notes->push_back(absl::StrCat("the days of ", name, " are moved ", MovedBy(range.shift),
                                    " before they fall into periods, so that these stand beside "
                                    "the ones they are compared with"));
      if (TellsCounterparts(range.shift, unit)) {
        const std::vector<std::string> left =
            WithoutCounterpart(range, unit, *scope.revision->calendar);
        if (!left.empty()) {
          notes->push_back(absl::StrCat(name, ": ", absl::StrJoin(left, ", "),
                                        left.size() == 1 ? " has" : " have",
                                        " no counterpart: a row without a ",
                                        plan.fields[*plan.finest_period]->id, " holds it"));
        }
      }
    }
    const bool unfinished = scope.range.to > scope.as_of && scope.range.from <= scope.as_of;
    if (range.kind != NamedRange::Kind::kDays && unfinished) {
      notes->push_back(absl::StrCat(name, " is ", FormatDay(range.days.from), " to ",
                                    FormatDay(range.days.to),
                                    ": as many days as have passed of the scope's range, which is "
                                    "not complete"));
    }
    const std::string first = PartOfHistory(range.days, plan, *scope.revision);
    if (!first.empty()) {
      notes->push_back(
          absl::StrCat(name, " begins on ", FormatDay(range.days.from), ", before ", first));
    }
  }
}

}  // namespace strata::analytics::kpi
