#include <algorithm>
#include <utility>

#include "server/analytics/kpi/period.h"
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

}  // namespace

bool TableBuilder::HasHistory(uint32_t row, size_t range) const {
  const DayShift& shift = plan_.ranges[range].shift;
  Day last = PreviousPeriod(plan_.ranges[range].days).to;
  if (plan_.finest_period.has_value()) {
    const PeriodUnit unit = *PeriodUnitOf(plan_.fields[*plan_.finest_period]->id);
    const DayRange before = DaysOf(*revision_.calendar, unit, PeriodOfRow(row) - 1);
    last = shift.Into(before).to;
  }
  return revision_.first_event_day != kNoDay && last >= revision_.first_event_day;
}

absl::Status TableBuilder::EvaluatePrevious(size_t range) {
  const MeasureSet needs = plan_.Needs(Comparison::kPrevious);
  if (needs.empty()) return absl::OkStatus();
  if (plan_.finest_period.has_value()) return EvaluatePrecedingPeriods(range);
  return evaluator_->Evaluate(
      {PreviousPeriod(plan_.ranges[range].days), plan_.fields, needs, false, {}},
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

// Evaluates the periods from the one before the range's first to the one before its last, whole,
// and gives each row those of the period before its own. Coarser periods in the key are left out of
// the comparison: the month before January lies in another year.
absl::Status TableBuilder::EvaluatePrecedingPeriods(size_t range) {
  const MeasureSet needs = plan_.Needs(Comparison::kPrevious);
  const Calendar& calendar = *revision_.calendar;
  const size_t finest = *plan_.finest_period;
  const PeriodUnit unit = *PeriodUnitOf(plan_.fields[finest]->id);
  const DayRange days = plan_.ranges[range].days;
  const DayShift& shift = plan_.ranges[range].shift;
  const Day to = std::min(days.to, query_.scope.as_of);
  if (to < days.from) return absl::OkStatus();
  const DayRange window =
      shift.Into({calendar.FirstDay(unit, calendar.PeriodOf(unit, shift.Of(days.from)) - 1),
                  calendar.FirstDay(unit, calendar.PeriodOf(unit, shift.Of(to))) - 1});
  std::vector<const Field*> fields;
  std::vector<size_t> places;
  for (size_t field = 0; field < plan_.fields.size(); ++field) {
    if (field != finest && PeriodUnitOf(plan_.fields[field]->id).has_value()) continue;
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
    rows_of[comparison_key(rows_.KeyOf(row), PeriodOfRow(row))].push_back(row);
  }
  return evaluator_->Evaluate(
      {window, fields, needs, false, shift},
      [&](Facts, const GroupSpace& space, const ScanResult& result) {
        // A row set of its own for the periods; the other fields' values are looked up in the rows.
        for (size_t i = 0; i < result.keys.size(); ++i) {
          KeyCodes codes{};
          bool known = true;
          int32_t period = 0;
          for (size_t field = 0; field < fields.size() && known; ++field) {
            const Value value = space.ValueOf(field, space.CodeOf(field, result.keys[i]));
            if (places[field] == finest) {
              period = PeriodOfValue(calendar, unit, value).value_or(0) + 1;
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
  if (needs.empty()) return absl::OkStatus();
  const auto denominator_key = [&](KeyCodes key) {
    for (size_t field = 0; field < plan_.fields.size(); ++field) {
      if (!plan_.in_denominator[field]) key[field] = 0;
    }
    return key;
  };
  // Groups by fields of lines overlap in orders, so their sum is no whole; all others add up.
  constexpr MeasureSet kAddUp = {Measure::kRevenue};
  const bool by_line = std::any_of(plan_.fields.begin(), plan_.fields.end(),
                                   [](const Field* field) { return field->grain == Grain::kLine; });
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
  std::vector<const Field*> fields;
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
