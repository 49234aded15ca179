#include "CLI/CLI.hpp"
#include "client/cli/ask/insight/insight_verbs.h"
#include "client/cli/program/command.h"

namespace strata::cli {

void RegisterInsight(CLI::App& app, Context& context) {
  CLI::App* noun = AddNoun(app, "insight", "The questions leadership asks, with evidence");
  AddInsightStructure(*noun, context);
  AddInsightRisk(*noun, context);
  AddInsightActions(*noun, context);
  AddInsightAdvice(*noun, context);
}

}  // namespace strata::cli
