#include "strata/retry.h"

#include <algorithm>

#include "absl/random/random.h"

namespace strata {

double RetryEnvironment::SystemRandom() {
  thread_local absl::InsecureBitGen generator;
  return absl::Uniform(generator, 0.0, 1.0);
}

absl::Duration PauseAfter(const RetryPolicy& policy, int failures, double random) {
  absl::Duration backoff = policy.initial_backoff;
  for (int i = 1; i < failures && backoff < policy.max_backoff; ++i) backoff *= policy.multiplier;
  backoff = std::min(backoff, policy.max_backoff);
  return backoff * (0.5 + random / 2);
}

absl::Status RetryUnavailable(const RetryPolicy& policy, const RetryEnvironment& environment,
                              absl::Time deadline, absl::FunctionRef<absl::Status()> attempt) {
  for (int failures = 1;; ++failures) {
    absl::Status status = attempt();
    if (!absl::IsUnavailable(status) || failures >= policy.max_attempts) return status;
    const absl::Duration pause = PauseAfter(policy, failures, environment.random());
    if (environment.now() + pause >= deadline) return status;
    environment.sleep(pause);
  }
}

}  // namespace strata
