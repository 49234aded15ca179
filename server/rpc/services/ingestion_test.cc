#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rpc/testing/server_fixture.h"

namespace strata::rpc {
namespace {

using ::testing::ElementsAre;

TEST_F(ServerTest, UnaryAppendIsStoredOnceAndSeenByTheNextQuery) {
  Start();
  v1::BatchAppendRecordsResponse first, again, other;
  const v1::BatchAppendRecordsRequest request = Orders("01", 1, 3);
  grpc::Status status = Append(request, &first);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(first.counts().accepted(), 3);
  EXPECT_EQ(first.counts().placeholder_customers(), 1);
  EXPECT_FALSE(first.duplicate());

  ASSERT_TRUE(Append(request, &again).ok());
  EXPECT_TRUE(again.duplicate());
  EXPECT_EQ(again.revision(), first.revision());
  EXPECT_EQ(again.counts().accepted(), 3);

  status = Append(Orders("01", 1, 2), &other);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ErrorOf(status).info.reason(), "REQUEST_ID_REUSED");

  v1::QueryKpisResponse answer;
  status = Query(Revenue(first.revision()), &answer);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer.meta().revision(), first.revision());
  EXPECT_EQ(answer.meta().as_of(), "2024-12-01");
  EXPECT_EQ(answer.meta().currency_code(), "USD");
  ASSERT_EQ(answer.table().rows_size(), 1);
  EXPECT_EQ(answer.table().rows(0).values(0).money().units(), 1 + 2 + 3);
}

