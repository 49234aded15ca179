#ifndef STRATA_SERVER_ANALYTICS_KPI_SCAN_CUSTOMER_GROUPS_H_
#define STRATA_SERVER_ANALYTICS_KPI_SCAN_CUSTOMER_GROUPS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "server/analytics/fields/features.h"

namespace strata::analytics::kpi {

// The customer part of a group key: a dense number for every combination of the values of some
// customer fields, looked up by slot. Computed once, so that scans of facts read one number a
// customer.
class CustomerGroups {
 public:
  static constexpr uint32_t kNone = ~uint32_t{0};

  // Everyone in group 0.
  CustomerGroups() = default;
  // By `columns`, which must outlive the groups. Slots whose `mask` is 0 are in no group; a null
  // mask keeps everyone.
  CustomerGroups(std::vector<const fields::FeatureColumn*> columns,
                 const std::vector<uint8_t>* mask, image::Slot slots);
  // Each slot a group of its own, without fields.
  static CustomerGroups EachSlot(const std::vector<uint8_t>* mask, image::Slot slots);

  uint32_t groups() const { return groups_; }
  // By slot; empty when all slots are in group 0.
  const std::vector<uint32_t>& of_slot() const { return of_slot_; }
  uint32_t GroupOf(image::Slot slot) const { return of_slot_.empty() ? 0 : of_slot_[slot]; }

  // Of a field: the code of its value in a group, and what codes stand for. Code 0 is not known.
  uint32_t CodeOf(size_t field, uint32_t group) const { return codes_[field][group]; }
  uint32_t Codes(size_t field) const { return sizes_[field]; }
  fields::Value ValueOf(size_t field, uint32_t code) const;
  // True when the codes ascend in the order of the values.
  bool Ordered(size_t field) const;

 private:
  void Add(const fields::FeatureColumn& column);
  std::vector<uint32_t> CodeColumn(const fields::FeatureColumn& column);
  void Compact(uint32_t added_size, const std::vector<uint64_t>& combined);

  std::vector<const fields::FeatureColumn*> columns_;
  image::Slot slots_ = 0;
  uint32_t groups_ = 1;
  std::vector<uint32_t> of_slot_;
  std::vector<std::vector<uint32_t>> codes_;    // by field, by group
  std::vector<uint32_t> sizes_;                 // by field
  std::vector<std::vector<int64_t>> integers_;  // by field: the value of each code, for integers
  std::vector<std::vector<double>> numbers_;    // likewise, for numbers
};

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_SCAN_CUSTOMER_GROUPS_H_
