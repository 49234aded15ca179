#ifndef STRATA_SERVER_ANALYTICS_FIELDS_FEATURE_PLAN_H_
#define STRATA_SERVER_ANALYTICS_FIELDS_FEATURE_PLAN_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "server/analytics/classes/rfm.h"
#include "server/analytics/facts/customer_order_sums.h"
#include "server/analytics/facts/service_sums.h"
#include "server/base/stop.h"
#include "server/image/revision.h"

namespace strata::analytics::fields {

// How a set of feature columns is computed: each field, when it is planned, asks for the sums it
// needs and leaves behind what fills its column from them. Then one scan, then the filling.
class FeaturePlan {
 public:
  // Reads one field of customer records into its column.
  struct ProfileReader {
    // Blocks may be read side by side.
    std::function<void(const image::Block& block)> read;
    // After the last block; may be empty.
    std::function<void()> finish;
  };
  using Fill = std::function<void()>;
  // With a scan of its own.
  using Computation = std::function<absl::Status(const StopToken& stop)>;

  FeaturePlan(const image::Revision& revision, Day as_of);
  ~FeaturePlan();
  FeaturePlan(const FeaturePlan&) = delete;
  FeaturePlan& operator=(const FeaturePlan&) = delete;

  const image::Revision& revision() const { return revision_; }
  Day as_of() const { return as_of_; }

  // What is scanned for; before Run. Columns that these fill must stay where they are.
  void ReadProfile(ProfileReader reader) { profile_.push_back(std::move(reader)); }
  void ReadStrategic() { read_strategic_ = true; }
  void ReadTickets() { read_tickets_ = true; }
  void ReadRatings() { read_ratings_ = true; }
  void ReadContracts() { read_contracts_ = true; }
  // The window of the `days` that end with as_of (0: all history) in orders().
  size_t LastDays(int days, bool lines_and_units);
  facts::CustomerOrderSums& orders() { return orders_; }

  // What is done after the scan, in the order of the fields.
  void AfterScan(Fill fill) { fills_.push_back(std::move(fill)); }
  // After all of these: moves sums into a column.
  void AtEnd(Fill take) { takes_.push_back(std::move(take)); }
  void Compute(Computation computation) { computations_.push_back(std::move(computation)); }

  // After the scan.
  facts::ServiceSums& service() { return service_; }
  const std::vector<int8_t>& strategic() const { return strategic_; }  // by slot, as declared
  // By slot, 1 where there is a customer, existing by as_of or not.
  const std::vector<uint8_t>& present() const { return present_; }
  // Shared between fields, made when first asked for. The customers with a purchase in the window,
  // highest revenue first.
  const std::vector<image::Slot>& Ranking(size_t window);
  const classes::RfmScores& Rfm(size_t window);

  // Scans, fills the columns and `exists`, see Features::exists.
  absl::Status Run(const StopToken& stop, std::vector<uint8_t>* exists);

 private:
  absl::Status Scan(const StopToken& stop, std::vector<uint8_t>* exists);
  void ReadPresence(const image::Block& block);
  // Clears `exists`, by row of the block, of customers that come after as_of. `first_event` is by
  // row too, the largest day where there is none; empty when every event has been seen.
  void RemoveLaterCustomers(const image::Block& block, const std::vector<Day>& first_event,
                            uint8_t* exists) const;

  const image::Revision& revision_;
  const Day as_of_;
  facts::CustomerOrderSums orders_;
  facts::ServiceSums service_;
  bool read_tickets_ = false, read_ratings_ = false, read_contracts_ = false;
  std::vector<ProfileReader> profile_;
  std::vector<uint8_t> present_;   // by slot
  std::vector<int8_t> strategic_;  // by slot; empty unless asked for
  bool read_strategic_ = false;
  std::vector<Fill> fills_;
  std::vector<Fill> takes_;
  std::vector<Computation> computations_;
  std::map<size_t, std::vector<image::Slot>> rankings_;
  std::optional<classes::RfmScores> rfm_;
};

}  // namespace strata::analytics::fields

#endif  // STRATA_SERVER_ANALYTICS_FIELDS_FEATURE_PLAN_H_
