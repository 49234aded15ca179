#include "server/analytics/insight/segments/transitions.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/insight/segments/mover_ranks.h"
#include "server/analytics/segment/members.h"
#include "server/analytics/segment/population.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

using image::Slot;

constexpr char kRank[] = "revenue_rank";
constexpr size_t kSlotsAPiece = 1 << 16;

// Everybody on one date.
struct Snapshot {
  fields::Features features;
  segment::SegmentClasses classes;

  facts::SumView revenue() const { return features.Column("revenue").Sums(); }
};

// The customer fields that the segment's rules name and that the catalogue has.
std::vector<std::string> RuleFields(const segment::SegmentInfo& segment,
                                    const fields::FieldCatalogue& catalogue) {
  std::vector<std::string> ids;
  for (const std::string& id : segment.rule_fields) {
    const absl::StatusOr<const fields::Field*> field = catalogue.Find(id);
    if (field.ok() && (*field)->grain == fields::Grain::kCustomer) ids.push_back(id);
  }
  return ids;
}

// An empty `include` stands for everybody.
absl::StatusOr<Snapshot> TakeSnapshot(const TransitionQuery& query, Day day,
                                      const std::vector<std::string>& rules,
                                      const std::vector<uint8_t>& include) {
  std::vector<std::string> ids = {query.segment.field, "revenue"};
  for (const std::string& id : rules) {
    // Ranks of the few movers are counted, not sorted for everybody.
    ids.push_back(id == kRank ? "orders" : id);
  }
  STRATA_ASSIGN_OR_RETURN(
      fields::Features features,
      fields::Features::Compute(*query.scope.revision, day, ids, query.scope.stop));
  segment::SegmentClasses classes = segment::ClassesOf(query.segment, features);
  for (Slot slot = 0; slot < include.size(); ++slot) {
    if (include[slot] == 0) classes.codes[slot] = 0;
  }
  return Snapshot{std::move(features), std::move(classes)};
}

// What became of the customers of each pair of classes: entry from * classes + to.
struct Counts {
  std::vector<int64_t> customers;
  std::vector<MicrosSum> change;

  explicit Counts(size_t pairs) : customers(pairs, 0), change(pairs, 0) {}
};

Counts CountPairs(const Snapshot& before, const Snapshot& after) {
  const size_t classes = before.classes.names.size();
  const facts::SumView was = before.revenue(), is = after.revenue();
  std::vector<Counts> of_worker(ScanWorkers(), Counts(classes * classes));
  ParallelScan((was.size() + kSlotsAPiece - 1) / kSlotsAPiece, [&](size_t worker, size_t item) {
    Counts& counts = of_worker[worker];
    const size_t end = std::min(was.size(), (item + 1) * kSlotsAPiece);
    for (size_t slot = item * kSlotsAPiece; slot < end; ++slot) {
      const size_t pair = before.classes.codes[slot] * classes + after.classes.codes[slot];
      ++counts.customers[pair];
      counts.change[pair] += is[slot] - was[slot];
    }
  });
  Counts total = std::move(of_worker[0]);
  for (size_t worker = 1; worker < of_worker.size(); ++worker) {
    for (size_t pair = 0; pair < classes * classes; ++pair) {
      total.customers[pair] += of_worker[worker].customers[pair];
      total.change[pair] += of_worker[worker].change[pair];
    }
  }
  return total;
}

std::vector<Transitions::Cell> CellsOf(const std::vector<std::string>& names,
                                       const Counts& counts) {
  const size_t classes = names.size();
  std::vector<Transitions::Cell> cells;
  // Code 0 is nobody; as a row or column it comes last.
  for (size_t row = 1; row <= classes; ++row) {
    const size_t from = row % classes;
    int64_t total = 0;
    for (size_t to = 0; to < classes; ++to) {
      if (from + to > 0) total += counts.customers[from * classes + to];
    }
    for (size_t column = 1; column <= classes; ++column) {
      const size_t to = column % classes, pair = from * classes + to;
      const int64_t customers = counts.customers[pair];
      if (from + to == 0 || customers == 0) continue;
      cells.push_back({from == 0 ? kNew : names[from], to == 0 ? kGone : names[to], customers,
                       static_cast<double>(customers) / static_cast<double>(total),
                       counts.change[pair]});
    }
  }
  return cells;
}

// A rule's field for the movers, in their order.
std::vector<fields::Value> ValuesOf(const std::string& id, const Snapshot& snapshot,
                                    const image::Revision& revision,
                                    const std::vector<Slot>& slots) {
  std::vector<fields::Value> values;
  if (id != kRank) {
    for (const Slot slot : slots) values.push_back(snapshot.features.Column(id).At(slot));
    return values;
  }
  for (const int64_t rank :
       RevenueRanksOf(slots, snapshot.revenue(), snapshot.features.Column("orders").integers,
                      revision.dictionaries->customer_ids)) {
    values.push_back(rank == 0 ? fields::Value(fields::NullReason::kUnknown) : fields::Value(rank));
  }
  return values;
}

std::vector<Transitions::Mover> Describe(const std::vector<Slot>& slots, const Snapshot& before,
                                         const Snapshot& after, const image::Revision& revision,
                                         const std::vector<std::string>& rules) {
  std::vector<Transitions::Mover> movers;
  for (const Slot slot : slots) {
    movers.push_back({slot,
                      before.classes.names[before.classes.codes[slot]],
                      after.classes.names[after.classes.codes[slot]],
                      {}});
  }
  for (const std::string& id : rules) {
    const std::vector<fields::Value> was = ValuesOf(id, before, revision, slots);
    const std::vector<fields::Value> is = ValuesOf(id, after, revision, slots);
    for (size_t i = 0; i < slots.size(); ++i) {
      if (was[i] != is[i]) movers[i].changes.push_back({id, was[i], is[i]});
    }
  }
  return movers;
}

