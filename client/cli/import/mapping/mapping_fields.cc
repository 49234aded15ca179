#include "client/cli/import/mapping/mapping_fields.h"

#include <algorithm>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/import/mapping/mapping_fault.h"
#include "client/cli/import/values/mapping_decimal.h"
#include "client/cli/import/values/mapping_values.h"
#include "server/domain/nearest_names.h"

namespace strata::imports {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr absl::string_view kAttributePrefix = "attribute_";

const Descriptor* DescriptorOf(MappedRecord record) {
  switch (record) {
    case MappedRecord::kCustomer:
      return v1::Customer::descriptor();
    case MappedRecord::kOrder:
      return v1::Order::descriptor();
    case MappedRecord::kTicket:
      return v1::Ticket::descriptor();
    case MappedRecord::kContract:
      return v1::Contract::descriptor();
    case MappedRecord::kSurvey:
      return v1::Survey::descriptor();
    case MappedRecord::kDeletion:
      return v1::Deletion::descriptor();
  }
  return nullptr;
}

Message* MessageOf(MappedRecord record, v1::Record* message) {
  switch (record) {
    case MappedRecord::kCustomer:
      return message->mutable_customer();
    case MappedRecord::kOrder:
      return message->mutable_order();
    case MappedRecord::kTicket:
      return message->mutable_ticket();
    case MappedRecord::kContract:
      return message->mutable_contract();
    case MappedRecord::kSurvey:
      return message->mutable_survey();
    case MappedRecord::kDeletion:
      return message->mutable_deletion();
  }
  return nullptr;
}

// What a record cannot do without; the server would refuse it, or take an amount of zero.
std::vector<absl::string_view> RequiredColumns(MappedRecord record) {
  switch (record) {
    case MappedRecord::kCustomer:
      return {"id"};
    case MappedRecord::kOrder:
      return {"customer", "order_time", "amount"};
    case MappedRecord::kTicket:
      return {"customer", "opened_time"};
    case MappedRecord::kContract:
      return {"customer", "start_date", "annual_value"};
    case MappedRecord::kSurvey:
      return {"customer", "time", "kind", "score"};
    case MappedRecord::kDeletion:
      return {"kind", "id"};
  }
  return {};
}

bool IsMoney(const FieldDescriptor& field) { return absl::EndsWith(field.name(), "_micros"); }
bool IsDay(const FieldDescriptor& field) { return absl::EndsWith(field.name(), "_date"); }

absl::string_view ColumnName(const FieldDescriptor& field) {
  return absl::StripSuffix(field.name(), "_micros");
}

// The fields that can be columns, with whether they belong to a line.
struct Candidate {
  const FieldDescriptor* field;
  bool of_line;
};
std::vector<Candidate> CandidatesOf(MappedRecord record) {
  std::vector<Candidate> candidates;
  const Descriptor* descriptor = DescriptorOf(record);
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (!descriptor->field(i)->is_repeated()) candidates.push_back({descriptor->field(i), false});
  }
  if (record != MappedRecord::kOrder) return candidates;
  const Descriptor* line = v1::OrderLine::descriptor();
  for (int i = 0; i < line->field_count(); ++i) candidates.push_back({line->field(i), true});
  return candidates;
}

std::string NearestName(MappedRecord record, absl::string_view name) {
  std::string nearest;
  size_t best = std::max<size_t>(2, name.size() / 2);
  for (const Candidate& candidate : CandidatesOf(record)) {
    const absl::string_view column = ColumnName(*candidate.field);
    const size_t distance = EditDistance(name, column);
    if (distance >= best) continue;
    best = distance;
    nearest = std::string(column);
  }
  return nearest;
}

