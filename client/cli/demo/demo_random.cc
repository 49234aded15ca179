#include "client/cli/demo/demo_random.h"

#include <algorithm>

namespace strata::cli {
namespace {

uint64_t SplitMix(uint64_t* state) {
  uint64_t z = (*state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

uint64_t RotateLeft(uint64_t x, int bits) { return (x << bits) | (x >> (64 - bits)); }

}  // namespace

DemoRandom::DemoRandom(uint64_t seed, uint64_t stream) {
  uint64_t mixed = seed;
  uint64_t state = SplitMix(&mixed) ^ (stream * 0xD1342543DE82EF95u);
  for (uint64_t& word : state_) word = SplitMix(&state);
}

uint64_t DemoRandom::Next() {
  const uint64_t result = RotateLeft(state_[1] * 5, 7) * 9;
  const uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = RotateLeft(state_[3], 45);
  return result;
}

int64_t DemoRandom::Below(int64_t n) {
  // The high half of a 128-bit product [Lemire 2019]; its bias, n / 2^64, is beyond any test.
  return static_cast<int64_t>((static_cast<unsigned __int128>(Next()) * static_cast<uint64_t>(n)) >>
                              64);
}

int64_t DemoRandom::Count(int64_t thousandths) {
  if (thousandths <= 0) return 0;
  const int64_t trials =
      4 * ((thousandths + 999) / 1000);  // each with a chance of a quarter or less
  int64_t count = 0;
  for (int64_t i = 0; i < trials; ++i) count += Below(trials * 1000) < thousandths;
  return count;
}

int64_t DemoRandom::Around(int64_t middle, int64_t spread) {
  const int64_t part = spread / 2;
  return middle + (Between(-part, part) + Between(-part, part) + Between(-part, part) +
                   Between(-part, part)) /
                      2;
}

int64_t DemoRandom::Halving(int64_t most) {
  int64_t value = 1;
  for (uint64_t bits = Next(); (bits & 1) != 0 && value < most; bits >>= 1) ++value;
  return std::min(value, most);
}

}  // namespace strata::cli
