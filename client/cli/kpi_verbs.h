#ifndef STRATA_CLIENT_CLI_KPI_VERBS_H_
#define STRATA_CLIENT_CLI_KPI_VERBS_H_

#include "client/cli/command.h"

namespace strata::cli {

// The larger verbs of the noun `kpi`, a file each.
void AddKpiQuery(CLI::App& kpi, Context& context);
void AddKpiSummary(CLI::App& kpi, Context& context);
void AddKpiExplain(CLI::App& kpi, Context& context);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_KPI_VERBS_H_
