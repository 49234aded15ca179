#include "client/cli/ask/workspace/workspace_settings.h"

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "client/cli/program/program.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "strata/mocks/mock_connection.h"
#include "strata/v1/setting.pb.h"

namespace strata::cli {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Return;

class WorkspaceSettingsTest : public testing::Test {
 protected:
  int Run(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    arguments.insert(arguments.begin(), "workspace");
    return RunProgram(arguments, {out_, err_}, Client(connection_));
  }

  // What `create` sends.
  v1::CreateWorkspaceRequest Created(const std::vector<std::string>& flags) {
    v1::CreateWorkspaceRequest request;
    EXPECT_CALL(*connection_, CreateWorkspace)
        .WillOnce([&](const Call<v1::CreateWorkspaceRequest>& call) {
          request = call.request;
          return v1::CreateWorkspaceResponse();
        });
    std::vector<std::string> arguments = {"create", "s"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    EXPECT_EQ(Run(arguments), 0) << err_.str();
    return request;
  }

  // What `update` sends of this workspace.
  v1::UpdateWorkspaceRequest Updated(const std::string& current,
                                     const std::vector<std::string>& flags) {
    v1::GetWorkspaceResponse response;
    EXPECT_TRUE(
        google::protobuf::TextFormat::ParseFromString(current, response.mutable_workspace()));
    EXPECT_CALL(*connection_, GetWorkspace).WillOnce(Return(response));
    v1::UpdateWorkspaceRequest request;
    EXPECT_CALL(*connection_, UpdateWorkspace)
        .WillOnce([&](const Call<v1::UpdateWorkspaceRequest>& call) {
          request = call.request;
          return v1::UpdateWorkspaceResponse();
        });
    std::vector<std::string> arguments = {"update", "s"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    EXPECT_EQ(Run(arguments), 0) << err_.str();
    return request;
  }

  static std::vector<std::string> Policies(const v1::Workspace& workspace) {
    std::vector<std::string> policies;
    for (const v1::TierServicePolicy& policy : workspace.service_policy()) {
      policies.push_back(policy.tier() + " " + std::to_string(policy.response_target_hours()) +
                         " " + std::to_string(policy.contact_cadence_days()) + " " +
                         policy.escalation_path());
    }
    return policies;
  }

  const std::shared_ptr<MockConnection> connection_ = std::make_shared<MockConnection>();
  std::ostringstream out_, err_;
};

constexpr char kCurrent[] = R"pb(
  workspace: "s"
  create_time { seconds: 1 }
  abc_rule { a_share_bp: 7000 b_share_bp: 9000 }
  service_policy { tier: "strategic" response_target_hours: 4 contact_cadence_days: 30 }
  service_policy { tier: "growth" response_target_hours: 8 escalation_path: "manager" }
)pb";

TEST_F(WorkspaceSettingsTest, PartsOfARuleThatAreNotGivenStay) {
  const v1::UpdateWorkspaceRequest request =
      Updated(kCurrent, {"--abc-b-share-bp", "9900", "--rfm-window-days", "365"});
  EXPECT_THAT(request.update_mask().paths(),
              ElementsAre("abc_rule.b_share_bp", "rfm_rule.window_days"));
  EXPECT_EQ(request.workspace().abc_rule().a_share_bp(), 7000);
  EXPECT_EQ(request.workspace().abc_rule().b_share_bp(), 9900);
  EXPECT_EQ(request.workspace().rfm_rule().window_days(), 365);
}

TEST_F(WorkspaceSettingsTest, OneTiersPolicyChangesAlone) {
  v1::UpdateWorkspaceRequest request =
      Updated(kCurrent, {"--service-policy", "strategic=2,14,desk, then the board",
                         "--service-policy", "standard=48,0"});
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("service_policy"));
  EXPECT_THAT(Policies(request.workspace()), ElementsAre("strategic 2 14 desk, then the board",
                                                         "growth 8 0 manager", "standard 48 0 "));
  request = Updated(kCurrent, {"--service-policy", "growth=none", "--service-policy", "x=none"});
  EXPECT_THAT(Policies(request.workspace()), ElementsAre("strategic 4 30 "));
}

TEST_F(WorkspaceSettingsTest, ANewWorkspaceKeepsTheOtherTiersDefaults) {
  const v1::CreateWorkspaceRequest request = Created({"--service-policy", "growth=1,2,Kim"});
  EXPECT_THAT(Policies(request.workspace()),
              ElementsAre("strategic 4 30 executive sponsor", "growth 1 2 Kim",
                          "standard 24 180 service desk"));
}

TEST_F(WorkspaceSettingsTest, NoDaysOfGraceIsAChoice) {
  const v1::UpdateWorkspaceRequest request =
      Updated(kCurrent, {"--contract-grace-days", "0", "--excluded-contract-status", "draft, Void",
                         "--excluded-status", ""});
  EXPECT_THAT(
      request.update_mask().paths(),
      ElementsAre("excluded_statuses", "excluded_contract_statuses", "contract_grace_days"));
  EXPECT_TRUE(request.workspace().has_contract_grace_days());
  EXPECT_EQ(request.workspace().contract_grace_days(), 0);
  EXPECT_THAT(request.workspace().excluded_contract_statuses(), ElementsAre("draft", " Void"));
  EXPECT_EQ(request.workspace().excluded_statuses_size(), 0);  // none is excluded any more
}

// What a flag may be given, as the contract's line of the setting has it.
std::vector<std::string> TextsOf(const SettingField& setting) {
  using google::protobuf::FieldDescriptor;
  const v1::Setting& row = setting.setting();
  if (setting.field->enum_type() != nullptr) {
    std::vector<std::string> choices;
    for (int i = 1; i < setting.field->enum_type()->value_count(); ++i) {
      v1::Workspace workspace;
      google::protobuf::Message& holder =
          setting.rule == nullptr
              ? workspace
              : *workspace.GetReflection()->MutableMessage(&workspace, setting.rule);
      holder.GetReflection()->SetEnumValue(&holder, setting.field, i);
      choices.push_back(setting.Plain(workspace));
    }
    return choices;
  }
  if (setting.field->is_repeated()) return {};  // have tests of their own
  if (setting.field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) return {"", "Text"};
  // What lies outside is for the server to refuse, in the words that every caller gets.
  std::vector<std::string> numbers = {std::to_string(row.least()), "0",
                                      std::to_string(row.least() - 1)};
  if (row.has_greatest()) {
    numbers.push_back(std::to_string(row.greatest()));
    numbers.push_back(std::to_string(row.greatest() + 1));
  }
  if (setting.field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    numbers.push_back("9223372036854775807");
  }
  return numbers;
}

TEST_F(WorkspaceSettingsTest, EveryFlagSendsWhatItIsGiven) {
  int sent = 0;
  for (const SettingField& setting : SettingFields()) {
    for (const std::string& text : TextsOf(setting)) {
      SCOPED_TRACE(setting.flag() + " " + text);
      const v1::UpdateWorkspaceRequest update = Updated(kCurrent, {setting.flag(), text});
      EXPECT_THAT(update.update_mask().paths(), ElementsAre(setting.path()));
      const v1::CreateWorkspaceRequest create = Created({setting.flag(), text});
      for (const v1::Workspace& workspace : {update.workspace(), create.workspace()}) {
        EXPECT_EQ(setting.Plain(workspace), text);
        const google::protobuf::Message& holder =
            setting.rule == nullptr
                ? workspace
                : workspace.GetReflection()->GetMessage(workspace, setting.rule);
        EXPECT_TRUE(holder.GetReflection()->HasField(holder, setting.field));
      }
      ++sent;
    }
  }
  EXPECT_GT(sent, 80);
}

TEST_F(WorkspaceSettingsTest, WhatIsNoValueOfItsKindIsAUsageErrorThatSaysWhatIs) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--vip-units", "many"}, "--vip-units takes a whole number, 0 or more"},
      {{"--vip-purchases", "2.5"}, "a whole number, 1 to 1000000, not 2.5"},
      {{"--inactivity-days", "99999999999"}, "1 to 36500 days, not 99999999999"},
      {{"--retention-days", ""}, "0 to 36500 days, 0: for ever"},
      {{"--first-weekday", "caturday"}, "one of monday, tuesday"},
      {{"--age-method", "unspecified"}, "one of exact, year-difference"},
      {{"--deal-size-large", "big"}, "--deal-size-large takes an amount, not big"},
      {{"--currency", "EUR", "--currency", "USD"}, "--currency"},
  };
  for (const auto& [flags, words] : cases) {
    for (const char* verb : {"create", "update"}) {
      std::vector<std::string> arguments = {verb, "s"};
      arguments.insert(arguments.end(), flags.begin(), flags.end());
      EXPECT_EQ(Run(arguments), 2) << words;
      EXPECT_THAT(err_.str(), HasSubstr(words));
    }
  }
}

