#include "client/cli/import/mapping/mapping_sql.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/import/mapping/mapping_functions.h"

namespace strata::imports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Database {
 public:
  explicit Database(bool functions) {
    sqlite3_open(":memory:", &handle_);
    if (functions) {
      EXPECT_EQ(AddMappingFunctions(handle_, &context_), absl::OkStatus());
    }
  }
  ~Database() { sqlite3_close_v2(handle_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Every value with its type, or the error.
  std::vector<std::string> Run(const std::string& sql) {
    std::vector<std::string> values;
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
      return {sqlite3_errmsg(handle_)};
    }
    int step;
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
        values.push_back(
            absl::StrCat("ifsbn"[sqlite3_column_type(statement, i) - 1] == 's' ? "" : "#",
                         text == nullptr ? "NULL" : text));
      }
    }
    if (step != SQLITE_DONE) values.emplace_back(sqlite3_errmsg(handle_));
    sqlite3_finalize(statement);
    return values;
  }
  FaultBook& faults() { return context_.faults; }

 private:
  sqlite3* handle_ = nullptr;
  MappingContext context_;
};

std::string Rewritten(const std::string& sql) {
  int calls = 0;
  return RewriteStatement(sql, &calls);
}

// SQLite's own numbers are computed as SQLite does: it is the oracle.
TEST(RewriteStatement, MeansTheSameOnNumbersOfSqlite) {
  Database plain(false), checked(true);
  for (Database* database : {&plain, &checked}) {
    database->Run("CREATE TABLE t (a INTEGER, b INTEGER, c INTEGER, s TEXT)");
    database->Run(
        "INSERT INTO t VALUES (1, 7, -3, 'x'), (2, 5, 0, 'it''s -- 2'), (3, -4, 2, 'y'), "
        "(4, NULL, 9, '')");
  }
  for (const std::string sql : {
           "SELECT a * b + c FROM t",
           "SELECT a + b * c, (a + b) * c, a - b - c, a / 2 * 2, a % 2, -a, - -a, -a * -b FROM t",
           "SELECT *, t.*, a -1, a - 1, a-1, a*-1 FROM t",
           "SELECT count(*) * 10, count(*), sum(a) * 2, max(a) - min(a), avg(a), total(b) FROM t",
           "SELECT CASE WHEN a * 2 > 4 THEN a + 1 ELSE -1 END * 2 FROM t",
           "SELECT a FROM t WHERE b * a > 4 AND c < 3 OR a BETWEEN 2 + 1 AND 4",
           "SELECT a FROM t WHERE a NOT BETWEEN 1 AND 2 AND b IS NOT NULL",
           "SELECT a FROM t WHERE a IN (1, 1 + 1) AND s LIKE '%' || 'x' || '%'",
           "SELECT sum(a) OVER (ORDER BY a) * 2, sum(a) OVER (ORDER BY a ROWS 1 PRECEDING), "
           "row_number() OVER (ORDER BY -a) + 1 FROM t ORDER BY a * 2 DESC",
           "SELECT sum(a) FILTER (WHERE a > 1) + 1 FROM t",
           "SELECT (SELECT max(b) FROM t AS u WHERE u.a < t.a) + 1 FROM t",
           "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) "
           "SELECT i * i FROM n ORDER BY i * -1",
           "SELECT a FROM t GROUP BY a HAVING count(*) = 1 ORDER BY 0 - a LIMIT 1 + 1 OFFSET -1 + "
           "1",
           "SELECT a /* a * b */ + -- +\n b FROM t",
           "SELECT \"a\" * [b] * `c`, a*b\n+c FROM t",
           "SELECT CAST(a AS REAL) / 2, CAST(a AS INTEGER) / 2, CAST(a AS TEXT) FROM t",
           "SELECT abs(c), round(a), round(a * 1.5, 1), min(a, c), max(a, c, 5) FROM t",
           "SELECT a & 3, a | 4, a << 1, ~a FROM t",
           "VALUES (1 + 1, -2), (3 * 3, 1.5 * 2)",
           "SELECT a, min(b) FROM t",
           "SELECT 1.5 + 2, 7 / 2, 7 / 2.0, 1 / 0, 5 % 0, .5 * 4, 1e2 * 2",
           "SELECT a = 1, 1 = a, a <> 2, a == 2, a != 3 FROM t",
           "SELECT s = 'x' COLLATE NOCASE, s -> '$' FROM t WHERE a = 9",
           "SELECT EXISTS (SELECT 1 FROM t WHERE a > 3), NOT a > 2 FROM t",
       }) {
    EXPECT_EQ(checked.Run(Rewritten(sql)), plain.Run(sql)) << sql << "\n" << Rewritten(sql);
    EXPECT_EQ(std::count(sql.begin(), sql.end(), '\n'), [&] {
      const std::string rewritten = Rewritten(sql);
      return std::count(rewritten.begin(), rewritten.end(), '\n');
    }()) << sql;
  }
}

