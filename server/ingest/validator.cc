#include "server/ingest/validator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/ingest/text_rules.h"

namespace strata::ingest {
namespace {

constexpr Millis kFirstTime = -2'208'988'800'000;  // 1900-01-01T00:00:00Z
constexpr Millis kLastTime = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z
constexpr Day kFirstDay = -25'567;                 // 1900-01-01
constexpr Day kLastDay = 2'932'896;                // 9999-12-31

// Checks fields one after the other and remembers the first fault. Every check returns whether the
// field is fine, so that checks join with &&.
class FieldChecks {
 public:
  explicit FieldChecks(Millis now) : latest_event_(now + kMillisADay) {}

  bool Id(const char* field, absl::string_view text) {
    return Require(!text.empty(), field) && Text(field, text, kMaxIdBytes);
  }
  bool Text(const char* field, absl::string_view text, size_t max_bytes = kMaxTextBytes) {
    if (text.size() > max_bytes) return Fail(Reason::kTextTooLong, field);
    switch (CheckText(text)) {
      case TextFault::kNone:
        return true;
      case TextFault::kControlCharacter:
        return Fail(Reason::kControlCharacter, field);
      case TextFault::kInvalidUtf8:
        return Fail(Reason::kInvalidUtf8, field);
    }
    return true;
  }

  // Something that has happened.
  bool EventTime(const char* field, Millis time) {
    if (time == kNoTime) return true;
    if (time < kFirstTime) return Fail(Reason::kTimeTooEarly, field);
    return time <= latest_event_ || Fail(Reason::kFutureTime, field);
  }
  // Something that is to happen.
  bool PlannedTime(const char* field, Millis time) {
    if (time == kNoTime) return true;
    if (time < kFirstTime) return Fail(Reason::kTimeTooEarly, field);
    return time <= kLastTime || Fail(Reason::kTimeTooLate, field);
  }
  bool EventDay(const char* field, Day day) {
    if (day == kNoDay) return true;
    if (day < kFirstDay) return Fail(Reason::kTimeTooEarly, field);
    return Millis{day} * kMillisADay <= latest_event_ || Fail(Reason::kFutureTime, field);
  }
  bool PlannedDay(const char* field, Day day) {
    if (day == kNoDay) return true;
    if (day < kFirstDay) return Fail(Reason::kTimeTooEarly, field);
    return day <= kLastDay || Fail(Reason::kTimeTooLate, field);
  }
  bool NotBefore(const char* field, int64_t end, int64_t start, int64_t absent) {
    return end == absent || end >= start || Fail(Reason::kEndBeforeStart, field);
  }

  bool Require(bool present, const char* field) {
    return present || Fail(Reason::kMissingField, field);
  }
  bool Range(const char* field, int64_t value, int64_t lowest, int64_t highest) {
    return (value >= lowest && value <= highest) || Fail(Reason::kValueOutOfRange, field);
  }

  bool Fail(Reason reason, std::string field) {
    fault_ = Fault{reason, std::move(field)};
    return false;
  }
  // Puts the place of a list's element in front of the field that failed.
  bool FailedIn(absl::string_view element) {
    fault_->field = absl::StrCat(element, ".", fault_->field);
    return false;
  }

  std::optional<Fault> Take() { return std::move(fault_); }

