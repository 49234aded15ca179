#include "server/store/sqlite/schema.h"

#include <sys/stat.h>

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/store/sqlite/testing/temporary_folder.h"

namespace strata::store {
namespace {

using ::testing::HasSubstr;

constexpr Migration kFirst[] = {{1, "one", "CREATE TABLE a (x INTEGER) STRICT"}};
constexpr Migration kBoth[] = {
    {1, "one", "CREATE TABLE a (x INTEGER) STRICT"},
    {2, "two", "ALTER TABLE a ADD COLUMN y TEXT; UPDATE a SET y = 'was ' || x"}};
constexpr Migration kBroken[] = {{1, "one", "CREATE TABLE a (x INTEGER) STRICT"},
                                 {2, "two", "CREATE TABLE b (x); CREATE TABLE a (x)"}};
const Schema kOld{"thing", 77, kFirst};
const Schema kNew{"thing", 77, kBoth};
const Schema kBad{"thing", 77, kBroken};
const Schema kOther{"other", 78, kFirst};

class SchemaTest : public ::testing::Test {
 protected:
  std::string file() const { return folder_.path() + "/a.db"; }
  absl::Status Open(const Schema& schema, OpenMode mode = OpenMode::kReadWrite) {
    return OpenWithSchema(file(), schema, mode).status();
  }
  testing::TemporaryFolder folder_;
};

TEST_F(SchemaTest, NewFilesGetTheNewestSchema) {
  EXPECT_EQ(Open(kNew).code(), absl::StatusCode::kNotFound);
  auto connection = OpenWithSchema(file(), kNew, OpenMode::kCreate);
  ASSERT_TRUE(connection.ok()) << connection.status();
  EXPECT_EQ(*(*connection)->QueryInt("PRAGMA user_version"), 2);
  EXPECT_EQ(*(*connection)->QueryInt("PRAGMA application_id"), 77);
  EXPECT_TRUE((*connection)->Execute("INSERT INTO a (x, y) VALUES (1, 'b')").ok());
  EXPECT_TRUE(Open(kNew, OpenMode::kCreate).ok()) << "again: the file is as it should be";
}

TEST_F(SchemaTest, NewerOlderAndForeignFilesAreRefused) {
  ASSERT_TRUE(Open(kNew, OpenMode::kCreate).ok());
  absl::Status status = Open(kOld);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("version 2, newer than version 1"));
  status = Open(kOther);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("not a other file"));
  {
    auto foreign = Connection::Open(folder_.path() + "/foreign.db", OpenMode::kCreate);
    ASSERT_TRUE((*foreign)->Execute("CREATE TABLE mine (x)").ok());
  }
  EXPECT_FALSE(OpenWithSchema(folder_.path() + "/foreign.db", kNew, OpenMode::kCreate).ok());
}

TEST_F(SchemaTest, OldFilesAreMigratedOnlyOnRequestAndWithABackup) {
  {
    auto old = OpenWithSchema(file(), kOld, OpenMode::kCreate);
    ASSERT_TRUE((*old)->Execute("INSERT INTO a VALUES (7)").ok());
  }
  const absl::Status status = Open(kNew, OpenMode::kCreate);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("strata admin migrate"));

  const auto report = Migrate(file(), kNew);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->from_version, 1);
  EXPECT_EQ(report->to_version, 2);
  auto now = OpenWithSchema(file(), kNew, OpenMode::kReadWrite);
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_EQ(*(*now)->QueryInt("SELECT count(*) FROM a WHERE y = 'was 7'"), 1);
  auto backup = OpenWithSchema(report->backup_path, kOld, OpenMode::kReadWrite);
  ASSERT_TRUE(backup.ok()) << backup.status();
  EXPECT_EQ(*(*backup)->QueryInt("SELECT x FROM a"), 7);

  const auto again = Migrate(file(), kNew);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->backup_path, "") << "nothing to do";
}

TEST_F(SchemaTest, FailedMigrationChangesNothing) {
  ASSERT_TRUE(Open(kOld, OpenMode::kCreate).ok());
  EXPECT_FALSE(Migrate(file(), kBad).ok());
  auto still = OpenWithSchema(file(), kOld, OpenMode::kReadWrite);
  ASSERT_TRUE(still.ok()) << still.status();
  EXPECT_EQ(*(*still)->QueryInt("SELECT count(*) FROM sqlite_schema"), 1);
  // The backup is never written over.
  EXPECT_EQ(Migrate(file(), kNew).status().code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(SchemaTest, WorkspacesOfTheFirstVersionTakeTheLatestTimeTheyKnowAsTheirCommits) {
  const Schema first = {WorkspaceSchema().name, WorkspaceSchema().application_id,
                        WorkspaceSchema().migrations.subspan(0, 1)};
  {
    auto old = OpenWithSchema(file(), first, OpenMode::kCreate);
    ASSERT_TRUE(old.ok()) << old.status();
    ASSERT_TRUE((*old)
                    ->Execute("INSERT INTO workspace VALUES (1, 7, 100, 200);"
                              "INSERT INTO write_streams VALUES ('s', 1, 1, 0, 0, 0, 0, 7, 900)")
                    .ok());
  }
  ASSERT_TRUE(Migrate(file(), WorkspaceSchema()).ok());
  auto now = OpenWithSchema(file(), WorkspaceSchema(), OpenMode::kReadWrite);
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_EQ(*(*now)->QueryInt("SELECT commit_time FROM workspace"), 900);
}

TEST_F(SchemaTest, TablesAreStrictAndViewsRead) {
  auto connection = OpenWithSchema(file(), WorkspaceSchema(), OpenMode::kCreate);
  ASSERT_TRUE(connection.ok()) << connection.status();
  EXPECT_EQ(
      *(*connection)
           ->QueryInt("SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND strict = 0 "
                      "AND name NOT LIKE 'sqlite_%'"),
      0);
  for (const char* view : {"v_customers", "v_customer_attributes", "v_orders", "v_order_lines",
                           "v_tickets", "v_contracts", "v_surveys"}) {
    EXPECT_EQ(*(*connection)->QueryInt(std::string("SELECT count(*) FROM ") + view), 0) << view;
  }
}

}  // namespace
}  // namespace strata::store
