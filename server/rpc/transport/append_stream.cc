#include "server/rpc/transport/append_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/append.h"
#include "server/rpc/transport/content_hash.h"
#include "server/rpc/transport/decode.h"
#include "server/rpc/transport/older_content_hash.h"
#include "server/rpc/transport/read_scope.h"

namespace strata::rpc {
namespace {

// What one call may have under way: enough that the writer never waits for a sender next door, and
// little enough that a stalled writer holds no more than some tens of megabytes of it.
constexpr size_t kMaxPendingBatches = 64;
constexpr size_t kMaxPendingBytes = 16 << 20;

absl::Status Draining() {
  return WithReason(absl::UnavailableError("the server is shutting down; resume the stream later"),
                    "DRAINING");
}

}  // namespace

void OpenAppendStreams::Drain() {
  MutexLock lock(mutex_);
  for (AppendStream* stream : streams_) stream->Drain();
}

AppendStream::AppendStream(grpc::CallbackServerContext& context, CallGuard& guard,
                           const WorkspaceRegistry& registry, OpenAppendStreams& open)
    : registry_(registry),
      open_(open),
      call_(guard, context, CallGuard::MethodOf<v1::AppendRecordsRequest>()) {
  MutexLock lock(open_.mutex_);
  open_.streams_.insert(this);
}

void AppendStream::Begin() {
  MutexLock lock(mutex_);
  failure_ = call_.Admit();
  Advance();
}

void AppendStream::Drain() {
  MutexLock lock(mutex_);
  draining_ = true;
  Advance();
}

void AppendStream::OnReadDone(bool ok) {
  {
    MutexLock lock(mutex_);
    reading_ = false;
    all_read_ = all_read_ || !ok;
    // What comes after the call's fate is sealed is not looked at; its sender finds no ack.
    if (!ok || finished_ || draining_ || cancelled_ || !failure_.ok()) return Advance();
    taking_ = true;
  }
  auto pending = std::make_shared<Pending>();
  pending->bytes = incoming_.Length();
  absl::StatusOr<AppendRequest> append = Take(*pending);
  incoming_.Clear();
  const bool taken = append.ok();
  {
    MutexLock lock(mutex_);
    pending_.push_back(pending);
    pending_bytes_ += pending->bytes;
    if (taken) {
      ++at_writer_;
    } else {
      pending->done = true;
      pending->status = append.status();
    }
  }
  if (taken) {
    workspace_->Append(*std::move(append),
                       [this, pending](absl::Status status, AppendResult result) {
                         OnAppended(pending, status, result);
                       });
  }
  MutexLock lock(mutex_);
  taking_ = false;
  Advance();
}

absl::StatusOr<AppendRequest> AppendStream::Take(Pending& pending) {
  STRATA_ASSIGN_OR_RETURN(auto decoded, Decode<v1::AppendRecordsRequest>(incoming_));
  const v1::AppendRecordsRequest& message = *decoded->message;
  STRATA_RETURN_IF_ERROR(SetTarget(message));
  AppendRequest append;
  append.stream = stream_;
  append.offset = message.offset();
  pending.offset = message.offset();
  pending.records = message.records_size();
  append.content_hashes.reserve(static_cast<size_t>(message.records_size()));
  for (const v1::Record& record : message.records()) {
    append.content_hashes.push_back(static_cast<uint32_t>(HashOf(record)));
  }
  append.older_content_hashes = [decoded] {
    std::vector<uint32_t> hashes;
    for (const v1::Record& record : decoded->message->records()) {
      hashes.push_back(static_cast<uint32_t>(Murmur3Of(CanonicalBytes(record)).low));
    }
    return hashes;
  };
  STRATA_ASSIGN_OR_RETURN(append.batch, MakeBatch(std::move(decoded)));
  return append;
}

absl::Status AppendStream::SetTarget(const v1::AppendRecordsRequest& message) {
  if (workspace_ == nullptr) {
    if (message.stream().empty()) return FieldError("stream", "name a write stream");
    STRATA_ASSIGN_OR_RETURN(workspace_, FindWorkspace(registry_, message.workspace()));
    workspace_name_ = message.workspace();
    stream_ = message.stream();
    call_.set_workspace(workspace_name_);
    return absl::OkStatus();
  }
  if (!message.workspace().empty() && message.workspace() != workspace_name_) {
    return FieldError("workspace", absl::StrCat("this call appends to \"", workspace_name_, "\""));
  }
  if (!message.stream().empty() && message.stream() != stream_) {
    return FieldError("stream", absl::StrCat("this call appends to \"", stream_, "\""));
  }
  return absl::OkStatus();
}

void AppendStream::OnAppended(const PendingPtr& pending, const absl::Status& status,
                              const AppendResult& result) {
  // The ack is made before the mutex is taken; nobody looks at it until `done`.
  if (status.ok()) {
    ToProto(result, pending->offset + pending->records, &pending->ack);
  } else {
    pending->status = ExplainFailure(status, result);
    // Bad records are told in full in front of the error, whose details have room for a few.
    if (!result.rejections.empty()) ToProto(result, pending->offset, &pending->ack);
  }
  MutexLock lock(mutex_);
  pending->done = true;
  --at_writer_;
  Advance();
}

void AppendStream::OnWriteDone(bool ok) {
  MutexLock lock(mutex_);
  writing_ = false;
  outgoing_.Clear();
  if (!ok) cancelled_ = true;
  Advance();
}

void AppendStream::OnCancel() {
  MutexLock lock(mutex_);
  cancelled_ = true;
  Advance();
}

void AppendStream::OnDone() {
  {
    MutexLock lock(open_.mutex_);
    open_.streams_.erase(this);
  }
  // Whoever called Finish may still hold the mutex.
  { MutexLock lock(mutex_); }
  delete this;
}

void AppendStream::Advance() {
  if (finished_) return;
  while (!writing_ && !cancelled_ && failure_.ok() && !pending_.empty() && pending_.front()->done) {
    TakeFront();
  }
  if (MayRead()) {
    reading_ = true;
    StartRead(&incoming_);
  }
  if (!MayFinish()) return;
  finished_ = true;
  call_.set_records(records_);
  Finish(call_.End(Outcome()));
}

void AppendStream::TakeFront() {
  const PendingPtr front = std::move(pending_.front());
  pending_.pop_front();
  pending_bytes_ -= front->bytes;
  failure_ = front->status;
  if (failure_.ok()) records_ += front->records;
  if (!failure_.ok() && front->ack.errors().empty()) return;
  bool own_buffer = false;
  const grpc::Status serialized = grpc::SerializationTraits<v1::AppendRecordsResponse>::Serialize(
      front->ack, &outgoing_, &own_buffer);
  if (!serialized.ok()) {
    failure_ = absl::InternalError("an ack could not be serialised");
    return;
  }
  writing_ = true;
  StartWrite(&outgoing_);
}

bool AppendStream::MayRead() const {
  return !reading_ && !taking_ && !all_read_ && !draining_ && !cancelled_ && failure_.ok() &&
         pending_.size() < kMaxPendingBatches && pending_bytes_ < kMaxPendingBytes;
}

bool AppendStream::MayFinish() const {
  // The writer's callbacks point here, and a write must come back.
  if (at_writer_ > 0 || taking_ || writing_) return false;
  if (cancelled_ || !failure_.ok()) return true;
  return (all_read_ || draining_) && pending_.empty();
}

absl::Status AppendStream::Outcome() const {
  if (!failure_.ok()) return failure_;
  if (cancelled_) return absl::CancelledError("the caller has gone away");
  return all_read_ ? absl::OkStatus() : Draining();
}

}  // namespace strata::rpc
