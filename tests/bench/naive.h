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

// What a customer's recognised orders up to a day add up to.
struct Buyer {
  int64_t revenue = 0, orders = 0;
  Day last_day = kNoDay;
};
// By customer.
std::vector<Buyer> Buyers(const Portfolio& portfolio, Day until);

// 1 for the floor(tenths / 10 n) customers of highest revenue among the n with some, ties by id.
std::vector<uint8_t> TopTenths(const std::vector<Buyer>& buyers, size_t tenths);

// Customers with a purchase by their three scores: "r|f|m" -> count.
Table RfmTable(const Portfolio& portfolio, const std::vector<Buyer>& buyers);

}  // namespace strata::bench

#endif  // STRATA_TESTS_BENCH_NAIVE_H_
