#include "client/cli/program/completion.h"

#include <memory>
#include <sstream>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/cli/program/program.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "strata/mocks/mock_connection.h"

namespace strata::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

std::string Printed(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  EXPECT_EQ(RunProgram(arguments, {out, err}, Client(std::make_shared<MockConnection>())), 0)
      << err.str();
  return out.str();
}

// The words offered behind `strata WORDS...`.
std::vector<std::string> Offered(std::vector<std::string> words) {
  words.insert(words.begin(), kCompletionRequest);
  std::vector<std::string> offered;
  for (const auto line : absl::StrSplit(Printed(words), '\n', absl::SkipEmpty())) {
    offered.emplace_back(line.substr(0, line.find('\t')));
  }
  return offered;
}

TEST(Completion, OffersTheCommandsThatBeginSo) {
  EXPECT_THAT(Offered({"kp"}), ElementsAre("kpi"));
  EXPECT_THAT(Offered({""}), IsSupersetOf({"kpi", "insight", "import", "completion", "help"}));
  EXPECT_THAT(Offered({"kpi", ""}),
              IsSupersetOf({"list", "fields", "query", "summary", "explain"}));
  EXPECT_THAT(Offered({"kpi", "qu"}), ElementsAre("query"));
  EXPECT_THAT(Offered({"kpi", "zz"}), IsEmpty());
}

TEST(Completion, LooksThroughFlagsAndTheirValues) {
  EXPECT_THAT(Offered({"-w", "kpi", "kpi", "--filter", "query", "qu"}), ElementsAre("query"));
  EXPECT_THAT(Offered({"--data-dir=data", "kpi", "qu"}), ElementsAre("query"));
}

TEST(Completion, OffersTheFlagsThatWorkThere) {
  EXPECT_THAT(Offered({"kpi", "query", "--fi"}), ElementsAre("--fill-empty", "--filter"));
  EXPECT_THAT(Offered({"kpi", "list", "--"}), Not(testing::Contains("--filter")));
  EXPECT_THAT(Offered({"kpi", "list", "--"}), IsSupersetOf({"--workspace", "--output", "--help"}));
  EXPECT_THAT(Offered({"--fi"}), ElementsAre("--filter"));
  EXPECT_THAT(Offered({"kpi", "list", "--h"}), ElementsAre("--help")) << "once";
}

TEST(Completion, OffersTheValuesThatHelpNames) {
  EXPECT_THAT(Offered({"kpi", "list", "-o", ""}), ElementsAre("table", "json", "csv"));
  EXPECT_THAT(Offered({"kpi", "summary", "--period", ""}), ElementsAre("month", "quarter", "year"));
  EXPECT_THAT(Offered({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(Offered({"kpi", "query", "--from", ""}), IsEmpty()) << "any day";
  EXPECT_THAT(Offered({"kpi", "query", ""}), IsEmpty()) << "any KPI";
}

TEST(Completion, HelpIsFollowedByTheWordsOfACommand) {
  EXPECT_THAT(Offered({"help", "kpi", "su"}), ElementsAre("summary"));
}

TEST(Completion, DescribesWhatItOffers) {
  EXPECT_THAT(Printed({kCompletionRequest, "kpi", "qu"}), HasSubstr("query\tCompute KPIs"));
}

TEST(Completion, EveryShellAsksTheProgram) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    EXPECT_THAT(Printed({"completion", shell}), HasSubstr("strata __complete")) << shell;
  }
}

}  // namespace
}  // namespace strata::cli
