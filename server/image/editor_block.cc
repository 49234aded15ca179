#include "server/image/editor_block.h"

#include <algorithm>

#include "server/image/customer_columns.h"
#include "server/image/fact_columns.h"

namespace strata::image {
namespace {

// The lines of the block's customers before each of them, and all of them at the end.
std::vector<uint32_t> LinesBefore(const Block& block) {
  std::vector<uint32_t> before(block.customers + 1, 0);
  if (block.base == nullptr) return before;
  const OrderRun run = block.base->Run(block.customers);
  for (uint32_t i = 0; i <= block.customers; ++i) before[i] = run.FirstLine(run.begin[i]);
  return before;
}

// The first customer of each piece, and the number of customers at the end.
std::vector<uint32_t> CutPoints(const Block& block, uint32_t target_lines) {
  const std::vector<uint32_t> before = LinesBefore(block);
  const uint64_t lines = before.back();
  const uint64_t pieces = std::max<uint64_t>(1, (lines + target_lines / 2) / target_lines);
  std::vector<uint32_t> cuts = {0};
  for (uint64_t piece = 1; piece < pieces; ++piece) {
    const uint32_t ideal = static_cast<uint32_t>(lines * piece / pieces);
    // The customer boundary nearest to the ideal, so that a huge customer gets a block of its own.
    auto place = std::lower_bound(before.begin(), before.end(), ideal);
    if (place != before.begin() && ideal - place[-1] < *place - ideal) --place;
    const uint32_t cut = static_cast<uint32_t>(place - before.begin());
    if (cut > cuts.back() && cut < block.customers) cuts.push_back(cut);
  }
  cuts.push_back(block.customers);
  return cuts;
}

EditorBlock SliceBlock(const EditorBlock& whole, uint32_t first, uint32_t count) {
  EditorBlock piece;
  piece.block.first_slot = whole.block.first_slot + first;
  piece.block.customers = count;
  piece.block.profile =
      std::make_shared<CustomerColumns>(Slice(*whole.block.profile, first, count));
  if (whole.block.base != nullptr) {
    const OrderRun run = whole.block.base->Run(whole.block.customers);
    const RowPlan plan = PlanSlice(run.begin, first, count);
    if (plan.rows() > 0) {
      piece.block.base = std::make_shared<OrderFacts>(absl::MakeConstSpan(&run, 1), plan, count);
    }
  }
  piece.block.tickets = SliceFacts(whole.block.tickets.get(), first, count);
  piece.block.contracts = SliceFacts(whole.block.contracts.get(), first, count);
  piece.block.surveys = SliceFacts(whole.block.surveys.get(), first, count);
  piece.CountCustomers();
  piece.RangeFacts();
  return piece;
}

// 0.5 to 1.5, as if drawn at random for each tail: orders that come evenly would else fill all
// tails in the same commit, which then had to merge every block.
double TailPortion(Slot first_slot, uint32_t base_orders) {
  const uint64_t seed = uint64_t{first_slot} << 32 | base_orders;
  return 0.5 + static_cast<double>(seed * 0x9e3779b97f4a7c15u >> 40) / (1 << 24);
}

BaseRows BaseRowsOf(const OrderRun& run) {
  return {static_cast<uint32_t>(run.customers), run.begin, run.day, run.order_key};
}

}  // namespace

Block EditorBlock::Published() const {
  Block published = block;
  published.tail = tail.orders == 0 ? nullptr : tail.tail;
  published.tail_orders = tail.orders;
  published.tail_lines = tail.lines;
  return published;
}

uint32_t EditorBlock::orders() const {
  return (block.base == nullptr ? 0 : block.base->orders()) + tail.orders;
}

uint32_t EditorBlock::lines() const {
  return (block.base == nullptr ? 0 : block.base->lines()) + tail.lines;
}

DayRange EditorBlock::days() const {
  DayRange days = fact_days;
  days.Add(tail.days);
  if (block.base != nullptr) days.Add(block.base->days());
  return days;
}

void EditorBlock::CountCustomers() {
  present = static_cast<uint32_t>(CountPresent(*block.profile));
}

void EditorBlock::RangeFacts() {
  fact_days = EventDays(block.tickets.get());
  fact_days.Add(EventDays(block.surveys.get()));
}

OrderWriter NewTail(const EditorBlock& block, uint32_t lines, OrderFields fields,
                    const BlockSizes& sizes) {
  constexpr uint32_t kLinesAnOrder = 4;  // room for orders of several lines in a small block
  uint32_t base_orders = 0, base_lines = 0;
  if (block.block.base != nullptr) {
    base_orders = block.block.base->orders();
    base_lines = block.block.base->lines();
    fields |= FieldsOf(block.block.base->Run(block.block.customers));
  }
  const double portion = TailPortion(block.block.first_slot, base_orders);
  const auto capacity = [portion](uint32_t usual) {
    return std::max<uint32_t>(1, static_cast<uint32_t>(usual * portion));
  };
  const uint32_t orders = capacity(std::max(sizes.min_tail_orders, base_orders / sizes.tail_share));
  uint32_t line_capacity = orders;
  if (fields & kHasLineBegin) {
    line_capacity =
        capacity(std::max(sizes.min_tail_orders * kLinesAnOrder, base_lines / sizes.tail_share));
  }
  OrderWriter writer;
  writer.tail = std::make_shared<OrderTail>(orders, std::max(line_capacity, lines), fields);
  return writer;
}

void MergeOrders(EditorBlock& block, const OrderWriter& added, std::vector<RowKey> removed,
                 uint32_t begin_capacity) {
  const uint32_t customers = block.block.customers;
  // Sources 0 to 2: base, tail, added. Those that are not there are without rows.
  OrderRun sources[3];
  ArrivedRows arrived[2];
  if (block.block.base != nullptr) sources[0] = block.block.base->Run(customers);
  if (block.tail.tail != nullptr) {
    sources[1] = block.tail.View();
    arrived[0] = block.tail.Arrived();
  }
  if (added.tail != nullptr) {
    sources[2] = added.View();
    arrived[1] = added.Arrived();
  }
  SortedRows sorted;
  SortRows(arrived, 1, customers, &sorted);
  const RowPlan plan =
      PlanMerge(BaseRowsOf(sources[0]), customers, sorted, {std::move(removed), 2});
  block.block.base =
      plan.rows() == 0 ? nullptr : std::make_shared<OrderFacts>(sources, plan, begin_capacity);
  block.tail = {};
}

void Extend(EditorBlock& block, uint32_t customers, const BlockSizes& sizes) {
  Block& to = block.block;
  to.customers = customers;
  auto profile = to.profile == nullptr ? std::make_shared<CustomerColumns>()
                                       : std::make_shared<CustomerColumns>(*to.profile);
  Resize(*profile, customers);
  to.profile = std::move(profile);
  if (to.base != nullptr && to.base->begin_capacity() < customers) {
    const OrderRun run = to.base->Run(to.base->begin_capacity());
    SortedRows none;
    to.base = std::make_shared<OrderFacts>(absl::MakeConstSpan(&run, 1),
                                           PlanMerge(BaseRowsOf(run), customers, none, {}),
                                           sizes.max_customers);
  }
  if (to.tickets != nullptr) to.tickets = MergeFacts(to.tickets.get(), customers, {}, {});
  if (to.contracts != nullptr) to.contracts = MergeFacts(to.contracts.get(), customers, {}, {});
  if (to.surveys != nullptr) to.surveys = MergeFacts(to.surveys.get(), customers, {}, {});
}

void AppendCut(EditorBlock block, uint32_t limit, const BlockSizes& sizes,
               std::vector<EditorBlock>* blocks) {
  if (block.lines() <= limit || block.block.customers < 2) {
    blocks->push_back(std::move(block));
    return;
  }
  const std::vector<uint32_t> cuts = CutPoints(block.block, sizes.target_lines);
  if (cuts.size() == 2) {
    blocks->push_back(std::move(block));
    return;
  }
  for (size_t i = 0; i + 1 < cuts.size(); ++i) {
    blocks->push_back(SliceBlock(block, cuts[i], cuts[i + 1] - cuts[i]));
  }
}

}  // namespace strata::image
