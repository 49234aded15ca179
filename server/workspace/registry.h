#ifndef STRATA_SERVER_WORKSPACE_REGISTRY_H_
#define STRATA_SERVER_WORKSPACE_REGISTRY_H_

#include <functional>
#include <map>
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
  // Opens the folder, every workspace in it, and builds their images. A workspace whose file cannot
  // be served (damaged, of another version, unreadable, gone) keeps nobody from the others: see
  // Unserved. Fails, with a reason, as DataFolder::Open does, and when server.db is damaged
  // (DATA_LOSS, SERVER_FILE_DAMAGED) or of another version (FAILED_PRECONDITION, SCHEMA_VERSION).
  static absl::StatusOr<std::unique_ptr<WorkspaceRegistry>> Open(const std::string& data_dir,
                                                                 const WorkspaceOptions& options);
  virtual ~WorkspaceRegistry() = default;

  // ALREADY_EXISTS, or INVALID_ARGUMENT when the settings do not hold.
  virtual absl::StatusOr<WorkspacePtr> Create(const WorkspaceSettings& settings) = 0;

  // NOT_FOUND names the workspaces there are nearest to `name`. FAILED_PRECONDITION for one that
  // cannot be served, as of Unserved.
  virtual absl::StatusOr<WorkspacePtr> Find(absl::string_view name) const = 0;

  // Those that are served, ascending by name.
  virtual std::vector<WorkspacePtr> List() const = 0;

  // Those that cannot be served, by name: FAILED_PRECONDITION with the fault and what to do about
  // it, reason WORKSPACE_DAMAGED, WORKSPACE_SCHEMA, WORKSPACE_NO_ACCESS or WORKSPACE_FILE_MISSING.
  // The next opening of the folder looks at them again.
  virtual std::map<std::string, absl::Status> Unserved() const = 0;

  // What a person who keeps the folder should know, as found while opening: DataFolder::Tidy.
  virtual const std::vector<std::string>& remarks() const = 0;

  // From now on `told` hears of each workspace that comes (true) or goes (false), on the thread of
  // the call that made or deleted it. One at a time; empty: nobody.
  using Presence = std::function<void(const std::string& name, bool served)>;
  virtual void TellPresence(Presence told) = 0;

  // Replaces the settings by what `change` makes of them; the revision advances when they differ.
  // FAILED_PRECONDITION for a new currency or time zone once there are records.
  virtual absl::StatusOr<WorkspacePtr> Update(
      absl::string_view name, const std::function<absl::Status(WorkspaceSettings&)>& change) = 0;

  // Removes the workspace and its file. FAILED_PRECONDITION when it holds records, or cannot be
  // served, so that nobody knows what it holds, and not `force`.
  virtual absl::Status Delete(absl::string_view name, bool force) = 0;

  // Stops taking appends, lets the queued ones finish and closes every file. Called once; the
  // destructor calls it otherwise.
  virtual void Drain() = 0;
};

// INVALID_ARGUMENT naming the field when settings do not hold: names, texts, currency, time zone,
// promises, segments, and settings of which one bounds the other. The range of a single number
// stands in the contract and is checked where a request is converted.
absl::Status ValidateSettings(const WorkspaceSettings& settings);

}  // namespace strata

#endif  // STRATA_SERVER_WORKSPACE_REGISTRY_H_
