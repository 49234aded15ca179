#include "server/ingest/validator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/domain/quantity.h"
#include "server/ingest/shown_value.h"
#include "server/ingest/text_rules.h"

namespace strata::ingest {
namespace {

constexpr Millis kFirstTime = -2'208'988'800'000;  // 1900-01-01T00:00:00Z
constexpr Millis kLastTime = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z

// Whole numbers from here on may have been another one before they became a double.
constexpr double kFirstInexact = 9'007'199'254'740'992;  // 2^53

std::string OneTooMany(size_t count, absl::string_view things, absl::string_view holder,
                       size_t most) {
  return absl::StrCat(ShownCount(count), " ", things, ", but ", holder, " has at most ",
                      ShownCount(most));
}

// Checks fields one after the other and remembers the first fault. Every check returns whether the
// field is fine, so that checks join with &&.
class FieldChecks {
 public:
  explicit FieldChecks(Millis now) : now_(now), latest_event_(now + kMillisADay) {}

  bool Id(const char* field, absl::string_view text) {
    return Require(!text.empty(), field) && Text(field, text, kMaxIdBytes);
  }
  bool Text(const char* field, absl::string_view text, size_t max_bytes = kMaxTextBytes) {
    if (text.size() > max_bytes) {
      return Fail(Reason::kTextTooLong, field,
                  absl::StrCat(Shown(text), " has ", text.size(), " bytes, at most ", max_bytes,
                               " are taken"));
    }
    switch (CheckText(text)) {
      case TextFault::kNone:
        return true;
      case TextFault::kControlCharacter:
        return Fail(Reason::kControlCharacter, field,
                    absl::StrCat(Shown(text), " holds a control character"));
      case TextFault::kInvalidUtf8:
        return Fail(Reason::kInvalidUtf8, field, absl::StrCat(Shown(text), " is not valid UTF-8"));
    }
    return true;
  }

  // Something that has happened.
  bool EventTime(const char* field, Millis time) {
    return time == kNoTime || (NotTooEarly(field, time) && NotInTheFuture(field, time));
  }
  // Something that is to happen.
  bool PlannedTime(const char* field, Millis time) {
    return time == kNoTime || (NotTooEarly(field, time) && NotTooLate(field, time));
  }
  bool EventDay(const char* field, Day day) {
    return day == kNoDay || (NotTooEarly(field, Millis{day} * kMillisADay) &&
                             NotInTheFuture(field, Millis{day} * kMillisADay));
  }
  bool PlannedDay(const char* field, Day day) {
    return day == kNoDay || (NotTooEarly(field, Millis{day} * kMillisADay) &&
                             NotTooLate(field, Millis{day} * kMillisADay));
  }
  bool TimeNotBefore(const char* field, Millis end, const char* start_field, Millis start) {
    return end == kNoTime || end >= start || EndsBefore(field, end, start_field, start);
  }
  bool DayNotBefore(const char* field, Day end, const char* start_field, Day start) {
    return end == kNoDay || end >= start ||
           EndsBefore(field, Millis{end} * kMillisADay, start_field, Millis{start} * kMillisADay);
  }

  bool Require(bool present, const char* field) {
    return present || Fail(Reason::kMissingField, field, "the field is required");
  }
  // `of` says what the range is of, where the field does not: " (NPS)".
  bool Range(const char* field, int64_t value, int64_t lowest, int64_t highest,
             absl::string_view of = "") {
    return (value >= lowest && value <= highest) ||
           Fail(Reason::kValueOutOfRange, field,
                absl::StrCat(value, " is outside ", lowest, " to ", highest, of));
  }

  bool Fail(Reason reason, std::string field, std::string message) {
    fault_ = Fault{reason, std::move(field), std::move(message)};
    return false;
  }
  // Puts the place of a list's element in front of the field that failed.
  bool FailedIn(absl::string_view element) {
    fault_->field = absl::StrCat(element, ".", fault_->field);
    return false;
  }

  std::optional<Fault> Take() { return std::move(fault_); }

