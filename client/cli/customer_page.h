#ifndef STRATA_CLIENT_CLI_CUSTOMER_PAGE_H_
#define STRATA_CLIENT_CLI_CUSTOMER_PAGE_H_

#include "client/cli/command.h"
#include "strata/v1/customer_service.pb.h"

namespace strata::cli {

// One customer as a page: what was sent of them, what is computed, the latest orders.
void PrintCustomerPage(const Terminal& terminal, const v1::GetCustomerResponse& answer);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_CUSTOMER_PAGE_H_
