#ifndef STRATA_SERVER_STORE_SQLITE_SETTINGS_TABLE_H_
#define STRATA_SERVER_STORE_SQLITE_SETTINGS_TABLE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/domain/settings.h"
#include "server/store/sqlite/connection.h"

namespace strata::store {

// The settings of a workspace in its file: one row a setting, amounts in micros. A setting without
// a row has its default. Excluded statuses and segments come back ascending. A file that was last
// written when "cancelled" was the only status excluded by default, and excludes nothing else,
// reads as today's default; its table of them follows with the next change of a setting.
absl::StatusOr<WorkspaceSettings> ReadSettings(Connection& connection);

// Replaces them all, inside the caller's transaction.
absl::Status WriteSettings(Connection& connection, const WorkspaceSettings& settings);

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_SETTINGS_TABLE_H_
