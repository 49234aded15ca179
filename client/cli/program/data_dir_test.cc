// The CLI over a whole server in its own process.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "client/cli/program/local_server.h"
#include "client/cli/program/program.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "strata/append_writer.h"
#include "strata/v1/ingestion_service.pb.h"
#include "strata/v1/records.pb.h"

namespace strata::cli {
namespace {

using ::testing::HasSubstr;

class DataDirTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/strata_cli_test_XXXXXX";
    folder_ = mkdtemp(name);
    unsetenv("STRATA_WORKSPACE");
    unsetenv("STRATA_SERVER");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  int Run(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    arguments.insert(arguments.begin(), {"--data-dir", folder_});
    return RunProgram(arguments, {out_, err_});
  }

  std::string folder_;
  std::ostringstream out_, err_;
};

v1::Record MakeOrder(const std::string& id, const std::string& customer, int64_t day,
                     int64_t amount_micros) {
  v1::Record record;
  v1::Order& order = *record.mutable_order();
  order.set_id(id);
  order.set_customer(customer);
  order.mutable_order_time()->set_seconds(1'704'067'200 + day * 86'400);  // 2024-01-01 and on
  order.add_lines()->set_amount_micros(amount_micros);
  return record;
}

TEST_F(DataDirTest, AnswersWhatAWriterSent) {
  ASSERT_EQ(Run({"workspace", "create", "sales", "--currency", "EUR"}), 0) << err_.str();
  {
    auto server = LocalServer::Start(folder_, /*makes_folder=*/true);
    ASSERT_TRUE(server.ok()) << server.status();
    auto writer = AppendWriter::Open((*server)->Connect({}), {.workspace = "sales",
                                                              .stream = "orders",
                                                              .on_error = v1::ON_ERROR_SKIP,
                                                              .max_batch_records = 2});
    ASSERT_TRUE(writer.ok()) << writer.status();
    ASSERT_TRUE((*writer)->Append(MakeOrder("1", "ada", 0, 1'250'500'000)).ok());
    ASSERT_TRUE((*writer)->Append(MakeOrder("2", "ada", 1, 99'990'001)).ok());
    ASSERT_TRUE((*writer)->Append(MakeOrder("3", "blaise", 2, -2'000'000)).ok());
    ASSERT_TRUE((*writer)->Append(MakeOrder("", "nobody", 3, 1)).ok());  // no id: rejected
    const absl::Status status = (*writer)->Close();
    ASSERT_TRUE(status.ok()) << status;
    const AppendReport report = (*writer)->report();
    EXPECT_EQ(report.counts.accepted(), 3);
    EXPECT_EQ(report.counts.rejected(), 1);
    ASSERT_EQ(report.errors.size(), 1u);
    EXPECT_EQ(report.errors[0].index(), 3);
  }
  ASSERT_EQ(Run({"kpi", "query", "revenue,orders", "--by", "customer", "--totals", "-o", "csv"}), 0)
      << err_.str();
  EXPECT_EQ(out_.str(),
            "customer,revenue,orders\n"
            "ada,1350.490001,2\n"
            "blaise,-2,0\n"  // a return is no order
            ",1348.490001,2\n");
  ASSERT_EQ(Run({"stream", "show", "orders", "-o", "csv"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("\norders,4,3,0,0,1,2,"));  // two placeholder customers
  ASSERT_EQ(Run({"workspace", "show", "-o", "json"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("\"currencyCode\": \"EUR\""));
  EXPECT_EQ(err_.str(), "");
}

TEST_F(DataDirTest, TheSecondProcessIsToldWhoHoldsTheFolder) {
  auto server = LocalServer::Start(folder_, /*makes_folder=*/true);
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ(Run({"workspace", "list"}), 5);
  EXPECT_THAT(err_.str(), HasSubstr(absl::StrCat("pid ", getpid())));
  EXPECT_THAT(err_.str(), HasSubstr("--server"));
}

TEST_F(DataDirTest, PointsAtTheFaultInAFilter) {
  ASSERT_EQ(Run({"workspace", "create", "sales"}), 0) << err_.str();
  EXPECT_EQ(Run({"kpi", "query", "revenue", "--filter", "gender = \"F\" AND contry = \"US\""}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("  gender = \"F\" AND contry = \"US\"\n"
                                    "                   ^\n"));
  EXPECT_THAT(err_.str(), HasSubstr("country"));
  EXPECT_EQ(out_.str(), "");
}

}  // namespace
}  // namespace strata::cli
