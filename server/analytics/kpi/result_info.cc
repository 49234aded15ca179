#include "server/analytics/kpi/result_info.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/analytics/facts/block_scan.h"
#include "server/analytics/kpi/period.h"
#include "server/analytics/kpi/range_notes.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::kpi {
namespace {

using M = Measure;

template <typename Days>
int64_t CountAfter(const Days& days, size_t rows, Day day) {
  int64_t after = 0;
  for (size_t row = 0; row < rows; ++row) after += days[row] > day;
  return after;
}

// The records of a kind that happened after as_of.
absl::StatusOr<int64_t> RecordsAfter(Facts facts, const fields::Scope& scope) {
  const image::Revision& revision = *scope.revision;
  if (facts != Facts::kContracts && facts != Facts::kMovements &&
      revision.last_event_day <= scope.as_of) {
    return 0;
  }
  std::vector<int64_t> after(ScanWorkers(), 0);
  std::vector<image::OrderRuns> runs(ScanWorkers());
  STRATA_RETURN_IF_ERROR(
      facts::ScanBlocks(revision, scope.stop, [&](size_t worker, const image::Block& block) {
        if (facts == Facts::kOrders) {
          for (const image::OrderRun& run : runs[worker].Of(block)) {
            after[worker] += CountAfter(run.day, run.orders, scope.as_of);
          }
        } else if (facts == Facts::kTickets && block.tickets != nullptr) {
          after[worker] +=
              CountAfter(block.tickets->opened_day, block.tickets->opened_day.size(), scope.as_of);
        } else if (facts != Facts::kTickets && block.contracts != nullptr) {
          after[worker] += CountAfter(block.contracts->start_date,
                                      block.contracts->start_date.size(), scope.as_of);
        }
        return absl::OkStatus();
      }));
  int64_t total = 0;
  for (const int64_t count : after) total += count;
  return total;
}

// The kinds of record that facts are made of.
void AddFeeds(Facts facts, facts::FeedSet* feeds) {
  switch (facts) {
    case Facts::kOrders:
      return feeds->Add(image::Feed::kOrders);
    case Facts::kTickets:
      return feeds->Add(image::Feed::kTickets);
    case Facts::kRatings:
      feeds->Add(image::Feed::kTickets);
      return feeds->Add(image::Feed::kSurveys);
    case Facts::kSurveys:
      return feeds->Add(image::Feed::kSurveys);
    case Facts::kContracts:
    case Facts::kMovements:
      return feeds->Add(image::Feed::kContracts);
    case Facts::kInactivity:
      feeds->Add(image::Feed::kOrders);
      return feeds->Add(image::Feed::kContracts);
    case Facts::kCustomers:
      return feeds->Add(image::Feed::kCustomers);
  }
}

struct Words {
  const char* records;
  const char* outside;  // why a record that is seen does not count; null: not told apart
};
Words WordsOf(Facts facts) {
  switch (facts) {
    case Facts::kOrders:
      return {"orders", "outside the range"};
    case Facts::kTickets:
      return {"tickets", "opened outside the range"};
    case Facts::kRatings:
      return {"ratings", nullptr};
    case Facts::kSurveys:
      return {"NPS answers", nullptr};
    case Facts::kContracts:
      return {"contracts", "not in force on the last day"};
    case Facts::kMovements:
      return {"contracts", "in force at neither end of the period"};
    case Facts::kInactivity:
    case Facts::kCustomers:
      break;
  }
  return {nullptr, nullptr};
}

int64_t RecordsOf(Facts facts, const image::Revision& revision) {
  if (facts == Facts::kOrders) return revision.orders;
  if (facts == Facts::kTickets) return revision.tickets;
  return revision.contracts;
}

absl::Status AddFacts(Facts facts, const ScanCounts& counts, const fields::Scope& scope,
                      fields::ResultInfo* info) {
  const Words words = WordsOf(facts);
  if (words.records == nullptr) return absl::OkStatus();
  const auto leave_out = [&](int64_t records, absl::string_view reason) {
    if (records > 0) {
      info->left_out.push_back({absl::StrCat(words.records, " ", reason), records});
    }
  };
  if (words.outside != nullptr) {
    STRATA_ASSIGN_OR_RETURN(const int64_t after, RecordsAfter(facts, scope));
    leave_out(after, facts == Facts::kOrders || facts == Facts::kTickets
                         ? "after as_of"
                         : "that start after as_of");
    leave_out(RecordsOf(facts, *scope.revision) - after - counts.in_window, words.outside);
  }
  leave_out(counts.in_window - counts.matched, "that do not match the filter");
  leave_out(counts.matched - counts.used, "with an excluded status");
  return absl::OkStatus();
}

bool Asks(const Plan& plan, absl::string_view id) {
  return std::any_of(plan.kpis.begin(), plan.kpis.end(),
                     [id](const Definition* definition) { return definition->kpi.id == id; });
}

// Whether a KPI of the plan counts orders, which returns are none of.
bool CountsPurchases(const Plan& plan) {
  constexpr MeasureSet kOfPurchases = {
      M::kOrders,           M::kActiveCustomers, M::kNewCustomers, M::kActiveMonths,  M::kDueOrders,
      M::kMedianOrderValue, M::kP90OrderValue,   M::kGaps,         M::kGapCvCustomers};
  return plan.Needs().HasAny(kOfPurchases);
}

bool GroupsByLine(const Plan& plan) {
  return std::any_of(plan.fields.begin(), plan.fields.end(), [](const fields::Field* field) {
    return field->grain == fields::Grain::kLine;
  });
}

void AddCoverage(const Plan& plan, const TableBuilder& builder, fields::ResultInfo* info) {
  const auto leave_out = [&](absl::string_view reason, MicrosSum records) {
    if (records > 0) info->left_out.push_back({std::string(reason), static_cast<int64_t>(records)});
  };
  if (Asks(plan, "cost") || Asks(plan, "gross_margin")) {
    leave_out("order lines without a cost",
              builder.Sum(M::kOrderLines) - builder.Sum(M::kLinesWithCost));
  }
  if (Asks(plan, "on_time_delivery_rate") && !GroupsByLine(plan)) {
    leave_out("orders without a promised time, or open and not yet due",
              builder.Sum(M::kOrders) - builder.Sum(M::kDueOrders) - builder.Sum(M::kMisdated));
    leave_out("orders delivered on a day before their order's", builder.Sum(M::kMisdated));
  }
  if (Asks(plan, "sla_compliance") && plan.Needs().Has(M::kTickets)) {
    leave_out("tickets without a due time, cancelled, or open and not yet due",
              builder.Sum(M::kTickets) - builder.Sum(M::kSlaMet) - builder.Sum(M::kSlaBreached));
  }
}

std::string Qualified(const fields::Field& field) {
  switch (field.grain) {
    case fields::Grain::kCustomer:
      return absl::StrCat("customer.", field.id);
    case fields::Grain::kOrder:
      return absl::StrCat("order.", field.id);
    case fields::Grain::kLine:
      return absl::StrCat("line.", field.id);
    case fields::Grain::kTicket:
      return absl::StrCat("ticket.", field.id);
    case fields::Grain::kContract:
      return absl::StrCat("contract.", field.id);
    case fields::Grain::kSurvey:
      return absl::StrCat("survey.", field.id);
    case fields::Grain::kEvent:
      break;
  }
  return field.id;
}

void AddCurrentValues(const Plan& plan, const Evaluator& evaluator, fields::ResultInfo* info) {
  std::set<std::string> names;
  for (const std::vector<const fields::Field*>& fields : {plan.fields, plan.filter.fields()}) {
    for (const fields::Field* field : fields) {
      if (field->current_value) names.insert(Qualified(*field));
      // The tier rule looks at the declared flag, of which only the latest is kept.
      if (field->id == "tier") names.insert("customer.strategic");
    }
  }
  const MeasureSet needs = plan.Needs();
  if (needs.HasAny(MeasuresOf(Facts::kOrders)) || evaluator.uses_classes()) {
    names.insert("order.status");
  }
  constexpr MeasureSet kOfContracts = MeasuresOf(Facts::kContracts) |
                                      MeasuresOf(Facts::kMovements) |
                                      MeasuresOf(Facts::kInactivity);
  if (needs.HasAny(kOfContracts)) names.insert("contract.status");
  if (needs.Has(M::kStrategicRevenue)) names.insert("customer.strategic");
  if (needs.HasAny({M::kSlaMet, M::kSlaBreached})) names.insert("ticket.status");
  info->current_values.assign(names.begin(), names.end());
}

void AddNotes(const fields::Scope& scope, const Plan& plan, const TableBuilder& builder,
              const Evaluator& evaluator, fields::ResultInfo* info) {
  if (evaluator.uses_classes()) {
    if (!evaluator.by_period()) {
      info->notes.push_back(absl::StrCat("ranks and classes are taken as of ",
                                         FormatDay(scope.as_of),
                                         " for every period of the answer (hindsight)"));
    } else if (plan.finest_period.has_value()) {
      info->notes.push_back(absl::StrCat("ranks and classes are taken as of the day before each ",
                                         plan.fields[*plan.finest_period]->id));
    } else {
      info->notes.push_back(
          absl::StrCat("ranks and classes are taken as of ",
                       FormatDay(std::min<Day>(scope.range.from - 1, scope.as_of))));
    }
  }
  AddRangeNotes(scope, plan, &info->notes);
  builder.AddGrowthNotes(&info->notes);
  if (scope.range.from > scope.as_of) {
    info->notes.push_back("the range starts after as_of: nothing of it is seen");
  } else if (scope.range.to > scope.as_of) {
    info->notes.push_back(absl::StrCat("the range ends after as_of: its days after ",
                                       FormatDay(scope.as_of), " are not seen"));
  }
  if (Asks(plan, "customers") || Asks(plan, "tickets_per_customer")) {
    info->notes.push_back(absl::StrCat("customers are counted as of ", FormatDay(scope.as_of),
                                       ", whatever the range"));
  }
}

bool LastPeriodComplete(const fields::Scope& scope, const Plan& plan) {
  if (!plan.finest_period.has_value()) return scope.range.to <= scope.as_of;
  const Calendar& calendar = *scope.revision->calendar;
  const PeriodUnit unit = *fields::PeriodUnitOf(plan.fields[*plan.finest_period]->id);
  return DaysOf(calendar, unit, calendar.PeriodOf(unit, scope.range.to)).to <= scope.as_of;
}

}  // namespace

