#include "server/ingest/loader.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/ingest/order_scan.h"

namespace strata::ingest {
namespace {

// How many records of one kind the file can hold. Keys say less: they have gaps where records were
// deleted, and a damaged file may hold any.
int64_t MostRecords(const LoadedWorkspace& workspace) {
  constexpr int64_t kLeastBytes = 16;  // of a record with its place in the index of ids
  return (workspace.db->FileBytes() + workspace.db->WalBytes()) / kLeastBytes;
}

void ReserveUpTo(LoadedWorkspace& workspace, RecordKind kind, uint32_t last_key) {
  workspace.ids->Reserve(kind,
                         static_cast<size_t>(std::min<int64_t>(last_key, MostRecords(workspace))));
}

// A customer's key is a place in every column of the image, and so are those before it. A damaged
// file must not take the memory that the other workspaces need.
absl::Status CheckPlaces(store::WorkspaceDb& db, uint32_t last_key) {
  constexpr int64_t kBytes = 200;  // of a place, roughly
  const int64_t memory = int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  if (last_key <= memory / kBytes) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(db.connection().path(), ": a customer has the key ",
                                          last_key,
                                          ", and so many fit in no memory of this machine"));
}

// Hands the scanned facts to the image and the indexes; remembers the first that has no customer.
class FactLoader {
 public:
  FactLoader(LoadedWorkspace& workspace, RecordKind kind) : workspace_(workspace), kind_(kind) {}

  template <typename Fact, typename LoadIntoImage>
  void Take(uint32_t key, uint32_t customer_key, uint64_t hash, const Fact& fact,
            LoadIntoImage load) {
    const image::Slot slot = customer_key - 1;
    if (!workspace_.ids->LoadFact(kind_, hash, key, slot)) {
      if (status_.ok()) {
        status_ = absl::DataLossError(absl::StrCat(workspace_.db->connection().path(), ": ",
                                                   NameOf(kind_), " of key ", key,
                                                   " names no customer of the file"));
      }
      return;
    }
    ((*workspace_.editor).*load)(key, slot, fact);
  }

  absl::Status status() const { return status_; }

 private:
  LoadedWorkspace& workspace_;
  RecordKind kind_;
  absl::Status status_;
};

template <typename Fact>
absl::Status LoadFacts(
    LoadedWorkspace& workspace, RecordKind kind,
    absl::Status (store::RecordReader::*scan)(store::RecordReader::FactVisitor<Fact>),
    void (image::Editor::*load)(uint32_t, image::Slot, const Fact&)) {
  store::RecordReader& reader = workspace.db->reader();
  STRATA_ASSIGN_OR_RETURN(const uint32_t last_key, reader.LastKey(kind));
  ReserveUpTo(workspace, kind, last_key);
  FactLoader loader(workspace, kind);
  STRATA_RETURN_IF_ERROR((reader.*scan)([&](uint32_t key, uint32_t customer_key, const Fact& fact) {
    loader.Take(key, customer_key, HashId(fact.id), fact, load);
  }));
  return loader.status();
}

absl::Status LoadOrders(LoadedWorkspace& workspace) {
  STRATA_ASSIGN_OR_RETURN(const uint32_t last_key,
                          workspace.db->reader().LastKey(RecordKind::kOrder));
  ReserveUpTo(workspace, RecordKind::kOrder, last_key);
  FactLoader loader(workspace, RecordKind::kOrder);
  STRATA_RETURN_IF_ERROR(
      ScanOrders(workspace.db->connection().path(), workspace.db->connection().reading_mode(),
                 last_key, MostRecords(workspace),
                 [&](uint32_t key, uint32_t customer_key, uint64_t hash, const Order& order) {
                   loader.Take(key, customer_key, hash, order, &image::Editor::LoadOrder);
                 }));
  return loader.status();
}

absl::Status LoadCustomers(LoadedWorkspace& workspace) {
  STRATA_ASSIGN_OR_RETURN(const uint32_t last_key,
                          workspace.db->reader().LastKey(RecordKind::kCustomer));
  STRATA_RETURN_IF_ERROR(CheckPlaces(*workspace.db, last_key));
  ReserveUpTo(workspace, RecordKind::kCustomer, last_key);
  return workspace.db->reader().ScanCustomers(
      [&](uint32_t key, const Customer& customer, bool placeholder) {
        workspace.editor->LoadCustomer(key - 1, customer, placeholder);
        workspace.ids->LoadCustomer(HashId(customer.id), key, placeholder);
        if (!workspace.erased->empty() && workspace.erased->Contains(customer.id)) {
          workspace.to_erase_again.emplace_back(customer.id);
        }
      });
}

}  // namespace

absl::StatusOr<LoadedWorkspace> Load(std::unique_ptr<store::WorkspaceDb> db,
                                     std::unique_ptr<store::ErasedIds> erased) {
  LoadedWorkspace workspace;
  workspace.db = std::move(db);
  workspace.erased = std::move(erased);
  STRATA_ASSIGN_OR_RETURN(WorkspaceSettings settings, workspace.db->ReadSettings());
  STRATA_ASSIGN_OR_RETURN(
      workspace.editor,
      image::Editor::Create(std::make_shared<const WorkspaceSettings>(std::move(settings))));
  workspace.ids = std::make_unique<Identities>(*workspace.editor);

  using Reader = store::RecordReader;
  using Editor = image::Editor;
  STRATA_RETURN_IF_ERROR(LoadCustomers(workspace));
  STRATA_RETURN_IF_ERROR(LoadOrders(workspace));
  STRATA_RETURN_IF_ERROR(
      LoadFacts<Ticket>(workspace, RecordKind::kTicket, &Reader::ScanTickets, &Editor::LoadTicket));
  STRATA_RETURN_IF_ERROR(LoadFacts<Contract>(workspace, RecordKind::kContract,
                                             &Reader::ScanContracts, &Editor::LoadContract));
  STRATA_RETURN_IF_ERROR(
      LoadFacts<Survey>(workspace, RecordKind::kSurvey, &Reader::ScanSurveys, &Editor::LoadSurvey));
  STRATA_RETURN_IF_ERROR(
      workspace.db->ledger().ScanDeleted([&](RecordKind kind, absl::string_view id) {
        workspace.ids->NoteDeleted(kind, HashId(id));
      }));
  STRATA_ASSIGN_OR_RETURN(const store::Ledger::Commit last, workspace.db->ledger().LastCommit());
  workspace.revision = workspace.editor->Finish(last.revision, last.time);
  return workspace;
}

}  // namespace strata::ingest
