#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/error.h"
#include "server/domain/unicode.h"
#include "server/workspace/testing/workspace_fixture.h"

// Files that somebody or something has changed are named with their fault, not served; what is
// whole is served beside them.

namespace strata::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DamageTest : public WorkspaceTest {
 protected:
  void SetUp() override {
    WorkspaceTest::SetUp();
    WorkspaceSettings settings;
    settings.name = "whole";
    ASSERT_TRUE(registry().Create(settings).ok());
    TestBatch batch;
    Customer customer = MakeCustomer("c", "US");
    customer.birth_date = 0;
    batch.Add(customer, {{"a", 1.0}});
    AddOrder(batch, "o", "c", 1);
    batch.Add(Record(MakeTicket("t", "c"))).Add(Record(MakeContract("k", "c")));
    ASSERT_TRUE(Send(workspace(), batch).status.ok());
    Close();
  }

  absl::StatusOr<std::unique_ptr<WorkspaceRegistry>> OpenFolder(FolderUse use = FolderUse::kMake) {
    WorkspaceOptions options;
    options.clock = &clock_;
    options.folder_use = use;
    return WorkspaceRegistry::Open(folder_.path(), options);
  }

  // Opens the folder; why "w" is not served, after a look that "whole" is.
  absl::Status FaultOfW() {
    auto registry = OpenFolder();
    EXPECT_TRUE(registry.ok()) << registry.status();
    if (!registry.ok()) return registry.status();
    EXPECT_TRUE((*registry)->Find("whole").ok());
    EXPECT_EQ((*registry)->List().size() + (*registry)->Unserved().size(), 2u);
    const absl::Status status = (*registry)->Find("w").status();
    if (!status.ok()) {
      EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
      EXPECT_EQ((*registry)->Unserved().at("w"), status);
      EXPECT_THAT(std::string(status.message()), HasSubstr("w.db"));
      EXPECT_THAT(std::string(status.message()), ::testing::Not(HasSubstr(folder_.path())));
    }
    return status;
  }
  static std::string ReasonOf(const absl::Status& status) { return FactsOf(status).reason; }

  std::string wal() const { return file() + "-wal"; }
  std::string server_file() const { return folder_.path() + "/server.db"; }
};

void Write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// Bytes without any order, the same ones in every run.
std::string Noise(size_t size) {
  std::string bytes;
  uint64_t state = 88'172'645'463'325'252u;
  while (bytes.size() < size) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    bytes.push_back(static_cast<char>(state));
  }
  return bytes;
}

TEST_F(DamageTest, WhatDoesNotHoldTogetherIsNamed) {
  const std::vector<std::pair<std::string, std::string>> damages = {
      {"UPDATE customers SET birth_date = '1999-02-30'", "birth_date"},
      {"UPDATE contracts SET start_date = 'soon'", "start_date"},
      {"UPDATE orders SET customer_key = 99", "order of key 1 names no customer"},
      {"INSERT INTO order_lines VALUES (99, 1, NULL, NULL, 1, 1, NULL)", "key 99"},
      {"DELETE FROM workspace", "workspace"},
      {"UPDATE settings SET value = 'many' WHERE name = 'inactivity_days'", "inactivity_days"},
      {"UPDATE settings SET value = 'Nowhere' WHERE name = 'time_zone'", "Nowhere"},
      {"UPDATE settings SET value = 'whole' WHERE name = 'name'", "of the workspace \"whole\""},
      // More places than any memory holds, and a key beyond all keys.
      {"INSERT INTO customers (customer_key, customer_id, placeholder) VALUES (4294967295, 'far', "
       "1)",
       "4294967295"},
      {"UPDATE orders SET order_key = 1 << 40", "1099511627776"},
  };
  for (const auto& [damage, words] : damages) {
    // Each alone: taken back by the copy of the file.
    Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    Execute("VACUUM INTO '" + folder_.path() + "/copy.db'");
    Execute(damage);
    const absl::Status status = FaultOfW();
    EXPECT_EQ(ReasonOf(status), "WORKSPACE_DAMAGED") << damage;
    EXPECT_THAT(std::string(status.message()), HasSubstr(words)) << damage;
    ASSERT_EQ(rename((folder_.path() + "/copy.db").c_str(), file().c_str()), 0);
    remove((file() + "-wal").c_str());
    remove((file() + "-shm").c_str());
  }
  Open();
  ASSERT_NE(workspace_, nullptr);
  EXPECT_EQ(revision()->orders, 1);
}

