#include <signal.h>
#include <systemd/sd-daemon.h>

#include <cstring>
#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/base/error.h"
#include "server/base/exit_code.h"
#include "server/base/standard_streams.h"
#include "server/config.h"
#include "server/rpc/server.h"
#include "server/rpc/transport/log.h"

namespace strata {
namespace {

int Fail(const absl::Status& status) {
  std::cerr << "stratad: " << status.message() << "\n";
  return static_cast<int>(ExitCodeOf(status.code(), FactsOf(status).reason));
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

// Tells systemd, or whoever else set NOTIFY_SOCKET, how far the server is [sd_notify(3)]; where
// nobody did, nothing is told.
void TellServiceManager(const std::string& state, rpc::Log& log) {
  const int told = sd_notify(/*unset_environment=*/0, state.c_str());
  if (told >= 0) return;
  log.Write(rpc::LogLevel::kWarn, "notify",
            {{"message", absl::StrCat("NOTIFY_SOCKET: ", std::strerror(-told))}});
}

int Serve(const rpc::ServerOptions& options, const EndSignals& signals) {
  absl::StatusOr<std::unique_ptr<rpc::Server>> server = rpc::Server::Start(options);
  if (!server.ok()) return Fail(server.status());
  // That the server is ready is worth a line at every level but "off".
  rpc::Log log(options.log_level == "off" ? rpc::LogLevel::kOff : rpc::LogLevel::kInfo);
  const std::string address = AddressOf(options, (*server)->port());
  log.Write(rpc::LogLevel::kInfo, "ready",
            {{"message", absl::StrCat("listening on ", address)},
             {"port", int64_t{(*server)->port()}},
             {"data_dir", options.data_dir},
             {"version", STRATA_VERSION}});
  TellServiceManager(absl::StrCat("READY=1\nSTATUS=Listening on ", address), log);
  const int signal = signals.Wait();
  signals.Restore();
  TellServiceManager("STOPPING=1\nSTATUS=Draining", log);
  log.Write(rpc::LogLevel::kInfo, "drain",
            {{"message", "draining; a second signal ends the process at once"},
             {"signal", int64_t{signal}}});
  (*server)->Shutdown();
  log.Write(rpc::LogLevel::kInfo, "stopped", {});
  return static_cast<int>(ExitCode::kDone);
}

int Main(int argc, char** argv) {
  StandardStreams streams;
  const absl::Status opened = OpenStandardStreams(&streams);
  if (!opened.ok()) return static_cast<int>(ExitCode::kFailed);  // and nowhere to say why
  const EndSignals signals;
  const absl::StatusOr<CommandLine> line = ParseCommandLine(argc, argv);
  if (!line.ok()) return Fail(line.status());
  if (line->action == CommandLine::Action::kPrint) {
    std::cout << line->text << std::flush;
    if (streams.has_output && std::cout) return static_cast<int>(ExitCode::kDone);
    return Fail(absl::UnknownError("cannot write the output"));
  }
  return Serve(line->options, signals);
}

}  // namespace
}  // namespace strata

int main(int argc, char** argv) { return strata::Main(argc, argv); }
