#include "server/image/apply.h"

#include <algorithm>

#include "server/base/scan_pool.h"
#include "server/image/customer_columns.h"

namespace strata::image {
namespace {

RecordKind KindOf(const Record& record) {
  static_assert(std::is_same_v<std::variant_alternative_t<1, Record>, Order> &&
                std::is_same_v<std::variant_alternative_t<4, Record>, Survey>);
  return static_cast<RecordKind>(record.index());
}

// Tells the facts of all kinds apart.
uint64_t FactId(RecordKind kind, uint32_t key) { return static_cast<uint64_t>(kind) << 32 | key; }

Slot SlotOf(const Changes::Change& change) {
  return std::visit([](const auto& of_kind) { return of_kind.slot; }, change);
}

}  // namespace

template <typename Columns>
bool Application::FactEdit<Columns>::Commit(uint32_t customers,
                                            std::shared_ptr<const Columns>* facts) {
  if (added.size() == 0 && removed.empty()) return false;
  *facts = MergeFacts(facts->get(), customers, added, std::move(removed));
  return true;
}

void Application::Run(const std::vector<Changes::Change>& changes) {
  if (changes.empty()) return;
  Slot slots = 0;
  for (const Changes::Change& change : changes) {
    if (!std::holds_alternative<Changes::Remove>(change)) {
      slots = std::max(slots, SlotOf(change) + 1);
    }
  }
  ExtendTo(slots);
  for (const EditorBlock& block : blocks_) first_slots_.push_back(block.block.first_slot);
  edit_index_.assign(blocks_.size(), 0);
  DropReplaced(changes);
  Gather(changes);
  PlaceOrders();
  WriteOrders();
  Commit();
  Cut();
}

void Application::ExtendTo(Slot slots) {
  for (;;) {
    Slot first = 0;
    if (!blocks_.empty()) {
      EditorBlock& last = blocks_.back();
      first = last.block.first_slot + last.block.customers;
      if (first >= slots) return;
      if (last.lines() < sizes_.target_lines && last.block.customers < sizes_.max_customers) {
        const uint32_t wanted = slots - last.block.first_slot;
        Extend(last, std::min(wanted, sizes_.max_customers), sizes_);
        continue;
      }
    }
    if (first >= slots) return;
    EditorBlock next;
    next.block.first_slot = first;
    Extend(next, std::min(slots - first, sizes_.max_customers), sizes_);
    blocks_.push_back(std::move(next));
  }
}

// A fact that is put and removed again within the list never reaches a block: finds these pairs.
// What remains are removals of facts that the blocks hold, and puts of facts that stay.
void Application::DropReplaced(const std::vector<Changes::Change>& changes) {
  constexpr size_t kNotPut = ~size_t{0};
  absl::flat_hash_map<uint64_t, size_t> put_at;  // of the facts that are removed somewhere
  for (const Changes::Change& change : changes) {
    const auto* remove = std::get_if<Changes::Remove>(&change);
    if (remove == nullptr || remove->kind == RecordKind::kCustomer) continue;
    put_at.try_emplace(FactId(remove->kind, remove->key), kNotPut);
  }
  if (put_at.empty()) return;
  undone_.assign(changes.size(), false);
  for (size_t i = 0; i < changes.size(); ++i) {
    if (const auto* put = std::get_if<Changes::Put>(&changes[i])) {
      const auto found = put_at.find(FactId(KindOf(*put->record), put->key));
      if (found != put_at.end()) found->second = i;
    } else if (const auto* remove = std::get_if<Changes::Remove>(&changes[i])) {
      const auto found = put_at.find(FactId(remove->kind, remove->key));
      if (found == put_at.end() || found->second == kNotPut) continue;
      undone_[found->second] = true;
      undone_[i] = true;
      found->second = kNotPut;
    }
  }
}

void Application::Gather(const std::vector<Changes::Change>& changes) {
  for (size_t i = 0; i < changes.size(); ++i) {
    if (!undone_.empty() && undone_[i]) continue;
    if (const auto* put = std::get_if<Changes::Put>(&changes[i])) {
      GatherPut(*put);
    } else if (const auto* customer = std::get_if<Changes::PutCustomer>(&changes[i])) {
      BlockEdit& edit = EditOf(customer->slot);
      PutCustomer(ProfileOf(edit), RowIn(edit, customer->slot), customer->customer,
                  customer->placeholder, coder_);
    } else {
      GatherRemove(std::get<Changes::Remove>(changes[i]));
    }
  }
}

void Application::GatherPut(const Changes::Put& put) {
  BlockEdit& edit = EditOf(put.slot);
  const uint32_t row = RowIn(edit, put.slot);
  if (const auto* order = std::get_if<Order>(put.record)) {
    GatherOrder(put, *order, edit);
  } else if (const auto* ticket = std::get_if<Ticket>(put.record)) {
    AppendFact(FactsOf(edit).tickets.added, row, put.key, *ticket, coder_);
  } else if (const auto* contract = std::get_if<Contract>(put.record)) {
    AppendFact(FactsOf(edit).contracts.added, row, put.key, *contract, coder_);
  } else if (const auto* survey = std::get_if<Survey>(put.record)) {
    AppendFact(FactsOf(edit).surveys.added, row, put.key, *survey, coder_);
  }
}

void Application::GatherOrder(const Changes::Put& put, const Order& order, BlockEdit& edit) {
  ++edit.orders;
  edit.lines += static_cast<uint32_t>(order.lines.size());
  edit.fields |= FieldsOf(order);
  new_orders_.push_back({&put, &order, edit_index_[edit.block] - 1});
}

void Application::GatherRemove(const Changes::Remove& remove) {
  const Slot slots =
      blocks_.empty() ? 0 : blocks_.back().block.first_slot + blocks_.back().block.customers;
  if (remove.slot >= slots) return;  // never was there
  BlockEdit& edit = EditOf(remove.slot);
  const RowKey row = {RowIn(edit, remove.slot), remove.key};
  switch (remove.kind) {
    case RecordKind::kCustomer:
      ClearCustomer(ProfileOf(edit), row.customer);
      break;
    case RecordKind::kOrder:
      edit.removed_orders.push_back(row);
      break;
    case RecordKind::kTicket:
      FactsOf(edit).tickets.removed.push_back(row);
      break;
    case RecordKind::kContract:
      FactsOf(edit).contracts.removed.push_back(row);
      break;
    case RecordKind::kSurvey:
      FactsOf(edit).surveys.removed.push_back(row);
      break;
  }
}

// Decides where the new orders of each block go: to its tail if they fit, else to a place of their
// own, from which the block is rewritten.
void Application::PlaceOrders() {
  for (BlockEdit& edit : edits_) {
    if (edit.orders == 0) continue;
    EditorBlock& block = blocks_[edit.block];
    if (edit.removed_orders.empty()) {
      if (block.tail.orders == 0) {
        block.tail = NewTail(block, edit.orders == 1 ? edit.lines : 0, edit.fields, sizes_);
      }
      edit.to_tail = block.tail.HasRoom(edit.orders, edit.lines, edit.fields);
      if (edit.to_tail) continue;
    }
    edit.rewrite.tail = std::make_shared<OrderTail>(edit.orders, edit.lines, edit.fields);
  }
}

void Application::WriteOrders() {
  for (const NewOrder& added : new_orders_) {
    BlockEdit& edit = edits_[added.edit];
    OrderWriter& writer = edit.to_tail ? blocks_[edit.block].tail : edit.rewrite;
    writer.Append(RowIn(edit, added.put->slot), added.put->key, *added.order, coder_);
  }
}

void Application::Commit() {
  std::vector<BlockEdit*> rewrites;
  for (BlockEdit& edit : edits_) {
    if (edit.rewrite.tail != nullptr || !edit.removed_orders.empty() || edit.facts != nullptr) {
      rewrites.push_back(&edit);
    } else {
      CommitEdit(edit);
    }
  }
  // Waking a second thread costs more than it saves on a few blocks.
  constexpr size_t kFew = 4;
  if (rewrites.size() <= kFew) {
    for (BlockEdit* edit : rewrites) CommitEdit(*edit);
    return;
  }
  ParallelScan(rewrites.size(),
               [this, &rewrites](size_t, size_t item) { CommitEdit(*rewrites[item]); });
}

void Application::CommitEdit(BlockEdit& edit) {
  EditorBlock& block = blocks_[edit.block];
  if (edit.profile != nullptr) {
    block.block.profile = std::move(edit.profile);
    block.CountCustomers();
  }
  if (edit.rewrite.tail != nullptr || !edit.removed_orders.empty()) {
    const uint32_t begin_capacity = IsLast(edit) ? sizes_.max_customers : block.block.customers;
    MergeOrders(block, edit.rewrite, std::move(edit.removed_orders), begin_capacity);
  }
  if (edit.facts == nullptr) return;
  const uint32_t customers = block.block.customers;
  bool events_changed = edit.facts->tickets.Commit(customers, &block.block.tickets);
  events_changed |= edit.facts->surveys.Commit(customers, &block.block.surveys);
  edit.facts->contracts.Commit(customers, &block.block.contracts);
  if (events_changed) block.RangeFacts();
}

// Splits the blocks that have grown too large. Only rewritten ones can: they have no tail.
void Application::Cut() {
  const uint32_t limit = 2 * sizes_.target_lines;
  const auto too_large = [limit](const EditorBlock& block) {
    return block.tail.orders == 0 && block.lines() > limit && block.block.customers > 1;
  };
  const bool any = std::any_of(edits_.begin(), edits_.end(), [&](const BlockEdit& edit) {
    return too_large(blocks_[edit.block]);
  });
  if (!any) return;
  std::vector<EditorBlock> cut;
  for (EditorBlock& block : blocks_) {
    if (too_large(block)) {
      AppendCut(std::move(block), limit, sizes_, &cut);
    } else {
      cut.push_back(std::move(block));
    }
  }
  blocks_ = std::move(cut);
}

// The last block whose first slot is not beyond `slot`. A search without branches: slots come at
// random, and half of all branches would be guessed wrong.
uint32_t Application::BlockIndex(Slot slot) const {
  const Slot* first = first_slots_.data();
  for (size_t length = first_slots_.size(); length > 1;) {
    const size_t half = length / 2;
    first += first[half] <= slot ? half : 0;
    length -= half;
  }
  return static_cast<uint32_t>(first - first_slots_.data());
}

Application::BlockEdit& Application::EditOf(Slot slot) {
  const uint32_t block = BlockIndex(slot);
  if (edit_index_[block] == 0) {
    edits_.emplace_back().block = block;
    edit_index_[block] = static_cast<uint32_t>(edits_.size());
  }
  return edits_[edit_index_[block] - 1];
}

uint32_t Application::RowIn(const BlockEdit& edit, Slot slot) const {
  return slot - first_slots_[edit.block];
}

CustomerColumns& Application::ProfileOf(BlockEdit& edit) {
  if (edit.profile == nullptr) {
    edit.profile = std::make_shared<CustomerColumns>(*blocks_[edit.block].block.profile);
  }
  return *edit.profile;
}

Application::FactEdits& Application::FactsOf(BlockEdit& edit) {
  if (edit.facts == nullptr) edit.facts = std::make_unique<FactEdits>();
  return *edit.facts;
}

}  // namespace strata::image
