#ifndef STRATA_SERVER_IMAGE_TESTING_HISTORY_MODEL_H_
#define STRATA_SERVER_IMAGE_TESTING_HISTORY_MODEL_H_

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "server/image/block_sizes.h"
#include "server/image/editor.h"

// What the image is held against in tests: a workspace as plain maps, and random histories of it.

namespace strata::image {

// A workspace as a database would hold it. Texts live for ever (PooledText).
struct HistoryModel {
  struct StoredCustomer {
    Customer customer;
    std::vector<Attribute> attributes;
    bool placeholder = false;
  };
  template <typename Fact>
  struct Stored {
    Slot slot;
    Fact fact;
  };
  struct StoredOrder {
    Slot slot;
    Order order;
    std::vector<OrderLine> lines;
  };

  std::shared_ptr<const WorkspaceSettings> settings;
  std::map<Slot, StoredCustomer> customers;
  std::map<uint32_t, StoredOrder> orders;  // by key, like the others
  std::map<uint32_t, Stored<Ticket>> tickets;
  std::map<uint32_t, Stored<Contract>> contracts;
  std::map<uint32_t, Stored<Survey>> surveys;

  std::unique_ptr<Editor> NewEditor(const BlockSizes& sizes) const;
  // A fresh editor that loaded the model, and its first revision.
  RevisionPtr Load(Editor& editor) const;

  // The first place in words where `revision` does not hold what the model holds; reads the
  // columns without any of the image's own code but OrderRuns. Also checks the form of the image:
  // blocks without gaps, columns of the right length, rows sorted.
  std::string Mismatch(const Revision& revision) const;
};

absl::string_view PooledText(absl::string_view text);

// Changes with records whose text dies with this object.
class BorrowedChanges {
 public:
  Changes changes;

  void Put(uint32_t key, Slot slot, Record record);
  void PutCustomer(Slot slot, const Customer& customer, bool placeholder);
  void Remove(RecordKind kind, uint32_t key, Slot slot);

 private:
  absl::string_view Borrow(absl::string_view text);

  std::deque<std::string> texts_;
  std::deque<Record> records_;
  std::deque<std::vector<OrderLine>> lines_;
  std::deque<std::vector<Attribute>> attributes_;
};

// Makes a history of a workspace: each step changes the model and says so to an editor.
class RandomHistory {
 public:
  explicit RandomHistory(uint32_t seed);

  HistoryModel& model() { return model_; }
  // A commit of up to `max_operations`; new customers' ids are appended to `ids`.
  BorrowedChanges Step(int max_operations, TextList& ids);

 private:
  int Below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  bool Chance(double p) { return std::bernoulli_distribution(p)(random_); }
  absl::string_view Word(absl::string_view kind, int variety);
  Millis Time();
  Slot AnyCustomer(BorrowedChanges& to, TextList& ids);
  Slot NewCustomer(BorrowedChanges& to, TextList& ids, bool placeholder);
  void FillCustomer(HistoryModel::StoredCustomer& stored);
  HistoryModel::StoredOrder MakeOrder(Slot slot);
  Record MakeFact(RecordKind kind);

  void Operate(BorrowedChanges& to, TextList& ids);
  void ChangeFact(BorrowedChanges& to, TextList& ids);
  void InsertFact(BorrowedChanges& to, RecordKind kind, uint32_t key, Slot slot);
  bool RemoveFact(BorrowedChanges& to, RecordKind kind, uint32_t key);
  uint32_t AnyKey(RecordKind kind);
  void RemoveCustomer(BorrowedChanges& to);
  void ChangeSettings(BorrowedChanges& to);

  std::mt19937 random_;
  double richness_;  // chance of each optional field
  HistoryModel model_;
  uint32_t next_key_[kRecordKinds];
  Slot next_slot_ = 0;
};

}  // namespace strata::image

#endif  // STRATA_SERVER_IMAGE_TESTING_HISTORY_MODEL_H_
