#include "server/analytics/kpi/evaluator.h"

#include <algorithm>
#include <utility>

#include "server/analytics/kpi/period.h"
#include "server/analytics/kpi/plan.h"
#include "server/base/status_macros.h"

namespace strata::analytics::kpi {
namespace {

constexpr Facts kAllFacts[kFacts] = {Facts::kOrders,     Facts::kTickets,   Facts::kRatings,
                                     Facts::kSurveys,    Facts::kContracts, Facts::kMovements,
                                     Facts::kInactivity, Facts::kCustomers};

// The facts whose fields the filter names; nullopt when it names fields of customers only.
std::optional<fields::RowGrain> FactsOfFilter(const filter::Filter& filter) {
  std::optional<fields::RowGrain> facts;
  for (const fields::Field* field : filter.fields()) {
    switch (field->grain) {
      case fields::Grain::kCustomer:
        break;
      case fields::Grain::kEvent:
        facts = facts.value_or(fields::RowGrain::kOrder);
        break;
      case fields::Grain::kOrder:
      case fields::Grain::kLine:
        return fields::RowGrain::kOrder;
      case fields::Grain::kTicket:
        return fields::RowGrain::kTicket;
      case fields::Grain::kContract:
        return fields::RowGrain::kContract;
      case fields::Grain::kSurvey:
        return fields::RowGrain::kSurvey;
    }
  }
  return facts;
}

void AddId(const fields::Field& field, std::vector<std::string>* ids) {
  if (field.grain != fields::Grain::kCustomer) return;
  if (std::find(ids->begin(), ids->end(), field.id) == ids->end()) ids->push_back(field.id);
}

// The days that a scan looks at. Only orders, tickets and surveys all lie between the first and the
// last event; a rating counts on a later day, and contracts are looked at on any.
fields::DayRange SeenDays(Facts facts, fields::DayRange window, const fields::Scope& scope) {
  fields::DayRange seen = {window.from, std::min(window.to, scope.as_of)};
  if (facts != Facts::kOrders && facts != Facts::kTickets && facts != Facts::kSurveys) return seen;
  if (scope.revision->last_event_day == kNoDay) return {window.from, window.from - 1};
  seen.from = std::max(seen.from, scope.revision->first_event_day);
  seen.to = std::min(seen.to, scope.revision->last_event_day);
  return seen;
}

}  // namespace

struct Evaluator::Snapshot {
  std::optional<fields::Features> own;  // set when classes are taken at another day than as_of
  const fields::Features* classes = nullptr;
  const fields::Features* filter_features = nullptr;
  std::map<Facts, filter::BoundFilter> filters;
  std::map<std::vector<const fields::Field*>, std::shared_ptr<const CustomerGroups>> groups;
  std::vector<uint8_t> strategic;  // by slot; empty until asked for
};

Evaluator::Evaluator(const fields::Scope& scope, const filter::Filter& filter,
                     std::vector<const fields::Field*> fields, MeasureSet measures)
    : scope_(scope), filter_(filter), fields_(std::move(fields)), measures_(measures) {
  bool classes = measures.Has(Measure::kStrategicRevenue);
  for (const fields::Field* field : fields_) classes |= IsClassField(*field);
  for (const fields::Field* field : filter.fields()) {
    classes |= IsClassField(*field);
    filter_has_facts_ |= field->grain != fields::Grain::kCustomer;
  }
  uses_classes_ = classes;
  by_period_ = classes && scope.classes_at == fields::ClassesAt::kPeriodStart;
}

Evaluator::~Evaluator() = default;

absl::Status Evaluator::ComputeBase() {
  if (base_.has_value()) return absl::OkStatus();
  std::vector<std::string> ids;
  for (const fields::Field* field : fields_) {
    if (!by_period_ || !IsClassField(*field)) AddId(*field, &ids);
  }
  // A filter that names a class is evaluated as of the period's start as a whole.
  bool filter_by_period = false;
  for (const fields::Field* field : filter_.fields())
    filter_by_period |= by_period_ && IsClassField(*field);
  if (!filter_by_period) {
    for (const fields::Field* field : filter_.fields()) AddId(*field, &ids);
  }
  if (!by_period_ && measures_.Has(Measure::kStrategicRevenue)) {
    if (std::find(ids.begin(), ids.end(), "tier") == ids.end()) ids.push_back("tier");
  }
  STRATA_ASSIGN_OR_RETURN(
      base_, fields::Features::Compute(*scope_.revision, scope_.as_of, ids, scope_.stop));
  return absl::OkStatus();
}

absl::StatusOr<Evaluator::Snapshot*> Evaluator::SnapshotAt(Day class_day) {
  class_day = std::min(class_day, scope_.as_of);
  STRATA_RETURN_IF_ERROR(ComputeBase());
  std::unique_ptr<Snapshot>& snapshot = snapshots_[class_day];
  if (snapshot != nullptr) return snapshot.get();
  auto made = std::make_unique<Snapshot>();
  made->classes = made->filter_features = &*base_;
  if (by_period_) {
    std::vector<std::string> ids;
    for (const fields::Field* field : fields_) {
      if (IsClassField(*field)) AddId(*field, &ids);
    }
    bool filter_by_period = false;
    for (const fields::Field* field : filter_.fields()) filter_by_period |= IsClassField(*field);
    if (filter_by_period) {
      for (const fields::Field* field : filter_.fields()) AddId(*field, &ids);
    }
    if (measures_.Has(Measure::kStrategicRevenue) &&
        std::find(ids.begin(), ids.end(), "tier") == ids.end()) {
      ids.push_back("tier");
    }
    STRATA_ASSIGN_OR_RETURN(
        made->own, fields::Features::Compute(*scope_.revision, class_day, ids, scope_.stop));
    made->classes = &*made->own;
    if (filter_by_period) made->filter_features = &*made->own;
  }
  snapshot = std::move(made);
  return snapshot.get();
}

absl::StatusOr<const filter::BoundFilter*> Evaluator::FilterFor(Facts facts, Snapshot* snapshot) {
  if (filter_.matches_all()) return nullptr;
  const image::Revision& revision = *scope_.revision;
  // Filters by fields of customers only are the same for all facts.
  if (!filter_has_facts_) facts = Facts::kCustomers;
  const auto found = snapshot->filters.find(facts);
  if (found != snapshot->filters.end()) return &found->second;
  absl::StatusOr<filter::BoundFilter> bound = absl::InternalError("unbound");
  if (!filter_has_facts_) {
    bound = filter::BoundFilter::BindCustomers(filter_, revision, *snapshot->filter_features);
  } else {
    fields::RowGrain grain = *FactsOfFilter(filter_);
    if (facts == Facts::kTickets) grain = fields::RowGrain::kTicket;
    if (facts == Facts::kSurveys) grain = fields::RowGrain::kSurvey;
    if (facts == Facts::kContracts) grain = fields::RowGrain::kContract;
    bound = filter::BoundFilter::Bind(filter_, grain, revision, *snapshot->filter_features,
                                      scope_.range);
  }
  if (!bound.ok()) return bound.status();
  return &snapshot->filters.emplace(facts, *std::move(bound)).first->second;
}

absl::StatusOr<std::shared_ptr<const CustomerGroups>> Evaluator::GroupsOf(const Request& request,
                                                                          Snapshot* snapshot) {
  std::vector<const fields::Field*> fields;
  for (const fields::Field* field : request.fields) {
    if (field->grain == fields::Grain::kCustomer) fields.push_back(field);
  }
  // The customer part of a filter does not depend on the facts, so any of them will do.
  const auto facts = std::find_if(std::begin(kAllFacts), std::end(kAllFacts), [&](Facts kind) {
    return request.measures.HasAny(MeasuresOf(kind));
  });
  STRATA_ASSIGN_OR_RETURN(
      const filter::BoundFilter* filter,
      FilterFor(facts == std::end(kAllFacts) ? Facts::kCustomers : *facts, snapshot));
  // Facts count whether or not their customer exists already: an order may come before the day on
  // which the customer record was made.
  const std::vector<uint8_t>* mask = filter == nullptr ? nullptr : &filter->customer_part();
  const image::Slot slots = scope_.revision->slots;
  if (request.each_customer) {
    return std::make_shared<const CustomerGroups>(CustomerGroups::EachSlot(mask, slots));
  }
  std::shared_ptr<const CustomerGroups>& groups = snapshot->groups[fields];
  if (groups == nullptr) {
    std::vector<const fields::FeatureColumn*> columns;
    for (const fields::Field* field : fields) {
      const fields::Features& features = IsClassField(*field) ? *snapshot->classes : *base_;
      columns.push_back(&features.Column(field->id));
    }
    groups = std::make_shared<const CustomerGroups>(std::move(columns), mask, slots);
  }
  return groups;
}

absl::Status Evaluator::EvaluateWindow(const Request& request, fields::DayRange window,
                                       const Sink& sink, Snapshot* snapshot) {
  const image::Revision& revision = *scope_.revision;
  STRATA_ASSIGN_OR_RETURN(std::shared_ptr<const CustomerGroups> groups,
                          GroupsOf(request, snapshot));
  STRATA_ASSIGN_OR_RETURN(const GroupSpace space, GroupSpace::Make(request.fields, groups, revision,
                                                                   window, request.shift));
  if (request.measures.Has(Measure::kStrategicRevenue) && snapshot->strategic.empty()) {
    const fields::FeatureColumn& tier = snapshot->classes->Column("tier");
    const auto strategic = std::find(tier.texts.begin(), tier.texts.end(), "strategic");
    const auto code = static_cast<uint32_t>(strategic - tier.texts.begin());
    snapshot->strategic.resize(revision.slots);
    for (image::Slot slot = 0; slot < revision.slots; ++slot) {
      snapshot->strategic[slot] = tier.codes[slot] == code;
    }
  }
  for (const Facts facts : kAllFacts) {
    const MeasureSet measures = request.measures & MeasuresOf(facts);
    if (measures.empty()) continue;
    ScanInput input;
    input.revision = &revision;
    input.space = &space;
    STRATA_ASSIGN_OR_RETURN(const filter::BoundFilter* filter, FilterFor(facts, snapshot));
    input.filter = filter;
    // Customers are counted as of as_of, whatever the range.
    input.window = facts == Facts::kCustomers ? window : SeenDays(facts, window, scope_);
    input.as_of = scope_.as_of;
    input.measures = measures;
    input.strategic = snapshot->strategic.empty() ? nullptr : &snapshot->strategic;
    input.exists = &base_->exists();
    input.used = request.used;
    input.limit_groups = !request.each_customer;
    input.stop = scope_.stop;
    STRATA_ASSIGN_OR_RETURN(const ScanResult result, ScanFacts(facts, input));
    STRATA_RETURN_IF_ERROR(sink(facts, space, result));
  }
  return absl::OkStatus();
}

absl::Status Evaluator::Evaluate(const Request& request, const Sink& sink) {
  if (!by_period_) {
    STRATA_ASSIGN_OR_RETURN(Snapshot* const snapshot, SnapshotAt(scope_.as_of));
    return EvaluateWindow(request, request.window, sink, snapshot);
  }
  const std::optional<size_t> finest = FinestPeriodOf(request.fields);
  if (!finest.has_value()) {
    STRATA_ASSIGN_OR_RETURN(Snapshot* const snapshot, SnapshotAt(request.window.from - 1));
    return EvaluateWindow(request, request.window, sink, snapshot);
  }
  const Calendar& calendar = *scope_.revision->calendar;
  const PeriodUnit unit = *fields::PeriodUnitOf(request.fields[*finest]->id);
  const Day last = request.shift.Of(std::min(request.window.to, scope_.as_of));
  for (int32_t period = calendar.PeriodOf(unit, request.shift.Of(request.window.from));
       calendar.FirstDay(unit, period) <= last; ++period) {
    const fields::DayRange days = request.shift.Into(DaysOf(calendar, unit, period));
    if (days.to < days.from) continue;  // no day is moved to the 29th of February
    STRATA_ASSIGN_OR_RETURN(Snapshot* const snapshot, SnapshotAt(days.from - 1));
    const fields::DayRange window = {std::max(days.from, request.window.from),
                                     std::min(days.to, request.window.to)};
    STRATA_RETURN_IF_ERROR(EvaluateWindow(request, window, sink, snapshot));
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Evaluator::MatchingCustomers() {
  STRATA_ASSIGN_OR_RETURN(Snapshot* const snapshot,
                          SnapshotAt(by_period_ ? scope_.range.from - 1 : scope_.as_of));
  STRATA_ASSIGN_OR_RETURN(const filter::BoundFilter* filter,
                          FilterFor(Facts::kCustomers, snapshot));
  const std::vector<uint8_t>& exists = base_->exists();
  int64_t customers = 0;
  for (size_t slot = 0; slot < exists.size(); ++slot) {
    customers += exists[slot] != 0 && (filter == nullptr || filter->customer_part()[slot] != 0);
  }
  return customers;
}

absl::StatusOr<std::vector<std::string>> Evaluator::UnmatchedFilterTexts() {
  STRATA_ASSIGN_OR_RETURN(Snapshot* const snapshot,
                          SnapshotAt(by_period_ ? scope_.range.from - 1 : scope_.as_of));
  return filter::UnmatchedTexts(filter_, *scope_.revision, *snapshot->filter_features);
}

}  // namespace strata::analytics::kpi
