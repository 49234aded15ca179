#include "server/rpc/convert/records.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/message.h"
#include "google/protobuf/unknown_field_set.h"
#include "server/base/error.h"
#include "server/ingest/reason.h"
#include "server/ingest/shown_value.h"
#include "server/ingest/text_rules.h"

namespace strata::rpc {
namespace {

// Timestamps from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, as their definition says.
constexpr int64_t kFirstSecond = -62'135'596'800, kLastSecond = 253'402'300'799;

constexpr int32_t kNanosAMilli = 1'000'000;

struct MaskPath {
  absl::string_view path;
  CustomerField field;
};
constexpr MaskPath kMaskPaths[] = {
    {"display_name", CustomerField::kDisplayName},
    {"birth_date", CustomerField::kBirthDate},
    {"gender", CustomerField::kGender},
    {"children", CustomerField::kChildren},
    {"country", CustomerField::kCountry},
    {"region", CustomerField::kRegion},
    {"city", CustomerField::kCity},
    {"industry", CustomerField::kIndustry},
    {"account_owner", CustomerField::kAccountOwner},
    {"strategic", CustomerField::kStrategic},
    {"created_time", CustomerField::kCreatedTime},
    {"attributes", CustomerField::kAttributes},
};

// Converts the records of one batch. A method that finds a fault notes the rejection and returns
// false; the first fault of a record is the one reported.
class Converter {
 public:
  Converter(RecordPool& pool, Batch& batch) : pool_(pool), batch_(batch) {}

  void Add(const v1::Record& record) {
    index_ = static_cast<int64_t>(batch_.records.size());
    const size_t lines = pool_.lines.size(), attributes = pool_.attributes.size();
    batch_.records.emplace_back();
    if (Convert(record, batch_.records.back()) && Known(record, "record")) return;
    batch_.records.back() = Record();
    pool_.lines.resize(lines);
    pool_.attributes.resize(attributes);
  }

 private:
  bool Convert(const v1::Record& record, Record& out) {
    switch (record.kind_case()) {
      case v1::Record::kCustomer:
        return Begin(RecordKind::kCustomer, record.customer().id()) &&
               Convert(record.customer(), out.emplace<Customer>()) &&
               Known(record.customer(), "customer");
      case v1::Record::kOrder:
        return Begin(RecordKind::kOrder, record.order().id()) &&
               Convert(record.order(), out.emplace<Order>()) && Known(record.order(), "order");
      case v1::Record::kTicket:
        return Begin(RecordKind::kTicket, record.ticket().id()) &&
               Convert(record.ticket(), out.emplace<Ticket>()) && Known(record.ticket(), "ticket");
      case v1::Record::kContract:
        return Begin(RecordKind::kContract, record.contract().id()) &&
               Convert(record.contract(), out.emplace<Contract>()) &&
               Known(record.contract(), "contract");
      case v1::Record::kSurvey:
        return Begin(RecordKind::kSurvey, record.survey().id()) &&
               Convert(record.survey(), out.emplace<Survey>()) && Known(record.survey(), "survey");
      case v1::Record::kDeletion:
        return Begin(KindOf(record.deletion().kind()), record.deletion().id()) &&
               Convert(record.deletion(), out.emplace<Deletion>()) &&
               Known(record.deletion(), "deletion");
      case v1::Record::KIND_NOT_SET:
        break;
    }
    Begin(RecordKind::kOrder, "");
    return Refuse("record", NameOf(ingest::Reason::kMissingField),
                  "the record holds none of customer, order, ticket, contract, survey, deletion");
  }

  bool Convert(const v1::Customer& in, Customer& out) {
    out.id = in.id();
    out.display_name = in.display_name();
    out.gender = in.gender();
    out.country = in.country();
    out.region = in.region();
    out.city = in.city();
    out.industry = in.industry();
    out.account_owner = in.account_owner();
    if (in.has_children()) out.children = in.children();
    if (in.has_strategic()) out.strategic = in.strategic();
    return Version(in, out) && Date(in.birth_date(), "customer.birth_date", out.birth_date) &&
           Time(in.has_created_time(), in.created_time(), "customer.created_time",
                out.created_time) &&
           Attributes(in, out) && Mask(in, out);
  }

  bool Convert(const v1::Order& in, Order& out) {
    out.id = in.id();
    out.customer = in.customer();
    out.status = in.status();
    out.channel = in.channel();
    out.currency_code = in.currency_code();
    return Version(in, out) &&
           Time(in.has_order_time(), in.order_time(), "order.order_time", out.order_time) &&
           Time(in.has_promised_time(), in.promised_time(), "order.promised_time",
                out.promised_time) &&
           Time(in.has_shipped_time(), in.shipped_time(), "order.shipped_time", out.shipped_time) &&
           Time(in.has_delivered_time(), in.delivered_time(), "order.delivered_time",
                out.delivered_time) &&
           Lines(in, out);
  }