TEST(RewriteStatement, LeavesStatementsOfEffectRunning) {
  Database plain(false), checked(true);
  const std::vector<std::string> script = {
      "CREATE TABLE t (a INTEGER DEFAULT -1 CHECK (a < 100), b TEXT)",
      "INSERT INTO t (a, b) VALUES (1 + 1, 'x'), (-5, 'y')",
      "UPDATE t SET b = 'z', a = a * 2 WHERE a = 2",
      "CREATE TEMP VIEW v AS SELECT a * 3 AS a3 FROM t",
      "CREATE INDEX i ON t (a)",
      "DELETE FROM t WHERE a < 0",
      "PRAGMA cache_size = -1000",
      "SELECT t.a, b, a3 FROM t, v"};
  for (const std::string& sql : script) {
    EXPECT_EQ(checked.Run(Rewritten(sql)), plain.Run(sql)) << Rewritten(sql);
  }
}

class TextArithmetic : public testing::Test {
 protected:
  TextArithmetic() : database_(true) {
    database_.Run("CREATE TABLE t (id TEXT, price TEXT, quantity TEXT)");
  }
  void Insert(const std::string& values) { database_.Run("INSERT INTO t VALUES " + values); }
  std::vector<std::string> Run(const std::string& sql) {
    std::vector<std::string> values = database_.Run(Rewritten(sql));
    for (std::string& value : values) {
      if (IsFault(value))
        value = absl::StrCat(ProblemOf(value).reason, " ", ProblemOf(value).message.substr(0, 12));
    }
    return values;
  }
  Database database_;
};

TEST_F(TextArithmetic, PlainNumbersAreExact) {
  Insert("('1', '12.50', '4'), ('2', '0.1', '3'), ('3', '2181.5625', '11'), ('4', NULL, '2')");
  // By hand.
  EXPECT_THAT(Run("SELECT price * quantity FROM t"),
              ElementsAre("#50.0", "#0.3", "#23997.1875", "#NULL"));
  EXPECT_THAT(Run("SELECT price + 0.2 FROM t WHERE id = 2"), ElementsAre("#0.3"));
  EXPECT_THAT(Run("SELECT price - 0.3 FROM t WHERE id = 2"), ElementsAre("#-0.2"));
  EXPECT_THAT(Run("SELECT quantity / 8, quantity / 2 FROM t WHERE id = 1"),
              ElementsAre("#0.5", "#2.0"));
  EXPECT_THAT(Run("SELECT sum(price), avg(quantity), total(price) FROM t WHERE id <= 2"),
              ElementsAre("#12.6", "#3.5", "#12.6"));
  EXPECT_THAT(Run("SELECT round(price * 1.005, 2), abs(-price) FROM t WHERE id = 1"),
              ElementsAre("#12.56", "#12.5"));
  EXPECT_THAT(Run("SELECT CAST(price AS INTEGER), CAST(price AS REAL) FROM t WHERE id = 1"),
              ElementsAre("#12", "#12.5"));
  // A comparison with a number is one of numbers: as text '4' > '11'.
  EXPECT_THAT(Run("SELECT id FROM t WHERE quantity > 3"), ElementsAre("1", "3"));
  EXPECT_THAT(Run("SELECT id FROM t WHERE quantity BETWEEN 3 AND 10"), ElementsAre("1", "2"));
  EXPECT_THAT(Run("SELECT id FROM t WHERE price = 12.5"), ElementsAre("1"));
}

