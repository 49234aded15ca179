#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rpc/testing/segment_queries_fixture.h"

namespace strata::rpc {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SegmentMembersTest : public SegmentQueriesTest {};

TEST_F(SegmentMembersTest, MembersComeWithFieldsInOrder) {
  IngestTwoQuarters();
  v1::ListSegmentMembersRequest request = Members("tier");
  request.add_fields("revenue");
  // Four have revenue: floor(0.8) are strategic, floor(2) at least growth.
  EXPECT_THAT(Rows(request), ElementsAre("ada growth 100", "bob growth 130", "cem standard 10",
                                         "dan standard 5", "eve prospect 0"));
  request.set_order_by("revenue desc");
  request.set_limit(2);
  EXPECT_THAT(Rows(request), ElementsAre("bob growth 130", "ada growth 100"));
  std::vector<v1::ListSegmentMembersResponse> messages;
  ASSERT_TRUE(List(request, &messages).ok());
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].total(), 5);
  EXPECT_THAT(messages[0].fields(), ElementsAre("revenue"));
  EXPECT_EQ(messages[0].meta().as_of(), "2024-06-30");
  EXPECT_EQ(messages[0].meta().revision(), CurrentRevision());

  EXPECT_THAT(Rows(Members("tier/standard")), ElementsAre("cem standard", "dan standard"));
  Define("german", "country = \"DE\"");
  request = Members("german");
  request.add_fields("display_name");
  request.add_fields("gender");
  EXPECT_THAT(Rows(request), ElementsAre("ada  Name of ada F", "bob  Name of bob M"));
  request.mutable_scope()->set_filter("orders >= 2");
  EXPECT_THAT(Rows(request), ElementsAre("bob  Name of bob M"));
  // Who is not known comes last in both directions.
  request = Members("");
  request.add_fields("country");
  request.set_order_by("country desc");
  EXPECT_THAT(Rows(request), ElementsAre("cem  TR", "eve  FR", "ada  DE", "bob  DE", "dan  ?"));
  // Nothing after as_of is seen.
  request = Members("tier");
  request.mutable_scope()->set_as_of("2024-03-31");
  request.add_fields("revenue");
  EXPECT_THAT(Rows(request), ElementsAre("ada growth 100", "bob standard 50", "cem standard 10",
                                         "eve prospect 0"));
}

TEST_F(SegmentMembersTest, NobodyIsOneEmptyMessage) {
  IngestTwoQuarters();
  v1::ListSegmentMembersRequest request = Members("tier/strategic");
  request.add_fields("revenue");
  std::vector<v1::ListSegmentMembersResponse> messages;
  ASSERT_TRUE(List(request, &messages).ok());
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].total(), 0);
  EXPECT_THAT(messages[0].members(), IsEmpty());
  EXPECT_THAT(messages[0].fields(), ElementsAre("revenue"));
}

TEST_F(SegmentMembersTest, ManyMembersComeInMessagesOfAThousand) {
  std::vector<v1::Record> records;
  for (int i = 0; i < 2'500; ++i) {
    records.push_back(Buy(i, absl::StrFormat("c%05d", i), "2024-01-10", 1 + i));
  }
  Ingest(records);
  std::vector<v1::ListSegmentMembersResponse> messages;
  ASSERT_TRUE(List(Members("tier"), &messages).ok());
  std::vector<int> sizes;
  std::vector<std::string> ids;
  for (const auto& message : messages) {
    sizes.push_back(message.members_size());
    EXPECT_EQ(message.has_meta(), sizes.size() == 1);
    EXPECT_EQ(message.total(), sizes.size() == 1 ? 2'500 : 0);
    for (const v1::SegmentMember& member : message.members()) ids.push_back(member.customer());
  }
  EXPECT_THAT(sizes, ElementsAre(1'000, 1'000, 500));
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 2'500u);
}

TEST_F(SegmentMembersTest, AClassOfEachGivenCustomer) {
  IngestTwoQuarters();
  v1::ListSegmentMembersRequest request = Members("tier");
  for (const char* id : {"eve", "nobody", "bob", "eve"}) request.add_customers(id);
  request.add_fields("orders");
  EXPECT_THAT(Rows(request),
              ElementsAre("eve prospect 0", "nobody  ?", "bob growth 2", "eve prospect 0"));
  std::vector<v1::ListSegmentMembersResponse> messages;
  ASSERT_TRUE(List(request, &messages).ok());
  EXPECT_EQ(messages[0].total(), 4);
  EXPECT_THAT(messages[0].meta().notes(), Contains(HasSubstr("1 of the customers given")));

  // dan came later.
  request = Members("rfm");
  request.mutable_scope()->set_as_of("2024-03-31");
  for (const char* id : {"dan", "eve"}) request.add_customers(id);
  EXPECT_THAT(Rows(request), ElementsAre("dan ", "eve not scored"));
  Define("german", "country = \"DE\"");
  request = Members("german");
  for (const char* id : {"dan", "ada"}) request.add_customers(id);
  EXPECT_THAT(Rows(request), ElementsAre("dan out", "ada in"));
}

TEST_F(SegmentMembersTest, ListingsAreRefusedByName) {
  IngestTwoQuarters();
  EXPECT_EQ(FaultOf(Members("tiers")), "5 SEGMENT_NOT_FOUND");
  EXPECT_EQ(FaultOf(Members("tier/gold")), "5 SEGMENT_NOT_FOUND");
  v1::ListSegmentMembersRequest request = Members("tier");
  request.mutable_scope()->mutable_range()->set_from("2024-01-01");
  EXPECT_EQ(FaultOf(request), "3 INVALID_FIELD scope.range");
  request = Members("tier");
  request.add_fields("revenue");
  request.add_fields("contry");
  EXPECT_EQ(FaultOf(request), "3 UNKNOWN_FIELD fields[1]");
  request = Members("tier");
  request.set_order_by("status");
  EXPECT_EQ(FaultOf(request), "3 INCOMPATIBLE_FIELD order_by");
  request.set_order_by("revenue, orders");
  EXPECT_EQ(FaultOf(request), "3 INVALID_FIELD order_by");
  request = Members("tier");
  request.set_limit(-1);
  EXPECT_EQ(FaultOf(request), "3 INVALID_FIELD limit");
  request = Members("tier/growth");
  request.add_customers("ada");
  EXPECT_EQ(FaultOf(request), "3 INVALID_FIELD scope.segment");
  request = Members("tier");
  request.add_customers("ada");
  request.mutable_scope()->set_filter("orders > 1");
  EXPECT_EQ(FaultOf(request), "3 INVALID_FIELD scope.filter");
}

TEST_F(SegmentMembersTest, AListingEndsWithItsDeadline) {
  IngestTwoQuarters();
  v1::ListSegmentMembersRequest request = Members("tier");
  request.mutable_scope()->set_min_revision(CurrentRevision() + 1);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
  const auto reader = stub_->ListSegmentMembers(&context, request);
  v1::ListSegmentMembersResponse message;
  EXPECT_FALSE(reader->Read(&message));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

}  // namespace
}  // namespace strata::rpc
