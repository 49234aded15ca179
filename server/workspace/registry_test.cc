#include "server/workspace/registry.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <deque>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/error.h"
#include "server/store/sqlite/schema.h"
#include "server/workspace/testing/workspace_fixture.h"

namespace strata::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RegistryTest : public WorkspaceTest {
 protected:
  absl::Status Create(const std::string& name) {
    WorkspaceSettings settings;
    settings.name = name;
    return registry().Create(settings).status();
  }
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    for (const WorkspacePtr& workspace : registry().List()) {
      names.push_back(workspace->settings()->name);
    }
    return names;
  }
  absl::Status Update(const std::function<void(WorkspaceSettings&)>& change) {
    return registry()
        .Update("w",
                [&](WorkspaceSettings& settings) {
                  change(settings);
                  return absl::OkStatus();
                })
        .status();
  }
  absl::Status TryOpen() {
    WorkspaceOptions options;
    options.clock = &clock_;
    return WorkspaceRegistry::Open(folder_.path(), options).status();
  }
  bool FileExists(const std::string& name) {
    struct stat info;
    return stat((folder_.path() + "/workspaces/" + name).c_str(), &info) == 0;
  }
};

TEST_F(RegistryTest, CreatesFindsAndLists) {
  ASSERT_TRUE(Create("b-2").ok());
  ASSERT_TRUE(Create("a").ok());
  EXPECT_THAT(Names(), ElementsAre("a", "b-2", "w"));
  const absl::Status again = Create("a");
  EXPECT_EQ(again.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(FactsOf(again).reason, "WORKSPACE_EXISTS");
  const absl::Status missing = registry().Find("b-3").status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(FactsOf(missing).reason, "WORKSPACE_NOT_FOUND");
  EXPECT_THAT(std::string(missing.message()), HasSubstr("b-2"));
  Reopen();
  EXPECT_THAT(Names(), ElementsAre("a", "b-2", "w"));
  EXPECT_EQ(workspace().created_time(), kNow);
}

TEST_F(RegistryTest, WorkspacesShareNothing) {
  ASSERT_TRUE(Create("other").ok());
  TestBatch batch;
  AddOrder(batch, "o", "c", 1);
  ASSERT_TRUE(Send(**registry().Find("other"), batch).status.ok());
  EXPECT_EQ(revision()->orders, 0);
  EXPECT_EQ(revision()->number, 1);
  ASSERT_TRUE((*registry().Find("other"))->EraseCustomer("c").ok());
  EXPECT_EQ(Send(workspace(), batch).result.counts.accepted, 1) << "erased there, not here";
}

TEST_F(RegistryTest, SettingsSurviveAndAdvanceTheRevision) {
  WorkspaceSettings all;
  all.name = "all";
  all.display_name = "Alles über alles";
  all.currency = "IDR";
  all.time_zone = "Asia/Jakarta";
  all.fiscal_first_month = 4;
  all.excluded_statuses = {"Void", " CANCELLED", "void"};
  all.excluded_contract_statuses = {"Draft", "ANNUL\u00c9"};
  all.contract_grace_days = 0;
  all.age_method = AgeMethod::kYearDifference;
  all.age_band_width = 5;
  all.age_band_anchor = 0;
  all.deal_size_medium = 1;
  all.deal_size_large = 9'000'000'000'000'000'000;
  all.strategic_share_bp = 100;
  all.growth_share_bp = 200;
  all.tier_rounding = ShareRounding::kCeil;
  all.tier_window_days = 365;
  all.loyalty_vip_purchases = 3;
  all.loyalty_vip_units = 7;
  all.abc_a_share_bp = 7'000;
  all.abc_b_share_bp = 9'000;
  all.rfm_window_days = 365;
  all.service_policy = {{"standard", 2, 14, "head of support"}, {"growth", 0, 0, ""}};
  all.inactivity_days = 90;
  all.retention_days = 3'650;
  ASSERT_TRUE(registry().Create(all).ok());
  all.excluded_statuses = {"cancelled", "void"};
  all.excluded_contract_statuses = {"annul\u00e9", "draft"};
  EXPECT_EQ(*(*registry().Find("all"))->settings(), all);
  Reopen();
  EXPECT_EQ(*(*registry().Find("all"))->settings(), all);

  clock_.Set(kNow + 9);
  ASSERT_TRUE(Update([](WorkspaceSettings& s) { s.inactivity_days = 30; }).ok());
  EXPECT_EQ(revision()->number, 2);
  EXPECT_EQ(revision()->settings->inactivity_days, 30);
  EXPECT_EQ(workspace().updated_time(), kNow + 9);
  ASSERT_TRUE(Update([](WorkspaceSettings& s) {
                for (std::string& status : s.excluded_statuses) status[0] -= 'a' - 'A';
              }).ok());
  EXPECT_EQ(revision()->number, 2) << "the same as before, so nothing changed";
  Reopen();
  EXPECT_EQ(revision()->number, 2);
  EXPECT_EQ(workspace().settings()->inactivity_days, 30);
  EXPECT_EQ(workspace().created_time(), kNow);
  EXPECT_EQ(workspace().updated_time(), kNow + 9);
}

// A file from before a setting was known has no row of it.
TEST_F(RegistryTest, AStoredZeroIsZeroAndASettingWithoutARowHasItsDefault) {
  ASSERT_TRUE(Update([](WorkspaceSettings& s) {
                s.strategic_share_bp = s.age_band_anchor = s.contract_grace_days = 0;
                s.loyalty_vip_units = s.deal_size_medium = 0;
              }).ok());
  const WorkspaceSettings zeros = *workspace().settings();
  Reopen();
  EXPECT_EQ(*workspace().settings(), zeros);
  EXPECT_EQ(zeros.loyalty_vip_units, 0);
  Close();
  Execute("DELETE FROM settings WHERE name <> 'name'");
  Open();
  WorkspaceSettings defaults;
  defaults.name = "w";
  EXPECT_EQ(*workspace().settings(), defaults);
}

TEST_F(RegistryTest, CurrencyAndTimeZoneAreFixedOnceThereAreRecords) {
  ASSERT_TRUE(Update([](WorkspaceSettings& s) { s.currency = "EUR"; }).ok());
  ASSERT_TRUE(Update([](WorkspaceSettings& s) { s.time_zone = "Europe/Berlin"; }).ok());
  TestBatch batch;
  AddOrder(batch, "o", "c", 1);
  ASSERT_TRUE(Send(workspace(), batch).status.ok());
  for (const auto& change : std::vector<std::function<void(WorkspaceSettings&)>>{
           [](WorkspaceSettings& s) { s.currency = "USD"; },
           [](WorkspaceSettings& s) { s.time_zone = "UTC"; }}) {
    const absl::Status status = Update(change);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(FactsOf(status).reason, "FIXED_SETTING");
  }
  EXPECT_TRUE(Update([](WorkspaceSettings& s) { s.display_name = "x"; }).ok());
  EXPECT_EQ(Update([](WorkspaceSettings& s) { s.name = "x"; }).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(workspace().settings()->currency, "EUR");
}

TEST_F(RegistryTest, ExcludedStatusesShowInTheViewAndTheImage) {
  TestBatch batch;
  Order order = MakeOrder("o1", "c");
  order.status = "CANCELLED";
  batch.Add(order, {MakeLine("p", 1)});
  order.id = "o2";
  order.status = "";
  batch.Add(order, {MakeLine("p", 1)});
  ASSERT_TRUE(Send(workspace(), batch).status.ok());
  EXPECT_THAT(Rows("SELECT order_id, recognised FROM v_orders"), ElementsAre("o1|0", "o2|1"));
  ASSERT_TRUE(Update([](WorkspaceSettings& s) { s.excluded_statuses.clear(); }).ok());
  EXPECT_THAT(Rows("SELECT order_id, recognised FROM v_orders"), ElementsAre("o1|1", "o2|1"));
}

TEST_F(RegistryTest, StatusesAreComparedTrimmedAndByUnicodeCase) {
  TestBatch batch;
  std::deque<std::string> ids;  // records borrow their text
  const auto order = [&](const char* status) {
    ids.push_back(absl::StrCat("o", ids.size() + 1));
    Order made = MakeOrder(ids.back(), "c");
    made.status = status;
    batch.Add(made, {MakeLine("p", 1)});
  };
  // By default: the usual spellings of several shops, in any case, with blanks around them.
  for (const char* status : {"Cancelled", "CANCELED ", " void", "Voided", "failed\u00a0",
                             "DECLINED", "Refunded", "returned"}) {
    order(status);
  }
  for (const char* status : {"Shipped", "on hold", "", "annul\u00e9", "pending return"}) {
    order(status);
  }
  ASSERT_TRUE(Send(workspace(), batch).status.ok());
  const auto counted = [&] {
    int64_t counts = 0;
    image::OrderRuns runs;
    for (const image::OrderRun& run : runs.Of(revision()->blocks[0])) {
      for (size_t i = 0; i < run.orders; ++i) counts += revision()->IsPurchase(run, i);
    }
    return counts;
  };
  EXPECT_EQ(counted(), 5);
  ASSERT_TRUE(Update([](WorkspaceSettings& s) { s.excluded_statuses = {" ANNULE\u0301 "}; }).ok());
  EXPECT_EQ(counted(), 12);
  EXPECT_THAT(Rows("SELECT count(*) FROM orders WHERE status = 'CANCELED '"), ElementsAre("1"));
}

// Version 0.1.0 knew one status by default, and nothing of contracts.
TEST_F(RegistryTest, AFileThatExcludesTheOldDefaultAloneTakesTodays) {
  const auto reopen_as_of_old = [&](const std::string& statuses) {
    Close();
    Execute(
        "DELETE FROM settings WHERE name IN ('excluded_contract_statuses', "
        "'contract_grace_days'); DELETE FROM excluded_statuses; "
        "INSERT INTO excluded_statuses VALUES " +
        statuses);
    Open();
    return revision()->settings->excluded_statuses;
  };
  EXPECT_EQ(reopen_as_of_old("('cancelled')"), WorkspaceSettings().excluded_statuses);
  EXPECT_EQ(revision()->settings->contract_grace_days, 30);
  EXPECT_THAT(reopen_as_of_old("('void')"), ElementsAre("void"));
  EXPECT_THAT(reopen_as_of_old("('cancelled'), ('void')"), ElementsAre("cancelled", "void"));
  // Chosen today, it is a choice.
  ASSERT_TRUE(Update([](WorkspaceSettings& s) { s.excluded_statuses = {"cancelled"}; }).ok());
  Reopen();
  EXPECT_THAT(revision()->settings->excluded_statuses, ElementsAre("cancelled"));
}

TEST_F(RegistryTest, RefusesSettingsThatDoNotHold) {
  const std::vector<std::pair<std::string, std::function<void(WorkspaceSettings&)>>> bad = {
      {"workspace.workspace", [](WorkspaceSettings& s) { s.name = "A"; }},
      {"workspace.workspace", [](WorkspaceSettings& s) { s.name = ""; }},
      {"workspace.workspace", [](WorkspaceSettings& s) { s.name = "../x"; }},
      {"workspace.workspace", [](WorkspaceSettings& s) { s.name = std::string(64, 'a'); }},
      {"workspace.currency_code", [](WorkspaceSettings& s) { s.currency = "usd"; }},
      {"workspace.currency_code", [](WorkspaceSettings& s) { s.currency = ""; }},
      {"workspace.time_zone", [](WorkspaceSettings& s) { s.time_zone = ""; }},
      {"workspace.time_zone", [](WorkspaceSettings& s) { s.time_zone = "Mars/Base"; }},
      {"workspace.excluded_statuses[1]",
       [](WorkspaceSettings& s) {
         s.excluded_statuses = {"x", std::string(513, 'y')};
       }},
      {"workspace.excluded_statuses[0]",
       [](WorkspaceSettings& s) { s.excluded_statuses = {"\u00a0 "}; }},
      {"workspace.excluded_contract_statuses[0]",
       [](WorkspaceSettings& s) { s.excluded_contract_statuses = {""}; }},
      {"workspace.deal_size_large", [](WorkspaceSettings& s) { s.deal_size_large = 0; }},
      {"workspace.tier_rule.growth_share_bp", [](WorkspaceSettings& s) { s.growth_share_bp = 1; }},
      {"workspace.abc_rule.b_share_bp", [](WorkspaceSettings& s) { s.abc_b_share_bp = 7'999; }},
      {"workspace.service_policy[0].tier",
       [](WorkspaceSettings& s) {
         s.service_policy = {{"gold", 1, 1, ""}};
       }},
      {"workspace.service_policy[1].tier",
       [](WorkspaceSettings& s) {
         s.service_policy = {{"growth", 1, 1, ""}, {"growth", 2, 1, ""}};
       }},
      {"workspace.tier_rule.growth_share_bp",
       [](WorkspaceSettings& s) { s.strategic_share_bp = 5'001; }},
      {"workspace.service_policy[0].contact_cadence_days",
       [](WorkspaceSettings& s) {
         s.service_policy = {{"growth", 1, 36'501, ""}};
       }},
      {"workspace.service_policy[0].response_target_hours",
       [](WorkspaceSettings& s) {
         s.service_policy = {{"growth", -1, 1, ""}};
       }},
  };
  for (const auto& [field, spoil] : bad) {
    WorkspaceSettings settings;
    settings.name = "fine";
    spoil(settings);
    const absl::Status status = registry().Create(settings).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << field;
    ASSERT_EQ(FactsOf(status).fields.size(), 1u) << status;
    EXPECT_EQ(FactsOf(status).fields[0].first, field);
  }
  EXPECT_THAT(Names(), ElementsAre("w"));
}

TEST_F(RegistryTest, DeletesWithItsFile) {
  ASSERT_TRUE(Create("gone").ok());
  ASSERT_TRUE(registry().Delete("gone", false).ok());
  EXPECT_FALSE(FileExists("gone.db"));
  EXPECT_EQ(registry().Delete("gone", false).code(), absl::StatusCode::kNotFound);

  TestBatch batch;
  AddOrder(batch, "o", "c", 1);
  ASSERT_TRUE(Send(workspace(), batch).status.ok());
  const absl::Status refused = registry().Delete("w", false);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FactsOf(refused).reason, "WORKSPACE_NOT_EMPTY");
  const image::RevisionPtr pinned = revision();
  ASSERT_TRUE(registry().Delete("w", true).ok());
  EXPECT_FALSE(FileExists("w.db"));
  EXPECT_FALSE(FileExists("w.db-wal"));
  EXPECT_EQ(pinned->orders, 1);
  EXPECT_EQ(Send(workspace(), batch).status.code(), absl::StatusCode::kUnavailable);
  ASSERT_TRUE(Create("w").ok());
  EXPECT_EQ((*registry().Find("w"))->Current()->orders, 0);
}

TEST_F(RegistryTest, HalfMadeAndHalfDeletedWorkspacesAreCleanedUpAtStart) {
  ASSERT_TRUE(Create("half-made").ok());
  ASSERT_TRUE(Create("half-deleted").ok());
  Close();
  {
    auto server = store::OpenWithSchema(folder_.path() + "/server.db", store::ServerSchema(),
                                        store::OpenMode::kReadWrite);
    ASSERT_TRUE(server.ok());
    ASSERT_TRUE((*server)
                    ->Execute("UPDATE workspaces SET state = 'creating' WHERE name = 'half-made';"
                              "UPDATE workspaces SET state = 'deleting' WHERE name = "
                              "'half-deleted'")
                    .ok());
  }
  Open();
  EXPECT_THAT(Names(), ElementsAre("w"));
  EXPECT_FALSE(FileExists("half-made.db"));
  EXPECT_FALSE(FileExists("half-deleted.db"));
}

TEST_F(RegistryTest, FileWithoutAnEntryIsLeftAlone) {
  std::ofstream(folder_.path() + "/workspaces/mine.db") << "my own";
  const absl::Status status = Create("mine");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  std::string content;
  std::getline(std::ifstream(folder_.path() + "/workspaces/mine.db"), content);
  EXPECT_EQ(content, "my own");
  Reopen();
  EXPECT_THAT(Names(), ElementsAre("w"));
}

TEST_F(RegistryTest, SecondOpenerIsToldWhoHoldsTheFolder) {
  const absl::Status here = TryOpen();
  EXPECT_EQ(here.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(here.message()), HasSubstr(absl::StrCat("pid ", getpid())));

  // From another process as well.
  const pid_t child = fork();
  if (child == 0) _exit(TryOpen().code() == absl::StatusCode::kFailedPrecondition ? 0 : 1);
  int result = -1;
  ASSERT_EQ(waitpid(child, &result, 0), child);
  EXPECT_EQ(result, 0);

  Close();
  EXPECT_TRUE(TryOpen().ok()) << "let go of at the end";
}

TEST_F(RegistryTest, FilesOfAnotherVersionAreNamedAndKeepNobodyFromTheRest) {
  ASSERT_TRUE(Create("other").ok());
  for (const auto& [version, words] : {std::pair(99, "99"), std::pair(0, "strata admin migrate")}) {
    Close();
    Execute(absl::StrCat("PRAGMA user_version = ", version));
    WorkspaceOptions options;
    options.clock = &clock_;
    auto registry = WorkspaceRegistry::Open(folder_.path(), options);
    ASSERT_TRUE(registry.ok()) << registry.status();
    EXPECT_TRUE((*registry)->Find("other").ok());
    const absl::Status status = (*registry)->Find("w").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(FactsOf(status).reason, "WORKSPACE_SCHEMA");
    EXPECT_THAT(std::string(status.message()), HasSubstr(words));
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(absl::StrCat("version ", store::WorkspaceSchema().version())));
  }
}

TEST_F(RegistryTest, ObserversHearOfEveryRevisionUntilTheyEnd) {
  std::vector<int64_t> heard;
  const std::function<void()> end = workspace().Observe(
      [&heard](const image::RevisionPtr& revision) { heard.push_back(revision->number); });
  TestBatch batch;
  AddOrder(batch, "o", "c", 1);
  ASSERT_TRUE(Send(workspace(), batch).status.ok());
  ASSERT_TRUE(Send(workspace(), batch).status.ok());  // a duplicate: no revision
  ASSERT_TRUE(Update([](WorkspaceSettings& s) { s.inactivity_days = 30; }).ok());
  ASSERT_TRUE(workspace().EraseCustomer("c").ok());
  end();
  AddOrder(batch, "o2", "c2", 1);
  ASSERT_TRUE(Send(workspace(), batch.Skip()).status.ok());
  EXPECT_THAT(heard, ElementsAre(2, 3, 4));
  Close();
  end();  // may outlive the workspace
}

TEST_F(RegistryTest, StatsCountWhatThereIs) {
  TestBatch batch;
  AddOrder(batch, "o", "c", 1);
  batch.Add(Record(MakeTicket("t", "c")))
      .Add(Record(MakeContract("k", "c")))
      .Add(Record(MakeSurvey("s", "d")));
  ASSERT_TRUE(SendTo(workspace(), "s", 0, batch).status.ok());
  const auto stats = workspace().Stats();
  ASSERT_TRUE(stats.ok());
  EXPECT_EQ(stats->revision, 2);
  EXPECT_EQ(stats->customers, 2);
  EXPECT_EQ(stats->orders, 1);
  EXPECT_EQ(stats->order_lines, 1);
  EXPECT_EQ(stats->tickets, 1);
  EXPECT_EQ(stats->contracts, 1);
  EXPECT_EQ(stats->surveys, 1);
  EXPECT_EQ(stats->write_streams, 1);
  EXPECT_EQ(stats->commits, 1);
  EXPECT_GT(stats->file_bytes, 0);
  EXPECT_GT(stats->wal_bytes, 0);
  EXPECT_GT(stats->image_bytes, 0);
}

}  // namespace
}  // namespace strata::testing
