#ifndef STRATA_CLIENT_CLI_ASK_WORKSPACE_SETTING_FIELDS_H_
#define STRATA_CLIENT_CLI_ASK_WORKSPACE_SETTING_FIELDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "strata/v1/setting.pb.h"
#include "strata/v1/workspace_service.pb.h"

// The settings of a workspace as the contract has them: every field of Workspace, and of the rules
// in it, that says which setting it is (setting.proto). Flags, pages and csv walk this list.

namespace strata::cli {

struct SettingField {
  const google::protobuf::FieldDescriptor* rule;  // of Workspace, that holds it; null: none
  const google::protobuf::FieldDescriptor* field;

  const v1::Setting& setting() const;
  std::string flag() const;    // "--vip-units"
  std::string path() const;    // "loyalty_rule.vip_units", as an update mask has it
  std::string column() const;  // of csv: "vip_units"
  bool is_number() const;      // a whole one

  // For people: what it is, what it may be and what it is by default. "The day on which weeks
  // begin; monday, tuesday ... [monday]".
  std::string Help() const;

  // Sets it to what a flag was given: one text, of a list every entry. An entry of a list of
  // promises puts itself in the place of its tier's; a workspace that is being made begins with the
  // default ones. INVALID_ARGUMENT names the flag and says what it takes.
  absl::Status Set(const std::vector<std::string>& given, v1::Workspace& workspace) const;

  // For programs: as a flag takes it, entries of lists separated by ';'.
  std::string Plain(const v1::Workspace& workspace) const;
  // For people: a line, of a list of promises one a tier.
  std::vector<std::string> Lines(const v1::Workspace& workspace) const;
};

// In the order of the contract.
const std::vector<SettingField>& SettingFields();

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_WORKSPACE_SETTING_FIELDS_H_
