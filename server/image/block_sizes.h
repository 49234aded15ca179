#ifndef STRATA_SERVER_IMAGE_BLOCK_SIZES_H_
#define STRATA_SERVER_IMAGE_BLOCK_SIZES_H_

#include <cstdint>

namespace strata::image {

// How the image is cut. The defaults measured well; tests make everything tiny, so that blocks
// split and tails merge all the time.
struct BlockSizes {
  // A block has about this many order lines: few enough to stay in the second-level cache while it
  // is scanned or rewritten. One above twice as many is split.
  uint32_t target_lines = 32'000;
  // A block has at most this many customers.
  uint32_t max_customers = 4'096;
  // A tail has room for about 1/tail_share of the base, or for about min_tail_orders where that is
  // more. Larger tails cost readers, smaller ones make merges frequent.
  uint32_t tail_share = 32;
  uint32_t min_tail_orders = 256;
};

}  // namespace strata::image

#endif  // STRATA_SERVER_IMAGE_BLOCK_SIZES_H_
