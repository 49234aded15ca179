#ifndef STRATA_SERVER_INGEST_REASON_H_
#define STRATA_SERVER_INGEST_REASON_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "server/domain/record.h"

namespace strata::ingest {

// Why a record is refused. The names are part of the API: they never change.
enum class Reason : uint8_t {
  kMissingField,
  kTextTooLong,
  kControlCharacter,
  kInvalidUtf8,
  kFutureTime,
  kTimeTooEarly,
  kTimeTooLate,
  kEndBeforeStart,
  kSignMismatch,
  kForeignCurrency,
  kValueOutOfRange,
  kNoLines,
  kTooManyLines,
  kTooManyAttributes,
  kInvalidAttributeKey,
  kDuplicateAttribute,
  kInvalidNumber,
  kAttributeKind,
  kTooManyStatuses,
  kErased,
  kTimeTooFine,
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
