#ifndef STRATA_CLIENT_CLI_DEMO_DEMO_RANDOM_H_
#define STRATA_CLIENT_CLI_DEMO_DEMO_RANDOM_H_

#include <cstddef>
#include <cstdint>

namespace strata::cli {

// Random numbers that are the same on every machine, compiler and library: xoshiro256** [Blackman,
// Vigna 2018] seeded by SplitMix64, and integer arithmetic only, since neither the distributions of
// <random> nor log() and exp() give the same bits everywhere.
class DemoRandom {
 public:
  // Streams of one seed are independent of each other: each customer has one, so that a change to
  // one kind of customer leaves all others as they are.
  DemoRandom(uint64_t seed, uint64_t stream);

  uint64_t Next();

  // Evenly in 0..n-1; n > 0.
  int64_t Below(int64_t n);
  // Evenly in low..high, both included.
  int64_t Between(int64_t low, int64_t high) { return low + Below(high - low + 1); }

  // True `permille` times out of 1000.
  bool Chance(int64_t permille) { return Below(1000) < permille; }

  // How many events happen where `thousandths` / 1000 are expected: binomial with a variance of at
  // least three quarters of a Poisson's.
  int64_t Count(int64_t thousandths);

  // About bell-shaped around `middle`, never further than `spread` away (four dice).
  int64_t Around(int64_t middle, int64_t spread);

  // Mostly small, sometimes large: 1 half of the time, 2 a quarter ..., at most `most`.
  int64_t Halving(int64_t most);

  template <typename T, size_t n>
  const T& Pick(const T (&items)[n]) {
    return items[Below(static_cast<int64_t>(n))];
  }

 private:
  uint64_t state_[4];
};

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_DEMO_DEMO_RANDOM_H_
