#include "server/analytics/kpi/scan/group_space.h"

#include <algorithm>
#include <utility>

#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace strata::analytics::kpi {
namespace {

fields::RowGrain FactsWith(fields::Grain grain) {
  switch (grain) {
    case fields::Grain::kTicket:
      return fields::RowGrain::kTicket;
    case fields::Grain::kContract:
      return fields::RowGrain::kContract;
    case fields::Grain::kSurvey:
      return fields::RowGrain::kSurvey;
    case fields::Grain::kLine:
      return fields::RowGrain::kLine;
    default:
      return fields::RowGrain::kOrder;
  }
}

}  // namespace

absl::StatusOr<GroupSpace> GroupSpace::Make(const std::vector<const fields::Field*>& fields,
                                            std::shared_ptr<const CustomerGroups> customers,
                                            const image::Revision& revision,
                                            fields::DayRange window, const DayShift& shift) {
  GroupSpace space;
  space.customers_ = std::move(customers);
  std::vector<const fields::Field*> time_fields;
  size_t customer_fields = 0;
  unsigned __int128 keys = 1;
  for (const fields::Field* field : fields) {
    if (field->grain == fields::Grain::kCustomer) {
      space.axes_.push_back({Part::kCustomer, customer_fields++});
    } else if (field->grain == fields::Grain::kEvent) {
      space.axes_.push_back({Part::kTime, time_fields.size()});
      time_fields.push_back(field);
    } else {
      RowAxis axis;
      STRATA_ASSIGN_OR_RETURN(
          axis.field, fields::MakeRowField(*field, FactsWith(field->grain), revision, window));
      axis.of_lines = field->grain == fields::Grain::kLine;
      axis.stride = space.row_groups_;
      keys *= std::max<uint32_t>(axis.field->size(), 1);
      if (keys >> 63 != 0) break;
      space.row_groups_ = static_cast<uint64_t>(keys);
      space.axes_.push_back({Part::kRow, space.rows_.size()});
      space.rows_.push_back(std::move(axis));
    }
  }
  STRATA_ASSIGN_OR_RETURN(space.time_, TimeGroups::Make(time_fields, revision, window, shift));
  keys *= space.time_.groups();
  if (keys >> 63 == 0) keys *= space.customers_->groups();
  if (keys >> 63 != 0) {
    return FieldError("group_by", "these fields have too many combinations of values; take fewer");
  }
  space.keys_ = static_cast<uint64_t>(keys);
  return space;
}

bool GroupSpace::has_line_axis() const {
  return std::any_of(rows_.begin(), rows_.end(), [](const RowAxis& axis) { return axis.of_lines; });
}

uint32_t GroupSpace::CodeOf(size_t field, uint64_t key) const {
  const Axis axis = axes_[field];
  switch (axis.part) {
    case Part::kCustomer:
      return customers_->CodeOf(axis.index, CustomerGroupOf(key));
    case Part::kTime:
      return time_.CodeOf(axis.index, TimeGroupOf(key));
    case Part::kRow:
      break;
  }
  const RowAxis& row = rows_[axis.index];
  return static_cast<uint32_t>(key % row_groups_ / row.stride % row.field->size());
}

uint32_t GroupSpace::Codes(size_t field) const {
  const Axis axis = axes_[field];
  switch (axis.part) {
    case Part::kCustomer:
      return customers_->Codes(axis.index);
    case Part::kTime:
      return time_.Codes(axis.index);
    case Part::kRow:
      break;
  }
  return rows_[axis.index].field->size();
}

fields::Value GroupSpace::ValueOf(size_t field, uint32_t code) const {
  const Axis axis = axes_[field];
  switch (axis.part) {
    case Part::kCustomer:
      return customers_->ValueOf(axis.index, code);
    case Part::kTime:
      return time_.ValueOf(axis.index, code);
    case Part::kRow:
      break;
  }
  return rows_[axis.index].field->ValueOf(code);
}

uint32_t GroupSpace::OrderOf(size_t field, uint32_t code) const {
  const Axis axis = axes_[field];
  switch (axis.part) {
    case Part::kCustomer:
      return customers_->Ordered(axis.index) ? code : 0;
    case Part::kTime:
      return time_.OrderOf(axis.index, code);
    case Part::kRow:
      break;
  }
  return code;
}

}  // namespace strata::analytics::kpi
