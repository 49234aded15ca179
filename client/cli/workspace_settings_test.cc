#include "client/cli/workspace_settings.h"

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "client/cli/program.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "strata/mocks/mock_connection.h"

namespace strata::cli {
namespace {

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
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("abc_rule", "rfm_rule"));
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
  v1::CreateWorkspaceRequest request;
  EXPECT_CALL(*connection_, CreateWorkspace)
      .WillOnce([&](const Call<v1::CreateWorkspaceRequest>& call) {
        request = call.request;
        return v1::CreateWorkspaceResponse();
      });
  EXPECT_EQ(Run({"create", "s", "--service-policy", "growth=1,2,Kim"}), 0) << err_.str();
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

TEST_F(WorkspaceSettingsTest, APolicyThatIsNoneIsAUsageError) {
  for (const char* policy : {"strategic", "=4,30", "strategic=4", "strategic=soon,30,x"}) {
    EXPECT_EQ(Run({"create", "s", "--service-policy", policy}), 2) << policy;
    EXPECT_THAT(err_.str(), HasSubstr("TIER=HOURS,DAYS,ESCALATION PATH")) << policy;
  }
}

TEST_F(WorkspaceSettingsTest, ShowsTheRules) {
  v1::GetWorkspaceResponse response;
  ASSERT_TRUE(
      google::protobuf::TextFormat::ParseFromString(kCurrent, response.mutable_workspace()));
  EXPECT_CALL(*connection_, GetWorkspace).WillRepeatedly(Return(response));
  ASSERT_EQ(Run({"show", "s"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("A makes 70.00% of the revenue, B up to 90.00%"));
  EXPECT_THAT(out_.str(), HasSubstr("first response in 4 h, contact every 30 days"));
  ASSERT_EQ(Run({"show", "s", "-o", "csv"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr(",7000,9000,0,\"strategic=4,30,;growth=8,0,manager\","));
}

}  // namespace
}  // namespace strata::cli
