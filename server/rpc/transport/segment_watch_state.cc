#include "server/rpc/transport/segment_watch_state.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/segment/segments.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/domain/day.h"
#include "server/rpc/convert/value.h"
#include "server/rpc/transport/read_scope.h"

namespace strata::rpc {
namespace {

using Event = v1::WatchSegmentResponse;

constexpr int kMaxEvents = 1'000;  // a message, CAUGHT_UP included
constexpr int kMaxFields = 100;
// Well below the 4 MB that clients take by default; long texts fill a message before its events do.
constexpr size_t kMaxMessageBytes = 1 << 20;

absl::StatusOr<std::string> FilterOf(const WorkspaceSettings& settings,
                                     const std::string& segment) {
  if (segment.empty()) return FieldError("segment", "name a segment, as in \"tier/strategic\"");
  const std::optional<analytics::segment::SegmentInfo> info =
      analytics::segment::FindSegment(settings, segment);
  if (info.has_value() && info->is_partition()) {
    return FieldError(
        "segment", absl::StrCat("\"", segment, "\" is a partition, name a class of it: \"", segment,
                                "/", info->classes.front(), "\""));
  }
  return SegmentFilter(settings, segment, "segment");
}

std::vector<std::string> RuleFieldsOf(const WorkspaceSettings& settings,
                                      const std::string& segment) {
  const std::optional<analytics::segment::SegmentInfo> info =
      analytics::segment::FindSegment(settings, segment.substr(0, segment.find('/')));
  return info.has_value() ? info->rule_fields : std::vector<std::string>();
}

// Whether everybody who is in `old` is in `newest` too.
bool NobodyIsGone(const image::Revision& old, const image::Revision& newest) {
  for (const image::Block& block : old.blocks) {
    // Blocks of customers whom nothing has happened to are shared.
    if (block.customers == 0 || newest.BlockOf(block.first_slot).profile == block.profile) continue;
    const std::vector<uint8_t>& present = block.profile->present;
    for (size_t row = 0; row < present.size(); ++row) {
      const auto slot = static_cast<image::Slot>(block.first_slot + row);
      if (present[row] != 0 && !analytics::segment::IsPresent(newest, slot)) return false;
    }
  }
  return true;
}

void SetValue(const std::optional<analytics::fields::Value>& value,
              v1::Value* (Event::FieldChange::*set)(), Event::FieldChange* change) {
  if (value.has_value()) ToProto(*value, (change->*set)());
}

}  // namespace

absl::StatusOr<analytics::segment::MembershipPtr> MembershipCache::Members(
    const image::RevisionPtr& revision, const std::string& segment, const StopToken& stop) {
  std::weak_ptr<const analytics::segment::Membership>& kept = members_[{revision.get(), segment}];
  if (analytics::segment::MembershipPtr members = kept.lock(); members != nullptr) return members;
  STRATA_ASSIGN_OR_RETURN(const std::string filter, FilterOf(*revision->settings, segment));
  STRATA_ASSIGN_OR_RETURN(analytics::segment::Membership computed,
                          analytics::segment::ComputeMembership(revision, filter, stop));
  auto members = std::make_shared<const analytics::segment::Membership>(std::move(computed));
  kept = members;
  return members;
}

absl::StatusOr<MembershipCache::DifferencePtr> MembershipCache::Difference(
    const analytics::segment::MembershipPtr& before, const analytics::segment::MembershipPtr& after,
    const v1::WatchSegmentRequest& request, const StopToken& stop) {
  // Fields are told apart by a byte that no id has.
  std::weak_ptr<const analytics::segment::MembershipDifference>& kept =
      differences_[{before.get(), after.get(), absl::StrJoin(request.fields(), "\n")}];
  if (DifferencePtr difference = kept.lock(); difference != nullptr) return difference;
  analytics::segment::MembershipDifference::Fields fields;
  fields.rule = RuleFieldsOf(*after->revision->settings, request.segment());
  fields.asked.assign(request.fields().begin(), request.fields().end());
  STRATA_ASSIGN_OR_RETURN(
      analytics::segment::MembershipDifference computed,
      analytics::segment::MembershipDifference::Compute(before, after, fields, stop));
  auto difference =
      std::make_shared<const analytics::segment::MembershipDifference>(std::move(computed));
  kept = difference;
  fresh_.push_back(difference);
  return difference;
}

void MembershipCache::Sweep() {
  fresh_.clear();
  std::erase_if(members_, [](const auto& entry) { return entry.second.expired(); });
  std::erase_if(differences_, [](const auto& entry) { return entry.second.expired(); });
}

absl::Status SegmentWatchState::Begin(const StopToken& stop) {
  const image::RevisionPtr newest = workspace_->Current();
  STRATA_RETURN_IF_ERROR(FilterOf(*newest->settings, request_.segment()).status());
  STRATA_RETURN_IF_ERROR(CheckFields(*newest));
  const int64_t after = request_.after_revision();
  if (after < 0) return FieldError("after_revision", "a revision is not negative");
  if (after == 0) return absl::OkStatus();
  const absl::StatusOr<image::RevisionPtr> held = workspace_->Held(after);
  if (!held.ok()) return absl::OkStatus();  // the whole membership, then
  absl::StatusOr<analytics::segment::MembershipPtr> members =
      cache_.Members(*held, request_.segment(), stop);
  // The segment may be younger than that revision.
  if (members.ok()) known_ = *std::move(members);
  return stop.Check();
}

absl::Status SegmentWatchState::CheckFields(const image::Revision& revision) const {
  if (request_.fields_size() > kMaxFields) {
    return FieldError("fields", absl::StrCat("at most ", kMaxFields, " fields are sent"));
  }
  const analytics::fields::FieldCatalogue catalogue(revision);
  for (int i = 0; i < request_.fields_size(); ++i) {
    const std::string& id = request_.fields(i);
    const std::string path = absl::StrCat("fields[", i, "]");
    const auto field = catalogue.Find(id);
    if (!field.ok()) {
      return WithMetadata(WithReason(FieldError(path, field.status().message()), "UNKNOWN_FIELD"),
                          "nearest", absl::StrJoin(catalogue.Nearest(id), ", "));
    }
    if ((*field)->grain == analytics::fields::Grain::kCustomer) continue;
    return WithReason(FieldError(path, absl::StrCat("\"", id, "\" is no field of customers")),
                      "INCOMPATIBLE_FIELD");
  }
  return absl::OkStatus();
}

absl::Status SegmentWatchState::Follow(const StopToken& stop) {
  const image::RevisionPtr newest = workspace_->Current();
  absl::StatusOr<analytics::segment::MembershipPtr> members =
      cache_.Members(newest, request_.segment(), stop);
  if (absl::IsNotFound(members.status()) && greeted_) {
    return WithReason(absl::NotFoundError(absl::StrCat("the segment \"", request_.segment(),
                                                       "\" was deleted; revision ", newest->number,
                                                       " is without it")),
                      "SEGMENT_NOT_FOUND");
  }
  if (!members.ok()) return members.status();
  STRATA_ASSIGN_OR_RETURN(difference_, cache_.Difference(known_, *members, request_, stop));
  next_ = 0;
  reset_ = known_ == nullptr;
  return absl::OkStatus();
}

void SegmentWatchState::Next(v1::WatchSegmentResponse* message) {
  const analytics::segment::Membership& after = *difference_->after();
  const image::RevisionPtr newest = workspace_->Current();
  message->Clear();
  message->set_revision(after.revision->number);
  if (!after.empty) message->set_as_of(FormatDay(after.as_of));
  if (reset_) message->add_events()->set_kind(Event::KIND_RESET);
  reset_ = false;
  size_t bytes = 0;
  for (; next_ < difference_->size(); ++next_) {
    if (message->events_size() + 1 >= kMaxEvents || bytes >= kMaxMessageBytes) return;
    AddEvent(next_, *newest, message);
    bytes += message->events().rbegin()->ByteSizeLong();
  }
  message->add_events()->set_kind(Event::KIND_CAUGHT_UP);
  known_ = difference_->after();
  difference_ = nullptr;
  greeted_ = true;
  caught_up_ = known_->revision->number;
}

void SegmentWatchState::AddEvent(size_t i, const image::Revision& newest,
                                 v1::WatchSegmentResponse* message) {
  Event::Event* const event = message->add_events();
  event->set_kind(difference_->entered(i) ? Event::KIND_ENTER : Event::KIND_LEAVE);
  event->set_customer(std::string(difference_->customer(i)));
  ++told_;
  // Of somebody who was deleted or erased meanwhile nothing more is told.
  if (!analytics::segment::IsPresent(newest, difference_->slot(i))) return;
  for (const analytics::segment::FieldChange& change : difference_->Changes(i)) {
    Event::FieldChange* const made = event->add_changes();
    made->set_field(std::string(change.field));
    SetValue(change.before, &Event::FieldChange::mutable_before, made);
    SetValue(change.after, &Event::FieldChange::mutable_after, made);
  }
}

void SegmentWatchState::HoldPlace() const {
  if (known_ == nullptr) return;
  if (NobodyIsGone(*known_->revision, *workspace_->Current())) workspace_->Hold(known_->revision);
}

}  // namespace strata::rpc
