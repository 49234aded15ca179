#ifndef STRATA_SERVER_ANALYTICS_KPI_SCAN_ORDER_ANALYTIC_H_
#define STRATA_SERVER_ANALYTICS_KPI_SCAN_ORDER_ANALYTIC_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "server/analytics/kpi/scan/order_rows.h"

namespace strata::analytics::kpi {

// A block's orders with their group ids: at most two runs, each sorted by customer and day.
struct OrderBlock {
  const image::Block* block = nullptr;
  absl::Span<const OrderRows> runs;
};

// Measures of orders by group id, as a state that workers fill side by side and that merges. Called
// once a block, so its loops run over whole columns.
class OrderAnalytic {
 public:
  virtual ~OrderAnalytic() = default;

  // Ids lie in [0, ids) from now on; `ids` never falls.
  virtual void Resize(size_t ids) = 0;
  virtual void Add(const OrderBlock& block) = 0;
  // Takes in the state of another worker, of the same class, whose ids map to new_id[id].
  virtual void Merge(OrderAnalytic& other, const std::vector<uint32_t>& new_id) = 0;
  // Appends a row for each of `ids` to its columns of `measures`.
  virtual void Finish(const std::vector<uint32_t>& ids, MeasureTable* measures) = 0;
};

// Counts and sums of orders and lines. The first of every scan: it says which groups have orders.
class OrderSums : public OrderAnalytic {
 public:
  explicit OrderSums(const ScanInput& input);

  void Resize(size_t ids) override;
  void Add(const OrderBlock& block) override;
  void Merge(OrderAnalytic& other, const std::vector<uint32_t>& new_id) override;
  void Finish(const std::vector<uint32_t>& ids, MeasureTable* measures) override;

  // The ids that have an order.
  std::vector<uint32_t> Present() const;

 private:
  int64_t* Counts(Measure measure) { return counts_[static_cast<size_t>(measure)].data(); }
  MicrosSum* Sums(Measure measure) { return sums_[static_cast<size_t>(measure)].data(); }
  void AddReturns(const OrderRows& rows);
  void AddLines(const OrderRows& rows);
  void AddCosts(const OrderRows& rows);
  void AddStrategic(const image::Block& block, const OrderRows& rows);

  const ScanInput& input_;
  MeasureSet measures_;
  // By measure; counts fit in 64 bits. Purchases are not counted: they are what is recognised and
  // no return.
  std::array<std::vector<int64_t>, kMeasures> counts_;
  std::array<std::vector<MicrosSum>, kMeasures> sums_;
};

// Distinct customers, new customers, customer-months. A block holds all orders of its customers, so
// a mark of the last customer seen a group tells the distinct ones without a set.
std::unique_ptr<OrderAnalytic> MakeOrderCustomers(const ScanInput& input);
inline constexpr MeasureSet kOrderCustomerMeasures = {
    Measure::kActiveCustomers, Measure::kNewCustomers, Measure::kActiveMonths};

// Exact quantiles of the values of purchases.
std::unique_ptr<OrderAnalytic> MakeOrderValues(const ScanInput& input);
inline constexpr MeasureSet kOrderValueMeasures = {Measure::kMedianOrderValue,
                                                   Measure::kP90OrderValue};

// Days between a customer's consecutive purchases within a group.
std::unique_ptr<OrderAnalytic> MakeOrderGaps(const ScanInput& input);
inline constexpr MeasureSet kOrderGapMeasures = {Measure::kGaps, Measure::kMedianGap,
                                                 Measure::kGapCvCustomers, Measure::kMedianGapCv};

// Promised against delivered times of purchases, as far as they are seen by the end of as_of.
std::unique_ptr<OrderAnalytic> MakeOrderDelivery(const ScanInput& input);
inline constexpr MeasureSet kOrderDeliveryMeasures = {Measure::kDueOrders, Measure::kOnTimeOrders,
                                                      Measure::kMisdated};

// Calls body(customer, ids, days) for each customer of the block that has entries, with the group
// ids (kNoGroupId of what is no purchase) and days in the order of the days, runs merged. `scratch`
// is reused.
struct CustomerEntries {
  std::vector<uint32_t> ids;
  std::vector<Day> days;
};
template <typename Body>
void ForEachCustomer(const OrderBlock& block, CustomerEntries* scratch, Body body) {
  for (uint32_t customer = 0; customer < block.block->customers; ++customer) {
    const OrderRows* only = nullptr;
    bool several = false;
    for (const OrderRows& rows : block.runs) {
      if (rows.begin[customer] == rows.begin[customer + 1]) continue;
      several = only != nullptr;
      only = &rows;
    }
    if (only == nullptr) continue;
    if (!several) {
      const uint32_t begin = only->begin[customer], end = only->begin[customer + 1];
      body(customer, absl::MakeConstSpan(only->purchases + begin, end - begin),
           absl::MakeConstSpan(only->day + begin, end - begin));
      continue;
    }
    const OrderRows &a = block.runs[0], &b = block.runs[1];
    uint32_t i = a.begin[customer], j = b.begin[customer];
    const uint32_t i_end = a.begin[customer + 1], j_end = b.begin[customer + 1];
    scratch->ids.clear();
    scratch->days.clear();
    while (i < i_end || j < j_end) {
      const bool from_a = j == j_end || (i < i_end && a.day[i] <= b.day[j]);
      const OrderRows& rows = from_a ? a : b;
      const uint32_t entry = from_a ? i++ : j++;
      scratch->ids.push_back(rows.purchases[entry]);
      scratch->days.push_back(rows.day[entry]);
    }
    body(customer, absl::MakeConstSpan(scratch->ids), absl::MakeConstSpan(scratch->days));
  }
}

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_SCAN_ORDER_ANALYTIC_H_
