#include "server/rpc/convert/kpi.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/answer_size.h"
#include "server/rpc/convert/value.h"

namespace strata::rpc {
namespace {

// ListFields has them all; a workspace can have thousands of attributes.
constexpr size_t kMostFieldsOfAKpi = 1'000;
constexpr int kMaxPoints = 60;

v1::Additivity AdditivityOf(bool additive) {
  return additive ? v1::ADDITIVITY_ADDITIVE : v1::ADDITIVITY_NON_ADDITIVE;
}

absl::StatusOr<Day> RangeDay(const std::string& text, absl::string_view field) {
  if (text.empty()) return FieldError(field, "a named range needs both of its days");
  const absl::StatusOr<Day> day = ParseDay(text);
  if (!day.ok()) return FieldError(field, day.status().message());
  return *day;
}

absl::StatusOr<analytics::kpi::NamedRange> NamedRangeFrom(const v1::NamedRange& range,
                                                          const std::string& field) {
  analytics::kpi::NamedRange named;
  named.name = range.name();
  if (range.kind_case() == v1::NamedRange::kRange) {
    named.kind = analytics::kpi::NamedRange::Kind::kDays;
    STRATA_ASSIGN_OR_RETURN(named.days.from,
                            RangeDay(range.range().from(), absl::StrCat(field, ".range.from")));
    STRATA_ASSIGN_OR_RETURN(named.days.to,
                            RangeDay(range.range().to(), absl::StrCat(field, ".range.to")));
    return named;
  }
  switch (range.keyword()) {
    case v1::RANGE_KEYWORD_PREVIOUS_PERIOD:
      named.kind = analytics::kpi::NamedRange::Kind::kPreviousPeriod;
      return named;
    case v1::RANGE_KEYWORD_SAME_PERIOD_LAST_YEAR:
      named.kind = analytics::kpi::NamedRange::Kind::kSamePeriodLastYear;
      return named;
    default:
      return FieldError(field, "give a range or a keyword");
  }
}

absl::StatusOr<std::vector<analytics::kpi::NamedRange>> NamedRangesFrom(
    const v1::QueryKpisRequest& request) {
  std::vector<analytics::kpi::NamedRange> ranges;
  for (int i = 0; i < request.ranges_size(); ++i) {
    const std::string field = absl::StrCat("ranges[", i, "]");
    STRATA_ASSIGN_OR_RETURN(analytics::kpi::NamedRange range,
                            NamedRangeFrom(request.ranges(i), field));
    ranges.push_back(std::move(range));
  }
  return ranges;
}

template <typename Columns>
void ColumnsToProto(const Columns& columns, bool keys,
                    google::protobuf::RepeatedPtrField<v1::KpiColumn>* out) {
  for (const analytics::kpi::KpiTable::Column& column : columns) {
    v1::KpiColumn* made = out->Add();
    made->set_id(column.id);
    made->set_range(column.range);
    made->set_type(ToProto(column.type));
    made->set_unit(column.unit);
    if (!keys) made->set_additivity(AdditivityOf(column.additive));
  }
}

void RowToProto(const analytics::kpi::KpiTable::Row& row, v1::KpiRow* out) {
  for (const analytics::fields::Value& key : row.keys) ToProto(key, out->add_keys());
  for (const analytics::fields::Cell& cell : row.cells) ToProto(cell, out->add_values());
  out->set_complete(row.complete);
}

// All but the rows.
void HeadToProto(const analytics::kpi::KpiTable& table, v1::KpiTable* out) {
  out->set_title(table.title);
  ColumnsToProto(table.keys, true, out->mutable_keys());
  ColumnsToProto(table.columns, false, out->mutable_columns());
  if (table.totals.has_value()) RowToProto(*table.totals, out->mutable_totals());
  out->set_total_rows(static_cast<int64_t>(table.rows.size()));
}

}  // namespace

absl::StatusOr<std::vector<analytics::kpi::OrderTerm>> OrderTermsFrom(absl::string_view order_by) {
  std::vector<analytics::kpi::OrderTerm> terms;
  if (absl::StripAsciiWhitespace(order_by).empty()) return terms;
  for (absl::string_view term : absl::StrSplit(order_by, ',')) {
    const std::vector<absl::string_view> words =
        absl::StrSplit(term, absl::ByAnyChar(" \t\n"), absl::SkipEmpty());
    const bool descending = words.size() == 2 && absl::EqualsIgnoreCase(words[1], "desc");
    const bool ascending = words.size() == 2 && absl::EqualsIgnoreCase(words[1], "asc");
    if (words.empty() || words.size() > 2 || (words.size() == 2 && !descending && !ascending)) {
      return FieldError("order_by", absl::StrCat("\"", term,
                                                 "\" is not of the form \"id\", \"id "
                                                 "asc\" or \"id desc\""));
    }
    terms.push_back({std::string(words[0]), descending});
  }
  return terms;
}

absl::StatusOr<analytics::kpi::KpiQuery> KpiQueryFrom(const v1::QueryKpisRequest& request,
                                                      analytics::fields::Scope scope) {
  analytics::kpi::KpiQuery query;
  query.scope = std::move(scope);
  query.kpis.assign(request.kpis().begin(), request.kpis().end());
  query.group_by.assign(request.group_by().begin(), request.group_by().end());
  STRATA_ASSIGN_OR_RETURN(query.ranges, NamedRangesFrom(request));
  STRATA_ASSIGN_OR_RETURN(query.order_by, OrderTermsFrom(request.order_by()));
  query.limit = request.limit();
  query.totals = request.totals();
  query.fill_empty = request.fill_empty();
  query.share_within.assign(request.share_within().begin(), request.share_within().end());
  return query;
}

absl::StatusOr<analytics::kpi::SummaryQuery> SummaryQueryFrom(
    const v1::SummarizeKpisRequest& request, analytics::fields::Scope scope) {
  analytics::kpi::SummaryQuery query;
  query.scope = std::move(scope);
  switch (request.period()) {
    case v1::SUMMARY_PERIOD_MONTH:
      query.period = analytics::kpi::SummaryPeriod::kMonth;
      break;
    case v1::SUMMARY_PERIOD_UNSPECIFIED:
    case v1::SUMMARY_PERIOD_QUARTER:
      query.period = analytics::kpi::SummaryPeriod::kQuarter;
      break;
    case v1::SUMMARY_PERIOD_YEAR:
      query.period = analytics::kpi::SummaryPeriod::kYear;
      break;
    default:
      return FieldError("period",
                        absl::StrCat(static_cast<int>(request.period()), " is none of its values"));
  }
  if (request.points() < 0 || request.points() > kMaxPoints) {
    return FieldError("points", absl::StrCat(request.points(), " lies outside 0 to 60"));
  }
  if (request.points() > 0) query.points = request.points();
  return query;
}

void ToProto(const analytics::kpi::Kpi& kpi, const std::vector<std::string>& fields, v1::Kpi* out) {
  out->set_id(kpi.id);
  out->set_name(kpi.name);
  out->set_unit(kpi.unit);
  out->set_type(ToProto(kpi.type));
  out->set_formula(kpi.formula);
  out->set_version(kpi.version);
  out->set_additivity(AdditivityOf(kpi.additive));
  out->set_grain(ToProto(kpi.grain));
  const size_t named = std::min(fields.size(), kMostFieldsOfAKpi);
  for (size_t i = 0; i < named; ++i) out->add_fields(fields[i]);
  out->set_more_fields(static_cast<int64_t>(fields.size() - named));
  out->set_family(kpi.family);
  out->set_higher_is_better(kpi.higher_is_better);
  out->set_notes(kpi.notes);
}

size_t PageToProto(const analytics::kpi::KpiTable& table, size_t begin, size_t end, size_t bytes,
                   v1::KpiTable* out) {
  HeadToProto(table, out);
  PageBudget budget(bytes + out->ByteSizeLong());
  for (size_t row = begin; row < end; ++row) {
    RowToProto(table.rows[row], out->add_rows());
    if (!budget.KeepsLast(out->mutable_rows())) return row;
  }
  return end;
}

void ToProto(const analytics::kpi::KpiTable& table, size_t begin, size_t end, v1::KpiTable* out) {
  HeadToProto(table, out);
  out->mutable_rows()->Reserve(static_cast<int>(end - begin));
  for (size_t row = begin; row < end; ++row) RowToProto(table.rows[row], out->add_rows());
}

}  // namespace strata::rpc
