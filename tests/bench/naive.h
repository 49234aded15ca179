#ifndef STRATA_TESTS_BENCH_NAIVE_H_
#define STRATA_TESTS_BENCH_NAIVE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/bench/portfolio.h"

// The seven queries as plain loops over the arrays: what every engine's answer must be.

namespace strata::bench {

// A table: the group's keys joined with '|' -> exact figures (money in micros, counts).
using Table = std::map<std::string, std::vector<int64_t>>;

struct NamedTable {
  std::string name;
  Table table;
};

// In the order of the queries: year, age band, country x family x gender, top 20%, RFM, month x
// strategic, month x status. Groups in which every figure is zero are left out.
std::vector<NamedTable> NaiveAnswers(const Portfolio& portfolio);

}  // namespace strata::bench

#endif  // STRATA_TESTS_BENCH_NAIVE_H_
