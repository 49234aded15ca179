#ifndef STRATA_SERVER_INGEST_REASON_H_
#define STRATA_SERVER_INGEST_REASON_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "server/domain/record.h"

namespace strata::ingest {

// Why a record is refused. The names are part of the API: they never change.
enum class Reason : uint8_t {
  kMissingField,         // a field that every such record has
  kTextTooLong,          // more than 128 bytes of an id, 512 of another text
  kControlCharacter,     // in a text
  kInvalidUtf8,          // in a text
  kFutureTime,           // an event more than a day after the server's clock
  kTimeTooEarly,         // before 1900
  kTimeTooLate,          // after 9999
  kEndBeforeStart,       // a contract, a ticket or a delivery that ends before it begins
  kSignMismatch,         // a negative quantity with a positive amount
  kForeignCurrency,      // an order in another currency than the workspace's
  kValueOutOfRange,      // a number that its field does not take
  kNoLines,              // an order without a line
  kTooManyLines,         // an order of more than 10,000
  kTooManyAttributes,    // a customer with more than 32
  kInvalidAttributeKey,  // one that does not match [a-z][a-z0-9_]{0,62}
  kDuplicateAttribute,   // a key that stands twice
  kInvalidNumber,        // not finite, or too large to keep its digits
  kAttributeKind,        // a key whose values were of another kind so far
  kTooManyStatuses,      // a new order status beyond those that a workspace can hold
  kErased,               // of a customer who was erased for good
  kTimeTooFine,          // a time of less than a millisecond
};

// "FUTURE_TIME".
absl::string_view NameOf(Reason reason);

// What is wrong with a record and where: "order.lines[2].amount_micros".
struct Fault {
  Reason reason;
  std::string field;
  // For people: the value and the limit that it breaks, see shown_value.h. Kept with a write
  // stream's rejected records until the person is erased, who may be named by it.
  std::string message;
};

Rejection MakeRejection(int64_t index, const Record& record, const Fault& fault);

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_REASON_H_
