#ifndef STRATA_SERVER_WORKSPACE_TESTING_WORKSPACE_FIXTURE_H_
#define STRATA_SERVER_WORKSPACE_TESTING_WORKSPACE_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/base/clock.h"
#include "server/store/sqlite/testing/temporary_folder.h"
#include "server/workspace/registry.h"
#include "server/workspace/testing/test_batch.h"

namespace strata::testing {

using store::testing::TemporaryFolder;

// A data folder with one workspace "w", which can be closed and opened again.
class WorkspaceTest : public ::testing::Test {
 protected:
  void SetUp() override;

  Workspace& workspace() { return *workspace_; }
  WorkspaceRegistry& registry() { return *registry_; }
  image::RevisionPtr revision() { return workspace_->Current(); }
  std::string file() const { return folder_.path() + "/workspaces/w.db"; }

  void Close();
  void Open();
  void Reopen() {
    Close();
    Open();
  }

  // Rows of a query on the file, read by a connection of its own; columns joined by '|', NULL as
  // "-".
  std::vector<std::string> Rows(const std::string& sql);
  // The one value of a query.
  std::string Value(const std::string& sql);
  // Changes the file behind the server's back.
  void Execute(const std::string& sql);

  // Fails unless a fresh image of the file equals the live one.
  void ExpectImageEqualsFile();

  TemporaryFolder folder_;
  FixedClock clock_{kNow};
  std::unique_ptr<WorkspaceRegistry> registry_;
  WorkspacePtr workspace_;
};

}  // namespace strata::testing

#endif  // STRATA_SERVER_WORKSPACE_TESTING_WORKSPACE_FIXTURE_H_
