#include "client/cli/program/help.h"

#include <memory>
#include <sstream>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "client/cli/program/completion.h"
#include "client/cli/program/program.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "strata/mocks/mock_connection.h"

namespace strata::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Result {
  int status;
  std::string out, err;
};

Result Answer(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  const int status = RunProgram(arguments, {out, err}, Client(std::make_shared<MockConnection>()));
  return {status, out.str(), err.str()};
}

TEST(Help, IsTheSameInFrontAndBehind) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{}, {"kpi"}, {"kpi", "query"}, {"version"}}) {
    std::vector<std::string> in_front = command, behind = command;
    in_front.insert(in_front.begin(), "help");
    behind.emplace_back("--help");
    const Result result = Answer(in_front);
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, Answer(behind).out);
    EXPECT_THAT(result.out, HasSubstr("strata"));
  }
  EXPECT_THAT(Answer({"help", "--help"}).out, HasSubstr("strata help kpi query"));
}

TEST(Help, StandsBehindFlagsToo) {
  const std::string query = Answer({"kpi", "query", "--help"}).out;
  EXPECT_EQ(Answer({"-w", "help", "help", "kpi", "query"}).out, query);
  EXPECT_EQ(Answer({"--server=localhost:1", "--output", "csv", "help", "kpi", "query"}).out, query);
}

TEST(Help, NamesTheNearestOfACommandThatIsNone) {
  const Result result = Answer({"help", "kpi", "qery"});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("did you mean `strata kpi query`?"));
  EXPECT_EQ(Answer({"kip", "--help"}).status, 2);
}

TEST(Help, ShowsTheFlagsOfTheQuestionWhereTheyWork) {
  const std::string query = Answer({"kpi", "query", "--help"}).out;
  for (const char* flag : {"--as-of DATE", "--filter FILTER", "--limit N", "--classes-at"}) {
    EXPECT_THAT(query, HasSubstr(flag));
  }
  EXPECT_LT(query.find("--filter FILTER"), query.find("Example:"));
  EXPECT_THAT(Answer({"insight", "risk", "--help"}).out, HasSubstr("--limit N"));
  EXPECT_THAT(Answer({"insight", "volatility", "--help"}).out, Not(HasSubstr("--limit N")));
  EXPECT_THAT(Answer({"kpi", "list", "--help"}).out, Not(HasSubstr("--filter")));
  EXPECT_THAT(Answer({"report", "--help"}).out, Not(HasSubstr("--filter")));
}

TEST(Help, EveryInsightIsAboutAScope) {
  const std::string offered = Answer({kCompletionRequest, "insight", ""}).out;
  int insights = 0;
  for (const absl::string_view line : absl::StrSplit(offered, '\n', absl::SkipEmpty())) {
    const std::string verb(line.substr(0, line.find('\t')));
    EXPECT_THAT(Answer({"insight", verb, "--help"}).out, HasSubstr("--filter FILTER")) << verb;
    ++insights;
  }
  EXPECT_GE(insights, 12);
}

}  // namespace
}  // namespace strata::cli
