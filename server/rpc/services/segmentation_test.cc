#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rpc/testing/server_fixture.h"
#include "strata/v1/segmentation_service.grpc.pb.h"

namespace strata::rpc {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SegmentationTest : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    Start();
    stub_ = v1::SegmentationService::NewStub(channel_);
  }

  grpc::Status Create(const v1::Segment& segment, v1::Segment* made = nullptr) {
    v1::CreateSegmentRequest request;
    request.set_workspace("sales");
    *request.mutable_segment() = segment;
    v1::CreateSegmentResponse response;
    grpc::ClientContext context;
    const grpc::Status status = stub_->CreateSegment(&context, request, &response);
    if (made != nullptr) *made = response.segment();
    return status;
  }
  grpc::Status Create(const std::string& id, const std::string& filter) {
    v1::Segment segment;
    segment.set_segment(id);
    segment.set_filter(filter);
    return Create(segment);
  }
  grpc::Status Update(const v1::Segment& segment, const std::vector<std::string>& mask,
                      v1::Segment* changed = nullptr) {
    v1::UpdateSegmentRequest request;
    request.set_workspace("sales");
    *request.mutable_segment() = segment;
    for (const std::string& path : mask) request.mutable_update_mask()->add_paths(path);
    v1::UpdateSegmentResponse response;
    grpc::ClientContext context;
    const grpc::Status status = stub_->UpdateSegment(&context, request, &response);
    if (changed != nullptr) *changed = response.segment();
    return status;
  }
  grpc::Status Get(const std::string& id, v1::Segment* segment) {
    v1::GetSegmentRequest request;
    request.set_workspace("sales");
    request.set_segment(id);
    v1::GetSegmentResponse response;
    grpc::ClientContext context;
    const grpc::Status status = stub_->GetSegment(&context, request, &response);
    *segment = response.segment();
    return status;
  }
  grpc::Status Delete(const std::string& id, const std::string& etag = "") {
    v1::DeleteSegmentRequest request;
    request.set_workspace("sales");
    request.set_segment(id);
    request.set_etag(etag);
    v1::DeleteSegmentResponse response;
    grpc::ClientContext context;
    return stub_->DeleteSegment(&context, request, &response);
  }
  v1::CheckFilterResponse Check(const std::string& filter) {
    v1::CheckFilterRequest request;
    request.set_workspace("sales");
    request.set_filter(filter);
    v1::CheckFilterResponse response;
    grpc::ClientContext context;
    EXPECT_TRUE(stub_->CheckFilter(&context, request, &response).ok());
    return response;
  }

  // Code, reason and first field of an error as one text.
  static std::string Fault(const grpc::Status& status) {
    if (status.ok()) return "OK";
    const ErrorOf error(status);
    return absl::StrCat(static_cast<int>(status.error_code()), " ", error.info.reason(),
                        error.fields.empty() ? "" : absl::StrCat(" ", error.fields[0]));
  }

  std::unique_ptr<v1::SegmentationService::Stub> stub_;
};

v1::Segment ValuePartition() {
  v1::Segment segment;
  segment.set_segment("value");
  segment.set_owner("ada");
  const std::pair<const char*, const char*> classes[] = {{"gold", "revenue > 100"},
                                                         {"silver", "revenue > 10"}};
  for (const auto& [name, filter] : classes) {
    v1::SegmentClass* one = segment.add_classes();
    one->set_name(name);
    one->set_filter(filter);
  }
  return segment;
}

