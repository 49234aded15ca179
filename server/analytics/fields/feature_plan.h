#ifndef STRATA_SERVER_ANALYTICS_FIELDS_FEATURE_PLAN_H_
#define STRATA_SERVER_ANALYTICS_FIELDS_FEATURE_PLAN_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "server/analytics/fields/customer_order_sums.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/fields/profile_columns.h"
#include "server/analytics/fields/service_sums.h"
#include "server/analytics/segment/rfm.h"
#include "server/base/stop.h"
#include "server/image/revision.h"

namespace strata::analytics {

// How a set of feature columns is computed: each field, when it is added, asks for the sums it
// needs and leaves behind what fills its column from them. Then one scan, then the filling.
class FeaturePlan {
 public:
  FeaturePlan(const image::Revision& revision, Day as_of);
  ~FeaturePlan();
  FeaturePlan(const FeaturePlan&) = delete;
  FeaturePlan& operator=(const FeaturePlan&) = delete;

  // Plans a customer-grain field; `column` must stay where it is. INTERNAL when the catalogue has a
  // field that nothing computes.
  absl::Status Add(const Field& field, FeatureColumn* column);

  // Scans, fills the columns and `exists`, see Features::exists.
  absl::Status Run(const StopToken& stop, std::vector<uint8_t>* exists);

  // After Run: by slot, 1 where there is a customer, existing by as_of or not.
  const std::vector<uint8_t>& present() const { return present_; }

 private:
  using Fill = std::function<void()>;
  // With a scan of its own.
  using Computation = std::function<absl::Status(const StopToken& stop)>;
  enum class Measure : uint8_t {
    kOrders,
    kLines,
    kUnits,
    kRevenue,
    kAverageOrderValue,
    kRank,
    kRankShare,
  };

  // Each returns whether the field is one of its kind.
  bool AddProfile(const Field& field, FeatureColumn* column);
  bool AddPurchaseDates(absl::string_view id, FeatureColumn* column);
  bool AddPurchaseMeasure(absl::string_view id, FeatureColumn* column);
  bool AddGrowth(absl::string_view id, FeatureColumn* column);
  bool AddClass(absl::string_view id, FeatureColumn* column);
  bool AddService(absl::string_view id, FeatureColumn* column);
  bool AddInsight(absl::string_view id, FeatureColumn* column);

  void AddMeasure(Measure measure, size_t window, FeatureColumn* column);
  size_t LastDays(int days, bool lines_and_units);  // 0: all history
  size_t AllHistory(bool lines_and_units) { return LastDays(0, lines_and_units); }

  // Shared between fields, made when first asked for.
  const std::vector<image::Slot>& Ranking(size_t window);  // buyers, highest revenue first
  const RfmScores& Rfm(size_t window);

  absl::Status Scan(const StopToken& stop, std::vector<uint8_t>* exists);
  void ReadPresence(const image::Block& block);
  // Clears `exists`, by row of the block, of customers that come after as_of. `first_event` is by
  // row too, the largest day where there is none; empty when every event has been seen.
  void RemoveLaterCustomers(const image::Block& block, const std::vector<Day>& first_event,
                            uint8_t* exists) const;
  void FillCohorts(FeatureColumn* column);

  const image::Revision& revision_;
  const Day as_of_;
  CustomerOrderSums orders_;
  ServiceSums service_;
  bool read_tickets_ = false, read_ratings_ = false, read_contracts_ = false;
  std::vector<ProfileReader> profile_;
  std::vector<uint8_t> present_;   // by slot
  std::vector<int8_t> strategic_;  // by slot, as declared; empty unless asked for
  bool read_strategic_ = false;
  std::vector<Fill> fills_;  // in the order of the fields
  std::vector<Fill> takes_;  // after all fills: these move sums into columns
  std::vector<Computation> computations_;
  std::map<size_t, std::vector<image::Slot>> rankings_;
  std::optional<RfmScores> rfm_;
};

}  // namespace strata::analytics

#endif  // STRATA_SERVER_ANALYTICS_FIELDS_FEATURE_PLAN_H_
