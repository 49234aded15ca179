#include "strata/append_writer.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "client/src/write_window.h"
#include "strata/error.h"

namespace strata {
namespace {

constexpr int kMaxBatchRecords = 50'000;                   // of the contract
constexpr size_t kMaxBatchBytes = (4 << 20) - (64 << 10);  // leaves room for names and framing
constexpr size_t kRecordOverhead = 5;                      // tag and length in front of each record

absl::StatusOr<v1::GetWriteStreamResponse> StreamState(Client& client,
                                                       const AppendWriterOptions& options) {
  v1::GetWriteStreamRequest request;
  request.set_workspace(options.workspace);
  request.set_stream(options.stream);
  absl::StatusOr<v1::GetWriteStreamResponse> state = client.GetWriteStream(request);
  // A stream begins with its first append.
  if (absl::IsNotFound(state.status()) &&
      ErrorDetails::FromStatus(state.status()).reason == "WRITE_STREAM_NOT_FOUND") {
    return v1::GetWriteStreamResponse();
  }
  return state;
}

}  // namespace

// The caller's thread fills batches into the window; the pump thread owns the call: it writes what
// the window holds, and opens the next call after a broken one. While a call lasts a reader thread
// takes its acknowledgements.
class AppendWriter::Impl {
 public:
  Impl(Client client, AppendWriterOptions options, v1::GetWriteStreamResponse opened)
      : client_(std::move(client)),
        options_(std::move(options)),
        window_(std::move(opened), options_.max_errors),
        pump_([this] { Pump(); }) {}

  ~Impl() {
    {
      absl::MutexLock lock(&mutex_);
      abandoned_ = true;
      closed_ = true;
      if (stream_ != nullptr) stream_->Cancel();
      changed_.SignalAll();
    }
    if (pump_.joinable()) pump_.join();
  }

  int64_t start_offset() const {
    absl::MutexLock lock(&mutex_);
    return window_.start_offset();
  }

  AppendReport report() const {
    absl::MutexLock lock(&mutex_);
    return window_.report();
  }

  absl::Status Append(v1::Record record) {
    if (failed_.load(std::memory_order_relaxed)) return failure();
    const size_t bytes = record.ByteSizeLong() + kRecordOverhead;
    if (bytes > options_.max_batch_bytes) {
      return absl::InvalidArgumentError(absl::StrCat("a record of ", bytes,
                                                     " bytes is larger than a batch may be (",
                                                     options_.max_batch_bytes, ")"));
    }
    if (filling_bytes_ + bytes > options_.max_batch_bytes) {
      if (absl::Status status = Submit(); !status.ok()) return status;
    }
    if (filling_ == nullptr) filling_ = std::make_shared<v1::AppendRecordsRequest>();
    *filling_->add_records() = std::move(record);
    filling_bytes_ += bytes;
    return filling_->records_size() >= options_.max_batch_records ? Submit() : absl::OkStatus();
  }

  absl::Status Flush() {
    if (absl::Status status = Submit(); !status.ok()) return status;
    {
      absl::MutexLock lock(&mutex_);
      while (!window_.empty() && failure_.ok()) changed_.Wait(&mutex_);
      if (!failure_.ok()) return failure_;
      if (!window_.counts_uncertain()) return absl::OkStatus();
    }
    const absl::StatusOr<v1::GetWriteStreamResponse> state = StreamState(client_, options_);
    if (!state.ok()) return state.status();
    absl::MutexLock lock(&mutex_);
    window_.SetCounts(*state);
    return absl::OkStatus();
  }

  absl::Status Close() {
    const absl::Status flushed = Flush();
    {
      absl::MutexLock lock(&mutex_);
      closed_ = true;
      changed_.SignalAll();
    }
    if (pump_.joinable()) pump_.join();
    return flushed;
  }

 private:
  absl::Status failure() const {
    absl::MutexLock lock(&mutex_);
    return failure_;
  }

  // Moves the filling batch into the window, once there is room.
  absl::Status Submit() {
    absl::MutexLock lock(&mutex_);
    if (filling_ == nullptr) return failure_;
    if (closed_ && failure_.ok()) return absl::FailedPreconditionError("the writer is closed");
    while (window_.size() >= static_cast<size_t>(options_.max_in_flight) && failure_.ok()) {
      changed_.Wait(&mutex_);
    }
    if (!failure_.ok()) return failure_;
    // Only the first batch of a call needs the names, but any batch may become that.
    filling_->set_workspace(options_.workspace);
    filling_->set_stream(options_.stream);
    filling_->set_on_error(options_.on_error);
    filling_->set_offset(window_.end_offset());
    window_.Push(std::move(filling_));
    filling_ = nullptr;
    filling_bytes_ = 0;
    changed_.SignalAll();
    return absl::OkStatus();
  }

  void Pump() {
    int failures = 0;
    int64_t committed = 0;
    while (WaitForWork()) {
      const absl::Status status = RunCall();
      {
        absl::MutexLock lock(&mutex_);
        if (abandoned_ || !failure_.ok()) break;
        const bool progressed = window_.report().committed > committed;
        committed = window_.report().committed;
        // A call that ends while nothing it carried is outstanding has done its work, however it
        // ended; a server may well close an idle one.
        if (progressed && !window_.outstanding()) continue;
        failures = progressed ? 1 : failures + 1;
      }
      const absl::Status resumed = Resume(status, failures);
      if (!resumed.ok()) return Fail(resumed);
    }
  }

