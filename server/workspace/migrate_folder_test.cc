#include "server/workspace/migrate_folder.h"

#include <string>

#include "gtest/gtest.h"
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

TEST_F(MigrateFolderTest, RefusesNewerFiles) {
  Close();
  Execute("PRAGMA user_version = 99");
  EXPECT_EQ(MigrateFolder(folder_.path()).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace strata::testing