  bool Convert(const v1::Ticket& in, Ticket& out) {
    out.id = in.id();
    out.customer = in.customer();
    out.priority = in.priority();
    out.category = in.category();
    switch (in.status()) {
      case v1::TICKET_STATUS_UNSPECIFIED:
      case v1::TICKET_STATUS_OPEN:
        out.status = TicketStatus::kOpen;
        break;
      case v1::TICKET_STATUS_RESOLVED:
        out.status = TicketStatus::kResolved;
        break;
      case v1::TICKET_STATUS_CANCELLED:
        out.status = TicketStatus::kCancelled;
        break;
      default:
        return UnknownEnum("ticket.status", in.status());
    }
    // Zero stands for "not rated" from here on, so a rating of zero must be refused here.
    if (in.has_csat() && in.csat() == 0) {
      return Refuse("ticket.csat", NameOf(ingest::Reason::kValueOutOfRange), "0 is outside 1 to 5");
    }
    out.csat = in.csat();
    return Version(in, out) &&
           Time(in.has_opened_time(), in.opened_time(), "ticket.opened_time", out.opened_time) &&
           Time(in.has_first_response_time(), in.first_response_time(),
                "ticket.first_response_time", out.first_response_time) &&
           Time(in.has_resolved_time(), in.resolved_time(), "ticket.resolved_time",
                out.resolved_time) &&
           Time(in.has_escalated_time(), in.escalated_time(), "ticket.escalated_time",
                out.escalated_time) &&
           Time(in.has_sla_due_time(), in.sla_due_time(), "ticket.sla_due_time", out.sla_due_time);
  }

  bool Convert(const v1::Contract& in, Contract& out) {
    out.id = in.id();
    out.customer = in.customer();
    out.owner = in.owner();
    out.status = in.status();
    if (in.has_auto_renew()) out.auto_renew = in.auto_renew();
    return Version(in, out) && Date(in.start_date(), "contract.start_date", out.start_date) &&
           Date(in.end_date(), "contract.end_date", out.end_date) &&
           Money(in.annual_value_micros(), "contract.annual_value_micros", out.annual_value);
  }

  bool Convert(const v1::Survey& in, Survey& out) {
    out.id = in.id();
    out.customer = in.customer();
    out.score = in.score();
    switch (in.kind()) {
      case v1::SURVEY_KIND_NPS:
        out.kind = SurveyKind::kNps;
        break;
      case v1::SURVEY_KIND_CSAT:
        out.kind = SurveyKind::kCsat;
        break;
      default:
        return UnknownEnum("survey.kind", in.kind());
    }
    return Version(in, out) && Time(in.has_time(), in.time(), "survey.time", out.time);
  }

  bool Convert(const v1::Deletion& in, Deletion& out) {
    out.id = in.id();
    out.kind = kind_;
    if (in.kind() <= v1::RECORD_KIND_UNSPECIFIED || in.kind() > v1::RECORD_KIND_SURVEY) {
      return UnknownEnum("deletion.kind", in.kind());
    }
    return Version(in, out);
  }

  bool Lines(const v1::Order& in, Order& out) {
    const size_t first = pool_.lines.size();
    for (const v1::OrderLine& line : in.lines()) {
      OrderLine& made = pool_.lines.emplace_back();
      made.product = line.product();
      made.product_line = line.product_line();
      const size_t place = pool_.lines.size() - 1 - first;
      if (!UnknownIn(line).empty()) return Known(line, absl::StrCat("order.lines[", place, "]"));
      if (line.has_quantity() && !Quantity(line.quantity(), place, made.quantity_micros)) {
        return false;
      }
      if (!LineMoney(line.amount_micros(), place, "amount_micros", made.amount)) return false;
      if (line.has_cost_micros() &&
          !LineMoney(line.cost_micros(), place, "cost_micros", made.cost)) {
        return false;
      }
    }
    // The pool was reserved for all lines of the batch, so this stays where it is.
    out.lines = absl::MakeConstSpan(pool_.lines.data() + first, pool_.lines.size() - first);
    return true;
  }

