#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/analytics/kpi/definition.h"
#include "server/analytics/kpi/figures.h"
#include "server/analytics/kpi/period.h"
#include "server/analytics/kpi/plan.h"
#include "server/analytics/kpi/query.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace strata::analytics::kpi {
namespace {

constexpr int kMostPoints = 60;
constexpr int kTrackedMonths = 13;  // a year and the same month of the year before

// In the order of the page.
constexpr const char* kHeadline[] = {"revenue",
                                     "orders",
                                     "active_customers",
                                     "new_customers",
                                     "average_order_value",
                                     "order_frequency",
                                     "revenue_per_customer",
                                     "strategic_revenue_share",
                                     "gross_margin",
                                     "inactive_rate",
                                     "on_time_delivery_rate",
                                     "tickets",
                                     "escalation_rate",
                                     "sla_compliance",
                                     "csat",
                                     "nps",
                                     "contract_value",
                                     "nrr",
                                     "logo_churn_rate"};
struct Tracking {
  const char* title;
  std::vector<std::string> kpis, group_by, share_within;
};
std::vector<std::string> ServiceRecord() {
  return {"tickets", "sla_compliance", "escalations", "escalation_rate", "csat"};
}
const std::vector<Tracking>& TrackingList() {
  static const auto* const list = new std::vector<Tracking>{
      {"Share of revenue from strategic customers",
       {"strategic_revenue_share", "revenue"},
       {"month"},
       {}},
      {"Revenue growth, order frequency and average deal size by tier",
       {"revenue", "revenue_growth", "order_frequency", "average_order_value"},
       {"month", "tier"},
       {}},
      {"Order status mix", {"orders_all", "status_share"}, {"month", "status"}, {"month"}},
      {"Delivery", {"on_time_delivery_rate"}, {"month"}, {}},
      {"SLA compliance, escalations and satisfaction", ServiceRecord(), {"month"}, {}},
      {"SLA compliance, escalations and satisfaction by tier",
       ServiceRecord(),
       {"month", "tier"},
       {}},
      {"Recurring revenue", {"contract_value", "recurring_net_change", "nrr"}, {"month"}, {}},
  };
  return *list;
}

struct UnitOf {
  PeriodUnit unit;
  const char* field;
};
UnitOf UnitOfPeriod(SummaryPeriod period) {
  switch (period) {
    case SummaryPeriod::kMonth:
      return {PeriodUnit::kMonth, "month"};
    case SummaryPeriod::kQuarter:
      return {PeriodUnit::kQuarter, "quarter"};
    case SummaryPeriod::kYear:
      return {PeriodUnit::kYear, "year"};
  }
  return {PeriodUnit::kQuarter, "quarter"};
}

bool IsNull(const fields::Cell& cell) {
  return std::holds_alternative<fields::NullReason>(cell.value);
}

double NumberOf(const fields::Value& value) {
  if (const auto* amount = std::get_if<Amount>(&value)) {
    return static_cast<double>(amount->units) + static_cast<double>(amount->nanos) * 1e-9;
  }
  if (const auto* count = std::get_if<int64_t>(&value)) return static_cast<double>(*count);
  return std::get<double>(value);
}

fields::Cell ChangeOf(const Definition& definition, const fields::Cell& value,
                      const fields::Cell& previous) {
  if (IsNull(value)) return NullCell(std::get<fields::NullReason>(value.value));
  if (IsNull(previous)) return NullCell(std::get<fields::NullReason>(previous.value));
  const double now = NumberOf(value.value), before = NumberOf(previous.value);
  if (definition.rate) return NumberCell(now - before);
  if (before <= 0) return NullCell(fields::NullReason::kZeroDenominator);
  return NumberCell(now / before - 1);
}

// Whether the workspace holds what the KPI counts: without tickets the page has no support figures,
// without orders no revenue of 0.
bool HasRecords(const Definition& definition, const image::Revision& revision) {
  switch (definition.facts) {
    case Facts::kOrders:
    case Facts::kInactivity:
      return revision.orders > 0;
    case Facts::kTickets:
      return revision.tickets > 0;
    case Facts::kRatings:
      return revision.tickets > 0 || revision.surveys > 0;
    case Facts::kSurveys:
      return revision.surveys > 0;
    case Facts::kContracts:
    case Facts::kMovements:
      return revision.contracts > 0;
    case Facts::kCustomers:
      break;
  }
  return true;
}

// Figures that many workspaces have no data for: left out where every value is null.
bool IsOptional(absl::string_view id) {
  return id == "gross_margin" || id == "on_time_delivery_rate" || id == "csat" || id == "nps" ||
         id == "sla_compliance";
}

class Summary {
 public:
  explicit Summary(const SummaryQuery& query)
      : query_(query),
        revision_(*query.scope.revision),
        calendar_(*revision_.calendar),
        unit_(UnitOfPeriod(query.period)),
        period_(calendar_.PeriodOf(unit_.unit, query.scope.as_of)) {}

