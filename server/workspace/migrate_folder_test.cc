#include "server/workspace/migrate_folder.h"

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/store/sqlite/schema.h"
#include "server/workspace/testing/test_batch.h"
#include "server/workspace/testing/workspace_fixture.h"

namespace strata::testing {
namespace {

using MigrateFolderTest = WorkspaceTest;

TEST_F(MigrateFolderTest, NeedsTheFolderForItselfAndLeavesNewFilesAlone) {
  EXPECT_EQ(MigrateFolder(folder_.path()).status().code(), absl::StatusCode::kFailedPrecondition);
  Close();
  const auto files = MigrateFolder(folder_.path());
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_EQ(files->size(), 2u);
  EXPECT_EQ((*files)[0].path, folder_.path() + "/server.db");
  EXPECT_EQ((*files)[1].path, file());
  for (const MigratedFile& migrated : *files) {
    EXPECT_EQ(migrated.from_version, migrated.to_version);
    EXPECT_EQ(migrated.backup_path, "");
  }
  Open();
}

// The file as version 1 wrote it: its tables, filled from those of today.
class OldFolderTest : public WorkspaceTest {
 protected:
  void MakeFileOld() {
    const store::Schema& now = store::WorkspaceSchema();
    const store::Schema first{now.name, now.application_id, now.migrations.first(1)};
    const std::string old = folder_.path() + "/old.db";
    {
      auto connection = store::OpenWithSchema(old, first, store::OpenMode::kCreate);
      ASSERT_TRUE(connection.ok()) << connection.status();
      store::Connection& db = **connection;
      ASSERT_TRUE(db.Execute("ATTACH '" + file() + "' AS today").ok());
      for (const char* table :
           {"settings", "excluded_statuses", "service_policy", "customers", "orders"}) {
        const absl::Status copied =
            db.Execute(absl::StrCat("INSERT INTO main.", table, " SELECT * FROM today.", table));
        ASSERT_TRUE(copied.ok()) << table << ": " << copied;
      }
      ASSERT_TRUE(db.Execute("INSERT INTO main.workspace SELECT only_row, revision, created_time, "
                             "updated_time FROM today.workspace")
                      .ok());
      ASSERT_TRUE(db.Execute("INSERT INTO main.order_lines SELECT order_key, line_number, product, "
                             "product_line, quantity_micros / 1000000, amount_micros, cost_micros "
                             "FROM today.order_lines")
                      .ok());
      ASSERT_TRUE(db.Execute("DETACH today").ok());
    }
    std::filesystem::rename(old, file());
  }
};

TEST_F(OldFolderTest, QuantitiesOfVersion1StayWhatTheyWere) {
  TestBatch batch;
  OrderLine returned = MakeLine("p1", -5), sold = MakeLine("p2", 7);
  returned.quantity_micros = -3 * kOneUnit;
  sold.quantity_micros = kLargestQuantity * kOneUnit;
  batch.Add(MakeOrder("o1", "c1"), {returned, sold, MakeLine("p3", 1)});
  ASSERT_TRUE(Send(workspace(), batch).status.ok());
  const auto lines = Rows("SELECT * FROM order_lines");
  Close();
  MakeFileOld();
  EXPECT_EQ(Rows("SELECT quantity FROM order_lines"),
            (std::vector<std::string>{"-3", "2147483647", "1"}));

  std::vector<std::string> done;
  const auto files = MigrateFolder(
      folder_.path(), [&done](const MigratedFile& file) { done.push_back(file.path); });
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ(done, (std::vector<std::string>{folder_.path() + "/server.db", file()}));
  EXPECT_EQ(files->back().from_version, 1);
  EXPECT_EQ(files->back().to_version, store::WorkspaceSchema().version());
  EXPECT_EQ(files->back().backup_path, file() + ".v1.backup");
  EXPECT_EQ(Rows("SELECT * FROM order_lines"), lines);
  EXPECT_EQ(Rows("SELECT quantity, amount FROM v_order_lines"),
            (std::vector<std::string>{"-3|-0.000005", "2147483647|0.000007", "1|0.000001"}));

  Open();
  ExpectImageEqualsFile();
  // And what is written now may be a fraction.
  TestBatch more;
  OrderLine half = MakeLine("p1", 5);
  half.quantity_micros = kOneUnit / 2;
  more.Add(MakeOrder("o2", "c1"), {half});
  ASSERT_TRUE(Send(workspace(), more).status.ok());
  EXPECT_EQ(Value("SELECT quantity FROM v_order_lines WHERE order_id = 'o2'"), "0.5");
  ExpectImageEqualsFile();
}

TEST_F(MigrateFolderTest, MakesNoFolderOfAMistypedName) {
  const std::string mistyped = folder_.path() + "/no-such-folder";
  EXPECT_FALSE(MigrateFolder(mistyped).ok());
  EXPECT_FALSE(std::filesystem::exists(mistyped));
}

TEST_F(MigrateFolderTest, NamesTheFileThatItCannotMigrateAndGoesOn) {
  WorkspaceSettings settings;
  settings.name = "x";
  ASSERT_TRUE(registry().Create(settings).ok());
  Close();
  Execute("PRAGMA user_version = 99");
  const auto files = MigrateFolder(folder_.path());
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_EQ(files->size(), 3u);
  EXPECT_EQ((*files)[1].status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ((*files)[2].path, folder_.path() + "/workspaces/x.db");
  EXPECT_TRUE((*files)[2].status.ok()) << (*files)[2].status;
}

}  // namespace
}  // namespace strata::testing
