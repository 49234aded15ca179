#include "server/store/sqlite/folder_lock.h"

#include <unistd.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/store/sqlite/testing/temporary_folder.h"

namespace strata::store {
namespace {

using ::testing::HasSubstr;

TEST(FolderLockTest, AdmitsOneAndNamesIt) {
  const testing::TemporaryFolder folder;
  auto lock = FolderLock::Acquire(folder.path());
  ASSERT_TRUE(lock.ok()) << lock.status();
  std::string content;
  std::getline(std::ifstream(folder.path() + "/lock"), content);
  EXPECT_THAT(content, HasSubstr(absl::StrCat("pid ", getpid(), " on host ")));
  EXPECT_THAT(content, HasSubstr("strata_store"));

  const absl::Status second = FolderLock::Acquire(folder.path()).status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.message()), HasSubstr(content));
  EXPECT_THAT(std::string(second.message()), HasSubstr(folder.path()));

  *lock = nullptr;
  EXPECT_TRUE(FolderLock::Acquire(folder.path()).ok());
}

TEST(FolderLockTest, NeedsTheFolder) {
  EXPECT_EQ(FolderLock::Acquire("/nowhere/at/all").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace strata::store
