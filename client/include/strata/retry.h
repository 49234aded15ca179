#ifndef STRATA_RETRY_H_
#define STRATA_RETRY_H_

#include <functional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

namespace strata {

// How often and how patiently a call is repeated. Only UNAVAILABLE is repeated: the server was not
// reached, or is draining. Every other error would come again.
struct RetryPolicy {
  // Calls in all, the first included; 1 turns repetition off.
  int max_attempts = 5;
  // Pause after the first failure. Each further one is `multiplier` times as long, up to
  // `max_backoff`. Of each pause a random half is cut, so that clients do not come back in step.
  absl::Duration initial_backoff = absl::Milliseconds(100);
  absl::Duration max_backoff = absl::Seconds(5);
  double multiplier = 2;
};

// Time and chance, so that tests run without either. The defaults are the machine's.
struct RetryEnvironment {
  std::function<absl::Time()> now = absl::Now;
  std::function<void(absl::Duration)> sleep = absl::SleepFor;
  // In [0, 1). Called from several threads at once.
  std::function<double()> random = SystemRandom;

  static double SystemRandom();
};

// The pause after `failures` (>= 1) failures in a row: between half of the back-off and all of it,
// by `random` in [0, 1).
absl::Duration PauseAfter(const RetryPolicy& policy, int failures, double random);

// Calls `attempt` until it returns something else than UNAVAILABLE, the attempts are used up, or
// the next pause would end after `deadline`; returns the last status.
absl::Status RetryUnavailable(const RetryPolicy& policy, const RetryEnvironment& environment,
                              absl::Time deadline, absl::FunctionRef<absl::Status()> attempt);

}  // namespace strata

#endif  // STRATA_RETRY_H_
