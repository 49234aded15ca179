#include "server/ingest/reason.h"

#include "server/ingest/text_rules.h"

namespace strata::ingest {
namespace {

// In the order of the enumeration.
constexpr absl::string_view kNames[] = {
    "MISSING_FIELD",  "TEXT_TOO_LONG",       "CONTROL_CHARACTER",     "INVALID_UTF8",
    "FUTURE_TIME",    "TIME_BEFORE_1900",    "TIME_AFTER_9999",       "END_BEFORE_START",
    "SIGN_MISMATCH",  "FOREIGN_CURRENCY",    "VALUE_OUT_OF_RANGE",    "NO_LINES",
    "TOO_MANY_LINES", "TOO_MANY_ATTRIBUTES", "INVALID_ATTRIBUTE_KEY", "DUPLICATE_ATTRIBUTE",
    "INVALID_NUMBER", "ATTRIBUTE_KIND",      "TOO_MANY_STATUSES",     "ERASED",
    "TIME_TOO_FINE",
};
static_assert(sizeof(kNames) / sizeof(kNames[0]) == static_cast<size_t>(Reason::kTimeTooFine) + 1);

struct Naming {
  RecordKind kind;
  absl::string_view id;
};

Naming NamingOf(const Record& record) {
  struct Visitor {
    Naming operator()(const Customer& r) const { return {RecordKind::kCustomer, r.id}; }
    Naming operator()(const Order& r) const { return {RecordKind::kOrder, r.id}; }
    Naming operator()(const Ticket& r) const { return {RecordKind::kTicket, r.id}; }
    Naming operator()(const Contract& r) const { return {RecordKind::kContract, r.id}; }
    Naming operator()(const Survey& r) const { return {RecordKind::kSurvey, r.id}; }
    Naming operator()(const Deletion& r) const { return {r.kind, r.id}; }
  };
  return std::visit(Visitor(), record);
}

}  // namespace

absl::string_view NameOf(Reason reason) { return kNames[static_cast<size_t>(reason)]; }

Rejection MakeRejection(int64_t index, const Record& record, const Fault& fault) {
  const Naming naming = NamingOf(record);
  return Rejection{index,
                   naming.kind,
                   CutToValidUtf8(naming.id, kMaxIdBytes),
                   fault.field,
                   std::string(NameOf(fault.reason)),
                   fault.message};
}

}  // namespace strata::ingest
