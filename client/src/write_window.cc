#include "client/src/write_window.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace strata::internal {
namespace {

int64_t EndOf(const v1::AppendRecordsRequest& batch) {
  return batch.offset() + batch.records_size();
}

void Add(const v1::RecordCounts& from, int64_t sign, v1::RecordCounts& to) {
  to.set_accepted(to.accepted() + sign * from.accepted());
  to.set_duplicate(to.duplicate() + sign * from.duplicate());
  to.set_stale(to.stale() + sign * from.stale());
  to.set_rejected(to.rejected() + sign * from.rejected());
  to.set_placeholder_customers(to.placeholder_customers() + sign * from.placeholder_customers());
}

}  // namespace

WriteWindow::WriteWindow(v1::GetWriteStreamResponse opened, size_t max_errors)
    : opened_(std::move(opened)), max_errors_(max_errors), end_offset_(opened_.next_offset()) {
  report_.revision = opened_.revision();
}

void WriteWindow::Push(Batch batch) {
  end_offset_ = EndOf(*batch);
  batches_.push_back(std::move(batch));
}

WriteWindow::Batch WriteWindow::NextToSend() {
  return sent_ < batches_.size() ? batches_[sent_++] : nullptr;
}

absl::Status WriteWindow::OnAck(const v1::AppendRecordsResponse& ack) {
  if (sent_ == 0) return absl::InternalError("the server acknowledged a batch that was not sent");
  const v1::AppendRecordsRequest& batch = *batches_.front();
  if (ack.next_offset() == batch.offset() && ack.errors_size() > 0) {
    // Refused whole; the call is about to end with the error.
    AddErrors(ack.errors(), batch.offset());
    return absl::OkStatus();
  }
  if (ack.next_offset() != EndOf(batch)) {
    return absl::InternalError(absl::StrCat("the server acknowledged offset ", ack.next_offset(),
                                            " where ", EndOf(batch), " was due"));
  }
  if (ack.duplicate()) {
    counts_uncertain_ = true;
  } else {
    Add(ack.counts(), 1, report_.counts);
    AddErrors(ack.errors(), batch.offset());
  }
  report_.revision = std::max(report_.revision, ack.revision());
  Pop();
  return absl::OkStatus();
}

absl::Status WriteWindow::OnStreamState(const v1::GetWriteStreamResponse& stream) {
  const int64_t acknowledged = start_offset() + report_.committed;
  const int64_t committed = stream.next_offset();
  if (committed < acknowledged) {
    return absl::OutOfRangeError(
        absl::StrCat("the write stream stands at offset ", committed, ", before ", acknowledged,
                     " that was acknowledged: was the server restored from a backup?"));
  }
  const bool found_more = committed > acknowledged;
  while (!batches_.empty() && EndOf(*batches_.front()) <= committed) Pop();
  if (start_offset() + report_.committed != committed) {
    return absl::OutOfRangeError(
        absl::StrCat("the write stream stands at offset ", committed,
                     ", where this writer did not bring it: does another one use its name?"));
  }
  if (found_more) SetCounts(stream);
  return absl::OkStatus();
}

void WriteWindow::SetCounts(const v1::GetWriteStreamResponse& stream) {
  report_.counts = stream.counts();
  Add(opened_.counts(), -1, report_.counts);
  report_.revision = std::max(report_.revision, stream.revision());
  AddErrors(stream.errors(), 0);
  counts_uncertain_ = false;
}

void WriteWindow::Pop() {
  report_.committed += batches_.front()->records_size();
  batches_.pop_front();
  if (sent_ > 0) --sent_;
}

void WriteWindow::AddErrors(const google::protobuf::RepeatedPtrField<v1::RecordError>& errors,
                            int64_t base) {
  auto by_offset = [](const v1::RecordError& a, const v1::RecordError& b) {
    return a.index() < b.index();
  };
  for (v1::RecordError error : errors) {
    error.set_index(error.index() + base);
    if (error.index() < start_offset()) continue;
    auto& kept = report_.errors;
    const auto place = std::lower_bound(kept.begin(), kept.end(), error, by_offset);
    if (place != kept.end() && place->index() == error.index()) continue;
    if (kept.size() >= max_errors_) return;
    kept.insert(place, std::move(error));
  }
}

}  // namespace strata::internal
