#ifndef STRATA_SERVER_INGEST_ERASER_H_
#define STRATA_SERVER_INGEST_ERASER_H_

#include "absl/status/status.h"
#include "server/image/editor.h"
#include "server/ingest/identities.h"
#include "server/store/sqlite/workspace_db.h"

namespace strata::ingest {

// Removes a customer with all facts, attributes and whatever is kept about their records (rejected
// and deleted ones, answers to requests), inside the open transaction. `current` must be the
// revision of the file as it stands: it says which facts are theirs, where the tables have no
// index.
absl::Status EraseRows(image::Slot slot, const image::Revision& current, store::WorkspaceDb& db,
                       Identities& ids, image::Changes& changes);

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_ERASER_H_
