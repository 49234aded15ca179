#include "server/rpc/convert/settings.h"

#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "google/protobuf/reflection.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "server/base/error.h"
#include "strata/v1/setting.pb.h"

namespace strata::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::Workspace Parse(const std::string& text) {
  v1::Workspace message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

google::protobuf::FieldMask MaskOf(const std::vector<std::string>& paths) {
  google::protobuf::FieldMask mask;
  for (const std::string& path : paths) mask.add_paths(path);
  return mask;
}

// A field of the contract that says which setting it is.
struct ContractField {
  const FieldDescriptor* rule = nullptr;
  const FieldDescriptor* field = nullptr;

  const v1::Setting& setting() const { return field->options().GetExtension(v1::setting); }
  std::string path() const {
    return rule == nullptr ? field->name() : absl::StrCat(rule->name(), ".", field->name());
  }
  bool is_amount() const {
    return !field->is_repeated() && field->message_type() == v1::Amount::descriptor();
  }
  bool is_number() const {
    return field->cpp_type() == FieldDescriptor::CPPTYPE_INT32 ||
           field->cpp_type() == FieldDescriptor::CPPTYPE_INT64;
  }
  const Message& HolderIn(const v1::Workspace& workspace) const {
    return rule == nullptr ? workspace : workspace.GetReflection()->GetMessage(workspace, rule);
  }
  // A workspace that says this and nothing else.
  v1::Workspace With(const std::string& value) const {
    const std::string own = is_amount() ? absl::StrCat(field->name(), " { units: ", value, " }")
                                        : absl::StrCat(field->name(), ": ", value);
    return Parse(rule == nullptr ? own : absl::StrCat(rule->name(), " { ", own, " }"));
  }
};

std::vector<ContractField> ContractFields() {
  std::vector<ContractField> fields;
  const auto add = [&](const FieldDescriptor* rule, const FieldDescriptor* field) {
    if (field->options().HasExtension(v1::setting)) fields.push_back({rule, field});
  };
  const auto* workspace = v1::Workspace::descriptor();
  for (int i = 0; i < workspace->field_count(); ++i) {
    const FieldDescriptor* field = workspace->field(i);
    add(nullptr, field);
    if (field->message_type() == nullptr) continue;
    for (int j = 0; j < field->message_type()->field_count(); ++j) {
      add(field, field->message_type()->field(j));
    }
  }
  return fields;
}

// "AGE_METHOD_YEAR_DIFFERENCE" -> "year-difference"
std::string WordOf(const google::protobuf::EnumValueDescriptor& value) {
  const std::string unspecified = value.type()->value(0)->name();
  const size_t prefix = unspecified.size() - std::string("UNSPECIFIED").size();
  return absl::AsciiStrToLower(absl::StrReplaceAll(value.name().substr(prefix), {{"_", "-"}}));
}

// What the message has there, as the contract writes defaults.
std::string TextOf(const ContractField& at, const v1::Workspace& workspace) {
  const Message& holder = at.HolderIn(workspace);
  const auto& reflection = *holder.GetReflection();
  if (at.path() == "service_policy") {
    return absl::StrJoin(workspace.service_policy(), ";", [](std::string* out, const auto& tier) {
      absl::StrAppend(out, tier.tier(), "=", tier.response_target_hours(), ",",
                      tier.contact_cadence_days(), ",", tier.escalation_path());
    });
  }
  if (at.field->is_repeated()) {
    return absl::StrJoin(reflection.GetRepeatedFieldRef<std::string>(holder, at.field), ",");
  }
  switch (at.field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(holder, at.field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return WordOf(*reflection.GetEnum(holder, at.field));
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(reflection.GetInt32(holder, at.field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(reflection.GetInt64(holder, at.field));
    default: {
      const auto& amount = static_cast<const v1::Amount&>(reflection.GetMessage(holder, at.field));
      EXPECT_EQ(amount.nanos(), 0);
      return absl::StrCat(amount.units());
    }
  }
}

v1::Workspace ToMessage(const WorkspaceSettings& settings) {
  v1::Workspace message;
  ToProto(settings, &message);
  return message;
}

// What `create` makes of it, and what `update` by each mask that names the setting does.
std::vector<absl::StatusOr<WorkspaceSettings>> EveryWay(const ContractField& at,
                                                        const v1::Workspace& workspace) {
  std::vector<absl::StatusOr<WorkspaceSettings>> all = {SettingsFrom(workspace)};
  for (const std::string& path : {at.path(), at.rule == nullptr ? at.path() : at.rule->name()}) {
    WorkspaceSettings settings;
    const absl::Status status = ApplyMask(workspace, MaskOf({path}), settings);
    all.push_back(status.ok() ? absl::StatusOr<WorkspaceSettings>(settings) : status);
  }
  return all;
}

TEST(SettingsTest, TheContractAndTheDomainHaveTheSameOnes) {
  std::vector<std::string> in_domain, in_contract;
  ForEachSetting([&](absl::string_view path, absl::string_view stored, auto member) {
    in_domain.emplace_back(path);
  });
  std::set<std::string> flags;
  for (const ContractField& at : ContractFields()) {
    in_contract.push_back(at.path());
    EXPECT_TRUE(flags.insert(at.setting().flag()).second) << at.path();
    EXPECT_FALSE(at.setting().words().empty()) << at.path();
    // Whether a value was given can be told, but of lists, whose empty ones are documented.
    EXPECT_TRUE(at.field->is_repeated() || at.field->enum_type() != nullptr ||
                at.field->has_presence())
        << at.path();
  }
  EXPECT_EQ(in_domain, in_contract);
}

TEST(SettingsTest, DefaultsAreThoseOfTheContract) {
  const v1::Workspace defaults = ToMessage(WorkspaceSettings());
  for (const ContractField& at : ContractFields()) {
    EXPECT_EQ(TextOf(at, defaults), at.setting().default_value()) << at.path();
  }
}

TEST(SettingsTest, AnswersHaveEverySettingSet) {
  WorkspaceSettings zeros;
  zeros.strategic_share_bp = zeros.age_band_anchor = zeros.contract_grace_days = 0;
  zeros.loyalty_vip_units = zeros.deal_size_medium = 0;
  const v1::Workspace message = ToMessage(zeros);
  for (const ContractField& at : ContractFields()) {
    const Message& holder = at.HolderIn(message);
    if (at.field->is_repeated()) continue;
    EXPECT_TRUE(holder.GetReflection()->HasField(holder, at.field)) << at.path();
  }
}

// Every number: the least and the greatest that hold, nothing, and one beyond either end.
TEST(SettingsTest, AValueThatIsGivenHoldsOrIsRefused) {
  int held = 0, refused = 0;
  for (const ContractField& at : ContractFields()) {
    if (!at.is_number() && !at.is_amount()) continue;
    const v1::Setting& setting = at.setting();
    std::vector<int64_t> values = {setting.least(), 0, setting.least() - 1};
    if (setting.has_greatest()) {
      values.insert(values.end(), {setting.greatest(), setting.greatest() + 1});
    } else if (at.is_number()) {
      values.push_back(std::numeric_limits<int64_t>::max());
    }
    for (const int64_t value : values) {
      SCOPED_TRACE(absl::StrCat(at.path(), " = ", value));
      const bool holds =
          value >= setting.least() && (!setting.has_greatest() || value <= setting.greatest());
      for (const auto& settings : EveryWay(at, at.With(absl::StrCat(value)))) {
        ASSERT_EQ(settings.ok(), holds) << settings.status();
        if (holds) {
          ++held;
          EXPECT_EQ(TextOf(at, ToMessage(*settings)), absl::StrCat(value));
          continue;
        }
        ++refused;
        EXPECT_EQ(settings.status().code(), absl::StatusCode::kInvalidArgument);
        ASSERT_EQ(FactsOf(settings.status()).fields.size(), 1u);
        const auto [field, words] = FactsOf(settings.status()).fields[0];
        EXPECT_EQ(field, absl::StrCat("workspace.", at.path()));
        EXPECT_THAT(words,
                    HasSubstr(absl::StrCat(value, " does not hold: give ", setting.least())));
        EXPECT_THAT(words, HasSubstr(absl::StrCat("default, ", setting.default_value())));
      }
    }
  }
  EXPECT_GT(held, 100);
  EXPECT_GT(refused, 50);
}

TEST(SettingsTest, EveryChoiceHoldsAndNoOther) {
  for (const ContractField& at : ContractFields()) {
    if (at.field->enum_type() == nullptr) continue;
    const int choices = at.field->enum_type()->value_count();
    for (int number = 1; number < choices; ++number) {
      const auto& value = *at.field->enum_type()->FindValueByNumber(number);
      for (const auto& settings : EveryWay(at, at.With(value.name()))) {
        ASSERT_TRUE(settings.ok()) << settings.status();
        EXPECT_EQ(TextOf(at, ToMessage(*settings)), WordOf(value));
      }
    }
    v1::Workspace other;
    Message& holder =
        at.rule == nullptr ? other : *other.GetReflection()->MutableMessage(&other, at.rule);
    holder.GetReflection()->SetEnumValue(&holder, at.field, choices);
    for (const auto& settings : EveryWay(at, other)) {
      ASSERT_EQ(FactsOf(settings.status()).fields.size(), 1u);
      EXPECT_EQ(FactsOf(settings.status()).fields[0].first, absl::StrCat("workspace.", at.path()));
    }
  }
}

TEST(SettingsTest, TextThatIsGivenIsTakenAsItIs) {
  WorkspaceSettings settings;
  settings.display_name = "before";
  const v1::Workspace empty = Parse("display_name: '' currency_code: '' time_zone: ''");
  ASSERT_TRUE(
      ApplyMask(empty, MaskOf({"display_name", "currency_code", "time_zone"}), settings).ok());
  EXPECT_EQ(settings.display_name + settings.currency + settings.time_zone, "");
  EXPECT_EQ(SettingsFrom(empty)->currency, "");  // which ValidateSettings refuses
}

// A value that holds and is not the default, as the text format writes it.
std::string Another(const ContractField& at) {
  if (const auto* choices = at.field->enum_type(); choices != nullptr) {
    return choices->value(choices->value_count() - 1)->name();
  }
  if (!at.is_number() && !at.is_amount()) return "'x'";
  const int64_t least = at.setting().least();
  return absl::StrCat(at.setting().default_value() == absl::StrCat(least) ? least + 1 : least);
}

// A mask that names a setting, and a workspace that does not have it.
TEST(SettingsTest, AMaskWithoutAValueMeansTheDefault) {
  for (const ContractField& at : ContractFields()) {
    if (at.field->is_repeated()) continue;
    WorkspaceSettings settings;
    const v1::Workspace changed = at.With(Another(at));
    ASSERT_TRUE(ApplyMask(changed, MaskOf({at.path()}), settings).ok());
    EXPECT_EQ(TextOf(at, ToMessage(settings)), TextOf(at, changed)) << at.path();
    EXPECT_NE(settings, WorkspaceSettings()) << at.path();
    ASSERT_TRUE(ApplyMask(v1::Workspace(), MaskOf({at.path()}), settings).ok());
    EXPECT_EQ(settings, WorkspaceSettings()) << at.path();
  }
}

TEST(SettingsTest, AMaskNamesOneSettingOfARuleOrAllOfThem) {
  WorkspaceSettings settings;
  settings.loyalty_vip_purchases = 7;
  const v1::Workspace from = Parse("loyalty_rule { vip_units: 0 }");
  ASSERT_TRUE(ApplyMask(from, MaskOf({"loyalty_rule.vip_units"}), settings).ok());
  EXPECT_EQ(settings.loyalty_vip_units, 0);
  EXPECT_EQ(settings.loyalty_vip_purchases, 7);
  ASSERT_TRUE(ApplyMask(from, MaskOf({"loyalty_rule"}), settings).ok());
  EXPECT_EQ(settings.loyalty_vip_purchases, 2);
  for (const char* path :
       {"loyalty", "loyalty_rule.", "loyalty_rule.x", "deal_size_large.units", "workspace", ""}) {
    EXPECT_EQ(FactsOf(ApplyMask(from, MaskOf({path}), settings)).fields.front().first,
              "update_mask.paths[0]")
        << path;
  }
}

TEST(SettingsTest, UnsetFieldsTakeTheDefaults) {
  v1::Workspace workspace;
  workspace.set_workspace("sales");
  const auto settings = SettingsFrom(workspace);
  ASSERT_TRUE(settings.ok()) << settings.status();
  WorkspaceSettings expected;
  expected.name = "sales";
  EXPECT_EQ(*settings, expected);
}

TEST(SettingsTest, SurviveTheWayThereAndBack) {
  WorkspaceSettings settings;
  settings.name = "sales";
  settings.display_name = "Sales";
  settings.currency = "EUR";
  settings.time_zone = "Europe/Berlin";
  settings.fiscal_first_month = 4;
  settings.excluded_statuses = {"void", "lost"};
  settings.excluded_contract_statuses = {"draft"};
  settings.contract_grace_days = 0;
  settings.age_method = AgeMethod::kYearDifference;
  settings.age_band_width = 5;
  settings.age_band_anchor = 3;
  settings.deal_size_medium = 1'500'000;
  settings.deal_size_large = 2'000'001;
  settings.strategic_share_bp = 1'000;
  settings.growth_share_bp = 2'900;
  settings.tier_rounding = ShareRounding::kRound;
  settings.tier_window_days = 365;
  settings.loyalty_vip_purchases = 3;
  settings.loyalty_vip_units = 50;
  settings.abc_a_share_bp = 7'000;
  settings.abc_b_share_bp = 9'000;
  settings.rfm_window_days = 365;
  settings.service_policy = {{"growth", 2, 14, "head of support"}, {"prospect", 0, 0, ""}};
  settings.inactivity_days = 90;
  settings.retention_days = 1'000;
  const auto back = SettingsFrom(ToMessage(settings));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, settings);
}

TEST(SettingsTest, MaskTakesWhatItNamesAndNoMore) {
  WorkspaceSettings settings;
  settings.display_name = "before";
  settings.inactivity_days = 10;
  const auto from = Parse("display_name: 'after' inactivity_days: 20");
  google::protobuf::FieldMask mask;
  mask.add_paths("inactivity_days");
  mask.add_paths("excluded_statuses");
  ASSERT_TRUE(ApplyMask(from, mask, settings).ok());
  EXPECT_EQ(settings.display_name, "before");
  EXPECT_EQ(settings.inactivity_days, 20);
  EXPECT_TRUE(settings.excluded_statuses.empty());
  mask.add_paths("revision");
  const absl::Status refused = ApplyMask(from, mask, settings);
  EXPECT_EQ(FactsOf(refused).fields.front().first, "update_mask.paths[2]");
  EXPECT_FALSE(ApplyMask(from, google::protobuf::FieldMask(), settings).ok());
}

}  // namespace
}  // namespace strata::rpc
