#ifndef STRATA_CLIENT_CLI_DEMO_DEMO_PORTFOLIO_H_
#define STRATA_CLIENT_CLI_DEMO_DEMO_PORTFOLIO_H_

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "client/cli/demo/demo_account.h"
#include "client/cli/demo/demo_orders.h"

namespace strata::cli {

// A made-up portfolio of people and companies: profiles, orders, tickets, contracts, surveys. The
// same options give the same records in the same order on every machine. Nothing in it happens
// after options.end (only ends of contracts, promises and due times lie there); times are UTC,
// amounts in currency units of the workspace.
class DemoPortfolio {
 public:
  // INVALID_ARGUMENT for options out of their ranges.
  static absl::StatusOr<DemoPortfolio> Create(const PortfolioOptions& options);

  // Customer by customer, each followed by what it did.
  absl::Status Generate(RecordTaker take) const;

  // What was planted, one JSON object a line: first {"kind":"portfolio",...} with the options, then
  // {"kind":"affinity","product":...,"also":...,"chance":...}, then {"kind":ROLE,"customer":...} of
  // every account with a role, with "escalated_on" or "escalates_in" (a month), "decline_from",
  // "buys_from"/"buys_to" (months of the year) where they apply.
  void WriteTruth(std::ostream& out) const;

  const DemoAccounts& accounts() const { return accounts_; }
  const DemoCalendar& calendar() const { return calendar_; }
  const PortfolioOptions& options() const { return options_; }

 private:
  explicit DemoPortfolio(const PortfolioOptions& options)
      : options_(options), calendar_(options), accounts_(options) {}

  PortfolioOptions options_;
  DemoCalendar calendar_;
  DemoAccounts accounts_;
};

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_DEMO_DEMO_PORTFOLIO_H_