TEST_F(TextArithmetic, OtherTextIsAFaultNeverItsPrefix) {
  Insert(
      "('1', '1,250.00', '2'), ('2', '$99.90', '3'), ('3', '12 pcs', '1'), ('4', '1e3', '1'), "
      "('5', '0x10', '1'), ('6', 'abc', '1')");
  for (const char* expression : {"price * quantity",
                                 "quantity * price",
                                 "price + 0",
                                 "0 - price",
                                 "price / 2",
                                 "2 % price",
                                 "-price",
                                 "CAST(price AS REAL)",
                                 "CAST(price AS INTEGER)",
                                 "CAST(price AS DECIMAL(10, 2))",
                                 "round(price)",
                                 "round(price, 2)",
                                 "abs(price)",
                                 "sum(price)",
                                 "total(price)",
                                 "avg(price)",
                                 "sum(price * quantity)",
                                 "sum(price) OVER ()",
                                 "min(price, 5)",
                                 "max(9, price)",
                                 "(price) * 1",
                                 "price * 2 || ''",
                                 "price & 1",
                                 "CASE WHEN id > 0 THEN price END + 1",
                                 "round(price * 2, 2)",
                                 "(SELECT price) + 1",
                                 "coalesce(price, 0) + 1"}) {
    for (const char* id : {"1", "2", "3", "4", "5", "6"}) {
      const auto values = Run(absl::StrCat("SELECT ", expression, " FROM t WHERE id = '", id, "'"));
      ASSERT_EQ(values.size(), 1u);
      EXPECT_THAT(values[0], HasSubstr("INVALID_NUMBER")) << expression << " " << id;
    }
  }
  database_.faults().Clear();
  Run("SELECT id FROM t WHERE price > 100");
  EXPECT_THAT(database_.faults().Hidden(),
              testing::Contains(
                  testing::AllOf(HasSubstr("not a decimal number"), HasSubstr("mul_decimal"))));
}

TEST_F(TextArithmetic, WhatADoubleCannotKeepIsAFault) {
  Insert("('1', '123456789012.3456', '1.01'), ('2', '12345678901234567890', '1')");
  EXPECT_THAT(Run("SELECT price * quantity FROM t WHERE id = 1")[0],
              HasSubstr("TOO_MANY_DECIMALS"));
  EXPECT_THAT(Run("SELECT CAST(price AS INTEGER) FROM t WHERE id = 2")[0],
              HasSubstr("VALUE_OUT_OF_RANGE"));
  EXPECT_THAT(Run("SELECT sum(price) FROM t")[0], HasSubstr("TOO_MANY_DECIMALS"));
}

TEST_F(TextArithmetic, LeastAndGreatestAreNumbersOrText) {
  Insert("('9', '9', '2024-01-09'), ('10', '10', '2024-01-10')");
  EXPECT_THAT(Run("SELECT min(quantity), max(quantity) FROM t"),
              ElementsAre("2024-01-09", "2024-01-10"));
  EXPECT_THAT(Run("SELECT max(price) FROM t")[0], HasSubstr("INVALID_NUMBER"));  // "9" as text
  EXPECT_THAT(Run("SELECT max_decimal(price), min_decimal(price) FROM t"), ElementsAre("10", "9"));
  EXPECT_THAT(Run("SELECT max(price, '9') FROM t"), ElementsAre("9", "10"));
  Insert("('11', '1,250.00', '')");
  EXPECT_THAT(Run("SELECT min(price) FROM t")[0], HasSubstr("INVALID_NUMBER"));
}

TEST_F(TextArithmetic, ExactFunctionsReadOtherForms) {
  EXPECT_THAT(Run("SELECT parse_decimal('1.250,00 €', ','), parse_decimal('$1,250.50')"),
              ElementsAre("1250", "1250.5"));
  EXPECT_THAT(Run("SELECT parse_decimal('1,25')")[0], HasSubstr("INVALID_NUMBER"));
  EXPECT_THAT(Run("SELECT parse_decimal('12 of 13')")[0], HasSubstr("INVALID_NUMBER"));
  EXPECT_THAT(
      Run("SELECT div_decimal('10', '3', 4), div_decimal('-1', '8', 2), div_decimal(2, 3, 0)"),
      ElementsAre("3.3333", "-0.13", "1"));
}

}  // namespace
}  // namespace strata::imports
