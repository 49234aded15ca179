#ifndef STRATA_SERVER_RPC_CONVERT_SETTINGS_H_
#define STRATA_SERVER_RPC_CONVERT_SETTINGS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/field_mask.pb.h"
#include "server/domain/settings.h"
#include "server/image/revision.h"
#include "strata/v1/workspace_service.pb.h"

namespace strata::rpc {

// The settings of a new workspace: unset fields take their defaults. INVALID_ARGUMENT names fields
// as "workspace.deal_size_medium" for what has no domain form; whether the settings hold is for
// ValidateSettings to say.
absl::StatusOr<WorkspaceSettings> SettingsFrom(const v1::Workspace& workspace);

// Sets the fields that `mask` names, as given: an empty list of excluded statuses means none. Unset
// numbers that cannot be zero and unset rules take their defaults. INVALID_ARGUMENT for an empty
// mask and for paths that are no settings.
absl::Status ApplyMask(const v1::Workspace& workspace, const google::protobuf::FieldMask& mask,
                       WorkspaceSettings& settings);

void ToProto(const WorkspaceSettings& settings, v1::Workspace* out);
// The output-only fields that a revision knows.
void ToProto(const image::Revision& revision, v1::Workspace* out);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_CONVERT_SETTINGS_H_
