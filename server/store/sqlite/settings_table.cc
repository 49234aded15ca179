#include "server/store/sqlite/settings_table.h"

#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "server/base/status_macros.h"
#include "server/domain/status_key.h"
#include "server/store/sqlite/segment_table.h"

namespace strata::store {
namespace {

constexpr absl::string_view kAgeMethods[] = {"exact", "year_difference"};
constexpr absl::string_view kRoundings[] = {"floor", "ceil", "round"};

constexpr absl::string_view kExcludedContractStatuses = "excluded_contract_statuses";

// The rows of the table `settings`: calls visit(name, member) for the workspace's own name and for
// every setting without a table of its own.
template <typename Visitor>
void ForEachRow(Visitor visit) {
  visit("name", &WorkspaceSettings::name);
  ForEachSetting([&](absl::string_view, absl::string_view stored, auto member) {
    if constexpr (!std::is_same_v<decltype(member), decltype(&WorkspaceSettings::service_policy)>) {
      if (!stored.empty()) visit(stored, member);
    }
  });
}

std::string ToText(const std::string& value) { return value; }
// A status a line: they hold no control characters.
std::string ToText(const std::vector<std::string>& value) { return absl::StrJoin(value, "\n"); }
std::string ToText(AgeMethod value) { return std::string(kAgeMethods[static_cast<int>(value)]); }
std::string ToText(ShareRounding value) { return std::string(kRoundings[static_cast<int>(value)]); }
template <typename Int>
std::enable_if_t<std::is_integral_v<Int>, std::string> ToText(Int value) {
  return absl::StrCat(value);
}

bool FromText(absl::string_view text, std::string& value) {
  value = std::string(text);
  return true;
}
bool FromText(absl::string_view text, std::vector<std::string>& value) {
  value = absl::StrSplit(text, '\n', absl::SkipEmpty());
  return true;
}
template <typename Enum, size_t n>
bool FromNames(const absl::string_view (&names)[n], absl::string_view text, Enum& value) {
  for (size_t i = 0; i < n; ++i) {
    if (names[i] != text) continue;
    value = static_cast<Enum>(i);
    return true;
  }
  return false;
}
bool FromText(absl::string_view text, AgeMethod& value) {
  return FromNames(kAgeMethods, text, value);
}
bool FromText(absl::string_view text, ShareRounding& value) {
  return FromNames(kRoundings, text, value);
}
template <typename Int>
std::enable_if_t<std::is_integral_v<Int>, bool> FromText(absl::string_view text, Int& value) {
  return absl::SimpleAtoi(text, &value);
}

absl::StatusOr<std::vector<std::string>> ReadExcludedStatuses(Connection& connection) {
  STRATA_ASSIGN_OR_RETURN(
      Statement statuses,
      connection.Prepare("SELECT status FROM excluded_statuses ORDER BY status"));
  std::vector<std::string> excluded;
  Execution row(statuses);
  for (;;) {
    STRATA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return excluded;
    excluded.emplace_back(row.TextAt(0));
  }
}

absl::StatusOr<std::vector<TierServicePolicy>> ReadServicePolicy(Connection& connection) {
  STRATA_ASSIGN_OR_RETURN(
      Statement policies,
      connection.Prepare("SELECT tier, response_target_hours, contact_cadence_days, "
                         "escalation_path FROM service_policy ORDER BY position"));
  std::vector<TierServicePolicy> policy;
  Execution row(policies);
  for (;;) {
    STRATA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return policy;
    policy.push_back({std::string(row.TextAt(0)), static_cast<int>(row.IntAt(1)),
                      static_cast<int>(row.IntAt(2)), std::string(row.TextAt(3))});
  }
}

absl::Status WriteServicePolicy(Connection& connection,
                                const std::vector<TierServicePolicy>& policy) {
  STRATA_RETURN_IF_ERROR(connection.Execute("DELETE FROM service_policy"));
  STRATA_ASSIGN_OR_RETURN(
      Statement add, connection.Prepare("INSERT INTO service_policy VALUES (?1, ?2, ?3, ?4, ?5)"));
  int64_t position = 0;
  for (const TierServicePolicy& tier : policy) {
    STRATA_RETURN_IF_ERROR(Execution(add)
                               .Int(++position)
                               .Text(tier.tier)
                               .Int(tier.response_target_hours)
                               .Int(tier.contact_cadence_days)
                               .Text(tier.escalation_path)
                               .Run());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WorkspaceSettings> ReadSettings(Connection& connection) {
  WorkspaceSettings settings;
  STRATA_ASSIGN_OR_RETURN(Statement find,
                          connection.Prepare("SELECT value FROM settings WHERE name = ?1"));
  absl::Status status;
  bool knows_contract_statuses = false;
  ForEachRow([&](absl::string_view name, auto member) {
    if (!status.ok()) return;
    Execution row(find);
    const absl::StatusOr<bool> found = row.Text(name).Step();
    if (!found.ok()) {
      status = found.status();
    } else if (*found && !FromText(row.TextAt(0), settings.*member)) {
      status = absl::DataLossError(
          absl::StrCat(connection.path(), ": setting ", name, " does not read as its type"));
    } else if (*found && name == kExcludedContractStatuses) {
      knows_contract_statuses = true;
    }
  });
  STRATA_RETURN_IF_ERROR(status);
  STRATA_ASSIGN_OR_RETURN(settings.segments, ReadSegments(connection));

  STRATA_ASSIGN_OR_RETURN(std::vector<std::string> excluded, ReadExcludedStatuses(connection));
  // A file from before contracts had such a setting, with the only status that was excluded by
  // default then: nobody chose it, so it takes what is excluded by default now.
  const bool old_default =
      !knows_contract_statuses && excluded.size() == 1 && excluded.front() == "cancelled";
  if (!old_default) settings.excluded_statuses = StatusKeys(excluded);
  STRATA_ASSIGN_OR_RETURN(settings.service_policy, ReadServicePolicy(connection));
  return settings;
}

absl::Status WriteSettings(Connection& connection, const WorkspaceSettings& settings) {
  STRATA_ASSIGN_OR_RETURN(Statement put,
                          connection.Prepare("INSERT OR REPLACE INTO settings VALUES (?1, ?2)"));
  absl::Status status;
  ForEachRow([&](absl::string_view name, auto member) {
    if (!status.ok()) return;
    const std::string text = ToText(settings.*member);
    status = Execution(put).Text(name).Text(text).Run();
  });
  STRATA_RETURN_IF_ERROR(status);

  STRATA_RETURN_IF_ERROR(connection.Execute("DELETE FROM excluded_statuses"));
  STRATA_ASSIGN_OR_RETURN(
      Statement add, connection.Prepare("INSERT OR IGNORE INTO excluded_statuses VALUES (?1)"));
  for (const std::string& name : settings.excluded_statuses) {
    STRATA_RETURN_IF_ERROR(Execution(add).Text(name).Run());
  }
  STRATA_RETURN_IF_ERROR(WriteServicePolicy(connection, settings.service_policy));
  return WriteSegments(connection, settings.segments);
}

}  // namespace strata::store
