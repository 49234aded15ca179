#ifndef STRATA_CLIENT_CLI_ASK_KPI_KPI_TIME_GRID_H_
#define STRATA_CLIENT_CLI_ASK_KPI_KPI_TIME_GRID_H_

#include <map>
#include <string>

#include "client/cli/program/command.h"
#include "strata/v1/kpi_service.pb.h"

namespace strata::cli {

// A table over time turned on its side, for a page: a line for each figure and combination of the
// other keys, the latest periods as columns, as many as the terminal holds (six where there is
// none), and on a rich terminal a sparkline of all of them. A table without time, or with two time
// fields, is printed as PrintKpiTable does. `names`: of KPIs by id, for those that are to be named
// in words.
void PrintTimeGrid(const Terminal& terminal, const v1::KpiTable& table,
                   const std::string& currency_code,
                   const std::map<std::string, std::string>& names = {});

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_KPI_KPI_TIME_GRID_H_
