#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_PRODUCTS_BASKETS_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_PRODUCTS_BASKETS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/fields/scope.h"
#include "server/analytics/insight/products/affinity.h"
#include "server/image/columns.h"

// What customers bought, from the image.

namespace strata::analytics::insight {

enum class BasketKind : uint8_t { kOrder, kCustomer };
enum class ItemKind : uint8_t { kProduct, kProductLine };

// Whether a line of a purchase bought its item: a line that takes something back did not.
inline bool BoughtItem(const image::OrderRun& run, size_t line) {
  return run.amount[line] >= 0 && run.QuantityMicros(line) >= 0;
}

inline image::Code ItemOf(const image::OrderRun& run, size_t line, ItemKind kind) {
  return kind == ItemKind::kProduct ? run.Product(line) : run.ProductLine(line);
}

struct NamedBaskets {
  Baskets baskets;
  std::vector<std::string> names;  // by item, ascending
  int64_t left_out = 0;            // orders or customers whose purchases name no item
};

// The baskets of the purchases that lie in the scope's range and at or before as_of, of
// customers with include[slot]. RESOURCE_EXHAUSTED beyond 2^32 items in all baskets.
absl::StatusOr<NamedBaskets> CollectBaskets(const fields::Scope& scope,
                                            const std::vector<uint8_t>& include, BasketKind basket,
                                            ItemKind item);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_PRODUCTS_BASKETS_H_
