#include "client/cli/ask/workspace/setting_fields.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/cli/ask/workspace/service_policy.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/display_width.h"
#include "client/cli/present/value_format.h"
#include "google/protobuf/reflection.h"
#include "server/domain/money.h"

namespace strata::cli {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsPolicies(const FieldDescriptor* field) {
  return field->is_repeated() && field->message_type() != nullptr;
}

const Message& HolderOf(const SettingField& setting, const v1::Workspace& workspace) {
  if (setting.rule == nullptr) return workspace;
  return workspace.GetReflection()->GetMessage(workspace, setting.rule);
}

Message& HolderOf(const SettingField& setting, v1::Workspace* workspace) {
  if (setting.rule == nullptr) return *workspace;
  return *workspace->GetReflection()->MutableMessage(workspace, setting.rule);
}

// "AGE_METHOD_YEAR_DIFFERENCE" -> "year-difference"
std::string WordOf(const EnumValueDescriptor& value) {
  const absl::string_view prefix =
      absl::StripSuffix(value.type()->FindValueByNumber(0)->name(), "UNSPECIFIED");
  return absl::AsciiStrToLower(
      absl::StrReplaceAll(absl::StripPrefix(value.name(), prefix), {{"_", "-"}}));
}

std::string Choices(const FieldDescriptor& field) {
  std::vector<std::string> words;
  for (int i = 0; i < field.enum_type()->value_count(); ++i) {
    const EnumValueDescriptor& value = *field.enum_type()->value(i);
    if (value.number() != 0) words.push_back(WordOf(value));
  }
  return absl::StrJoin(words, ", ");
}

// "1 to 12", "0 to 36500 days", "0 or more"
std::string Range(const v1::Setting& setting) {
  std::string words = setting.has_greatest()
                          ? absl::StrCat(setting.least(), " to ", setting.greatest())
                          : absl::StrCat(setting.least(), " or more");
  if (!setting.unit().empty()) absl::StrAppend(&words, " ", setting.unit());
  if (!setting.zero().empty()) absl::StrAppend(&words, ", 0: ", setting.zero());
  return words;
}

absl::Status Refused(const SettingField& setting, absl::string_view text, absl::string_view takes) {
  return absl::InvalidArgumentError(absl::StrCat(setting.flag(), " takes ", takes, ", not ", text));
}

absl::Status SetAmount(const SettingField& setting, const std::string& text, Message& holder) {
  const absl::StatusOr<Micros> micros = ParseMicros(text);
  if (!micros.ok()) return Refused(setting, text, "an amount");
  STRATA_ASSIGN_OR_RETURN(const Amount parsed, AmountFromMicros(*micros));
  auto* amount =
      static_cast<v1::Amount*>(holder.GetReflection()->MutableMessage(&holder, setting.field));
  amount->set_units(parsed.units);
  amount->set_nanos(parsed.nanos);
  return absl::OkStatus();
}

absl::Status SetChoice(const SettingField& setting, const std::string& text, Message& holder) {
  const google::protobuf::EnumDescriptor& type = *setting.field->enum_type();
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor& value = *type.value(i);
    if (value.number() == 0 || WordOf(value) != absl::AsciiStrToLower(text)) continue;
    holder.GetReflection()->SetEnum(&holder, setting.field, &value);
    return absl::OkStatus();
  }
  return Refused(setting, text, absl::StrCat("one of ", Choices(*setting.field)));
}

absl::Status SetNumber(const SettingField& setting, const std::string& text, Message& holder) {
  const auto refused = [&] {
    return Refused(setting, text, absl::StrCat("a whole number, ", Range(setting.setting())));
  };
  if (setting.field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    int64_t number = 0;
    if (!absl::SimpleAtoi(text, &number)) return refused();
    holder.GetReflection()->SetInt64(&holder, setting.field, number);
  } else {
    int32_t number = 0;
    if (!absl::SimpleAtoi(text, &number)) return refused();
    holder.GetReflection()->SetInt32(&holder, setting.field, number);
  }
  return absl::OkStatus();
}

absl::Status SetValue(const SettingField& setting, const std::string& text, Message& holder) {
  switch (setting.field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      holder.GetReflection()->SetString(&holder, setting.field, text);
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetChoice(setting, text, holder);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return SetAmount(setting, text, holder);
    default:
      return SetNumber(setting, text, holder);
  }
}

absl::Status SetPolicies(const SettingField& setting, const std::vector<std::string>& given,
                         v1::Workspace& workspace) {
  ServicePolicies& policies = *workspace.mutable_service_policy();
  if (!workspace.has_create_time() && policies.empty()) {
    for (const absl::string_view policy : absl::StrSplit(setting.setting().default_value(), ';')) {
      STRATA_RETURN_IF_ERROR(SetServicePolicy(policy, policies));
    }
  }
  for (const std::string& policy : given) {
    STRATA_RETURN_IF_ERROR(SetServicePolicy(policy, policies));
  }
  return absl::OkStatus();
}

