#include "strata/error.h"

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace strata {
namespace {

TEST(ErrorDetailsTest, ReadsEveryKindOfDetail) {
  google::rpc::ErrorInfo info;
  info.set_reason("UNKNOWN_KPI");
  info.set_domain("strata");
  (*info.mutable_metadata())["nearest"] = "revenue";
  google::rpc::BadRequest bad;
  bad.add_field_violations()->set_field("kpis[0]");
  bad.mutable_field_violations(0)->set_description("no such KPI");
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(1);
  retry.mutable_retry_delay()->set_nanos(500'000'000);
  google::rpc::Status proto;
  proto.add_details()->PackFrom(info);
  proto.add_details()->set_type_url(
      "type.googleapis.com/google.rpc.DebugInfo");  // unknown: skipped
  proto.add_details()->PackFrom(bad);
  proto.add_details()->PackFrom(retry);
  absl::Status status = absl::InvalidArgumentError("no");
  status.SetPayload(kStatusDetailsUrl, absl::Cord(proto.SerializeAsString()));

  const ErrorDetails details = ErrorDetails::FromStatus(status);
  EXPECT_EQ(details.reason, "UNKNOWN_KPI");
  EXPECT_EQ(details.domain, "strata");
  EXPECT_EQ(details.Metadata("nearest"), "revenue");
  EXPECT_EQ(details.Metadata("position"), "");
  ASSERT_EQ(details.field_violations.size(), 1u);
  EXPECT_EQ(details.field_violations[0].field, "kpis[0]");
  EXPECT_EQ(details.field_violations[0].description, "no such KPI");
  EXPECT_EQ(details.retry_delay, absl::Milliseconds(1500));
}

TEST(ErrorDetailsTest, HasNothingWhereTheServerSaidNothing) {
  EXPECT_EQ(ErrorDetails::FromStatus(absl::OkStatus()).reason, "");
  absl::Status status = absl::InternalError("x");
  status.SetPayload(kStatusDetailsUrl, absl::Cord("\xff\xff not a message"));
  const ErrorDetails details = ErrorDetails::FromStatus(status);
  EXPECT_EQ(details.reason, "");
  EXPECT_TRUE(details.field_violations.empty());
  EXPECT_FALSE(details.retry_delay.has_value());
}

}  // namespace
}  // namespace strata
