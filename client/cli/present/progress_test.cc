#include "client/cli/present/progress.h"

#include <sstream>

#include "gtest/gtest.h"

namespace strata::cli {
namespace {

class ProgressTest : public testing::Test {
 protected:
  std::function<absl::Time()> Clock() {
    return [this] { return now_; };
  }
  absl::Time now_ = absl::FromUnixSeconds(0);
  std::ostringstream out_, err_;
};

TEST_F(ProgressTest, PrintsALineEveryTenSecondsWhereNoTerminalIs) {
  Progress progress({out_, err_}, "import", 2'000'000, "records", Clock());
  for (int i = 1; i <= 20; ++i) {
    now_ += absl::Seconds(1);
    progress.Update(i * 50'000);
  }
  EXPECT_EQ(err_.str(),
            "import  25%  500,000 of 2,000,000 records  50,000/s  30s left\n"
            "import  50%  1,000,000 of 2,000,000 records  50,000/s  20s left\n");
  err_.str("");
  progress.Update(2'000'000);
  now_ += absl::Seconds(105);
  progress.Finish();
  EXPECT_EQ(err_.str(), "import 100%  2,000,000 records  16,000/s  in 2m05s\n");
  EXPECT_EQ(out_.str(), "");
}

TEST_F(ProgressTest, RedrawsOneLineOnATerminal) {
  Terminal terminal{out_, err_};
  terminal.err_is_terminal = true;
  {
    Progress progress(terminal, "import", 4, "records", Clock());
    progress.Update(1);  // too early to bother anybody
    EXPECT_EQ(err_.str(), "");
    now_ += absl::Seconds(1);
    progress.Update(2);
  }
  EXPECT_EQ(err_.str(), "\rimport ████████████              50%  2 of 4 records  2/s  1s left\n");
}

TEST_F(ProgressTest, HasNoPercentageWithoutATotal) {
  Progress progress({out_, err_}, "reading", 0, "lines", Clock());
  now_ += absl::Seconds(10);
  progress.Update(70);
  EXPECT_EQ(err_.str(), "reading  70 lines  7/s  in 10s\n");
}

}  // namespace
}  // namespace strata::cli
