#ifndef STRATA_CLIENT_CLI_ASK_CUSTOMER_CUSTOMER_FIGURES_H_
#define STRATA_CLIENT_CLI_ASK_CUSTOMER_CUSTOMER_FIGURES_H_

#include "absl/status/statusor.h"
#include "client/cli/program/command.h"
#include "strata/v1/customer_service.pb.h"
#include "strata/v1/kpi_service.pb.h"

// One customer's figures on their page: the year against the year before, month by month, and where
// they stand among all.

namespace strata::cli {

// The customer's KPIs of the twelve months up to the page's day, and of the twelve before, on the
// page's revision or a later one.
absl::StatusOr<v1::QueryKpisResponse> AskYear(Context& context,
                                              const v1::GetCustomerResponse& customer);

// The year against the year before, with a sparkline of the months; where those cannot be drawn,
// the months as figures below.
void PrintYear(const Terminal& terminal, const v1::GetCustomerResponse& customer,
               const v1::QueryKpisResponse& year);

// Value, rank and median of each KPI over all history.
void PrintStandings(const Terminal& terminal, const v1::GetCustomerResponse& customer);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_CUSTOMER_CUSTOMER_FIGURES_H_
