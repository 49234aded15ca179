#include "strata/segment_watcher.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "strata/error.h"
#include "strata/mocks/mock_connection.h"

namespace strata {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Response = v1::WatchSegmentResponse;

Response Message(const std::string& text) {
  Response message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// As the server says it of a slow reader.
absl::Status SlowReader() {
  google::rpc::ErrorInfo info;
  info.set_reason("SLOW_READER");
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(1);
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  details.add_details()->PackFrom(retry);
  absl::Status status = absl::ResourceExhaustedError("cut off");
  status.SetPayload(kStatusDetailsUrl, absl::Cord(details.SerializeAsString()));
  return status;
}

class SegmentWatcherTest : public testing::Test {
 protected:
  // What one call tells, and how it ends.
  struct Script {
    std::vector<Response> messages;
    absl::Status status;
  };

  SegmentWatcherTest() {
    ON_CALL(*connection_, WatchSegment)
        .WillByDefault([this](const Call<v1::WatchSegmentRequest>& call,
                              const std::function<bool(const Response&)>& each) {
          requests_.push_back(call.request);
          if (requests_.size() > scripts_.size()) return absl::NotFoundError("no more script");
          const Script& script = scripts_[requests_.size() - 1];
          for (const Response& message : script.messages) {
            if (!each(message)) return absl::OkStatus();
          }
          return script.status;
        });
  }

  // Runs the script; the members that the changes lead to.
  absl::Status Run(std::vector<Script> scripts, int changes_wanted = 1'000) {
    scripts_ = std::move(scripts);
    SegmentWatcherOptions options;
    options.workspace = "sales";
    options.segment = "big";
    options.fields = {"revenue"};
    options.retry.max_attempts = 3;
    options.retry_environment.sleep = [this](absl::Duration pause) { pauses_.push_back(pause); };
    options.retry_environment.random = [] { return 0.0; };
    SegmentWatcher watcher(Client(connection_), options);
    const absl::Status status = watcher.Run([&](const SegmentChanges& changes) {
      if (changes.reset) members_.clear();
      for (const Response::Event& event : changes.events) {
        if (event.kind() == Response::KIND_ENTER) {
          EXPECT_TRUE(members_.insert(event.customer()).second);
        } else {
          EXPECT_EQ(members_.erase(event.customer()), 1u);
        }
      }
      revisions_.push_back(changes.revision);
      return static_cast<int>(revisions_.size()) < changes_wanted;
    });
    revision_ = watcher.revision();
    return status;
  }

  const std::shared_ptr<MockConnection> connection_ =
      std::make_shared<testing::NiceMock<MockConnection>>();
  std::vector<Script> scripts_;
  std::vector<v1::WatchSegmentRequest> requests_;
  std::vector<absl::Duration> pauses_;
  std::vector<int64_t> revisions_;
  std::set<std::string> members_;
  int64_t revision_ = 0;
};

const char kReset[] =
    "revision: 4 events { kind: KIND_RESET } events { kind: KIND_ENTER "
    "customer: 'ann' } events { kind: KIND_ENTER customer: 'bob' }";
const char kCaughtUp[] = "events { kind: KIND_CAUGHT_UP }";

TEST_F(SegmentWatcherTest, HandsOverTheChangesOfARevisionTogether) {
  const absl::Status status = Run({{{Message(kReset),
                                     Message(absl::StrCat("revision: 4 events { kind: KIND_ENTER "
                                                          "customer: 'cem' } ",
                                                          kCaughtUp)),
                                     Message(absl::StrCat("revision: 6 ", kCaughtUp))},
                                    absl::OkStatus()}},
                                  2);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(revisions_, ElementsAre(4, 6));
  EXPECT_THAT(members_, ElementsAre("ann", "bob", "cem"));
  EXPECT_EQ(revision_, 6);
  ASSERT_THAT(requests_, SizeIs(1));
  EXPECT_EQ(requests_[0].after_revision(), 0);
  EXPECT_THAT(requests_[0].fields(), ElementsAre("revenue"));
}

TEST_F(SegmentWatcherTest, ResumesAfterTheLastThatWasCaughtUpWith) {
  // The second call breaks in the middle of revision 6, which the third tells anew, differently.
  const absl::Status status =
      Run({{{Message(absl::StrCat(kReset, kCaughtUp))}, absl::UnavailableError("gone")},
           {{Message("revision: 6 events { kind: KIND_LEAVE customer: 'ann' }")}, SlowReader()},
           {{Message(absl::StrCat("revision: 7 events { kind: KIND_LEAVE customer: 'bob' }",
                                  kCaughtUp))},
            absl::NotFoundError("deleted")}});
  EXPECT_EQ(status, absl::NotFoundError("deleted"));
  EXPECT_THAT(members_, ElementsAre("ann"));
  ASSERT_THAT(requests_, SizeIs(3));
  EXPECT_EQ(requests_[1].after_revision(), 4);
  EXPECT_EQ(requests_[2].after_revision(), 4);
  EXPECT_THAT(pauses_, ElementsAre(absl::Milliseconds(50), absl::Seconds(1)));
}

TEST_F(SegmentWatcherTest, AResetMakesTheMembersAnew) {
  const absl::Status status =
      Run({{{Message(absl::StrCat(kReset, kCaughtUp)),
             Message(absl::StrCat("revision: 9 events { kind: KIND_RESET } events { kind: "
                                  "KIND_ENTER customer: 'dan' } ",
                                  kCaughtUp))},
            absl::OkStatus()}},
          2);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(members_, ElementsAre("dan"));
}

TEST_F(SegmentWatcherTest, GivesUpWhenNothingComesAnyMore) {
  const absl::Status gone = absl::UnavailableError("gone");
  const absl::Status status =
      Run({{{Message(absl::StrCat(kReset, kCaughtUp))}, gone}, {{}, gone}, {{}, gone}, {{}, gone}});
  EXPECT_EQ(status, gone);
  EXPECT_THAT(requests_, SizeIs(3));
  // Too many watches is said with a delay, other exhaustion without: that would come again.
  requests_.clear();
  EXPECT_TRUE(absl::IsResourceExhausted(Run({{{}, absl::ResourceExhaustedError("too large")}})));
  EXPECT_THAT(requests_, SizeIs(1));
}

}  // namespace
}  // namespace strata
