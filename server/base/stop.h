#ifndef STRATA_SERVER_BASE_STOP_H_
#define STRATA_SERVER_BASE_STOP_H_

#include <functional>
#include <utility>

#include "absl/status/status.h"

namespace strata {

// Tells a long computation that nobody waits for it any more (deadline passed, call cancelled,
// server draining). Scan loops ask once a block, some ten thousand rows, so that a cancelled query
// ends within milliseconds. Safe to ask from several threads.
class StopToken {
 public:
  // Never stops.
  StopToken() = default;
  // `reason` returns OK while the work should go on, else why it should not (CANCELLED or
  // DEADLINE_EXCEEDED). It must be cheap and thread-safe.
  explicit StopToken(std::function<absl::Status()> reason) : reason_(std::move(reason)) {}

  absl::Status Check() const { return reason_ ? reason_() : absl::OkStatus(); }

 private:
  std::function<absl::Status()> reason_;
};

}  // namespace strata

#endif  // STRATA_SERVER_BASE_STOP_H_
