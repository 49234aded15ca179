#ifndef STRATA_CLIENT_CLI_IMPORT_PROPOSE_COLUMN_ROLES_H_
#define STRATA_CLIENT_CLI_IMPORT_PROPOSE_COLUMN_ROLES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace strata::imports {

// What a column of a business file may be. Fields of records, and what fields are computed from.
enum class Role : uint8_t {
  kOrderId,
  kCustomerId,
  kTime,
  kTimeOfDay,
  kAmount,
  kUnitPrice,
  kQuantity,
  kDiscount,
  kCost,
  kUnitCost,
  kProfit,
  kStatus,
  kProduct,
  kProductLine,
  kChannel,
  kShippedTime,
  kDeliveredTime,
  kPromisedTime,
  kCurrency,
  kDisplayName,
  kFirstName,
  kLastName,
  kEmail,
  kBirthDate,
  kGender,
  kChildren,
  kCountry,
  kRegion,
  kCity,
  kIndustry,
  kAccountOwner,
  kStrategic,
  kCreatedTime,
  kTicketId,
  kFirstResponseTime,
  kResolvedTime,
  kPriority,
  kCategory,
  kCsat,
  kContractId,
  kStartDate,
  kEndDate,
  kAnnualValue,
  kMonthlyValue,
  kAutoRenew,
  kNps,
  kSurveyId,
};

// "Order ID (US)" as "order id": words in lower case without signs and brackets, with a blank
// between them; "orderDate" and "ORDERDATE" alike become "orderdate".
std::string HeaderKey(absl::string_view name);

// How well a header names a role: 0 not at all, else higher is better. A name that holds a known
// one as its last words ("Billing Country") counts less than the name itself.
int NameScore(absl::string_view header, Role role);

// The name by which --column calls a role: "customer", "order_time".
absl::string_view NameOfRole(Role role);
// All roles.
std::vector<Role> AllRoles();

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_PROPOSE_COLUMN_ROLES_H_