// "resolved" for TICKET_STATUS_RESOLVED.
ValueResult ReadEnum(absl::string_view text, const FieldDescriptor& field, int* number) {
  std::vector<std::string> names;
  const std::string& unset = field.enum_type()->value(0)->name();
  const absl::string_view prefix = absl::StripSuffix(unset, "UNSPECIFIED");
  const std::string wanted = absl::AsciiStrToUpper(absl::StripAsciiWhitespace(text));
  for (int i = 1; i < field.enum_type()->value_count(); ++i) {
    const EnumValueDescriptor* value = field.enum_type()->value(i);
    const absl::string_view name = absl::StripPrefix(value->name(), prefix);
    if (wanted == name || wanted == value->name()) {
      *number = value->number();
      return std::nullopt;
    }
    names.push_back(absl::AsciiStrToLower(name));
  }
  return ValueProblem{"UNKNOWN_ENUM_VALUE",
                      absl::StrCat("\"", text, "\" is none of ", absl::StrJoin(names, ", "))};
}

ValueResult ReadInto(absl::string_view text, const FieldDescriptor& field, absl::TimeZone zone,
                     Message* message) {
  const google::protobuf::Reflection* reflection = message->GetReflection();
  int64_t integer = 0;
  ValueResult problem;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string value(text);
      if (IsDay(field)) problem = ReadDate(text, &value);
      if (!problem) reflection->SetString(message, &field, std::move(value));
      return problem;
    }
    case FieldDescriptor::CPPTYPE_INT32:
      problem = ReadInteger(text, std::numeric_limits<int32_t>::min(),
                            std::numeric_limits<int32_t>::max(), &integer);
      if (!problem) reflection->SetInt32(message, &field, static_cast<int32_t>(integer));
      return problem;
    case FieldDescriptor::CPPTYPE_INT64:
      problem = IsMoney(field) ? ReadAmount(text, &integer)
                               : ReadInteger(text, std::numeric_limits<int64_t>::min(),
                                             std::numeric_limits<int64_t>::max(), &integer);
      if (!problem) reflection->SetInt64(message, &field, integer);
      return problem;
    case FieldDescriptor::CPPTYPE_DOUBLE: {  // of a line: its quantity
      double quantity = 0;
      problem = ReadQuantity(text, &quantity);
      if (!problem) reflection->SetDouble(message, &field, quantity);
      return problem;
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      bool value = false;
      problem = ReadBoolean(text, &value);
      if (!problem) reflection->SetBool(message, &field, value);
      return problem;
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      int number = 0;
      problem = ReadEnum(text, field, &number);
      if (!problem) reflection->SetEnumValue(message, &field, number);
      return problem;
    }
    default:
      break;
  }
  if (field.message_type() == google::protobuf::Timestamp::descriptor()) {
    google::protobuf::Timestamp time;
    problem = ReadInstant(text, zone, &time);
    if (!problem) reflection->MutableMessage(message, &field)->CopyFrom(time);
    return problem;
  }
  auto* mask =
      static_cast<google::protobuf::FieldMask*>(reflection->MutableMessage(message, &field));
  for (const absl::string_view path : absl::StrSplit(text, ',')) {
    mask->add_paths(std::string(absl::StripAsciiWhitespace(path)));
  }
  return std::nullopt;
}

ValueResult ReadAttribute(const MappedValue& value, char type, v1::AttributeValue* attribute) {
  if (type == 0) type = value.number ? 'n' : 't';
  if (type == 't') {
    attribute->set_text(std::string(value.text));
    return std::nullopt;
  }
  if (type == 'b') {
    bool boolean = false;
    ValueResult problem = ReadBoolean(value.text, &boolean);
    attribute->set_boolean(boolean);
    return problem;
  }
  double number = 0;
  ValueResult problem = ReadNumber(value.text, &number);
  attribute->set_number(number);
  return problem;
}

// Whether a number of SQLite's has fractions to the last of the 15 digits that a double keeps.
bool FillsADouble(absl::string_view text) {
  if (!absl::StrContains(text, '.')) return false;
  size_t digits = 0;
  for (const char c : text) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c)) && (c != '0' || digits > 0)) ++digits;
  }
  return digits >= 15;
}

}  // namespace

