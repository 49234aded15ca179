#ifndef STRATA_CLIENT_CLI_ASK_CUSTOMER_CUSTOMER_OUTLOOK_H_
#define STRATA_CLIENT_CLI_ASK_CUSTOMER_CUSTOMER_OUTLOOK_H_

#include "client/cli/program/command.h"
#include "strata/v1/customer_service.pb.h"

// Health and escalation risk on a customer's page.

namespace strata::cli {

// The score with its coverage, and each component with its weight and what was measured.
void PrintHealth(const Terminal& terminal, const v1::GetCustomerResponse& customer);

// The chance of an escalation beside the base rate, and what drives it, in words.
void PrintRisk(const Terminal& terminal, const v1::GetCustomerResponse& customer);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_CUSTOMER_CUSTOMER_OUTLOOK_H_
