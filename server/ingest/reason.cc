#include "server/ingest/reason.h"

#include "server/ingest/text_rules.h"

namespace strata::ingest {
namespace {

struct Words {
  absl::string_view name;
  absl::string_view message;
};

// In the order of the enumeration.
constexpr Words kWords[] = {
    {"MISSING_FIELD", "the field is required"},
    {"TEXT_TOO_LONG", "an id has at most 128 bytes, other text at most 512"},
    {"CONTROL_CHARACTER", "text must not hold control characters"},
    {"INVALID_UTF8", "text must be valid UTF-8"},
    {"FUTURE_TIME", "the time lies more than a day in the future"},
    {"TIME_BEFORE_1900", "the time lies before 1900"},
    {"TIME_AFTER_9999", "the time lies after the year 9999"},
    {"END_BEFORE_START", "the end lies before the start"},
    {"SIGN_MISMATCH", "a negative quantity cannot have a positive amount"},
    {"FOREIGN_CURRENCY", "the currency is not the workspace's"},
    {"VALUE_OUT_OF_RANGE", "the value lies outside the range of its field"},
    {"NO_LINES", "an order has at least one line"},
    {"TOO_MANY_LINES", "an order has at most 10,000 lines"},
    {"TOO_MANY_ATTRIBUTES", "a customer has at most 32 attributes"},
    {"INVALID_ATTRIBUTE_KEY", "an attribute's key matches [a-z][a-z0-9_]{0,62}"},
    {"DUPLICATE_ATTRIBUTE", "an attribute's key stands more than once"},
    {"INVALID_NUMBER", "a number must be finite"},
    {"ATTRIBUTE_KIND", "the attribute has had another kind of value in this workspace"},
    {"TOO_MANY_STATUSES", "the workspace has as many different order statuses as it can hold"},
    {"ERASED", "the customer was erased from this workspace"},
};
static_assert(sizeof(kWords) / sizeof(kWords[0]) == static_cast<size_t>(Reason::kErased) + 1);

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

absl::string_view NameOf(Reason reason) { return kWords[static_cast<size_t>(reason)].name; }

absl::string_view MessageOf(Reason reason) { return kWords[static_cast<size_t>(reason)].message; }

Rejection MakeRejection(int64_t index, const Record& record, const Fault& fault) {
  const Naming naming = NamingOf(record);
  return Rejection{index,
                   naming.kind,
                   CutToValidUtf8(naming.id, kMaxIdBytes),
                   fault.field,
                   std::string(NameOf(fault.reason)),
                   std::string(MessageOf(fault.reason))};
}

}  // namespace strata::ingest