TEST_F(ServerTest, UnaryAppendNamesBadRecords) {
  Start();
  v1::BatchAppendRecordsRequest request = Orders("02", 1, 3);
  request.mutable_records(1)->mutable_order()->mutable_lines(0)->set_quantity(-1);
  request.mutable_records(2)->clear_kind();
  v1::BatchAppendRecordsResponse response;
  grpc::Status status = Append(request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const ErrorOf error(status);
  EXPECT_EQ(error.info.reason(), "BAD_RECORDS");
  EXPECT_EQ(error.info.metadata().at("rejected"), "2");
  EXPECT_THAT(error.fields,
              ElementsAre("records[1].order.lines[0].amount_micros", "records[2].record"));

  // A check reports the same, in the answer.
  request.set_validate_only(true);
  ASSERT_TRUE(Append(request, &response).ok());
  EXPECT_EQ(response.counts().accepted(), 1);
  EXPECT_EQ(response.counts().rejected(), 2);
  ASSERT_EQ(response.errors_size(), 2);
  EXPECT_EQ(response.errors(0).index(), 1);
  EXPECT_EQ(response.errors(0).reason(), "SIGN_MISMATCH");

  // Nothing was stored by either; the good one is now.
  request.set_validate_only(false);
  request.set_on_error(v1::ON_ERROR_SKIP);
  ASSERT_TRUE(Append(request, &response).ok());
  EXPECT_EQ(response.counts().accepted(), 1);
  EXPECT_EQ(response.counts().duplicate(), 0);
  EXPECT_EQ(response.counts().rejected(), 2);

  request.set_request_id("17");
  status = Append(request, &response);
  EXPECT_THAT(ErrorOf(status).fields, ElementsAre("request_id"));
}

TEST_F(ServerTest, TextThatIsNotUtf8FailsItsRecordAlone) {
  Start();
  v1::BatchAppendRecordsRequest request = Orders("03", 1, 3);
  request.set_on_error(v1::ON_ERROR_SKIP);
  std::string bytes = request.SerializeAsString();
  const size_t place = bytes.find("o2");
  ASSERT_NE(place, std::string::npos);
  bytes[place] = '\xff';
  std::string answer;
  const grpc::Status status =
      CallRaw("/strata.v1.IngestionService/BatchAppendRecords", bytes, &answer);
  ASSERT_TRUE(status.ok()) << status.error_message();
  v1::BatchAppendRecordsResponse response;
  ASSERT_TRUE(response.ParseFromString(answer));
  EXPECT_EQ(response.counts().accepted(), 2);
  ASSERT_EQ(response.errors_size(), 1);
  EXPECT_EQ(response.errors(0).index(), 1);
  EXPECT_EQ(response.errors(0).reason(), "INVALID_UTF8");

  const grpc::Status broken =
      CallRaw("/strata.v1.IngestionService/BatchAppendRecords", "\x1a\xff", &answer);
  EXPECT_EQ(broken.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ServerTest, StreamAcknowledgesInOrderAndKnowsItsOffsets) {
  Start();
  constexpr int kBatches = 200, kOrders = 5;
  {
    grpc::ClientContext context;
    auto stream = ingestion_->AppendRecords(&context);
    // More than the server lets wait: a reader on the side takes the acks meanwhile.
    std::thread reader([&] {
      v1::AppendRecordsResponse ack;
      int64_t due = 0, revision = 0;
      while (stream->Read(&ack)) {
        due += kOrders;
        EXPECT_EQ(ack.next_offset(), due);
        EXPECT_EQ(ack.counts().accepted(), kOrders);
        EXPECT_GE(ack.revision(), revision);
        revision = ack.revision();
      }
      EXPECT_EQ(due, kBatches * kOrders);
    });
    for (int i = 0; i < kBatches; ++i) {
      v1::AppendRecordsRequest batch = Batch(i * kOrders, kOrders);
      if (i > 0) {
        batch.clear_workspace();
        batch.clear_stream();
      }
      ASSERT_TRUE(stream->Write(batch));
    }
    stream->WritesDone();
    reader.join();
    const grpc::Status status = stream->Finish();
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  {
    // Sent again: a duplicate. Beyond a gap: the offset that is due, after the ack before it.
    grpc::ClientContext context;
    auto stream = ingestion_->AppendRecords(&context);
    stream->Write(Batch(10, kOrders));
    stream->Write(Batch(kBatches * kOrders + 1, kOrders));
    v1::AppendRecordsResponse ack;
    ASSERT_TRUE(stream->Read(&ack));
    EXPECT_TRUE(ack.duplicate());
    EXPECT_EQ(ack.next_offset(), 15);
    EXPECT_FALSE(stream->Read(&ack));
    const grpc::Status status = stream->Finish();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
    EXPECT_EQ(ErrorOf(status).info.reason(), "WRONG_OFFSET");
    EXPECT_EQ(ErrorOf(status).info.metadata().at("expected_offset"), "1000");
  }
  v1::GetWriteStreamRequest request;
  request.set_workspace("sales");
  request.set_stream("s1");
  v1::GetWriteStreamResponse state;
  grpc::ClientContext context;
  ASSERT_TRUE(ingestion_->GetWriteStream(&context, request, &state).ok());
  EXPECT_EQ(state.next_offset(), 1'000);
  EXPECT_EQ(state.counts().accepted(), 1'000);
  request.set_stream("s2");
  grpc::ClientContext other;
  EXPECT_EQ(ErrorOf(ingestion_->GetWriteStream(&other, request, &state)).info.reason(),
            "WRITE_STREAM_NOT_FOUND");
}

TEST_F(ServerTest, StreamListsTheBadRecordsInFrontOfTheError) {
  Start();
  grpc::ClientContext context;
  auto stream = ingestion_->AppendRecords(&context);
  stream->Write(Batch(0, 2));
  v1::AppendRecordsRequest bad = Batch(2, 3);
  bad.mutable_records(1)->mutable_order()->clear_lines();
  stream->Write(bad);
  stream->Write(Batch(5, 2));
  v1::AppendRecordsResponse ack;
  ASSERT_TRUE(stream->Read(&ack));
  EXPECT_EQ(ack.next_offset(), 2);
  ASSERT_TRUE(stream->Read(&ack));
  EXPECT_EQ(ack.next_offset(), 2);
  ASSERT_EQ(ack.errors_size(), 1);
  EXPECT_EQ(ack.errors(0).index(), 1);
  EXPECT_EQ(ack.errors(0).reason(), "NO_LINES");
  EXPECT_FALSE(stream->Read(&ack));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ErrorOf(status).info.reason(), "BAD_RECORDS");
}

TEST_F(ServerTest, StreamThatBreaksLeavesTheServerWhole) {
  Start();
  for (int round = 0; round < 20; ++round) {
    grpc::ClientContext context;
    auto stream = ingestion_->AppendRecords(&context);
    v1::AppendRecordsRequest batch = Batch(0, 100);
    batch.set_stream(absl::StrCat("broken", round));
    stream->Write(batch);
    context.TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  v1::BatchAppendRecordsResponse response;
  EXPECT_TRUE(Append(Orders("04", 1, 1), &response).ok());
}

TEST_F(ServerTest, MessageThatIsTooLargeIsNoQuietEnd) {
  Start();
  grpc::ClientContext context;
  auto stream = ingestion_->AppendRecords(&context);
  v1::AppendRecordsRequest batch = Batch(0, 1);
  batch.mutable_records(0)->mutable_order()->set_status(std::string(5 << 20, 'x'));
  stream->Write(batch);
  stream->WritesDone();
  v1::AppendRecordsResponse ack;
  EXPECT_FALSE(stream->Read(&ack));
  EXPECT_FALSE(stream->Finish().ok());
}

}  // namespace
}  // namespace strata::rpc
