#ifndef STRATA_SERVER_CONFIG_H_
#define STRATA_SERVER_CONFIG_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/rpc/server.h"

// How stratad is told what to do: flags, and a configuration file that they win over.

namespace strata {

struct CommandLine {
  enum class Action { kServe, kPrint };
  Action action = Action::kServe;
  rpc::ServerOptions options;  // for kServe
  std::string text;            // for kPrint: the help or the version
};

// INVALID_ARGUMENT for a wrong flag or configuration file, with what to do about it. A flag wins
// over the same setting of the file.
absl::StatusOr<CommandLine> ParseCommandLine(int argc, const char* const* argv);

// Sets in `options` what the text of a configuration file sets (strata.config.v1.Stratad in text
// format). INVALID_ARGUMENT names line, column and fault; `name` stands for the file in messages.
absl::Status ApplyConfig(absl::string_view text, absl::string_view name,
                         rpc::ServerOptions& options);

}  // namespace strata

#endif  // STRATA_SERVER_CONFIG_H_
