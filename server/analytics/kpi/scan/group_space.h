#ifndef STRATA_SERVER_ANALYTICS_KPI_SCAN_GROUP_SPACE_H_
#define STRATA_SERVER_ANALYTICS_KPI_SCAN_GROUP_SPACE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/fields/row_field.h"
#include "server/analytics/kpi/scan/customer_groups.h"
#include "server/analytics/kpi/scan/time_groups.h"

namespace strata::analytics::kpi {

// A field of facts that is no time field, in a group key.
struct RowAxis {
  std::unique_ptr<fields::RowField> field;
  bool of_lines = false;
  uint64_t stride = 1;  // code * stride adds up to the row part of the key
};

// What rows are grouped by: key = (customer group * time groups + time group) * row groups + row
// group. The parts are numbered apart, so that a scan looks up a customer once and a day by table.
class GroupSpace {
 public:
  // `fields` in the order of group_by; the customer fields among them are those of `customers`, in
  // the same order. `shift`: see TimeGroups. INVALID_ARGUMENT when 64 bits do not hold the keys.
  static absl::StatusOr<GroupSpace> Make(const std::vector<const fields::Field*>& fields,
                                         std::shared_ptr<const CustomerGroups> customers,
                                         const image::Revision& revision, fields::DayRange window,
                                         const DayShift& shift = {});

  const CustomerGroups& customers() const { return *customers_; }
  const TimeGroups& time() const { return time_; }
  const std::vector<RowAxis>& rows() const { return rows_; }
  uint64_t row_groups() const { return row_groups_; }
  bool has_line_axis() const;
  uint64_t keys() const { return keys_; }

  uint64_t KeyOf(uint32_t customer_group, uint32_t time_group) const {
    return (uint64_t{customer_group} * time_.groups() + time_group) * row_groups_;
  }
  uint32_t CustomerGroupOf(uint64_t key) const {
    return static_cast<uint32_t>(key / row_groups_ / time_.groups());
  }
  uint32_t TimeGroupOf(uint64_t key) const {
    return static_cast<uint32_t>(key / row_groups_ % time_.groups());
  }

  // By field of group_by.
  size_t fields() const { return axes_.size(); }
  uint32_t CodeOf(size_t field, uint64_t key) const;
  uint32_t Codes(size_t field) const;
  fields::Value ValueOf(size_t field, uint32_t code) const;
  // The value's place where the field has an order of its own, the same in every space of the same
  // fields; else 0.
  uint32_t OrderOf(size_t field, uint32_t code) const;

 private:
  enum class Part : uint8_t { kCustomer, kTime, kRow };
  struct Axis {
    Part part;
    size_t index;
  };

  std::vector<Axis> axes_;
  std::shared_ptr<const CustomerGroups> customers_;
  TimeGroups time_;
  std::vector<RowAxis> rows_;
  uint64_t row_groups_ = 1;
  uint64_t keys_ = 1;
};

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_SCAN_GROUP_SPACE_H_
