#include <algorithm>
#include <chrono>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rpc/testing/segment_watch_fixture.h"
#include "server/workspace/testing/random_records.h"

// Watches beside a writer that does not wait for them: what is replayed from the events equals the
// membership of every revision that was caught up with.

namespace strata::rpc {
namespace {

using grpc::StatusCode;
using Response = v1::WatchSegmentResponse;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A customer's revenue on a revision as the field says it; nothing where there is no such customer.
std::optional<std::string> RevenueOf(const image::RevisionPtr& revision,
                                     const std::string& customer) {
  const auto slot = FindCustomer(*revision, customer);
  const Day as_of = analytics::facts::DefaultDayOf(*revision).day;
  const auto features =
      analytics::fields::Features::Compute(*revision, as_of, {"revenue"}, StopToken());
  EXPECT_TRUE(features.ok()) << features.status();
  if (!slot.has_value() || features->exists()[*slot] == 0) return std::nullopt;
  return FormatAmount(std::get<Amount>(features->Column("revenue").At(*slot)));
}

std::optional<std::string> MoneyOf(bool set, const v1::Value& value) {
  if (!set) return std::nullopt;
  return FormatAmount({value.money().units(), value.money().nanos()});
}

class WatchHistoryTest : public WatchTest {
 protected:
  void SetUp() override {
    WatchTest::SetUp();
    Define("busy", "orders >= 2");
    Define("rich", "revenue > 2 OR segment:busy");
    Define("asking", "tickets_90d >= 1 AND country:*");
    Define("recent", "recency_days <= 1");
    Change([](WorkspaceSettings& settings) {
      SegmentDefinition value;
      value.id = "value";
      value.classes = {{"gold", "revenue >= 4"}, {"silver", "revenue >= 1"}};
      value.rest = "bronze";
      settings.segments.push_back(value);
    });
    log_of_revisions_ = std::make_unique<RevisionLog>(workspace_);
  }
  void TearDown() override {
    log_of_revisions_ = nullptr;
    WatchTest::TearDown();
  }

  // A random history of so many commits, as fast as they go; names the last before it makes it.
  void Write(uint64_t seed, int commits) {
    testing::RandomRecords random(seed, 30, 150);
    for (int i = 0; i < commits; ++i) {
      const int kind = random.Below(40);
      if (kind == 0) {
        // NOT_FOUND where chance names nobody.
        workspace_->EraseCustomer(random.CustomerId()).IgnoreError();
      } else if (kind == 1) {
        Define("busy", absl::StrCat("orders >= ", 1 + random.Below(3)));
      } else if (kind == 2) {
        const int share = 500 * (1 + random.Below(10));
        Change([&](WorkspaceSettings& settings) { settings.strategic_share_bp = share; });
      } else {
        testing::TestBatch batch;
        batch.Skip();  // erased ids are rejected
        for (int left = 1 + random.Below(12); left > 0; --left) random.AddTo(batch);
        const testing::Answer answer = testing::Send(*workspace_, batch);
        ASSERT_TRUE(answer.status.ok()) << answer.status;
      }
    }
    last_ = workspace_->Current()->number + 1;
    Order("the-last", "the-last", 3);
  }

  image::RevisionPtr RevisionAt(int64_t number) {
    const auto patience = steady_clock::now() + std::chrono::seconds(20);
    while (steady_clock::now() < patience) {
      // It may be read before the log is told of it.
      if (image::RevisionPtr revision = log_of_revisions_->At(number)) return revision;
      std::this_thread::sleep_for(milliseconds(1));
    }
    return nullptr;
  }

  void CheckChanges(const Response& message, int64_t from) {
    const image::RevisionPtr before = from == 0 ? nullptr : RevisionAt(from);
    const image::RevisionPtr after = RevisionAt(message.revision());
    ASSERT_NE(after, nullptr);
    for (const Response::Event& event : message.events()) {
      // Of those who are gone when the message is made, nothing is told.
      for (const Response::FieldChange& change : event.changes()) {
        if (change.field() != "revenue") continue;
        if (before != nullptr) {
          ASSERT_EQ(MoneyOf(change.has_before(), change.before()),
                    RevenueOf(before, event.customer()))
              << event.ShortDebugString();
        }
        ASSERT_EQ(MoneyOf(change.has_after(), change.after()), RevenueOf(after, event.customer()))
            << event.ShortDebugString();
      }
    }
  }

