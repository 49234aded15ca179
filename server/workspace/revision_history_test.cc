#include "server/workspace/revision_history.h"

#include <chrono>
#include <memory>
#include <thread>

#include "gtest/gtest.h"
#include "server/base/error.h"

namespace strata {
namespace {

image::RevisionPtr Numbered(int64_t number) {
  auto revision = std::make_shared<image::Revision>();
  revision->number = number;
  return revision;
}

class RevisionHistoryTest : public ::testing::Test {
 protected:
  RevisionHistoryTest() { history_.Publish(Numbered(1)); }
  void PublishUpTo(int64_t number) {
    for (int64_t n = history_.Current()->number + 1; n <= number; ++n) {
      history_.Publish(Numbered(n));
    }
  }
  bool IsHeld(int64_t number) const {
    const auto held = history_.Held(number);
    if (held.ok()) {
      EXPECT_EQ((*held)->number, number);
    }
    return held.ok();
  }
  static int64_t Idle() { return 0; }

  FixedClock clock_{1'000'000};
  RevisionHistory history_{clock_};
};

TEST_F(RevisionHistoryTest, HoldsTheLastSixteen) {
  PublishUpTo(20);
  EXPECT_FALSE(IsHeld(4));
  for (int64_t number = 5; number <= 20; ++number) EXPECT_TRUE(IsHeld(number)) << number;
  EXPECT_FALSE(IsHeld(21));
  EXPECT_EQ(FactsOf(history_.Held(4).status()).reason, "REVISION_EXPIRED");
}

TEST_F(RevisionHistoryTest, HoldsThemForTenMinutesAfterTheyWereTheNewest) {
  constexpr int64_t kMinute = 60'000;
  clock_.Set(1'000'000 + 60 * kMinute);
  EXPECT_TRUE(IsHeld(1)) << "the newest is always there";
  PublishUpTo(2);
  clock_.Set(1'000'000 + 70 * kMinute - 1);
  EXPECT_TRUE(IsHeld(1));
  clock_.Set(1'000'000 + 70 * kMinute);
  EXPECT_FALSE(IsHeld(1));
  EXPECT_TRUE(IsHeld(2));
}

TEST_F(RevisionHistoryTest, HoldKeepsOneBeyondTheLastSixteen) {
  PublishUpTo(3);
  history_.Hold(history_.Current());
  PublishUpTo(100);
  EXPECT_TRUE(IsHeld(3));
  EXPECT_FALSE(IsHeld(2));
  clock_.Set(1'000'000 + 600'000);
  EXPECT_FALSE(IsHeld(3));
}

TEST_F(RevisionHistoryTest, ForgetOlderKeepsTheNewestOnly) {
  PublishUpTo(3);
  history_.Hold(*history_.Held(2));
  history_.ForgetOlder();
  EXPECT_FALSE(IsHeld(2));
  EXPECT_TRUE(IsHeld(3));
}

TEST_F(RevisionHistoryTest, AtLeastReturnsTheNewestAtOnce) {
  PublishUpTo(5);
  for (int64_t min : {0, 1, 5}) {
    EXPECT_EQ((*history_.AtLeast(min, Idle, StopToken()))->number, 5);
  }
}

TEST_F(RevisionHistoryTest, AtLeastWaitsForWhatIsUnderWay) {
  std::thread writer([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    history_.Publish(Numbered(2));
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    history_.Publish(Numbered(3));
  });
  const auto revision = history_.AtLeast(
      3, [] { return 1; }, StopToken());
  writer.join();
  ASSERT_TRUE(revision.ok()) << revision.status();
  EXPECT_EQ((*revision)->number, 3);
}

TEST_F(RevisionHistoryTest, AtLeastStopsWhenTold) {
  const auto begin = std::chrono::steady_clock::now();
  const StopToken stop([begin] {
    return std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(30)
               ? absl::DeadlineExceededError("late")
               : absl::OkStatus();
  });
  EXPECT_EQ(history_.AtLeast(2, Idle, stop).status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(RevisionHistoryTest, AtLeastRefusesWhatNoAckCanHaveNamed) {
  const absl::Status status = history_.AtLeast(3, Idle, StopToken()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(FactsOf(status).reason, "REVISION_IN_FUTURE");
  EXPECT_EQ(FactsOf(status).metadata[0].second, "1");
}

}  // namespace
}  // namespace strata
