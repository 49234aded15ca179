#include "server/rpc/transport/stream_writer.h"

#include "server/base/error.h"

namespace strata::rpc {

absl::Status WhyNotWritten(bool cut_off) {
  if (!cut_off) return absl::CancelledError("the caller has gone away");
  return WithReason(absl::ResourceExhaustedError("the caller reads too slowly; it was cut off"),
                    "SLOW_READER");
}

}  // namespace strata::rpc