  // Reads until the last revision. `disconnects`: gives up now and then, and comes back later.
  void Watch(const std::string& segment, uint64_t seed, bool disconnects, WatchReplay& replay) {
    std::mt19937_64 random(seed);
    const auto stub = Stub();
    for (;;) {
      WatchCall call(*stub, Request(segment, replay.caught_up, {"revenue"}));
      replay.Rewind();
      int64_t from = replay.caught_up;
      Response message;
      for (uint64_t left = disconnects ? 1 + random() % 6 : ~uint64_t{0}; left > 0; --left) {
        const bool read = call.Read(&message);
        if (!read) {
          const grpc::Status status = call.Finish();
          ADD_FAILURE() << segment << ": " << status.error_message();
          return;
        }
        if (message.events(0).kind() == Response::KIND_RESET) from = 0;
        CheckChanges(message, from);
        if (!replay.Take(message)) continue;
        from = replay.caught_up;
        const image::RevisionPtr revision = RevisionAt(replay.caught_up);
        ASSERT_NE(revision, nullptr);
        ASSERT_EQ(replay.members, Members(revision, segment))
            << segment << " at " << replay.caught_up;
        if (last_ != 0 && replay.caught_up >= last_) return;
      }
      call.Cancel();
      if (random() % 3 == 0) std::this_thread::sleep_for(milliseconds(random() % 120));
    }
  }

  void Run(uint64_t seed, int commits, bool disconnects, std::vector<WatchReplay>& replays) {
    const std::vector<std::string> segments = {
        "rich", "busy",        "asking",        "recent", "value/gold", "value/bronze",
        "rich", "tier/growth", "tier/prospect", "abc/A",  "busy",       "tier/strategic"};
    replays.resize(segments.size());
    std::vector<std::thread> readers;
    for (size_t i = 0; i < segments.size(); ++i) {
      readers.emplace_back([&, i] { Watch(segments[i], seed * 100 + i, disconnects, replays[i]); });
    }
    Write(seed, commits);
    for (std::thread& reader : readers) reader.join();
    for (size_t i = 0; i < segments.size(); ++i) {
      EXPECT_EQ(replays[i].caught_up, last_);
      EXPECT_EQ(replays[i].members, Members(workspace_->Current(), segments[i])) << segments[i];
    }
  }

  // Another history with each --gtest_shuffle, the same one without.
  static uint64_t Seed(uint64_t seed) {
    return seed + static_cast<uint64_t>(::testing::UnitTest::GetInstance()->random_seed());
  }

  std::atomic<int64_t> last_{0};
  std::unique_ptr<RevisionLog> log_of_revisions_;
};

TEST_F(WatchHistoryTest, EventsReplayedFromEmptyGiveTheMembership) {
  Start();
  std::vector<WatchReplay> replays;
  Run(Seed(11), 200, false, replays);
  int64_t events = 0;
  for (const WatchReplay& replay : replays) {
    EXPECT_EQ(replay.resets, 1);
    events += replay.events;
  }
  EXPECT_GT(events, 200);
}

TEST_F(WatchHistoryTest, AlsoWhenEveryRevisionIsLookedAt) {
  SegmentWatches::Options options;
  options.rest = milliseconds(0);
  options.rest_factor = 0;
  Start(options);
  std::vector<WatchReplay> replays;
  Run(Seed(12), 200, false, replays);
}

TEST_F(WatchHistoryTest, AlsoAcrossDisconnectsHeldAndExpired) {
  Start();
  std::vector<WatchReplay> replays;
  Run(Seed(13), 400, true, replays);
  int64_t resets = 0;
  for (const WatchReplay& replay : replays) resets += replay.resets;
  // Some came back too late, and none of them only so.
  EXPECT_GT(resets, static_cast<int64_t>(replays.size()));
}

TEST_F(WatchHistoryTest, ManyWatchesComeAndGoUntilADrain) {
  SegmentWatches::Options options;
  options.max_watches = 20;  // fewer than there are callers, now and then
  Start(options);
  std::atomic<int> told{0}, refused{0}, drained{0};
  std::vector<std::thread> callers;
  for (uint64_t i = 0; i < 24; ++i) {
    callers.emplace_back([&, i] {
      std::mt19937_64 random(i);
      const auto stub = Stub();
      constexpr const char* kSegments[] = {"rich", "tier/strategic", "value/silver", "recent"};
      for (;;) {
        WatchCall call(*stub, Request(kSegments[random() % 4], random() % 40, {"orders"}));
        Response message;
        uint64_t left = random() % 4;  // none at all: the caller is gone before anything is told
        while (left > 0 && call.Read(&message)) --left;
        if (left == 0) {
          ++told;
          continue;  // cancels
        }
        const grpc::Status status = call.Finish();
        if (status.error_code() == StatusCode::UNAVAILABLE) {
          ++drained;
          return;
        }
        ASSERT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
        ++refused;
      }
    });
  }
  Write(Seed(14), 200);
  watches_->Drain();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(drained, 24);
  EXPECT_GT(told, 100);
}

class SlowWatcherTest : public WatchTest {
 protected:
  static constexpr int kCustomers = 20'000;  // more than the connection's buffers take