std::string FieldNames(MappedRecord record) {
  std::vector<std::string> names;
  for (const Candidate& candidate : CandidatesOf(record)) {
    names.emplace_back(ColumnName(*candidate.field));
  }
  if (record == MappedRecord::kCustomer) names.push_back("attribute_KEY");
  return absl::StrJoin(names, ", ");
}

absl::StatusOr<FieldBinding> FieldBinding::Create(MappedRecord record,
                                                  const std::vector<std::string>& columns,
                                                  absl::TimeZone zone) {
  FieldBinding binding(record, zone);
  for (size_t i = 0; i < columns.size(); ++i) {
    STRATA_RETURN_IF_ERROR(binding.Bind(static_cast<int>(i), columns[i]));
  }
  STRATA_RETURN_IF_ERROR(binding.CheckRequired());
  return binding;
}

absl::Status FieldBinding::Bind(int index, const std::string& name) {
  const std::string lower = absl::AsciiStrToLower(name);
  if (lower == "_file") file_column_ = index;
  if (lower == "_line") line_column_ = index;
  if (absl::StartsWith(lower, "_")) return absl::OkStatus();
  Column column{.index = index, .name = lower};
  for (const Column& other : columns_) {
    if (other.name == lower) {
      return absl::InvalidArgumentError(absl::StrCat("column \"", name, "\" comes twice"));
    }
  }
  if (record_ == MappedRecord::kCustomer && absl::StartsWith(lower, kAttributePrefix)) {
    return BindAttribute(std::move(column));
  }
  for (const Candidate& candidate : CandidatesOf(record_)) {
    if (ColumnName(*candidate.field) != lower) continue;
    column.field = candidate.field;
    column.of_line = candidate.of_line;
    if (lower == "id") id_column_ = index;
    if (lower == "source_version") version_column_ = index;
    for (const absl::string_view required : RequiredColumns(record_)) {
      column.required = column.required || required == lower;
    }
    columns_.push_back(std::move(column));
    return absl::OkStatus();
  }
  const std::string nearest = NearestName(record_, name);
  return absl::InvalidArgumentError(
      absl::StrCat("column \"", name, "\" is no field of ", NameOf(record_),
                   nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?"),
                   " Fields: ", FieldNames(record_)));
}

absl::Status FieldBinding::BindAttribute(Column column) {
  absl::string_view key = absl::StripPrefix(column.name, kAttributePrefix);
  const size_t colon = key.find(':');
  if (colon != absl::string_view::npos) {
    const absl::string_view type = key.substr(colon + 1);
    if (type != "text" && type != "number" && type != "boolean") {
      return absl::InvalidArgumentError(
          absl::StrCat("column \"", column.name, "\": a type is text, number or boolean"));
    }
    column.attribute_type = type.front();
    key = key.substr(0, colon);
  }
  column.attribute_key = std::string(key);
  columns_.push_back(std::move(column));
  return absl::OkStatus();
}

absl::Status FieldBinding::CheckRequired() const {
  for (const absl::string_view required : RequiredColumns(record_)) {
    const bool found = std::any_of(columns_.begin(), columns_.end(),
                                   [&](const Column& column) { return column.name == required; });
    if (!found) {
      return absl::InvalidArgumentError(absl::StrCat("no column is called \"", required,
                                                     "\", which ", NameOf(record_),
                                                     " needs (name columns with AS)"));
    }
  }
  if (id_column_ < 0 && (file_column_ < 0 || line_column_ < 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("no column is called \"id\"; for ids made of the rows select _file and "
                     "_line of the table that ",
                     NameOf(record_), " comes from"));
  }
  return absl::OkStatus();
}

