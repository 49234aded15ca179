#include "server/config.h"

#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "server/base/exit_code.h"
#include "server/base/status_macros.h"
#include "strata/config/v1/config.pb.h"

namespace strata {
namespace {

constexpr char kExample[] =
    "Example:\n"
    "  stratad --data-dir ./data --listen localhost:50051\n"
    "  stratad --config /etc/strata/strata.textproto --log-level warn\n"
    "\n"
    "SIGTERM and SIGINT drain: new calls are refused, calls under way get --drain seconds.\n"
    "\n";

// Keeps the first fault of a text and where it is; both count from 1 for people.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat(line + 1, ":", column + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// What was said on the command line; absent: nothing.
struct Flags {
  std::optional<std::string> config, data_dir, listen, tls_cert, tls_key, log_level;
  std::optional<int> max_concurrent_reads, default_deadline, drain;
};

void Declare(CLI::App& app, Flags& flags) {
  app.add_option("--config", flags.config,
                 "Configuration file in protobuf text format; flags win over it")
      ->type_name("FILE");
  app.add_option("--data-dir", flags.data_dir, "Folder that holds the data; made when missing")
      ->type_name("DIR");
  app.add_option("--listen", flags.listen,
                 "Address to listen on; port 0 takes a free one [localhost:50051]")
      ->type_name("HOST:PORT");
  app.add_option("--tls-cert", flags.tls_cert, "Certificate chain, PEM; with --tls-key")
      ->type_name("FILE");
  app.add_option("--tls-key", flags.tls_key, "Private key, PEM; with --tls-cert")
      ->type_name("FILE");
  app.add_option("--max-concurrent-reads", flags.max_concurrent_reads,
                 "Reads at work at the same time; one more is refused [32]")
      ->type_name("N");
  app.add_option("--default-deadline", flags.default_deadline,
                 "Deadline in seconds of calls that come without one [60]")
      ->type_name("SECONDS");
  app.add_option("--drain", flags.drain, "How long calls under way may go on after SIGTERM [20]")
      ->type_name("SECONDS");
  app.add_option("--log-level", flags.log_level,
                 "debug, info (a line a call), warn, error or off [info]")
      ->type_name("LEVEL");
}

template <typename T>
void Take(const std::optional<T>& flag, T& option) {
  if (flag.has_value()) option = *flag;
}

void ApplyFlags(const Flags& flags, rpc::ServerOptions& options) {
  Take(flags.data_dir, options.data_dir);
  Take(flags.listen, options.listen);
  Take(flags.tls_cert, options.tls_cert_file);
  Take(flags.tls_key, options.tls_key_file);
  Take(flags.log_level, options.log_level);
  Take(flags.max_concurrent_reads, options.max_concurrent_reads);
  Take(flags.default_deadline, options.default_deadline_seconds);
  Take(flags.drain, options.drain_seconds);
}

absl::Status ApplyConfigFile(const std::string& path, rpc::ServerOptions& options) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || (file.peek() != EOF && !(text << file.rdbuf()))) {
    return absl::InvalidArgumentError(absl::StrCat("--config: cannot read ", path));
  }
  return ApplyConfig(text.str(), path, options);
}

}  // namespace

absl::Status ApplyConfig(absl::string_view text, absl::string_view name,
                         rpc::ServerOptions& options) {
  config::v1::Stratad config;
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(std::string(text), &config)) {
    return absl::InvalidArgumentError(absl::StrCat("--config: ", name, ":", error.text()));
  }
  if (!config.data_dir().empty()) options.data_dir = config.data_dir();
  if (!config.listen().empty()) options.listen = config.listen();
  if (!config.tls_cert_file().empty()) options.tls_cert_file = config.tls_cert_file();
  if (!config.tls_key_file().empty()) options.tls_key_file = config.tls_key_file();
  if (!config.log_level().empty()) options.log_level = config.log_level();
  if (config.has_max_concurrent_reads()) {
    options.max_concurrent_reads = config.max_concurrent_reads();
  }
  if (config.has_default_deadline_seconds()) {
    options.default_deadline_seconds = config.default_deadline_seconds();
  }
  if (config.has_drain_seconds()) options.drain_seconds = config.drain_seconds();
  return absl::OkStatus();
}

absl::StatusOr<CommandLine> ParseCommandLine(int argc, const char* const* argv) {
  CommandLine line;
  line.options.log_level = "info";
  Flags flags;
  CLI::App app("stratad: analytics over orders, customers and service records, served by gRPC",
               "stratad");
  app.footer(absl::StrCat(kExample, kExitCodes, "\n"));
  app.set_version_flag("--version", "stratad " STRATA_VERSION);
  Declare(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForVersion& version) {
    line.action = CommandLine::Action::kPrint;
    line.text = absl::StrCat(version.what(), "\n");
    return line;
  } catch (const CLI::Success&) {
    line.action = CommandLine::Action::kPrint;
    line.text = app.help();
    return line;
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(absl::StrCat(error.what(), "; see stratad --help"));
  }
  if (flags.config.has_value()) {
    STRATA_RETURN_IF_ERROR(ApplyConfigFile(*flags.config, line.options));
  }
  ApplyFlags(flags, line.options);
  if (line.options.data_dir.empty()) {
    return absl::InvalidArgumentError(
        "name the folder that holds the data: stratad --data-dir ./data");
  }
  // Elsewhere it would stand for no socket at all.
  if (line.options.listen.empty()) {
    return absl::InvalidArgumentError("--listen: an address is needed, as in localhost:50051");
  }
  return line;
}

}  // namespace strata
