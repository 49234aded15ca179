#ifndef STRATA_CLIENT_CLI_ASK_WORKSPACE_WORKSPACE_SETTINGS_H_
#define STRATA_CLIENT_CLI_ASK_WORKSPACE_WORKSPACE_SETTINGS_H_

#include <deque>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/cli/ask/workspace/setting_fields.h"
#include "strata/v1/workspace_service.pb.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace strata::cli {

// The settings of a workspace as flags of create and update: one for each of SettingFields.
class WorkspaceSettings {
 public:
  // Adds --display-name, --currency and so on to `command`. The object has to outlive it.
  void AddTo(CLI::App& command);

  // Puts what was given over `workspace`. INVALID_ARGUMENT for a text that is none of its kind.
  absl::Status ApplyTo(v1::Workspace& workspace) const;

  // Likewise of a workspace that is being made. INVALID_ARGUMENT also for a list that was given and
  // is empty: the contract takes it for one that was not.
  absl::Status ApplyToNew(v1::Workspace& workspace) const;

  // The paths of the settings that were given: an update mask.
  std::vector<std::string> given() const;

 private:
  struct Flag {
    SettingField setting;
    const CLI::Option* option = nullptr;
    std::vector<std::string> texts;
  };
  std::deque<Flag> flags_;  // options point into it
};

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_WORKSPACE_WORKSPACE_SETTINGS_H_
