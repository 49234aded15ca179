#include <signal.h>

#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/config.h"
#include "server/rpc/log.h"
#include "server/rpc/server.h"

namespace strata {
namespace {

// As of the CLI: see the help of both.
constexpr int kDone = 0, kFailed = 1, kUsage = 2, kUnavailable = 5;

int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return kUsage;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kFailedPrecondition:
      return kUnavailable;
    default:
      return kFailed;
  }
}

// The address with the port that was really taken.
std::string AddressOf(const rpc::ServerOptions& options, int port) {
  return absl::StrCat(options.listen.substr(0, options.listen.rfind(':')), ":", port);
}

// The signals that end a server gracefully. Blocked before any thread starts, so that they reach
// nobody but the thread that waits for them.
class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }

  int Wait() const {
    int signal = 0;
    sigwait(&set_, &signal);
    return signal;
  }

  // From now on they end the process at once: for a second Ctrl-C during a drain.
  void Restore() const { pthread_sigmask(SIG_UNBLOCK, &set_, nullptr); }

 private:
  sigset_t set_;
};

int Serve(const rpc::ServerOptions& options, const EndSignals& signals) {
  absl::StatusOr<std::unique_ptr<rpc::Server>> server = rpc::Server::Start(options);
  if (!server.ok()) {
    std::cerr << "stratad: " << server.status().message() << "\n";
    return ExitCodeOf(server.status());
  }
  // That the server is ready is worth a line at every level but "off".
  rpc::Log log(options.log_level == "off" ? rpc::LogLevel::kOff : rpc::LogLevel::kInfo);
  const std::string address = AddressOf(options, (*server)->port());
  log.Write(rpc::LogLevel::kInfo, "ready",
            {{"message", absl::StrCat("listening on ", address)},
             {"port", int64_t{(*server)->port()}},
             {"data_dir", options.data_dir},
             {"version", STRATA_VERSION}});
  const int signal = signals.Wait();
  signals.Restore();
  log.Write(rpc::LogLevel::kInfo, "drain",
            {{"message", "draining; a second signal ends the process at once"},
             {"signal", int64_t{signal}}});
  (*server)->Shutdown();
  log.Write(rpc::LogLevel::kInfo, "stopped", {});
  return kDone;
}

int Main(int argc, char** argv) {
  const EndSignals signals;
  const absl::StatusOr<CommandLine> line = ParseCommandLine(argc, argv);
  if (!line.ok()) {
    std::cerr << "stratad: " << line.status().message() << "\n";
    return kUsage;
  }
  if (line->action == CommandLine::Action::kPrint) {
    std::cout << line->text;
    return kDone;
  }
  return Serve(line->options, signals);
}

}  // namespace
}  // namespace strata

int main(int argc, char** argv) { return strata::Main(argc, argv); }
