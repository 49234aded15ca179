#include "server/workspace/testing/workspace_fixture.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "server/image/editor.h"
#include "server/ingest/loader.h"
#include "server/store/sqlite/connection.h"

namespace strata::testing {

void WorkspaceTest::SetUp() {
  WorkspaceOptions options;
  options.clock = &clock_;
  auto registry = WorkspaceRegistry::Open(folder_.path(), options);
  ASSERT_TRUE(registry.ok()) << registry.status();
  registry_ = *std::move(registry);
  WorkspaceSettings settings;
  settings.name = "w";
  auto workspace = registry_->Create(settings);
  ASSERT_TRUE(workspace.ok()) << workspace.status();
  workspace_ = *std::move(workspace);
}

void WorkspaceTest::Close() {
  workspace_ = nullptr;
  registry_ = nullptr;
}

void WorkspaceTest::Open() {
  WorkspaceOptions options;
  options.clock = &clock_;
  auto registry = WorkspaceRegistry::Open(folder_.path(), options);
  ASSERT_TRUE(registry.ok()) << registry.status();
  registry_ = *std::move(registry);
  auto workspace = registry_->Find("w");
  ASSERT_TRUE(workspace.ok()) << workspace.status();
  workspace_ = *std::move(workspace);
}

std::vector<std::string> WorkspaceTest::Rows(const std::string& sql) {
  std::vector<std::string> rows;
  auto connection = store::Connection::Open(file(), store::OpenMode::kReadOnly);
  EXPECT_TRUE(connection.ok()) << connection.status();
  if (!connection.ok()) return rows;
  auto statement = (*connection)->Prepare(sql);
  EXPECT_TRUE(statement.ok()) << statement.status();
  if (!statement.ok()) return rows;
  store::Execution execution(*statement);
  for (;;) {
    const absl::StatusOr<bool> found = execution.Step();
    EXPECT_TRUE(found.ok()) << found.status();
    if (!found.ok() || !*found) return rows;
    std::string row;
    for (int column = 0; column < execution.columns(); ++column) {
      if (column > 0) row += '|';
      row += execution.IsNull(column) ? "-" : std::string(execution.TextAt(column));
    }
    rows.push_back(row);
  }
}

std::string WorkspaceTest::Value(const std::string& sql) {
  const std::vector<std::string> rows = Rows(sql);
  EXPECT_EQ(rows.size(), 1u) << sql;
  return rows.empty() ? "" : rows.front();
}

void WorkspaceTest::Execute(const std::string& sql) {
  auto connection = store::Connection::Open(file(), store::OpenMode::kReadWrite);
  ASSERT_TRUE(connection.ok()) << connection.status();
  const absl::Status status = (*connection)->Execute(sql);
  ASSERT_TRUE(status.ok()) << status;
}

void WorkspaceTest::ExpectImageEqualsFile() {
  auto db = store::WorkspaceDb::Open(file(), store::OpenMode::kReadOnly);
  ASSERT_TRUE(db.ok()) << db.status();
  auto fresh = ingest::Load(*std::move(db), std::make_unique<store::ErasedIds>(store::HashKey{}));
  ASSERT_TRUE(fresh.ok()) << fresh.status();
  EXPECT_EQ(image::Difference(*revision(), *fresh->revision), "");
  EXPECT_EQ(revision()->number, fresh->revision->number);
}

}  // namespace strata::testing
