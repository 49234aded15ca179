#ifndef STRATA_SERVER_ANALYTICS_KPI_QUERY_H_
#define STRATA_SERVER_ANALYTICS_KPI_QUERY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/fields/answer.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/fields/scope.h"
#include "server/analytics/kpi/catalogue.h"

// The KPI engine: plain requests and tables, no protobuf.

namespace strata::analytics::kpi {

struct NamedRange {
  enum class Kind : uint8_t { kDays, kPreviousPeriod, kSamePeriodLastYear };
  std::string name;
  Kind kind = Kind::kDays;
  fields::DayRange days;  // for kDays
};

struct OrderTerm {
  std::string id;  // a KPI of the query or a group-by field
  bool descending = false;
};

// Meaning of the fields: strata.v1.QueryKpisRequest.
struct KpiQuery {
  fields::Scope scope;
  std::vector<std::string> kpis;
  std::vector<std::string> group_by;
  std::vector<NamedRange> ranges;
  std::vector<OrderTerm> order_by;
  int64_t limit = 0;
  bool totals = false;
  bool fill_empty = false;
  std::vector<std::string> share_within;
};

struct KpiTable {
  struct Column {
    std::string id;
    std::string range;  // empty: the scope's own
    fields::ValueType type;
    std::string unit;
    bool additive = false;
  };
  struct Row {
    std::vector<fields::Value> keys;
    std::vector<fields::Cell> cells;
    bool complete = true;
  };
  std::string title;
  std::vector<Column> keys, columns;
  std::vector<Row> rows;
  std::optional<Row> totals;
};

struct KpiAnswer {
  KpiTable table;
  fields::ResultInfo info;
};

// INVALID_ARGUMENT names the request's field ("kpis[1]", "group_by[0]", "scope.filter") and what
// would fit; OUT_OF_RANGE a figure that does not fit; CANCELLED or DEADLINE_EXCEEDED from the
// scope's stop token. Same revision and same query give the same answer to the byte.
absl::StatusOr<KpiAnswer> QueryKpis(const KpiQuery& query);

enum class SummaryPeriod : uint8_t { kMonth, kQuarter, kYear };
struct SummaryQuery {
  fields::Scope scope;
  SummaryPeriod period = SummaryPeriod::kQuarter;
  int points = 8;
};
struct KpiSummary {
  struct Point {
    std::string period;
    fields::Cell cell;
    bool complete = true;
  };
  const Kpi* kpi = nullptr;
  fields::Cell value, previous, change;
  std::vector<Point> series;
};
struct SummaryAnswer {
  std::string period, previous_period;
  std::vector<KpiSummary> headline;
  std::vector<KpiTable> tracking;
  fields::ResultInfo info;
};
absl::StatusOr<SummaryAnswer> SummarizeKpis(const SummaryQuery& query);

struct ExplainQuery {
  fields::Scope scope;
  std::string kpi;
  int contributors = 10;
};
struct Explanation {
  struct Contributor {
    std::string customer, display_name;
    fields::Value value;
    double share = 0;
  };
  const Kpi* kpi = nullptr;
  fields::Cell value;
  std::optional<fields::Value> numerator, denominator;
  std::string numerator_meaning, denominator_meaning;
  int64_t records = 0, customers = 0;
  std::vector<Contributor> contributors;
  fields::ResultInfo info;
};
absl::StatusOr<Explanation> ExplainKpi(const ExplainQuery& query);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_QUERY_H_
