#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/workspace/testing/workspace_fixture.h"

// Files that someone has changed by hand are refused with words, not served.

namespace strata::testing {
namespace {

using ::testing::HasSubstr;

using DamageTest = WorkspaceTest;

TEST_F(DamageTest, WhatDoesNotHoldTogetherIsNamed) {
  TestBatch batch;
  Customer customer = MakeCustomer("c", "US");
  customer.birth_date = 0;
  batch.Add(customer, {{"a", 1.0}});
  AddOrder(batch, "o", "c", 1);
  batch.Add(Record(MakeTicket("t", "c"))).Add(Record(MakeContract("k", "c")));
  ASSERT_TRUE(Send(workspace(), batch).status.ok());
  Close();

  const std::vector<std::pair<std::string, std::string>> damages = {
      {"UPDATE customers SET birth_date = '1999-02-30'", "birth_date"},
      {"UPDATE contracts SET start_date = 'soon'", "start_date"},
      {"UPDATE orders SET customer_key = 99", "order of key 1 names no customer"},
      {"INSERT INTO order_lines VALUES (99, 1, NULL, NULL, 1, 1, NULL)", "key 99"},
      {"DELETE FROM workspace", "workspace"},
      {"UPDATE settings SET value = 'many' WHERE name = 'inactivity_days'", "inactivity_days"},
      {"UPDATE settings SET value = 'Nowhere' WHERE name = 'time_zone'", "Nowhere"},
  };
  for (const auto& [damage, words] : damages) {
    // Each alone: taken back by the copy of the file.
    Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    Execute("VACUUM INTO '" + folder_.path() + "/copy.db'");
    Execute(damage);
    WorkspaceOptions options;
    options.clock = &clock_;
    const absl::Status status = WorkspaceRegistry::Open(folder_.path(), options).status();
    EXPECT_FALSE(status.ok()) << damage;
    EXPECT_THAT(std::string(status.message()), HasSubstr(words)) << damage;
    ASSERT_EQ(rename((folder_.path() + "/copy.db").c_str(), file().c_str()), 0);
    remove((file() + "-wal").c_str());
    remove((file() + "-shm").c_str());
  }
  Open();
  ASSERT_NE(workspace_, nullptr);
  EXPECT_EQ(revision()->orders, 1);
}

TEST_F(DamageTest, MissingFileOfAWorkspaceIsRefused) {
  Close();
  ASSERT_EQ(remove(file().c_str()), 0);
  WorkspaceOptions options;
  options.clock = &clock_;
  const absl::Status status = WorkspaceRegistry::Open(folder_.path(), options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("w.db"));
}

}  // namespace
}  // namespace strata::testing
