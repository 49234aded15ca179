#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/analytics/kpi/evaluator.h"
#include "server/analytics/kpi/figures.h"
#include "server/analytics/kpi/plan.h"
#include "server/analytics/kpi/query.h"
#include "server/analytics/kpi/result_info.h"
#include "server/analytics/kpi/table_builder.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace strata::analytics::kpi {
namespace {

constexpr int kMostContributors = 100;

absl::StatusOr<fields::Value> ValueOf(const Part& part, const CellView& cell) {
  STRATA_ASSIGN_OR_RETURN(fields::Cell made, PartCell(part, part.Of(cell)));
  return std::move(made.value);
}

struct Contribution {
  image::Slot slot;
  MicrosSum value;
};

struct Contributions {
  std::vector<Contribution> list;  // that are not 0
  MicrosSum total = 0;
  int64_t customers = 0;  // that have facts behind the figure
};

absl::StatusOr<Contributions> Collect(const fields::Scope& scope, const Definition& definition,
                                      const Part& part, Evaluator* evaluator) {
  Contributions all;
  STRATA_RETURN_IF_ERROR(
      evaluator->Evaluate({scope.range, {}, part.measures() | MeasureSet{definition.records}, true},
                          [&](Facts, const GroupSpace& space, const ScanResult& result) {
                            for (size_t i = 0; i < result.keys.size(); ++i) {
                              const CellView cell(result.measures, i);
                              if (cell[definition.records] == 0) continue;
                              ++all.customers;
                              const MicrosSum value = part.Of(cell);
                              all.total += value;
                              if (value == 0) continue;
                              all.list.push_back({space.CustomerGroupOf(result.keys[i]), value});
                            }
                            return absl::OkStatus();
                          }));
  return all;
}

std::string DisplayName(const image::Revision& revision, image::Slot slot) {
  const image::Block& block = revision.BlockOf(slot);
  const image::Code code = block.profile->display_name[slot - block.first_slot];
  return std::string(revision.dictionaries->display_name.Text(code));
}

// The largest first: of a negative total, the most negative.
absl::Status PutContributors(const image::Revision& revision, const Part& part, int limit,
                             Contributions all, Explanation* out) {
  const int sign = all.total < 0 ? -1 : 1;
  const auto before = [&](const Contribution& a, const Contribution& b) {
    if (a.value != b.value) return a.value * sign > b.value * sign;
    return revision.CustomerId(a.slot) < revision.CustomerId(b.slot);
  };
  const auto count = std::min(all.list.size(), static_cast<size_t>(limit));
  std::partial_sort(all.list.begin(), all.list.begin() + static_cast<int64_t>(count),
                    all.list.end(), before);
  for (size_t i = 0; i < count; ++i) {
    const Contribution& contribution = all.list[i];
    Explanation::Contributor& made = out->contributors.emplace_back();
    made.customer = std::string(revision.CustomerId(contribution.slot));
    made.display_name = DisplayName(revision, contribution.slot);
    STRATA_ASSIGN_OR_RETURN(fields::Cell cell, PartCell(part, contribution.value));
    made.value = std::move(cell.value);
    if (all.total != 0) {
      made.share = static_cast<double>(contribution.value) / static_cast<double>(all.total);
    }
  }
  return absl::OkStatus();
}

absl::Status PutParts(const Definition& definition, const TableBuilder& builder, Explanation* out) {
  if (definition.numerator.has_value()) {
    STRATA_ASSIGN_OR_RETURN(out->numerator, ValueOf(*definition.numerator, builder.MeasuresOf(0)));
    out->numerator_meaning = definition.numerator->meaning;
  }
  if (definition.denominator.has_value()) {
    const CellView cell = definition.comparison == Comparison::kPrevious ? builder.PreviousOf(0)
                          : definition.comparison == Comparison::kWhole  ? builder.WholeOf(0)
                                                                         : builder.MeasuresOf(0);
    STRATA_ASSIGN_OR_RETURN(out->denominator, ValueOf(*definition.denominator, cell));
    out->denominator_meaning = definition.denominator->meaning;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Explanation> ExplainKpi(const ExplainQuery& query) {
  KpiQuery cell_query;
  cell_query.scope = query.scope;
  cell_query.kpis = {query.kpi};
  STRATA_ASSIGN_OR_RETURN(
      const Kpi* found, KpiOf(cell_query, 0, "kpi", fields::FieldCatalogue(*query.scope.revision)));
  const Definition& definition = DefinitionOf(*found);
  if (query.contributors < 0 || query.contributors > kMostContributors) {
    return FieldError("contributors", absl::StrCat("between 0 and ", kMostContributors));
  }
  STRATA_ASSIGN_OR_RETURN(const Plan plan, MakePlan(cell_query));
  MeasureSet measures = plan.Needs() | MeasureSet{definition.records};
  if (definition.contribution.has_value()) measures |= definition.contribution->measures();
  Evaluator evaluator(cell_query.scope, plan.filter, {}, measures);
  TableBuilder builder(cell_query, plan, &evaluator);
  STRATA_ASSIGN_OR_RETURN(KpiTable table, builder.Build());

  Explanation explanation;
  explanation.kpi = found;
  explanation.value = std::move(table.rows.front().cells.front());
  STRATA_RETURN_IF_ERROR(PutParts(definition, builder, &explanation));
  explanation.records = static_cast<int64_t>(builder.MeasuresOf(0)[definition.records]);
  STRATA_ASSIGN_OR_RETURN(explanation.info,
                          MakeResultInfo(cell_query.scope, plan, builder, &evaluator));
  const std::optional<Part>& part =
      definition.contribution.has_value() ? definition.contribution : definition.numerator;
  if (!part.has_value()) {  // the number of customers: each contributes one
    explanation.customers = explanation.records;
    return explanation;
  }
  STRATA_ASSIGN_OR_RETURN(Contributions contributions,
                          Collect(cell_query.scope, definition, *part, &evaluator));
  explanation.customers = contributions.customers;
  STRATA_RETURN_IF_ERROR(PutContributors(*query.scope.revision, *part, query.contributors,
                                         std::move(contributions), &explanation));
  return explanation;
}

}  // namespace strata::analytics::kpi
