#ifndef STRATA_SERVER_ANALYTICS_KPI_SCAN_ORDER_ROWS_H_
#define STRATA_SERVER_ANALYTICS_KPI_SCAN_ORDER_ROWS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "server/analytics/kpi/scan/fact_scan.h"

namespace strata::analytics::kpi {

// A run of orders with the group id of every row; kNoGroupId where a row does not count.
//
// An entry is an order in a group. Without fields of lines every order is one entry; grouped or
// filtered by a field of lines an order is an entry in each group that has one of its lines.
struct OrderRows {
  const image::OrderRun* run = nullptr;

  size_t entries = 0;
  const uint32_t* begin = nullptr;  // entries of customer i: [begin[i], begin[i + 1])
  const Day* day = nullptr;         // by entry
  const uint32_t* order = nullptr;  // by entry: its order; null: entry i is order i
  // Group ids by entry and by line: of orders of any status, of the recognised ones, and of the
  // purchases among them. Null when no measure needs them. Whether an order is a return is decided
  // by all of its lines, whichever of them match.
  const uint32_t* all = nullptr;
  const uint32_t* recognised = nullptr;
  const uint32_t* purchases = nullptr;
  const uint32_t* line_all = nullptr;
  const uint32_t* line_recognised = nullptr;

  uint32_t OrderOf(size_t entry) const {
    return order == nullptr ? static_cast<uint32_t>(entry) : order[entry];
  }
};

inline constexpr MeasureSet kAnyStatusMeasures = {Measure::kOrdersAll, Measure::kRevenueAll};

// Computes OrderRows run by run; one a worker, so that its buffers are allocated once.
class OrderIndexer {
 public:
  // `input` and `ids` outlive it.
  OrderIndexer(const ScanInput& input, GroupIds* ids);

  // `place` (0 or 1) is the run's in its block; the rows are valid until the next call with it.
  OrderRows Index(const image::Block& block, const image::OrderRun& run, size_t place);
  const ScanCounts& counts() const { return counts_; }

 private:
  struct Buffers {
    std::vector<uint32_t> order_ids, line_ids, order_recognised, line_recognised;
    std::vector<uint32_t> entry_begin, entry_order, entry_ids, entry_recognised, purchases;
    std::vector<Day> entry_day;
  };

  template <typename Key>
  void OrderKeys(const image::Block& block, const image::OrderRun& run,
                 const std::vector<Key>& key_of_day, std::vector<Key>* keys);
  template <typename Key>
  void LineKeys(const image::Block& block, const image::OrderRun& run,
                const std::vector<Key>& order_keys, std::vector<Key>* keys);
  template <typename Key>
  void AddAxes(const image::OrderRun& run, bool of_lines, size_t rows, Key* keys);
  void IdsOf(const std::vector<uint64_t>& keys, std::vector<uint32_t>* ids);
  void MakeEntries(const image::Block& block, const image::OrderRun& run, Buffers* buffers,
                   OrderRows* rows);
  void MakeRecognised(const image::OrderRun& run, Buffers* buffers, OrderRows* rows);
  static void MakePurchases(Buffers* buffers, OrderRows* rows);
  void Count(const OrderRows& rows);

  const ScanInput& input_;
  GroupIds* const ids_;
  const bool by_line_;  // a field of lines groups or filters
  const bool need_all_, need_recognised_;
  // By day of the window, and one more for the days outside: 0, or 1 + the day's part of the key.
  std::vector<uint32_t> small_key_of_day_;
  std::vector<uint64_t> key_of_day_;
  std::array<Buffers, 2> buffers_;
  std::vector<uint64_t> keys_, line_keys_;
  std::vector<uint32_t> codes_;
  std::vector<uint8_t> mask_;
  std::vector<uint32_t> seen_;  // by group id: the stamp of the last order that has it
  uint32_t stamp_ = 0;
  ScanCounts counts_;
};

// The group ids of the smaller facts, whose rows are sorted by customer too.
struct FactColumns {
  const std::vector<uint32_t>& begin;
  const std::vector<Day>& day;  // by row
  fields::FactRows rows;
};
// Fills `ids` by row. Counts rows in the window and rows in a group.
void IndexFacts(const ScanInput& input, const image::Block& block, const FactColumns& columns,
                GroupIds* group_ids, std::vector<uint32_t>* ids, ScanCounts* counts);

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_SCAN_ORDER_ROWS_H_
