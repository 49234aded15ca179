#include "server/image/loader.h"

#include <stdlib.h>  // defines __GLIBC__ where the C library is glibc

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <iterator>

#include "server/base/scan_pool.h"
#include "server/image/customer_columns.h"

namespace strata::image {
namespace {

// Chunks of waiting orders double from the first size to the last.
constexpr uint32_t kFirstChunk = 64;
constexpr uint32_t kLastChunk = 4'096;

std::shared_ptr<const OrderFacts> SortOrders(uint32_t customers,
                                             const std::vector<OrderWriter>& chunks) {
  std::vector<OrderRun> sources;
  std::vector<ArrivedRows> arrived;
  for (const OrderWriter& chunk : chunks) {
    sources.push_back(chunk.View());
    arrived.push_back(chunk.Arrived());
  }
  SortedRows sorted;
  SortRows(arrived, 0, customers, &sorted);
  const RowPlan plan = PlanMerge({}, customers, sorted, {});
  if (plan.rows() == 0) return nullptr;
  return std::make_shared<OrderFacts>(sources, plan, customers);
}

}  // namespace

Loader::Partition& Loader::PartitionOf(Slot slot) {
  const size_t index = slot / sizes_.max_customers;
  while (index >= partitions_.size()) {
    if (!partitions_.empty()) partitions_.back()->customers = sizes_.max_customers;
    partitions_.push_back(std::make_unique<Partition>());
  }
  Partition& partition = *partitions_[index];
  const uint32_t row = slot % sizes_.max_customers;
  if (row >= partition.customers) partition.customers = row + 1;
  return partition;
}

void Loader::AddCustomer(Slot slot, const Customer& customer, bool placeholder) {
  Partition& partition = PartitionOf(slot);
  if (partition.profile.rows < partition.customers) {
    Resize(partition.profile, partition.customers);
  }
  PutCustomer(partition.profile, slot % sizes_.max_customers, customer, placeholder, coder_);
}

void Loader::AddOrder(uint32_t key, Slot slot, const Order& order) {
  const OrderFields fields = FieldsOf(order);
  if (fields == 0) {
    AddPlainOrder(key, slot, order);
    return;
  }
  Partition& partition = PartitionOf(slot);
  const uint32_t lines = static_cast<uint32_t>(order.lines.size());
  if (partition.orders.empty() || !partition.orders.back().HasRoom(1, lines, fields)) {
    AddOrderChunk(partition, lines, fields);
  }
  partition.orders.back().Append(slot % sizes_.max_customers, key, order, coder_);
}

void Loader::AddPlainOrder(uint32_t key, Slot slot, const Order& order) {
  const size_t index = slot / sizes_.max_customers;
  if (index >= waiting_.size()) {
    PartitionOf(slot);
    waiting_.resize(partitions_.size());
  }
  Waiting& waiting = waiting_[index];
  waiting.orders[waiting.count++] = {order.lines[0].amount, slot % sizes_.max_customers, key,
                                     coder_.DayOf(order.order_time), coder_.Status(order.status)};
  if (waiting.count == Waiting::kRoom) Write(*partitions_[index], waiting);
}

void Loader::Write(Partition& partition, Waiting& waiting) {
  for (uint32_t i = 0; i < waiting.count; ++i) {
    const PlainOrder& order = waiting.orders[i];
    partition.customers = std::max(partition.customers, order.customer + 1);
    if (partition.orders.empty() || !partition.orders.back().HasRoom(1, 1, 0)) {
      AddOrderChunk(partition, 1, 0);
    }
    partition.orders.back().AppendPlain(order.customer, order.key, order.day, order.status,
                                        order.amount);
  }
  waiting.count = 0;
}

void Loader::AddOrderChunk(Partition& partition, uint32_t lines, OrderFields fields) {
  constexpr uint32_t kLinesAnOrder = 4;
  partition.order_fields |= fields;
  const uint32_t orders =
      partition.orders.empty()
          ? kFirstChunk
          : std::min(partition.orders.back().tail->order_capacity() * 2, kLastChunk);
  const uint32_t line_capacity =
      partition.order_fields & kHasLineBegin ? orders * kLinesAnOrder : orders;
  OrderWriter writer;
  writer.tail =
      std::make_shared<OrderTail>(orders, std::max(line_capacity, lines), partition.order_fields);
  partition.orders.push_back(std::move(writer));
}

template <typename Columns, typename Fact>
void Loader::AddFact(uint32_t key, Slot slot, const Fact& fact) {
  Partition& partition = PartitionOf(slot);
  const uint32_t customer = slot % sizes_.max_customers;
  if constexpr (std::is_same_v<Columns, TicketColumns>) {
    AppendFact(partition.tickets, customer, key, fact, coder_);
  } else if constexpr (std::is_same_v<Columns, ContractColumns>) {
    AppendFact(partition.contracts, customer, key, fact, coder_);
  } else {
    AppendFact(partition.surveys, customer, key, fact, coder_);
  }
}

template void Loader::AddFact<TicketColumns>(uint32_t, Slot, const Ticket&);
template void Loader::AddFact<ContractColumns>(uint32_t, Slot, const Contract&);
template void Loader::AddFact<SurveyColumns>(uint32_t, Slot, const Survey&);

std::vector<EditorBlock> Loader::Finish() {
  for (size_t i = 0; i < waiting_.size(); ++i) Write(*partitions_[i], waiting_[i]);
  std::vector<std::vector<EditorBlock>> pieces(partitions_.size());
  ParallelScan(partitions_.size(), [this, &pieces](size_t, size_t item) {
    const Slot first_slot = static_cast<Slot>(item * sizes_.max_customers);
    pieces[item] = MakeBlocks(first_slot, std::move(partitions_[item]));
  });
  std::vector<EditorBlock> blocks;
  for (std::vector<EditorBlock>& piece : pieces) {
    std::move(piece.begin(), piece.end(), std::back_inserter(blocks));
  }
#ifdef __GLIBC__
  malloc_trim(0);  // the waiting columns were as large as the image: 16 ms at 10 million orders
#endif
  return blocks;
}

std::vector<EditorBlock> Loader::MakeBlocks(Slot first_slot,
                                            std::unique_ptr<Partition> partition) const {
  const uint32_t customers = partition->customers;
  EditorBlock whole;
  whole.block.first_slot = first_slot;
  whole.block.customers = customers;
  Resize(partition->profile, customers);
  // Sliced, since growing left room in the columns.
  whole.block.profile = std::make_shared<CustomerColumns>(Slice(partition->profile, 0, customers));
  whole.block.base = SortOrders(customers, partition->orders);
  partition->orders.clear();
  whole.block.tickets = MergeFacts<TicketColumns>(nullptr, customers, partition->tickets, {});
  whole.block.contracts = MergeFacts<ContractColumns>(nullptr, customers, partition->contracts, {});
  whole.block.surveys = MergeFacts<SurveyColumns>(nullptr, customers, partition->surveys, {});
  partition.reset();
  whole.CountCustomers();
  whole.RangeFacts();
  std::vector<EditorBlock> blocks;
  // Cut from one and a half targets, where two pieces come nearer to the target than one.
  AppendCut(std::move(whole), sizes_.target_lines + sizes_.target_lines / 2, sizes_, &blocks);
  return blocks;
}

}  // namespace strata::image
