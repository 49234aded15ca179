#include <ostream>

#include "CLI/CLI.hpp"
#include "client/cli/base/delimited_output.h"
#include "client/cli/program/command.h"

namespace strata::cli {
namespace {

absl::Status PrintVersion(Context& context) {
  switch (context.flags().output) {
    case OutputForm::kJson:
      context.out() << "{\"version\": \"" << STRATA_VERSION << "\", \"api\": \"strata.v1\"}\n";
      break;
    case OutputForm::kCsv:
      WriteCsvRow(context.out(), {"version", "api"});
      WriteCsvRow(context.out(), {STRATA_VERSION, "strata.v1"});
      break;
    case OutputForm::kTable:
      context.out() << "strata " << STRATA_VERSION << " (API strata.v1)\n";
      break;
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterVersion(CLI::App& app, Context& context) {
  AddCommand(
      app, "version", "Version of this program", "strata version -o json",
      [&context] { return PrintVersion(context); }, context);
}

}  // namespace strata::cli