  absl::StatusOr<SummaryAnswer> Make() {
    STRATA_RETURN_IF_ERROR(ChooseKpis());
    answer_.info = fields::InfoAsOf(query_.scope);
    if (query_.scope.as_of_basis != facts::AsOfBasis::kEmpty) {
      answer_.period = calendar_.Label(unit_.unit, period_);
      answer_.previous_period = calendar_.Label(unit_.unit, period_ - 1);
    }
    answer_.info.range = DaysOf(calendar_, unit_.unit, period_);
    answer_.info.filter = filter_.Canonical();
    if (!headline_.empty()) {
      STRATA_RETURN_IF_ERROR(MakeHeadline());
      STRATA_RETURN_IF_ERROR(MakeSeries());
      DropEmpty();
    }
    for (const Tracking& tracking : TrackingList()) STRATA_RETURN_IF_ERROR(Track(tracking));
    return std::move(answer_);
  }

 private:
  bool Fits(const Definition& definition) const {
    return HasRecords(definition, revision_) &&
           std::all_of(filter_.fields().begin(), filter_.fields().end(),
                       [&](const fields::Field* field) { return CanFilterBy(definition, *field); });
  }

  absl::Status ChooseKpis() {
    STRATA_ASSIGN_OR_RETURN(filter_,
                            ParseFilter(query_.scope, fields::FieldCatalogue(revision_), {}));
    for (const char* id : kHeadline) {
      const Definition& definition = DefinitionOf(**FindKpi(id));
      if (Fits(definition)) {
        headline_.push_back(&definition);
      } else if (HasRecords(definition, revision_)) {
        unfit_.push_back(id);
      }
    }
    return absl::OkStatus();
  }

  KpiQuery QueryOf(std::vector<std::string> kpis, fields::DayRange range) const {
    KpiQuery query;
    query.scope = query_.scope;
    query.scope.range = range;
    query.scope.range_given = true;
    query.kpis = std::move(kpis);
    return query;
  }

  std::vector<std::string> HeadlineIds() const {
    std::vector<std::string> ids;
    for (const Definition* definition : headline_) ids.push_back(definition->kpi.id);
    return ids;
  }

  absl::Status MakeHeadline() {
    const fields::DayRange days = DaysOf(calendar_, unit_.unit, period_);
    const fields::DayRange seen = {days.from, std::min(days.to, query_.scope.as_of)};
    const fields::DayRange previous = PrecedingPart(calendar_, unit_.unit, period_, seen);
    KpiQuery query = QueryOf(HeadlineIds(), days);
    query.ranges = {{"previous", NamedRange::Kind::kDays, previous}};
    STRATA_ASSIGN_OR_RETURN(KpiAnswer made, QueryKpis(query));
    answer_.info = std::move(made.info);
    if (query_.scope.as_of < days.to) {
      answer_.info.notes.push_back(
          absl::StrCat(answer_.period, " is not complete: it is compared with ",
                       FormatDay(previous.from), " to ", FormatDay(previous.to)));
    }
    if (!unfit_.empty()) {
      answer_.info.notes.push_back(
          absl::StrCat("left out, because the filter does not fit: ", absl::StrJoin(unfit_, ", ")));
    }
    std::vector<fields::Cell>& cells = made.table.rows.front().cells;
    for (size_t i = 0; i < headline_.size(); ++i) {
      KpiSummary& summary = answer_.headline.emplace_back();
      summary.kpi = &Kpis()[static_cast<size_t>(headline_[i] - Definitions().data())];
      summary.value = std::move(cells[i]);
      summary.previous = std::move(cells[headline_.size() + i]);
      summary.change = ChangeOf(*headline_[i], summary.value, summary.previous);
    }
    return absl::OkStatus();
  }

