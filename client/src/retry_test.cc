#include "strata/retry.h"

#include <vector>

#include "gtest/gtest.h"

namespace strata {
namespace {

// Time that moves only by sleeping.
struct FakeTime {
  absl::Time now = absl::FromUnixSeconds(1'000);
  std::vector<absl::Duration> pauses;
  double random = 1.0;

  RetryEnvironment Environment() {
    return {.now = [this] { return now; },
            .sleep =
                [this](absl::Duration pause) {
                  pauses.push_back(pause);
                  now += pause;
                },
            .random = [this] { return random; }};
  }
};

TEST(PauseAfterTest, DoublesUpToTheLimitAndCutsAtMostHalf) {
  const RetryPolicy policy = {.initial_backoff = absl::Milliseconds(100),
                              .max_backoff = absl::Milliseconds(300)};
  EXPECT_EQ(PauseAfter(policy, 1, 0.0), absl::Milliseconds(50));
  EXPECT_EQ(PauseAfter(policy, 1, 1.0), absl::Milliseconds(100));
  EXPECT_EQ(PauseAfter(policy, 2, 1.0), absl::Milliseconds(200));
  EXPECT_EQ(PauseAfter(policy, 3, 1.0), absl::Milliseconds(300));
  EXPECT_EQ(PauseAfter(policy, 1'000'000, 0.0), absl::Milliseconds(150));
}

TEST(RetryUnavailableTest, RepeatsUntilItSucceeds) {
  FakeTime time;
  int calls = 0;
  const absl::Status status =
      RetryUnavailable({}, time.Environment(), absl::InfiniteFuture(), [&]() -> absl::Status {
        return ++calls < 3 ? absl::UnavailableError("down") : absl::OkStatus();
      });
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(time.pauses,
            (std::vector<absl::Duration>{absl::Milliseconds(100), absl::Milliseconds(200)}));
}

TEST(RetryUnavailableTest, GivesUpAfterTheLastAttempt) {
  FakeTime time;
  int calls = 0;
  const absl::Status status =
      RetryUnavailable({.max_attempts = 4}, time.Environment(), absl::InfiniteFuture(), [&] {
        ++calls;
        return absl::UnavailableError("down");
      });
  EXPECT_EQ(status, absl::UnavailableError("down"));
  EXPECT_EQ(calls, 4);
}

TEST(RetryUnavailableTest, DoesNotPauseBeyondTheDeadline) {
  FakeTime time;
  int calls = 0;
  // Pauses of 100 and 200 ms fit before 450 ms, the one of 400 ms does not.
  RetryUnavailable({.max_attempts = 9}, time.Environment(), time.now + absl::Milliseconds(450),
                   [&] {
                     ++calls;
                     return absl::UnavailableError("down");
                   })
      .IgnoreError();
  EXPECT_EQ(calls, 3);
}

TEST(RetryUnavailableTest, RepeatsNothingElse) {
  for (int code = 1; code <= 16; ++code) {
    if (code == static_cast<int>(absl::StatusCode::kUnavailable)) continue;
    FakeTime time;
    int calls = 0;
    const absl::Status status =
        RetryUnavailable({}, time.Environment(), absl::InfiniteFuture(), [&] {
          ++calls;
          return absl::Status(static_cast<absl::StatusCode>(code), "no");
        });
    EXPECT_EQ(calls, 1) << status;
  }
}

TEST(RetryEnvironmentTest, RandomLiesInTheUnitInterval) {
  for (int i = 0; i < 1'000; ++i) {
    const double random = RetryEnvironment::SystemRandom();
    EXPECT_GE(random, 0.0);
    EXPECT_LT(random, 1.0);
  }
}

}  // namespace
}  // namespace strata
