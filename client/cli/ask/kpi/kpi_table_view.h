#ifndef STRATA_CLIENT_CLI_ASK_KPI_KPI_TABLE_VIEW_H_
#define STRATA_CLIENT_CLI_ASK_KPI_KPI_TABLE_VIEW_H_

#include <iosfwd>
#include <string>

#include "client/cli/program/command.h"
#include "strata/v1/kpi_service.pb.h"

namespace strata::cli {

// "revenue", or "revenue@previous" for a named range.
std::string ColumnId(const v1::KpiColumn& column);

// ColumnId with the unit behind it: "revenue (USD)".
std::string ColumnHeader(const v1::KpiColumn& column, const std::string& currency_code);

// The key of a row as text; an unknown one is "(not known)".
std::string KeyText(const v1::KpiRow& row, const v1::KpiTable& table, int key);

// Which key is the table's time (month, quarter ...); -1 without one, or with several.
int TimeKey(const v1::KpiTable& table);

// For people: keys, then figures with units in the header, totals below a rule. On a rich terminal
// each row has a bar of the first share, or of the first additive figure where there is no share,
// and a table over time ends with a sparkline a series. Rows whose period is not over are marked
// "*", small samples "°"; a legend follows where one occurs.
void PrintKpiTable(const Terminal& terminal, const v1::KpiTable& table,
                   const std::string& currency_code);

// For programs: one header row of ids, plain values; the totals row last, its keys empty.
void WriteKpiCsv(std::ostream& out, const v1::KpiTable& table);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_KPI_KPI_TABLE_VIEW_H_
