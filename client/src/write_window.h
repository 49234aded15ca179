#ifndef STRATA_CLIENT_SRC_WRITE_WINDOW_H_
#define STRATA_CLIENT_SRC_WRITE_WINDOW_H_

#include <cstdint>
#include <deque>
#include <memory>

#include "absl/status/status.h"
#include "strata/append_writer.h"

namespace strata::internal {

// The batches of a writer that are filled and not acknowledged, and the account of those that are.
// No thread, no I/O: AppendWriter guards it by its mutex.
class WriteWindow {
 public:
  using Batch = std::shared_ptr<const v1::AppendRecordsRequest>;

  // `opened` says where the stream stood; the report counts from there.
  WriteWindow(v1::GetWriteStreamResponse opened, size_t max_errors);

  bool empty() const { return batches_.empty(); }
  size_t size() const { return batches_.size(); }
  // Whether this call wrote a batch that is not acknowledged.
  bool outstanding() const { return sent_ > 0; }
  int64_t start_offset() const { return opened_.next_offset(); }
  const AppendReport& report() const { return report_; }

  // The offset that the next batch has to carry.
  int64_t end_offset() const { return end_offset_; }
  void Push(Batch batch);

  // The next batch to write in this call, or null. The caller writes it; it stays in the window.
  Batch NextToSend();

  // A new call begins: everything unacknowledged is to be written again.
  void Rewind() { sent_ = 0; }

  // Takes one acknowledgement. INTERNAL when it does not fit what was sent.
  absl::Status OnAck(const v1::AppendRecordsResponse& ack);

  // Takes the server's account after a broken call: drops what was committed without an
  // acknowledgement. OUT_OF_RANGE when the stream stands where this writer cannot have brought it.
  absl::Status OnStreamState(const v1::GetWriteStreamResponse& stream);

  // True when acknowledgements came without their counts (a batch was committed, its first
  // acknowledgement lost); SetCounts makes the report whole once everything is acknowledged.
  bool counts_uncertain() const { return counts_uncertain_; }
  void SetCounts(const v1::GetWriteStreamResponse& stream);

 private:
  void Pop();
  void AddErrors(const google::protobuf::RepeatedPtrField<v1::RecordError>& errors, int64_t base);

  const v1::GetWriteStreamResponse opened_;
  const size_t max_errors_;
  std::deque<Batch> batches_;
  size_t sent_ = 0;  // of the front, in this call
  int64_t end_offset_;
  AppendReport report_;
  bool counts_uncertain_ = false;
};

}  // namespace strata::internal

#endif  // STRATA_CLIENT_SRC_WRITE_WINDOW_H_
