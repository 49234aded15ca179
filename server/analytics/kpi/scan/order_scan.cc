#include <memory>
#include <utility>
#include <vector>

#include "server/analytics/facts/block_scan.h"
#include "server/analytics/kpi/scan/order_analytic.h"
#include "server/analytics/kpi/scan/order_totals.h"
#include "server/base/status_macros.h"

namespace strata::analytics::kpi {
namespace {

struct AnalyticKind {
  MeasureSet measures;
  std::unique_ptr<OrderAnalytic> (*make)(const ScanInput& input);
};
constexpr AnalyticKind kAnalytics[] = {
    {kOrderCustomerMeasures, &MakeOrderCustomers},
    {kOrderValueMeasures, &MakeOrderValues},
    {kOrderGapMeasures, &MakeOrderGaps},
    {kOrderDeliveryMeasures, &MakeOrderDelivery},
};

// What one worker has seen.
class OrderScan {
 public:
  explicit OrderScan(const ScanInput& input)
      : input_(input), ids_(input.space->keys()), indexer_(input, &ids_) {
    auto sums = std::make_unique<OrderSums>(input);
    sums_ = sums.get();
    analytics_.push_back(std::move(sums));
    for (const AnalyticKind& kind : kAnalytics) {
      if (input.measures.HasAny(kind.measures)) analytics_.push_back(kind.make(input));
    }
    Resize(ids_.size());
  }

  absl::Status Add(const image::Block& block) {
    std::vector<OrderRows> rows;
    for (const image::OrderRun& run : runs_.Of(block)) {
      rows.push_back(indexer_.Index(block, run, rows.size()));
    }
    if (!ids_.dense()) {
      STRATA_RETURN_IF_ERROR(CheckGroups(input_, ids_.size() - 1));
      Resize(ids_.size());
    }
    for (const auto& analytic : analytics_) analytic->Add({&block, rows});
    return absl::OkStatus();
  }

  void Resize(size_t ids) {
    for (const auto& analytic : analytics_) analytic->Resize(ids);
  }
  void Merge(OrderScan& other, const std::vector<uint32_t>& new_id) {
    for (size_t i = 0; i < analytics_.size(); ++i) {
      analytics_[i]->Merge(*other.analytics_[i], new_id);
    }
  }
  void Finish(const MergedGroups& groups, ScanResult* result) {
    const std::vector<uint32_t> ids = sums_->Present();
    for (const uint32_t id : ids) result->keys.push_back(groups.keys[id - 1]);
    for (const auto& analytic : analytics_) analytic->Finish(ids, &result->measures);
  }

  const GroupIds& ids() const { return ids_; }
  const ScanCounts& counts() const { return indexer_.counts(); }

 private:
  const ScanInput& input_;
  GroupIds ids_;
  image::OrderRuns runs_;
  OrderIndexer indexer_;
  std::vector<std::unique_ptr<OrderAnalytic>> analytics_;
  OrderSums* sums_ = nullptr;  // the first of them
};

}  // namespace

absl::StatusOr<ScanResult> ScanOrders(const ScanInput& input) {
  ScanResult result;
  if (input.window.from > input.window.to) return result;
  if (CanScanByCustomer(input)) return ScanOrdersByCustomer(input);
  WorkerStates<OrderScan> workers;
  STRATA_RETURN_IF_ERROR(
      facts::ScanBlocks(*input.revision, input.stop, [&](size_t worker, const image::Block& block) {
        return workers.Of(worker, [&] { return std::make_unique<OrderScan>(input); }).Add(block);
      }));
  std::vector<const GroupIds*> ids;
  for (const OrderScan* worker : workers.All()) ids.push_back(&worker->ids());
  const MergedGroups groups = MergeGroups(ids);
  OrderScan merged(input);
  merged.Resize(groups.ids());
  size_t w = 0;
  for (OrderScan* worker : workers.All()) {
    merged.Merge(*worker, groups.new_id[w++]);
    result.counts += worker->counts();
  }
  merged.Finish(groups, &result);
  STRATA_RETURN_IF_ERROR(CheckGroups(input, result.keys.size()));
  return result;
}

}  // namespace strata::analytics::kpi