  // False when there is none left and none to come.
  bool WaitForWork() {
    absl::MutexLock lock(&mutex_);
    while (window_.empty() && !closed_) changed_.Wait(&mutex_);
    return !abandoned_ && !window_.empty();
  }

  // One call: writes until the writer is closed or the call breaks. The status is how it ended.
  absl::Status RunCall() {
    absl::StatusOr<std::unique_ptr<AppendStream>> opened =
        client_.connection()->AppendRecords(CallOptions());
    if (!opened.ok()) return opened.status();
    const std::unique_ptr<AppendStream> stream = *std::move(opened);
    {
      absl::MutexLock lock(&mutex_);
      stream_ = stream.get();
      call_over_ = false;
      window_.Rewind();
      if (abandoned_) stream_->Cancel();
    }
    std::thread reader([this, &stream] { ReadAcks(*stream); });
    WriteBatches(*stream);
    reader.join();
    absl::Status status = stream->Finish();
    absl::MutexLock lock(&mutex_);
    stream_ = nullptr;
    // Nobody ends a call well that has batches outstanding, except a server that goes away.
    if (status.ok()) status = absl::UnavailableError("the server ended the stream");
    return status;
  }

  void WriteBatches(AppendStream& stream) {
    while (internal::WriteWindow::Batch batch = NextBatch()) {
      if (!stream.Write(*batch)) return;  // the reader sees the end of the call
    }
    stream.WritesDone();
  }

  // Waits for a batch to write; null when the call is over or no batch will come.
  internal::WriteWindow::Batch NextBatch() {
    absl::MutexLock lock(&mutex_);
    for (;;) {
      if (call_over_) return nullptr;
      if (internal::WriteWindow::Batch batch = window_.NextToSend()) return batch;
      if (closed_) return nullptr;
      changed_.Wait(&mutex_);
    }
  }

  void ReadAcks(AppendStream& stream) {
    v1::AppendRecordsResponse ack;
    while (stream.Read(ack)) {
      AppendReport report;
      {
        absl::MutexLock lock(&mutex_);
        if (absl::Status status = window_.OnAck(ack); !status.ok()) {
          FailLocked(std::move(status));
          stream.Cancel();
          continue;
        }
        if (options_.on_ack) report = window_.report();
        changed_.SignalAll();
      }
      if (options_.on_ack) options_.on_ack(report);
    }
    absl::MutexLock lock(&mutex_);
    call_over_ = true;
    changed_.SignalAll();
  }

  // After a broken call: pauses and takes the server's account of the stream, or says why not.
  absl::Status Resume(const absl::Status& broken, int failures) {
    absl::Status status = broken;
    for (;; ++failures) {
      const std::optional<absl::Duration> named = ErrorDetails::FromStatus(status).retry_delay;
      const bool resumable =
          absl::IsUnavailable(status) || (absl::IsResourceExhausted(status) && named.has_value());
      if (!resumable || failures >= options_.retry.max_attempts) return status;
      const RetryEnvironment& environment = options_.retry_environment;
      environment.sleep(named.value_or(PauseAfter(options_.retry, failures, environment.random())));
      {
        absl::MutexLock lock(&mutex_);
        if (abandoned_) return status;
      }
      const absl::StatusOr<v1::GetWriteStreamResponse> state = StreamState(client_, options_);
      if (!state.ok()) {
        status = state.status();
        continue;
      }
      absl::MutexLock lock(&mutex_);
      changed_.SignalAll();
      return window_.OnStreamState(*state);
    }
  }

  void Fail(absl::Status status) {
    absl::MutexLock lock(&mutex_);
    FailLocked(std::move(status));
  }
  void FailLocked(absl::Status status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    failure_ = std::move(status);
    failed_.store(true, std::memory_order_relaxed);
    changed_.SignalAll();
  }

  Client client_;
  const AppendWriterOptions options_;

  // Of the caller's thread.
  std::shared_ptr<v1::AppendRecordsRequest> filling_;
  size_t filling_bytes_ = 0;

  mutable absl::Mutex mutex_;
  mutable absl::CondVar changed_;
  internal::WriteWindow window_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;     // no batch will come
  bool abandoned_ ABSL_GUARDED_BY(mutex_) = false;  // and none need be written
  bool call_over_ ABSL_GUARDED_BY(mutex_) = false;  // the reader saw the end
  AppendStream* stream_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::atomic<bool> failed_{false};  // failure_ is set
  std::thread pump_;                 // last: starts with everything above in place
};

AppendWriter::AppendWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AppendWriter::~AppendWriter() = default;

absl::StatusOr<std::unique_ptr<AppendWriter>> AppendWriter::Open(Client client,
                                                                 AppendWriterOptions options) {
  options.max_batch_records = std::clamp(options.max_batch_records, 1, kMaxBatchRecords);
  options.max_batch_bytes = std::min(options.max_batch_bytes, kMaxBatchBytes);
  options.max_in_flight = std::max(options.max_in_flight, 1);
  absl::StatusOr<v1::GetWriteStreamResponse> opened = StreamState(client, options);
  if (!opened.ok()) return opened.status();
  return std::unique_ptr<AppendWriter>(new AppendWriter(
      std::make_unique<Impl>(std::move(client), std::move(options), *std::move(opened))));
}

int64_t AppendWriter::start_offset() const { return impl_->start_offset(); }
absl::Status AppendWriter::Append(v1::Record record) { return impl_->Append(std::move(record)); }
absl::Status AppendWriter::Flush() { return impl_->Flush(); }
absl::Status AppendWriter::Close() { return impl_->Close(); }
AppendReport AppendWriter::report() const { return impl_->report(); }

}  // namespace strata
