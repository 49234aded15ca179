#ifndef STRATA_SERVER_DOMAIN_RECORD_H_
#define STRATA_SERVER_DOMAIN_RECORD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/domain/day.h"
#include "server/domain/money.h"
#include "server/domain/quantity.h"

// The records that producers send. Text is borrowed: a Batch keeps alive what its records point
// into (usually the decoded protobuf message), so that a record costs no allocation.

namespace strata {

// The sender's own version of a record; kNoVersion when it does not number them.
inline constexpr int64_t kNoVersion = std::numeric_limits<int64_t>::min();

using AttributeValue = std::variant<absl::string_view, double, bool>;
struct Attribute {
  absl::string_view key;  // [a-z][a-z0-9_]{0,62}
  AttributeValue value;
};
inline constexpr size_t kMaxAttributes = 32;

// The fields of a customer that an update_mask can name.
enum class CustomerField : uint32_t {
  kDisplayName,
  kBirthDate,
  kGender,
  kChildren,
  kCountry,
  kRegion,
  kCity,
  kIndustry,
  kAccountOwner,
  kStrategic,
  kCreatedTime,
  kAttributes,
};
inline constexpr uint32_t kAllCustomerFields = ~uint32_t{0};
constexpr uint32_t MaskOf(CustomerField field) { return 1u << static_cast<uint32_t>(field); }

// Empty text means: not known.
struct Customer {
  absl::string_view id;
  int64_t source_version = kNoVersion;
  absl::string_view display_name, gender, country, region, city, industry, account_owner;
  Day birth_date = kNoDay;
  std::optional<int32_t> children;  // 0..99
  std::optional<bool> strategic;    // declared by the business
  Millis created_time = kNoTime;
  absl::Span<const Attribute> attributes;  // at most kMaxAttributes, keys unique
  // Which fields this record sets (bits of CustomerField); the others keep what is stored.
  uint32_t update_mask = kAllCustomerFields;
};

struct OrderLine {
  absl::string_view product, product_line;
  Micros quantity_micros = kOneUnit;  // negative for a return; at most kLargestQuantity units
  Micros amount = 0;                  // what the customer pays for the line; negative for a return
  Micros cost = kNoAmount;
};

// What an order is: one whose lines add up to less than nothing is a return, every other one (0
// included) is a purchase. The one rule; whether an order is recognised is asked apart.
constexpr bool IsReturn(MicrosSum order_total) { return order_total < 0; }

struct Order {
  absl::string_view id, customer;
  int64_t source_version = kNoVersion;
  Millis order_time = kNoTime;
  absl::string_view status, channel;
  Millis promised_time = kNoTime, shipped_time = kNoTime, delivered_time = kNoTime;
  absl::string_view currency_code;    // empty, or the workspace's
  absl::Span<const OrderLine> lines;  // at least one
};

enum class TicketStatus : uint8_t { kOpen, kResolved, kCancelled };
struct Ticket {
  absl::string_view id, customer;
  int64_t source_version = kNoVersion;
  Millis opened_time = kNoTime, first_response_time = kNoTime, resolved_time = kNoTime;
  Millis escalated_time = kNoTime, sla_due_time = kNoTime;
  absl::string_view priority, category;
  TicketStatus status = TicketStatus::kOpen;
  int32_t csat = 0;  // 1..5; 0 not rated
};

struct Contract {
  absl::string_view id, customer;
  int64_t source_version = kNoVersion;
  Day start_date = kNoDay, end_date = kNoDay;  // the end date is the last day in force
  Micros annual_value = 0;
  std::optional<bool> auto_renew;
  absl::string_view owner, status;
};

enum class SurveyKind : uint8_t { kNps, kCsat };
struct Survey {
  absl::string_view id, customer;
  int64_t source_version = kNoVersion;
  Millis time = kNoTime;
  SurveyKind kind = SurveyKind::kNps;
  int32_t score = 0;  // NPS 0..10, CSAT 1..5
};

enum class RecordKind : uint8_t { kCustomer, kOrder, kTicket, kContract, kSurvey };
inline constexpr int kRecordKinds = 5;

// "customer", "order", "ticket", "contract", "survey".
absl::string_view NameOf(RecordKind kind);

struct Deletion {
  RecordKind kind = RecordKind::kOrder;
  absl::string_view id;
  int64_t source_version = kNoVersion;
};

using Record = std::variant<Customer, Order, Ticket, Contract, Survey, Deletion>;

// All lines of an order together.
MicrosSum TotalOf(const Order& order);

// What became of one record.
enum class Outcome : uint8_t { kAccepted, kDuplicate, kStale, kRejected };

struct RecordCounts {
  int64_t accepted = 0, duplicate = 0, stale = 0, rejected = 0;
  int64_t placeholders = 0;  // customers made because a record named them first; counted beside

  int64_t Total() const { return accepted + duplicate + stale + rejected; }
  void Add(Outcome outcome);
  RecordCounts& operator+=(const RecordCounts& other);
  friend bool operator==(const RecordCounts&, const RecordCounts&) = default;
};

// Why one record was refused.
struct Rejection {
  int64_t index = 0;  // of the record in its batch
  RecordKind kind = RecordKind::kOrder;
  std::string id;      // as sent, cut to 128 bytes of valid UTF-8
  std::string field;   // "order.lines[2].amount_micros"
  std::string reason;  // stable, upper case: "FUTURE_TIME", "ERASED"
  std::string message;
};
inline constexpr size_t kMaxReportedRejections = 1'000;
inline constexpr size_t kMaxBatchRecords = 50'000;

enum class OnError : uint8_t { kFail, kSkip };

// Records that are stored together or not at all.
struct Batch {
  std::vector<Record> records;
  OnError on_error = OnError::kFail;
  // Records refused by the conversion already; their places in `records` are skipped by index.
  std::vector<Rejection> rejections;  // ascending by index
  // Keeps the text and spans of `records` alive.
  std::shared_ptr<const void> backing;
};

}  // namespace strata

#endif  // STRATA_SERVER_DOMAIN_RECORD_H_
