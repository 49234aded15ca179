#ifndef STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_STATUSES_H_
#define STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_STATUSES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "client/cli/program/command.h"
#include "strata/v1/workspace_service.pb.h"

// Which statuses the orders of an import had, and which of them the workspace counts as revenue: a
// spelling that nobody thought of is seen when it comes in, not in a wrong figure later.

namespace strata::cli {

struct StatusCount {
  std::string status;  // as it was sent; empty: none
  int64_t orders = 0;
  bool counts = true;  // not among the workspace's excluded statuses
};

// `met`: orders by status. By number of orders, the most first, then by status.
std::vector<StatusCount> JudgeStatuses(const std::map<std::string, int64_t>& met,
                                       const v1::Workspace& workspace);

// A table for people; nothing where there are none.
void PrintStatuses(const Context& context, const std::vector<StatusCount>& statuses);

// "Shipped=286;Cancelled=4 excluded": for one field of a CSV row.
std::string PlainStatuses(const std::vector<StatusCount>& statuses);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_STATUSES_H_