 private:
  bool NotTooEarly(const char* field, Millis time) {
    return time >= kFirstTime || Fail(Reason::kTimeTooEarly, field,
                                      absl::StrCat(ShownTime(time), " lies before 1900-01-01"));
  }
  bool NotTooLate(const char* field, Millis time) {
    return time <= kLastTime || Fail(Reason::kTimeTooLate, field,
                                     absl::StrCat(ShownTime(time), " lies after 9999-12-31"));
  }
  bool NotInTheFuture(const char* field, Millis time) {
    return time <= latest_event_ ||
           Fail(Reason::kFutureTime, field,
                absl::StrCat(ShownTime(time), " lies more than a day after now, ",
                             ShownTime(now_ - now_ % 1'000), " by this server's clock"));
  }
  bool EndsBefore(const char* field, Millis end, const char* start_field, Millis start) {
    return Fail(Reason::kEndBeforeStart, field,
                absl::StrCat(ShownTime(end), " lies before ", start_field, " ", ShownTime(start)));
  }

  Millis now_, latest_event_;
  std::optional<Fault> fault_;
};

bool NumberHolds(double number, FieldChecks& checks) {
  if (!std::isfinite(number)) {
    return checks.Fail(Reason::kInvalidNumber, "number",
                       absl::StrCat(number, " is not a finite number"));
  }
  return std::abs(number) < kFirstInexact ||
         checks.Fail(Reason::kInvalidNumber, "number",
                     absl::StrCat(absl::StrFormat("%.17g", number),
                                  " may have lost digits: numbers are exact below 2^53 "
                                  "(9,007,199,254,740,992); send it as text"));
}

bool AttributeHolds(const Attribute& attribute, FieldChecks& checks) {
  if (!IsAttributeKey(attribute.key)) {
    return checks.Fail(
        Reason::kInvalidAttributeKey, "customer.attributes",
        absl::StrCat(Shown(attribute.key), " is no key: one matches [a-z][a-z0-9_]{0,62}"));
  }
  bool holds = true;
  if (const auto* text = std::get_if<absl::string_view>(&attribute.value)) {
    holds = checks.Text("text", *text);
  } else if (const auto* number = std::get_if<double>(&attribute.value)) {
    holds = NumberHolds(*number, checks);
  }
  return holds || checks.FailedIn(absl::StrCat("customer.attributes[\"", attribute.key, "\"]"));
}

bool AttributesHold(absl::Span<const Attribute> attributes, FieldChecks& checks) {
  if (attributes.empty()) return true;
  if (attributes.size() > kMaxAttributes) {
    return checks.Fail(Reason::kTooManyAttributes, "customer.attributes",
                       OneTooMany(attributes.size(), "attributes", "a customer", kMaxAttributes));
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
                     absl::StrCat("customer.attributes[\"", *twice, "\"]"),
                     absl::StrCat("the key ", Shown(*twice), " stands more than once"));
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
         (line.amount != kNoAmount ||
          checks.Fail(Reason::kValueOutOfRange, "amount_micros",
                      absl::StrCat(ShownMoney(line.amount), " is too low"))) &&
         ((line.quantity_micros >= -kLargestQuantity * kOneUnit &&
           line.quantity_micros <= kLargestQuantity * kOneUnit) ||
          checks.Fail(Reason::kValueOutOfRange, "quantity",
                      absl::StrCat(FormatQuantity(line.quantity_micros), " is outside ",
                                   -kLargestQuantity, " to ", kLargestQuantity))) &&
         (line.quantity_micros >= 0 || line.amount <= 0 ||
          checks.Fail(Reason::kSignMismatch, "amount_micros",
                      absl::StrCat("the amount ", ShownMoney(line.amount),
                                   " is positive, though the quantity ",
                                   FormatQuantity(line.quantity_micros),
                                   " is negative: a return gives money back")));
}

bool LinesHold(absl::Span<const OrderLine> lines, FieldChecks& checks) {
  if (lines.empty()) {
    return checks.Fail(Reason::kNoLines, "order.lines", "no line: an order has at least one");
  }
  if (lines.size() > kMaxLines) {
    return checks.Fail(Reason::kTooManyLines, "order.lines",
                       OneTooMany(lines.size(), "lines", "an order", kMaxLines));
  }
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
         checks.TimeNotBefore("ticket.first_response_time", t.first_response_time, "opened_time",
                              t.opened_time) &&
         checks.TimeNotBefore("ticket.resolved_time", t.resolved_time, "opened_time",
                              t.opened_time) &&
         checks.TimeNotBefore("ticket.escalated_time", t.escalated_time, "opened_time",
                              t.opened_time) &&
         checks.Text("ticket.priority", t.priority) && checks.Text("ticket.category", t.category) &&
         (t.csat == 0 || checks.Range("ticket.csat", t.csat, 1, 5));
}

bool Holds(const Contract& c, FieldChecks& checks) {
  return checks.Id("contract.id", c.id) && checks.Id("contract.customer", c.customer) &&
         checks.Require(c.start_date != kNoDay, "contract.start_date") &&
         checks.PlannedDay("contract.start_date", c.start_date) &&
         checks.PlannedDay("contract.end_date", c.end_date) &&
         checks.DayNotBefore("contract.end_date", c.end_date, "start_date", c.start_date) &&
         (c.annual_value >= 0 ||
          checks.Fail(Reason::kValueOutOfRange, "contract.annual_value_micros",
                      absl::StrCat(ShownMoney(c.annual_value), " is negative"))) &&
         checks.Text("contract.owner", c.owner) && checks.Text("contract.status", c.status);
}

bool Holds(const Survey& s, FieldChecks& checks) {
  const bool nps = s.kind == SurveyKind::kNps;
  return checks.Id("survey.id", s.id) && checks.Id("survey.customer", s.customer) &&
         checks.Require(s.time != kNoTime, "survey.time") &&
         checks.EventTime("survey.time", s.time) &&
         checks.Range("survey.score", s.score, nps ? 0 : 1, nps ? 10 : 5,
                      nps ? " (NPS)" : " (CSAT)");
}

bool Holds(const Deletion& d, FieldChecks& checks) { return checks.Id("deletion.id", d.id); }

}  // namespace

std::optional<Fault> FindFault(const Record& record, Millis now) {
  FieldChecks checks(now);
  std::visit([&checks](const auto& of_kind) { Holds(of_kind, checks); }, record);
  return checks.Take();
}

}  // namespace strata::ingest