absl::StatusOr<fields::ResultInfo> MakeResultInfo(const fields::Scope& scope, const Plan& plan,
                                                  const TableBuilder& builder,
                                                  Evaluator* evaluator) {
  fields::ResultInfo info = fields::InfoAsOf(scope);
  info.feeds = {};
  info.range = scope.range;
  info.filter = plan.filter.Canonical();
  STRATA_ASSIGN_OR_RETURN(info.notes, evaluator->UnmatchedFilterTexts());
  for (const auto& [facts, counts] : builder.counts()) {
    STRATA_RETURN_IF_ERROR(AddFacts(facts, counts, scope, &info));
    if (counts.returns > 0 && CountsPurchases(plan)) {
      info.notes.push_back(
          absl::StrCat("returns (orders with a negative total), which reduce revenue and units and "
                       "count as no orders: ",
                       counts.returns));
    }
    AddFeeds(facts, &info.feeds);
  }
  info.records_used = builder.RecordsUsed();
  STRATA_ASSIGN_OR_RETURN(info.customers_used, evaluator->MatchingCustomers());
  AddCoverage(plan, builder, &info);
  info.last_period_complete = LastPeriodComplete(scope, plan);
  AddCurrentValues(plan, *evaluator, &info);
  AddNotes(scope, plan, builder, *evaluator, &info);
  return info;
}

}  // namespace strata::analytics::kpi