// A number with what it counts, or what it means: "180 days", "0 (for ever)".
std::string NumberInWords(const v1::Setting& setting, int64_t number) {
  if (number == 0 && !setting.zero().empty()) return absl::StrCat("0 (", setting.zero(), ")");
  return setting.unit().empty() ? absl::StrCat(number) : absl::StrCat(number, " ", setting.unit());
}

int64_t NumberOf(const SettingField& setting, const v1::Workspace& workspace) {
  const Message& holder = HolderOf(setting, workspace);
  return setting.field->cpp_type() == FieldDescriptor::CPPTYPE_INT64
             ? holder.GetReflection()->GetInt64(holder, setting.field)
             : holder.GetReflection()->GetInt32(holder, setting.field);
}

const v1::Amount& AmountOf(const SettingField& setting, const v1::Workspace& workspace) {
  const Message& holder = HolderOf(setting, workspace);
  return static_cast<const v1::Amount&>(holder.GetReflection()->GetMessage(holder, setting.field));
}

}  // namespace

const v1::Setting& SettingField::setting() const {
  return field->options().GetExtension(v1::setting);
}

std::string SettingField::flag() const { return absl::StrCat("--", setting().flag()); }

std::string SettingField::path() const {
  return rule == nullptr ? field->name() : absl::StrCat(rule->name(), ".", field->name());
}

std::string SettingField::column() const {
  return rule == nullptr ? field->name() : absl::StrReplaceAll(setting().flag(), {{"-", "_"}});
}

bool SettingField::is_number() const {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_INT32 ||
         field->cpp_type() == FieldDescriptor::CPPTYPE_INT64;
}

std::string SettingField::Help() const {
  std::string help = setting().words();
  if (field->enum_type() != nullptr) {
    absl::StrAppend(&help, "; ", Choices(*field));
  } else if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING && !field->is_repeated()) {
    absl::StrAppend(&help, "; ", Range(setting()));
  }
  const std::string& fallback = setting().default_value();
  return fallback.empty() ? help : absl::StrCat(help, " [", fallback, "]");
}

absl::Status SettingField::Set(const std::vector<std::string>& given,
                               v1::Workspace& workspace) const {
  if (IsPolicies(field)) return SetPolicies(*this, given, workspace);
  Message& holder = HolderOf(*this, &workspace);
  if (!field->is_repeated()) return SetValue(*this, given.back(), holder);
  holder.GetReflection()->ClearField(&holder, field);
  for (const std::string& text : given) {
    if (!text.empty()) holder.GetReflection()->AddString(&holder, field, text);
  }
  return absl::OkStatus();
}

std::string SettingField::Plain(const v1::Workspace& workspace) const {
  if (IsPolicies(field)) return PlainServicePolicies(workspace.service_policy());
  const Message& holder = HolderOf(*this, workspace);
  const google::protobuf::Reflection& reflection = *holder.GetReflection();
  if (field->is_repeated()) {
    return absl::StrJoin(reflection.GetRepeatedFieldRef<std::string>(holder, field), ";");
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(holder, field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return WordOf(*reflection.GetEnum(holder, field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return PlainMoney(AmountOf(*this, workspace));
    default:
      return absl::StrCat(NumberOf(*this, workspace));
  }
}

std::vector<std::string> SettingField::Lines(const v1::Workspace& workspace) const {
  if (IsPolicies(field)) {
    std::vector<std::string> lines;
    for (const v1::TierServicePolicy& policy : workspace.service_policy()) {
      lines.push_back(ServicePolicyInWords(policy));
    }
    return lines;
  }
  if (is_number()) return {NumberInWords(setting(), NumberOf(*this, workspace))};
  if (!field->is_repeated() && field->message_type() != nullptr) {
    return {FormatMoney(AmountOf(*this, workspace), workspace.currency_code())};
  }
  return {Printable(absl::StrReplaceAll(Plain(workspace), {{";", ", "}}))};
}

const std::vector<SettingField>& SettingFields() {
  static const auto& fields = *[] {
    auto* all = new std::vector<SettingField>();
    const auto add = [all](const FieldDescriptor* rule, const FieldDescriptor* field) {
      if (field->options().HasExtension(v1::setting)) all->push_back({rule, field});
    };
    const google::protobuf::Descriptor& workspace = *v1::Workspace::descriptor();
    for (int i = 0; i < workspace.field_count(); ++i) {
      const FieldDescriptor* field = workspace.field(i);
      add(nullptr, field);
      if (field->is_repeated() || field->message_type() == nullptr) continue;
      for (int j = 0; j < field->message_type()->field_count(); ++j) {
        add(field, field->message_type()->field(j));
      }
    }
    return all;
  }();
  return fields;
}

}  // namespace strata::cli
