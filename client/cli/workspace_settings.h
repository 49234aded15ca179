#ifndef STRATA_CLIENT_CLI_WORKSPACE_SETTINGS_H_
#define STRATA_CLIENT_CLI_WORKSPACE_SETTINGS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "strata/v1/workspace_service.pb.h"

namespace CLI {
class App;
}

namespace strata::cli {

// The settings of a workspace as flags of create and update.
class WorkspaceSettings {
 public:
  // Adds --display-name, --currency and so on to `command`. The object has to outlive it.
  void AddTo(CLI::App& command);

  // Puts what was given over `workspace`. INVALID_ARGUMENT for an amount that is none.
  absl::Status ApplyTo(v1::Workspace& workspace) const;

  // The fields of Workspace that were given: an update mask.
  std::vector<std::string> given() const;

 private:
  struct Flag {
    std::string field;  // of Workspace
    std::function<bool()> given;
    std::function<absl::Status(v1::Workspace&)> apply;
  };
  template <typename T>
  void Add(CLI::App& command, const std::string& name, const std::string& description,
           const std::string& field, std::function<absl::Status(v1::Workspace&, const T&)> apply);

  std::vector<Flag> flags_;
};

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_WORKSPACE_SETTINGS_H_
