#ifndef STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_PROPOSAL_VIEW_H_
#define STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_PROPOSAL_VIEW_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/cli/import/command/import_arguments.h"
#include "client/cli/import/command/import_job.h"
#include "client/cli/import/csv/import_reject.h"
#include "client/cli/import/propose/import_proposal.h"
#include "client/cli/program/command.h"

namespace strata::cli {

// A proposed mapping and what it makes of the files, before anything is stored.
struct ProposalView {
  const imports::Proposal& proposal;
  const imports::ImportContent& content;
  const imports::RejectLog& rejects;
  std::string workspace;
  bool workspace_missing = false;  // it will be made, in `currency`
  std::string currency;
  absl::TimeZone zone;
};

// The mapping, the first records, the totals, and the notes; with -o json one object.
absl::Status PrintProposal(const Context& context, const ProposalView& view);

// What is in the records, a line each: "orders  25,900 of 541,909 lines".
std::vector<std::pair<std::string, std::string>> Totals(const imports::ImportSummary& summary,
                                                        const std::string& currency,
                                                        absl::TimeZone zone);

// The commands that import what was shown: at once, and by way of a saved mapping.
std::string HowToGoOn(const Context& context, const ImportArguments& arguments,
                      const imports::TablesAndPaths& files, const std::string& workspace);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_IMPORT_COMMAND_IMPORT_PROPOSAL_VIEW_H_
