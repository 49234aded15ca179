#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rpc/testing/segment_watch_fixture.h"

namespace strata::rpc {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Response = v1::WatchSegmentResponse;

// Events as text: "enter ann", "leave bob" ...
std::vector<std::string> Told(const Response& message) {
  std::vector<std::string> told;
  for (const Response::Event& event : message.events()) {
    static constexpr const char* kWords[] = {"?", "reset", "enter", "leave", "caught up"};
    told.push_back(kWords[event.kind()]);
    if (!event.customer().empty()) told.back() += " " + event.customer();
  }
  return told;
}

// Changes as text: "revenue 10 -> 30", "-" where a side is not set.
std::vector<std::string> Changes(const Response::Event& event) {
  const auto side = [](bool set, const v1::Value& value) -> std::string {
    if (!set) return "-";
    if (value.has_money()) return absl::StrCat(value.money().units());
    if (value.has_integer()) return absl::StrCat(value.integer());
    if (value.kind_case() == v1::Value::kNull) return "null";
    return value.ShortDebugString();
  };
  std::vector<std::string> changes;
  for (const Response::FieldChange& change : event.changes()) {
    changes.push_back(absl::StrCat(change.field(), " ", side(change.has_before(), change.before()),
                                   " -> ", side(change.has_after(), change.after())));
  }
  return changes;
}

class SegmentWatchTest : public WatchTest {
 protected:
  void Begin(const SegmentWatches::Options& options = {}) {
    Start(options);
    Order("o1", "ann", 50);
    Order("o2", "bob", 10);
    Define("big", "revenue > 20");
  }

  grpc::Status Fault(const v1::WatchSegmentRequest& request) {
    return WatchCall(*stub_, request).Finish();
  }
  static std::string ReasonOf(const grpc::Status& status) { return ErrorOf(status).info.reason(); }
};

TEST_F(SegmentWatchTest, TellsTheMembersThenWhoEntersAndLeaves) {
  Begin();
  WatchCall call(*stub_, Request("big"));
  Response message;
  ASSERT_TRUE(call.Read(&message));
  EXPECT_THAT(Told(message), ElementsAre("reset", "enter ann", "caught up"));
  EXPECT_THAT(Changes(message.events(1)), ElementsAre("revenue - -> 50"));
  EXPECT_EQ(message.as_of(), "2024-01-01");
  EXPECT_EQ(message.revision(), workspace_->Current()->number);

  const int64_t entered = Order("o3", "bob", 20, 1);
  ASSERT_TRUE(call.Read(&message));
  EXPECT_THAT(Told(message), ElementsAre("enter bob", "caught up"));
  EXPECT_THAT(Changes(message.events(0)), ElementsAre("revenue 10 -> 30"));
  EXPECT_EQ(message.revision(), entered);
  EXPECT_EQ(message.as_of(), "2024-01-02");

  const int64_t corrected = Order("o1", "ann", 5);
  ASSERT_TRUE(call.Read(&message));
  EXPECT_THAT(Told(message), ElementsAre("leave ann", "caught up"));
  EXPECT_THAT(Changes(message.events(0)), ElementsAre("revenue 50 -> 5"));
  EXPECT_EQ(message.revision(), corrected);

  // Nobody moves: the place to go on from does.
  const int64_t nobody = Order("o4", "cem", 1);
  ASSERT_TRUE(call.Read(&message));
  EXPECT_THAT(Told(message), ElementsAre("caught up"));
  EXPECT_EQ(message.revision(), nobody);
}

TEST_F(SegmentWatchTest, SendsTheFieldsThatWereAskedFor) {
  Begin();
  WatchCall call(*stub_, Request("big", 0, {"orders", "revenue", "country"}));
  Response message;
  ASSERT_TRUE(call.Read(&message));
  EXPECT_THAT(Changes(message.events(1)),
              ElementsAre("revenue - -> 50", "orders - -> 1", "country - -> null"));
  // Of somebody who was not there before, nothing is known before.
  Order("o5", "dan", 40);
  ASSERT_TRUE(call.Read(&message));
  EXPECT_THAT(Changes(message.events(0)),
              ElementsAre("revenue - -> 40", "orders - -> 1", "country - -> null"));
}

TEST_F(SegmentWatchTest, ANewDayMovesMembersToo) {
  Begin();
  Define("fresh", "recency_days <= 1");
  WatchCall call(*stub_, Request("fresh"));
  WatchReplay replay;
  ASSERT_TRUE(call.ReadUpTo(workspace_->Current()->number, replay));
  EXPECT_THAT(replay.members, ElementsAre("ann", "bob"));
  Response message;
  Order("o3", "bob", 1, 3);
  ASSERT_TRUE(call.Read(&message));
  EXPECT_THAT(Told(message), ElementsAre("leave ann", "caught up"));
  EXPECT_THAT(Changes(message.events(0)), ElementsAre("recency_days 0 -> 3"));
  EXPECT_EQ(message.as_of(), "2024-01-04");
}

TEST_F(SegmentWatchTest, ClassesOfPartitionsAreWatchedByName) {
  Begin();
  for (const char* segment : {"tier/strategic", "abc/A", "rfm/Unclassified", "loyalty/Periodic"}) {
    WatchCall call(*stub_, Request(segment));
    WatchReplay replay;
    ASSERT_TRUE(call.ReadUpTo(workspace_->Current()->number, replay)) << segment;
    EXPECT_EQ(replay.members, Members(workspace_->Current(), segment)) << segment;
  }
  const grpc::Status status = Fault(Request("tier"));
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("\"tier/strategic\""));
  EXPECT_THAT(ErrorOf(status).fields, ElementsAre("segment"));
}

