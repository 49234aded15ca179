#include "server/rpc/convert/settings.h"

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/reflection.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/value.h"
#include "strata/v1/setting.pb.h"

// Settings go to and fro by the list of the domain (ForEachSetting) and the reflection of the
// message: a setting's path leads to its field, and the field says which values hold.

namespace strata::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Where a setting stands in a message.
struct Place {
  const FieldDescriptor* rule;  // the field of Workspace that holds its rule; null: no rule
  const FieldDescriptor* field;
  std::string path;  // "workspace.loyalty_rule.vip_units"
};

Place PlaceOf(absl::string_view path) {
  const std::pair<std::string, std::string> names = absl::StrSplit(path, absl::MaxSplits('.', 1));
  const Descriptor& workspace = *v1::Workspace::descriptor();
  const FieldDescriptor* first = workspace.FindFieldByName(names.first);
  std::string full = absl::StrCat("workspace.", path);
  if (names.second.empty()) return {nullptr, first, std::move(full)};
  return {first, first->message_type()->FindFieldByName(names.second), std::move(full)};
}

const Message& HolderOf(const Place& place, const v1::Workspace& workspace) {
  if (place.rule == nullptr) return workspace;
  return workspace.GetReflection()->GetMessage(workspace, place.rule);
}

Message& HolderOf(const Place& place, v1::Workspace* workspace) {
  if (place.rule == nullptr) return *workspace;
  return *workspace->GetReflection()->MutableMessage(workspace, place.rule);
}

// Whether the message says what the setting is. An enum does by any value but its zero, which the
// contract calls UNSPECIFIED; a list by an entry.
bool IsGiven(const Place& place, const v1::Workspace& workspace) {
  const Message& holder = HolderOf(place, workspace);
  return place.field->is_repeated() ? holder.GetReflection()->FieldSize(holder, place.field) > 0
                                    : holder.GetReflection()->HasField(holder, place.field);
}

// "1 to 12", "0 to 36500 days", "0 or more"
std::string RangeInWords(const v1::Setting& setting) {
  std::string words = setting.has_greatest()
                          ? absl::StrCat(setting.least(), " to ", setting.greatest())
                          : absl::StrCat(setting.least(), " or more");
  if (!setting.unit().empty()) absl::StrAppend(&words, " ", setting.unit());
  return words;
}

// `scale`: how many of the value's own units are one of the setting's.
absl::Status CheckRange(const Place& place, int64_t value, int64_t scale) {
  const v1::Setting& setting = place.field->options().GetExtension(v1::setting);
  if (value >= setting.least() * scale &&
      (!setting.has_greatest() || value <= setting.greatest() * scale)) {
    return absl::OkStatus();
  }
  const std::string shown = scale == 1 ? absl::StrCat(value) : FormatMicros(value);
  return FieldError(place.path,
                    absl::StrCat(shown, " does not hold: give ", RangeInWords(setting),
                                 ", or leave it unset for the default, ", setting.default_value()));
}

absl::Status Take(const Message& holder, const Place& place, std::string& out) {
  out = holder.GetReflection()->GetString(holder, place.field);
  return absl::OkStatus();
}

absl::Status TakeEnum(const Message& holder, const Place& place, int& out) {
  out = holder.GetReflection()->GetEnumValue(holder, place.field);
  if (place.field->enum_type()->FindValueByNumber(out) != nullptr) return absl::OkStatus();
  return FieldError(place.path, absl::StrCat(out, " is none of its values"));
}

absl::Status Take(const Message& holder, const Place& place, int& out) {
  if (place.field->enum_type() != nullptr) return TakeEnum(holder, place, out);
  out = holder.GetReflection()->GetInt32(holder, place.field);
  return CheckRange(place, out, 1);
}

// A 64-bit number, or an amount.
absl::Status Take(const Message& holder, const Place& place, int64_t& out) {
  if (place.field->message_type() == nullptr) {
    out = holder.GetReflection()->GetInt64(holder, place.field);
    return CheckRange(place, out, 1);
  }
  const Message& amount = holder.GetReflection()->GetMessage(holder, place.field);
  STRATA_ASSIGN_OR_RETURN(out, MicrosFrom(static_cast<const v1::Amount&>(amount), place.path));
  return CheckRange(place, out, kMicrosAUnit);
}

// The contract's enums have one value more, before the domain's first.
template <typename Enum>
std::enable_if_t<std::is_enum_v<Enum>, absl::Status> Take(const Message& holder, const Place& place,
                                                          Enum& out) {
  int number = 0;
  STRATA_RETURN_IF_ERROR(TakeEnum(holder, place, number));
  out = static_cast<Enum>(number - 1);
  return absl::OkStatus();
}

absl::Status Take(const Message& holder, const Place& place, std::vector<std::string>& out) {
  const auto list = holder.GetReflection()->GetRepeatedFieldRef<std::string>(holder, place.field);
  out.assign(list.begin(), list.end());
  return absl::OkStatus();
}

