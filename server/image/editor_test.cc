#include "server/image/editor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "absl/strings/str_cat.h"
#include "server/base/mutex.h"
#include "server/domain/status_key.h"
#include "server/image/testing/history_model.h"

namespace strata::image {
namespace {

struct HistoryCase {
  uint32_t seed;
  BlockSizes sizes;
  int commits, operations;
};

// What a history led through: one that never merges a tail proves nothing about merging.
struct Seen {
  int tails = 0, two_runs = 0, merges = 0, splits = 0;

  void Look(const Revision& revision) {
    std::map<Slot, const Block*> now;
    for (const Block& block : revision.blocks) {
      now[block.first_slot] = &block;
      tails += block.tail_orders > 0;
      two_runs += block.tail_orders > 0 && block.base != nullptr;
    }
    if (last != nullptr) {
      for (const Block& block : last->blocks) {
        const auto same = now.find(block.first_slot);
        if (same == now.end()) continue;
        merges += block.tail_orders > 0 && same->second->tail_orders == 0;
        splits += same->second->customers < block.customers;
      }
    }
    last = std::make_shared<const Revision>(revision);
  }
  // Blocks of the usual size see too little of a short history to ask anything of them.
  bool Everything(const BlockSizes& sizes) const {
    if (sizes.target_lines > 1'000) return true;
    return tails > 0 && two_runs > 0 && merges > 0 && (splits > 0 || sizes.max_customers == 1);
  }
  std::string InWords() const {
    return absl::StrCat(tails, " tails, ", two_runs, " beside a base, ", merges, " merges, ",
                        splits, " splits");
  }

  RevisionPtr last;
};

// Random histories, with blocks so small that tails merge and blocks split all the time.
class HistoryTest : public testing::TestWithParam<HistoryCase> {};

TEST_P(HistoryTest, LeadsToWhatALoadGives) {
  const HistoryCase& history_case = GetParam();
  RandomHistory history(history_case.seed);
  std::unique_ptr<Editor> editor = history.model().NewEditor(history_case.sizes);
  RevisionPtr revision = editor->Finish(1);
  struct Pin {
    RevisionPtr revision;
    HistoryModel model;
  };
  std::vector<Pin> pins;
  Seen seen;
  for (int commit = 0; commit < history_case.commits; ++commit) {
    {
      const BorrowedChanges step = history.Step(history_case.operations, editor->customer_ids());
      revision = editor->Apply(step.changes, commit + 2);
    }
    ASSERT_EQ(revision->number, commit + 2);
    seen.Look(*revision);
    if (commit % 4 != 0) continue;
    ASSERT_EQ(history.model().Mismatch(*revision), "") << "commit " << commit;
    std::unique_ptr<Editor> fresh = history.model().NewEditor(history_case.sizes);
    const RevisionPtr loaded = history.model().Load(*fresh);
    ASSERT_EQ(history.model().Mismatch(*loaded), "") << "commit " << commit;
    ASSERT_EQ(Difference(*revision, *loaded), "") << "commit " << commit;
    if (commit % 16 == 0) pins.push_back({revision, history.model()});
  }
  EXPECT_TRUE(seen.Everything(history_case.sizes)) << seen.InWords();
  // Some of the pinned revisions are long past, and hold what they held.
  for (const Pin& pin : pins) {
    ASSERT_EQ(pin.model.Mismatch(*pin.revision), "") << "revision " << pin.revision->number;
  }
  // Going on from a load leads to the same as going on from the history.
  std::unique_ptr<Editor> fresh = history.model().NewEditor(history_case.sizes);
  RevisionPtr loaded = history.model().Load(*fresh);
  TextList& ids = fresh->customer_ids();
  while (ids.size() < editor->customer_ids().size()) ids.Append("");
  for (int commit = 0; commit < 20; ++commit) {
    const BorrowedChanges step = history.Step(history_case.operations, ids);
    loaded = fresh->Apply(step.changes, commit + 2);
    ASSERT_EQ(history.model().Mismatch(*loaded), "") << "commit " << commit << " after the load";
  }
}

std::vector<HistoryCase> HistoryCases() {
  std::vector<HistoryCase> cases;
  const auto sizes = [](uint32_t target_lines, uint32_t max_customers, uint32_t share,
                        uint32_t min_tail) {
    BlockSizes block_sizes;
    block_sizes.target_lines = target_lines;
    block_sizes.max_customers = max_customers;
    block_sizes.tail_share = share;
    block_sizes.min_tail_orders = min_tail;
    return block_sizes;
  };
  uint32_t seed = 1;
  for (int round = 0; round < 6; ++round) {
    cases.push_back({seed++, sizes(8, 5, 4, 3), 120, 12});
    cases.push_back({seed++, sizes(40, 7, 4, 8), 120, 40});
    cases.push_back({seed++, sizes(3, 1, 2, 1), 60, 20});
    cases.push_back({seed++, sizes(100, 64, 8, 16), 40, 200});
  }
  cases.push_back({seed++, BlockSizes(), 60, 100});
  cases.push_back({seed++, BlockSizes(), 20, 1'000});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Seeds, HistoryTest, testing::ValuesIn(HistoryCases()),
                         [](const testing::TestParamInfo<HistoryCase>& info) {
                           return absl::StrCat("Seed", info.param.seed);
                         });

// Readers scan pinned revisions while the writer goes on; meant for ThreadSanitizer as well.
TEST(Editor, RevisionsAreReadWhileTheWriterGoesOn) {
  struct Published {
    RevisionPtr revision;
    int64_t orders = 0;
    Micros amount = 0;
  };
  BlockSizes sizes;
  sizes.target_lines = 200;
  sizes.max_customers = 40;
  sizes.min_tail_orders = 20;
  RandomHistory history(2);  // rich: every optional column comes and goes
  std::unique_ptr<Editor> editor = history.model().NewEditor(sizes);
  Mutex mutex;
  Published current;
  current.revision = editor->Finish(1);
  std::atomic<bool> stop{false};
  std::atomic<int> scans{0};

  const auto scan = [&] {
    OrderRuns runs;
    do {
      Published pinned;
      {
        MutexLock lock(mutex);
        pinned = current;
      }
      int64_t orders = 0, texts = 0;
      Micros amount = 0;
      for (const Block& block : pinned.revision->blocks) {
        for (const OrderRun& run : runs.Of(block)) {
          orders += run.orders;
          for (size_t line = 0; line < run.lines; ++line) amount += run.amount[line];
          for (size_t i = 0; i < run.orders; ++i) {
            texts += pinned.revision->dictionaries->status.Text(run.status[i]).size();
          }
        }
        for (uint32_t i = 0; i < block.customers; ++i) {
          texts += pinned.revision->CustomerId(block.first_slot + i).size();
        }
      }
      EXPECT_EQ(orders, pinned.orders);
      EXPECT_EQ(amount, pinned.amount);
      EXPECT_GE(texts, 0);
      EXPECT_GT(pinned.revision->MemoryBytes(), 0u);
      ++scans;
    } while (!stop);
  };
  std::thread first(scan), second(scan);
  for (int commit = 0; commit < 300 || scans < 50; ++commit) {
    const BorrowedChanges step = history.Step(30, editor->customer_ids());
    Published next;
    next.revision = editor->Apply(step.changes, commit + 2);
    for (const auto& [key, stored] : history.model().orders) {
      ++next.orders;
      for (const OrderLine& line : stored.lines) next.amount += line.amount;
    }
    MutexLock lock(mutex);
    current = next;
  }
  stop = true;
  first.join();
  second.join();
}

// What the smaller tests share: an editor of one workspace and a way to put orders.
class EditorTest : public testing::Test {
 protected:
  void Open(const BlockSizes& sizes = BlockSizes()) {
    editor_ = *Editor::Create(std::make_shared<const WorkspaceSettings>(), sizes);
    revision_ = editor_->Finish(1);
  }
  void AddCustomer(Slot slot, Changes* changes) {
    ids_.push_back(absl::StrCat("c", slot));
    editor_->customer_ids().Append(ids_.back());
    Customer customer;
    customer.id = ids_.back();
    changes->list.push_back(Changes::PutCustomer{slot, customer});
  }
  void AddOrder(uint32_t key, Slot slot, Day day, absl::Span<const OrderLine> lines,
                Changes* changes, absl::string_view status = "shipped") {
    Order order;
    order.order_time = day * kMillisADay;
    order.status = status;
    order.lines = lines;
    changes->list.push_back(Changes::Put{key, slot, &records_.emplace_back(order)});
  }
  void Apply(const Changes& changes) {
    revision_ = editor_->Apply(changes, revision_->number + 1);
    records_.clear();
  }

  std::unique_ptr<Editor> editor_;
  RevisionPtr revision_;
  std::deque<std::string> ids_;
  std::deque<Record> records_;
};

const OrderLine kLine = {.amount = 5'000'000};

TEST_F(EditorTest, AnEmptyImage) {
  Open();
  EXPECT_EQ(revision_->slots, 0u);
  EXPECT_TRUE(revision_->blocks.empty());
  EXPECT_EQ(revision_->last_event_day, kNoDay);
  EXPECT_EQ(revision_->first_event_day, kNoDay);
  EXPECT_EQ(revision_->excluded_status.size(), 1u);  // the empty status
  Changes nothing;
  nothing.list.push_back(Changes::Remove{RecordKind::kOrder, 1, 0});
  Apply(nothing);
  EXPECT_EQ(revision_->number, 2);
  EXPECT_EQ(revision_->slots, 0u);
}

TEST_F(EditorTest, RefusesAnUnknownTimeZone) {
  auto settings = std::make_shared<WorkspaceSettings>();
  settings->time_zone = "Europe/Atlantis";
  EXPECT_EQ(Editor::Create(settings).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(EditorTest, EventDaysFollowRemovals) {
  Open();
  Changes changes;
  AddCustomer(0, &changes);
  for (uint32_t key = 1; key <= 3; ++key) AddOrder(key, 0, 100 * key, {&kLine, 1}, &changes);
  Apply(changes);
  EXPECT_EQ(revision_->first_event_day, 100);
  EXPECT_EQ(revision_->last_event_day, 300);
  Changes removal;
  removal.list.push_back(Changes::Remove{RecordKind::kOrder, 3, 0});
  Apply(removal);
  EXPECT_EQ(revision_->last_event_day, 200);
  EXPECT_EQ(revision_->orders, 2);
  Changes rest;
  rest.list.push_back(Changes::Remove{RecordKind::kOrder, 1, 0});
  rest.list.push_back(Changes::Remove{RecordKind::kOrder, 2, 0});
  Apply(rest);
  EXPECT_EQ(revision_->last_event_day, kNoDay);
  EXPECT_EQ(revision_->orders, 0);
  EXPECT_EQ(revision_->customers, 1);
}

TEST_F(EditorTest, OptionalColumnsAreAbsentUntilUsedAndAfter) {
  Open();
  Changes plain;
  AddCustomer(0, &plain);
  AddOrder(1, 0, 10, {&kLine, 1}, &plain);
  Apply(plain);
  OrderRuns runs;
  const auto columns = [&] {
    int present = 0;
    for (const OrderRun& run : runs.Of(revision_->blocks[0])) {
      for (const void* column :
           {static_cast<const void*>(run.channel), static_cast<const void*>(run.promised_time),
            static_cast<const void*>(run.shipped_time),
            static_cast<const void*>(run.delivered_time), static_cast<const void*>(run.line_begin),
            static_cast<const void*>(run.quantity), static_cast<const void*>(run.product),
            static_cast<const void*>(run.product_line), static_cast<const void*>(run.cost)}) {
        present += column != nullptr;
      }
    }
    return present;
  };
  EXPECT_EQ(columns(), 0);
  const OrderLine lines[2] = {{"p", "l", 2 * kOneUnit, 3, 4}, {"p", "l", 2 * kOneUnit, 3, 4}};
  Order order;
  order.order_time = 11 * kMillisADay;
  order.channel = "web";
  order.promised_time = order.shipped_time = order.delivered_time = 5;
  order.lines = lines;
  const Record record = order;
  Changes rich;
  rich.list.push_back(Changes::Put{2, 0, &record});
  Apply(rich);
  EXPECT_EQ(columns(), 9);
  Changes removal;
  removal.list.push_back(Changes::Remove{RecordKind::kOrder, 2, 0});
  Apply(removal);
  EXPECT_EQ(columns(), 0);
}

TEST_F(EditorTest, ExcludedStatusesAreComparedTrimmedAndWithoutCase) {
  Open();
  Changes changes;
  AddCustomer(0, &changes);
  AddOrder(1, 0, 1, {&kLine, 1}, &changes, "CanCelled");
  AddOrder(2, 0, 1, {&kLine, 1}, &changes, "cancelled ");
  AddOrder(3, 0, 1, {&kLine, 1}, &changes, "on hold");
  Apply(changes);
  const auto excluded = [this](absl::string_view status) {
    return revision_->excluded_status[*revision_->dictionaries->status.Find(status)];
  };
  EXPECT_EQ(excluded("CanCelled"), 1);
  EXPECT_EQ(excluded("cancelled "), 1);
  EXPECT_EQ(excluded("on hold"), 0);
  const RevisionPtr before = revision_;
  WorkspaceSettings settings;
  settings.excluded_statuses = StatusKeys({" On Hold"});
  Changes change;
  change.settings = std::make_shared<const WorkspaceSettings>(settings);
  Apply(change);
  EXPECT_EQ(excluded("CanCelled"), 0);
  EXPECT_EQ(excluded("cancelled "), 0);
  EXPECT_EQ(excluded("on hold"), 1);
  EXPECT_EQ(before->excluded_status[*before->dictionaries->status.Find("CanCelled")], 1);
  EXPECT_EQ(before->excluded_status[*before->dictionaries->status.Find("on hold")], 0);
}

TEST_F(EditorTest, MoreStatusesThanCodesKeepTheirFirst) {
  Open();
  EXPECT_EQ(editor_->StatusRoom(), 65'534u);
  Changes changes;
  AddCustomer(0, &changes);
  std::deque<std::string> statuses;
  for (uint32_t key = 1; key <= 65'600; ++key) {
    statuses.push_back(absl::StrCat("s", key));
    AddOrder(key, 0, 1, {&kLine, 1}, &changes, statuses.back());
  }
  Apply(changes);
  EXPECT_EQ(editor_->StatusRoom(), 0u);
  OrderRuns runs;
  size_t right = 0, other = 0;
  for (const OrderRun& run : runs.Of(revision_->blocks[0])) {
    for (size_t i = 0; i < run.orders; ++i) {
      const absl::string_view text = revision_->dictionaries->status.Text(run.status[i]);
      if (text == absl::StrCat("s", run.order_key[i])) ++right;
      if (text.front() == '(') ++other;
    }
  }
  EXPECT_EQ(right, 65'534u);
  EXPECT_EQ(other, 66u);
  EXPECT_EQ(revision_->excluded_status.size(), 65'536u);
}

TEST_F(EditorTest, AHugeCustomerGetsABlockOfItsOwn) {
  BlockSizes sizes;
  sizes.target_lines = 10;
  Open(sizes);
  Changes changes;
  for (Slot slot = 0; slot < 5; ++slot) AddCustomer(slot, &changes);
  uint32_t key = 0;
  for (Slot slot = 0; slot < 5; ++slot) AddOrder(++key, slot, 1, {&kLine, 1}, &changes);
  for (int i = 0; i < 300; ++i) AddOrder(++key, 2, i, {&kLine, 1}, &changes);
  Apply(changes);
  ASSERT_EQ(revision_->blocks.size(), 3u);
  EXPECT_EQ(revision_->blocks[1].first_slot, 2u);
  EXPECT_EQ(revision_->blocks[1].customers, 1u);
  EXPECT_EQ(revision_->orders, 305);
}

TEST_F(EditorTest, SmallCommitsShareAllButTheirBlock) {
  BlockSizes sizes;
  sizes.max_customers = 10;
  Open(sizes);
  Changes changes;
  for (Slot slot = 0; slot < 50; ++slot) AddCustomer(slot, &changes);
  for (Slot slot = 0; slot < 50; ++slot) AddOrder(slot + 1, slot, 1, {&kLine, 1}, &changes);
  Apply(changes);
  const RevisionPtr before = revision_;
  Changes one;
  AddOrder(51, 25, 2, {&kLine, 1}, &one);
  Apply(one);
  ASSERT_EQ(revision_->blocks.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(revision_->blocks[i].base, before->blocks[i].base);
    EXPECT_EQ(revision_->blocks[i].profile, before->blocks[i].profile);
    EXPECT_EQ(revision_->blocks[i].tail, before->blocks[i].tail);
  }
  EXPECT_EQ(revision_->blocks[2].tail_orders, before->blocks[2].tail_orders + 1);
  EXPECT_EQ(before->orders, 50);
  EXPECT_EQ(revision_->orders, 51);
}

TEST_F(EditorTest, AttributeKindsAreFixedByFirstUse) {
  Open();
  Changes changes;
  AddCustomer(0, &changes);
  const Attribute attributes[] = {{"color", absl::string_view("red")}, {"score", 1.5}};
  std::get<Changes::PutCustomer>(changes.list[0]).customer.attributes = attributes;
  Apply(changes);
  EXPECT_EQ(editor_->AttributeKindOf("color"), AttributeKind::kText);
  EXPECT_EQ(editor_->AttributeKindOf("score"), AttributeKind::kNumber);
  EXPECT_EQ(editor_->AttributeKindOf("size"), std::nullopt);
  EXPECT_EQ(revision_->attribute_kinds.size(), 3u);
}

}  // namespace
}  // namespace strata::image
