#ifndef STRATA_CLIENT_CLI_ASK_CUSTOMER_CUSTOMER_PAGE_H_
#define STRATA_CLIENT_CLI_ASK_CUSTOMER_CUSTOMER_PAGE_H_

#include "client/cli/program/command.h"
#include "strata/v1/customer_service.pb.h"
#include "strata/v1/kpi_service.pb.h"

namespace strata::cli {

struct CustomerPageOptions {
  int tickets = 10;      // latest tickets shown; open ones beyond them are shown too
  bool orders = false;   // the latest orders with their lines and channels, beside the timeline
  bool figures = false;  // every feature of the catalogue
};

// The monthly review of one customer: who they are, the year in figures, where they stand, service,
// contracts, health, risk, what happened of late. `year` as AskYear gives it.
void PrintCustomerPage(const Terminal& terminal, const v1::GetCustomerResponse& answer,
                       const v1::QueryKpisResponse& year, const CustomerPageOptions& options);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_CUSTOMER_CUSTOMER_PAGE_H_
