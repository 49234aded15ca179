#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SWOT_SWOT_FIGURES_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SWOT_SWOT_FIGURES_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/analytics/insight/swot/swot.h"
#include "server/analytics/kpi/query.h"
#include "server/analytics/segment/population.h"

namespace strata::analytics::insight {

// The figures that rules ask for, each with the filter that gives it again. Tables are computed
// when first asked for and kept.
class SwotFigures {
 public:
  // INVALID_ARGUMENT for a filter that names anything but customers.
  static absl::StatusOr<SwotFigures> Make(const fields::Scope& scope);

  // One figure: a KPI under a condition that is added to the scope's filter.
  struct Figure {
    std::string kpi;
    std::string where;
    fields::Cell cell;

    double number() const;  // 0 for null; what is out of range is told by TakeOutOfRange
  };
  // One known value of a field with the figures of some KPIs.
  struct Group {
    std::string name;
    std::string condition;  // `country = "US"`, without the scope's filter
    std::vector<Figure> figures;

    double number(size_t kpi) const { return figures[kpi].number(); }
  };

  absl::StatusOr<Figure> One(const std::string& kpi, const std::string& condition);
  // Of a text field of customers; groups whose value is not known are left out. In the field's own
  // order.
  absl::StatusOr<std::vector<Group>> By(const std::string& field,
                                        const std::vector<std::string>& kpis,
                                        const std::string& condition = "");

  // The first KPI asked for since the last call whose sum no amount holds, or "". A rule that met
  // one has read it as nothing, so what it says does not hold.
  std::string TakeOutOfRange() { return std::exchange(out_of_range_, ""); }

  // The year up to the scope's last event and the year before it, or nullopt where the range or
  // the history holds less.
  struct Years {
    fields::DayRange recent, earlier;
  };
  std::optional<Years> TwoYears() const { return Windows(365, 0); }
  // Likewise two windows of `days`, with at least `before` days of history in front of them.
  std::optional<Years> Windows(Day days, Day before) const;

  // The customers with "loyalty", "orders", "units", "revenue" and "revenue_rank".
  const segment::Population& population() const { return population_; }
  const fields::Scope& scope() const { return scope_; }
  const image::Revision& revision() const { return *scope_.revision; }
  // Whether the range leaves out some of the history up to as_of.
  bool CutsHistory() const;

  std::string Where(absl::string_view condition) const;  // with the scope's filter
  std::string Money(const fields::Value& value) const;   // "1,234.50 USD"

 private:
  SwotFigures(const fields::Scope& scope, segment::Population population)
      : scope_(scope), population_(std::move(population)) {}
  absl::StatusOr<const kpi::KpiTable*> Table(const std::vector<std::string>& kpis,
                                             const std::string& field,
                                             const std::string& condition);
  // Notes what is out of range.
  Figure Checked(const std::string& kpi, std::string where, const fields::Cell& cell);

  fields::Scope scope_;
  segment::Population population_;
  std::map<std::string, kpi::KpiTable> tables_;
  std::string out_of_range_;
};

// Words of statements.
std::string CountText(double count);    // "15,676"
std::string PercentText(double share);  // "70.65%"
std::string DaysText(const fields::DayRange& days);
double FigureOf(const fields::Value& value);  // 0 for null
// `country = "Côte d'Ivoire"`, quoted as the filter language wants it.
std::string Equals(absl::string_view field, absl::string_view text);
std::string Within(const fields::DayRange& days);  // day >= ... AND day <= ...

// Evidence whose comparison is another figure, a number of the definitions, or nothing.
SwotEvidence Against(const SwotFigures::Figure& figure, const SwotFigures::Figure& comparison,
                     absl::string_view meaning);
SwotEvidence Against(const SwotFigures::Figure& figure, fields::Value comparison,
                     absl::string_view meaning);
SwotEvidence Alone(const SwotFigures::Figure& figure);

// Where `known`, the revenue of customers of whom a field is known, is not nearly all of it, the
// statement says so, with the evidence.
absl::Status AddCoverage(SwotFigures& figures, const SwotFigures::Figure& known,
                         SwotStatement* statement);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SWOT_SWOT_FIGURES_H_
