#include "tests/bench/raw_sqlite.h"

#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace strata::bench {
namespace {

void Check(int code, sqlite3* db) {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
  std::fprintf(stderr, "raw sqlite: %s\n", sqlite3_errmsg(db));
  std::exit(1);
}

void Run(sqlite3* db, const std::string& sql) {
  Check(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), db);
}

sqlite3_stmt* Prepare(sqlite3* db, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  Check(sqlite3_prepare_v2(db, sql, -1, &statement, nullptr), db);
  return statement;
}

void CopySchema(sqlite3* db, const std::string& like) {
  Run(db, "ATTACH '" + like + "' AS model");
  std::vector<std::string> statements;
  sqlite3_stmt* list = Prepare(
      db, "SELECT sql FROM model.sqlite_schema WHERE type IN ('table', 'index') AND sql NOT NULL");
  while (sqlite3_step(list) == SQLITE_ROW) {
    statements.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(list, 0)));
  }
  sqlite3_finalize(list);
  Run(db, "DETACH model");
  for (const std::string& sql : statements) Run(db, sql);
}

}  // namespace

double RawInsertRate(const std::string& like, const std::string& path, size_t orders,
                     size_t batch) {
  sqlite3* db = nullptr;
  Check(sqlite3_open(path.c_str(), &db), db);
  Run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  CopySchema(db, like);
  sqlite3_stmt* order =
      Prepare(db,
              "INSERT INTO orders (order_key, order_id, customer_key, order_time, status) "
              "VALUES (?, ?, ?, ?, 'Shipped')");
  sqlite3_stmt* line =
      Prepare(db,
              "INSERT INTO order_lines (order_key, line_number, quantity, amount_micros) "
              "VALUES (?, 1, 1, ?)");
  const auto start = std::chrono::steady_clock::now();
  for (size_t i = 0; i < orders; ++i) {
    if (i % batch == 0) Run(db, "BEGIN IMMEDIATE");
    char id[20];
    std::snprintf(id, sizeof id, "%016llx",
                  static_cast<unsigned long long>(i * 0x9E3779B97F4A7C15));
    sqlite3_bind_int64(order, 1, static_cast<int64_t>(i + 1));
    sqlite3_bind_text(order, 2, id, 16, SQLITE_STATIC);
    sqlite3_bind_int64(order, 3, static_cast<int64_t>(i % 10'000 + 1));
    sqlite3_bind_int64(order, 4, 1'700'000'000'000 + static_cast<int64_t>(i));
    Check(sqlite3_step(order), db);
    sqlite3_reset(order);
    sqlite3_bind_int64(line, 1, static_cast<int64_t>(i + 1));
    sqlite3_bind_int64(line, 2, static_cast<int64_t>(i % 100'000) * 10'000);
    Check(sqlite3_step(line), db);
    sqlite3_reset(line);
    if (i % batch == batch - 1 || i + 1 == orders) Run(db, "COMMIT");
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  sqlite3_finalize(order);
  sqlite3_finalize(line);
  sqlite3_close(db);
  return static_cast<double>(orders) / time.count();
}

size_t StoredOrders(const std::string& path) {
  sqlite3* db = nullptr;
  Check(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READONLY, nullptr), db);
  sqlite3_stmt* count =
      Prepare(db, "SELECT count(*) FROM orders JOIN order_lines USING (order_key)");
  Check(sqlite3_step(count), db);
  const auto orders = static_cast<size_t>(sqlite3_column_int64(count, 0));
  sqlite3_finalize(count);
  sqlite3_close(db);
  return orders;
}

}  // namespace strata::bench
