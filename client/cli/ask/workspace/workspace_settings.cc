#include "client/cli/ask/workspace/workspace_settings.h"

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cli/base/status_macros.h"

namespace strata::cli {

void WorkspaceSettings::AddTo(CLI::App& command) {
  for (const SettingField& setting : SettingFields()) {
    Flag& flag = flags_.emplace_back(Flag{.setting = setting});
    CLI::Option* option = command.add_option(setting.flag(), flag.texts, setting.Help());
    flag.option = option;
    option->allow_extra_args(false);
    if (!setting.field->is_repeated()) {
      option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
      if (setting.is_number()) option->type_name("INT");
    } else if (setting.field->message_type() == nullptr) {
      option->delimiter(',');
    } else {
      option->type_name("TIER=HOURS,DAYS,PATH");
    }
  }
}

absl::Status WorkspaceSettings::ApplyTo(v1::Workspace& workspace) const {
  for (const Flag& flag : flags_) {
    if (flag.option->count() == 0) continue;
    STRATA_RETURN_IF_ERROR(flag.setting.Set(flag.texts, workspace));
  }
  return absl::OkStatus();
}

absl::Status WorkspaceSettings::ApplyToNew(v1::Workspace& workspace) const {
  STRATA_RETURN_IF_ERROR(ApplyTo(workspace));
  for (const Flag& flag : flags_) {
    if (flag.option->count() == 0 || !flag.setting.field->is_repeated()) continue;
    if (!flag.setting.Plain(workspace).empty()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(flag.setting.flag(),
                     ": a new workspace begins with the default of a list that is empty; "
                     "make it without this flag, then give the flag to `strata workspace update`"));
  }
  return absl::OkStatus();
}

std::vector<std::string> WorkspaceSettings::given() const {
  std::vector<std::string> paths;
  for (const Flag& flag : flags_) {
    if (flag.option->count() > 0) paths.push_back(flag.setting.path());
  }
  return paths;
}

}  // namespace strata::cli
