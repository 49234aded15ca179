#ifndef STRATA_CLIENT_CLI_ASK_KPI_KPI_VERBS_H_
#define STRATA_CLIENT_CLI_ASK_KPI_KPI_VERBS_H_

#include <string>

#include "client/cli/program/command.h"
#include "strata/v1/kpi_service.pb.h"

namespace strata::cli {

// The larger verbs of the noun `kpi`, a file each.
void AddKpiQuery(CLI::App& kpi, Context& context);
void AddKpiSummary(CLI::App& kpi, Context& context);
void AddKpiExplain(CLI::App& kpi, Context& context);

// The catalogue, every page of it.
absl::StatusOr<v1::ListKpisResponse> FetchKpis(Context& context, const std::string& workspace);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_KPI_KPI_VERBS_H_
