#include "client/cli/import/command/import_sender.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/import/mapping/row_gatherer.h"
#include "client/cli/import/mapping/row_identity.h"
#include "client/cli/present/progress.h"
#include "client/cli/present/value_format.h"
#include "strata/append_writer.h"
#include "strata/error.h"
#include "strata/v1/records.pb.h"

namespace strata::cli {
namespace {

constexpr int kBatchRecords = 10'000;
constexpr size_t kBatchBytes = 3 << 20;
constexpr size_t kMostErrors = 1'000'000;  // that a writer keeps for the rejects file
constexpr size_t kLongestStreamId = 128;

std::string KindName(v1::RecordKind kind) {
  switch (kind) {
    case v1::RECORD_KIND_CUSTOMER:
      return "customer";
    case v1::RECORD_KIND_ORDER:
      return "order";
    case v1::RECORD_KIND_TICKET:
      return "ticket";
    case v1::RECORD_KIND_CONTRACT:
      return "contract";
    case v1::RECORD_KIND_SURVEY:
      return "survey";
    default:
      return "record";
  }
}

// The line of an order that "order.lines[2].amount_micros" speaks of; -1 for other fields.
int LineOf(absl::string_view field) {
  const size_t open = field.find("lines[");
  if (open == absl::string_view::npos) return -1;
  const absl::string_view rest = field.substr(open + 6);
  int line = -1;
  return absl::SimpleAtoi(rest.substr(0, rest.find(']')), &line) ? line : -1;
}

// Everything that one run sends, checks and reports.
class Sender {
 public:
  Sender(Context& context, Client& client, const SendOptions& options,
         const std::vector<std::string>& files, imports::RecordSpool& spool,
         imports::RejectLog& rejects)
      : context_(context),
        client_(client),
        options_(options),
        files_(files),
        spool_(spool),
        rejects_(rejects) {}

  absl::StatusOr<SendResult> Run() {
    SendResult result;
    if (spool_.size() == 0) return result;
    if (options_.dry_run) {
      STRATA_RETURN_IF_ERROR(Check(0, &result));
      return result;
    }
    STRATA_ASSIGN_OR_RETURN(const v1::GetWriteStreamResponse state, ChooseStream());
    result.stream = state.stream();
    if (options_.refuse_known_rows && first_time_ && state.next_offset() == 0) {
      STRATA_RETURN_IF_ERROR(RefuseKnownRows());
    }
    result.resumed_at = std::min<int64_t>(state.next_offset(), spool_.size());
    // The name of another stream says that the records are the same.
    if (!options_.stream.empty()) STRATA_RETURN_IF_ERROR(CompareWithStored(&result));
    if (!options_.skip_bad_records && result.resumed_at < spool_.size()) {
      SendResult checked;
      STRATA_RETURN_IF_ERROR(Check(result.resumed_at, &checked));
      if (checked.counts.rejected() > 0) {
        if (result.resumed_at > 0) result.counts = state.counts();
        result.counts.set_rejected(result.counts.rejected() + checked.counts.rejected());
        return result;
      }
    }
    STRATA_RETURN_IF_ERROR(Send(&result));
    return result;
  }

 private:
  // The stream to write to, as it stands, with its name set even when it does not exist yet.
  absl::StatusOr<v1::GetWriteStreamResponse> ChooseStream() {
    if (!options_.stream.empty()) {
      return StreamState(client_, options_.workspace, options_.stream);
    }
    const std::string ending = absl::StrCat("-", spool_.ContentHash());
    const std::string base =
        absl::StrCat(options_.import_name.substr(0, kLongestStreamId - ending.size() - 8), ending);
    STRATA_ASSIGN_OR_RETURN(v1::GetWriteStreamResponse state,
                            UnfinishedStream(client_, options_.workspace, base, spool_.size()));
    first_time_ = state.stream() == base;
    return state;
  }

