#include "server/config.h"

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace strata {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<CommandLine> Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "stratad");
  return ParseCommandLine(static_cast<int>(arguments.size()), arguments.data());
}

std::string MessageOf(const absl::StatusOr<CommandLine>& line) {
  return std::string(line.status().message());
}

TEST(ConfigTest, FlagsWinOverTheFile) {
  const std::string path = ::testing::TempDir() + "/stratad_config_test.textproto";
  std::ofstream(path) << "data_dir: '/from/file'\nlisten: 'localhost:1'\n"
                         "max_concurrent_reads: 7 drain_seconds: 0 log_level: 'error'\n";
  const auto line = Parse({"--config", path.c_str(), "--listen", "localhost:2"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->action, CommandLine::Action::kServe);
  EXPECT_EQ(line->options.data_dir, "/from/file");
  EXPECT_EQ(line->options.listen, "localhost:2");
  EXPECT_EQ(line->options.max_concurrent_reads, 7);
  EXPECT_EQ(line->options.drain_seconds, 0);
  EXPECT_EQ(line->options.default_deadline_seconds, 60);
  EXPECT_EQ(line->options.log_level, "error");
  std::remove(path.c_str());
}

TEST(ConfigTest, ExampleFileIsValid) {
  const auto line = Parse({"--config", STRATA_SOURCE_DIR "/deploy/strata.textproto"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->options.data_dir, "/var/lib/strata");
}

TEST(ConfigTest, SaysWhereAFileIsWrong) {
  rpc::ServerOptions options;
  const absl::Status status = ApplyConfig("data_dir: 'x'\nlisten_on: 'y'\n", "f", options);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("f:2:"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("listen_on"));
}

TEST(ConfigTest, SaysWhatIsWrongWithTheFlags) {
  EXPECT_THAT(MessageOf(Parse({})), HasSubstr("--data-dir"));
  EXPECT_THAT(MessageOf(Parse({"--data-dirs", "x"})), HasSubstr("--data-dirs"));
  EXPECT_THAT(MessageOf(Parse({"--data-dir", "x", "--drain", "soon"})), HasSubstr("--drain"));
  EXPECT_THAT(MessageOf(Parse({"--config", "/does/not/exist"})), HasSubstr("/does/not/exist"));
}

TEST(ConfigTest, HelpHasAnExample) {
  const auto help = Parse({"--help"});
  ASSERT_TRUE(help.ok());
  EXPECT_EQ(help->action, CommandLine::Action::kPrint);
  EXPECT_THAT(help->text, HasSubstr("stratad --data-dir ./data"));
  const auto version = Parse({"--version"});
  ASSERT_TRUE(version.ok());
  EXPECT_THAT(version->text, HasSubstr("stratad " STRATA_VERSION));
}

}  // namespace
}  // namespace strata
