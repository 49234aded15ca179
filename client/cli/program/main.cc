#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "client/cli/program/program.h"
#include "server/base/exit_code.h"
#include "server/base/standard_streams.h"

namespace {

int TerminalWidth() {
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

}  // namespace

int main(int argc, char** argv) {
  strata::StandardStreams streams;
  const absl::Status opened = strata::OpenStandardStreams(&streams);
  std::ios::sync_with_stdio(false);
  if (!opened.ok() || !streams.has_output) {
    std::cerr << "strata: "
              << (opened.ok() ? "standard output is closed, so nothing could be told; send it to "
                                "/dev/null when it is not wanted"
                              : opened.message())
              << std::endl;
    return static_cast<int>(strata::ExitCode::kFailed);
  }
  strata::cli::Terminal terminal = {std::cout, std::cerr};
  terminal.out_is_terminal = isatty(STDOUT_FILENO) != 0;
  terminal.err_is_terminal = isatty(STDERR_FILENO) != 0;
  terminal.rich = terminal.out_is_terminal && std::getenv("NO_COLOR") == nullptr;
  terminal.width = TerminalWidth();
  return strata::cli::RunProgram(std::vector<std::string>(argv + 1, argv + argc), terminal);
}
