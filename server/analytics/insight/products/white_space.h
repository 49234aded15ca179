#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_PRODUCTS_WHITE_SPACE_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_PRODUCTS_WHITE_SPACE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/fields/scope.h"
#include "server/analytics/insight/products/baskets.h"
#include "server/domain/money.h"
#include "server/image/columns.h"

namespace strata::analytics::insight {

struct WhiteSpaceOptions {
  ItemKind item = ItemKind::kProduct;
  // How many similar customers are looked at. 50 keeps the share's standard error below 7 points.
  int neighbours = 50;
  // An item that fewer of them buy is an accident, not a pattern.
  int min_buyers = 2;
  int max_because = 3;
};

// What similar customers buy and one customer does not.
//
// Everything is of the 365 days up to the earlier of as_of and the range's last day. A customer's
// profile is s(i), its spending on item i in purchases, where positive. Of two customers
//   similarity(a, b) = sum_i s_a(i) s_b(i) / sqrt(sum_i s_a(i)^2 * sum_i s_b(i)^2),
// the cosine of their profiles (item-based collaborative filtering; Salton and McGill 1983), with
// spending in hundredths of the currency unit and the result in billionths, so that no rounding
// decides between equals. The similar customers are the `neighbours` nearest with a similarity
// above 0, ties by customer id.
struct WhiteSpace {
  struct Item {
    std::string name;
    int64_t buyers = 0;           // similar customers who buy it
    double share_of_similar = 0;  // buyers / similar
    // A year: share_of_similar times the mean spending of its buyers, that is the spending of all
    // similar customers on it / similar.
    std::optional<Amount> expected_value;  // nullopt: leaves what Amount holds
    // What this customer buys that most of those buyers buy too; ties by name.
    std::vector<std::string> because;
  };
  fields::DayRange days;
  int64_t bought = 0;   // items that the customer buys
  int64_t similar = 0;  // customers compared with
  double least_similarity = 0;
  std::vector<Item> items;  // by expected value, then buyers, then name
};

// `include` (by slot) says who may be similar. Nothing is expected of a customer that bought
// nothing in the year.
absl::StatusOr<WhiteSpace> FindWhiteSpace(const fields::Scope& scope,
                                          const std::vector<uint8_t>& include, image::Slot customer,
                                          const WhiteSpaceOptions& options);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_PRODUCTS_WHITE_SPACE_H_
