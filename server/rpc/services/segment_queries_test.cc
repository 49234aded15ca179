#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rpc/testing/segment_queries_fixture.h"

namespace strata::rpc {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Profile.

TEST_F(SegmentQueriesTest, ASegmentAgainstAllOthers) {
  IngestTwoQuarters();
  Define("german", "country = \"DE\"");
  v1::ProfileSegmentRequest request = ProfileOf("german");
  request.add_fields("gender");
  request.add_crosses("country,gender");
  v1::ProfileSegmentResponse response;
  ASSERT_EQ(Fault(Profile(request, &response)), "OK");
  EXPECT_EQ(response.segment().customers(), 2);
  EXPECT_EQ(response.segment().revenue().units(), 230);
  EXPECT_EQ(response.segment().revenue_per_customer().units(), 115);
  EXPECT_DOUBLE_EQ(response.segment().orders_per_customer(), 1.5);
  EXPECT_DOUBLE_EQ(response.segment().share_of_customers(), 0.4);
  EXPECT_DOUBLE_EQ(response.segment().share_of_revenue(), 230.0 / 245);
  EXPECT_EQ(response.against().customers(), 3);
  EXPECT_EQ(response.overlap(), 0);
  EXPECT_EQ(response.meta().customers_used(), 2);
  EXPECT_EQ(response.meta().records_used(), 3);
  ASSERT_EQ(response.dimensions_size(), 2);
  // The cross sets them apart wholly, gender hardly.
  const v1::ProfileDimension& cross = response.dimensions(0);
  EXPECT_THAT(cross.fields(), ElementsAre("country", "gender"));
  EXPECT_DOUBLE_EQ(cross.distance(), 1);
  const v1::ProfileValue& women = cross.values(0);
  ASSERT_EQ(women.keys_size(), 2);
  EXPECT_EQ(women.keys(0).text(), "DE");
  EXPECT_EQ(women.keys(1).text(), "F");
  EXPECT_DOUBLE_EQ(women.share(), 0.5);
  EXPECT_EQ(women.share_interval().method(), "wilson");
  EXPECT_DOUBLE_EQ(women.share_of_revenue(), 100.0 / 230);
  // dan's country and gender are not known: a value like others, last.
  const v1::ProfileValue& unknown = cross.values(cross.values_size() - 1);
  EXPECT_EQ(unknown.keys(0).null(), v1::NULL_REASON_UNKNOWN);
  EXPECT_EQ(unknown.customers_against(), 1);
}

TEST_F(SegmentQueriesTest, ASegmentAgainstAnother) {
  IngestTwoQuarters();
  Define("german", "country = \"DE\"");
  v1::ProfileSegmentRequest request = ProfileOf("", "gender = \"F\"");
  request.set_against("german");
  v1::ProfileSegmentResponse response;
  ASSERT_EQ(Fault(Profile(request, &response)), "OK");
  EXPECT_EQ(response.segment().customers(), 2);
  EXPECT_EQ(response.against().customers(), 2);
  EXPECT_EQ(response.overlap(), 1);
  EXPECT_DOUBLE_EQ(response.segment().share_of_customers(), 2.0 / 3);
  std::vector<std::string> fields;
  for (const auto& dimension : response.dimensions()) fields.push_back(dimension.fields(0));
  EXPECT_THAT(fields, ::testing::UnorderedElementsAre("gender", "country", "tier", "loyalty"));

  request.set_against("tier/gold");
  EXPECT_EQ(Fault(Profile(request, &response)), "5 SEGMENT_NOT_FOUND");
  EXPECT_EQ(Fault(Profile(ProfileOf(""), &response)), "3 INVALID_FIELD scope.segment");
  request = ProfileOf("german");
  request.add_fields("revenue");
  EXPECT_EQ(Fault(Profile(request, &response)), "3 INCOMPATIBLE_FIELD fields[0]");
}

// RFM.

TEST_F(SegmentQueriesTest, RfmIsScoredWithCutsNamesAndCustomers) {
  IngestTwoQuarters();
  v1::ScoreRfmRequest request = Rfm();
  request.set_customers(true);
  v1::ScoreRfmResponse response;
  ASSERT_EQ(Fault(Score(request, &response)), "OK");
  // Recency as of 2024-06-30: dan 0, bob 60, cem 150, ada 172; type 7 at 0.2 of 3 steps is 0.6 of
  // the first.
  ASSERT_EQ(response.recency_cuts_size(), 4);
  EXPECT_DOUBLE_EQ(response.recency_cuts(0), 36);
  EXPECT_DOUBLE_EQ(response.monetary_cuts(0), 8);
  EXPECT_EQ(response.names_size(), 11);
  EXPECT_EQ(response.not_scored(), 1);
  std::vector<std::string> rows;
  for (const v1::RfmCustomer& row : response.customers()) {
    rows.push_back(absl::StrCat(row.customer(), " ", row.recency_days(), " ", row.orders(), " ",
                                row.revenue().units(), " ", row.recency(), row.frequency(),
                                row.monetary(), " ", row.name()));
  }
  // Cuts with their unit: recency 37, 79, 133, 159.8, frequency 2, 2, 2, 2.4, monetary 9, 29, 83,
  // 113.
  EXPECT_THAT(rows, ElementsAre("ada 172 1 100 114 Lost", "bob 60 2 130 445 Potential Loyalist",
                                "cem 150 1 10 212 About To Sleep", "dan 0 1 5 511 New Customers"));
  int64_t customers = 0;
  for (const v1::RfmCell& cell : response.cells()) customers += cell.customers();
  EXPECT_EQ(customers, 4);

  request.set_bins(3);
  ASSERT_EQ(Fault(Score(request, &response)), "OK");
  EXPECT_EQ(response.recency_cuts_size(), 2);
  EXPECT_EQ(response.names_size(), 0);
  EXPECT_EQ(response.customers(0).name(), "");
  request.set_bins(11);
  EXPECT_EQ(Fault(Score(request, &response)), "3 INVALID_FIELD bins");
  request = Rfm();
  request.set_window_days(-1);
  EXPECT_EQ(Fault(Score(request, &response)), "3 INVALID_FIELD window_days");
}

TEST_F(SegmentQueriesTest, TheRfmWindowIsTheWorkspacesUnlessAsked) {
  IngestTwoQuarters();
  v1::UpdateWorkspaceRequest update;
  update.mutable_workspace()->set_workspace("sales");
  update.mutable_workspace()->mutable_rfm_rule()->set_window_days(100);
  update.mutable_update_mask()->add_paths("rfm_rule");
  v1::UpdateWorkspaceResponse updated;
  grpc::ClientContext context;
  ASSERT_TRUE(workspaces_->UpdateWorkspace(&context, update, &updated).ok());
  v1::ScoreRfmResponse response;
  ASSERT_EQ(Fault(Score(Rfm(), &response)), "OK");
  EXPECT_EQ(response.not_scored(), 3);  // ada, cem and eve did not buy since March
  v1::ScoreRfmRequest request = Rfm();
  request.set_window_days(3'650);
  ASSERT_EQ(Fault(Score(request, &response)), "OK");
  EXPECT_EQ(response.not_scored(), 1);
  // Whose scores are returned, never which.
  request.mutable_scope()->set_filter("country = \"DE\"");
  request.set_customers(true);
  v1::ScoreRfmResponse german;
  ASSERT_EQ(Fault(Score(request, &german)), "OK");
  EXPECT_EQ(german.customers_size(), 2);
  EXPECT_THAT(german.monetary_cuts(), ::testing::ElementsAreArray(response.monetary_cuts()));
}

// Transitions.

TEST_F(SegmentQueriesTest, QuartersAreComparedByThemselves) {
  IngestTwoQuarters();
  v1::ComputeTransitionsResponse response;
  ASSERT_EQ(Fault(Transitions(Moves({}), &response)), "OK");
  EXPECT_EQ(response.partition(), "tier");
  EXPECT_THAT(response.classes(), ElementsAre("strategic", "growth", "standard", "prospect"));
  ASSERT_EQ(response.steps_size(), 1);
  EXPECT_THAT(response.meta().notes(), Contains(HasSubstr("only 2 quarters")));
  const v1::TransitionStep& step = response.steps(0);
  EXPECT_EQ(step.from_date(), "2024-03-31");
  EXPECT_EQ(step.to_date(), "2024-06-30");
  std::vector<std::string> cells;
  for (const v1::TransitionCell& cell : step.cells()) {
    cells.push_back(absl::StrCat(cell.from(), " ", cell.to(), " ", cell.customers(), " ",
                                 cell.row_share(), " ", cell.revenue_change().units()));
  }
  EXPECT_THAT(cells, ElementsAre("growth growth 1 1 0", "standard growth 1 0.5 80",
                                 "standard standard 1 0.5 0", "prospect prospect 1 1 0",
                                 "NEW standard 1 1 5"));
  EXPECT_EQ(step.stayed(), 3);
  EXPECT_EQ(step.moved(), 1);
  ASSERT_EQ(step.movers_size(), 1);
  EXPECT_EQ(step.movers(0).display_name(), "Name of bob");
  EXPECT_EQ(step.movers(0).changes(0).field(), "revenue");
  EXPECT_EQ(step.movers(0).changes(0).before().money().units(), 50);
  EXPECT_EQ(step.movers(0).changes(0).after().money().units(), 130);
}

TEST_F(SegmentQueriesTest, TransitionsAreRefusedByName) {
  IngestTwoQuarters();
  v1::ComputeTransitionsResponse response;
  const auto fault = [&](const v1::ComputeTransitionsRequest& request) {
    return Fault(Transitions(request, &response));
  };
  EXPECT_EQ(fault(Moves({"2024-03-31"})), "3 INVALID_FIELD dates");
  EXPECT_EQ(fault(Moves({"2024-03-31", "2024-03-31"})), "3 INVALID_FIELD dates[1]");
  EXPECT_EQ(fault(Moves({"2024-03-31", "June"})), "3 INVALID_FIELD dates[1]");
  EXPECT_EQ(fault(Moves({"2024-03-31", "2024-07-01"})), "3 INVALID_FIELD dates[1]");
  v1::ComputeTransitionsRequest request = Moves({"2024-03-31", "2024-06-30"});
  request.set_quarters(3);
  EXPECT_EQ(fault(request), "3 INVALID_FIELD quarters");
  request = Moves({});
  request.set_quarters(1);
  EXPECT_EQ(fault(request), "3 INVALID_FIELD quarters");
  request = Moves({});
  request.set_movers(1'001);
  EXPECT_EQ(fault(request), "3 INVALID_FIELD movers");
  request = Moves({});
  request.set_partition("teir");
  EXPECT_EQ(fault(request), "5 SEGMENT_NOT_FOUND");
  request = Moves({});
  request.mutable_scope()->set_filter("ordres > 1");
  EXPECT_EQ(fault(request), "3 INVALID_FILTER scope.filter");
}

// Without events there is nothing to compare, and the answers say so.
TEST_F(SegmentQueriesTest, AnEmptyWorkspaceIsAnswered) {
  v1::ComputeTransitionsResponse moves;
  ASSERT_EQ(Fault(Transitions(Moves({}), &moves)), "OK");
  EXPECT_EQ(moves.steps_size(), 0);
  EXPECT_THAT(moves.meta().notes(), Contains("there are no events yet"));
  v1::ScoreRfmResponse scores;
  ASSERT_EQ(Fault(Score(Rfm(), &scores)), "OK");
  EXPECT_EQ(scores.recency_cuts_size(), 0);
  v1::ProfileSegmentResponse profile;
  ASSERT_EQ(Fault(Profile(ProfileOf("tier/strategic"), &profile)), "OK");
  EXPECT_THAT(profile.meta().notes(), Contains("the segment has no customers"));
  EXPECT_THAT(Rows(Members("tier")), IsEmpty());
}

TEST_F(SegmentQueriesTest, BuiltInsNameTheCommandThatChangesThem) {
  for (const auto& [segment, flag] :
       std::map<std::string, std::string>{{"tier", "--strategic-share-bp"},
                                          {"loyalty", "--vip-purchases"},
                                          {"abc", "--abc-a-share-bp"},
                                          {"rfm", "--rfm-window-days"}}) {
    v1::UpdateSegmentRequest update;
    update.set_workspace("sales");
    update.mutable_segment()->set_segment(segment);
    update.mutable_update_mask()->add_paths("classes");
    v1::UpdateSegmentResponse updated;
    grpc::ClientContext context;
    const grpc::Status refused = stub_->UpdateSegment(&context, update, &updated);
    EXPECT_EQ(Fault(refused), "9 BUILT_IN_SEGMENT");
    EXPECT_THAT(refused.error_message(), HasSubstr("strata workspace update")) << segment;
    EXPECT_THAT(refused.error_message(), HasSubstr(flag)) << segment;
    v1::DeleteSegmentRequest remove;
    remove.set_workspace("sales");
    remove.set_segment(segment);
    v1::DeleteSegmentResponse removed;
    grpc::ClientContext other;
    EXPECT_EQ(Fault(stub_->DeleteSegment(&other, remove, &removed)), "9 BUILT_IN_SEGMENT");
  }
}

}  // namespace
}  // namespace strata::rpc
