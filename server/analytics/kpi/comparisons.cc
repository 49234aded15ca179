#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/analytics/kpi/period.h"
#include "server/analytics/kpi/range_notes.h"
#include "server/analytics/kpi/table_builder.h"
#include "server/base/status_macros.h"

// What figures are held against: the period before, and the whole that shares are of.

namespace strata::analytics::kpi {
namespace {

void Put(Measure measure, size_t row, MicrosSum value, size_t rows, MeasureTable* table) {
  std::vector<MicrosSum>& column = (*table)[measure];
  column.resize(rows, 0);
  column[row] += value;
}

void PutAll(MeasureSet measures, const MeasureTable& from, size_t at, size_t row, size_t rows,
            MeasureTable* to) {
  for (size_t i = 0; i < kMeasures; ++i) {
    const auto measure = static_cast<Measure>(i);
    if (measures.Has(measure) && !from[measure].empty())
      Put(measure, row, from[measure][at], rows, to);
  }
}

fields::DayRange Intersection(fields::DayRange a, fields::DayRange b) {
  return {std::max(a.from, b.from), std::min(a.to, b.to)};
}

constexpr fields::DayRange kNoDays = {1, 0};

}  // namespace

TableBuilder::RowDays TableBuilder::DaysOfPeriod(size_t range,
                                                 std::optional<int32_t> period) const {
  const Plan::Range& of = plan_.ranges[range];
  const Day as_of = query_.scope.as_of;
  if (of.days.empty()) return {kNoDays, kNoDays};
  if (!plan_.finest_period.has_value()) {
    const bool part = of.days.from <= as_of && as_of < of.days.to;
    return {of.days, PreviousPeriod(of.days, as_of), part};
  }
  if (!period.has_value()) return {of.shift.none() ? kNoDays : of.days, kNoDays};
  const PeriodUnit unit = *fields::PeriodUnitOf(plan_.fields[*plan_.finest_period]->id);
  const fields::DayRange whole = DaysOf(*revision_.calendar, unit, *period);
  fields::DayRange own = of.shift.Into(whole);
  while (TellsCounterparts(of.shift, unit) && !own.empty() && !of.shift.HasCounterpart(own.to)) {
    --own.to;
  }
  RowDays days = {Intersection(own, of.days), kNoDays};
  const fields::DayRange covered =
      Intersection(whole, {of.shift.Of(of.days.from), of.shift.Of(std::min(of.days.to, as_of))});
  if (covered.empty()) return days;
  const fields::DayRange part = PrecedingPart(*revision_.calendar, unit, *period, covered);
  days.before = of.shift.Into(part);
  days.part = covered != whole;
  return days;
}

void TableBuilder::FindRowDays() {
  if (plan_.finest_period.has_value()) {
    const size_t field = *plan_.finest_period;
    const PeriodUnit unit = *fields::PeriodUnitOf(plan_.fields[field]->id);
    for (uint32_t code = 0; code < rows_.Values(field); ++code) {
      period_of_code_.push_back(
          PeriodOfValue(*revision_.calendar, unit, rows_.ValueOf(field, code)));
    }
  } else {
    period_of_code_ = {std::nullopt};
  }
  row_days_.resize(plan_.ranges.size());
  for (size_t range = 0; range < plan_.ranges.size(); ++range) {
    for (const std::optional<int32_t>& period : period_of_code_) {
      row_days_[range].push_back(DaysOfPeriod(range, period));
    }
  }
}

std::optional<fields::NullReason> TableBuilder::WithoutFigure(uint32_t row, size_t range,
                                                              Facts facts) const {
  const fields::DayRange days = row_days_[range][PeriodCode(row)].own;
  if (range == 0) {
    // A row of days of another range that have no counterpart in this one.
    const bool other = plan_.finest_period.has_value() && !PeriodOfCode(PeriodCode(row));
    return other ? std::optional(fields::NullReason::kNotApplicable) : std::nullopt;
  }
  if (days.empty()) {
    // Of days that the request names, periods outside simply hold nothing.
    if (plan_.ranges[range].kind == NamedRange::Kind::kDays) return std::nullopt;
    return fields::NullReason::kNotApplicable;
  }
  if (facts == Facts::kCustomers) return std::nullopt;  // counted as of as_of, whatever the range
  const Day first = FirstRecordOf(facts, revision_);
  if (first == kNoDay || days.to < first) return fields::NullReason::kNotEnoughHistory;
  return std::nullopt;
}

bool TableBuilder::HasHistory(uint32_t row, size_t range, Facts facts) const {
  const Day first = FirstRecordOf(facts, revision_);
  const fields::DayRange before = row_days_[range][PeriodCode(row)].before;
  return first != kNoDay && (before.empty() || before.to >= first);
}

void TableBuilder::AddGrowthNotes(std::vector<std::string>* notes) const {
  if (plan_.Needs(Comparison::kPrevious).empty()) return;
  const auto days = [](fields::DayRange range) {
    return absl::StrCat(FormatDay(range.from), " to ", FormatDay(range.to));
  };
  for (size_t code = 0; code < row_days_[0].size(); ++code) {
    const RowDays& row = row_days_[0][code];
    if (row.before.empty()) continue;
    const std::string first = PartOfHistory(row.before, plan_, revision_);
    std::string what = "growth";
    if (plan_.finest_period.has_value()) {
      const PeriodUnit unit = *fields::PeriodUnitOf(plan_.fields[*plan_.finest_period]->id);
      what = absl::StrCat("growth of ", revision_.calendar->Label(
                                            unit, *PeriodOfCode(static_cast<uint32_t>(code))));
    }
    if (row.part) {
      notes->push_back(absl::StrCat(what, ", of which the answer sees a part, compares with ",
                                    days(row.before), ": as many days"));
    }
    if (!first.empty()) {
      notes->push_back(
          absl::StrCat(what, " compares with ", days(row.before), ", which begins before ", first));
    }
  }
}

absl::Status TableBuilder::EvaluatePrevious(size_t range) {
  const MeasureSet needs = plan_.Needs(Comparison::kPrevious);
  if (needs.empty() || plan_.ranges[range].days.empty()) return absl::OkStatus();
  if (plan_.finest_period.has_value()) return EvaluatePrecedingPeriods(range);
  return evaluator_->Evaluate(
      {row_days_[range][0].before, plan_.fields, needs, false, {}},
      [&](Facts, const GroupSpace& space, const ScanResult& result) {
        std::vector<size_t> places(plan_.fields.size());
        for (size_t field = 0; field < places.size(); ++field) places[field] = field;
        SpaceCodes codes(space, places, &rows_);
        for (size_t i = 0; i < result.keys.size(); ++i) {
          const std::optional<KeyCodes> key = codes.Find(result.keys[i]);
          const std::optional<uint32_t> row = key.has_value() ? rows_.Find(*key) : std::nullopt;
          if (!row.has_value()) continue;
          PutAll(needs, result.measures, i, *row, rows_.size(), &previous_[range]);
        }
        return absl::OkStatus();
      });
}

// The periods before those that are covered whole follow on each other: one scan. Those that are
// covered in part are the first and the last.
absl::Status TableBuilder::EvaluatePrecedingPeriods(size_t range) {
  const std::vector<RowDays>& row_days = row_days_[range];
  std::vector<bool> whole(row_days.size());
  fields::DayRange window = kNoDays;
  for (size_t code = 0; code < row_days.size(); ++code) {
    const RowDays& days = row_days[code];
    if (days.before.empty()) continue;
    if (days.part) {
      std::vector<bool> only(row_days.size());
      only[code] = true;
      STRATA_RETURN_IF_ERROR(EvaluatePrecedingWindow(range, days.before, only));
      continue;
    }
    whole[code] = true;
    window = window.empty() ? days.before
                            : fields::DayRange{std::min(window.from, days.before.from),
                                               std::max(window.to, days.before.to)};
  }
  return window.empty() ? absl::OkStatus() : EvaluatePrecedingWindow(range, window, whole);
}

// Gives each row the measures of the period before its own. Coarser periods in the key are left out
// of the comparison: the month before January lies in another year.
absl::Status TableBuilder::EvaluatePrecedingWindow(size_t range, fields::DayRange window,
                                                   const std::vector<bool>& with_codes) {
  const MeasureSet needs = plan_.Needs(Comparison::kPrevious);
  const Calendar& calendar = *revision_.calendar;
  const size_t finest = *plan_.finest_period;
  const PeriodUnit unit = *fields::PeriodUnitOf(plan_.fields[finest]->id);
  std::vector<const fields::Field*> fields;
  std::vector<size_t> places;
  for (size_t field = 0; field < plan_.fields.size(); ++field) {
    if (field != finest && fields::PeriodUnitOf(plan_.fields[field]->id).has_value()) continue;
    fields.push_back(plan_.fields[field]);
    places.push_back(field);
  }
  // Keys of the comparison: the period as its index + 1 in the place of its code, so that it meets
  // the rows of the next one.
  const auto comparison_key = [&](const KeyCodes& codes, int32_t period) {
    KeyCodes key{};
    for (const size_t place : places) key[place] = codes[place];
    key[finest] = static_cast<uint32_t>(period);
    return key;
  };
  absl::flat_hash_map<KeyCodes, std::vector<uint32_t>> rows_of;
  for (uint32_t row = 0; row < rows_.size(); ++row) {
    const uint32_t code = PeriodCode(row);
    if (!with_codes[code]) continue;
    rows_of[comparison_key(rows_.KeyOf(row), *PeriodOfCode(code))].push_back(row);
  }
  return evaluator_->Evaluate(
      {window, fields, needs, false, plan_.ranges[range].shift},
      [&](Facts, const GroupSpace& space, const ScanResult& result) {
        // A row set of its own for the periods; the other fields' values are looked up in the rows.
        for (size_t i = 0; i < result.keys.size(); ++i) {
          KeyCodes codes{};
          bool known = true;
          int32_t period = 0;
          for (size_t field = 0; field < fields.size() && known; ++field) {
            const fields::Value value = space.ValueOf(field, space.CodeOf(field, result.keys[i]));
            if (places[field] == finest) {
              const std::optional<int32_t> before = PeriodOfValue(calendar, unit, value);
              known = before.has_value();
              if (known) period = *before + 1;
              continue;
            }
            const std::optional<uint32_t> code = rows_.FindValue(places[field], value);
            known = code.has_value();
            if (known) codes[places[field]] = *code;
          }
          const auto found = known ? rows_of.find(comparison_key(codes, period)) : rows_of.end();
          if (found == rows_of.end()) continue;
          for (const uint32_t row : found->second) {
            PutAll(needs, result.measures, i, row, rows_.size(), &previous_[range]);
          }
        }
        return absl::OkStatus();
      });
}

absl::Status TableBuilder::EvaluateWhole(size_t range) {
  const MeasureSet needs = plan_.Needs(Comparison::kWhole);
  if (needs.empty() || plan_.ranges[range].days.empty()) return absl::OkStatus();
  const auto denominator_key = [&](KeyCodes key) {
    for (size_t field = 0; field < plan_.fields.size(); ++field) {
      if (!plan_.in_denominator[field]) key[field] = 0;
    }
    return key;
  };
  // Groups by fields of lines overlap in orders, so their sum is no whole; all others add up.
  constexpr MeasureSet kAddUp = {Measure::kRevenue};
  const bool by_line =
      std::any_of(plan_.fields.begin(), plan_.fields.end(),
                  [](const fields::Field* field) { return field->grain == fields::Grain::kLine; });
  const MeasureSet summed = by_line ? needs & kAddUp : needs;
  absl::flat_hash_map<KeyCodes, std::vector<uint32_t>> rows_of;
  for (uint32_t row = 0; row < rows_.size(); ++row) {
    rows_of[denominator_key(rows_.KeyOf(row))].push_back(row);
  }
  MeasureTable& whole = whole_[range];
  for (const auto& [key, rows] : rows_of) {
    for (size_t i = 0; i < kMeasures; ++i) {
      const auto measure = static_cast<Measure>(i);
      if (!summed.Has(measure)) continue;
      MicrosSum sum = 0;
      for (const uint32_t row : rows) sum += CellView(tables_[range], row)[measure];
      for (const uint32_t row : rows) Put(measure, row, sum, rows_.size(), &whole);
    }
  }
  if (needs.IsWithin(summed)) return absl::OkStatus();
  const MeasureSet rest = {Measure::kOrdersAll};
  std::vector<const fields::Field*> fields;
  std::vector<size_t> places;
  for (size_t field = 0; field < plan_.fields.size(); ++field) {
    // Where classes change from period to period, so does what a filter leaves: period by period,
    // as the rows were.
    const bool kept =
        plan_.in_denominator[field] || (evaluator_->by_period() && plan_.finest_period == field);
    if (!kept) continue;
    fields.push_back(plan_.fields[field]);
    places.push_back(field);
  }
  return evaluator_->Evaluate(
      {plan_.ranges[range].days, fields, rest, false, plan_.ranges[range].shift},
      [&](Facts, const GroupSpace& space, const ScanResult& result) {
        SpaceCodes codes(space, places, &rows_);
        for (size_t i = 0; i < result.keys.size(); ++i) {
          const std::optional<KeyCodes> key = codes.Find(result.keys[i]);
          if (!key.has_value()) continue;
          const auto found = rows_of.find(denominator_key(*key));
          if (found == rows_of.end()) continue;
          for (const uint32_t row : found->second) {
            PutAll(rest, result.measures, i, row, rows_.size(), &whole);
          }
        }
        return absl::OkStatus();
      });
}

}  // namespace strata::analytics::kpi
