#include "server/ingest/batch_applier.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/ingest/answer.h"

namespace strata::ingest {
namespace {

constexpr absl::string_view kStoreFailed = "STORE_FAILED";

// How many records ahead of the one at work its place in the index is fetched.
constexpr size_t kPrefetchDistance = 8;

RecordKind KindOf(const Record& record) {
  static_assert(std::is_same_v<std::variant_alternative_t<1, Record>, Order>);
  return static_cast<RecordKind>(record.index());
}

void AddRejection(Rejection rejection, BatchEnd& end) {
  end.result.counts.Add(Outcome::kRejected);
  if (end.result.rejections.size() < kMaxReportedRejections) {
    end.result.rejections.push_back(std::move(rejection));
  }
}

absl::Status WrongOffset(int64_t sent, int64_t expected) {
  return WithMetadata(
      WithReason(absl::OutOfRangeError(absl::StrCat("the batch starts at offset ", sent,
                                                    ", the write stream goes on at ", expected)),
                 "WRONG_OFFSET"),
      "expected_offset", absl::StrCat(expected));
}

absl::Status BadRecords(const AppendResult& result) {
  const Rejection& first = result.rejections.front();
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat(
          "nothing of the batch is stored: ", result.counts.rejected,
          result.counts.rejected == 1 ? " bad record" : " bad records", ", first at index ",
          first.index, ": ", first.field, ": ", first.reason, ": ", first.message)),
      "BAD_RECORDS");
}

absl::Status OtherContent(const AppendRequest& request, int64_t record) {
  return WithMetadata(
      WithReason(
          absl::AlreadyExistsError(absl::StrCat(
              "record ", record, " of the batch differs from the one that was stored at offset ",
              request.offset + record,
              " of this write stream; corrections are sent as new records at its end, other "
              "data under another stream")),
          "OFFSET_REUSED"),
      "offset", absl::StrCat(request.offset + record));
}

absl::Status NoLongerKnown(const AppendRequest& request, int64_t expected) {
  return WithMetadata(WithReason(absl::FailedPreconditionError(absl::StrCat(
                                     "whether the batch at offset ", request.offset,
                                     " is what was stored there is no longer known (the latest ",
                                     kStreamBatchesKept,
                                     " batches are kept, for a day); the write stream goes on "
                                     "at ",
                                     expected)),
                                 "OFFSET_TOO_OLD"),
                      "expected_offset", absl::StrCat(expected));
}

bool IsFingerprintOf(const AppendRequest& request, absl::string_view stored) {
  return stored == request.fingerprint ||
         (request.older_fingerprint && stored == request.older_fingerprint());
}

// Whether later statements of the transaction may still succeed.
bool IsOfBatchAlone(const absl::Status& status) {
  return status.code() != absl::StatusCode::kResourceExhausted &&
         status.code() != absl::StatusCode::kUnavailable &&
         status.code() != absl::StatusCode::kDataLoss;
}

}  // namespace

absl::Status StoreFailed(const absl::Status& cause) {
  if (FactsOf(cause).reason == kStoreFailed) return cause;
  // What else SQLite may say (read-only, a constraint) is a fault of the server, not of the caller.
  const absl::StatusCode code = cause.code() == absl::StatusCode::kResourceExhausted ||
                                        cause.code() == absl::StatusCode::kUnavailable
                                    ? cause.code()
                                    : absl::StatusCode::kInternal;
  return WithReason(
      absl::Status(code, absl::StrCat("nothing of the batch is stored: ", cause.message())),
      kStoreFailed);
}

