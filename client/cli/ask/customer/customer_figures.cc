#include "client/cli/ask/customer/customer_figures.h"

#include <algorithm>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "client/cli/ask/customer/filter_text.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/chart.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/value_format.h"

namespace strata::cli {
namespace {

constexpr char kYearBefore[] = "year before";

// Of the KPIs that the page knows, those that a year is read by.
bool IsOfTheYear(const std::string& kpi) {
  static const auto& kpis = *new std::set<std::string>{"revenue",
                                                       "orders",
                                                       "average_order_value",
                                                       "median_order_gap_days",
                                                       "tickets",
                                                       "escalations",
                                                       "sla_compliance",
                                                       "median_first_response_hours",
                                                       "csat",
                                                       "nps",
                                                       "contract_value",
                                                       "median_resolution_hours",
                                                       "on_time_delivery_rate"};
  return kpis.count(kpi) > 0;
}

// Of the months, those that fit on a page as figures.
bool IsOfTheMonths(const std::string& kpi) {
  static const auto& kpis = *new std::set<std::string>{"revenue",     "orders",         "tickets",
                                                       "escalations", "sla_compliance", "csat"};
  return kpis.count(kpi) > 0;
}

// Standings that say little beside others on a page; csv and json have them.
bool IsASideFigure(const std::string& kpi) {
  static const auto& kpis = *new std::set<std::string>{
      "order_lines",        "cost",           "cost_coverage", "average_line_value",
      "p90_order_value",    "orders_all",     "revenue_all",   "order_frequency_monthly",
      "median_order_value", "escalation_rate"};
  return kpis.count(kpi) > 0;
}

// "revenue (USD)"; an id that ends with its unit says it.
std::string Label(const std::string& id, const std::string& unit, v1::ValueType type,
                  const std::string& currency) {
  const std::string label = type == v1::VALUE_TYPE_INTEGER ? "" : UnitLabel(unit, currency);
  if (label.empty() || absl::EndsWith(id, label)) return Printable(id);
  return absl::StrCat(Printable(id), " (", label, ")");
}

// Whether nobody has any of it: of a workspace without tickets, tickets are nothing to tell.
bool IsOfNobody(const v1::KpiStanding& standing) {
  return standing.rank() == 1 && Magnitude(standing.value()) == 0 &&
         Magnitude(standing.median()) == 0;
}
std::set<std::string> KpisOfNobody(const v1::GetCustomerResponse& customer) {
  std::set<std::string> kpis;
  for (const v1::KpiStanding& standing : customer.kpis()) {
    if (IsOfNobody(standing)) kpis.insert(standing.kpi());
  }
  return kpis;
}

std::string DayText(absl::CivilDay day) { return absl::FormatCivilTime(day); }

// `customer = "..."` for any id.
// A rate's change is in points, a score's too; of anything else it is relative.
std::string ChangeText(const v1::Value& now, const v1::Value& before, const std::string& unit) {
  const std::optional<double> a = Magnitude(now), b = Magnitude(before);
  if (!a.has_value() || !b.has_value()) return "–";
  const bool score = unit == "points";
  if (IsPercentUnit(unit) || score) {
    std::string points = FormatChange((*a - *b) / (score ? 100 : 1));
    points.pop_back();  // the percent sign
    return absl::StrCat(points, " pts");
  }
  return *b > 0 ? FormatChange(*a / *b - 1) : "–";
}

// The months of a KPI; nothing when the page does not follow it.
std::vector<std::optional<double>> MonthsOf(const v1::KpiTable& months, const std::string& kpi) {
  std::vector<std::optional<double>> figures;
  for (int column = 0; column < months.columns_size(); ++column) {
    if (months.columns(column).id() != kpi) continue;
    for (const v1::KpiRow& row : months.rows()) figures.push_back(Magnitude(row.values(column)));
  }
  return figures;
}

void PrintMonths(const Terminal& terminal, const v1::GetCustomerResponse& customer) {
  const v1::KpiTable& months = customer.months();
  const std::string& currency = customer.meta().currency_code();
  const std::set<std::string> of_nobody = KpisOfNobody(customer);
  std::vector<bool> shown;
  std::vector<TextTable::Column> columns = {{"month"}};
  for (int i = 0; i < months.columns_size(); ++i) {
    const v1::KpiColumn& column = months.columns(i);
    const bool known =
        std::any_of(months.rows().begin(), months.rows().end(),
                    [i](const v1::KpiRow& row) { return Magnitude(row.values(i)).has_value(); });
    shown.push_back(IsOfTheMonths(column.id()) && known && of_nobody.count(column.id()) == 0);
    if (!shown.back()) continue;
    columns.push_back({Label(column.id(), column.unit(), column.type(), currency), Align::kRight});
  }
  TextTable table(std::move(columns));
  for (const v1::KpiRow& row : months.rows()) {
    std::vector<std::string> cells = {FormatValue(row.keys(0), "", currency) +
                                      (row.complete() ? "" : " *")};
    for (int i = 0; i < row.values_size(); ++i) {
      if (!shown[static_cast<size_t>(i)]) continue;
      v1::Value value = row.values(i);
      value.clear_small_sample();  // a month of one customer always is
      cells.push_back(FormatValue(value, months.columns(i).unit(), currency));
    }
    table.AddRow(std::move(cells));
  }
  table.Print(terminal);
}

}  // namespace

absl::StatusOr<v1::QueryKpisResponse> AskYear(Context& context,
                                              const v1::GetCustomerResponse& customer) {
  v1::QueryKpisRequest request;
  STRATA_ASSIGN_OR_RETURN(*request.mutable_scope(), context.Scope());
  v1::QueryScope& scope = *request.mutable_scope();
  scope.set_as_of(customer.meta().as_of());
  scope.set_min_revision(customer.meta().revision());
  scope.set_filter(absl::StrCat("customer = ", FilterText(customer.customer().id())));
  scope.clear_segment();
  absl::CivilDay as_of;
  if (!absl::ParseCivilTime(customer.meta().as_of(), &as_of)) {
    return absl::InternalError("the answer has no as_of");
  }
  // The twelve months that end with as_of begin the day after the same day a year ago.
  const absl::CivilDay next = as_of + 1;
  const absl::CivilDay from(next.year() - 1, next.month(), next.day());
  const absl::CivilDay before(next.year() - 2, next.month(), next.day());
  scope.mutable_range()->set_from(DayText(from));
  scope.mutable_range()->set_to(customer.meta().as_of());
  v1::NamedRange& earlier = *request.add_ranges();
  earlier.set_name(kYearBefore);
  earlier.mutable_range()->set_from(DayText(before));
  earlier.mutable_range()->set_to(DayText(from - 1));
  for (const v1::KpiStanding& standing : customer.kpis()) {
    if (IsOfTheYear(standing.kpi())) request.add_kpis(standing.kpi());
  }
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  return client->QueryKpis(request, context.call_options());
}

void PrintYear(const Terminal& terminal, const v1::GetCustomerResponse& customer,
               const v1::QueryKpisResponse& year) {
  if (year.table().rows_size() != 1) return;
  const v1::KpiRow& row = year.table().rows(0);
  const std::string& currency = customer.meta().currency_code();
  const int kpis = year.table().columns_size() / 2;
  terminal.out << '\n'
               << Bold(terminal, absl::StrCat("The year to ", Printable(customer.meta().as_of()),
                                              " against the year before"))
               << "\n\n";
  std::vector<TextTable::Column> columns = {
      {""}, {"year", Align::kRight}, {kYearBefore, Align::kRight}, {"change", Align::kRight}};
  if (terminal.rich) columns.push_back({absl::StrCat(customer.months().rows_size(), " months")});
  TextTable table(std::move(columns));
  bool small = false;
  const std::set<std::string> of_nobody = KpisOfNobody(customer);
  for (int i = 0; i < kpis; ++i) {
    const v1::KpiColumn& column = year.table().columns(i);
    if (of_nobody.count(column.id()) > 0) continue;
    const v1::Value &now = row.values(i), &before = row.values(kpis + i);
    if (!Magnitude(now).has_value() && !Magnitude(before).has_value()) continue;
    small = small || now.small_sample() || before.small_sample();
    std::vector<std::string> cells = {Label(column.id(), column.unit(), column.type(), currency),
                                      FormatValue(now, column.unit(), currency),
                                      FormatValue(before, column.unit(), currency),
                                      ChangeText(now, before, column.unit())};
    if (terminal.rich) cells.push_back(Sparkline(MonthsOf(customer.months(), column.id())));
    table.AddRow(std::move(cells));
  }
  table.Print(terminal);
  if (small) terminal.out << "° fewer than 30 records\n";
  if (terminal.rich || customer.months().rows_size() == 0) return;
  terminal.out << '\n' << "Month by month\n\n";
  PrintMonths(terminal, customer);
  const int last = customer.months().rows_size() - 1;
  if (!customer.months().rows(last).complete()) terminal.out << "* not over\n";
}

void PrintStandings(const Terminal& terminal, const v1::GetCustomerResponse& customer) {
  const std::string& currency = customer.meta().currency_code();
  TextTable table(
      {{""}, {"value", Align::kRight}, {"rank", Align::kRight}, {"median", Align::kRight}});
  std::string missing;
  for (const v1::KpiStanding& standing : customer.kpis()) {
    if (IsASideFigure(standing.kpi()) || IsOfNobody(standing)) continue;
    if (standing.rank() == 0) {
      absl::StrAppend(&missing, missing.empty() ? "" : ", ", Printable(standing.kpi()));
      continue;
    }
    const v1::ValueType type = standing.value().kind_case() == v1::Value::kInteger
                                   ? v1::VALUE_TYPE_INTEGER
                                   : v1::VALUE_TYPE_NUMBER;
    table.AddRow(
        {Label(standing.kpi(), standing.unit(), type, currency),
         FormatValue(standing.value(), standing.unit(), currency),
         absl::StrCat(FormatInteger(standing.rank()), " of ", FormatInteger(standing.of())),
         FormatValue(standing.median(), standing.unit(), currency)});
  }
  if (table.empty() && missing.empty()) return;
  terminal.out << '\n'
               << Bold(terminal, "Among all customers, over all history (rank 1: the highest)")
               << "\n\n";
  table.Print(terminal);
  if (!missing.empty()) terminal.out << "no value: " << missing << '\n';
}

}  // namespace strata::cli
