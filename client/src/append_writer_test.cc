#include "strata/append_writer.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "client/src/test_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "strata/error.h"
#include "strata/mocks/mock_connection.h"

namespace strata {
namespace {

using internal::TestIngestion;
using internal::TestServer;
using Fault = TestIngestion::Fault;

v1::Record OrderWithId(const std::string& id) {
  v1::Record record;
  record.mutable_order()->set_id(id);
  return record;
}

std::vector<std::string> Ids(int count) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) ids.push_back(absl::StrCat("o", i));
  return ids;
}

class AppendWriterTest : public testing::Test {
 protected:
  AppendWriterTest() : client_(server_.Connect({})) {}

  std::unique_ptr<AppendWriter> Open(int max_batch_records = 10) {
    AppendWriterOptions options;
    options.workspace = "sales";
    options.stream = "orders";
    options.on_error = v1::ON_ERROR_SKIP;
    options.max_batch_records = max_batch_records;
    options.max_in_flight = 3;
    options.retry_environment.sleep = [this](absl::Duration pause) { pauses_.push_back(pause); };
    auto writer = AppendWriter::Open(client_, options);
    EXPECT_TRUE(writer.ok()) << writer.status();
    return *std::move(writer);
  }

  // Sends `ids` from the writer's start on and closes.
  absl::Status Send(AppendWriter& writer, const std::vector<std::string>& ids) {
    for (size_t i = writer.start_offset(); i < ids.size(); ++i) {
      if (absl::Status status = writer.Append(OrderWithId(ids[i])); !status.ok()) return status;
    }
    return writer.Close();
  }

  TestServer server_;
  Client client_;
  std::vector<absl::Duration> pauses_;  // of the pump thread; read after Close
};

