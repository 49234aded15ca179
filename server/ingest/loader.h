#ifndef STRATA_SERVER_INGEST_LOADER_H_
#define STRATA_SERVER_INGEST_LOADER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/image/editor.h"
#include "server/ingest/identities.h"
#include "server/store/sqlite/server_db.h"
#include "server/store/sqlite/workspace_db.h"

namespace strata::ingest {

// A workspace's file with everything that is kept in memory of it.
struct LoadedWorkspace {
  std::unique_ptr<store::WorkspaceDb> db;
  std::unique_ptr<image::Editor> editor;
  std::unique_ptr<Identities> ids;
  image::RevisionPtr revision;
  std::unique_ptr<store::ErasedIds> erased;
  // Erased customers that the file nevertheless holds: it is a restored backup, or a crash came
  // between the erasure list and the erasure.
  std::vector<std::string> to_erase_again;
};

// Reads the whole file once, in key order: image, id indexes and fact counts come of the same scan.
// DATA_LOSS when the file does not hold together.
absl::StatusOr<LoadedWorkspace> Load(std::unique_ptr<store::WorkspaceDb> db,
                                     std::unique_ptr<store::ErasedIds> erased);

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_LOADER_H_