BatchEnd BatchApplier::Apply(const PreparedAppend& append) {
  BatchEnd end;
  std::optional<WriteStreamState> stream;
  const absl::StatusOr<bool> answered = AnswerWithoutData(append, stream, end);
  if (!answered.ok()) {
    Fail(answered.status(), /*in_part=*/false, end);
    return end;
  }
  if (*answered) return end;

  const Identities::Mark mark = ids_.Now();
  const size_t changes = changes_->list.size();
  if (absl::Status status = db_.BeginPart(); !status.ok()) {
    Fail(status, /*in_part=*/false, end);
    return end;
  }
  absl::Status status = ApplyRecords(append, end);
  const AppendRequest& request = append.request;
  const bool refused = end.result.counts.rejected > 0 && request.batch.on_error == OnError::kFail;
  const bool keep = status.ok() && !refused && !request.validate_only;
  if (keep) status = StoreOutcome(append, stream, end);
  if (keep && status.ok()) status = db_.KeepPart();
  if (keep && status.ok()) {
    end.wrote = true;
    end.changed_data = end.result.counts.accepted > 0;
    return end;
  }

  ids_.UndoTo(mark);
  changes_->list.resize(changes);
  if (!status.ok()) {
    Fail(status, /*in_part=*/true, end);
    return end;
  }
  if (absl::Status dropped = db_.DropPart(); !dropped.ok()) {
    Fail(dropped, /*in_part=*/false, end);
    return end;
  }
  if (refused) {
    RecordCounts counts;
    counts.rejected = end.result.counts.rejected;
    end.result.counts = counts;
    end.status = BadRecords(end.result);
  }
  if (stream.has_value()) end.result.next_offset = stream->next_offset;
  return end;
}

absl::StatusOr<bool> BatchApplier::AnswerWithoutData(const PreparedAppend& append,
                                                     std::optional<WriteStreamState>& stream,
                                                     BatchEnd& end) {
  const AppendRequest& request = append.request;
  if (!request.stream.empty()) {
    STRATA_ASSIGN_OR_RETURN(stream, db_.ledger().FindStream(request.stream));
    const int64_t expected = stream.has_value() ? stream->next_offset : 0;
    const int64_t records = static_cast<int64_t>(append.records());
    end.result.next_offset = expected;
    if (request.offset == expected) return records == 0;
    if (request.offset + records > expected) {
      end.status = WrongOffset(request.offset, expected);
      return true;
    }
    STRATA_RETURN_IF_ERROR(AnswerResent(append, end));
    return true;
  }

  STRATA_ASSIGN_OR_RETURN(const std::optional<store::Ledger::StoredRequest> stored,
                          db_.ledger().FindRequest(request.request_id, now_ - kRequestLifeMillis));
  if (!stored.has_value()) return false;
  if (!IsFingerprintOf(request, stored->fingerprint)) {
    end.status = WithReason(
        absl::InvalidArgumentError("request_id: the id was used with other content before"),
        "REQUEST_ID_REUSED");
    return true;
  }
  STRATA_ASSIGN_OR_RETURN(end.result, DecodeAnswer(stored->answer));
  end.result.duplicate = true;
  return true;
}

absl::Status BatchApplier::AnswerResent(const PreparedAppend& append, BatchEnd& end) {
  const AppendRequest& request = append.request;
  const int64_t after = request.offset + static_cast<int64_t>(append.records());
  STRATA_ASSIGN_OR_RETURN(const std::vector<store::Ledger::StreamBatch> stored,
                          db_.ledger().StreamBatches(request.stream, request.offset, after));
  const absl::StatusOr<Resent> resent = CompareWithStored(request, stored);
  if (!resent.ok()) {
    end.status = NoLongerKnown(request, end.result.next_offset);
    return absl::OkStatus();
  }
  if (resent->first_difference >= 0) {
    end.status = OtherContent(request, resent->first_difference);
    return absl::OkStatus();
  }
  end.result.duplicate = true;
  end.result.counts = resent->counts;
  if (resent->counts.rejected == 0) return absl::OkStatus();
  STRATA_ASSIGN_OR_RETURN(std::vector<Rejection> rejections,
                          db_.ledger().Rejections(request.stream));
  for (Rejection& rejection : rejections) {
    if (rejection.index < request.offset || rejection.index >= after) continue;
    rejection.index -= request.offset;
    end.result.rejections.push_back(std::move(rejection));
  }
  return absl::OkStatus();
}