  // Sends again what the stream holds, which changes nothing: the server refuses what is not the
  // same. Of what it no longer knows only the number is noted.
  absl::Status CompareWithStored(SendResult* result) {
    STRATA_RETURN_IF_ERROR(spool_.Seek(0));
    v1::AppendRecordsRequest batch;
    batch.set_workspace(options_.workspace);
    batch.set_stream(result->stream);
    batch.set_on_error(v1::ON_ERROR_SKIP);
    v1::Record record;
    for (int64_t next = 0; next < result->resumed_at; next += batch.records_size()) {
      batch.clear_records();
      batch.set_offset(next);
      for (size_t bytes = 0; bytes < kBatchBytes && batch.records_size() < kBatchRecords &&
                             next + batch.records_size() < result->resumed_at;) {
        STRATA_ASSIGN_OR_RETURN(const bool more, spool_.Next(&record));
        if (!more) return absl::InternalError("the import has fewer records than it had");
        bytes += record.ByteSizeLong();
        batch.add_records()->Swap(&record);
      }
      const absl::Status status = SendAgain(batch);
      const ErrorDetails details = ErrorDetails::FromStatus(status);
      if (details.reason == "OFFSET_TOO_OLD") {
        result->unknown += batch.records_size();
      } else if (details.reason == "OFFSET_REUSED") {
        return Different(details, result->stream);
      } else if (!status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status SendAgain(const v1::AppendRecordsRequest& batch) {
    STRATA_ASSIGN_OR_RETURN(const std::unique_ptr<AppendStream> call,
                            client_.connection()->AppendRecords(context_.call_options()));
    call->Write(batch);
    call->WritesDone();
    v1::AppendRecordsResponse ack;
    bool was_there = true;
    while (call->Read(ack)) was_there = was_there && ack.duplicate();
    STRATA_RETURN_IF_ERROR(call->Finish());
    if (was_there) return absl::OkStatus();
    return absl::AbortedError(
        absl::StrCat("write stream ", batch.stream(), " was removed meanwhile"));
  }

  absl::Status Different(const ErrorDetails& details, const std::string& stream) {
    int64_t number = 0;
    std::string place;
    if (absl::SimpleAtoi(details.Metadata("offset"), &number) && number < spool_.size()) {
      STRATA_ASSIGN_OR_RETURN(const std::vector<imports::Origin> origins, spool_.OriginsOf(number));
      if (!origins.empty() && origins[0].file >= 0) {
        place = absl::StrCat(" (", files_[static_cast<size_t>(origins[0].file)], ":",
                             origins[0].line, ")");
      }
    }
    return absl::FailedPreconditionError(absl::StrCat(
        "record ", FormatInteger(number + 1), place, " is not the one that write stream ", stream,
        " holds in its place, and nothing is stored: put new records and corrections behind the "
        "old ones, or leave --stream out"));
  }

  // Asks the server whether it holds records whose ids are made of their rows.
  absl::Status RefuseKnownRows() {
    v1::BatchAppendRecordsRequest request;
    request.set_workspace(options_.workspace);
    request.set_on_error(v1::ON_ERROR_SKIP);
    request.set_validate_only(true);
    STRATA_RETURN_IF_ERROR(spool_.Seek(0));
    int64_t known = 0, made_up = 0;
    v1::Record record;
    bool more = true;
    while (more) {
      request.clear_records();
      for (size_t bytes = 0; bytes < kBatchBytes && request.records_size() < kBatchRecords;) {
        STRATA_ASSIGN_OR_RETURN(more, spool_.Next(&record));
        if (!more) break;
        if (!imports::IsMadeUpId(imports::KindAndId(record).second)) continue;
        bytes += record.ByteSizeLong();
        request.add_records()->Swap(&record);
      }
      if (request.records_size() == 0) break;
      made_up += request.records_size();
      STRATA_ASSIGN_OR_RETURN(const v1::BatchAppendRecordsResponse response,
                              client_.BatchAppendRecords(request, context_.call_options()));
      known += response.counts().duplicate();
    }
    if (known == 0) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(
        FormatInteger(known), " of ", FormatInteger(made_up),
        " records without an id stand word for word in an earlier import, and nothing is stored; "
        "--known-rows same if they are the same facts (a file that grew, was corrected or "
        "overlaps), --known-rows new if they are others that look alike, or SELECT an id"));
  }

  // Lets the server check the records from `first` on; what it refuses goes to the rejects.
  absl::Status Check(int64_t first, SendResult* result) {
    Progress progress(context_.terminal(), "checking", spool_.size(), "records");
    STRATA_RETURN_IF_ERROR(spool_.Seek(first));
    int64_t number = first;
    v1::BatchAppendRecordsRequest request;
    request.set_workspace(options_.workspace);
    request.set_on_error(v1::ON_ERROR_SKIP);
    request.set_validate_only(true);
    v1::Record record;
    bool more = true;
    while (more) {
      request.clear_records();
      for (size_t bytes = 0; bytes < kBatchBytes && request.records_size() < kBatchRecords;) {
        STRATA_ASSIGN_OR_RETURN(more, spool_.Next(&record));
        if (!more) break;
        bytes += record.ByteSizeLong();
        request.add_records()->Swap(&record);
      }
      if (request.records_size() == 0) break;
      STRATA_ASSIGN_OR_RETURN(const v1::BatchAppendRecordsResponse response,
                              client_.BatchAppendRecords(request, context_.call_options()));
      Add(response.counts(), &result->counts);
      result->revision = response.revision();
      STRATA_RETURN_IF_ERROR(Report(response.errors(), number, response.counts().rejected()));
      number += request.records_size();
      progress.Update(number);
    }
    progress.Finish();
    return absl::OkStatus();
  }

  absl::Status Send(SendResult* result) {
    std::atomic<int64_t> acknowledged = result->resumed_at;
    AppendWriterOptions writer_options;
    writer_options.workspace = options_.workspace;
    writer_options.stream = result->stream;
    writer_options.on_error = options_.skip_bad_records ? v1::ON_ERROR_SKIP : v1::ON_ERROR_FAIL;
    writer_options.max_batch_records = kBatchRecords;
    writer_options.max_errors = kMostErrors;
    writer_options.on_ack = [&](const AppendReport& report) {
      acknowledged = result->resumed_at + report.committed;
    };
    STRATA_ASSIGN_OR_RETURN(std::unique_ptr<AppendWriter> writer,
                            AppendWriter::Open(client_, std::move(writer_options)));
    if (writer->start_offset() < result->resumed_at) {
      return absl::AbortedError(
          absl::StrCat("write stream ", result->stream, " was removed meanwhile"));
    }
    result->resumed_at = std::min<int64_t>(writer->start_offset(), spool_.size());
    acknowledged = result->resumed_at;
    STRATA_RETURN_IF_ERROR(spool_.Seek(result->resumed_at));
    Progress progress(context_.terminal(), "importing", spool_.size(), "records");
    absl::Status status;
    v1::Record record;
    while (status.ok()) {
      STRATA_ASSIGN_OR_RETURN(const bool more, spool_.Next(&record));
      if (!more) break;
      status = writer->Append(std::move(record));
      progress.Update(acknowledged);
    }
    const absl::Status closed = writer->Close();
    if (status.ok()) status = closed;
    const AppendReport report = writer->report();
    if (!status.ok()) return Explain(status, *result, report);
    progress.Update(spool_.size());
    progress.Finish();
    return Account(report, result);
  }

  // Why a run stopped in the middle.
  absl::Status Explain(const absl::Status& status, const SendResult& result,
                       const AppendReport& report) {
    const int64_t stored = result.resumed_at + report.committed;
    if (!report.errors.empty() && absl::IsInvalidArgument(status)) {
      google::protobuf::RepeatedPtrField<v1::RecordError> errors(report.errors.begin(),
                                                                 report.errors.end());
      STRATA_RETURN_IF_ERROR(Report(errors, 0, errors.size()));
      return absl::DataLossError(absl::StrCat("records became bad after they were checked; ",
                                              FormatInteger(stored), " of ",
                                              FormatInteger(spool_.size()), " records are stored"));
    }
    absl::Status explained(
        status.code(), absl::StrCat(status.message(), " (", FormatInteger(stored), " of ",
                                    FormatInteger(spool_.size()),
                                    " records are stored; the same command again goes on there)"));
    status.ForEachPayload([&explained](absl::string_view type, const absl::Cord& payload) {
      explained.SetPayload(type, payload);
    });
    return explained;
  }

  // The counts and rejects of the whole import: the server has those of runs before this one.
  absl::Status Account(const AppendReport& report, SendResult* result) {
    result->counts = report.counts;
    result->revision = report.revision;
    google::protobuf::RepeatedPtrField<v1::RecordError> errors;
    if (result->resumed_at > 0) {
      STRATA_ASSIGN_OR_RETURN(const v1::GetWriteStreamResponse state,
                              StreamState(client_, options_.workspace, result->stream));
      result->counts = state.counts();
      result->revision = state.revision();
      for (const v1::RecordError& error : state.errors()) {
        if (error.index() < result->resumed_at) *errors.Add() = error;
      }
    }
    for (const v1::RecordError& error : report.errors) *errors.Add() = error;
    return Report(errors, 0, result->counts.rejected());
  }

  // `first` is the number of the record that index 0 means.
  absl::Status Report(const google::protobuf::RepeatedPtrField<v1::RecordError>& errors,
                      int64_t first, int64_t total) {
    for (const v1::RecordError& error : errors) {
      imports::Reject reject;
      reject.record = KindName(error.kind());
      reject.id = error.id();
      reject.field = error.field();
      reject.reason = error.reason();
      reject.message = error.message();
      const int64_t number = first + error.index();
      if (number < spool_.size()) {  // a stream that the user named may hold other records
        STRATA_ASSIGN_OR_RETURN(const std::vector<imports::Origin> origins,
                                spool_.OriginsOf(number));
        const int line = LineOf(error.field());
        const size_t row = line > 0 && static_cast<size_t>(line) < origins.size() ? line : 0;
        if (row < origins.size() && origins[row].file >= 0) {
          reject.file = files_[static_cast<size_t>(origins[row].file)];
          reject.line = origins[row].line;
        }
      }
      rejects_.AddRecord({reject});
    }
    rejects_.AddUnlisted(std::max<int64_t>(0, total - errors.size()));
    return absl::OkStatus();
  }

  static void Add(const v1::RecordCounts& more, v1::RecordCounts* sum) {
    sum->set_accepted(sum->accepted() + more.accepted());
    sum->set_duplicate(sum->duplicate() + more.duplicate());
    sum->set_stale(sum->stale() + more.stale());
    sum->set_rejected(sum->rejected() + more.rejected());
    sum->set_placeholder_customers(sum->placeholder_customers() + more.placeholder_customers());
  }

  Context& context_;
  Client& client_;
  const SendOptions& options_;
  const std::vector<std::string>& files_;
  imports::RecordSpool& spool_;
  imports::RejectLog& rejects_;
  bool first_time_ = false;  // no import of this content was complete before
};

}  // namespace

absl::StatusOr<SendResult> SendSpool(Context& context, const SendOptions& options,
                                     const std::vector<std::string>& files,
                                     imports::RecordSpool& spool, imports::RejectLog& rejects) {
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  return Sender(context, *client, options, files, spool, rejects).Run();
}

absl::StatusOr<v1::GetWriteStreamResponse> StreamState(Client& client, const std::string& workspace,
                                                       const std::string& id) {
  v1::GetWriteStreamRequest request;
  request.set_workspace(workspace);
  request.set_stream(id);
  absl::StatusOr<v1::GetWriteStreamResponse> state = client.GetWriteStream(request);
  if (absl::IsNotFound(state.status()) &&
      ErrorDetails::FromStatus(state.status()).reason == "WRITE_STREAM_NOT_FOUND") {
    state = v1::GetWriteStreamResponse();
  }
  if (state.ok()) state->set_stream(id);
  return state;
}

absl::StatusOr<v1::GetWriteStreamResponse> UnfinishedStream(Client& client,
                                                            const std::string& workspace,
                                                            const std::string& base,
                                                            int64_t total) {
  for (int run = 1;; ++run) {
    STRATA_ASSIGN_OR_RETURN(
        v1::GetWriteStreamResponse state,
        StreamState(client, workspace, run == 1 ? base : absl::StrCat(base, "#", run)));
    if (state.next_offset() < total) return state;
  }
}

}  // namespace strata::cli