  void Begin(milliseconds end_patience, size_t max_watches) {
    SegmentWatches::Options options;
    options.write_patience = milliseconds(400);
    options.end_patience = end_patience;
    options.inspection = milliseconds(50);
    options.max_watches = max_watches;
    Start(options);
    Orders("many", kCustomers, 10);
    Define("flock", "revenue = 10");
  }

  // Milliseconds of each of so many commits, ascending.
  std::vector<double> CommitTimes(const std::string& prefix, int commits) {
    std::vector<double> times;
    for (int i = 0; i < commits; ++i) {
      const auto begin = steady_clock::now();
      Order(absl::StrCat(prefix, i), "walker", 1);
      times.push_back(
          std::chrono::duration<double, std::milli>(steady_clock::now() - begin).count());
    }
    std::sort(times.begin(), times.end());
    return times;
  }
};

TEST_F(SlowWatcherTest, IsCutOffAndComesBackWhileTheWriterGoesOn) {
  Begin(milliseconds(60'000), 10);
  const std::vector<double> alone = CommitTimes("alone", 60);
  const auto narrow = NarrowStub();
  WatchCall call(*narrow, Request("flock"));
  WatchReplay replay;
  ASSERT_TRUE(call.ReadUpTo(workspace_->Current()->number, replay));
  ASSERT_EQ(replay.members.size(), static_cast<size_t>(kCustomers));

  // The reader takes nothing any more while everybody leaves and comes back, again and again.
  const auto begin = steady_clock::now();
  std::vector<double> beside;
  for (int i = 0; steady_clock::now() - begin < milliseconds(1'500); ++i) {
    Define("flock", i % 2 == 0 ? "revenue > 10" : "revenue = 10");
    const std::vector<double> times = CommitTimes(absl::StrCat("beside", i, "-"), 10);
    beside.insert(beside.end(), times.begin(), times.end());
  }
  std::sort(beside.begin(), beside.end());
  // No commit waited for the reader, who was away for longer than any of this.
  EXPECT_LT(beside[beside.size() / 2], 10 * alone[alone.size() / 2] + 5);
  EXPECT_LT(beside[beside.size() * 95 / 100], 400);

  Response message;
  while (call.Read(&message)) replay.Take(message);
  const grpc::Status status = call.Finish();
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  const ErrorOf error(status);
  EXPECT_EQ(error.info.reason(), "SLOW_READER");
  EXPECT_EQ(error.info.metadata().at("after_revision"), absl::StrCat(replay.caught_up));
  EXPECT_THAT(status.error_message(), ::testing::HasSubstr("after_revision"));

  // The revision was held for this.
  const int64_t resets = replay.resets;
  replay.Rewind();
  WatchCall again(*stub_, Request("flock", replay.caught_up));
  ASSERT_TRUE(again.ReadUpTo(workspace_->Current()->number, replay));
  EXPECT_EQ(replay.resets, resets);
  EXPECT_EQ(replay.members, Members(workspace_->Current(), "flock"));
}

TEST_F(SlowWatcherTest, WhoDoesNotEvenTakeTheErrorIsCancelled) {
  Begin(milliseconds(400), 1);
  const auto narrow = NarrowStub();
  WatchCall stuck(*narrow, Request("flock"));
  Response message;
  ASSERT_TRUE(stuck.Read(&message));
  // Its place becomes free although it never reads on.
  const auto stub = Stub();
  const auto patience = steady_clock::now() + std::chrono::seconds(10);
  bool free = false;
  while (!free && steady_clock::now() < patience) {
    WatchCall other(*stub, Request("flock"));
    free = other.Read(&message);
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_TRUE(free);
  EXPECT_NE(stuck.Finish().error_code(), StatusCode::OK);
}

}  // namespace
}  // namespace strata::rpc