 private:
  Millis latest_event_;
  std::optional<Fault> fault_;
};

bool AttributeHolds(const Attribute& attribute, FieldChecks& checks) {
  if (!IsAttributeKey(attribute.key)) {
    return checks.Fail(Reason::kInvalidAttributeKey, "customer.attributes");
  }
  bool holds = true;
  if (const auto* text = std::get_if<absl::string_view>(&attribute.value)) {
    holds = checks.Text("text", *text);
  } else if (const auto* number = std::get_if<double>(&attribute.value)) {
    holds = std::isfinite(*number) || checks.Fail(Reason::kInvalidNumber, "number");
  }
  return holds || checks.FailedIn(absl::StrCat("customer.attributes[\"", attribute.key, "\"]"));
}

bool AttributesHold(absl::Span<const Attribute> attributes, FieldChecks& checks) {
  if (attributes.empty()) return true;
  if (attributes.size() > kMaxAttributes) {
    return checks.Fail(Reason::kTooManyAttributes, "customer.attributes");
  }
  std::array<absl::string_view, kMaxAttributes> keys;
  for (size_t i = 0; i < attributes.size(); ++i) {
    if (!AttributeHolds(attributes[i], checks)) return false;
    keys[i] = attributes[i].key;
  }
  const auto end = keys.begin() + static_cast<ptrdiff_t>(attributes.size());
  std::sort(keys.begin(), end);
  const auto twice = std::adjacent_find(keys.begin(), end);
  if (twice == end) return true;
  return checks.Fail(Reason::kDuplicateAttribute,
                     absl::StrCat("customer.attributes[\"", *twice, "\"]"));
}

bool Holds(const Customer& c, FieldChecks& checks) {
  if (!checks.Id("customer.id", c.id)) return false;
  const auto named = [&c](CustomerField field) { return (c.update_mask & MaskOf(field)) != 0; };
  using F = CustomerField;
  return (!named(F::kDisplayName) || checks.Text("customer.display_name", c.display_name)) &&
         (!named(F::kBirthDate) || checks.EventDay("customer.birth_date", c.birth_date)) &&
         (!named(F::kGender) || checks.Text("customer.gender", c.gender)) &&
         (!named(F::kChildren) || !c.children.has_value() ||
          checks.Range("customer.children", *c.children, 0, 99)) &&
         (!named(F::kCountry) || checks.Text("customer.country", c.country)) &&
         (!named(F::kRegion) || checks.Text("customer.region", c.region)) &&
         (!named(F::kCity) || checks.Text("customer.city", c.city)) &&
         (!named(F::kIndustry) || checks.Text("customer.industry", c.industry)) &&
         (!named(F::kAccountOwner) || checks.Text("customer.account_owner", c.account_owner)) &&
         (!named(F::kCreatedTime) || checks.EventTime("customer.created_time", c.created_time)) &&
         (!named(F::kAttributes) || AttributesHold(c.attributes, checks));
}

bool LineHolds(const OrderLine& line, FieldChecks& checks) {
  // The lowest int64 stands for "no amount" and has no opposite.
  return checks.Text("product", line.product, kMaxIdBytes) &&
         checks.Text("product_line", line.product_line) &&
         (line.amount != kNoAmount || checks.Fail(Reason::kValueOutOfRange, "amount_micros")) &&
         checks.Range("quantity", line.quantity_micros, -kLargestQuantity * kOneUnit,
                      kLargestQuantity * kOneUnit) &&
         (line.quantity_micros >= 0 || line.amount <= 0 ||
          checks.Fail(Reason::kSignMismatch, "amount_micros"));
}

bool LinesHold(absl::Span<const OrderLine> lines, FieldChecks& checks) {
  if (lines.empty()) return checks.Fail(Reason::kNoLines, "order.lines");
  if (lines.size() > kMaxLines) return checks.Fail(Reason::kTooManyLines, "order.lines");
  for (size_t i = 0; i < lines.size(); ++i) {
    if (LineHolds(lines[i], checks)) continue;
    return checks.FailedIn(absl::StrCat("order.lines[", i, "]"));
  }
  return true;
}

bool Holds(const Order& o, FieldChecks& checks) {
  return checks.Id("order.id", o.id) && checks.Id("order.customer", o.customer) &&
         checks.Require(o.order_time != kNoTime, "order.order_time") &&
         checks.EventTime("order.order_time", o.order_time) &&
         checks.Text("order.status", o.status) && checks.Text("order.channel", o.channel) &&
         checks.PlannedTime("order.promised_time", o.promised_time) &&
         checks.EventTime("order.shipped_time", o.shipped_time) &&
         checks.EventTime("order.delivered_time", o.delivered_time) && LinesHold(o.lines, checks);
}

bool Holds(const Ticket& t, FieldChecks& checks) {
  return checks.Id("ticket.id", t.id) && checks.Id("ticket.customer", t.customer) &&
         checks.Require(t.opened_time != kNoTime, "ticket.opened_time") &&
         checks.EventTime("ticket.opened_time", t.opened_time) &&
         checks.EventTime("ticket.first_response_time", t.first_response_time) &&
         checks.EventTime("ticket.resolved_time", t.resolved_time) &&
         checks.EventTime("ticket.escalated_time", t.escalated_time) &&
         checks.PlannedTime("ticket.sla_due_time", t.sla_due_time) &&
         checks.NotBefore("ticket.first_response_time", t.first_response_time, t.opened_time,
                          kNoTime) &&
         checks.NotBefore("ticket.resolved_time", t.resolved_time, t.opened_time, kNoTime) &&
         checks.NotBefore("ticket.escalated_time", t.escalated_time, t.opened_time, kNoTime) &&
         checks.Text("ticket.priority", t.priority) && checks.Text("ticket.category", t.category) &&
         (t.csat == 0 || checks.Range("ticket.csat", t.csat, 1, 5));
}

bool Holds(const Contract& c, FieldChecks& checks) {
  return checks.Id("contract.id", c.id) && checks.Id("contract.customer", c.customer) &&
         checks.Require(c.start_date != kNoDay, "contract.start_date") &&
         checks.PlannedDay("contract.start_date", c.start_date) &&
         checks.PlannedDay("contract.end_date", c.end_date) &&
         checks.NotBefore("contract.end_date", c.end_date, c.start_date, kNoDay) &&
         checks.Range("contract.annual_value_micros", c.annual_value, 0,
                      std::numeric_limits<Micros>::max()) &&
         checks.Text("contract.owner", c.owner) && checks.Text("contract.status", c.status);
}

bool Holds(const Survey& s, FieldChecks& checks) {
  const bool nps = s.kind == SurveyKind::kNps;
  return checks.Id("survey.id", s.id) && checks.Id("survey.customer", s.customer) &&
         checks.Require(s.time != kNoTime, "survey.time") &&
         checks.EventTime("survey.time", s.time) &&
         checks.Range("survey.score", s.score, nps ? 0 : 1, nps ? 10 : 5);
}

bool Holds(const Deletion& d, FieldChecks& checks) { return checks.Id("deletion.id", d.id); }

}  // namespace

std::optional<Fault> FindFault(const Record& record, Millis now) {
  FieldChecks checks(now);
  std::visit([&checks](const auto& of_kind) { Holds(of_kind, checks); }, record);
  return checks.Take();
}

}  // namespace strata::ingest
