#ifndef STRATA_CLIENT_CLI_DEMO_DEMO_CATALOGUE_H_
#define STRATA_CLIENT_CLI_DEMO_DEMO_CATALOGUE_H_

#include <cstdint>

#include "absl/types/span.h"
#include "client/cli/demo/demo_random.h"

namespace strata::cli {

// What the demo's company sells: furniture and equipment for offices, to companies and to people at
// home.
struct DemoProduct {
  const char* id;
  const char* line;
  int32_t price_cents;
  int32_t cost_permille;  // of the price
  int32_t weight_home;    // how often people buy it, against the others
  int32_t weight_business;
};
absl::Span<const DemoProduct> DemoProducts();

// Planted: an order with `product` has `also` in it `permille` times out of 1000, on top of chance.
struct DemoAffinity {
  const char* product;
  const char* also;
  int32_t permille;
};
absl::Span<const DemoAffinity> DemoAffinities();

// Index into DemoProducts, by weight.
int PickProduct(bool business, DemoRandom& random);
// -1 when there is none.
int FindProduct(const char* id);

// How demand moves over the year, in thousandths of the mean: months 1 to 12.
int32_t DemoSeason(bool business, int month);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_DEMO_DEMO_CATALOGUE_H_
