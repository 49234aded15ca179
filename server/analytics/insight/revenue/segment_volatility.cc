#include "server/analytics/insight/revenue/segment_volatility.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

constexpr char kStrategic[] = "strategic";
constexpr char kOther[] = "other";
constexpr Day kDaysBefore = 36'525;  // a century: as far as anybody's orders reach back

std::string NameOf(const fields::Value& key, bool strategic_or_not) {
  std::string name = "(unknown)";
  if (const auto* text = std::get_if<std::string>(&key)) name = *text;
  if (const auto* flag = std::get_if<bool>(&key)) name = *flag ? "yes" : "no";
  if (const auto* number = std::get_if<int64_t>(&key)) name = absl::StrCat(*number);
  return strategic_or_not && name != kStrategic ? kOther : name;
}

// More than a sum of Amounts comes to.
constexpr MicrosSum kTooMuch = std::numeric_limits<MicrosSum>::max() / 1'000'000;

MicrosSum MicrosOf(const fields::Value& value) {
  if (value == fields::Value(fields::NullReason::kOutOfRange)) return kTooMuch;
  const auto* amount = std::get_if<Amount>(&value);
  if (amount == nullptr) return 0;
  return static_cast<MicrosSum>(amount->units) * kMicrosAUnit + amount->nanos / 1'000;
}

// "CV: strategic is steadier (0.694 against 0.893)".
void Compare(absl::string_view measure, const std::string& a, std::optional<double> a_value,
             const std::string& b, std::optional<double> b_value, bool whole,
             std::vector<std::string>& findings) {
  if (!a_value.has_value() || !b_value.has_value()) return;
  const auto text = [whole](double value) {
    return whole ? absl::StrFormat("%.0f", value) : absl::StrFormat("%.3f", value);
  };
  if (*a_value == *b_value) {
    findings.push_back(absl::StrCat(measure, ": no difference (", text(*a_value), ")"));
    return;
  }
  const bool a_steadier = *a_value < *b_value;
  findings.push_back(absl::StrCat(measure, ": ", a_steadier ? a : b, " is steadier (",
                                  text(a_steadier ? *a_value : *b_value), " against ",
                                  text(a_steadier ? *b_value : *a_value), ")"));
}

std::vector<std::string> Findings(const SegmentVolatility::Group& a,
                                  const SegmentVolatility::Group& b) {
  std::vector<std::string> findings;
  const Volatility &x = a.volatility, &y = b.volatility;
  Compare("CV of monthly revenue", a.name, x.cv, b.name, y.cv, false, findings);
  Compare("CV after removing a linear trend", a.name, x.cv_detrended, b.name, y.cv_detrended, false,
          findings);
  Compare("CV of month-on-month changes", a.name, x.cv_of_changes, b.name, y.cv_of_changes, false,
          findings);
  // Of a few months no halving tells anything.
  if (std::min(x.months, y.months) >= kLeastMonthsOfVolatility) {
    Compare("halvings (a month below half of the month before)", a.name, x.halvings, b.name,
            y.halvings, true, findings);
  }
  return findings;
}

bool IsPositive(const fields::Value& value) {
  const auto* count = std::get_if<int64_t>(&value);
  return count != nullptr && *count > 0;
}

// The names of the groups that purchased before the range.
absl::StatusOr<std::set<std::string>> PurchasedBefore(const fields::Scope& scope,
                                                      const std::string& field,
                                                      bool strategic_or_not) {
  std::set<std::string> names;
  const Day earliest = scope.range.from - kDaysBefore;
  kpi::KpiQuery query;
  query.scope = scope;
  query.scope.range = {earliest, scope.range.from - 1};
  query.kpis = {"orders"};
  query.group_by = {field};
  STRATA_ASSIGN_OR_RETURN(const kpi::KpiAnswer before, kpi::QueryKpis(query));
  for (const kpi::KpiTable::Row& row : before.table.rows) {
    if (IsPositive(row.cells[0].value)) names.insert(NameOf(row.keys[0], strategic_or_not));
  }
  return names;
}

}  // namespace