Transitions::Step Compare(const TransitionQuery& query, const Snapshot& before,
                          const Snapshot& after, const std::vector<std::string>& rules) {
  Transitions::Step step;
  const size_t classes = before.classes.names.size();
  const Counts counts = CountPairs(before, after);
  step.cells = CellsOf(before.classes.names, counts);
  for (size_t from = 1; from < classes; ++from) {
    for (size_t to = 1; to < classes; ++to) {
      (from == to ? step.stayed : step.moved) += counts.customers[from * classes + to];
    }
  }
  if (query.movers == 0) return step;
  const std::vector<uint32_t>&was = before.classes.codes, &is = after.classes.codes;
  std::vector<Slot> moved;
  moved.reserve(static_cast<size_t>(step.moved));
  for (Slot slot = 0; slot < was.size(); ++slot) {
    if (was[slot] != is[slot] && was[slot] != 0 && is[slot] != 0) moved.push_back(slot);
  }
  const auto listed = std::min(moved.size(), static_cast<size_t>(query.movers));
  const facts::SumView revenue = after.revenue();
  const image::Revision& revision = *query.scope.revision;
  std::partial_sort(moved.begin(), moved.begin() + static_cast<std::ptrdiff_t>(listed), moved.end(),
                    [&](Slot a, Slot b) {
                      const MicrosSum of_a = revenue[a], of_b = revenue[b];
                      if (of_a != of_b) return of_a > of_b;
                      return revision.CustomerId(a) < revision.CustomerId(b);
                    });
  moved.resize(listed);
  step.movers = Describe(moved, before, after, revision, rules);
  return step;
}

void AddNotes(const TransitionQuery& query, Transitions* result) {
  std::vector<std::string>& notes = result->info.notes;
  notes.emplace_back("each date is evaluated as of itself, over what was known then");
  if (!result->info.filter.empty()) {
    notes.push_back(absl::StrCat("the filter is evaluated as of ", FormatDay(query.scope.as_of),
                                 ": the same customers at every date"));
  }
  const WorkspaceSettings& settings = *query.scope.revision->settings;
  const bool windowed = (query.segment.id == "tier" && settings.tier_window_days != 0) ||
                        (query.segment.id == "rfm" && settings.rfm_window_days != 0);
  if (windowed) {
    notes.push_back(absl::StrCat(
        "the classes look at the last ",
        query.segment.id == "tier" ? settings.tier_window_days : settings.rfm_window_days,
        " days; revenue and ranks that are shown are of all history"));
  }
}

// Whom the filter lets in; empty when it lets in everybody.
absl::StatusOr<std::vector<uint8_t>> Restrict(const fields::Scope& scope,
                                              fields::ResultInfo* info) {
  if (absl::StripAsciiWhitespace(scope.filter).empty()) {
    *info = fields::InfoAsOf(scope);
    return std::vector<uint8_t>();
  }
  STRATA_ASSIGN_OR_RETURN(segment::Population population, segment::SelectCustomers(scope, {}));
  *info = std::move(population.info);
  info->range = {};
  return std::move(population.include);
}

}  // namespace

absl::StatusOr<Transitions> ComputeTransitions(const TransitionQuery& query) {
  const fields::FieldCatalogue catalogue(*query.scope.revision);
  Transitions result;
  STRATA_ASSIGN_OR_RETURN(const std::vector<uint8_t> include, Restrict(query.scope, &result.info));
  std::vector<std::string> rules = RuleFields(query.segment, catalogue);
  segment::AddCurrentValues(catalogue, rules, &result.info);
  result.info.current_values.emplace_back("order.status");
  AddNotes(query, &result);
  if (query.movers == 0) rules.clear();  // what moved whom is told of movers only

  bool not_scored = false;
  std::optional<Snapshot> before;
  for (size_t i = 0; i < query.dates.size(); ++i) {
    STRATA_ASSIGN_OR_RETURN(Snapshot after, TakeSnapshot(query, query.dates[i], rules, include));
    const std::vector<uint32_t>& codes = after.classes.codes;
    not_scored = not_scored ||
                 std::find(codes.begin(), codes.end(), after.classes.not_scored()) != codes.end();
    if (before.has_value()) {
      Transitions::Step& step = result.steps.emplace_back(Compare(query, *before, after, rules));
      step.from = query.dates[i - 1];
      step.to = query.dates[i];
    }
    result.classes.assign(after.classes.names.begin() + 1,
                          after.classes.names.end() - (not_scored ? 0 : 1));
    result.info.customers_used =
        static_cast<int64_t>(codes.size()) - std::count(codes.begin(), codes.end(), 0u);
    before = std::move(after);
  }
  return result;
}

std::vector<Day> LastQuarterEnds(const Calendar& calendar, Day as_of, Day first, int quarters) {
  // The quarter of the day after as_of is the first that has not ended by as_of.
  const int32_t open = calendar.PeriodOf(PeriodUnit::kQuarter, as_of + 1);
  std::vector<Day> ends;
  for (int32_t quarter = open - quarters + 1; quarter <= open; ++quarter) {
    const Day end = calendar.FirstDay(PeriodUnit::kQuarter, quarter) - 1;
    if (end >= first) ends.push_back(end);
  }
  return ends;
}

}  // namespace strata::analytics::insight
