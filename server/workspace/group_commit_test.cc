#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/base/error.h"
#include "server/workspace/testing/random_records.h"
#include "server/workspace/testing/workspace_fixture.h"

// Many producers at once, batches that fail among batches that do not, and the bounds of the queue.

namespace strata::testing {
namespace {

class GroupCommitTest : public WorkspaceTest {
 protected:
  // Keeps the writer busy until the returned function is called.
  std::function<void()> HoldWriter() {
    auto held = std::make_shared<std::promise<void>>();
    auto release = std::make_shared<std::promise<void>>();
    TestBatch batch;
    AddOrder(batch, Text(absl::StrCat("hold", ++holds_)), "holder", 1);
    AppendRequest request;
    request.batch = batch.Build();
    request.request_id = absl::StrCat("hold", holds_);
    workspace().Append(std::move(request), [held, release](absl::Status, AppendResult) {
      held->set_value();
      release->get_future().wait();
    });
    held->get_future().wait();
    return [release] { release->set_value(); };
  }

  std::future<Answer> SendLater(const TestBatch& batch, const std::string& stream) {
    AppendRequest request;
    request.batch = batch.Build();
    request.stream = stream;
    request.content_hashes = testing::ContentHashes(request.batch);
    auto promise = std::make_shared<std::promise<Answer>>();
    workspace().Append(std::move(request), [promise](absl::Status status, AppendResult result) {
      promise->set_value({status, result});
    });
    return promise->get_future();
  }

 private:
  int holds_ = 0;
};

TEST_F(GroupCommitTest, WaitingBatchesShareOneCommit) {
  const int64_t commits = workspace().Stats()->commits;
  const std::function<void()> release = HoldWriter();
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 50; ++i) {
    TestBatch batch;
    AddOrder(batch, Text(absl::StrCat("o", i)), "c", i);
    answers.push_back(SendLater(batch, absl::StrCat("s", i)));
  }
  release();
  for (auto& future : answers) {
    const Answer answer = future.get();
    ASSERT_TRUE(answer.status.ok());
    EXPECT_EQ(answer.result.revision, 3);
  }
  EXPECT_EQ(workspace().Stats()->commits - commits, 2) << "the holder's and the group's";
  EXPECT_EQ(Value("SELECT count(*) FROM orders"), "51");
}

TEST_F(GroupCommitTest, BatchThatFailsInTheStoreFailsAlone) {
  Execute(
      "CREATE TRIGGER refuse BEFORE INSERT ON orders WHEN new.order_id = 'poison' "
      "BEGIN SELECT raise(ABORT, 'poisoned'); END");
  Reopen();
  const std::function<void()> release = HoldWriter();
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 10; ++i) {
    TestBatch batch;
    batch.Add(MakeCustomer(Text(absl::StrCat("c", i))), {{Text(absl::StrCat("a", i)), 1.0}});
    AddOrder(batch, Text(absl::StrCat("o", i)), Text(absl::StrCat("new", i)), i);
    AddOrder(batch, i % 3 == 1 ? "poison" : Text(absl::StrCat("p", i)), "shared", i);
    answers.push_back(SendLater(batch, absl::StrCat("s", i)));
  }
  release();
  for (int i = 0; i < 10; ++i) {
    const Answer answer = answers[static_cast<size_t>(i)].get();
    if (i % 3 == 1) {
      EXPECT_EQ(answer.status.code(), absl::StatusCode::kInternal);
      EXPECT_EQ(FactsOf(answer.status).reason, "STORE_FAILED");
      EXPECT_FALSE(workspace().GetWriteStream(absl::StrCat("s", i)).ok());
    } else {
      EXPECT_TRUE(answer.status.ok()) << answer.status;
    }
  }
  EXPECT_EQ(Value("SELECT count(*) FROM orders"), absl::StrCat(1 + 7 * 2));
  EXPECT_EQ(Value("SELECT count(*) FROM customers"), absl::StrCat(2 + 7 * 2));
  EXPECT_EQ(Value("SELECT count(*) FROM customers WHERE customer_id IN ('c1', 'new1')"), "0");
  ExpectImageEqualsFile();
  // What the failed batches had named is as if never seen.
  TestBatch batch;
  batch.Add(MakeCustomer("c1"), {{"a1", true}});
  AddOrder(batch, "o1", "new1", 1);
  const Answer answer = Send(workspace(), batch);
  ASSERT_TRUE(answer.status.ok()) << answer.status;
  EXPECT_EQ(answer.result.counts, (RecordCounts{2, 0, 0, 0, 1}));
  ExpectImageEqualsFile();
}