// The contract cannot tell an empty list from none; what the message advises works.
TEST_F(WorkspaceSettingsTest, ANewWorkspaceRefusesEmptyListsRatherThanTakeTheDefault) {
  for (const auto& flags : std::vector<std::vector<std::string>>{
           {"--excluded-status", ""},
           {"--excluded-contract-status", ""},
           {"--service-policy", "strategic=none", "--service-policy", "growth=none",
            "--service-policy", "standard=none"}}) {
    std::vector<std::string> arguments = {"create", "s"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    EXPECT_EQ(Run(arguments), 2) << flags[0];
    EXPECT_THAT(err_.str(), HasSubstr("strata workspace update"));
    const v1::UpdateWorkspaceRequest request = Updated(kCurrent, flags);
    EXPECT_EQ(request.update_mask().paths_size(), 1);
    const v1::Workspace& sent = request.workspace();
    EXPECT_EQ(flags[0] == "--service-policy"    ? sent.service_policy_size()
              : flags[0] == "--excluded-status" ? sent.excluded_statuses_size()
                                                : sent.excluded_contract_statuses_size(),
              0);
  }
}

TEST_F(WorkspaceSettingsTest, HelpSaysWhatHoldsAndTheDefault) {
  EXPECT_EQ(Run({"update", "--help"}), 0);
  std::string help = out_.str();
  EXPECT_THAT(help, ContainsRegex("--vip-units .*Loyalty: VIP from so many units"));
  EXPECT_THAT(help, HasSubstr("0 or more"));
  EXPECT_THAT(help, HasSubstr("[monday]"));
}

TEST_F(WorkspaceSettingsTest, APolicyThatIsNoneIsAUsageError) {
  for (const char* policy : {"strategic", "=4,30", "strategic=4", "strategic=soon,30,x"}) {
    EXPECT_EQ(Run({"create", "s", "--service-policy", policy}), 2) << policy;
    EXPECT_THAT(err_.str(), HasSubstr("TIER=HOURS,DAYS,ESCALATION PATH")) << policy;
  }
}

TEST_F(WorkspaceSettingsTest, ShowsEverySetting) {
  v1::GetWorkspaceResponse response;
  ASSERT_TRUE(
      google::protobuf::TextFormat::ParseFromString(kCurrent, response.mutable_workspace()));
  EXPECT_CALL(*connection_, GetWorkspace).WillRepeatedly(Return(response));
  ASSERT_EQ(Run({"show", "s"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("first response in 4 h, contact every 30 days"));
  EXPECT_THAT(out_.str(), ContainsRegex("\nabc-a-share-bp +7000 +ABC: A are those who"));
  EXPECT_THAT(out_.str(), ContainsRegex("\nrfm-window-days +0 \\(all history\\) "));
  for (const SettingField& setting : SettingFields()) {
    EXPECT_THAT(out_.str(), HasSubstr("\n" + setting.setting().flag() + " "));
    EXPECT_THAT(out_.str(), HasSubstr(setting.setting().words()));
  }
  ASSERT_EQ(Run({"show", "s", "-o", "csv"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr(",7000,9000,0,\"strategic=4,30,;growth=8,0,manager\","));
}

}  // namespace
}  // namespace strata::cli