absl::StatusOr<SegmentVolatility> MeasureSegmentVolatility(const fields::Scope& scope,
                                                           const std::string& group_by) {
  const bool strategic_or_not = group_by.empty();
  const std::string field = strategic_or_not ? "tier" : group_by;
  const fields::FieldCatalogue catalogue(*scope.revision);
  STRATA_ASSIGN_OR_RETURN(const fields::Field* known, catalogue.Find(field));
  if (known->grain != fields::Grain::kCustomer || !known->groupable) {
    return FieldError("group_by", absl::StrCat("\"", field, "\" does not group customers"));
  }
  kpi::KpiQuery query;
  query.scope = scope;
  query.kpis = {"customers"};
  query.group_by = {field};
  STRATA_ASSIGN_OR_RETURN(const kpi::KpiAnswer sizes, kpi::QueryKpis(query));
  STRATA_ASSIGN_OR_RETURN(const std::set<std::string> purchased_before,
                          PurchasedBefore(scope, field, strategic_or_not));
  query.kpis = {"revenue", "orders"};
  query.group_by = {field, "month"};
  STRATA_ASSIGN_OR_RETURN(const kpi::KpiAnswer revenue, kpi::QueryKpis(query));

  SegmentVolatility result;
  result.info = revenue.info;
  if (revenue.table.rows.empty()) return result;
  const Calendar& calendar = *scope.revision->calendar;
  const int32_t first = calendar.PeriodOf(PeriodUnit::kMonth, scope.range.from);
  const Day seen = std::min(scope.range.to, scope.as_of);
  int32_t last = calendar.PeriodOf(PeriodUnit::kMonth, seen);
  // A month that goes on is no month of low revenue.
  if (last > first && seen == scope.as_of &&
      calendar.FirstDay(PeriodUnit::kMonth, last + 1) > seen + 1) {
    result.info.notes.push_back(
        absl::StrCat(calendar.Label(PeriodUnit::kMonth, last), " is not complete: it is left out"));
    --last;
  }
  for (int32_t month = first; month <= last; ++month) {
    result.months.push_back(calendar.Label(PeriodUnit::kMonth, month));
  }
  std::map<std::string, size_t> places;  // in order of appearance, which is the keys' order
  for (const kpi::KpiTable::Row& row : revenue.table.rows) {
    const std::string name = NameOf(row.keys[0], strategic_or_not);
    const auto [place, is_new] = places.emplace(name, result.groups.size());
    if (is_new) {
      result.groups.emplace_back().name = name;
      result.groups.back().series.resize(result.months.size());
      result.groups.back().first = purchased_before.count(name) > 0 ? 0 : result.months.size();
    }
    const auto* label = std::get_if<std::string>(&row.keys[1]);
    if (label == nullptr) continue;
    STRATA_ASSIGN_OR_RETURN(const int32_t month, calendar.ParseLabel(PeriodUnit::kMonth, *label));
    if (month < first || month > last) continue;
    SegmentVolatility::Group& group = result.groups[place->second];
    const auto index = static_cast<size_t>(month - first);
    group.series[index] += MicrosOf(row.cells[0].value);
    if (IsPositive(row.cells[1].value)) group.first = std::min(group.first, index);
  }
  for (const kpi::KpiTable::Row& row : sizes.table.rows) {
    const auto place = places.find(NameOf(row.keys[0], strategic_or_not));
    const auto* customers = std::get_if<int64_t>(&row.cells[0].value);
    if (place != places.end() && customers != nullptr) {
      result.groups[place->second].customers += *customers;
    }
  }
  for (SegmentVolatility::Group& group : result.groups) {
    group.out_of_range = std::any_of(group.series.begin(), group.series.end(),
                                     [](MicrosSum month) { return month >= kTooMuch / 2; });
    if (group.out_of_range) continue;
    group.volatility = MeasureVolatility(absl::MakeConstSpan(group.series).subspan(group.first));
  }
  if (result.groups.size() == 2) result.findings = Findings(result.groups[0], result.groups[1]);
  return result;
}

}  // namespace strata::analytics::insight
