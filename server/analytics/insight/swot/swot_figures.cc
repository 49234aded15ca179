#include "server/analytics/insight/swot/swot_figures.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/base/status_macros.h"
#include "server/domain/currency.h"

namespace strata::analytics::insight {
namespace {

// "1234567" as "1,234,567".
std::string Grouped(int64_t value) {
  std::string digits = absl::StrCat(value < 0 ? -value : value);
  for (auto at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<size_t>(at), ",");
  }
  return absl::StrCat(value < 0 ? "-" : "", digits);
}

}  // namespace

std::string CountText(double count) { return Grouped(std::llround(count)); }

std::string PercentText(double share) { return absl::StrFormat("%.2f%%", share * 100); }

std::string DaysText(const fields::DayRange& days) {
  return absl::StrCat(FormatDay(days.from), " to ", FormatDay(days.to));
}

double FigureOf(const fields::Value& value) {
  if (const auto* amount = std::get_if<Amount>(&value)) {
    return static_cast<double>(amount->units) + static_cast<double>(amount->nanos) * 1e-9;
  }
  if (const auto* count = std::get_if<int64_t>(&value)) return static_cast<double>(*count);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return 0;
}

std::string Equals(absl::string_view field, absl::string_view text) {
  std::string condition = absl::StrCat(field, " = \"");
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '*') condition.push_back('\\');
    condition.push_back(c);
  }
  condition.push_back('"');
  return condition;
}

std::string Within(const fields::DayRange& days) {
  return absl::StrCat("day >= ", FormatDay(days.from), " AND day <= ", FormatDay(days.to));
}

SwotEvidence Against(const SwotFigures::Figure& figure, const SwotFigures::Figure& comparison,
                     absl::string_view meaning) {
  return {figure.kpi, figure.where, figure.cell, comparison.cell.value,
          absl::StrCat(meaning, " (", comparison.kpi, comparison.where.empty() ? "" : " where ",
                       comparison.where, ")")};
}

SwotEvidence Against(const SwotFigures::Figure& figure, fields::Value comparison,
                     absl::string_view meaning) {
  return {figure.kpi, figure.where, figure.cell, std::move(comparison), std::string(meaning)};
}

SwotEvidence Alone(const SwotFigures::Figure& figure) {
  return {figure.kpi, figure.where, figure.cell, fields::NullReason::kNotApplicable, ""};
}

absl::Status AddCoverage(SwotFigures& figures, const SwotFigures::Figure& known,
                         SwotStatement* statement) {
  constexpr double kNearlyAll = 0.95;
  STRATA_ASSIGN_OR_RETURN(const SwotFigures::Figure all, figures.One("revenue", ""));
  if (!(all.number() > 0)) return absl::OkStatus();  // nothing to be a share of
  const double share = known.number() / all.number();
  if (share >= kNearlyAll) return absl::OkStatus();
  absl::StrAppend(&statement->statement, " That is known of ", PercentText(share),
                  " of the revenue.");
  statement->evidence.push_back(Against(known, all, "all revenue"));
  return absl::OkStatus();
}

double SwotFigures::Figure::number() const { return FigureOf(cell.value); }

absl::StatusOr<SwotFigures> SwotFigures::Make(const fields::Scope& scope) {
  STRATA_ASSIGN_OR_RETURN(
      segment::Population population,
      segment::SelectCustomers(scope, {"loyalty", "orders", "units", "revenue", "revenue_rank"}));
  SwotFigures figures(scope, std::move(population));
  // Spelled so that further conditions can follow.
  figures.scope_.filter = figures.population_.info.filter;
  return figures;
}

std::string SwotFigures::Where(absl::string_view condition) const {
  if (condition.empty()) return scope_.filter;
  return scope_.filter.empty() ? std::string(condition)
                               : absl::StrCat(scope_.filter, " AND ", condition);
}

std::string SwotFigures::Money(const fields::Value& value) const {
  const auto* amount = std::get_if<Amount>(&value);
  const std::string& currency = scope_.revision->settings->currency;
  return absl::StrCat(amount == nullptr ? "nothing" : MoneyText(*amount, currency), " ", currency);
}

absl::StatusOr<const kpi::KpiTable*> SwotFigures::Table(const std::vector<std::string>& kpis,
                                                        const std::string& field,
                                                        const std::string& condition) {
  const std::string key = absl::StrJoin({absl::StrJoin(kpis, ","), field, condition}, "|");
  const auto found = tables_.find(key);
  if (found != tables_.end()) return &found->second;
  kpi::KpiQuery query;
  query.scope = scope_;
  query.scope.filter = Where(condition);
  query.kpis = kpis;
  if (!field.empty()) query.group_by = {field};
  STRATA_ASSIGN_OR_RETURN(kpi::KpiAnswer answer, kpi::QueryKpis(query));
  return &tables_.emplace(key, std::move(answer.table)).first->second;
}

absl::StatusOr<SwotFigures::Figure> SwotFigures::One(const std::string& kpi,
                                                     const std::string& condition) {
  STRATA_ASSIGN_OR_RETURN(const kpi::KpiTable* table, Table({kpi}, "", condition));
  return Checked(kpi, Where(condition), table->rows.front().cells.front());
}

SwotFigures::Figure SwotFigures::Checked(const std::string& kpi, std::string where,
                                         const fields::Cell& cell) {
  const auto* null = std::get_if<fields::NullReason>(&cell.value);
  if (null != nullptr && *null == fields::NullReason::kOutOfRange && out_of_range_.empty()) {
    out_of_range_ = kpi;
  }
  return {kpi, std::move(where), cell};
}

absl::StatusOr<std::vector<SwotFigures::Group>> SwotFigures::By(
    const std::string& field, const std::vector<std::string>& kpis, const std::string& condition) {
  STRATA_ASSIGN_OR_RETURN(const kpi::KpiTable* table, Table(kpis, field, condition));
  std::vector<Group> groups;
  for (const kpi::KpiTable::Row& row : table->rows) {
    const auto* name = std::get_if<std::string>(&row.keys[0]);
    if (name == nullptr) continue;
    Group& group = groups.emplace_back();
    group.name = *name;
    group.condition = Equals(field, *name);
    if (!condition.empty()) absl::StrAppend(&group.condition, " AND ", condition);
    for (size_t i = 0; i < kpis.size(); ++i) {
      group.figures.push_back(Checked(kpis[i], Where(group.condition), row.cells[i]));
    }
  }
  return groups;
}

std::optional<SwotFigures::Years> SwotFigures::Windows(Day days, Day before) const {
  const Day first_event = scope_.revision->first_event_day;
  if (first_event == kNoDay) return std::nullopt;
  const Day last = std::min({scope_.as_of, scope_.range.to, scope_.revision->last_event_day});
  const Years years = {{last - days + 1, last}, {last - 2 * days + 1, last - days}};
  const Day first = std::max(first_event, scope_.range.from);
  if (first > years.earlier.from - before) return std::nullopt;
  return years;
}

bool SwotFigures::CutsHistory() const {
  const image::Revision& image = *scope_.revision;
  return scope_.range_given && (scope_.range.from > image.first_event_day ||
                                scope_.range.to < std::min(scope_.as_of, image.last_event_day));
}

}  // namespace strata::analytics::insight
