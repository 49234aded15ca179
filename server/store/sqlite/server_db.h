#ifndef STRATA_SERVER_STORE_SQLITE_SERVER_DB_H_
#define STRATA_SERVER_STORE_SQLITE_SERVER_DB_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/base/mutex.h"
#include "server/domain/day.h"
#include "server/store/sqlite/connection.h"
#include "server/store/sqlite/erasure_hash.h"

namespace strata::store {

// Whom one workspace must not hold, by the hash of their ids.
class ErasedIds {
 public:
  explicit ErasedIds(const HashKey& key) : key_(key) {}

  bool empty() const { return hashes_.empty(); }
  bool Contains(absl::string_view id) const { return hashes_.contains(HashErasedId(key_, id)); }
  void Add(absl::string_view id) { hashes_.insert(HashErasedId(key_, id)); }
  void AddHash(const IdHash& hash) { hashes_.insert(hash); }

 private:
  HashKey key_;
  absl::flat_hash_set<IdHash> hashes_;
};

// DIR/server.db: what the server knows beside the workspaces' own files. Thread-safe.
class ServerDb {
 public:
  // OpenMode::kCreate makes it; FAILED_PRECONDITION: see OpenWithSchema.
  static absl::StatusOr<std::unique_ptr<ServerDb>> Open(const std::string& path, OpenMode mode);

  enum class WorkspaceState { kCreating, kReady, kDeleting };
  struct WorkspaceEntry {
    std::string name;
    WorkspaceState state = WorkspaceState::kReady;
  };
  // Ascending by name.
  absl::StatusOr<std::vector<WorkspaceEntry>> Workspaces();
  // Adds the name or changes its state.
  absl::Status SetWorkspace(absl::string_view name, WorkspaceState state, Millis now);
  absl::Status RemoveWorkspace(absl::string_view name);

  // The erased ids of a workspace. They outlive the workspace, so that neither a restored backup
  // nor a new workspace of the same name brings a person back.
  absl::StatusOr<ErasedIds> LoadErasedIds(absl::string_view workspace);
  // Durable when it returns.
  absl::Status RememberErased(absl::string_view workspace, absl::string_view id, Millis now);

  // Closes the file; every later call fails.
  void Close();

 private:
  ServerDb() = default;
  absl::StatusOr<HashKey> LoadKey() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Statement> Prepare(absl::string_view sql) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  std::unique_ptr<Connection> connection_ ABSL_GUARDED_BY(mutex_);
  HashKey key_ ABSL_GUARDED_BY(mutex_) = {};
};

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_SERVER_DB_H_