TEST_F(GroupCommitTest, ManyProducersLoseNothing) {
  constexpr int kProducers = 8, kBatches = 40, kRecords = 25;
  std::vector<std::thread> threads;
  std::atomic<int64_t> accepted{0};
  for (int p = 0; p < kProducers; ++p) {
    threads.emplace_back([&, p] {
      for (int b = 0; b < kBatches; ++b) {
        TestBatch batch;
        for (int r = 0; r < kRecords; ++r) {
          const int number = (p * kBatches + b) * kRecords + r;
          AddOrder(batch, Text(absl::StrCat("o", number)), Text(absl::StrCat("c", number % 97)),
                   number);
        }
        const Answer answer =
            SendTo(workspace(), absl::StrCat("p", p), int64_t{b} * kRecords, batch);
        EXPECT_TRUE(answer.status.ok()) << answer.status;
        accepted += answer.result.counts.accepted;
        EXPECT_GE(workspace().Current()->number, answer.result.revision) << "read your writes";
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  constexpr int kAll = kProducers * kBatches * kRecords;
  EXPECT_EQ(accepted, kAll);
  EXPECT_EQ(Value("SELECT count(*) FROM orders"), absl::StrCat(kAll));
  EXPECT_EQ(Value("SELECT count(DISTINCT order_id) FROM orders"), absl::StrCat(kAll));
  EXPECT_EQ(Value("SELECT sum(amount_micros) FROM order_lines"),
            absl::StrCat(int64_t{kAll} * (kAll - 1) / 2));
  EXPECT_EQ(Value("SELECT count(*) FROM customers"), "97");
  EXPECT_EQ(revision()->orders, kAll);
  ExpectImageEqualsFile();
}

TEST_F(GroupCommitTest, RandomBatchesOfManyProducersKeepImageAndFileEqual) {
  std::vector<std::thread> threads;
  for (int p = 0; p < 4; ++p) {
    threads.emplace_back([&, p] {
      RandomRecords random(static_cast<uint64_t>(p) + 100, 30, 200);
      int64_t offset = 0;
      for (int b = 0; b < 60; ++b) {
        TestBatch batch;
        for (int r = 0; r < 20; ++r) random.AddTo(batch);
        if (b % 7 == 0) batch.Add(Record(MakeCustomer("")));
        if (b % 2 == 0) batch.Skip();
        const Answer answer = SendTo(workspace(), absl::StrCat("p", p), offset, batch);
        if (answer.status.ok()) {
          EXPECT_EQ(answer.result.counts.Total(), static_cast<int64_t>(batch.size()));
        } else {
          EXPECT_EQ(answer.status.code(), absl::StatusCode::kInvalidArgument);
        }
        offset = answer.result.next_offset;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ExpectImageEqualsFile();
  const image::RevisionPtr live = revision();
  Reopen();
  ExpectImageEqualsFile();
  EXPECT_EQ(live->number, revision()->number);
  EXPECT_EQ(Value("SELECT count(*) FROM write_streams WHERE next_offset <> "
                  "accepted + duplicate + stale + rejected"),
            "0");
}

TEST_F(GroupCommitTest, FullQueueRefuses) {
  WorkspaceOptions options;
  options.clock = &clock_;
  options.max_queued_appends = 3;
  Close();
  auto opened = WorkspaceRegistry::Open(folder_.path(), options);
  ASSERT_TRUE(opened.ok());
  registry_ = *std::move(opened);
  workspace_ = *registry_->Find("w");

  const std::function<void()> release = HoldWriter();
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 5; ++i) {
    TestBatch batch;
    AddOrder(batch, Text(absl::StrCat("o", i)), "c", i);
    answers.push_back(SendLater(batch, absl::StrCat("s", i)));
  }
  for (int i = 3; i < 5; ++i) {
    const Answer answer = answers[static_cast<size_t>(i)].get();
    EXPECT_EQ(answer.status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(FactsOf(answer.status).reason, "QUEUE_FULL");
  }
  release();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(answers[static_cast<size_t>(i)].get().status.ok());
}

TEST_F(GroupCommitTest, DrainFinishesWhatIsQueuedAndRefusesTheRest) {
  const std::function<void()> release = HoldWriter();
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 5; ++i) {
    TestBatch batch;
    AddOrder(batch, Text(absl::StrCat("o", i)), "c", i);
    answers.push_back(SendLater(batch, absl::StrCat("s", i)));
  }
  const WorkspacePtr kept = workspace_;
  std::thread drain([this] { registry().Drain(); });
  release();
  drain.join();
  for (auto& future : answers) EXPECT_TRUE(future.get().status.ok());
  TestBatch batch;
  AddOrder(batch, "late", "c", 1);
  const Answer late = Send(*kept, batch);
  EXPECT_EQ(late.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(FactsOf(late.status).reason, "DRAINING");
  EXPECT_EQ(kept->GetWriteStream("s0").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(kept->Stats().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(kept->EraseCustomer("c").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(kept->Current()->orders, 6) << "readers may finish";
  Reopen();
  EXPECT_EQ(revision()->orders, 6);
}

}  // namespace
}  // namespace strata::testing
