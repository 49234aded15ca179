#include "client/cli/import/command/import_statuses.h"

#include <algorithm>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/present/display_width.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/value_format.h"
#include "server/domain/settings.h"
#include "server/domain/status_key.h"

namespace strata::cli {
namespace {

constexpr size_t kShown = 20;

// A workspace that is not made yet excludes what it will exclude by default.
std::vector<std::string> ExcludedBy(const v1::Workspace& workspace) {
  const auto& excluded = workspace.excluded_statuses();
  if (excluded.empty() && !workspace.has_create_time()) {
    return StatusKeys(strata::WorkspaceSettings().excluded_statuses);
  }
  return StatusKeys({excluded.begin(), excluded.end()});
}

}  // namespace

std::vector<StatusCount> JudgeStatuses(const std::map<std::string, int64_t>& met,
                                       const v1::Workspace& workspace) {
  const std::vector<std::string> excluded = ExcludedBy(workspace);
  std::vector<StatusCount> statuses;
  for (const auto& [status, orders] : met) {
    statuses.push_back({status, orders, !HasStatus(excluded, status)});
  }
  std::stable_sort(statuses.begin(), statuses.end(),
                   [](const StatusCount& a, const StatusCount& b) { return a.orders > b.orders; });
  return statuses;
}

void PrintStatuses(const Context& context, const std::vector<StatusCount>& statuses) {
  if (statuses.empty()) return;
  std::ostream& out = context.out();
  out << '\n';
  TextTable table({{"order status"}, {"orders", Align::kRight}, {"revenue"}});
  for (size_t i = 0; i < std::min(statuses.size(), kShown); ++i) {
    const StatusCount& row = statuses[i];
    table.AddRow({row.status.empty() ? "(none)" : Printable(row.status), FormatInteger(row.orders),
                  row.counts ? "counts" : "excluded"});
  }
  table.Print(context.terminal());
  if (statuses.size() > kShown) {
    out << "... and " << FormatInteger(static_cast<int64_t>(statuses.size() - kShown))
        << " statuses more; -o json lists them all\n";
  }
  out << "strata workspace update --excluded-status A,B says which do not count\n";
}

std::string PlainStatuses(const std::vector<StatusCount>& statuses) {
  return absl::StrJoin(statuses, ";", [](std::string* out, const StatusCount& row) {
    absl::StrAppend(out, row.status.empty() ? "(none)" : row.status, "=", row.orders,
                    row.counts ? "" : " excluded");
  });
}

}  // namespace strata::cli
