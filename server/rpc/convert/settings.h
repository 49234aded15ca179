#ifndef STRATA_SERVER_RPC_CONVERT_SETTINGS_H_
#define STRATA_SERVER_RPC_CONVERT_SETTINGS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/field_mask.pb.h"
#include "server/domain/settings.h"
#include "server/image/revision.h"
#include "strata/v1/workspace_service.pb.h"

namespace strata::rpc {

// The settings of a new workspace: what is unset takes its default, and so does an empty list.
// INVALID_ARGUMENT names fields as "workspace.deal_size_medium" for a number outside the range that
// the contract gives it, and for what has no domain form; whether the settings hold together is for
// ValidateSettings to say.
absl::StatusOr<WorkspaceSettings> SettingsFrom(const v1::Workspace& workspace);

// Sets what `mask` names, a setting ("loyalty_rule.vip_units") or a rule with all its settings
// ("loyalty_rule"): as given, an empty list too; what is unset takes its default. INVALID_ARGUMENT
// as SettingsFrom, for an empty mask and for paths that are no settings.
absl::Status ApplyMask(const v1::Workspace& workspace, const google::protobuf::FieldMask& mask,
                       WorkspaceSettings& settings);

// Every setting, so that each one's presence says that it is known.
void ToProto(const WorkspaceSettings& settings, v1::Workspace* out);
// The output-only fields that a revision knows.
void ToProto(const image::Revision& revision, v1::Workspace* out);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_CONVERT_SETTINGS_H_
