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
};

// "FUTURE_TIME".
absl::string_view NameOf(Reason reason);

// What is wrong, for people. Never repeats the record's own text, which may name a person.
absl::string_view MessageOf(Reason reason);

// What is wrong with a record and where: "order.lines[2].amount_micros".
struct Fault {
  Reason reason;
  std::string field;
};

Rejection MakeRejection(int64_t index, const Record& record, const Fault& fault);

}  // namespace strata::ingest

#endif  // STRATA_SERVER_INGEST_REASON_H_