TEST_F(SegmentWatchTest, WhatIsWrongIsSaidByName) {
  Begin();
  grpc::Status status = Fault(Request("bigg"));
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "SEGMENT_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Fault(Request("tier/stratejic"))), "SEGMENT_NOT_FOUND");
  EXPECT_THAT(ErrorOf(Fault(Request(""))).fields, ElementsAre("segment"));
  status = Fault(Request("big", 0, {"revenue", "revenu"}));
  EXPECT_EQ(ReasonOf(status), "UNKNOWN_FIELD");
  EXPECT_THAT(ErrorOf(status).fields, ElementsAre("fields[1]"));
  EXPECT_EQ(ReasonOf(Fault(Request("big", 0, {"status"}))), "INCOMPATIBLE_FIELD");
  EXPECT_THAT(ErrorOf(Fault(Request("big", -1))).fields, ElementsAre("after_revision"));
  v1::WatchSegmentRequest elsewhere = Request("big");
  elsewhere.set_workspace("sails");
  EXPECT_EQ(ReasonOf(Fault(elsewhere)), "WORKSPACE_NOT_FOUND");
}

TEST_F(SegmentWatchTest, GoesOnAfterAHeldRevision) {
  Begin();
  const int64_t known = workspace_->Current()->number;
  Order("o3", "bob", 20);
  Order("o1", "ann", 5);
  Order("o4", "cem", 70);
  Order("o4", "cem", 7);  // came and went in between: nothing to tell
  WatchCall call(*stub_, Request("big", known));
  Response message;
  ASSERT_TRUE(call.Read(&message));
  EXPECT_THAT(Told(message), ElementsAre("leave ann", "enter bob", "caught up"));
  EXPECT_THAT(Changes(message.events(0)), ElementsAre("revenue 50 -> 5"));
  EXPECT_THAT(Changes(message.events(1)), ElementsAre("revenue 10 -> 30"));

  // Nothing has happened since: said at once.
  WatchCall again(*stub_, Request("big", message.revision()));
  ASSERT_TRUE(again.Read(&message));
  EXPECT_THAT(Told(message), ElementsAre("caught up"));
}

