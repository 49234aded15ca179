#ifndef STRATA_TESTS_BENCH_RAW_SQLITE_H_
#define STRATA_TESTS_BENCH_RAW_SQLITE_H_

#include <cstddef>
#include <string>

// What SQLite alone does on this machine: prepared inserts into the very tables of a workspace.

namespace strata::bench {

// Copies the schema of the workspace file `like` into a new file `path`, inserts `orders`
// single-line orders in transactions of `batch`, durable at synchronous=FULL, and returns orders a
// second. Exits the program on a failure of SQLite.
double RawInsertRate(const std::string& like, const std::string& path, size_t orders, size_t batch);

// How many orders a workspace's file holds, each with its line.
size_t StoredOrders(const std::string& path);

}  // namespace strata::bench

#endif  // STRATA_TESTS_BENCH_RAW_SQLITE_H_
