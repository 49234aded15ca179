#ifndef STRATA_CLIENT_CLI_ASK_CUSTOMER_CUSTOMER_SERVICE_RECORD_H_
#define STRATA_CLIENT_CLI_ASK_CUSTOMER_CUSTOMER_SERVICE_RECORD_H_

#include "client/cli/program/command.h"
#include "strata/v1/customer_service.pb.h"

// One customer's tickets, contracts and surveys on their page.

namespace strata::cli {

// How many tickets there are, how many of them are open or past due at the end of the answer's
// as_of, and the latest `shown`, open ones beyond them too.
void PrintTickets(const Terminal& terminal, const v1::GetCustomerResponse& customer, int shown);

// Each contract with the days to its end.
void PrintContracts(const Terminal& terminal, const v1::GetCustomerResponse& customer);

// The latest answers of each kind, in one line.
void PrintSurveys(const Terminal& terminal, const v1::GetCustomerResponse& customer);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_CUSTOMER_CUSTOMER_SERVICE_RECORD_H_
