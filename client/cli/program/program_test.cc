#include "client/cli/program/program.h"

#include <cstdlib>
#include <memory>
#include <sstream>

#include "absl/strings/cord.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "strata/error.h"
#include "strata/mocks/mock_connection.h"
#include "strata/v1/customer_service.pb.h"
#include "strata/v1/kpi_service.pb.h"
#include "strata/v1/workspace_service.pb.h"

namespace strata::cli {
namespace {

using ::testing::_;
using ::testing::HasSubstr;
using ::testing::Return;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

absl::Status ServerError(absl::StatusCode code, const std::string& message,
                         const std::string& reason,
                         const std::map<std::string, std::string>& metadata) {
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  google::rpc::Status proto;
  proto.add_details()->PackFrom(info);
  absl::Status status(code, message);
  status.SetPayload(kStatusDetailsUrl, absl::Cord(proto.SerializeAsString()));
  return status;
}

class ProgramTest : public testing::Test {
 protected:
  void SetUp() override {
    unsetenv("STRATA_WORKSPACE");
    unsetenv("STRATA_SERVER");
  }

  int Run(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    return RunProgram(arguments, {out_, err_}, Client(connection_));
  }

  // The request that `arguments` make.
  v1::QueryKpisRequest QueryOf(std::vector<std::string> arguments) {
    v1::QueryKpisRequest request;
    EXPECT_CALL(*connection_, QueryKpis)
        .WillOnce([&request](const Call<v1::QueryKpisRequest>& call) {
          request = call.request;
          return v1::QueryKpisResponse();
        });
    EXPECT_EQ(Run(std::move(arguments)), 0) << err_.str();
    testing::Mock::VerifyAndClearExpectations(connection_.get());
    return request;
  }

