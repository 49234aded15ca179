#ifndef STRATA_SERVER_IMAGE_EDITOR_H_
#define STRATA_SERVER_IMAGE_EDITOR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "server/domain/record.h"
#include "server/domain/settings.h"
#include "server/image/revision.h"

namespace strata::image {

// What one commit changed, in the order in which it happened. A replaced record is its removal
// followed by its insertion with the same key. Records are borrowed until Editor::Apply returns;
// a Customer is the whole customer as it now stands (update masks are resolved before).
struct Changes {
  struct PutCustomer {
    Slot slot;
    Customer customer;
    bool placeholder = false;
  };
  // A fact of any kind but customer.
  struct Put {
    uint32_t key;
    Slot slot;
    const Record* record;  // Order, Ticket, Contract or Survey
  };
  struct Remove {
    RecordKind kind;
    uint32_t key;  // slot + 1 for a customer
    Slot slot;     // the customer that had it
  };
  using Change = std::variant<PutCustomer, Put, Remove>;
  std::vector<Change> list;

  // Set when the settings changed. Days of facts stay as they are: the time zone is fixed once the
  // workspace holds a record.
  std::shared_ptr<const WorkspaceSettings> settings;
};

struct BlockSizes;

// Makes revisions: the only writer of a workspace's image. Used by one thread.
//
// The image that a history of Apply calls leads to equals, customer by customer and row by row, the
// image that a fresh Editor loads from the same database; only block boundaries and dictionary
// codes may differ.
class Editor {
 public:
  // An empty image. INVALID_ARGUMENT when the settings' time zone is not known here.
  static absl::StatusOr<std::unique_ptr<Editor>> Create(
      std::shared_ptr<const WorkspaceSettings> settings);
  // For tests, which want tiny blocks.
  static absl::StatusOr<std::unique_ptr<Editor>> Create(
      std::shared_ptr<const WorkspaceSettings> settings, const BlockSizes& sizes);
  ~Editor();

  // Loading, before the first Apply: every stored record once, each kind in ascending key order,
  // customers first. The record's text need not outlive the call.
  void LoadCustomer(Slot slot, const Customer& customer, bool placeholder);
  void LoadOrder(uint32_t key, Slot slot, const Order& order);
  void LoadTicket(uint32_t key, Slot slot, const Ticket& ticket);
  void LoadContract(uint32_t key, Slot slot, const Contract& contract);
  void LoadSurvey(uint32_t key, Slot slot, const Survey& survey);
  // Ends loading. `commit_time`: Revision::commit_time.
  RevisionPtr Finish(int64_t revision_number, Millis commit_time = kNoTime);

  // The next revision. Shares with the last one whatever did not change.
  RevisionPtr Apply(const Changes& changes, int64_t revision_number, Millis commit_time = kNoTime);

  // The texts by slot. The ingest writer appends the ids of new customers here before it applies
  // them, and truncates when their transaction rolls back.
  TextList& customer_ids();

  // The kind of a custom attribute, if any customer ever had it. Attribute kinds are fixed by first
  // use; the ingest writer refuses values of another kind.
  std::optional<AttributeKind> AttributeKindOf(absl::string_view key) const;

  // How many different order statuses the image can still take; the ingest writer refuses orders
  // that would bring more. (Beyond that all further statuses would share one code.)
  uint32_t StatusRoom() const;

 private:
  struct Rep;
  explicit Editor(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

// Empty when the two revisions hold the same customers and facts, compared by text, customer by
// customer; else the first difference in words. Block boundaries and codes do not count.
std::string Difference(const Revision& a, const Revision& b);

}  // namespace strata::image

#endif  // STRATA_SERVER_IMAGE_EDITOR_H_
