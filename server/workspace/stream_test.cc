#include <future>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/base/error.h"
#include "server/workspace/testing/workspace_fixture.h"

// Write streams and unary requests: what is sent again, out of place or under a used id.

namespace strata::testing {
namespace {

class StreamTest : public WorkspaceTest {
 protected:
  static TestBatch Orders(int first, int count) {
    TestBatch batch;
    for (int i = first; i < first + count; ++i) {
      AddOrder(batch, Text(absl::StrCat("o", i)), "c", i + 1);
    }
    return batch;
  }
  Answer Request(const std::string& id, const std::string& fingerprint, const TestBatch& batch) {
    AppendRequest request;
    request.batch = batch.Build();
    request.request_id = id;
    request.fingerprint = fingerprint;
    return SendAndWait(workspace(), std::move(request));
  }
};

TEST_F(StreamTest, OffsetsSayWhatIsNewRepeatedOrMissing) {
  Answer answer = SendTo(workspace(), "s", 5, Orders(0, 3));
  EXPECT_EQ(answer.status.code(), absl::StatusCode::kOutOfRange) << "a stream begins at 0";
  EXPECT_EQ(answer.result.next_offset, 0);
  EXPECT_EQ(workspace().GetWriteStream("s").status().code(), absl::StatusCode::kNotFound);

  answer = SendTo(workspace(), "s", 0, Orders(0, 3));
  ASSERT_TRUE(answer.status.ok());
  EXPECT_EQ(answer.result.next_offset, 3);
  EXPECT_EQ(answer.result.revision, 2);
  EXPECT_FALSE(answer.result.duplicate);

  for (const auto& [offset, count] : std::vector<std::pair<int, int>>{{0, 3}, {1, 2}, {0, 1}}) {
    answer = SendTo(workspace(), "s", offset, Orders(offset, count));
    ASSERT_TRUE(answer.status.ok());
    EXPECT_TRUE(answer.result.duplicate);
    EXPECT_EQ(answer.result.next_offset, 3);
    EXPECT_EQ(answer.result.revision, 2);
    // Order 0 made the customer; a batch that was stored in part tells of no placeholder.
    EXPECT_EQ(answer.result.counts, (RecordCounts{count, 0, 0, 0, count == 3 ? 1 : 0}));
  }

  for (int offset : {2, 4}) {  // an overlap, a gap
    answer = SendTo(workspace(), "s", offset, Orders(offset, 2));
    EXPECT_EQ(answer.status.code(), absl::StatusCode::kOutOfRange);
    EXPECT_EQ(answer.result.next_offset, 3);
    const ErrorFacts facts = FactsOf(answer.status);
    EXPECT_EQ(facts.reason, "WRONG_OFFSET");
    ASSERT_EQ(facts.metadata.size(), 1u);
    EXPECT_EQ(facts.metadata[0].second, "3");
  }
  EXPECT_EQ(Value("SELECT count(*) FROM orders"), "3");

  Reopen();
  EXPECT_TRUE(SendTo(workspace(), "s", 0, Orders(0, 3)).result.duplicate);
  answer = SendTo(workspace(), "s", 3, Orders(3, 2));
  ASSERT_TRUE(answer.status.ok());
  EXPECT_EQ(answer.result.next_offset, 5);
}

TEST_F(StreamTest, ResentBatchesGetTheirFirstAnswerWhateverTheirBoundaries) {
  TestBatch first = Orders(0, 2);
  first.Add(Record(MakeCustomer(""))).Skip();
  ASSERT_TRUE(SendTo(workspace(), "s", 0, first).status.ok());
  TestBatch second = Orders(1, 2);  // order 1 is a duplicate
  second.Add(Record(MakeSurvey("s", ""))).Skip();
  ASSERT_TRUE(SendTo(workspace(), "s", 3, second).status.ok());
  Reopen();

  Answer answer = SendTo(workspace(), "s", 0, first);
  ASSERT_TRUE(answer.status.ok()) << answer.status;
  EXPECT_TRUE(answer.result.duplicate);
  EXPECT_EQ(answer.result.counts, (RecordCounts{2, 0, 0, 1, 1}));
  ASSERT_EQ(answer.result.rejections.size(), 1u);
  EXPECT_EQ(answer.result.rejections[0].index, 2);

  TestBatch across;  // the bad customer and what follows it
  across.Add(Record(MakeCustomer("")));
  AddOrder(across, "o1", "c", 2);
  AddOrder(across, "o2", "c", 3);
  answer = SendTo(workspace(), "s", 2, across.Skip());
  ASSERT_TRUE(answer.status.ok()) << answer.status;
  EXPECT_EQ(answer.result.counts, (RecordCounts{1, 1, 0, 1, 0}));
  ASSERT_EQ(answer.result.rejections.size(), 1u);
  EXPECT_EQ(answer.result.rejections[0].index, 0);
}

TEST_F(StreamTest, OtherContentAtAnOldOffsetIsRefusedByName) {
  ASSERT_TRUE(SendTo(workspace(), "s", 0, Orders(0, 5)).status.ok());
  ASSERT_TRUE(SendTo(workspace(), "s", 5, Orders(5, 5)).status.ok());
  TestBatch other = Orders(3, 3);
  AddOrder(other, "o6", "c", 1'000);  // 7 was sent
  const Answer answer = SendTo(workspace(), "s", 3, other);
  EXPECT_EQ(answer.status.code(), absl::StatusCode::kAlreadyExists);
  const ErrorFacts facts = FactsOf(answer.status);
  EXPECT_EQ(facts.reason, "OFFSET_REUSED");
  ASSERT_EQ(facts.metadata.size(), 1u);
  EXPECT_EQ(facts.metadata[0].second, "6");
  EXPECT_FALSE(answer.result.duplicate);
  EXPECT_EQ(answer.result.next_offset, 10);
  EXPECT_EQ(Value("SELECT sum(amount_micros) FROM order_lines"), "55");
  EXPECT_TRUE(SendTo(workspace(), "s", 3, Orders(3, 4)).status.ok()) << "what was stored there";
}

TEST_F(StreamTest, BatchOfAnOlderReleaseIsComparedByTheHashesOfThatRelease) {
  const TestBatch batch = Orders(0, 3);
  ASSERT_TRUE(SendTo(workspace(), "s", 0, batch).status.ok());
  Execute("UPDATE stream_batches SET format = 1");
  AppendRequest again;
  again.batch = batch.Build();
  again.stream = "s";
  again.content_hashes = {7, 8, 9};  // as another way of hashing makes them
  EXPECT_EQ(FactsOf(SendAndWait(workspace(), again).status).reason, "OFFSET_TOO_OLD");

  again.older_content_hashes = [&again] { return ContentHashes(again.batch); };
  EXPECT_TRUE(SendAndWait(workspace(), again).result.duplicate);
  again.older_content_hashes = [] { return std::vector<uint32_t>{1, 2, 3}; };
  EXPECT_EQ(FactsOf(SendAndWait(workspace(), again).status).reason, "OFFSET_REUSED");

  Execute("UPDATE stream_batches SET format = 3");
  EXPECT_EQ(FactsOf(SendAndWait(workspace(), again).status).reason, "OFFSET_TOO_OLD")
      << "of a newer release";
}

TEST_F(StreamTest, RequestOfAnOlderReleaseIsComparedByTheFingerprintOfThatRelease) {
  ASSERT_TRUE(Request("id", "older", Orders(0, 2)).status.ok());
  AppendRequest again;
  again.batch = Orders(0, 2).Build();
  again.request_id = "id";
  again.fingerprint = "newer";
  EXPECT_EQ(FactsOf(SendAndWait(workspace(), again).status).reason, "REQUEST_ID_REUSED");
  again.older_fingerprint = [] { return "older"; };
  EXPECT_TRUE(SendAndWait(workspace(), again).result.duplicate);
}

TEST_F(StreamTest, WhatIsNoLongerKeptIsNotTakenForARepetition) {
  ASSERT_TRUE(SendTo(workspace(), "s", 0, Orders(0, 3)).status.ok());
  constexpr Millis kDay = 24 * 3'600 * 1'000;
  clock_.Set(kNow + kDay);
  ASSERT_TRUE(SendTo(workspace(), "s", 3, Orders(3, 3)).status.ok());
  EXPECT_TRUE(SendTo(workspace(), "s", 0, Orders(0, 3)).result.duplicate) << "a day is not over";
  clock_.Set(kNow + kDay + 120'000);
  ASSERT_TRUE(SendTo(workspace(), "s", 6, Orders(6, 1)).status.ok());
  const Answer answer = SendTo(workspace(), "s", 0, Orders(0, 3));
  EXPECT_EQ(answer.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FactsOf(answer.status).reason, "OFFSET_TOO_OLD");
  EXPECT_EQ(answer.result.next_offset, 7);
  EXPECT_TRUE(SendTo(workspace(), "s", 3, Orders(3, 4)).result.duplicate) << "of today";

  // A clock that is set back keeps more, and stops nothing.
  clock_.Set(kNow - 10 * kDay);
  ASSERT_TRUE(SendTo(workspace(), "t", 0, Orders(0, 1)).status.ok());
  EXPECT_TRUE(SendTo(workspace(), "s", 3, Orders(3, 4)).result.duplicate);
}

TEST_F(StreamTest, OfManySmallBatchesTheLatestAreKept) {
  for (int i = 0; i < 1'300; ++i) {
    ASSERT_TRUE(SendTo(workspace(), "s", i, Orders(i, 1)).status.ok());
  }
  EXPECT_EQ(Value("SELECT min(first_offset) FROM stream_batches"), "256");
  EXPECT_EQ(Value("SELECT max(first_offset) FROM stream_batches"), "1299");
  EXPECT_TRUE(SendTo(workspace(), "s", 276, Orders(276, 1'024)).result.duplicate);
  EXPECT_EQ(FactsOf(SendTo(workspace(), "s", 255, Orders(255, 2)).status).reason, "OFFSET_TOO_OLD");
}

TEST_F(StreamTest, StateHoldsCountsAndRejectionsOfItsWholeLife) {
  TestBatch first = Orders(0, 2);
  first.Add(Record(MakeCustomer(""))).Skip();
  ASSERT_TRUE(SendTo(workspace(), "s", 0, first).status.ok());
  clock_.Set(kNow + 5);
  TestBatch second = Orders(1, 2);
  second.Add(Record(MakeSurvey("s", ""))).Skip();
  ASSERT_TRUE(SendTo(workspace(), "s", 3, second).status.ok());
  Reopen();
  const auto state = workspace().GetWriteStream("s");
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->next_offset, 6);
  EXPECT_EQ(state->counts, (RecordCounts{3, 1, 0, 2, 1}));
  EXPECT_EQ(state->revision, 3);
  EXPECT_EQ(state->updated_time, kNow + 5);
  ASSERT_EQ(state->rejections.size(), 2u);
  EXPECT_EQ(state->rejections[0].index, 2);
  EXPECT_EQ(state->rejections[0].kind, RecordKind::kCustomer);
  EXPECT_EQ(state->rejections[0].reason, "MISSING_FIELD");
  EXPECT_EQ(state->rejections[1].index, 5) << "an offset in the stream";
  EXPECT_EQ(state->rejections[1].field, "survey.customer");
  EXPECT_EQ(state->rejections[1].id, "s");
}

TEST_F(StreamTest, FailedBatchDoesNotAdvanceTheStream) {
  ASSERT_TRUE(SendTo(workspace(), "s", 0, Orders(0, 2)).status.ok());
  TestBatch bad = Orders(2, 1);
  bad.Add(Record(MakeCustomer("")));
  const Answer answer = SendTo(workspace(), "s", 2, bad);
  EXPECT_EQ(answer.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(answer.result.next_offset, 2);
  const auto state = workspace().GetWriteStream("s");
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->next_offset, 2);
  EXPECT_EQ(state->counts.rejected, 0);
  EXPECT_TRUE(SendTo(workspace(), "s", 2, Orders(2, 1)).status.ok());
}

TEST_F(StreamTest, AtMostAThousandRejectionsAreKept) {
  TestBatch bad;
  for (int i = 0; i < 700; ++i) bad.Add(Record(MakeCustomer("")));
  bad.Skip();
  for (int i = 0; i < 3; ++i) {
    const Answer answer = SendTo(workspace(), "s", i * 700, bad);
    ASSERT_TRUE(answer.status.ok());
    EXPECT_EQ(answer.result.rejections.size(), 700u);
    EXPECT_EQ(answer.result.revision, 1) << "no data changed";
  }
  const auto state = workspace().GetWriteStream("s");
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->counts.rejected, 2'100);
  ASSERT_EQ(state->rejections.size(), 1'000u);
  EXPECT_EQ(state->rejections.back().index, 999);
  EXPECT_EQ(state->revision, 1) << "never a revision that does not exist";

  TestBatch many;
  for (int i = 0; i < 1'500; ++i) many.Add(Record(MakeCustomer("")));
  const Answer answer = SendTo(workspace(), "t", 0, many.Skip());
  EXPECT_EQ(answer.result.rejections.size(), kMaxReportedRejections);
  EXPECT_EQ(answer.result.counts.rejected, 1'500);
}

TEST_F(StreamTest, StreamsDoNotShareOffsets) {
  ASSERT_TRUE(SendTo(workspace(), "a", 0, Orders(0, 2)).status.ok());
  ASSERT_TRUE(SendTo(workspace(), "ä", 0, Orders(2, 1)).status.ok());
  EXPECT_EQ(workspace().GetWriteStream("a")->next_offset, 2);
  EXPECT_EQ(workspace().GetWriteStream("ä")->next_offset, 1);
  EXPECT_EQ(workspace().Stats()->write_streams, 2);
}

TEST_F(StreamTest, PipelinedBatchesOfOneGroupSeeEachOther) {
  // All are queued before the first is answered; a failed one makes the rest miss their place.
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 6; ++i) {
    TestBatch batch = Orders(i * 10, 10);
    if (i == 3) batch.Add(Record(MakeCustomer("")));
    AppendRequest request;
    request.batch = batch.Build();
    request.stream = "s";
    request.content_hashes = testing::ContentHashes(request.batch);
    request.offset = i * 10;
    auto promise = std::make_shared<std::promise<Answer>>();
    answers.push_back(promise->get_future());
    workspace().Append(std::move(request), [promise](absl::Status status, AppendResult result) {
      promise->set_value({status, result});
    });
  }
  for (int i = 0; i < 6; ++i) {
    const Answer answer = answers[static_cast<size_t>(i)].get();
    const auto expected = i < 3    ? absl::StatusCode::kOk
                          : i == 3 ? absl::StatusCode::kInvalidArgument
                                   : absl::StatusCode::kOutOfRange;
    EXPECT_EQ(answer.status.code(), expected) << i;
    if (i >= 3) {
      EXPECT_EQ(answer.result.next_offset, 30);
    }
  }
  EXPECT_EQ(Value("SELECT count(*) FROM orders"), "30");
}

TEST_F(StreamTest, RequestSentAgainGetsItsFirstAnswer) {
  TestBatch batch = Orders(0, 2);
  batch.Add(Record(MakeCustomer("", ""))).Skip();
  const Answer first = Request("id", "f1", batch);
  ASSERT_TRUE(first.status.ok());
  ASSERT_TRUE(Send(workspace(), Orders(5, 1)).status.ok());
  for (int i = 0; i < 2; ++i) {
    const Answer again = Request("id", "f1", batch);
    ASSERT_TRUE(again.status.ok());
    EXPECT_TRUE(again.result.duplicate);
    EXPECT_EQ(again.result.revision, first.result.revision);
    EXPECT_EQ(again.result.counts, (RecordCounts{2, 0, 0, 1, 1}));
    ASSERT_EQ(again.result.rejections.size(), 1u);
    EXPECT_EQ(again.result.rejections[0].index, 2);
    EXPECT_EQ(again.result.rejections[0].field, "customer.id");
    EXPECT_EQ(again.result.rejections[0].message, first.result.rejections[0].message);
    Reopen();
  }
  const Answer other = Request("id", "f2", Orders(9, 1));
  EXPECT_EQ(other.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FactsOf(other.status).reason, "REQUEST_ID_REUSED");
  EXPECT_EQ(Value("SELECT count(*) FROM orders"), "3");
}

TEST_F(StreamTest, RequestThatChangedNothingNamesARevisionThatExists) {
  ASSERT_TRUE(Send(workspace(), Orders(0, 1)).status.ok());
  EXPECT_EQ(Request("id", "f", Orders(0, 1)).result.revision, 2);
  EXPECT_EQ(Request("id", "f", Orders(0, 1)).result.revision, 2);
  Reopen();
  EXPECT_EQ(Request("id", "f", Orders(0, 1)).result.revision, 2);
}

TEST_F(StreamTest, RequestIdsAreForgottenAfterADay) {
  ASSERT_TRUE(Request("id", "f", Orders(0, 1)).status.ok());
  constexpr Millis kDay = 24 * 3'600 * 1'000;
  clock_.Set(kNow + kDay);
  EXPECT_TRUE(Request("id", "f", Orders(0, 1)).result.duplicate);
  clock_.Set(kNow + kDay + 1);
  const Answer answer = Request("id", "other", Orders(0, 1));
  ASSERT_TRUE(answer.status.ok()) << answer.status;
  EXPECT_FALSE(answer.result.duplicate);
  EXPECT_EQ(answer.result.counts.duplicate, 1) << "the record is the same all the same";
  clock_.Set(kNow + 3 * kDay);
  ASSERT_TRUE(Request("id2", "f", Orders(1, 1)).status.ok());
  EXPECT_EQ(Value("SELECT group_concat(request_id) FROM requests"), "id2");
}

TEST_F(StreamTest, RequestsThatDoNotHoldAreRefusedAtOnce) {
  AppendRequest neither;
  neither.batch = Orders(0, 1).Build();
  EXPECT_EQ(SendAndWait(workspace(), neither).status.code(), absl::StatusCode::kInvalidArgument);
  AppendRequest both = neither;
  both.stream = "s";
  both.content_hashes = testing::ContentHashes(both.batch);
  both.request_id = "r";
  EXPECT_EQ(SendAndWait(workspace(), both).status.code(), absl::StatusCode::kInvalidArgument);
  for (const std::string& bad : {std::string(129, 'x'), std::string("a\n"), std::string("\xff")}) {
    EXPECT_EQ(SendTo(workspace(), bad, 0, Orders(0, 1)).status.code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(SendTo(workspace(), "s", -1, Orders(0, 1)).status.code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(SendTo(workspace(), "s", 0, TestBatch()).status, absl::OkStatus());
  EXPECT_FALSE(workspace().GetWriteStream("s").ok()) << "an empty batch creates nothing";
}

}  // namespace
}  // namespace strata::testing
