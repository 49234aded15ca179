#include <atomic>
#include <future>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/base/error.h"
#include "server/store/sqlite/testing/crash_vfs.h"
#include "server/workspace/testing/random_records.h"
#include "server/workspace/testing/workspace_fixture.h"

// Power cuts, full disks and failing syncs below SQLite: what was acknowledged is there, what was
// not is there whole or not at all, and the writer goes on.

namespace strata::testing {
namespace {

using store::testing::CrashVfs;

class DurabilityTest : public WorkspaceTest {
 protected:
  // Before the workspace and after it: connections must not outlive the file system.
  DurabilityTest() : vfs_(std::make_unique<CrashVfs>()) {}
  void TearDown() override {
    Close();
    vfs_ = nullptr;
  }

  // Facts of every kind in one batch, told apart in the file by its number; a batch must be there
  // whole.
  static TestBatch Numbered(int number, int records) {
    TestBatch batch;
    for (int i = 0; i < records; ++i) {
      const absl::string_view id = Text(absl::StrCat(number, "-", i));
      const absl::string_view customer = Text(absl::StrCat("c", i));
      switch (i % 4) {
        case 0:
          AddOrder(batch, id, customer, number);
          break;
        case 1:
          batch.Add(Record(MakeTicket(id, customer)));
          break;
        case 2:
          batch.Add(Record(MakeContract(id, customer)));
          break;
        default:
          batch.Add(Record(MakeSurvey(id, customer)));
      }
    }
    return batch;
  }
  std::map<int, int> RecordsByBatch() {
    std::map<int, int> records;
    for (const std::string& row :
         Rows("SELECT CAST(id AS INTEGER), count(*) FROM (SELECT order_id AS id FROM orders "
              "UNION ALL SELECT ticket_id FROM tickets UNION ALL SELECT contract_id FROM contracts "
              "UNION ALL SELECT survey_id FROM surveys) GROUP BY 1")) {
      int number = 0, count = 0;
      const size_t bar = row.find('|');
      EXPECT_TRUE(absl::SimpleAtoi(row.substr(0, bar), &number));
      EXPECT_TRUE(absl::SimpleAtoi(row.substr(bar + 1), &count));
      records[number] = count;
    }
    return records;
  }

  int64_t Facts() {
    const image::RevisionPtr image = revision();
    return image->orders + image->tickets + image->contracts + image->surveys;
  }