void FieldBinding::FillColumn(const Column& column, const MappedValue& value, Message* message,
                              std::vector<FieldProblem>* problems) const {
  ValueResult problem;
  if (value.text.empty()) {
    if (column.required) problem = ValueProblem{"MISSING_FIELD", "is empty"};
  } else if (column.field != nullptr && IsMoney(*column.field) && value.number &&
             FillsADouble(value.text)) {
    problem = ValueProblem{"TOO_MANY_DECIMALS",
                           absl::StrCat(Shown(value.text),
                                        " has all the digits that SQLite's numbers keep, and may "
                                        "have lost some; mul_decimal, add_decimal and sum_decimal "
                                        "compute exactly")};
  } else if (column.field == nullptr) {
    auto* customer = static_cast<v1::Customer*>(message);
    problem = ReadAttribute(value, column.attribute_type,
                            &(*customer->mutable_attributes())[column.attribute_key]);
  } else {
    problem = ReadInto(value.text, *column.field, zone_, message);
  }
  if (problem) {
    problems->push_back({column.name, std::move(problem->reason), std::move(problem->message)});
  }
}

void FieldBinding::Fill(const std::vector<MappedValue>& row, v1::Record* message,
                        std::vector<FieldProblem>* problems) const {
  Message* target = MessageOf(record_, message);
  for (const Column& column : columns_) {
    if (!column.of_line && column.index != id_column_) {
      FillColumn(column, row[column.index], target, problems);
    }
  }
  if (record_ == MappedRecord::kOrder) FillLine(row, message, problems);
}

void FieldBinding::FillLine(const std::vector<MappedValue>& row, v1::Record* message,
                            std::vector<FieldProblem>* problems) const {
  Message* line = message->mutable_order()->add_lines();
  for (const Column& column : columns_) {
    if (column.of_line) FillColumn(column, row[column.index], line, problems);
  }
}

bool FieldBinding::OfLine(int index) const {
  return std::any_of(columns_.begin(), columns_.end(),
                     [&](const Column& column) { return column.index == index && column.of_line; });
}

const FieldBinding::Column& FieldBinding::Own(size_t place) const {
  for (const Column& column : columns_) {
    if (!column.of_line && place-- == 0) return column;
  }
  return columns_.back();
}

const std::string& FieldBinding::OwnColumn(size_t place) const { return Own(place).name; }

std::string FieldBinding::OwnText(const v1::Record& message, size_t place) const {
  const Column& column = Own(place);
  v1::Record copy = message;
  const Message* record = MessageOf(record_, &copy);
  if (column.field == nullptr) {
    const auto& attributes = copy.customer().attributes();
    const auto found = attributes.find(column.attribute_key);
    return found == attributes.end() ? "" : found->second.text();
  }
  const google::protobuf::Reflection* reflection = record->GetReflection();
  switch (column.field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->GetString(*record, column.field);
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(reflection->GetInt32(*record, column.field));
    case FieldDescriptor::CPPTYPE_INT64: {
      const int64_t value = reflection->GetInt64(*record, column.field);
      return IsMoney(*column.field) ? Decimal{value, kAmountDecimals}.ToString()
                                    : absl::StrCat(value);
    }
    default:
      return "";
  }
}

std::vector<std::string> FieldBinding::OwnValues(const std::vector<MappedValue>& row) const {
  std::vector<std::string> values;
  for (const Column& column : columns_) {
    if (!column.of_line) values.emplace_back(row[column.index].text);
  }
  return values;
}

void FieldBinding::CompareOrderValues(const std::vector<std::string>& first_row,
                                      const std::vector<MappedValue>& row,
                                      std::vector<FieldProblem>* problems) const {
  size_t next = 0;
  for (const Column& column : columns_) {
    if (column.of_line) continue;
    const std::string& first = first_row[next++];
    if (row[column.index].text == first || IsFault(first)) continue;  // a fault is told where it is
    problems->push_back({column.name, "CONFLICTING_ROWS",
                         absl::StrCat("\"", row[column.index].text, "\" here, but \"", first,
                                      "\" in the order's first row")});
  }
}

}  // namespace strata::imports