absl::Status Take(const Message& holder, const Place& place, std::vector<TierServicePolicy>& out) {
  out.clear();
  const auto list =
      holder.GetReflection()->GetRepeatedFieldRef<v1::TierServicePolicy>(holder, place.field);
  for (const v1::TierServicePolicy& tier : list) {
    out.push_back({tier.tier(), tier.response_target_hours(), tier.contact_cadence_days(),
                   tier.escalation_path()});
  }
  return absl::OkStatus();
}

void Put(const std::string& value, const Place& place, Message& holder) {
  holder.GetReflection()->SetString(&holder, place.field, value);
}

void Put(int value, const Place& place, Message& holder) {
  if (place.field->enum_type() != nullptr) {
    holder.GetReflection()->SetEnumValue(&holder, place.field, value);
  } else {
    holder.GetReflection()->SetInt32(&holder, place.field, value);
  }
}

void Put(int64_t value, const Place& place, Message& holder) {
  if (place.field->message_type() == nullptr) {
    holder.GetReflection()->SetInt64(&holder, place.field, value);
    return;
  }
  Message* amount = holder.GetReflection()->MutableMessage(&holder, place.field);
  Money(MicrosSum{value}, static_cast<v1::Amount*>(amount));
}

template <typename Enum>
std::enable_if_t<std::is_enum_v<Enum>> Put(Enum value, const Place& place, Message& holder) {
  holder.GetReflection()->SetEnumValue(&holder, place.field, static_cast<int>(value) + 1);
}

void Put(const std::vector<std::string>& value, const Place& place, Message& holder) {
  for (const std::string& text : value) {
    holder.GetReflection()->AddString(&holder, place.field, text);
  }
}

void Put(const std::vector<TierServicePolicy>& value, const Place& place, Message& holder) {
  for (const TierServicePolicy& tier : value) {
    auto* made = static_cast<v1::TierServicePolicy*>(
        holder.GetReflection()->AddMessage(&holder, place.field));
    made->set_tier(tier.tier);
    made->set_response_target_hours(tier.response_target_hours);
    made->set_contact_cadence_days(tier.contact_cadence_days);
    made->set_escalation_path(tier.escalation_path);
  }
}

// Whether the path of a mask names the setting: itself, or the rule that it belongs to.
bool Names(absl::string_view mask_path, absl::string_view setting) {
  return absl::StartsWith(setting, mask_path) &&
         (setting.size() == mask_path.size() || setting[mask_path.size()] == '.');
}

// Sets what `mask_path` names; false where it names nothing.
absl::StatusOr<bool> ApplyPath(const v1::Workspace& workspace, absl::string_view mask_path,
                               WorkspaceSettings& settings) {
  static const auto& defaults = *new WorkspaceSettings();
  bool names_any = false;
  absl::Status status;
  ForEachSetting([&](absl::string_view path, absl::string_view, auto member) {
    if (!status.ok() || !Names(mask_path, path)) return;
    names_any = true;
    const Place place = PlaceOf(path);
    if (place.field->is_repeated() || IsGiven(place, workspace)) {
      status = Take(HolderOf(place, workspace), place, settings.*member);
    } else {
      settings.*member = defaults.*member;
    }
  });
  STRATA_RETURN_IF_ERROR(status);
  return names_any;
}

}  // namespace

absl::StatusOr<WorkspaceSettings> SettingsFrom(const v1::Workspace& workspace) {
  WorkspaceSettings settings;
  settings.name = workspace.workspace();
  absl::Status status;
  ForEachSetting([&](absl::string_view path, absl::string_view, auto member) {
    const Place place = PlaceOf(path);
    if (!status.ok() || !IsGiven(place, workspace)) return;
    status = Take(HolderOf(place, workspace), place, settings.*member);
  });
  STRATA_RETURN_IF_ERROR(status);
  return settings;
}

absl::Status ApplyMask(const v1::Workspace& workspace, const google::protobuf::FieldMask& mask,
                       WorkspaceSettings& settings) {
  if (mask.paths().empty()) return FieldError("update_mask", "name at least one field to update");
  for (int i = 0; i < mask.paths_size(); ++i) {
    STRATA_ASSIGN_OR_RETURN(const bool known, ApplyPath(workspace, mask.paths(i), settings));
    if (known) continue;
    return FieldError(absl::StrCat("update_mask.paths[", i, "]"),
                      absl::StrCat("\"", mask.paths(i), "\" is no setting of a workspace"));
  }
  return absl::OkStatus();
}

void ToProto(const WorkspaceSettings& settings, v1::Workspace* out) {
  out->set_workspace(settings.name);
  ForEachSetting([&](absl::string_view path, absl::string_view, auto member) {
    const Place place = PlaceOf(path);
    Put(settings.*member, place, HolderOf(place, out));
  });
}

void ToProto(const image::Revision& revision, v1::Workspace* out) {
  out->set_revision(revision.number);
  out->set_customers(revision.customers);
  out->set_orders(revision.orders);
  if (revision.first_event_day != kNoDay) {
    out->set_first_event_date(FormatDay(revision.first_event_day));
  }
  if (revision.last_event_day != kNoDay) {
    out->set_last_event_date(FormatDay(revision.last_event_day));
  }
}

}  // namespace strata::rpc
