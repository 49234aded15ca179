#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/error.h"
#include "server/store/sqlite/connection.h"
#include "server/workspace/testing/workspace_fixture.h"

// Erasing a person: every row and every trace of them, for good.

namespace strata::testing {
namespace {

using ::testing::ElementsAre;

class EraseTest : public WorkspaceTest {
 protected:
  // A person with everything, beside another one.
  void AddPeople() {
    TestBatch batch;
    Customer victim = MakeCustomer("victim@example.org", "US", 3);
    victim.display_name = "Victoria Victim";
    batch.Add(victim, {{"note", absl::string_view("secret-note")}})
        .Add(Record(MakeCustomer("other", "US")));
    for (int i = 0; i < 3; ++i) AddOrder(batch, Text(absl::StrCat("order-", i)), victim.id, i);
    batch.Add(Record(MakeTicket("ticket-1", victim.id)))
        .Add(Record(MakeContract("contract-1", victim.id)))
        .Add(Record(MakeSurvey("survey-1", victim.id)));
    AddOrder(batch, "kept", "other", 1);
    const Answer answer = Send(workspace(), batch);
    ASSERT_TRUE(answer.status.ok()) << answer.status;
  }
  std::string Outcome(const TestBatch& batch) {
    TestBatch skipping = batch;
    const Answer answer = Send(workspace(), skipping.Skip());
    return answer.result.rejections.empty() ? "stored" : answer.result.rejections[0].reason;
  }
  // Whether the bytes stand anywhere in the files of the workspace.
  bool FilesHold(const std::string& text) {
    for (const char* suffix : {"", "-wal"}) {
      std::ifstream in(file() + suffix, std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(in)), {});
      if (absl::StrContains(bytes, text)) return true;
    }
    return false;
  }
};

TEST_F(EraseTest, RemovesThePersonWithEveryFact) {
  AddPeople();
  const absl::StatusOr<int64_t> erased = workspace().EraseCustomer("victim@example.org");
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_EQ(*erased, 3);
  EXPECT_EQ(revision()->number, 3);
  EXPECT_EQ(revision()->customers, 1);
  EXPECT_EQ(revision()->orders, 1);
  EXPECT_THAT(Rows("SELECT customer_id FROM customers"), ElementsAre("other"));
  EXPECT_THAT(Rows("SELECT order_id FROM orders"), ElementsAre("kept"));
  EXPECT_EQ(Value("SELECT (SELECT count(*) FROM tickets) + (SELECT count(*) FROM contracts) + "
                  "(SELECT count(*) FROM surveys) + (SELECT count(*) FROM customer_attributes) + "
                  "(SELECT count(*) FROM order_lines WHERE order_key <> 4)"),
            "0");
  ExpectImageEqualsFile();
  EXPECT_EQ(workspace().EraseCustomer("victim@example.org").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(FactsOf(workspace().EraseCustomer("nobody").status()).reason, "CUSTOMER_NOT_FOUND");
}

TEST_F(EraseTest, LeavesNoBytesInTheFiles) {
  AddPeople();
  // Traces beside the rows: a rejected record, an answer with one, a deleted order.
  TestBatch traces;
  Customer bad = MakeCustomer("victim@example.org");
  bad.children = 1'000;
  traces.Add(Record(bad)).Add(Record(Deletion{RecordKind::kOrder, "order-2", 1}));
  AddOrder(traces, "order-2", "victim@example.org", 5);
  ASSERT_TRUE(Send(workspace(), traces.Skip()).status.ok());
  ASSERT_TRUE(SendTo(workspace(), "s", 0, traces.Skip()).status.ok());
  ASSERT_TRUE(FilesHold("victim@example.org"));
  ASSERT_TRUE(FilesHold("Victoria"));

  ASSERT_TRUE(workspace().EraseCustomer("victim@example.org").ok());
  for (const char* trace : {"victim@example.org", "Victoria", "secret-note", "order-0", "order-2",
                            "ticket-1", "contract-1", "survey-1"}) {
    EXPECT_FALSE(FilesHold(trace)) << trace;
  }
  const auto state = workspace().GetWriteStream("s");
  ASSERT_TRUE(state.ok());
  ASSERT_EQ(state->rejections.size(), 1u) << "that something was rejected stays known";
  EXPECT_EQ(state->rejections[0].id, "");
  EXPECT_EQ(state->rejections[0].field, "customer.children");
}

TEST_F(EraseTest, NothingBringsThemBack) {
  AddPeople();
  ASSERT_TRUE(workspace().EraseCustomer("victim@example.org").ok());
  for (int i = 0; i < 2; ++i) {
    TestBatch batch;
    EXPECT_EQ(Outcome(TestBatch().Add(Record(MakeCustomer("victim@example.org")))), "ERASED");
    EXPECT_EQ(Outcome(AddOrder(batch, "new", "victim@example.org", 1)), "ERASED");
    EXPECT_EQ(Outcome(TestBatch().Add(Record(MakeTicket("new", "victim@example.org")))), "ERASED");
    EXPECT_EQ(Outcome(TestBatch().Add(Record(MakeContract("n", "victim@example.org")))), "ERASED");
    EXPECT_EQ(Outcome(TestBatch().Add(Record(MakeSurvey("new", "victim@example.org")))), "ERASED");
    EXPECT_EQ(
        Outcome(TestBatch().Add(Record(Deletion{RecordKind::kCustomer, "victim@example.org", 9}))),
        "ERASED");
    TestBatch moved;
    EXPECT_EQ(Outcome(AddOrder(moved, "kept", "victim@example.org", 1)), "ERASED");
    Reopen();
  }
  EXPECT_FALSE(FilesHold("victim@example.org")) << "not even in what was rejected";
  TestBatch batch;
  EXPECT_EQ(Outcome(AddOrder(batch, "order-0", "other", 1)), "stored") << "ids of facts are free";
}

TEST_F(EraseTest, RestoredFileIsErasedAgainAtStart) {
  AddPeople();
  Close();
  const std::string backup = folder_.path() + "/backup.db";
  std::ofstream(backup, std::ios::binary) << std::ifstream(file(), std::ios::binary).rdbuf();
  Open();
  ASSERT_TRUE(workspace().EraseCustomer("victim@example.org").ok());
  Close();
  std::ofstream(file(), std::ios::binary | std::ios::trunc)
      << std::ifstream(backup, std::ios::binary).rdbuf();
  Open();
  EXPECT_THAT(Rows("SELECT customer_id FROM customers"), ElementsAre("other"));
  EXPECT_EQ(revision()->orders, 1);
  EXPECT_EQ(revision()->number, 3) << "one more than the backup's";
  EXPECT_FALSE(FilesHold("Victoria"));
  ExpectImageEqualsFile();
}

TEST_F(EraseTest, OlderRevisionsAreNotHandedOutAnyMore) {
  AddPeople();
  const image::RevisionPtr before = revision();
  workspace().Hold(before);
  ASSERT_TRUE(workspace().Held(before->number).ok());
  ASSERT_TRUE(workspace().EraseCustomer("victim@example.org").ok());
  const auto held = workspace().Held(before->number);
  EXPECT_EQ(held.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FactsOf(held.status()).reason, "REVISION_EXPIRED");
  EXPECT_EQ(before->orders, 4) << "a reader that has it may finish";
}

TEST_F(EraseTest, PlaceholdersCanBeErased) {
  TestBatch batch;
  AddOrder(batch, "o", "named only", 1);
  ASSERT_TRUE(Send(workspace(), batch).status.ok());
  ASSERT_TRUE(workspace().EraseCustomer("named only").ok());
  EXPECT_EQ(revision()->customers + revision()->orders, 0);
  ExpectImageEqualsFile();
}

TEST_F(EraseTest, FailedErasureRefusesRecordsAndCanBeRepeated) {
  AddPeople();
  Execute("CREATE TRIGGER refuse BEFORE DELETE ON customers BEGIN SELECT raise(ABORT, 'no'); END");
  Reopen();
  const auto failed = workspace().EraseCustomer("victim@example.org");
  EXPECT_EQ(failed.status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(revision()->orders, 4);
  ExpectImageEqualsFile();
  TestBatch batch;
  EXPECT_EQ(Outcome(AddOrder(batch, "new", "victim@example.org", 1)), "ERASED");
  Execute("DROP TRIGGER refuse");
  ASSERT_TRUE(workspace().EraseCustomer("victim@example.org").ok());
  EXPECT_EQ(revision()->orders, 1);
  ExpectImageEqualsFile();
}

TEST_F(EraseTest, WalIsCutOnceAReaderOutsideLetsGo) {
  AddPeople();
  auto reader = store::Connection::Open(file(), store::OpenMode::kReadOnly);
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE((*reader)->Execute("BEGIN; SELECT count(*) FROM orders").ok());
  ASSERT_TRUE(workspace().EraseCustomer("victim@example.org").ok());
  EXPECT_TRUE(FilesHold("Victoria")) << "the reader may still see the state before";
  ASSERT_TRUE((*reader)->Execute("COMMIT").ok());
  for (int i = 0; i < 100 && FilesHold("Victoria"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_FALSE(FilesHold("Victoria"));
}

}  // namespace
}  // namespace strata::testing