  const std::shared_ptr<MockConnection> connection_ = std::make_shared<MockConnection>();
  std::ostringstream out_, err_;
};

TEST_F(ProgramTest, MakesTheRequestOfEveryFlag) {
  const v1::QueryKpisRequest request = QueryOf({"kpi",
                                                "query",
                                                "revenue,share_of_revenue",
                                                "--by",
                                                "family,country",
                                                "--compare",
                                                "previous,last-year",
                                                "--range",
                                                "q1=2024-01-01..2024-03-31",
                                                "--share-within",
                                                "country",
                                                "--totals",
                                                "--fill-empty",
                                                "--sort",
                                                "revenue desc",
                                                "--limit",
                                                "5",
                                                "-w",
                                                "sales",
                                                "--as-of",
                                                "2024-12-31",
                                                "--from",
                                                "2024-07-01",
                                                "--to",
                                                "2024-09-30",
                                                "--filter",
                                                "country = \"US\"",
                                                "--segment",
                                                "tier/strategic",
                                                "--min-revision",
                                                "7",
                                                "--classes-at",
                                                "period-start"});
  const auto expected = Parse<v1::QueryKpisRequest>(R"pb(
    scope {
      workspace: "sales"
      as_of: "2024-12-31"
      range { from: "2024-07-01" to: "2024-09-30" }
      filter: "country = \"US\""
      segment: "tier/strategic"
      min_revision: 7
      classes_at: CLASSES_AT_PERIOD_START
    }
    kpis: "revenue"
    kpis: "share_of_revenue"
    group_by: "family"
    group_by: "country"
    ranges { name: "previous" keyword: RANGE_KEYWORD_PREVIOUS_PERIOD }
    ranges { name: "last-year" keyword: RANGE_KEYWORD_SAME_PERIOD_LAST_YEAR }
    ranges {
      name: "q1"
      range { from: "2024-01-01" to: "2024-03-31" }
    }
    order_by: "revenue desc"
    limit: 5
    totals: true
    fill_empty: true
    share_within: "country")pb");
  EXPECT_EQ(request.DebugString(), expected.DebugString());
}

TEST_F(ProgramTest, TakesGlobalFlagsOnBothSidesOfTheNoun) {
  const std::string behind =
      QueryOf({"kpi", "query", "--kpi", "revenue", "-w", "sales", "--limit", "3"}).DebugString();
  EXPECT_EQ(QueryOf({"-w", "sales", "--limit", "3", "kpi", "query", "revenue"}).DebugString(),
            behind);
  EXPECT_EQ(QueryOf({"kpi", "--limit", "3", "query", "-w", "sales", "revenue"}).DebugString(),
            behind);
}

TEST_F(ProgramTest, FlagsOfListsTakeOneWordSoThatKpisMayFollow) {
  const v1::QueryKpisRequest request =
      QueryOf({"-w", "s", "kpi", "query", "--by", "country", "revenue,orders", "--by", "tier"});
  EXPECT_THAT(request.kpis(), testing::ElementsAre("revenue", "orders"));
  EXPECT_THAT(request.group_by(), testing::ElementsAre("country", "tier"));
}

TEST_F(ProgramTest, FetchesEveryPage) {
  const auto first = Parse<v1::QueryKpisResponse>(R"pb(
    table {
      keys { id: "day" }
      columns { id: "orders" }
      rows {
        keys { date: "2024-01-01" }
        values { integer: 1 }
      }
    }
    next_page_token: "t")pb");
  const auto second = Parse<v1::QueryKpisResponse>(R"pb(
    table {
      keys { id: "day" }
      columns { id: "orders" }
      rows {
        keys { date: "2024-01-02" }
        values { integer: 2 }
      }
    })pb");
  testing::InSequence in_order;
  EXPECT_CALL(*connection_, QueryKpis).WillOnce(Return(first));
  EXPECT_CALL(*connection_, QueryKpis).WillOnce([&](const Call<v1::QueryKpisRequest>& call) {
    EXPECT_EQ(call.request.page_token(), "t");
    return second;
  });
  EXPECT_EQ(Run({"-w", "s", "-o", "csv", "kpi", "query", "orders", "--by", "day"}), 0);
  EXPECT_EQ(out_.str(), "day,orders\n2024-01-01,1\n2024-01-02,2\n");
}

TEST_F(ProgramTest, TakesTheOnlyWorkspaceThereIs) {
  EXPECT_CALL(*connection_, ListWorkspaces)
      .WillOnce(
          Return(Parse<v1::ListWorkspacesResponse>(R"pb(workspaces { workspace: "one" })pb")));
  EXPECT_EQ(QueryOf({"kpi", "query", "revenue"}).scope().workspace(), "one");

  EXPECT_CALL(*connection_, ListWorkspaces)
      .WillOnce(
          Return(Parse<v1::ListWorkspacesResponse>(R"pb(workspaces { workspace: "one" }
                                                        workspaces { workspace: "two" })pb")));
  EXPECT_EQ(Run({"kpi", "query", "revenue"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("-w NAME (one, two)"));

  EXPECT_CALL(*connection_, ListWorkspaces).WillOnce(Return(v1::ListWorkspacesResponse()));
  EXPECT_EQ(Run({"kpi", "query", "revenue"}), 3);
  EXPECT_THAT(err_.str(), HasSubstr("strata workspace create"));
}

TEST_F(ProgramTest, TheEnvironmentNamesTheWorkspaceUnlessAFlagDoes) {
  setenv("STRATA_WORKSPACE", "from-env", 1);
  EXPECT_EQ(QueryOf({"kpi", "query", "revenue"}).scope().workspace(), "from-env");
  EXPECT_EQ(QueryOf({"kpi", "query", "revenue", "-w", "flag"}).scope().workspace(), "flag");
  unsetenv("STRATA_WORKSPACE");
}

TEST_F(ProgramTest, PassesTheTimeoutOn) {
  EXPECT_CALL(*connection_, ListWorkspaces(testing::Field(
                                &Call<v1::ListWorkspacesRequest>::options,
                                testing::Field(&CallOptions::timeout, absl::Milliseconds(1500)))))
      .Times(2)
      .WillRepeatedly(Return(v1::ListWorkspacesResponse()));
  EXPECT_EQ(Run({"workspace", "list", "--timeout", "1.5"}), 0);
  EXPECT_EQ(Run({"workspace", "list", "--timeout", "1500ms"}), 0);
  EXPECT_EQ(Run({"workspace", "list", "--timeout", "soon"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--timeout"));
}

TEST_F(ProgramTest, SaysWhatIsWrongWhereAndWhatToDo) {
  EXPECT_CALL(*connection_, QueryKpis)
      .WillOnce(Return(ServerError(absl::StatusCode::kInvalidArgument, "no field \"contry\"",
                                   "INVALID_FILTER", {{"position", "7"}, {"nearest", "country"}})));
  EXPECT_EQ(Run({"-w", "s", "kpi", "query", "revenue", "--filter", "a = \"ü\" contry"}), 2);
  EXPECT_EQ(err_.str(),
            "strata: no field \"contry\"\n"
            "  a = \"ü\" contry\n"
            "        ^\n"
            "  did you mean: country\n"
            "  an example: --filter 'country = \"United States\" AND revenue > 1000'; fields: "
            "`strata kpi "
            "fields`\n");
  EXPECT_EQ(out_.str(), "");
}

TEST_F(ProgramTest, NothingBehindAnEqualsSignIsAnEmptyValue) {
  EXPECT_EQ(Run({"--data-dir=", "kpi", "list"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--data-dir: names no folder"));
  EXPECT_EQ(Run({"-w", "w", "kpi", "query", "revenue", "--filter=", "--totals"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--filter is empty"));
}

TEST_F(ProgramTest, HelpThatCannotBeWrittenIsAnError) {
  for (const char* flag : {"--help", "--version"}) {
    err_.str("");
    std::ostringstream full;
    full.setstate(std::ios::badbit);
    EXPECT_EQ(RunProgram({flag}, {full, err_}, Client(connection_)), 1);
    EXPECT_THAT(err_.str(), HasSubstr("cannot write the output"));
  }
}

TEST_F(ProgramTest, ExitsByTheKindOfError) {
  const struct {
    absl::Status status;
    int exit_code;
  } cases[] = {
      {absl::InternalError("x"), 1},
      {ServerError(absl::StatusCode::kInvalidArgument, "x", "UNKNOWN_KPI", {}), 2},
      {ServerError(absl::StatusCode::kNotFound, "x", "WORKSPACE_NOT_FOUND", {}), 3},
      {ServerError(absl::StatusCode::kInvalidArgument, "x", "BAD_RECORDS", {}), 4},
      {absl::DataLossError("x"), 4},
      {absl::UnavailableError("x"), 5},
      {absl::DeadlineExceededError("x"), 5},
      {absl::PermissionDeniedError("x"), 7},
  };
  for (const auto& c : cases) {
    EXPECT_CALL(*connection_, QueryKpis).WillOnce(Return(c.status));
    EXPECT_EQ(Run({"-w", "s", "kpi", "query", "revenue"}), c.exit_code) << c.status;
  }
}

TEST_F(ProgramTest, ErrorsAreJsonUnderJson) {
  EXPECT_CALL(*connection_, QueryKpis)
      .WillOnce(Return(ServerError(absl::StatusCode::kInvalidArgument, "no KPI \"x\"",
                                   "UNKNOWN_KPI", {{"nearest", "revenue"}})));
  EXPECT_EQ(Run({"-w", "s", "kpi", "query", "x", "-o", "json"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("\"reason\": \"UNKNOWN_KPI\""));
  EXPECT_THAT(err_.str(), HasSubstr("\"nearest\": \"revenue\""));
  EXPECT_THAT(err_.str(), HasSubstr("\"exitCode\": 2"));
  EXPECT_EQ(Run({"-o", "json", "kpi", "qurey"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("\"INVALID_ARGUMENT\""));
}

TEST_F(ProgramTest, HelpsWithCommandsThatAreNone) {
  EXPECT_EQ(Run({"kpi", "qurey", "revenue"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean `strata kpi query`?"));
  EXPECT_EQ(Run({"kip", "query"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean `strata kpi`?"));
  EXPECT_EQ(Run({"kpi"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("list, fields, query, summary, explain"));
  EXPECT_EQ(Run({}), 2);
  EXPECT_EQ(Run({"kpi", "query", "revenue", "--nonsense"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--nonsense"));
  EXPECT_EQ(Run({"--server", "a:1", "--data-dir", "d", "workspace", "list"}), 2);
}

TEST_F(ProgramTest, EveryCommandsHelpHasAnExample) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"workspace", "create"},
                                             {"workspace", "list"},
                                             {"workspace", "show"},
                                             {"workspace", "update"},
                                             {"workspace", "delete"},
                                             {"kpi", "list"},
                                             {"kpi", "fields"},
                                             {"kpi", "query"},
                                             {"kpi", "summary"},
                                             {"kpi", "explain"},
                                             {"customer", "show"},
                                             {"customer", "list"},
                                             {"customer", "erase"},
                                             {"stream", "show"},
                                             {"version"}}) {
    std::vector<std::string> arguments = command;
    arguments.push_back("--help");
    EXPECT_EQ(Run(arguments), 0);
    EXPECT_THAT(out_.str(), HasSubstr("Example:\n  strata ")) << command.back();
  }
}

TEST_F(ProgramTest, UpdateChangesOnlyWhatIsGiven) {
  EXPECT_CALL(*connection_, GetWorkspace).WillOnce(Return(Parse<v1::GetWorkspaceResponse>(R"pb(
    workspace {
      workspace: "s"
      tier_rule { strategic_share_bp: 2000 growth_share_bp: 5000 }
    })pb")));
  v1::UpdateWorkspaceRequest request;
  EXPECT_CALL(*connection_, UpdateWorkspace)
      .WillOnce([&](const Call<v1::UpdateWorkspaceRequest>& call) {
        request = call.request;
        return v1::UpdateWorkspaceResponse();
      });
  EXPECT_EQ(Run({"workspace", "update", "s", "--strategic-share-bp", "1000", "--tier-rounding",
                 "ceil", "--deal-size-large", "9000.5"}),
            0)
      << err_.str();
  EXPECT_THAT(request.update_mask().paths(),
              testing::ElementsAre("deal_size_large", "tier_rule.strategic_share_bp",
                                   "tier_rule.rounding"));
  EXPECT_EQ(request.workspace().tier_rule().strategic_share_bp(), 1000);
  EXPECT_EQ(request.workspace().tier_rule().growth_share_bp(), 5000);
  EXPECT_EQ(request.workspace().tier_rule().rounding(), v1::SHARE_ROUNDING_CEIL);
  EXPECT_EQ(request.workspace().deal_size_large().units(), 9000);
  EXPECT_EQ(request.workspace().deal_size_large().nanos(), 500'000'000);
  EXPECT_EQ(Run({"workspace", "update", "s"}), 2);
  EXPECT_EQ(Run({"workspace", "update", "s", "--age-method", "guess"}), 2);
}

TEST_F(ProgramTest, ListsCustomersUpToTheLimitOverPages) {
  auto page = [](int first, int count, const std::string& next) {
    v1::ListCustomersResponse response;
    response.add_fields("orders");
    response.set_total(25'000);
    response.set_next_page_token(next);
    for (int i = first; i < first + count; ++i) {
      v1::CustomerRow& row = *response.add_customers();
      row.set_customer("c" + std::to_string(i));
      row.add_values()->set_integer(i);
    }
    return response;
  };
  testing::InSequence in_order;
  EXPECT_CALL(*connection_, ListCustomers)
      .WillOnce([&](const Call<v1::ListCustomersRequest>& call) {
        EXPECT_EQ(call.request.page_size(), 10'000);
        return page(0, 10'000, "next");
      });
  EXPECT_CALL(*connection_, ListCustomers)
      .WillOnce([&](const Call<v1::ListCustomersRequest>& call) {
        EXPECT_EQ(call.request.page_size(), 2);
        EXPECT_EQ(call.request.page_token(), "next");
        return page(10'000, 2, "more");
      });
  EXPECT_EQ(Run({"-w", "s", "customer", "list", "--limit", "10002", "-o", "csv"}), 0);
  EXPECT_THAT(out_.str(), testing::StartsWith("customer,orders\nc0,0\nc1,1\n"));
  EXPECT_THAT(out_.str(), testing::EndsWith("\nc10000,10000\nc10001,10001\n"));
}

}  // namespace
}  // namespace strata::cli
