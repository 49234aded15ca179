#include "server/analytics/segment/membership.h"

#include <algorithm>
#include <utility>

#include "server/analytics/facts/as_of.h"
#include "server/analytics/filter/filter.h"
#include "server/base/status_macros.h"

namespace strata::analytics::segment {
namespace {

using image::Slot;

// Those of `ids` that the revision has as fields of customers.
std::vector<std::string> Existing(const image::Revision& revision,
                                  const std::vector<std::string>& ids) {
  const fields::FieldCatalogue catalogue(revision);
  std::vector<std::string> existing;
  for (const std::string& id : ids) {
    const auto field = catalogue.Find(id);
    if (field.ok() && (*field)->grain == fields::Grain::kCustomer) existing.push_back(id);
  }
  return existing;
}

absl::StatusOr<std::shared_ptr<const fields::Features>> FeaturesOf(
    const Membership& membership, const std::vector<std::string>& ids, const StopToken& stop) {
  STRATA_ASSIGN_OR_RETURN(
      fields::Features features,
      fields::Features::Compute(*membership.revision, membership.as_of, ids, stop));
  return std::make_shared<const fields::Features>(std::move(features));
}

const fields::FeatureColumn* ColumnOf(const fields::Features* features,
                                      const std::vector<std::string>& ids, const std::string& id) {
  if (features == nullptr || std::find(ids.begin(), ids.end(), id) == ids.end()) return nullptr;
  return &features->Column(id);
}

// The customer's value; unset where it did not exist by the revision's day.
std::optional<fields::Value> ValueAt(const fields::FeatureColumn* column,
                                     const fields::Features* features, Slot slot) {
  if (column == nullptr || slot >= features->exists().size() || features->exists()[slot] == 0) {
    return std::nullopt;
  }
  return column->At(slot);
}

}  // namespace

absl::StatusOr<Membership> ComputeMembership(image::RevisionPtr revision, absl::string_view filter,
                                             const StopToken& stop) {
  Membership membership;
  const facts::DefaultDay today = facts::DefaultDayOf(*revision);
  membership.as_of = today.day;
  membership.empty = today.basis == facts::AsOfBasis::kEmpty;
  STRATA_ASSIGN_OR_RETURN(const filter::Filter parsed,
                          filter::Filter::Parse(filter, fields::FieldCatalogue(*revision)));
  STRATA_ASSIGN_OR_RETURN(const fields::Features features,
                          fields::Features::Compute(*revision, membership.as_of,
                                                    filter::CustomerFieldsOf(parsed), stop));
  STRATA_ASSIGN_OR_RETURN(const filter::BoundFilter bound,
                          filter::BoundFilter::BindCustomers(parsed, *revision, features));
  const std::vector<uint8_t>& matches = bound.customers();
  membership.members.assign(matches.begin(), matches.end());
  membership.revision = std::move(revision);
  return membership;
}

absl::StatusOr<MembershipDifference> MembershipDifference::Compute(MembershipPtr before,
                                                                   MembershipPtr after,
                                                                   const Fields& fields,
                                                                   const StopToken& stop) {
  MembershipDifference difference;
  difference.before_ = std::move(before);
  difference.after_ = std::move(after);
  difference.Compare();
  if (!difference.moved_.empty()) STRATA_RETURN_IF_ERROR(difference.Describe(fields, stop));
  return difference;
}

void MembershipDifference::Compare() {
  std::vector<Slot> entered;
  const size_t known = before_ == nullptr ? 0 : before_->members.size();
  for (Slot slot = 0; slot < known; ++slot) {
    if (before_->members[slot] && !after_->Holds(slot)) moved_.push_back(slot);
  }
  for (Slot slot = 0; slot < after_->members.size(); ++slot) {
    const bool held = slot < known && before_->members[slot];
    if (after_->members[slot] && !held) entered.push_back(slot);
  }
  if (before_ != nullptr) JoinReturned(entered);
  left_ = moved_.size();
  moved_.insert(moved_.end(), entered.begin(), entered.end());
}

// A deleted customer who comes again gets a slot of their own.
void MembershipDifference::JoinReturned(std::vector<Slot>& entered) {
  const image::Revision& old = *before_->revision;
  const image::Revision& now = *after_->revision;
  const bool any_new =
      std::any_of(entered.begin(), entered.end(), [&](Slot slot) { return !IsPresent(old, slot); });
  if (!any_new) return;
  absl::flat_hash_map<absl::string_view, Slot> gone;
  for (const image::Block& block : old.blocks) {
    // Blocks of customers whom nothing has happened to are shared.
    if (block.customers == 0 || now.BlockOf(block.first_slot).profile == block.profile) continue;
    for (Slot slot = block.first_slot; slot < block.first_slot + block.customers; ++slot) {
      if (IsPresent(old, slot) && !IsPresent(now, slot)) gone.emplace(old.CustomerId(slot), slot);
    }
  }
  std::erase_if(entered, [&](Slot slot) {
    const auto found = IsPresent(old, slot) ? gone.end() : gone.find(now.CustomerId(slot));
    if (found == gone.end()) return false;
    slot_before_[slot] = found->second;
    if (!before_->Holds(found->second)) return false;
    std::erase(moved_, found->second);
    return true;
  });
}

absl::Status MembershipDifference::Describe(const Fields& fields, const StopToken& stop) {
  std::vector<std::string> ids;
  const auto add = [&](const std::string& id, bool always) {
    const auto same = std::find_if(columns_.begin(), columns_.end(),
                                   [&](const Column& column) { return column.field == id; });
    if (same != columns_.end()) {
      same->always |= always;
      return;
    }
    columns_.push_back({id, always});
    ids.push_back(id);
  };
  for (const std::string& id : fields.rule) add(id, false);
  for (const std::string& id : fields.asked) add(id, true);
  if (ids.empty()) return absl::OkStatus();
  const std::vector<std::string> ids_after = Existing(*after_->revision, ids);
  STRATA_ASSIGN_OR_RETURN(features_after_, FeaturesOf(*after_, ids_after, stop));
  std::vector<std::string> ids_before;
  if (before_ != nullptr) {
    ids_before = Existing(*before_->revision, ids);
    STRATA_ASSIGN_OR_RETURN(features_before_, FeaturesOf(*before_, ids_before, stop));
  }
  for (Column& column : columns_) {
    column.after = ColumnOf(features_after_.get(), ids_after, column.field);
    column.before = ColumnOf(features_before_.get(), ids_before, column.field);
  }
  return absl::OkStatus();
}

absl::string_view MembershipDifference::customer(size_t i) const {
  // The later revision may know no more of somebody who left.
  return (entered(i) ? after_ : before_)->revision->CustomerId(moved_[i]);
}

std::vector<FieldChange> MembershipDifference::Changes(size_t i) const {
  std::vector<FieldChange> changes;
  const auto other = slot_before_.find(moved_[i]);
  const Slot slot_before = other == slot_before_.end() ? moved_[i] : other->second;
  for (const Column& column : columns_) {
    FieldChange change;
    change.field = column.field;
    change.before = ValueAt(column.before, features_before_.get(), slot_before);
    change.after = ValueAt(column.after, features_after_.get(), moved_[i]);
    if (column.always || change.before != change.after) changes.push_back(std::move(change));
  }
  return changes;
}

bool IsPresent(const image::Revision& revision, Slot slot) {
  if (slot >= revision.slots) return false;
  const image::Block& block = revision.BlockOf(slot);
  const uint32_t row = slot - block.first_slot;
  return row < block.profile->present.size() && block.profile->present[row] != 0;
}

}  // namespace strata::analytics::segment