TEST_F(SegmentWatchTest, StartsAnewWhereTheRevisionIsNotHeld) {
  Begin();
  const int64_t known = workspace_->Current()->number;
  for (int i = 0; i < 20; ++i) Order("o2", "bob", 30 + i);
  for (const int64_t after : {known, known + 1'000}) {
    WatchCall call(*stub_, Request("big", after));
    Response message;
    ASSERT_TRUE(call.Read(&message));
    EXPECT_THAT(Told(message), ElementsAre("reset", "enter ann", "enter bob", "caught up"));
  }
  // The segment is younger than the revision.
  const int64_t before = workspace_->Current()->number;
  Define("bigger", "revenue > 45");
  WatchCall call(*stub_, Request("bigger", before));
  Response message;
  ASSERT_TRUE(call.Read(&message));
  EXPECT_THAT(Told(message), ElementsAre("reset", "enter ann", "enter bob", "caught up"));
}

TEST_F(SegmentWatchTest, TheLastRevisionOfAWatchIsHeldForItsReturn) {
  Begin();
  WatchReplay replay;
  {
    WatchCall call(*stub_, Request("big"));
    ASSERT_TRUE(call.ReadUpTo(1, replay));
  }
  // The server learns of it that the caller has gone.
  for (int i = 0; i < 40; ++i) {
    Order("o2", "bob", 30 + i);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  WatchCall call(*stub_, Request("big", replay.caught_up));
  Response message;
  ASSERT_TRUE(call.Read(&message));
  EXPECT_THAT(Told(message), ElementsAre("enter bob", "caught up"));
}

TEST_F(SegmentWatchTest, AChangedDefinitionGoesOnWithTheDifference) {
  Begin();
  WatchCall call(*stub_, Request("big"));
  WatchReplay replay;
  ASSERT_TRUE(call.ReadUpTo(workspace_->Current()->number, replay));
  Define("big", "revenue < 20 AND orders = 1");
  Response message;
  ASSERT_TRUE(call.Read(&message));
  EXPECT_THAT(Told(message), ElementsAre("leave ann", "enter bob", "caught up"));
  EXPECT_THAT(Changes(message.events(0)), IsEmpty());  // nothing of theirs has changed
}

TEST_F(SegmentWatchTest, ADeletedSegmentEndsTheWatch) {
  Begin();
  WatchCall call(*stub_, Request("big"));
  WatchReplay replay;
  ASSERT_TRUE(call.ReadUpTo(workspace_->Current()->number, replay));
  Undefine("big");
  const grpc::Status status = call.Finish();
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "SEGMENT_NOT_FOUND");
  EXPECT_THAT(status.error_message(), HasSubstr("was deleted"));
}

TEST_F(SegmentWatchTest, ADeletedWorkspaceEndsTheWatch) {
  SegmentWatches::Options options;
  options.inspection = std::chrono::milliseconds(20);
  Begin(options);
  WatchCall call(*stub_, Request("big"));
  WatchReplay replay;
  ASSERT_TRUE(call.ReadUpTo(workspace_->Current()->number, replay));
  ASSERT_TRUE(registry_->Delete("sales", true).ok());
  const grpc::Status status = call.Finish();
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "WORKSPACE_NOT_FOUND");
}

TEST_F(SegmentWatchTest, AnErasedCustomerLeavesWithoutFigures) {
  Begin();
  WatchCall call(*stub_, Request("big", 0, {"revenue"}));
  WatchReplay replay;
  ASSERT_TRUE(call.ReadUpTo(workspace_->Current()->number, replay));
  ASSERT_TRUE(workspace_->EraseCustomer("ann").ok());
  Response message;
  ASSERT_TRUE(call.Read(&message));
  EXPECT_THAT(Told(message), ElementsAre("leave ann", "caught up"));
  EXPECT_THAT(Changes(message.events(0)), IsEmpty());
  // And no old revision with them is kept for a watch that ends.
  call.Cancel();
  WatchCall again(*stub_, Request("big", replay.caught_up));
  ASSERT_TRUE(again.Read(&message));
  EXPECT_THAT(Told(message), ElementsAre("reset", "caught up"));
}

