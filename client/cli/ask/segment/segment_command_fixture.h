#ifndef STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_COMMAND_FIXTURE_H_
#define STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_COMMAND_FIXTURE_H_

#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/program/program.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "strata/mocks/mock_connection.h"

namespace strata::cli {

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

// Runs `strata -w sales segment ...` over a mock of the connection.
class SegmentCommandTest : public testing::Test {
 protected:
  int Run(std::vector<std::string> arguments) { return RunOn({out_, err_}, std::move(arguments)); }
  // As on a terminal that shows bars.
  int RunRich(std::vector<std::string> arguments, int width = 160) {
    return RunOn({.out = out_, .err = err_, .out_is_terminal = true, .rich = true, .width = width},
                 std::move(arguments));
  }

  const std::shared_ptr<MockConnection> connection_ = std::make_shared<MockConnection>();
  std::ostringstream out_, err_;

 private:
  int RunOn(const Terminal& terminal, std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    arguments.insert(arguments.begin(), {"-w", "sales", "segment"});
    return RunProgram(arguments, terminal, Client(connection_));
  }
};

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_COMMAND_FIXTURE_H_