TEST_F(SegmentationTest, ASegmentIsMadeReadChangedAndDeleted) {
  const int64_t before = CurrentRevision();
  v1::Segment made;
  ASSERT_EQ(Fault(Create(ValuePartition(), &made)), "OK");
  EXPECT_EQ(made.rest(), "rest");
  EXPECT_EQ(made.revision(), before + 1);
  EXPECT_EQ(made.create_time().seconds(), kNow / 1'000);
  EXPECT_FALSE(made.built_in());
  v1::Segment read;
  ASSERT_EQ(Fault(Get("value", &read)), "OK");
  EXPECT_EQ(read.SerializeAsString(), made.SerializeAsString());

  v1::Segment change;
  change.set_segment("value");
  change.set_etag(made.etag());
  change.set_description("by revenue");
  change.set_owner("ignored: not in the mask");
  v1::Segment changed;
  ASSERT_EQ(Fault(Update(change, {"description"}, &changed)), "OK");
  EXPECT_EQ(changed.description(), "by revenue");
  EXPECT_EQ(changed.owner(), "ada");
  EXPECT_EQ(changed.classes_size(), 2);
  EXPECT_EQ(changed.revision(), before + 2);
  EXPECT_NE(changed.etag(), made.etag());
  EXPECT_EQ(Fault(Update(change, {"description"})), "10 ETAG_MISMATCH");
  EXPECT_EQ(Fault(Delete("value", made.etag())), "10 ETAG_MISMATCH");
  EXPECT_EQ(Fault(Delete("value", changed.etag())), "OK");
  EXPECT_EQ(Fault(Get("value", &read)), "5 SEGMENT_NOT_FOUND");
  EXPECT_EQ(Fault(Delete("value")), "5 SEGMENT_NOT_FOUND");
  EXPECT_EQ(CurrentRevision(), before + 3);
}

TEST_F(SegmentationTest, AFilterTakesThePlaceOfClassesAndBack) {
  ASSERT_EQ(Fault(Create(ValuePartition())), "OK");
  v1::Segment change;
  change.set_segment("value");
  change.set_filter("revenue > 50");
  v1::Segment changed;
  ASSERT_EQ(Fault(Update(change, {"filter"}, &changed)), "OK");
  EXPECT_EQ(changed.classes_size(), 0);
  EXPECT_EQ(changed.rest(), "");
  ASSERT_EQ(Fault(Update(ValuePartition(), {"classes"}, &changed)), "OK");
  EXPECT_EQ(changed.filter(), "");
  EXPECT_EQ(changed.rest(), "rest");
  EXPECT_EQ(Fault(Update(change, {})), "3 INVALID_FIELD update_mask");
  EXPECT_EQ(Fault(Update(change, {"etag"})), "3 INVALID_FIELD update_mask.paths[0]");
}

TEST_F(SegmentationTest, BuiltInsAreShownAndStay) {
  v1::Segment tier;
  ASSERT_EQ(Fault(Get("tier", &tier)), "OK");
  EXPECT_TRUE(tier.built_in());
  EXPECT_THAT(tier.description(), HasSubstr("the first 20%"));
  EXPECT_EQ(tier.classes_size(), 4);
  EXPECT_EQ(tier.classes(0).name(), "strategic");
  EXPECT_EQ(Fault(Create("tier", "orders > 1")), "6 SEGMENT_EXISTS");
  EXPECT_EQ(Fault(Delete("rfm")), "9 BUILT_IN_SEGMENT");
  const grpc::Status refused = Update(tier, {"description"});
  EXPECT_EQ(Fault(refused), "9 BUILT_IN_SEGMENT");
  EXPECT_THAT(refused.error_message(), HasSubstr("tier_rule"));
}

TEST_F(SegmentationTest, ListsPageByPage) {
  for (const char* id : {"zeta", "alpha"}) ASSERT_EQ(Fault(Create(id, "orders > 1")), "OK");
  std::vector<std::string> ids;
  v1::ListSegmentsRequest request;
  request.set_workspace("sales");
  request.set_page_size(1);
  for (int page = 0; page < 6; ++page) {
    v1::ListSegmentsResponse response;
    grpc::ClientContext context;
    ASSERT_TRUE(stub_->ListSegments(&context, request, &response).ok());
    for (const v1::Segment& segment : response.segments()) ids.push_back(segment.segment());
    EXPECT_EQ(response.next_page_token().empty(), page == 5);
    request.set_page_token(response.next_page_token());
  }
  EXPECT_THAT(ids, ElementsAre("tier", "loyalty", "rfm", "abc", "alpha", "zeta"));
}

TEST_F(SegmentationTest, WhatDoesNotHoldIsRefusedByName) {
  EXPECT_EQ(Fault(Create("Big", "orders > 1")), "3 INVALID_FIELD segment.segment");
  EXPECT_EQ(Fault(Create("big", "")), "3 INVALID_FIELD segment.filter");
  EXPECT_EQ(Fault(Create("big", "ordres > 1")), "3 INVALID_FILTER segment.filter");
  EXPECT_EQ(Fault(Create("big", "status = \"shipped\"")), "3 INCOMPATIBLE_FIELD segment.filter");
  v1::Segment partition = ValuePartition();
  partition.mutable_classes(1)->set_filter("revenue > many");
  EXPECT_EQ(Fault(Create(partition)), "3 INVALID_FILTER segment.classes[1].filter");
  partition = ValuePartition();
  partition.mutable_classes(1)->set_name("gold");
  EXPECT_EQ(Fault(Create(partition)), "3 INVALID_FIELD segment.classes[1].name");

  ASSERT_EQ(Fault(Create("big", "orders > 1")), "OK");
  EXPECT_EQ(Fault(Create("big", "orders > 2")), "6 SEGMENT_EXISTS");
  const grpc::Status missing = Delete("bigg");
  EXPECT_EQ(ErrorOf(missing).info.metadata().at("nearest"), "tier, loyalty, rfm, abc, big");
}

TEST_F(SegmentationTest, ReferencesAreKept) {
  ASSERT_EQ(Fault(Create("a", "orders > 1")), "OK");
  ASSERT_EQ(Fault(Create("b", "segment:a AND orders > 2")), "OK");
  EXPECT_EQ(Fault(Create("c", "segment:c OR orders > 2")), "3 SEGMENT_CYCLE segment");
  v1::Segment change;
  change.set_segment("a");
  change.set_filter("NOT segment:b");
  const grpc::Status cycle = Update(change, {"filter"});
  EXPECT_EQ(Fault(cycle), "3 SEGMENT_CYCLE segment");
  EXPECT_EQ(ErrorOf(cycle).info.metadata().at("cycle"), "a -> b -> a");
  const grpc::Status used = Delete("a");
  EXPECT_EQ(Fault(used), "9 SEGMENT_IN_USE");
  EXPECT_EQ(ErrorOf(used).info.metadata().at("segments"), "b");
  // As a partition it would have no truth for b to look at.
  change = ValuePartition();
  change.set_segment("a");
  EXPECT_EQ(Fault(Update(change, {"classes"})), "9 SEGMENT_IN_USE");
  EXPECT_EQ(Fault(Delete("b")), "OK");
  EXPECT_EQ(Fault(Delete("a")), "OK");
}

TEST_F(SegmentationTest, FiltersAreChecked) {
  ASSERT_EQ(Fault(Create("a", "orders > 1")), "OK");
  v1::CheckFilterResponse answer =
      Check("country = US OR segment:a status = \"shipped\" revenue > 1.50");
  EXPECT_TRUE(answer.valid());
  EXPECT_EQ(answer.canonical(),
            "((country = \"US\" OR segment:a = true) AND status = \"shipped\" AND revenue > 1.5)");
  EXPECT_THAT(answer.fields(), ElementsAre("country", "segment:a", "status", "revenue"));
  answer = Check("orders > 1 AND contry = \"US\"");
  EXPECT_FALSE(answer.valid());
  EXPECT_EQ(answer.problem().position(), 15);
  EXPECT_EQ(answer.problem().message(), "there is no field \"contry\"");
  ASSERT_GT(answer.problem().nearest_size(), 0);
  EXPECT_EQ(answer.problem().nearest(0), "country");
  EXPECT_TRUE(Check("").valid());
}

TEST_F(SegmentationTest, KpisAndCustomersAreAskedBySegment) {
  // One customer each of 100, 20, 20 and 3 units.
  v1::BatchAppendRecordsRequest append;
  append.set_workspace("sales");
  append.set_request_id(absl::StrCat(kRequestId, "01"));
  *append.add_records() = OrderRecord(1, 101, "ann");
  *append.add_records() = OrderRecord(2, 20, "bob");
  *append.add_records() = OrderRecord(3, 20, "cem");
  *append.add_records() = OrderRecord(4, 3, "dan");
  v1::BatchAppendRecordsResponse appended;
  ASSERT_TRUE(Append(append, &appended).ok());
  ASSERT_EQ(Fault(Create(ValuePartition())), "OK");
  ASSERT_EQ(Fault(Create("buyers", "segment:value != \"rest\"")), "OK");

  v1::QueryKpisRequest request = Revenue();
  request.add_group_by("segment:value");
  v1::QueryKpisResponse response;
  ASSERT_EQ(Fault(Query(request, &response)), "OK");
  std::vector<std::string> rows;
  for (const v1::KpiRow& row : response.table().rows()) {
    rows.push_back(absl::StrCat(row.keys(0).text(), " ", row.values(0).money().units()));
  }
  EXPECT_THAT(rows, ElementsAre("gold 101", "silver 40", "rest 3"));

  const auto revenue_of = [&](const std::string& segment) {
    v1::QueryKpisRequest question = Revenue();
    question.mutable_scope()->set_segment(segment);
    v1::QueryKpisResponse answer;
    EXPECT_EQ(Fault(Query(question, &answer)), "OK");
    return answer.table().rows(0).values(0).money().units();
  };
  EXPECT_EQ(revenue_of("value/silver"), 40);
  EXPECT_EQ(revenue_of("buyers"), 141);
  EXPECT_EQ(revenue_of("value"), 144);
  EXPECT_EQ(revenue_of("rfm"), 144);
  const auto fault_of = [&](const std::string& segment) {
    v1::QueryKpisRequest question = Revenue();
    question.mutable_scope()->set_segment(segment);
    v1::QueryKpisResponse answer;
    return ErrorOf(Query(question, &answer)).info;
  };
  EXPECT_EQ(fault_of("valeu").reason(), "SEGMENT_NOT_FOUND");
  EXPECT_THAT(fault_of("value/gould").metadata().at("nearest"), HasSubstr("value/gold"));
  EXPECT_EQ(fault_of("buyers/x").reason(), "SEGMENT_NOT_FOUND");
}

}  // namespace
}  // namespace strata::rpc
