#include "client/cli/import/command/import_statuses.h"

#include <gtest/gtest.h>

namespace strata::cli {
namespace {

v1::Workspace Made(std::vector<std::string> excluded) {
  v1::Workspace workspace;
  workspace.mutable_create_time()->set_seconds(1);
  for (std::string& status : excluded) workspace.add_excluded_statuses(std::move(status));
  return workspace;
}

TEST(ImportStatusesTest, SaysWhichCountTheMostFirst) {
  const auto judged = JudgeStatuses({{"Shipped", 286}, {" VOID ", 4}, {"", 4}, {"On Hold", 2}},
                                    Made({"cancelled", "void"}));
  EXPECT_EQ(PlainStatuses(judged), "Shipped=286;(none)=4; VOID =4 excluded;On Hold=2");
  EXPECT_EQ(PlainStatuses(JudgeStatuses({}, Made({"void"}))), "");
}

TEST(ImportStatusesTest, AWorkspaceThatExcludesNothingExcludesNothing) {
  EXPECT_EQ(PlainStatuses(JudgeStatuses({{"cancelled", 1}}, Made({}))), "cancelled=1");
}

TEST(ImportStatusesTest, OneThatIsStillToBeMadeHasTheDefaults) {
  EXPECT_EQ(PlainStatuses(JudgeStatuses({{"Canceled", 2}, {"REFUNDED", 1}, {"paid", 9}}, {})),
            "paid=9;Canceled=2 excluded;REFUNDED=1 excluded");
}

}  // namespace
}  // namespace strata::cli