  bool Attributes(const v1::Customer& in, Customer& out) {
    const size_t first = pool_.attributes.size();
    for (const auto& [key, value] : in.attributes()) {
      Attribute& made = pool_.attributes.emplace_back();
      made.key = key;
      switch (value.kind_case()) {
        case v1::AttributeValue::kText:
          made.value = absl::string_view(value.text());
          break;
        case v1::AttributeValue::kNumber:
          made.value = value.number();
          break;
        case v1::AttributeValue::kBoolean:
          made.value = value.boolean();
          break;
        case v1::AttributeValue::KIND_NOT_SET:
          return Refuse(ingest::IsAttributeKey(key) ? absl::StrCat("customer.attributes[", key, "]")
                                                    : "customer.attributes",
                        NameOf(ingest::Reason::kMissingField),
                        "the value holds none of text, number, boolean");
      }
    }
    // A map comes in no order; the same content must look the same.
    std::sort(pool_.attributes.begin() + static_cast<ptrdiff_t>(first), pool_.attributes.end(),
              [](const Attribute& a, const Attribute& b) { return a.key < b.key; });
    out.attributes =
        absl::MakeConstSpan(pool_.attributes.data() + first, pool_.attributes.size() - first);
    return true;
  }

  bool Mask(const v1::Customer& in, Customer& out) {
    if (in.update_mask().paths().empty()) return true;
    out.update_mask = 0;
    for (int i = 0; i < in.update_mask().paths_size(); ++i) {
      const absl::string_view path = in.update_mask().paths(i);
      const auto* found = std::find_if(std::begin(kMaskPaths), std::end(kMaskPaths),
                                       [&](const MaskPath& known) { return known.path == path; });
      if (found == std::end(kMaskPaths)) {
        return Refuse(absl::StrCat("customer.update_mask.paths[", i, "]"), "UNKNOWN_PATH",
                      absl::StrCat(ingest::Shown(path),
                                   " names no field of a customer that can be updated alone"));
      }
      out.update_mask |= MaskOf(found->field);
    }
    return true;
  }

  static const google::protobuf::UnknownFieldSet& UnknownIn(
      const google::protobuf::Message& message) {
    return message.GetReflection()->GetUnknownFields(message);
  }

  // What a client of another version of the contract sends in a field that is none here would be
  // left out without a word.
  bool Known(const google::protobuf::Message& message, absl::string_view path) {
    const google::protobuf::UnknownFieldSet& unknown = UnknownIn(message);
    if (unknown.empty()) return true;
    return Refuse(path, "UNKNOWN_FIELD",
                  absl::StrCat("field number ", unknown.field(0).number(),
                               " is none of this server's contract; generate the client from the "
                               "strata/v1/records.proto that comes with the server"));
  }

  template <typename In, typename Out>
  bool Version(const In& in, Out& out) {
    if (!in.has_source_version()) return true;
    out.source_version = in.source_version();
    if (out.source_version != kNoVersion) return true;
    return Refuse(absl::StrCat(NameOf(kind_), ".source_version"),
                  NameOf(ingest::Reason::kValueOutOfRange),
                  "the lowest 64-bit integer stands for no version");
  }

  bool Date(const std::string& text, absl::string_view field, Day& out) {
    if (text.empty()) return true;
    const absl::StatusOr<Day> day = ParseDay(text);
    if (!day.ok()) {
      return Refuse(
          field, "INVALID_DATE",
          absl::StrCat(ingest::Shown(text), " is no day of the calendar in the form YYYY-MM-DD"));
    }
    out = *day;
    return true;
  }

  bool Time(bool given, const google::protobuf::Timestamp& time, absl::string_view field,
            Millis& out) {
    if (!given) return true;
    if (time.seconds() < kFirstSecond || time.seconds() > kLastSecond || time.nanos() < 0 ||
        time.nanos() > 999'999'999) {
      return Refuse(field, "INVALID_TIME",
                    absl::StrCat(time.seconds(), " seconds and ", time.nanos(),
                                 " nanos make no instant of the years 1 to 9999"));
    }
    if (time.nanos() % kNanosAMilli != 0) {
      const Millis cut = time.seconds() * 1'000 + time.nanos() / kNanosAMilli;
      return Refuse(field, NameOf(ingest::Reason::kTimeTooFine),
                    absl::StrFormat("%s and %d nanoseconds: instants are kept to the millisecond; "
                                    "round it",
                                    ingest::ShownTime(cut), time.nanos() % kNanosAMilli));
    }
    out = time.seconds() * 1'000 + time.nanos() / kNanosAMilli;
    return true;
  }

  bool Money(int64_t micros, absl::string_view field, Micros& out) {
    if (micros == kNoAmount) {
      return Refuse(field, NameOf(ingest::Reason::kValueOutOfRange),
                    absl::StrCat(ingest::ShownMoney(micros), " is too low"));
    }
    out = micros;
    return true;
  }

  bool Quantity(double quantity, size_t line, Micros& out) {
    const absl::StatusOr<Micros> micros = QuantityFromDouble(quantity);
    if (micros.ok()) {
      out = *micros;
      return true;
    }
    return Refuse(absl::StrCat("order.lines[", line, "].quantity"),
                  absl::IsOutOfRange(micros.status()) ? NameOf(ingest::Reason::kValueOutOfRange)
                                                      : "TOO_MANY_DECIMALS",
                  micros.status().message());
  }

