#include "server/ingest/eraser.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/ingest/answer.h"

namespace strata::ingest {
namespace {

struct FactKey {
  RecordKind kind;
  uint32_t key;
};

template <typename Columns>
void AddKeys(const std::shared_ptr<const Columns>& columns, uint32_t row, RecordKind kind,
             std::vector<FactKey>& facts) {
  if (columns == nullptr) return;
  for (uint32_t i = columns->begin[row]; i < columns->begin[row + 1]; ++i) {
    facts.push_back({kind, columns->key[i]});
  }
}

std::vector<FactKey> FactsOf(image::Slot slot, const image::Revision& revision) {
  std::vector<FactKey> facts;
  if (slot >= revision.slots) return facts;
  const image::Block& block = revision.BlockOf(slot);
  const uint32_t row = slot - block.first_slot;
  image::OrderRuns runs;
  for (const image::OrderRun& run : runs.Of(block)) {
    for (uint32_t i = run.begin[row]; i < run.begin[row + 1]; ++i) {
      facts.push_back({RecordKind::kOrder, run.order_key[i]});
    }
  }
  AddKeys(block.tickets, row, RecordKind::kTicket, facts);
  AddKeys(block.contracts, row, RecordKind::kContract, facts);
  AddKeys(block.surveys, row, RecordKind::kSurvey, facts);
  return facts;
}

using OwnedIds = absl::flat_hash_set<store::Ledger::OwnedId>;

std::string ScrubAnswer(absl::string_view bytes, const OwnedIds& owned) {
  absl::StatusOr<AppendResult> answer = DecodeAnswer(bytes);
  if (!answer.ok()) return std::string(bytes);
  for (Rejection& rejection : answer->rejections) {
    if (!owned.contains({rejection.kind, rejection.id})) continue;
    rejection.id.clear();
    rejection.message.clear();
  }
  return EncodeAnswer(*answer);
}

}  // namespace

absl::Status EraseRows(image::Slot slot, const image::Revision& current, store::WorkspaceDb& db,
                       Identities& ids, image::Changes& changes) {
  const std::string customer_id(ids.CustomerId(slot));
  const std::vector<FactKey> facts = FactsOf(slot, current);
  if (facts.size() != ids.FactsOf(slot)) {
    return absl::InternalError(absl::StrCat("a customer has ", ids.FactsOf(slot),
                                            " facts, the image shows ", facts.size()));
  }
  OwnedIds owned;
  owned.insert({RecordKind::kCustomer, customer_id});
  for (const FactKey& fact : facts) {
    STRATA_ASSIGN_OR_RETURN(std::string id, db.reader().ReadId(fact.kind, fact.key));
    STRATA_RETURN_IF_ERROR(db.writer().Delete(fact.kind, fact.key));
    ids.RemoveFact(fact.kind, HashId(id), fact.key, slot);
    changes.list.push_back(image::Changes::Remove{fact.kind, fact.key, slot});
    owned.insert({fact.kind, std::move(id)});
  }
  STRATA_RETURN_IF_ERROR(db.writer().Delete(RecordKind::kCustomer, slot + 1));
  ids.RemoveCustomer(slot);
  changes.list.push_back(image::Changes::Remove{RecordKind::kCustomer, slot + 1, slot});
  return db.ledger().Scrub(
      owned, [&owned](absl::string_view answer) { return ScrubAnswer(answer, owned); });
}

}  // namespace strata::ingest
