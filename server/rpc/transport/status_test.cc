#include "server/rpc/transport/status.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "server/base/error.h"

namespace strata::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The details as a client of any language unpacks them.
struct Details {
  google::rpc::Status status;
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad;
  google::rpc::RetryInfo retry;
  bool has_bad = false, has_retry = false;

  explicit Details(const grpc::Status& from) {
    EXPECT_TRUE(status.ParseFromString(from.error_details()));
    EXPECT_EQ(status.code(), static_cast<int>(from.error_code()));
    EXPECT_EQ(status.message(), from.error_message());
    for (const google::protobuf::Any& detail : status.details()) {
      if (detail.UnpackTo(&info)) continue;
      has_bad = has_bad || detail.UnpackTo(&bad);
      has_retry = has_retry || detail.UnpackTo(&retry);
    }
    EXPECT_EQ(info.domain(), "strata");
  }
};

TEST(StatusTest, OkHasNoDetails) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus(), "").ok());
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus(), "").error_details().empty());
}

TEST(StatusTest, CarriesReasonFieldsAndMetadata) {
  const absl::Status status =
      WithMetadata(WithReason(FieldError("kpis[1]", "there is none"), "UNKNOWN_KPI"), "nearest",
                   "revenue, orders");
  const grpc::Status answer = ToGrpcStatus(status, "");
  EXPECT_EQ(answer.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(answer.error_message(), "kpis[1]: there is none");
  const Details details(answer);
  EXPECT_EQ(details.info.reason(), "UNKNOWN_KPI");
  EXPECT_EQ(details.info.metadata().at("nearest"), "revenue, orders");
  ASSERT_EQ(details.bad.field_violations_size(), 1);
  EXPECT_EQ(details.bad.field_violations(0).field(), "kpis[1]");
  EXPECT_EQ(details.bad.field_violations(0).description(), "there is none");
  EXPECT_FALSE(details.has_retry);
}

TEST(StatusTest, FindsTheFieldInFrontOfAPlainMessage) {
  const Details details(
      ToGrpcStatus(absl::InvalidArgumentError("scope.range.to: the range ends too early"), ""));
  EXPECT_EQ(details.info.reason(), "INVALID_FIELD");
  ASSERT_EQ(details.bad.field_violations_size(), 1);
  EXPECT_EQ(details.bad.field_violations(0).field(), "scope.range.to");
  EXPECT_EQ(details.bad.field_violations(0).description(), "the range ends too early");
  EXPECT_FALSE(
      Details(ToGrpcStatus(absl::InvalidArgumentError("no field here: none"), "")).has_bad);
}

TEST(StatusTest, TellsWhereAFilterIsWrong) {
  absl::Status status = FieldError("scope.filter", "no field \"contry\"");
  status.SetPayload("strata/filter-error", absl::Cord("17|country, city"));
  const Details details(ToGrpcStatus(status, ""));
  EXPECT_EQ(details.info.reason(), "INVALID_FILTER");
  EXPECT_EQ(details.info.metadata().at("position"), "17");
  EXPECT_EQ(details.info.metadata().at("nearest"), "country, city");
}

TEST(StatusTest, ExhaustionSaysWhenToTryAgain) {
  const Details details(ToGrpcStatus(absl::ResourceExhaustedError("the queue is full"), ""));
  EXPECT_EQ(details.info.reason(), "QUEUE_FULL");
  EXPECT_EQ(details.retry.retry_delay().seconds(), 1);
}

TEST(StatusTest, HidesWhatWentWrongInside) {
  for (const absl::Status& status :
       {absl::InternalError("column x of /secret/path"), absl::UnknownError("/secret/path"),
        WithReason(absl::DataLossError("/secret/path"), "STORE_FAILED")}) {
    const grpc::Status answer = ToGrpcStatus(status, "f00d");
    EXPECT_EQ(answer.error_code(), grpc::StatusCode::INTERNAL);
    EXPECT_THAT(answer.error_message(), Not(HasSubstr("secret")));
    EXPECT_THAT(answer.error_details(), Not(HasSubstr("secret")));
    EXPECT_EQ(Details(answer).info.metadata().at("error_id"), "f00d");
  }
}

TEST(StatusTest, DetailsStayUnderFourKilobytes) {
  absl::Status status = absl::InvalidArgumentError(std::string(100'000, 'x'));
  for (int i = 0; i < 1'000; ++i) {
    status = WithField(status, absl::StrCat("records[", i, "].", std::string(5'000, 'f')),
                       "ü" + std::string(5'000, 'd'));
    status = WithMetadata(status, absl::StrCat("key_", i), std::string(200, 'v'));
  }
  const grpc::Status answer = ToGrpcStatus(status, "");
  EXPECT_LE(answer.error_details().size(), 4'096u);
  const Details details(answer);
  EXPECT_GE(details.bad.field_violations_size(), 1);
  EXPECT_EQ(details.bad.field_violations(0).field().substr(0, 11), "records[0].");
}

TEST(StatusTest, CutsTextBetweenCharacters) {
  std::string text(999, 'x');
  text += "üüü";  // the limit of 1,000 bytes lies inside the first
  const grpc::Status answer = ToGrpcStatus(absl::NotFoundError(text), "");
  EXPECT_EQ(answer.error_message(), std::string(999, 'x') + "...");
}

}  // namespace
}  // namespace strata::rpc
