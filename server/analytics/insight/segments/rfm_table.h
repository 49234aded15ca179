#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SEGMENTS_RFM_TABLE_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SEGMENTS_RFM_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/classes/rfm.h"
#include "server/analytics/fields/scope.h"
#include "server/analytics/kpi/query.h"
#include "server/domain/money.h"

// RFM scores of every customer with a chosen window and number of bins, and what they add up to.

namespace strata::analytics::insight {

struct RfmQuery {
  // The filter says whose scores are returned; the cuts are always those of the whole workspace as
  // of scope.as_of. The range is not looked at.
  fields::Scope scope;
  int bins = classes::kRfmBins;  // 2 to 10
  int window_days = 0;           // purchases of the last so many days; 0: of all history
};

struct RfmTable {
  struct Cell {
    uint8_t r = 0, f = 0, m = 0;
    int64_t customers = 0;
  };
  struct Name {
    absl::string_view name;
    int64_t customers = 0, orders = 0;
    MicrosSum revenue = 0;
    double share_of_customers = 0, share_of_revenue = 0;  // of the scored customers returned
  };
  classes::RfmScores scores;                  // by slot, of everybody
  std::vector<int64_t> recency_days, orders;  // likewise; recency only where scored
  facts::SumColumn revenue;                   // likewise
  std::vector<image::Slot> scored;  // the customers returned that have scores, ascending by slot
  int64_t not_scored = 0;           // those returned that bought nothing in the window

  std::vector<Cell> cells;  // only those with customers; ascending by r, f, m
  // The ten names and Unclassified, empty ones too, in the order in which they are matched. None
  // unless there are five bins: the names are defined on scores of 1 to 5.
  std::vector<Name> names;
  fields::ResultInfo info;
};

// INVALID_ARGUMENT names "scope.filter".
absl::StatusOr<RfmTable> MakeRfmTable(const RfmQuery& query);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SEGMENTS_RFM_TABLE_H_