TEST_F(SegmentWatchTest, WhoIsDeletedAndComesAgainIsOneAndTheSame) {
  Begin();
  const int64_t known = workspace_->Current()->number;
  testing::TestBatch gone;
  for (const char* order : {"o1", "o2"}) gone.Add(Record(Deletion{RecordKind::kOrder, order}));
  for (const char* who : {"ann", "bob"}) gone.Add(Record(Deletion{RecordKind::kCustomer, who}));
  ASSERT_TRUE(testing::Send(*workspace_, gone).status.ok());
  ASSERT_EQ(workspace_->Current()->customers, 0);
  Order("o8", "bob", 40);
  Order("o9", "ann", 80);
  // Ann was a member and is one; bob was none.
  WatchCall call(*stub_, Request("big", known));
  Response message;
  ASSERT_TRUE(call.Read(&message));
  EXPECT_THAT(Told(message), ElementsAre("enter bob", "caught up"));
  EXPECT_THAT(Changes(message.events(0)), ElementsAre("revenue 10 -> 40"));
  Order("o9", "ann", 8);
  ASSERT_TRUE(call.Read(&message));
  EXPECT_THAT(Told(message), ElementsAre("leave ann", "caught up"));
}

TEST_F(SegmentWatchTest, ManyMembersComeInSeveralMessages) {
  Begin();
  Orders("many", 2'500, 100);
  WatchCall call(*stub_, Request("big"));
  int messages = 0;
  WatchReplay replay;
  Response message;
  do {
    ASSERT_TRUE(call.Read(&message));
    ++messages;
  } while (!replay.Take(message));
  EXPECT_EQ(messages, 3);
  EXPECT_EQ(replay.resets, 1);
  EXPECT_EQ(replay.members.size(), 2'501u);
  EXPECT_EQ(replay.members, Members(workspace_->Current(), "big"));
}

TEST_F(SegmentWatchTest, EmptyWorkspacesAndSegmentsAreCaughtUpAtOnce) {
  Start();
  WatchCall call(*stub_, Request("tier/strategic"));
  Response message;
  ASSERT_TRUE(call.Read(&message));
  EXPECT_THAT(Told(message), ElementsAre("reset", "caught up"));
  EXPECT_EQ(message.as_of(), "");  // an empty workspace has no day
}

TEST_F(SegmentWatchTest, OneWatchTooManyIsRefused) {
  SegmentWatches::Options options;
  options.max_watches = 2;
  Begin(options);
  WatchReplay replay;
  WatchCall first(*stub_, Request("big")), second(*stub_, Request("big"));
  ASSERT_TRUE(first.ReadUpTo(1, replay));
  WatchReplay other;
  ASSERT_TRUE(second.ReadUpTo(1, other));
  const grpc::Status status = Fault(Request("big"));
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "TOO_MANY_CALLS");
  first.Cancel();
  // Its place is free once the server has noticed.
  for (int i = 0; i < 500; ++i) {
    WatchCall third(*stub_, Request("big"));
    WatchReplay again;
    if (third.ReadUpTo(1, again)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  FAIL() << "no place became free";
}

TEST_F(SegmentWatchTest, ADrainEndsIdleAndNewWatches) {
  Begin();
  WatchCall call(*stub_, Request("big"));
  WatchReplay replay;
  ASSERT_TRUE(call.ReadUpTo(workspace_->Current()->number, replay));
  watches_->Drain();
  grpc::Status status = call.Finish();
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "DRAINING");
  EXPECT_EQ(ErrorOf(status).info.metadata().at("after_revision"), absl::StrCat(replay.caught_up));
  status = Fault(Request("big"));
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
}

// The server as a whole: SIGTERM does not wait for watches.
class WatchDrainTest : public ServerTest {};

TEST_F(WatchDrainTest, AShutdownEndsWatchesAtOnce) {
  Start();
  const auto stub = v1::SegmentationService::NewStub(channel_);
  v1::WatchSegmentRequest request;
  request.set_workspace("sales");
  request.set_segment("tier/strategic");
  WatchCall call(*stub, request);
  Response message;
  ASSERT_TRUE(call.Read(&message));
  const auto begin = std::chrono::steady_clock::now();
  std::thread shutdown([this] { server_->Shutdown(); });
  const grpc::Status status = call.Finish();
  shutdown.join();
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE) << status.error_message();
  // Far below drain_seconds, which is what an idle call would have been given.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
}

}  // namespace
}  // namespace strata::rpc