TEST_F(AppendWriterTest, SendsEveryRecordOnceInOrder) {
  auto writer = Open();
  EXPECT_EQ(writer->start_offset(), 0);
  const std::vector<std::string> ids = Ids(1'234);
  ASSERT_TRUE(Send(*writer, ids).ok());
  EXPECT_EQ(server_.ingestion.stored(), ids);
  EXPECT_EQ(server_.ingestion.calls(), 1);
  EXPECT_EQ(server_.ingestion.largest_batch(), 10);
  const AppendReport report = writer->report();
  EXPECT_EQ(report.committed, 1'234);
  EXPECT_EQ(report.counts.accepted(), 1'234);
  EXPECT_EQ(report.revision, 124);  // 123 batches of 10 and one of 4
}

TEST_F(AppendWriterTest, FlushWaitsForTheAcknowledgement) {
  auto writer = Open();
  ASSERT_TRUE(writer->Append(OrderWithId("a")).ok());
  EXPECT_TRUE(server_.ingestion.stored().empty());
  ASSERT_TRUE(writer->Flush().ok());
  EXPECT_EQ(server_.ingestion.stored(), std::vector<std::string>{"a"});
  EXPECT_EQ(writer->report().committed, 1);
  ASSERT_TRUE(writer->Append(OrderWithId("b")).ok());
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_EQ(writer->report().committed, 2);
  EXPECT_TRUE(writer->Close().ok());
  // A record may still be taken into the batch, but it cannot be sent.
  writer->Append(OrderWithId("c")).IgnoreError();
  EXPECT_FALSE(writer->Flush().ok());
}

TEST_F(AppendWriterTest, ReportsRejectedRecordsByTheirOffset) {
  auto writer = Open();
  std::vector<std::string> ids = Ids(25);
  ids[3] = "bad3";
  ids[21] = "bad21";
  ASSERT_TRUE(Send(*writer, ids).ok());
  const AppendReport report = writer->report();
  EXPECT_EQ(report.counts.accepted(), 23);
  EXPECT_EQ(report.counts.rejected(), 2);
  ASSERT_EQ(report.errors.size(), 2u);
  EXPECT_EQ(report.errors[0].index(), 3);
  EXPECT_EQ(report.errors[1].index(), 21);
  EXPECT_EQ(report.errors[1].id(), "bad21");
}

// Breaks at every batch in turn, before and after its commit: nothing is lost, nothing comes twice,
// and the report says the same as without a fault.
TEST_F(AppendWriterTest, ResumesAfterABreakAnywhere) {
  for (const Fault fault : {Fault::kBreakBeforeCommit, Fault::kBreakAfterCommit}) {
    for (int broken = 0; broken < 6; ++broken) {
      SCOPED_TRACE(absl::StrCat("batch ", broken, fault == Fault::kBreakAfterCommit));
      TestServer server;
      server.ingestion.faults[broken] = fault;
      client_ = server.Connect({});
      pauses_.clear();
      auto writer = Open();
      std::vector<std::string> ids = Ids(55);
      ids[1] = "bad1";
      ids[54] = "bad54";
      const absl::Status status = Send(*writer, ids);
      ASSERT_TRUE(status.ok()) << status;
      std::vector<std::string> good = ids;
      good.erase(good.begin() + 54);
      good.erase(good.begin() + 1);
      EXPECT_EQ(server.ingestion.stored(), good);
      const AppendReport report = writer->report();
      EXPECT_EQ(report.committed, 55);
      EXPECT_EQ(report.counts.accepted(), 53);
      EXPECT_EQ(report.counts.rejected(), 2);
      ASSERT_EQ(report.errors.size(), 2u);
      EXPECT_EQ(report.errors[0].index(), 1);
      EXPECT_EQ(report.errors[1].index(), 54);
      EXPECT_EQ(pauses_.size(), 1u);
    }
  }
}

TEST_F(AppendWriterTest, SurvivesManyBreaks) {
  for (int i = 0; i < 200; i += 3) {
    server_.ingestion.faults[i] = i % 2 ? Fault::kBreakBeforeCommit : Fault::kBreakAfterCommit;
  }
  auto writer = Open();
  const std::vector<std::string> ids = Ids(1'000);
  const absl::Status status = Send(*writer, ids);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(server_.ingestion.stored(), ids);
  EXPECT_EQ(writer->report().counts.accepted(), 1'000);
}

TEST_F(AppendWriterTest, ASecondWriterGoesOnWhereTheFirstStopped) {
  const std::vector<std::string> ids = Ids(100);
  {
    auto writer = Open();
    for (int i = 0; i < 37; ++i) ASSERT_TRUE(writer->Append(OrderWithId(ids[i])).ok());
    ASSERT_TRUE(writer->Flush().ok());
    ASSERT_TRUE(writer->Append(OrderWithId("never sent")).ok());
  }
  auto writer = Open();
  EXPECT_EQ(writer->start_offset(), 37);
  ASSERT_TRUE(Send(*writer, ids).ok());
  EXPECT_EQ(server_.ingestion.stored(), ids);
  EXPECT_EQ(writer->report().committed, 63);
  EXPECT_EQ(writer->report().counts.accepted(), 63);
}

TEST_F(AppendWriterTest, StopsAtAnErrorThatWouldComeAgain) {
  server_.ingestion.faults[2] = Fault::kRefuse;
  auto writer = Open();
  const absl::Status status = Send(*writer, Ids(1'000));
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_EQ(ErrorDetails::FromStatus(status).reason, "BAD_RECORDS");
  EXPECT_EQ(writer->Append(OrderWithId("x")), status);
  EXPECT_EQ(writer->Close(), status);
  const AppendReport report = writer->report();
  EXPECT_EQ(report.committed, 20);
  ASSERT_EQ(report.errors.size(), 1u);
  EXPECT_EQ(report.errors[0].index(), 21);
}

TEST_F(AppendWriterTest, WaitsAsLongAsAFullServerAsks) {
  server_.ingestion.faults[1] = Fault::kExhausted;
  auto writer = Open();
  ASSERT_TRUE(Send(*writer, Ids(30)).ok());
  EXPECT_EQ(server_.ingestion.stored(), Ids(30));
  EXPECT_EQ(pauses_, std::vector<absl::Duration>{absl::Seconds(3)});
}

TEST_F(AppendWriterTest, GivesUpOnAServerThatStaysAway) {
  for (int i = 0; i < 100; ++i) server_.ingestion.faults[i] = Fault::kBreakBeforeCommit;
  auto writer = Open();
  EXPECT_TRUE(absl::IsUnavailable(Send(*writer, Ids(10))));
  EXPECT_EQ(pauses_.size(), 11u);  // 12 attempts
}

TEST_F(AppendWriterTest, CutsBatchesByBytesAndRefusesWhatNoneCanHold) {
  auto writer = Open(50'000);
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i) ids.push_back(std::string(1 << 20, 'a' + i));
  ASSERT_TRUE(writer->Append(OrderWithId(ids[0])).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(writer->Append(OrderWithId(std::string(5 << 20, 'x')))));
  for (int i = 1; i < 12; ++i) ASSERT_TRUE(writer->Append(OrderWithId(ids[i])).ok());
  const absl::Status status = writer->Close();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(server_.ingestion.stored(), ids);
  EXPECT_EQ(server_.ingestion.largest_batch(), 3);
}

TEST_F(AppendWriterTest, SaysWhenTheWorkspaceIsMissing) {
  const auto writer = AppendWriter::Open(client_, {.workspace = "other", .stream = "s"});
  EXPECT_TRUE(absl::IsNotFound(writer.status()));
}

TEST_F(AppendWriterTest, ReportsEachAcknowledgement) {
  std::vector<int64_t> committed;
  AppendWriterOptions options = {.workspace = "sales", .stream = "s", .max_batch_records = 2};
  options.on_ack = [&](const AppendReport& report) { committed.push_back(report.committed); };
  auto writer = AppendWriter::Open(client_, options);
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE(Send(**writer, Ids(5)).ok());
  EXPECT_EQ(committed, (std::vector<int64_t>{2, 4, 5}));
}

// A batch that was still in the server's queue when the connection broke: GetWriteStream does not
// know it yet, and its repetition is acknowledged as a duplicate without counts.
TEST(AppendWriterMockTest, AsksForTheCountsThatADuplicateHides) {
  auto connection = std::make_shared<MockConnection>();
  v1::GetWriteStreamResponse before, after;
  after.set_next_offset(2);
  after.mutable_counts()->set_accepted(1);
  after.mutable_counts()->set_rejected(1);
  after.add_errors()->set_index(1);
  EXPECT_CALL(*connection, GetWriteStream)
      .WillOnce(testing::Return(before))
      .WillOnce(testing::Return(after));
  absl::Notification written;
  EXPECT_CALL(*connection, AppendRecords).WillOnce([&written](const CallOptions&) {
    auto stream = std::make_unique<MockAppendStream>();
    EXPECT_CALL(*stream, Write).WillOnce([&written](const v1::AppendRecordsRequest&) {
      written.Notify();
      return true;
    });
    EXPECT_CALL(*stream, WritesDone);
    EXPECT_CALL(*stream, Read)
        .WillOnce([&written](v1::AppendRecordsResponse& ack) {
          written.WaitForNotification();
          ack.set_next_offset(2);
          ack.set_duplicate(true);
          return true;
        })
        .WillOnce(testing::Return(false));
    EXPECT_CALL(*stream, Finish).WillOnce(testing::Return(absl::OkStatus()));
    return std::unique_ptr<AppendStream>(std::move(stream));
  });
  auto writer = AppendWriter::Open(Client(connection), {.workspace = "sales", .stream = "s"});
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)->Append(OrderWithId("a")).ok());
  ASSERT_TRUE((*writer)->Append(OrderWithId("b")).ok());
  ASSERT_TRUE((*writer)->Close().ok());
  const AppendReport report = (*writer)->report();
  EXPECT_EQ(report.committed, 2);
  EXPECT_EQ(report.counts.accepted(), 1);
  EXPECT_EQ(report.counts.rejected(), 1);
  EXPECT_EQ(report.errors.size(), 1u);
}

}  // namespace
}  // namespace strata
