#include "server/analytics/kpi/table_builder.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/analytics/kpi/figures.h"
#include "server/analytics/kpi/period.h"
#include "server/analytics/kpi/row_order.h"
#include "server/base/status_macros.h"

namespace strata::analytics::kpi {
namespace {

// Copies the rows of a scan to the given rows of a table.
void CopyRows(const MeasureTable& source, const std::vector<uint32_t>& rows, size_t size,
              MeasureTable* target) {
  for (size_t i = 0; i < kMeasures; ++i) {
    if (source.sums[i].empty()) continue;
    target->sums[i].resize(size, 0);
    for (size_t from = 0; from < rows.size(); ++from) {
      target->sums[i][rows[from]] = source.sums[i][from];
    }
  }
  if (source.median_gap_cv.empty()) return;
  target->median_gap_cv.resize(size, 0);
  for (size_t from = 0; from < rows.size(); ++from) {
    target->median_gap_cv[rows[from]] = source.median_gap_cv[from];
  }
}

std::vector<size_t> AllFields(size_t fields) {
  std::vector<size_t> all(fields);
  std::iota(all.begin(), all.end(), size_t{0});
  return all;
}

}  // namespace

TableBuilder::TableBuilder(const KpiQuery& query, const Plan& plan, Evaluator* evaluator)
    : query_(query),
      plan_(plan),
      evaluator_(evaluator),
      revision_(*query.scope.revision),
      rows_(plan.fields.size()),
      tables_(plan.ranges.size()),
      previous_(plan.ranges.size()),
      whole_(plan.ranges.size()),
      customers_(plan.ranges.size()),
      used_(revision_) {}

MicrosSum TableBuilder::Sum(Measure measure) const {
  const std::vector<MicrosSum>& column = tables_[0][measure];
  return std::accumulate(column.begin(), column.end(), MicrosSum{0});
}

int64_t TableBuilder::RecordsUsed() const {
  const auto orders = counts_.find(Facts::kOrders);
  return used_.Count() + (orders == counts_.end() ? 0 : orders->second.used);
}

absl::Status TableBuilder::EvaluateRange(size_t range) {
  if (plan_.ranges[range].days.empty()) return absl::OkStatus();
  const bool customer_rows = std::any_of(
      plan_.kpis.begin(), plan_.kpis.end(),
      [](const Definition* definition) { return definition->facts == Facts::kCustomers; });
  const Evaluator::Request request = {
      plan_.ranges[range].days,     plan_.fields, plan_.Needs(), false, plan_.ranges[range].shift,
      range == 0 ? &used_ : nullptr};
  return evaluator_->Evaluate(
      request, [&](Facts facts, const GroupSpace& space, const ScanResult& result) {
        if (range == 0) counts_[facts] += result.counts;
        SpaceCodes codes(space, AllFields(plan_.fields.size()), &rows_);
        const bool first = rows_.size() == 0;  // then all its rows are new
        std::vector<uint32_t> rows;
        for (size_t i = 0; i < result.keys.size(); ++i) {
          const KeyCodes key = codes.Intern(result.keys[i]);
          if (facts == Facts::kCustomers) {
            customers_[range][CustomerKey(key)] = result.measures[Measure::kCustomers][i];
            if (customer_rows) rows_.Add(key);
          } else {
            rows.push_back(first ? rows_.Append(key) : rows_.Add(key));
          }
        }
        if (!rows.empty()) CopyRows(result.measures, rows, rows_.size(), &tables_[range]);
        ScanInput limit;
        return CheckGroups(limit, rows_.size());
      });
}

KeyCodes TableBuilder::CustomerKey(const KeyCodes& key) const {
  KeyCodes part{};
  for (size_t field = 0; field < plan_.fields.size(); ++field) {
    // Where classes change from period to period, so do the customers of a class.
    const bool kept = plan_.fields[field]->grain == fields::Grain::kCustomer ||
                      (evaluator_->by_period() && plan_.finest_period == field);
    if (kept) part[field] = key[field];
  }
  return part;
}

void TableBuilder::BroadcastCustomers(size_t range) {
  if (customers_[range].empty()) return;
  std::vector<MicrosSum>& column = tables_[range][Measure::kCustomers];
  column.assign(rows_.size(), 0);
  for (size_t row = 0; row < rows_.size(); ++row) {
    const auto found = customers_[range].find(CustomerKey(rows_.KeyOf(row)));
    if (found != customers_[range].end()) column[row] = found->second;
  }
}

// Every combination of time values of the range with every combination of other values that occurs.
absl::Status TableBuilder::FillEmpty() {
  if (!query_.fill_empty || !plan_.finest_period.has_value()) return absl::OkStatus();
  std::vector<const fields::Field*> time_fields;
  std::vector<size_t> places;
  for (size_t field = 0; field < plan_.fields.size(); ++field) {
    if (plan_.fields[field]->grain != fields::Grain::kEvent) continue;
    time_fields.push_back(plan_.fields[field]);
    places.push_back(field);
  }
  STRATA_ASSIGN_OR_RETURN(const TimeGroups time,
                          TimeGroups::Make(time_fields, revision_, plan_.ranges[0].days));
  // In the order in which they came, so that nothing depends on hashing.
  std::vector<KeyCodes> others;
  absl::flat_hash_map<KeyCodes, uint32_t> seen;
  for (size_t row = 0; row < rows_.size(); ++row) {
    KeyCodes other = rows_.KeyOf(row);
    for (const size_t place : places) other[place] = 0;
    if (seen.try_emplace(other, row).second) others.push_back(other);
  }
  if (others.empty() && places.size() == plan_.fields.size()) others.emplace_back(KeyCodes{});
  ScanInput limit;
  STRATA_RETURN_IF_ERROR(CheckGroups(limit, others.size() * time.groups()));
  for (uint32_t group = 0; group < time.groups(); ++group) {
    KeyCodes codes{};
    for (size_t i = 0; i < places.size(); ++i) {
      const uint32_t code = time.CodeOf(i, group);
      codes[places[i]] = rows_.Intern(places[i], time.ValueOf(i, code), time.OrderOf(i, code));
    }
    for (KeyCodes key : others) {
      for (const size_t place : places) key[place] = codes[place];
      rows_.Add(key);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<fields::Cell> TableBuilder::CellOf(uint32_t row, size_t range,
                                                  const Definition& definition) const {
  if (const auto reason = WithoutFigure(row, range, definition.facts); reason.has_value()) {
    return NullCell(*reason);
  }
  FigureInput input{CellView(tables_[range], row)};
  if (definition.comparison == Comparison::kPrevious) {
    input.previous = CellView(previous_[range], row);
    input.has_history = HasHistory(row, range, definition.facts);
  }
  if (definition.comparison == Comparison::kWhole) input.whole = CellView(whole_[range], row);
  absl::StatusOr<fields::Cell> cell = definition.figure(input);
  if (cell.ok()) return cell;
  return absl::Status(cell.status().code(),
                      absl::StrCat(definition.kpi.id, ": ", cell.status().message()));
}

uint32_t TableBuilder::PeriodCode(uint32_t row) const {
  return plan_.finest_period.has_value() ? rows_.KeyOf(row)[*plan_.finest_period] : 0;
}

bool TableBuilder::IsComplete(uint32_t row) const {
  if (!plan_.finest_period.has_value()) return query_.scope.range.to <= query_.scope.as_of;
  const PeriodUnit unit = *fields::PeriodUnitOf(plan_.fields[*plan_.finest_period]->id);
  const std::optional<int32_t> period = PeriodOfCode(PeriodCode(row));
  return !period.has_value() || DaysOf(*revision_.calendar, unit, *period).to <= query_.scope.as_of;
}

std::vector<KpiTable::Column> TableBuilder::Keys() const {
  std::vector<KpiTable::Column> keys;
  for (const fields::Field* field : plan_.fields)
    keys.push_back({field->id, "", field->type, field->unit});
  return keys;
}

std::vector<KpiTable::Column> TableBuilder::Columns() const {
  std::vector<KpiTable::Column> columns;
  for (const Plan::Range& range : plan_.ranges) {
    for (const Definition* definition : plan_.kpis) {
      const Kpi& kpi = definition->kpi;
      columns.push_back({kpi.id, range.name, kpi.type, kpi.unit, kpi.additive});
    }
  }
  return columns;
}

// Only rows that stay are made: the others lend the figures that rows are ordered by.
absl::Status TableBuilder::MakeRows(KpiTable* table) const {
  std::vector<std::vector<fields::Value>> figures;
  for (const Plan::Order& term : plan_.order) {
    std::vector<fields::Value>& values = figures.emplace_back();
    if (!term.by_kpi) continue;
    values.reserve(rows_.size());
    for (uint32_t row = 0; row < rows_.size(); ++row) {
      STRATA_ASSIGN_OR_RETURN(fields::Cell cell, CellOf(row, 0, *plan_.kpis[term.index]));
      values.push_back(std::move(cell.value));
    }
  }
  for (const uint32_t row : OrderOfRows(plan_.order, figures, rows_, query_.limit)) {
    KpiTable::Row& made = table->rows.emplace_back();
    for (size_t field = 0; field < plan_.fields.size(); ++field) {
      made.keys.push_back(rows_.ValueOf(field, rows_.KeyOf(row)[field]));
    }
    for (size_t range = 0; range < plan_.ranges.size(); ++range) {
      for (const Definition* definition : plan_.kpis) {
        STRATA_ASSIGN_OR_RETURN(made.cells.emplace_back(), CellOf(row, range, *definition));
      }
    }
    made.complete = IsComplete(row);
  }
  return absl::OkStatus();
}

absl::StatusOr<KpiTable> TableBuilder::Build() {
  for (size_t range = 0; range < plan_.ranges.size(); ++range) {
    STRATA_RETURN_IF_ERROR(EvaluateRange(range));
  }
  if (plan_.fields.empty()) rows_.Add({});
  STRATA_RETURN_IF_ERROR(FillEmpty());
  FindRowDays();
  for (size_t range = 0; range < plan_.ranges.size(); ++range) {
    BroadcastCustomers(range);
    STRATA_RETURN_IF_ERROR(EvaluatePrevious(range));
    STRATA_RETURN_IF_ERROR(EvaluateWhole(range));
  }
  KpiTable table;
  table.keys = Keys();
  table.columns = Columns();
  STRATA_RETURN_IF_ERROR(MakeRows(&table));
  return table;
}

}  // namespace strata::analytics::kpi
