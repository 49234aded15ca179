#ifndef STRATA_CONNECTION_H_
#define STRATA_CONNECTION_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "strata/call.h"
#include "strata/connection_methods.h"
#include "strata/messages.h"
#include "strata/options.h"

namespace strata {

// The two directions of one AppendRecords call. One thread may read while another writes.
// AppendWriter is what programs want; this is what it stands on.
class AppendStream {
 public:
  virtual ~AppendStream() = default;  // cancels a call that is not finished

  // False when the call is over; Finish says why. Blocks while the server does not read.
  virtual bool Write(const v1::AppendRecordsRequest& batch) = 0;
  virtual void WritesDone() = 0;
  // The next acknowledgement; false when there will be none.
  virtual bool Read(v1::AppendRecordsResponse& ack) = 0;
  // After Read returned false: how the call ended.
  virtual absl::Status Finish() = 0;
  // From any thread: makes the other methods return.
  virtual void Cancel() = 0;
};

// The way to a server, one method an RPC: what a Client calls. Programs hold a Client; tests of
// programs put a MockConnection (strata/mocks/mock_connection.h) behind it. Thread-safe.
//
// A unary method repeats UNAVAILABLE by the retry policy if the contract says that the request may
// be sent again (its idempotency_level); an UpdateSegment with an etag may not. BatchAppendRecords
// is repeated with the same request_id; an empty one is filled with a random UUID first. Statuses
// carry the server's details, see strata/error.h.
//
// Of a stream, `each` sees every message in turn; when it returns false the call is ended and OK is
// returned. One try; `options.timeout` is the deadline of the whole stream, without it there is
// none. WatchSegment ends only so, by the deadline or by an error; go on with after_revision of the
// last CAUGHT_UP.
class Connection : public ConnectionMethods {
 public:
  // One try. `options.timeout` is the deadline of the whole stream; without it there is none.
  virtual absl::StatusOr<std::unique_ptr<AppendStream>> AppendRecords(
      const CallOptions& options) = 0;
};

// A connection to the server that `options` name. It is made at the first call, so a server that is
// not there shows as UNAVAILABLE then. INVALID_ARGUMENT when a certificate file cannot be read.
absl::StatusOr<std::shared_ptr<Connection>> Connect(const ClientOptions& options);

}  // namespace strata

#endif  // STRATA_CONNECTION_H_
