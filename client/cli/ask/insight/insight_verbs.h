#ifndef STRATA_CLIENT_CLI_ASK_INSIGHT_INSIGHT_VERBS_H_
#define STRATA_CLIENT_CLI_ASK_INSIGHT_INSIGHT_VERBS_H_

#include "client/cli/program/command.h"

namespace strata::cli {

// The verbs of the noun `insight`, one question each, a file a subject; the main table as csv.
// concentration, distribution, volatility, retention:
void AddInsightStructure(CLI::App& insight, Context& context);
void AddInsightRisk(CLI::App& insight, Context& context);     // risk, backtest, indicators
void AddInsightActions(CLI::App& insight, Context& context);  // support, interventions, signals
void AddInsightAdvice(CLI::App& insight, Context& context);   // recommend, swot

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_INSIGHT_INSIGHT_VERBS_H_
