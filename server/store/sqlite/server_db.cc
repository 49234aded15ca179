#include "server/store/sqlite/server_db.h"

#include <cstring>

#include "server/base/status_macros.h"
#include "server/store/sqlite/schema.h"

namespace strata::store {
namespace {

constexpr absl::string_view kStateNames[] = {"creating", "ready", "deleting"};

ServerDb::WorkspaceState StateNamed(absl::string_view name) {
  for (int i = 0; i < 3; ++i) {
    if (kStateNames[i] == name) return static_cast<ServerDb::WorkspaceState>(i);
  }
  return ServerDb::WorkspaceState::kReady;
}

absl::string_view BytesOf(const IdHash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), sizeof(hash)};
}

absl::StatusOr<IdHash> FromBytes(absl::string_view bytes) {
  IdHash hash;
  if (bytes.size() != sizeof(hash)) return absl::DataLossError("server.db: a hash is not 16 bytes");
  memcpy(hash.data(), bytes.data(), sizeof(hash));
  return hash;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerDb>> ServerDb::Open(const std::string& path, OpenMode mode) {
  std::unique_ptr<ServerDb> db(new ServerDb());
  MutexLock lock(db->mutex_);
  STRATA_ASSIGN_OR_RETURN(db->connection_, OpenWithSchema(path, ServerSchema(), mode));
  STRATA_ASSIGN_OR_RETURN(db->key_, db->LoadKey());
  return db;
}

absl::StatusOr<HashKey> ServerDb::LoadKey() {
  STRATA_ASSIGN_OR_RETURN(
      Statement statement,
      connection_->Prepare("SELECT value FROM secrets WHERE name = 'erasure_hash_key'"));
  Execution execution(statement);
  STRATA_ASSIGN_OR_RETURN(const bool found, execution.Step());
  if (!found) return absl::DataLossError("server.db: the key of the erasure list is gone");
  return FromBytes(execution.BlobAt(0));
}

absl::StatusOr<Statement> ServerDb::Prepare(absl::string_view sql) {
  if (connection_ == nullptr) return absl::UnavailableError("the server is shutting down");
  return connection_->Prepare(sql);
}

absl::StatusOr<std::vector<ServerDb::WorkspaceEntry>> ServerDb::Workspaces() {
  MutexLock lock(mutex_);
  STRATA_ASSIGN_OR_RETURN(Statement statement,
                          Prepare("SELECT name, state FROM workspaces ORDER BY name"));
  Execution execution(statement);
  std::vector<WorkspaceEntry> entries;
  for (;;) {
    STRATA_ASSIGN_OR_RETURN(const bool found, execution.Step());
    if (!found) return entries;
    entries.push_back({std::string(execution.TextAt(0)), StateNamed(execution.TextAt(1))});
  }
}

absl::Status ServerDb::SetWorkspace(absl::string_view name, WorkspaceState state, Millis now) {
  MutexLock lock(mutex_);
  STRATA_ASSIGN_OR_RETURN(
      Statement statement,
      Prepare("INSERT INTO workspaces (name, state, created_time) VALUES (?1, ?2, ?3) "
              "ON CONFLICT (name) DO UPDATE SET state = excluded.state"));
  return Execution(statement).Text(name).Text(kStateNames[static_cast<int>(state)]).Int(now).Run();
}

absl::Status ServerDb::RemoveWorkspace(absl::string_view name) {
  MutexLock lock(mutex_);
  STRATA_ASSIGN_OR_RETURN(Statement statement, Prepare("DELETE FROM workspaces WHERE name = ?1"));
  return Execution(statement).Text(name).Run();
}

absl::StatusOr<ErasedIds> ServerDb::LoadErasedIds(absl::string_view workspace) {
  MutexLock lock(mutex_);
  ErasedIds erased(key_);
  STRATA_ASSIGN_OR_RETURN(Statement statement,
                          Prepare("SELECT id_hash FROM erased_customers WHERE workspace = ?1"));
  Execution execution(statement);
  execution.Text(workspace);
  for (;;) {
    STRATA_ASSIGN_OR_RETURN(const bool found, execution.Step());
    if (!found) return erased;
    STRATA_ASSIGN_OR_RETURN(const IdHash hash, FromBytes(execution.BlobAt(0)));
    erased.AddHash(hash);
  }
}

absl::Status ServerDb::RememberErased(absl::string_view workspace, absl::string_view id,
                                      Millis now) {
  MutexLock lock(mutex_);
  STRATA_ASSIGN_OR_RETURN(Statement statement,
                          Prepare("INSERT OR IGNORE INTO erased_customers VALUES (?1, ?2, ?3)"));
  const IdHash hash = HashErasedId(key_, id);
  return Execution(statement).Text(workspace).Blob(BytesOf(hash)).Int(now).Run();
}

void ServerDb::Close() {
  MutexLock lock(mutex_);
  connection_ = nullptr;
}

}  // namespace strata::store
