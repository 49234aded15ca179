#ifndef STRATA_SERVER_STORE_SQLITE_SCHEMA_H_
#define STRATA_SERVER_STORE_SQLITE_SCHEMA_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/store/sqlite/connection.h"

namespace strata::store {

// One step of a schema: `sql` takes a file of version `version - 1` to `version`.
struct Migration {
  int version;
  const char* summary;
  const char* sql;
};

// What a kind of file looks like, as the list of steps that lead there. The version stands in the
// file as PRAGMA user_version, the kind as PRAGMA application_id.
struct Schema {
  const char* name;  // "workspace", "server": for messages
  int32_t application_id;
  absl::Span<const Migration> migrations;  // versions 1, 2, 3 ...

  int version() const { return migrations.empty() ? 0 : migrations.back().version; }
};

// DIR/workspaces/NAME.db and DIR/server.db.
const Schema& WorkspaceSchema();
const Schema& ServerSchema();

// The reason (server/base/error.h) of a file that another version of Strata has written.
inline constexpr char kOtherSchema[] = "SCHEMA_VERSION";

// Opens a file of this schema. With OpenMode::kCreate an empty or missing file gets the schema; an
// existing one is never changed. FAILED_PRECONDITION when the file is of another kind, or, with the
// reason kOtherSchema, newer than this binary (both versions are named) or older (the message says
// how to migrate).
absl::StatusOr<std::unique_ptr<Connection>> OpenWithSchema(const std::string& path,
                                                           const Schema& schema, OpenMode mode);

struct MigrationReport {
  int from_version = 0;
  int to_version = 0;
  std::string backup_path;  // empty when there was nothing to do
};

// Brings an old file to the version of this binary, in one transaction, after a copy of it was put
// beside it as PATH.vN.backup. Nothing else may have the file open. ALREADY_EXISTS when such a copy
// is there.
absl::StatusOr<MigrationReport> Migrate(const std::string& path, const Schema& schema);

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_SCHEMA_H_
