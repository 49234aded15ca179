#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/image/order_facts.h"
#include "server/image/testing/history_model.h"

namespace strata::image {
namespace {

using testing::ElementsAre;

// Three customers; the base holds keys 1 to 4, the tail the rest.
class OrderRunsTest : public testing::Test {
 protected:
  void SetUp() override {
    model_.settings = std::make_shared<const WorkspaceSettings>();
    for (Slot slot = 0; slot < 3; ++slot) model_.customers[slot].customer.id = "c";
  }
  static HistoryModel::StoredOrder Make(Slot slot, Day day, std::vector<OrderLine> lines) {
    Order order;
    order.order_time = day * kMillisADay;
    return {slot, order, std::move(lines)};
  }
  void Append(uint32_t key, HistoryModel::StoredOrder stored, BorrowedChanges& to) {
    stored.order.lines = stored.lines;
    to.Put(key, stored.slot, stored.order);
  }
  static std::vector<uint32_t> Keys(const OrderRun& run, uint32_t customer) {
    return {run.order_key + run.begin[customer], run.order_key + run.begin[customer + 1]};
  }

  HistoryModel model_;
  OrderRuns runs_;
};

TEST_F(OrderRunsTest, BaseAsItIsAndTailSorted) {
  // Loaded in key order; days run against the keys, and two orders tie on the day.
  model_.orders[1] = Make(0, 30, {{.amount = 1}});
  model_.orders[2] = Make(2, 20, {{.amount = 2}});
  model_.orders[3] = Make(0, 10, {{.amount = 3}});
  model_.orders[4] = Make(0, 30, {{.amount = 4}});
  std::unique_ptr<Editor> editor = model_.NewEditor({});
  const RevisionPtr base = model_.Load(*editor);
  BorrowedChanges changes;
  Append(5, Make(2, 15, {{.amount = 5}}), changes);
  Append(6, Make(0, 20, {{.amount = 6}}), changes);
  Append(7, Make(2, 5, {{.amount = 7}}), changes);
  Append(8, Make(2, 15, {{.amount = 8}}), changes);
  const RevisionPtr both = editor->Apply(changes.changes, 2);

  ASSERT_EQ(both->blocks.size(), 1u);
  auto runs = runs_.Of(both->blocks[0]);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_THAT(Keys(runs[0], 0), ElementsAre(3, 1, 4));
  EXPECT_THAT(Keys(runs[0], 1), ElementsAre());
  EXPECT_THAT(Keys(runs[0], 2), ElementsAre(2));
  EXPECT_THAT(Keys(runs[1], 0), ElementsAre(6));
  EXPECT_THAT(Keys(runs[1], 1), ElementsAre());
  EXPECT_THAT(Keys(runs[1], 2), ElementsAre(7, 5, 8));
  EXPECT_THAT(std::vector<Micros>(runs[1].amount, runs[1].amount + 4), ElementsAre(6, 7, 5, 8));
  EXPECT_EQ(runs[0].order_key, both->blocks[0].base->Run(3).order_key);  // not copied
  EXPECT_EQ(runs[0].line_begin, nullptr);
  EXPECT_EQ(runs[1].line_begin, nullptr);

  // The older revision has no tail, whatever the arrays hold by now.
  runs = runs_.Of(base->blocks[0]);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].orders, 4u);
}

TEST_F(OrderRunsTest, LinesFollowTheirOrders) {
  model_.orders[1] = Make(1, 30, {{.amount = 11}, {.amount = 12, .cost = 5}});
  model_.orders[2] = Make(1, 20, {{.amount = 21}});
  std::unique_ptr<Editor> editor = model_.NewEditor({});
  model_.Load(*editor);
  BorrowedChanges changes;
  Append(3, Make(1, 9, {{.amount = 31, .cost = 7}, {.amount = 32}, {.amount = 33}}), changes);
  Append(4, Make(0, 5, {{.amount = 41}}), changes);
  Append(5, Make(1, 3, {}), changes);  // never sent, yet no reason to break
  Append(6, Make(1, 4, {{.quantity_micros = -2 * kOneUnit, .amount = 61}, {.amount = 62}}),
         changes);
  const RevisionPtr revision = editor->Apply(changes.changes, 2);

  const auto runs = runs_.Of(revision->blocks[0]);
  ASSERT_EQ(runs.size(), 2u);
  const auto lines_of = [](const OrderRun& run, size_t order) {
    return std::vector<Micros>(run.amount + run.FirstLine(order),
                               run.amount + run.FirstLine(order + 1));
  };
  EXPECT_THAT(Keys(runs[0], 1), ElementsAre(2, 1));
  EXPECT_THAT(lines_of(runs[0], 0), ElementsAre(21));
  EXPECT_THAT(lines_of(runs[0], 1), ElementsAre(11, 12));
  EXPECT_EQ(runs[0].Cost(2), 5);
  EXPECT_EQ(runs[0].lines, 3u);
  EXPECT_THAT(Keys(runs[1], 0), ElementsAre(4));
  EXPECT_THAT(Keys(runs[1], 1), ElementsAre(5, 6, 3));
  EXPECT_THAT(lines_of(runs[1], 0), ElementsAre(41));
  EXPECT_THAT(lines_of(runs[1], 1), ElementsAre());
  EXPECT_THAT(lines_of(runs[1], 2), ElementsAre(61, 62));
  EXPECT_THAT(lines_of(runs[1], 3), ElementsAre(31, 32, 33));
  EXPECT_EQ(runs[1].QuantityMicros(1), -2 * kOneUnit);
  EXPECT_EQ(runs[1].QuantityMicros(2), kOneUnit);
  EXPECT_EQ(runs[1].Cost(0), kNoAmount);
  EXPECT_EQ(runs[1].Cost(3), 7);
  EXPECT_EQ(runs[1].lines, 6u);
}

TEST_F(OrderRunsTest, IsUsedForBlocksOfDifferentShape) {
  std::unique_ptr<Editor> editor = model_.NewEditor({});
  model_.Load(*editor);
  BorrowedChanges plain;
  Append(1, Make(0, 1, {{.amount = 1}}), plain);
  const RevisionPtr small = editor->Apply(plain.changes, 2);
  BorrowedChanges rich;
  for (uint32_t key = 2; key < 200; ++key) {
    Append(key, Make(key % 3, 300 - key, {{.product = "p", .amount = key}, {.amount = 1}}), rich);
  }
  const RevisionPtr large = editor->Apply(rich.changes, 3);
  for (int round = 0; round < 3; ++round) {
    auto runs = runs_.Of(small->blocks[0]);
    ASSERT_EQ(runs.size(), 1u);
    EXPECT_EQ(runs[0].orders, 1u);
    EXPECT_EQ(runs[0].product, nullptr);
    size_t orders = 0, lines = 0;
    for (const OrderRun& run : runs_.Of(large->blocks[0])) {
      orders += run.orders;
      lines += run.lines;
    }
    EXPECT_EQ(orders, 199u);
    EXPECT_EQ(lines, 1u + 2 * 198);
  }
  // A new customer extends the block: the runs of all blocks have an entry for each customer.
  BorrowedChanges extension;
  Customer fourth;
  fourth.id = "d";
  editor->customer_ids().Append("d");
  extension.PutCustomer(3, fourth, false);
  const RevisionPtr extended = editor->Apply(extension.changes, 4);
  for (const OrderRun& run : runs_.Of(extended->blocks[0])) {
    EXPECT_EQ(run.customers, 4u);
    EXPECT_THAT(Keys(run, 3), ElementsAre());
  }
}

}  // namespace
}  // namespace strata::image
