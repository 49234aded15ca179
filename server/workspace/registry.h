#ifndef STRATA_SERVER_WORKSPACE_REGISTRY_H_
#define STRATA_SERVER_WORKSPACE_REGISTRY_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/workspace/workspace.h"

namespace strata {

// All workspaces of one data folder. Holds the folder's lock for its whole life. Thread-safe.
//
//   DIR/server.db              names of the workspaces, erased ids, tokens, audit
//   DIR/workspaces/NAME.db     one SQLite file a workspace
//   DIR/lock                   locked by the process that has the folder open; names it
class WorkspaceRegistry {
 public:
  // Opens the folder (made when missing), every workspace in it, and builds their images.
  // FAILED_PRECONDITION: another process has it open (the message names its pid and host), or a
  // file is newer than this binary, or older and wants `strata admin migrate`.
  static absl::StatusOr<std::unique_ptr<WorkspaceRegistry>> Open(const std::string& data_dir,
                                                                 const WorkspaceOptions& options);
  virtual ~WorkspaceRegistry() = default;

  // ALREADY_EXISTS, or INVALID_ARGUMENT when the settings do not hold.
  virtual absl::StatusOr<WorkspacePtr> Create(const WorkspaceSettings& settings) = 0;

  // NOT_FOUND names the workspaces there are nearest to `name`.
  virtual absl::StatusOr<WorkspacePtr> Find(absl::string_view name) const = 0;

  // Ascending by name.
  virtual std::vector<WorkspacePtr> List() const = 0;

  // Replaces the settings by what `change` makes of them; the revision advances when they differ.
  // FAILED_PRECONDITION for a new currency or time zone once there are records.
  virtual absl::StatusOr<WorkspacePtr> Update(
      absl::string_view name, const std::function<absl::Status(WorkspaceSettings&)>& change) = 0;

  // Removes the workspace and its file. FAILED_PRECONDITION when it holds records and not `force`.
  virtual absl::Status Delete(absl::string_view name, bool force) = 0;

  // Stops taking appends, lets the queued ones finish and closes every file. Called once; the
  // destructor calls it otherwise.
  virtual void Drain() = 0;
};

// INVALID_ARGUMENT naming the field when settings do not hold (name, currency, time zone, shares
// ...). Stands in domain terms so that the CLI, the RPC and the registry agree.
absl::Status ValidateSettings(const WorkspaceSettings& settings);

}  // namespace strata

#endif  // STRATA_SERVER_WORKSPACE_REGISTRY_H_
