#include "server/rpc/convert/append.h"

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/rpc/convert/records.h"

namespace strata::rpc {
namespace {

// The details of an error have room for about so many; the response lists more.
constexpr size_t kMaxFields = 50;

template <typename Response>
void CommonToProto(const AppendResult& result, Response* out) {
  out->set_revision(result.revision);
  ToProto(result.counts, out->mutable_counts());
  ToProto(result.rejections, out->mutable_errors());
  out->set_duplicate(result.duplicate);
}

absl::Status ExplainBadRecords(absl::Status status, const AppendResult& result) {
  status = WithMetadata(WithDefaultReason(std::move(status), "BAD_RECORDS"), "rejected",
                        absl::StrCat(result.counts.rejected));
  for (size_t i = 0; i < result.rejections.size() && i < kMaxFields; ++i) {
    const Rejection& rejection = result.rejections[i];
    status = WithField(std::move(status),
                       absl::StrCat("records[", rejection.index, "].", rejection.field),
                       absl::StrCat(rejection.reason, ": ", rejection.message));
  }
  return status;
}

}  // namespace

void ToProto(const AppendResult& result, v1::BatchAppendRecordsResponse* out) {
  CommonToProto(result, out);
}

void ToProto(const AppendResult& result, int64_t end_offset, v1::AppendRecordsResponse* out) {
  CommonToProto(result, out);
  out->set_next_offset(end_offset);
}

void ToProto(const WriteStreamState& state, v1::GetWriteStreamResponse* out) {
  out->set_stream(state.id);
  out->set_next_offset(state.next_offset);
  ToProto(state.counts, out->mutable_counts());
  ToProto(state.rejections, out->mutable_errors());
  out->set_revision(state.revision);
  if (state.updated_time != kNoTime) ToProto(state.updated_time, out->mutable_update_time());
}

absl::Status ExplainFailure(const absl::Status& status, const AppendResult& result) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return result.rejections.empty() ? status : ExplainBadRecords(status, result);
    case absl::StatusCode::kOutOfRange:
      if (!FactsOf(status).reason.empty()) return status;
      return WithMetadata(WithReason(status, "WRONG_OFFSET"), "expected_offset",
                          absl::StrCat(result.next_offset));
    case absl::StatusCode::kInternal:
      return WithDefaultReason(status, "STORE_FAILED");
    default:
      return status;
  }
}

}  // namespace strata::rpc
