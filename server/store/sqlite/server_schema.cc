#include "server/store/sqlite/schema.h"

namespace strata::store {
namespace {

constexpr char kVersion1[] = R"sql(
  CREATE TABLE workspaces (
    name TEXT PRIMARY KEY,
    -- 'creating' and 'deleting' show only after a crash; the next start finishes the job.
    state TEXT NOT NULL CHECK (state IN ('creating', 'ready', 'deleting')),
    created_time INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Whom a workspace must never hold again. An id is kept as a keyed hash, so that the list does not
  -- name those who asked to be forgotten.
  CREATE TABLE erased_customers (
    workspace TEXT NOT NULL,
    id_hash BLOB NOT NULL,
    erased_time INTEGER NOT NULL,
    PRIMARY KEY (workspace, id_hash)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO secrets VALUES ('erasure_hash_key', randomblob(16));
)sql";

constexpr Migration kMigrations[] = {
    {1, "workspaces, erased customers", kVersion1},
};

}  // namespace

const Schema& ServerSchema() {
  static const Schema schema{"server", 0x53545253 /* STRS */, kMigrations};
  return schema;
}

}  // namespace strata::store