  bool LineMoney(int64_t micros, size_t line, absl::string_view name, Micros& out) {
    out = micros;
    if (micros != kNoAmount) return true;
    return Money(micros, absl::StrCat("order.lines[", line, "].", name), out);
  }

  static RecordKind KindOf(v1::RecordKind kind) {
    switch (kind) {
      case v1::RECORD_KIND_CUSTOMER:
        return RecordKind::kCustomer;
      case v1::RECORD_KIND_TICKET:
        return RecordKind::kTicket;
      case v1::RECORD_KIND_CONTRACT:
        return RecordKind::kContract;
      case v1::RECORD_KIND_SURVEY:
        return RecordKind::kSurvey;
      default:
        return RecordKind::kOrder;
    }
  }

  bool Begin(RecordKind kind, absl::string_view id) {
    kind_ = kind;
    id_ = id;
    return true;
  }

  bool UnknownEnum(absl::string_view field, int value) {
    return Refuse(field, "UNKNOWN_ENUM_VALUE",
                  absl::StrCat(value, value == 0 ? " (unspecified)" : "",
                               " is none of the values this field takes"));
  }

  bool Refuse(absl::string_view field, absl::string_view reason, absl::string_view message) {
    batch_.rejections.push_back({index_, kind_, CutToValidUtf8(id_, ingest::kMaxIdBytes),
                                 std::string(field), std::string(reason), std::string(message)});
    return false;
  }

  RecordPool& pool_;
  Batch& batch_;
  int64_t index_ = 0;
  RecordKind kind_ = RecordKind::kOrder;
  absl::string_view id_;
};

}  // namespace

void ConvertRecords(const google::protobuf::RepeatedPtrField<v1::Record>& records, RecordPool& pool,
                    Batch& batch) {
  size_t lines = 0, attributes = 0;
  for (const v1::Record& record : records) {
    if (record.kind_case() == v1::Record::kOrder) {
      lines += static_cast<size_t>(record.order().lines_size());
    } else if (record.kind_case() == v1::Record::kCustomer) {
      attributes += record.customer().attributes().size();
    }
  }
  pool.lines.reserve(pool.lines.size() + lines);
  pool.attributes.reserve(pool.attributes.size() + attributes);
  batch.records.reserve(batch.records.size() + static_cast<size_t>(records.size()));
  Converter converter(pool, batch);
  for (const v1::Record& record : records) converter.Add(record);
}

absl::StatusOr<OnError> OnErrorFrom(v1::OnError on_error) {
  switch (on_error) {
    case v1::ON_ERROR_UNSPECIFIED:
    case v1::ON_ERROR_FAIL:
      return OnError::kFail;
    case v1::ON_ERROR_SKIP:
      return OnError::kSkip;
    default:
      return FieldError("on_error",
                        absl::StrCat(static_cast<int>(on_error), " is none of its values"));
  }
}

v1::RecordKind ToProto(RecordKind kind) {
  switch (kind) {
    case RecordKind::kCustomer:
      return v1::RECORD_KIND_CUSTOMER;
    case RecordKind::kOrder:
      return v1::RECORD_KIND_ORDER;
    case RecordKind::kTicket:
      return v1::RECORD_KIND_TICKET;
    case RecordKind::kContract:
      return v1::RECORD_KIND_CONTRACT;
    case RecordKind::kSurvey:
      return v1::RECORD_KIND_SURVEY;
  }
  return v1::RECORD_KIND_UNSPECIFIED;
}

void ToProto(const RecordCounts& counts, v1::RecordCounts* out) {
  out->set_accepted(counts.accepted);
  out->set_duplicate(counts.duplicate);
  out->set_stale(counts.stale);
  out->set_rejected(counts.rejected);
  out->set_placeholder_customers(counts.placeholders);
}

void ToProto(const std::vector<Rejection>& rejections,
             google::protobuf::RepeatedPtrField<v1::RecordError>* out) {
  out->Reserve(static_cast<int>(rejections.size()));
  for (const Rejection& rejection : rejections) {
    v1::RecordError* error = out->Add();
    error->set_index(rejection.index);
    error->set_kind(ToProto(rejection.kind));
    error->set_id(rejection.id);
    error->set_field(rejection.field);
    error->set_reason(rejection.reason);
    error->set_message(rejection.message);
  }
}

void ToProto(Millis millis, google::protobuf::Timestamp* out) {
  int64_t seconds = millis / 1'000, rest = millis % 1'000;
  if (rest < 0) {
    rest += 1'000;
    --seconds;
  }
  out->set_seconds(seconds);
  out->set_nanos(static_cast<int32_t>(rest) * 1'000'000);
}

}  // namespace strata::rpc