TEST_F(DamageTest, FilesThatAreNoneOfOursAreNamed) {
  const auto pages = static_cast<int>(std::filesystem::file_size(file()) / 4'096);
  ASSERT_GT(pages, 4);
  const std::vector<std::pair<std::string, std::function<void()>>> damages = {
      {"WORKSPACE_DAMAGED", [&] { Write(file(), Noise(32'768)); }},
      {"WORKSPACE_DAMAGED", [&] { Write(file(), ""); }},
      {"WORKSPACE_DAMAGED", [&] { Write(file(), "SQLite format 3"); }},
      {"WORKSPACE_DAMAGED", [&] { std::filesystem::resize_file(file(), 4'096 * 3); }},
      {"WORKSPACE_DAMAGED",
       [&] { std::filesystem::resize_file(file(), static_cast<uintmax_t>(pages) * 4'096 - 1); }},
      // SQLite takes such a log for none.
      {"WORKSPACE_DAMAGED", [&] { Write(wal(), Noise(9'000)); }},
      {"WORKSPACE_DAMAGED", [&] { std::filesystem::create_directory(wal()); }},
      // Reading would go on, each commit fail.
      {"WORKSPACE_DAMAGED", [&] { std::filesystem::create_directory(file() + "-shm"); }},
      {"WORKSPACE_DAMAGED", [&] { Execute("PRAGMA application_id = 7"); }},
      {"WORKSPACE_SCHEMA", [&] { Execute("PRAGMA user_version = 1000"); }},
      {"WORKSPACE_FILE_MISSING", [&] { std::filesystem::remove(file()); }},
      {"WORKSPACE_DAMAGED",
       [&] {
         std::filesystem::remove(file());
         std::filesystem::create_directory(file());
       }},
      // Every page but the first, which holds the schema.
      {"WORKSPACE_DAMAGED",
       [&] {
         std::fstream open(file(), std::ios::binary | std::ios::in | std::ios::out);
         open.seekp(4'096);
         open << Noise(static_cast<size_t>(pages - 1) * 4'096);
       }},
  };
  for (size_t i = 0; i < damages.size(); ++i) {
    SCOPED_TRACE(i);
    std::filesystem::copy_file(file(), folder_.path() + "/copy.db");
    damages[i].second();
    EXPECT_EQ(ReasonOf(FaultOfW()), damages[i].first);
    std::filesystem::remove_all(file());
    std::filesystem::remove(wal());
    std::filesystem::remove(file() + "-shm");
    std::filesystem::rename(folder_.path() + "/copy.db", file());
  }
  EXPECT_TRUE(FaultOfW().ok()) << "as it was";
}

TEST_F(DamageTest, NoRightToAFileIsNamed) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  ASSERT_EQ(chmod(file().c_str(), 0), 0);
  EXPECT_EQ(ReasonOf(FaultOfW()), "WORKSPACE_NO_ACCESS");
}

TEST_F(DamageTest, AKeyFarFromTheOthersTakesNeitherTimeNorMemory) {
  Execute("UPDATE orders SET order_key = 4000000000");
  Execute("UPDATE order_lines SET order_key = 4000000000");
  Execute("UPDATE tickets SET ticket_key = 4000000000");
  Open();
  ASSERT_NE(workspace_, nullptr);
  EXPECT_EQ(revision()->orders, 1);
  EXPECT_EQ(revision()->tickets, 1);
}

TEST_F(DamageTest, AFaultIsTextWhateverTheFileHolds) {
  Execute("UPDATE settings SET value = CAST(x'4eff' AS TEXT) WHERE name = 'time_zone'");
  const absl::Status status = FaultOfW();
  EXPECT_EQ(ReasonOf(status), "WORKSPACE_DAMAGED");
  EXPECT_TRUE(IsUtf8(status.message())) << status;
}

TEST_F(DamageTest, ATornLogEndsAtItsLastWholeCommit) {
  const std::string copy = folder_.path() + "/copy.db", copied_log = folder_.path() + "/copy.log";
  Open();
  TestBatch batch;
  AddOrder(batch, "second", "c", 1);
  ASSERT_TRUE(Send(workspace(), batch).status.ok());
  std::filesystem::copy_file(file(), copy);
  std::filesystem::copy_file(wal(), copied_log);
  Close();
  // As a power cut leaves it: with the commit, without its last bytes, with noise in its place.
  const auto size = static_cast<int64_t>(std::filesystem::file_size(copied_log));
  ASSERT_GT(size, 0);
  for (const int64_t kept : {size, size - 1, size / 2, int64_t{10}}) {
    SCOPED_TRACE(kept);
    std::filesystem::copy_file(copy, file(), std::filesystem::copy_options::overwrite_existing);
    std::filesystem::copy_file(copied_log, wal(),
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(wal(), static_cast<uintmax_t>(kept));
    if (kept == size - 1) std::ofstream(wal(), std::ios::app | std::ios::binary) << "x";
    Open();
    EXPECT_EQ(revision()->orders, kept == size ? 2 : 1);
    Close();
  }
}

TEST_F(DamageTest, WhatCannotBeServedCanBeDeletedByForce) {
  Write(file(), Noise(100));
  auto registry = OpenFolder();
  ASSERT_TRUE(registry.ok()) << registry.status();
  WorkspaceSettings settings;
  settings.name = "w";
  EXPECT_EQ(ReasonOf((*registry)->Create(settings).status()), "WORKSPACE_EXISTS");
  EXPECT_EQ(ReasonOf((*registry)->Delete("w", false)), "WORKSPACE_NOT_EMPTY");
  ASSERT_TRUE((*registry)->Delete("w", true).ok());
  EXPECT_THAT((*registry)->Unserved(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(file()));
  EXPECT_TRUE((*registry)->Create(settings).ok());
}

TEST_F(DamageTest, TheListOfWorkspacesIsNotMadeAnew) {
  for (const std::string& bytes : {std::string(), Noise(9'000), std::string("SQLite format 3")}) {
    Write(server_file(), bytes);
    const absl::Status status = OpenFolder().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(ReasonOf(status), "SERVER_FILE_DAMAGED");
    EXPECT_THAT(std::string(status.message()), HasSubstr("estore it from a backup"));
  }
  std::filesystem::remove(server_file());
  EXPECT_EQ(ReasonOf(OpenFolder().status()), "SERVER_FILE_DAMAGED");
}

TEST_F(DamageTest, StrayFilesAreNamedAndLeftAlone) {
  Write(folder_.path() + "/workspaces/mine.db", "my own");
  Write(folder_.path() + "/workspaces/w.db.v0.backup", "a backup of w");
  auto registry = OpenFolder();
  ASSERT_TRUE(registry.ok()) << registry.status();
  EXPECT_THAT((*registry)->remarks(), ::testing::ElementsAre(HasSubstr("mine.db")));
  EXPECT_THAT((*registry)->Unserved(), IsEmpty());
}

TEST_F(DamageTest, OtherUsersLoseTheirRights) {
  for (const std::string& path : {file(), server_file(), folder_.path() + "/workspaces"}) {
    ASSERT_EQ(chmod(path.c_str(), 0755), 0);
  }
  Open();
  for (const std::string& path :
       {file(), server_file(), folder_.path() + "/lock", folder_.path() + "/workspaces", wal()}) {
    struct stat info;
    ASSERT_EQ(stat(path.c_str(), &info), 0) << path;
    EXPECT_EQ(info.st_mode & 077, 0u) << path;
  }
}

TEST_F(DamageTest, ReadingMakesNothing) {
  for (const FolderUse use : {FolderUse::kExisting, FolderUse::kReadable}) {
    WorkspaceOptions options;
    options.folder_use = use;
    const std::string missing = folder_.path() + "/mistyped";
    EXPECT_EQ(ReasonOf(WorkspaceRegistry::Open(missing, options).status()), "FOLDER_MISSING");
    EXPECT_FALSE(std::filesystem::exists(missing));
    const std::string empty = folder_.path() + "/workspaces";
    EXPECT_EQ(ReasonOf(WorkspaceRegistry::Open(empty, options).status()), "NO_DATA_FOLDER");
    EXPECT_FALSE(std::filesystem::exists(empty + "/lock"));
  }
  EXPECT_EQ(ReasonOf(WorkspaceRegistry::Open(folder_.path() + "/a/b", {}).status()),
            "PARENT_MISSING");
  EXPECT_EQ(ReasonOf(WorkspaceRegistry::Open(server_file(), {}).status()), "NOT_A_FOLDER");
}

}  // namespace
}  // namespace strata::testing