  std::unique_ptr<CrashVfs> vfs_;
};

class CrashTest : public DurabilityTest, public ::testing::WithParamInterface<int> {};

TEST_P(CrashTest, AcknowledgedBatchesSurviveAPowerCut) {
  std::mt19937_64 random(static_cast<uint64_t>(GetParam()));
  constexpr int kRecords = 40;
  std::set<int> acknowledged, sent;
  int next = 1;
  for (int round = 0; round < 5; ++round) {
    const int64_t before = vfs_->operations();
    vfs_->CrashBefore(1 + static_cast<int64_t>(random() % 400));
    // Batches that wait together, so that a group is at stake.
    while (!vfs_->crashed()) {
      std::vector<std::pair<int, std::future<absl::Status>>> answers;
      for (int i = 0; i < 3; ++i) {
        const int number = next++;
        sent.insert(number);
        AppendRequest request;
        request.batch = Numbered(number, kRecords).Build();
        request.stream = absl::StrCat("stream ", number);
        request.content_hashes = testing::ContentHashes(request.batch);
        auto promise = std::make_shared<std::promise<absl::Status>>();
        answers.emplace_back(number, promise->get_future());
        workspace().Append(std::move(request), [promise](absl::Status status, AppendResult) {
          promise->set_value(std::move(status));
        });
      }
      for (auto& [number, answer] : answers) {
        if (answer.get().ok()) acknowledged.insert(number);
      }
    }
    ASSERT_GT(vfs_->operations(), before);
    Close();
    vfs_->Restart(round % 2 == 0 ? CrashVfs::Unsynced::kLost : CrashVfs::Unsynced::kSomeKept,
                  random());
    Open();
    ASSERT_NE(workspace_, nullptr);

    EXPECT_EQ(Value("PRAGMA integrity_check"), "ok");
    const std::map<int, int> found = RecordsByBatch();
    for (int number : acknowledged) {
      ASSERT_EQ(found.count(number), 1u) << "batch " << number << " was acknowledged and is lost";
    }
    for (const auto& [number, records] : found) {
      EXPECT_EQ(sent.count(number), 1u);
      EXPECT_EQ(records, kRecords) << "batch " << number << " is there in part";
      const auto state = workspace().GetWriteStream(absl::StrCat("stream ", number));
      ASSERT_TRUE(state.ok()) << "the stream's state is committed with its data";
      EXPECT_EQ(state->next_offset, kRecords);
    }
    // Only what was under way at the cut may be there without an acknowledgement.
    EXPECT_LE(found.size(), acknowledged.size() + 3);
    ExpectImageEqualsFile();
    for (const auto& [number, records] : found) acknowledged.insert(number);
  }
  EXPECT_GT(acknowledged.size(), 5u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, CrashTest, ::testing::Range(1, 9));

TEST_F(DurabilityTest, ProducerThatResumesAfterPowerCutsLosesAndDoublesNothing) {
  std::mt19937_64 random(7);
  constexpr int kBatches = 60, kRecords = 20;
  int crashes = 0;
  int64_t offset = 0;
  vfs_->CrashBefore(30);
  while (offset < kBatches * kRecords) {
    const Answer answer =
        SendTo(workspace(), "s", offset, Numbered(static_cast<int>(offset / kRecords), kRecords));
    if (answer.status.ok()) {
      offset = answer.result.next_offset;
      continue;
    }
    ASSERT_TRUE(vfs_->crashed()) << answer.status;
    ++crashes;
    Close();
    vfs_->Restart(CrashVfs::Unsynced::kSomeKept, random());
    Open();
    ASSERT_NE(workspace_, nullptr);
    vfs_->CrashBefore(20 + static_cast<int64_t>(random() % 100));
    const auto state = workspace().GetWriteStream("s");
    const int64_t committed = state.ok() ? state->next_offset : 0;
    EXPECT_GE(committed, offset);
    offset = committed;
  }
  EXPECT_GT(crashes, 2);
  const std::map<int, int> found = RecordsByBatch();
  EXPECT_EQ(found.size(), static_cast<size_t>(kBatches));
  for (const auto& [number, records] : found) EXPECT_EQ(records, kRecords);
  const auto state = workspace().GetWriteStream("s");
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->counts.accepted, kBatches * kRecords);
  EXPECT_EQ(state->counts.duplicate, 0);
}

TEST_F(DurabilityTest, ErasureSurvivesAPowerCutAtAnyPoint) {
  for (int point = 1; point < 40; point += 2) {
    TestBatch batch;
    const absl::string_view victim = Text(absl::StrCat("victim", point));
    batch.Add(Record(MakeCustomer(victim, "US")));
    AddOrder(batch, Text(absl::StrCat("o", point)), victim, 1);
    ASSERT_TRUE(Send(workspace(), batch).status.ok());
    vfs_->CrashBefore(point);
    const bool erased = workspace().EraseCustomer(victim).ok();
    Close();
    vfs_->Restart(CrashVfs::Unsynced::kLost, 1);
    Open();
    ASSERT_NE(workspace_, nullptr);
    const std::string left =
        Value(absl::StrCat("SELECT count(*) FROM v_orders WHERE customer_id = '", victim, "'"));
    if (erased) {
      EXPECT_EQ(left, "0") << point;
    }
    // Once the id is on the list the start has completed the erasure; before, nothing has happened.
    TestBatch late;
    AddOrder(late, Text(absl::StrCat("late", point)), victim, 1);
    const Answer answer = Send(workspace(), late.Skip());
    EXPECT_EQ(answer.result.counts.rejected, left == "0" ? 1 : 0) << point;
    ExpectImageEqualsFile();
  }
}

TEST_F(DurabilityTest, FullDiskFailsTheBatchAndTheWriterGoesOn) {
  ASSERT_TRUE(SendTo(workspace(), "s", 0, Numbered(1, 100)).status.ok());
  for (int64_t room : {0, 3'000, 20'000, 60'000}) {
    vfs_->LimitSpace(room);
    const int64_t number = revision()->number;
    TestBatch large = Numbered(1'000 + static_cast<int>(room), 5'000);
    large.Add(MakeCustomer("with attribute"), {{Text(absl::StrCat("a", room)), 1.0}});
    const Answer answer = SendTo(workspace(), absl::StrCat("full ", room), 0, large);
    EXPECT_EQ(answer.status.code(), absl::StatusCode::kResourceExhausted) << answer.status;
    EXPECT_EQ(FactsOf(answer.status).reason, "STORE_FAILED");
    EXPECT_EQ(revision()->number, number);
    vfs_->UnlimitSpace();

    EXPECT_EQ(Value("PRAGMA integrity_check"), "ok");
    EXPECT_FALSE(workspace().GetWriteStream(absl::StrCat("full ", room)).ok());
    ExpectImageEqualsFile();
    TestBatch small = Numbered(100 + static_cast<int>(room), 10);
    small.Add(MakeCustomer(Text(absl::StrCat("other kind ", room))),
              {{Text(absl::StrCat("a", room)), true}});
    const Answer after = SendTo(workspace(), absl::StrCat("after ", room), 0, small);
    ASSERT_TRUE(after.status.ok()) << after.status;
    EXPECT_EQ(after.result.revision, number + 1);
    EXPECT_EQ(after.result.counts.accepted, 11);
    ExpectImageEqualsFile();
  }
  // And the same batch goes in once there is room.
  ASSERT_TRUE(SendTo(workspace(), "full 0", 0, Numbered(1'000, 5'000)).status.ok());
  Reopen();
  EXPECT_EQ(RecordsByBatch().at(1'000), 5'000);
}

TEST_F(DurabilityTest, FailedSyncFailsTheGroupAndTheWriterGoesOn) {
  ASSERT_TRUE(SendTo(workspace(), "s", 0, Numbered(1, 10)).status.ok());
  vfs_->FailSyncs(1);
  const Answer answer = SendTo(workspace(), "s", 10, Numbered(2, 10));
  EXPECT_EQ(answer.status.code(), absl::StatusCode::kUnavailable) << answer.status;
  EXPECT_EQ(Facts(), 10);
  ExpectImageEqualsFile();
  const Answer again = SendTo(workspace(), "s", 10, Numbered(2, 10));
  ASSERT_TRUE(again.status.ok()) << again.status;
  EXPECT_FALSE(again.result.duplicate);
  EXPECT_EQ(Facts(), 20);
  ExpectImageEqualsFile();
  Close();
  vfs_->Restart(CrashVfs::Unsynced::kLost, 1);
  Open();
  EXPECT_EQ(Facts(), 20);
}

}  // namespace
}  // namespace strata::testing