absl::Status BatchApplier::ApplyRecords(const PreparedAppend& append, BatchEnd& end) {
  const std::vector<Record>& records = append.request.batch.records;
  RecordCounts& counts = end.result.counts;
  const std::vector<uint32_t>& content = append.request.content_hashes;
  trace_ = StreamTrace();
  const auto note = [&](size_t record, Outcome outcome) {
    if (!content.empty()) trace_.Add(content[record], outcome);
  };
  auto refused = append.rejections.begin();
  for (size_t i = 0; i < records.size(); ++i) {
    if (i + kPrefetchDistance < records.size()) {
      const size_t ahead = i + kPrefetchDistance;
      if (KindOf(records[ahead]) == RecordKind::kOrder) {
        ids_.Prefetch(RecordKind::kOrder, append.hashes[ahead].id);
        ids_.Prefetch(RecordKind::kCustomer, append.hashes[ahead].customer);
      }
    }
    const auto index = static_cast<int64_t>(i);
    if (refused != append.rejections.end() && refused->index == index) {
      AddRejection(*refused, end);
      note(i, Outcome::kRejected);
      ++refused;
      continue;
    }
    if (std::optional<Fault> fault = records_.FindFault(records[i], append.hashes[i]);
        fault.has_value()) {
      AddRejection(MakeRejection(index, records[i], *fault), end);
      note(i, Outcome::kRejected);
      continue;
    }
    STRATA_ASSIGN_OR_RETURN(const Outcome outcome,
                            records_.Apply(records[i], append.hashes[i], counts.placeholders));
    counts.Add(outcome);
    note(i, outcome);
  }
  return absl::OkStatus();
}

absl::Status BatchApplier::StoreOutcome(const PreparedAppend& append,
                                        std::optional<WriteStreamState>& stream, BatchEnd& end) {
  const AppendRequest& request = append.request;
  if (request.stream.empty()) {
    AppendResult answer = end.result;
    answer.revision = revision_;
    for (Rejection& rejection : answer.rejections) {
      if (rejection.reason == NameOf(Reason::kErased)) rejection.id.clear();
    }
    return db_.ledger().PutRequest(request.request_id, request.fingerprint, EncodeAnswer(answer),
                                   !answer.rejections.empty(), now_);
  }
  if (!stream.has_value()) stream.emplace();
  const int64_t stored_rejections = stream->counts.rejected;
  stream->next_offset = request.offset + static_cast<int64_t>(append.records());
  stream->counts += end.result.counts;
  stream->revision = revision_;
  stream->updated_time = now_;
  end.result.next_offset = stream->next_offset;
  STRATA_RETURN_IF_ERROR(db_.ledger().PutStream(request.stream, *stream));
  STRATA_RETURN_IF_ERROR(StoreTrace(append, end));
  return StoreRejections(append, stored_rejections, end.result.rejections);
}

absl::Status BatchApplier::StoreTrace(const PreparedAppend& append, const BatchEnd& end) {
  constexpr int kTrimEvery = 256;
  const AppendRequest& request = append.request;
  store::Ledger::StreamBatch batch;
  batch.first_offset = request.offset;
  batch.records = static_cast<int64_t>(append.records());
  batch.placeholders = end.result.counts.placeholders;
  batch.trace = trace_.bytes();
  STRATA_RETURN_IF_ERROR(db_.ledger().PutStreamBatch(request.stream, batch, now_));
  int& untrimmed = untrimmed_[request.stream];
  if (++untrimmed < kTrimEvery) return absl::OkStatus();
  untrimmed_.erase(request.stream);
  return db_.ledger().TrimStreamBatches(request.stream, kStreamBatchesKept);
}

absl::Status BatchApplier::StoreRejections(const PreparedAppend& append, int64_t already_stored,
                                           const std::vector<Rejection>& rejections) {
  const auto limit = static_cast<int64_t>(kMaxReportedRejections);
  int64_t room = std::max<int64_t>(limit - already_stored, 0);
  for (const Rejection& rejection : rejections) {
    if (room-- <= 0) break;
    Rejection stored = rejection;
    stored.index += append.request.offset;
    // The file must not learn the id of someone who is to be forgotten.
    if (stored.reason == NameOf(Reason::kErased)) stored.id.clear();
    STRATA_RETURN_IF_ERROR(db_.ledger().AddRejection(append.request.stream, stored));
  }
  return absl::OkStatus();
}

void BatchApplier::Fail(const absl::Status& cause, bool in_part, BatchEnd& end) {
  end = BatchEnd();
  end.status = StoreFailed(cause);
  const bool part_is_gone = !in_part || (db_.connection().in_transaction() && db_.DropPart().ok());
  end.group_failed = !IsOfBatchAlone(cause) || !db_.connection().in_transaction() || !part_is_gone;
}

}  // namespace strata::ingest