  // The first period of `count` up to `last` that has any record.
  int32_t FirstPeriod(PeriodUnit unit, int32_t last, int count) const {
    const Day first_day = facts::FirstDayOf(revision_);
    if (first_day == kNoDay) return last;
    const int32_t first = calendar_.PeriodOf(unit, first_day);
    return std::min(last, std::max(first, last - count + 1));
  }

  absl::Status MakeSeries() {
    const int32_t first = FirstPeriod(unit_.unit, period_, query_.points);
    KpiQuery query = QueryOf(HeadlineIds(), {calendar_.FirstDay(unit_.unit, first),
                                             calendar_.FirstDay(unit_.unit, period_ + 1) - 1});
    query.group_by = {unit_.field};
    query.fill_empty = true;
    STRATA_ASSIGN_OR_RETURN(KpiAnswer made, QueryKpis(query));
    for (KpiTable::Row& row : made.table.rows) {
      for (size_t i = 0; i < headline_.size(); ++i) {
        answer_.headline[i].series.push_back(
            {std::get<std::string>(row.keys[0]), std::move(row.cells[i]), row.complete});
      }
    }
    return absl::OkStatus();
  }

  void DropEmpty() {
    std::vector<KpiSummary> kept;
    for (KpiSummary& summary : answer_.headline) {
      const bool empty =
          IsNull(summary.value) && IsNull(summary.previous) &&
          std::all_of(summary.series.begin(), summary.series.end(),
                      [](const KpiSummary::Point& point) { return IsNull(point.cell); });
      if (!empty || !IsOptional(summary.kpi->id)) kept.push_back(std::move(summary));
    }
    answer_.headline = std::move(kept);
  }

  absl::Status Track(const Tracking& tracking) {
    std::vector<std::string> kpis;
    for (const std::string& id : tracking.kpis) {
      if (Fits(DefinitionOf(**FindKpi(id)))) kpis.push_back(id);
    }
    if (kpis.empty()) return absl::OkStatus();
    const int32_t last = calendar_.PeriodOf(PeriodUnit::kMonth, query_.scope.as_of);
    const int32_t first = FirstPeriod(PeriodUnit::kMonth, last, kTrackedMonths);
    KpiQuery query =
        QueryOf(std::move(kpis), {calendar_.FirstDay(PeriodUnit::kMonth, first),
                                  calendar_.FirstDay(PeriodUnit::kMonth, last + 1) - 1});
    query.group_by = tracking.group_by;
    query.share_within = tracking.share_within;
    query.fill_empty = true;
    STRATA_ASSIGN_OR_RETURN(KpiAnswer made, QueryKpis(query));
    const bool empty =
        std::all_of(made.table.rows.begin(), made.table.rows.end(), [](const KpiTable::Row& row) {
          return std::all_of(row.cells.begin(), row.cells.end(), IsNull);
        });
    if (empty) return absl::OkStatus();
    // How the month that goes on is compared, which the headline's notes may not tell.
    for (std::string& note : made.info.notes) {
      std::vector<std::string>& notes = answer_.info.notes;
      if (absl::StartsWith(note, "growth of ") &&
          std::find(notes.begin(), notes.end(), note) == notes.end()) {
        notes.push_back(std::move(note));
      }
    }
    made.table.title = tracking.title;
    answer_.tracking.push_back(std::move(made.table));
    return absl::OkStatus();
  }

  const SummaryQuery& query_;
  const image::Revision& revision_;
  const Calendar& calendar_;
  const UnitOf unit_;
  const int32_t period_;
  filter::Filter filter_;
  std::vector<const Definition*> headline_;
  std::vector<std::string> unfit_;
  SummaryAnswer answer_;
};

}  // namespace

absl::StatusOr<SummaryAnswer> SummarizeKpis(const SummaryQuery& query) {
  if (query.scope.range_given) {
    return FieldError("scope.range",
                      "a summary's range is the period that holds as_of; set as_of instead");
  }
  if (query.points < 1 || query.points > kMostPoints) {
    return FieldError("points", absl::StrCat("between 1 and ", kMostPoints));
  }
  return Summary(query).Make();
}

}  // namespace strata::analytics::kpi
