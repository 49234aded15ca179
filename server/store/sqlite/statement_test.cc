#include "server/store/sqlite/statement.h"

#include <sqlite3.h>

#include <string>

#include "gtest/gtest.h"
#include "server/store/sqlite/connection.h"
#include "server/store/sqlite/testing/temporary_folder.h"

namespace strata::store {
namespace {

class StatementTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto connection = Connection::Open(folder_.path() + "/a.db", OpenMode::kCreate);
    ASSERT_TRUE(connection.ok()) << connection.status();
    connection_ = *std::move(connection);
  }
  std::string Pragma(const std::string& name) {
    Statement statement = *connection_->Prepare("PRAGMA " + name);
    Execution execution(statement);
    EXPECT_TRUE(*execution.Step());
    return std::string(execution.TextAt(0));
  }

  testing::TemporaryFolder folder_;
  std::unique_ptr<Connection> connection_;
};

TEST_F(StatementTest, ConnectionIsDurableAndStrict) {
  EXPECT_EQ(Pragma("journal_mode"), "wal");
  EXPECT_EQ(Pragma("synchronous"), "2") << "FULL";
  EXPECT_EQ(Pragma("foreign_keys"), "1");
  EXPECT_EQ(Pragma("secure_delete"), "1");
  EXPECT_FALSE(connection_->Prepare("SELECT \"no such column\"").ok());
}

TEST_F(StatementTest, BindsAndReadsEveryType) {
  Statement statement = *connection_->Prepare("SELECT ?1, ?2, ?3, ?4, ?5, ?6");
  const std::string blob("\0\xff", 2);
  Execution execution(statement);
  execution.Int(-5).Real(0.5).Text("客").Blob(blob).Null().Text("");
  ASSERT_TRUE(*execution.Step());
  EXPECT_EQ(execution.columns(), 6);
  EXPECT_EQ(execution.IntAt(0), -5);
  EXPECT_EQ(execution.RealAt(1), 0.5);
  EXPECT_EQ(execution.TextAt(2), "客");
  EXPECT_EQ(execution.BlobAt(3), blob);
  EXPECT_TRUE(execution.IsNull(4));
  EXPECT_EQ(execution.IntAt(4, -9), -9);
  EXPECT_FALSE(execution.IsNull(5)) << "empty text is no NULL";
  EXPECT_FALSE(*execution.Step());
}

TEST_F(StatementTest, AbsentValuesAreNull) {
  Statement statement = *connection_->Prepare("SELECT ?1, ?2, ?3");
  Execution execution(statement);
  execution.IntUnless(7, 7).IntUnless(8, 7).TextOrNull(absl::string_view());
  ASSERT_TRUE(*execution.Step());
  EXPECT_TRUE(execution.IsNull(0));
  EXPECT_EQ(execution.IntAt(1), 8);
  EXPECT_TRUE(execution.IsNull(2));
}

TEST_F(StatementTest, EndOfScopeResetsTheStatement) {
  ASSERT_TRUE(connection_->Execute("CREATE TABLE t (a)").ok());
  Statement statement = *connection_->Prepare("SELECT 1 UNION SELECT 2");
  for (int i = 0; i < 2; ++i) {
    Execution execution(statement);
    ASSERT_TRUE(*execution.Step());
    EXPECT_EQ(execution.IntAt(0), 1);
  }
  // A statement left open would keep the table from being dropped.
  EXPECT_TRUE(connection_->Execute("DROP TABLE t").ok());
}

TEST_F(StatementTest, FailuresCarryCodeAndWords) {
  ASSERT_TRUE(connection_->Execute("CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT").ok());
  Statement statement = *connection_->Prepare("INSERT INTO t VALUES (1)");
  ASSERT_TRUE(Execution(statement).Run().ok());
  const absl::Status again = Execution(statement).Run();
  EXPECT_EQ(again.code(), absl::StatusCode::kInternal);
  EXPECT_NE(again.message().find("UNIQUE constraint failed: t.a"), absl::string_view::npos);
  EXPECT_NE(again.message().find("1555"), absl::string_view::npos)
      << "SQLITE_CONSTRAINT_PRIMARYKEY: " << again;
  EXPECT_TRUE(Execution(statement).Run().ok() == false) << "and the statement can be used again";
  Statement too_many = *connection_->Prepare("SELECT ?1");
  EXPECT_FALSE(Execution(too_many).Int(1).Int(2).Run().ok());
}

TEST_F(StatementTest, CodesOfSqliteBecomeCodesOfStatus) {
  const std::pair<int, absl::StatusCode> expected[] = {
      {SQLITE_FULL, absl::StatusCode::kResourceExhausted},
      {SQLITE_NOMEM, absl::StatusCode::kResourceExhausted},
      {SQLITE_BUSY, absl::StatusCode::kUnavailable},
      {SQLITE_IOERR_FSYNC, absl::StatusCode::kUnavailable},
      {SQLITE_CORRUPT, absl::StatusCode::kDataLoss},
      {SQLITE_NOTADB, absl::StatusCode::kDataLoss},
      {SQLITE_READONLY, absl::StatusCode::kFailedPrecondition},
      {SQLITE_CONSTRAINT, absl::StatusCode::kInternal},
  };
  for (const auto& [code, status] : expected) {
    EXPECT_EQ(StatusFromSqlite(nullptr, code, "doing").code(), status) << code;
  }
}

TEST_F(StatementTest, OpenTellsMissingFromForeignFiles) {
  EXPECT_EQ(Connection::Open(folder_.path() + "/none.db", OpenMode::kReadWrite).status().code(),
            absl::StatusCode::kNotFound);
  folder_.Write("text.db", std::string(5'000, 'x'));
  EXPECT_EQ(Connection::Open(folder_.path() + "/text.db", OpenMode::kReadWrite).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(StatementTest, ReaderCannotWrite) {
  ASSERT_TRUE(connection_->Execute("CREATE TABLE t (a)").ok());
  auto reader = *Connection::Open(folder_.path() + "/a.db", OpenMode::kReadOnly);
  EXPECT_FALSE(reader->Execute("INSERT INTO t VALUES (1)").ok());
  EXPECT_EQ(*reader->QueryInt("SELECT count(*) FROM t"), 0);
  EXPECT_EQ(*reader->QueryInt("SELECT max(a) FROM t"), 0) << "NULL reads as 0";
}

}  // namespace
}  // namespace strata::store
