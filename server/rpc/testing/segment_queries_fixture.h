#ifndef STRATA_SERVER_RPC_TESTING_SEGMENT_QUERIES_FIXTURE_H_
#define STRATA_SERVER_RPC_TESTING_SEGMENT_QUERIES_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "server/domain/day.h"
#include "server/rpc/testing/server_fixture.h"
#include "strata/v1/segmentation_service.grpc.pb.h"

// For tests: the real server with a few customers, asked about their segments.

namespace strata::rpc {

inline v1::Record Buy(int number, const std::string& customer, absl::string_view day,
                      int64_t units) {
  v1::Record record = OrderRecord(number, units, customer);
  record.mutable_order()->mutable_order_time()->set_seconds(int64_t{*ParseDay(day)} * 86'400 +
                                                            43'200);
  return record;
}

inline v1::Record Person(const std::string& id, const std::string& country,
                         const std::string& gender) {
  v1::Record record;
  v1::Customer& customer = *record.mutable_customer();
  customer.set_id(id);
  customer.set_display_name(absl::StrCat("Name of ", id));
  customer.set_country(country);
  customer.set_gender(gender);
  return record;
}

class SegmentQueriesTest : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    Start();
    stub_ = v1::SegmentationService::NewStub(channel_);
  }

  void Ingest(const std::vector<v1::Record>& records) {
    v1::BatchAppendRecordsRequest request;
    request.set_workspace("sales");
    request.set_request_id(absl::StrFormat("%s%02d", kRequestId, ++requests_));
    for (const v1::Record& record : records) *request.add_records() = record;
    v1::BatchAppendRecordsResponse response;
    const grpc::Status status = Append(request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  // Two quarters: bob overtakes ada, dan comes in the second, eve never buys.
  void IngestTwoQuarters() {
    Ingest({Person("ada", "DE", "F"), Person("bob", "DE", "M"), Person("cem", "TR", "M"),
            Buy(1, "ada", "2024-01-10", 100), Buy(2, "bob", "2024-01-11", 50),
            Buy(3, "cem", "2024-02-01", 10), Buy(4, "bob", "2024-05-01", 80),
            Buy(5, "dan", "2024-06-30", 5), Person("eve", "FR", "F")});
  }

  void Define(const std::string& id, const std::string& filter) {
    v1::CreateSegmentRequest request;
    request.set_workspace("sales");
    request.mutable_segment()->set_segment(id);
    request.mutable_segment()->set_filter(filter);
    v1::CreateSegmentResponse response;
    grpc::ClientContext context;
    const grpc::Status status = stub_->CreateSegment(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  static v1::ListSegmentMembersRequest Members(const std::string& segment) {
    v1::ListSegmentMembersRequest request;
    request.mutable_scope()->set_workspace("sales");
    request.mutable_scope()->set_segment(segment);
    return request;
  }
  grpc::Status List(const v1::ListSegmentMembersRequest& request,
                    std::vector<v1::ListSegmentMembersResponse>* messages) {
    grpc::ClientContext context;
    const auto reader = stub_->ListSegmentMembers(&context, request);
    v1::ListSegmentMembersResponse message;
    while (reader->Read(&message)) messages->push_back(message);
    return reader->Finish();
  }
  // "ada strategic 100" of each member of a listing that is fine.
  std::vector<std::string> Rows(const v1::ListSegmentMembersRequest& request) {
    std::vector<v1::ListSegmentMembersResponse> messages;
    const grpc::Status status = List(request, &messages);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::vector<std::string> rows;
    for (const auto& message : messages) {
      for (const v1::SegmentMember& member : message.members()) {
        std::string row = absl::StrCat(member.customer(), " ", member.class_());
        for (const v1::Value& value : member.values()) {
          absl::StrAppend(&row, " ",
                          value.has_money()     ? absl::StrCat(value.money().units())
                          : value.has_integer() ? absl::StrCat(value.integer())
                          : value.has_text()    ? value.text()
                                                : "?");
        }
        rows.push_back(row);
      }
    }
    return rows;
  }

  v1::ProfileSegmentRequest ProfileOf(const std::string& segment, const std::string& filter = "") {
    v1::ProfileSegmentRequest request;
    request.mutable_scope()->set_workspace("sales");
    request.mutable_scope()->set_segment(segment);
    request.mutable_scope()->set_filter(filter);
    return request;
  }
  grpc::Status Profile(const v1::ProfileSegmentRequest& request,
                       v1::ProfileSegmentResponse* response) {
    grpc::ClientContext context;
    return stub_->ProfileSegment(&context, request, response);
  }
  static v1::ScoreRfmRequest Rfm() {
    v1::ScoreRfmRequest request;
    request.mutable_scope()->set_workspace("sales");
    return request;
  }
  grpc::Status Score(const v1::ScoreRfmRequest& request, v1::ScoreRfmResponse* response) {
    grpc::ClientContext context;
    return stub_->ScoreRfm(&context, request, response);
  }
  static v1::ComputeTransitionsRequest Moves(const std::vector<std::string>& dates) {
    v1::ComputeTransitionsRequest request;
    request.mutable_scope()->set_workspace("sales");
    for (const std::string& date : dates) request.add_dates(date);
    return request;
  }
  grpc::Status Transitions(const v1::ComputeTransitionsRequest& request,
                           v1::ComputeTransitionsResponse* response) {
    grpc::ClientContext context;
    return stub_->ComputeTransitions(&context, request, response);
  }

  // Code, reason and first field of an error as one text.
  static std::string Fault(const grpc::Status& status) {
    if (status.ok()) return "OK";
    const ErrorOf error(status);
    return absl::StrCat(static_cast<int>(status.error_code()), " ", error.info.reason(),
                        error.fields.empty() ? "" : absl::StrCat(" ", error.fields[0]));
  }
  std::string FaultOf(const v1::ListSegmentMembersRequest& request) {
    std::vector<v1::ListSegmentMembersResponse> messages;
    return Fault(List(request, &messages));
  }

  std::unique_ptr<v1::SegmentationService::Stub> stub_;
  int requests_ = 0;
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TESTING_SEGMENT_QUERIES_FIXTURE_H_
