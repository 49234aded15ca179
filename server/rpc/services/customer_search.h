#ifndef STRATA_SERVER_RPC_SERVICES_CUSTOMER_SEARCH_H_
#define STRATA_SERVER_RPC_SERVICES_CUSTOMER_SEARCH_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/image/revision.h"

// Customers by what people call them.

namespace strata::rpc {

// How a text names customers, the best way first.
enum class NameMatch : uint8_t {
  kName,       // it is the display name
  kCase,       // it is the display name or the id but for case, form or blanks
  kBeginning,  // the display name begins with it, case apart
  kPart,       // the display name holds it, case apart
  kLikeness,   // the display name is like it
};

struct NamedCustomers {
  NameMatch match = NameMatch::kLikeness;
  std::vector<image::Slot> slots;  // the first few by id; none: nothing is like the text
  int64_t total = 0;
};

// The customers of the best match there is. Looks at every customer.
NamedCustomers FindByName(const image::Revision& revision, absl::string_view text);

// NOT_FOUND, reason CUSTOMER_NOT_FOUND, of an id that there is not, with the customers whom it
// names instead. The metadata tells programs: match (name, case, beginning, part, likeness),
// matches (how many), customer_1, name_1, customer_2 ... of the first five.
absl::Status NoCustomer(const image::Revision& revision, absl::string_view id);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_SERVICES_CUSTOMER_SEARCH_H_
