#include "server/store/sqlite/ledger.h"

#include <utility>

#include "server/base/status_macros.h"

namespace strata::store {
namespace {

RecordKind KindNamed(absl::string_view name) {
  for (int i = 0; i < kRecordKinds; ++i) {
    if (NameOf(static_cast<RecordKind>(i)) == name) return static_cast<RecordKind>(i);
  }
  return RecordKind::kCustomer;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Create(Connection& connection) {
  std::unique_ptr<Ledger> ledger(new Ledger(connection));
  const struct {
    Statement& statement;
    const char* sql;
  } statements[] = {
      {ledger->find_stream_,
       "SELECT next_offset, accepted, duplicate, stale, rejected, placeholders, revision, "
       "updated_time FROM write_streams WHERE stream_id = ?1"},
      {ledger->put_stream_,
       "INSERT OR REPLACE INTO write_streams VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"},
      {ledger->rejections_,
       "SELECT stream_offset, kind, record_id, field, reason, message FROM rejected_records "
       "WHERE stream_id = ?1 ORDER BY stream_offset"},
      {ledger->add_rejection_, "INSERT INTO rejected_records VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
      {ledger->stream_batches_,
       "SELECT first_offset, records, placeholders, format, trace FROM stream_batches "
       "WHERE stream_id = ?1 AND first_offset < ?3 AND first_offset >= (SELECT "
       "ifnull(max(first_offset), ?2) FROM stream_batches WHERE stream_id = ?1 AND first_offset "
       "<= ?2) ORDER BY first_offset"},
      {ledger->put_stream_batch_,
       "INSERT OR REPLACE INTO stream_batches VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
      {ledger->trim_stream_batches_,
       "DELETE FROM stream_batches WHERE stream_id = ?1 AND first_offset <= (SELECT first_offset "
       "FROM stream_batches WHERE stream_id = ?1 ORDER BY first_offset DESC LIMIT 1 OFFSET ?2)"},
      {ledger->prune_stream_batches_, "DELETE FROM stream_batches WHERE committed_time < ?1"},
      {ledger->find_request_,
       "SELECT fingerprint, answer FROM requests WHERE request_id = ?1 AND created_time >= ?2"},
      {ledger->put_request_, "INSERT OR REPLACE INTO requests VALUES (?1, ?2, ?3, ?4, ?5)"},
      {ledger->prune_requests_, "DELETE FROM requests WHERE created_time < ?1"},
      {ledger->find_deleted_,
       "SELECT source_version FROM deleted_records WHERE kind = ?1 AND record_id = ?2"},
      {ledger->put_deleted_, "INSERT OR REPLACE INTO deleted_records VALUES (?1, ?2, ?3)"},
      {ledger->remove_deleted_, "DELETE FROM deleted_records WHERE kind = ?1 AND record_id = ?2"},
      {ledger->last_commit_, "SELECT revision, commit_time FROM workspace"},
      {ledger->put_commit_, "UPDATE workspace SET revision = ?1, commit_time = ?2"},
  };
  for (const auto& entry : statements) {
    STRATA_ASSIGN_OR_RETURN(entry.statement, connection.Prepare(entry.sql));
  }
  return ledger;
}

absl::StatusOr<std::optional<WriteStreamState>> Ledger::FindStream(absl::string_view id) {
  Execution row(find_stream_);
  STRATA_ASSIGN_OR_RETURN(const bool found, row.Text(id).Step());
  if (!found) return std::nullopt;
  WriteStreamState state;
  state.id = std::string(id);
  state.next_offset = row.IntAt(0);
  state.counts.accepted = row.IntAt(1);
  state.counts.duplicate = row.IntAt(2);
  state.counts.stale = row.IntAt(3);
  state.counts.rejected = row.IntAt(4);
  state.counts.placeholders = row.IntAt(5);
  state.revision = row.IntAt(6);
  state.updated_time = row.IntAt(7);
  return state;
}

absl::Status Ledger::PutStream(absl::string_view id, const WriteStreamState& state) {
  return Execution(put_stream_)
      .Text(id)
      .Int(state.next_offset)
      .Int(state.counts.accepted)
      .Int(state.counts.duplicate)
      .Int(state.counts.stale)
      .Int(state.counts.rejected)
      .Int(state.counts.placeholders)
      .Int(state.revision)
      .Int(state.updated_time)
      .Run();
}

absl::StatusOr<int64_t> Ledger::CountStreams() {
  return connection_.QueryInt("SELECT count(*) FROM write_streams");
}

absl::StatusOr<std::vector<Rejection>> Ledger::Rejections(absl::string_view stream) {
  std::vector<Rejection> rejections;
  Execution row(rejections_);
  row.Text(stream);
  for (;;) {
    STRATA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return rejections;
    rejections.push_back({row.IntAt(0), KindNamed(row.TextAt(1)), std::string(row.TextAt(2)),
                          std::string(row.TextAt(3)), std::string(row.TextAt(4)),
                          std::string(row.TextAt(5))});
  }
}

absl::Status Ledger::AddRejection(absl::string_view stream, const Rejection& rejection) {
  return Execution(add_rejection_)
      .Text(stream)
      .Int(rejection.index)
      .Text(NameOf(rejection.kind))
      .Text(rejection.id)
      .Text(rejection.field)
      .Text(rejection.reason)
      .Text(rejection.message)
      .Run();
}

absl::StatusOr<std::vector<Ledger::StreamBatch>> Ledger::StreamBatches(absl::string_view stream,
                                                                       int64_t from, int64_t to) {
  std::vector<StreamBatch> batches;
  Execution row(stream_batches_);
  row.Text(stream).Int(from).Int(to);
  for (;;) {
    STRATA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return batches;
    batches.push_back(
        {row.IntAt(0), row.IntAt(1), row.IntAt(2), row.IntAt(3), std::string(row.BlobAt(4))});
  }
}

absl::Status Ledger::PutStreamBatch(absl::string_view stream, const StreamBatch& batch,
                                    Millis now) {
  return Execution(put_stream_batch_)
      .Text(stream)
      .Int(batch.first_offset)
      .Int(batch.records)
      .Int(batch.placeholders)
      .Int(batch.format)
      .Blob(batch.trace)
      .Int(now)
      .Run();
}

absl::Status Ledger::TrimStreamBatches(absl::string_view stream, int64_t kept) {
  return Execution(trim_stream_batches_).Text(stream).Int(kept).Run();
}

absl::Status Ledger::PruneStreamBatches(Millis before) {
  return Execution(prune_stream_batches_).Int(before).Run();
}

absl::StatusOr<std::optional<Ledger::StoredRequest>> Ledger::FindRequest(absl::string_view id,
                                                                         Millis not_before) {
  Execution row(find_request_);
  STRATA_ASSIGN_OR_RETURN(const bool found, row.Text(id).Int(not_before).Step());
  if (!found) return std::nullopt;
  return StoredRequest{std::string(row.BlobAt(0)), std::string(row.BlobAt(1))};
}

absl::Status Ledger::PutRequest(absl::string_view id, absl::string_view fingerprint,
                                absl::string_view answer, bool has_rejections, Millis now) {
  return Execution(put_request_)
      .Text(id)
      .Blob(fingerprint)
      .Blob(answer)
      .Int(has_rejections ? 1 : 0)
      .Int(now)
      .Run();
}

absl::Status Ledger::PruneRequests(Millis before) {
  return Execution(prune_requests_).Int(before).Run();
}

absl::StatusOr<std::optional<int64_t>> Ledger::FindDeleted(RecordKind kind, absl::string_view id) {
  Execution row(find_deleted_);
  STRATA_ASSIGN_OR_RETURN(const bool found, row.Text(NameOf(kind)).Text(id).Step());
  if (!found) return std::nullopt;
  return row.IntAt(0, kNoVersion);
}

absl::Status Ledger::PutDeleted(RecordKind kind, absl::string_view id, int64_t source_version) {
  return Execution(put_deleted_)
      .Text(NameOf(kind))
      .Text(id)
      .IntUnless(source_version, kNoVersion)
      .Run();
}

absl::Status Ledger::RemoveDeleted(RecordKind kind, absl::string_view id) {
  return Execution(remove_deleted_).Text(NameOf(kind)).Text(id).Run();
}

absl::Status Ledger::ScanDeleted(absl::FunctionRef<void(RecordKind, absl::string_view)> visit) {
  STRATA_ASSIGN_OR_RETURN(Statement statement,
                          connection_.Prepare("SELECT kind, record_id FROM deleted_records"));
  Execution row(statement);
  for (;;) {
    STRATA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return absl::OkStatus();
    visit(KindNamed(row.TextAt(0)), row.TextAt(1));
  }
}

absl::StatusOr<Ledger::Commit> Ledger::LastCommit() {
  Execution row(last_commit_);
  STRATA_ASSIGN_OR_RETURN(const bool found, row.Step());
  if (!found) return absl::DataLossError(connection_.path() + ": table workspace has no row");
  return Commit{row.IntAt(0), row.IntAt(1)};
}

absl::Status Ledger::PutCommit(const Commit& commit) {
  return Execution(put_commit_).Int(commit.revision).Int(commit.time).Run();
}

absl::Status Ledger::Scrub(const absl::flat_hash_set<OwnedId>& ids,
                           absl::FunctionRef<std::string(absl::string_view)> scrub_answer) {
  for (const OwnedId& owned : ids) STRATA_RETURN_IF_ERROR(RemoveDeleted(owned.kind, owned.id));
  STRATA_RETURN_IF_ERROR(ScrubRejections(ids));
  return ScrubAnswers(scrub_answer);
}

absl::Status Ledger::ScrubRejections(const absl::flat_hash_set<OwnedId>& ids) {
  STRATA_ASSIGN_OR_RETURN(
      Statement scan,
      connection_.Prepare(
          "SELECT stream_id, stream_offset, kind, record_id FROM rejected_records"));
  std::vector<std::pair<std::string, int64_t>> found_rows;
  {
    Execution row(scan);
    for (;;) {
      STRATA_ASSIGN_OR_RETURN(const bool found, row.Step());
      if (!found) break;
      if (ids.contains(OwnedId{KindNamed(row.TextAt(2)), std::string(row.TextAt(3))})) {
        found_rows.emplace_back(row.TextAt(0), row.IntAt(1));
      }
    }
  }
  STRATA_ASSIGN_OR_RETURN(
      Statement blank,
      connection_.Prepare("UPDATE rejected_records SET record_id = '', message = '' "
                          "WHERE stream_id = ?1 AND stream_offset = ?2"));
  for (const auto& [stream, offset] : found_rows) {
    STRATA_RETURN_IF_ERROR(Execution(blank).Text(stream).Int(offset).Run());
  }
  return absl::OkStatus();
}

absl::Status Ledger::ScrubAnswers(absl::FunctionRef<std::string(absl::string_view)> scrub_answer) {
  STRATA_ASSIGN_OR_RETURN(
      Statement scan,
      connection_.Prepare("SELECT request_id, answer FROM requests WHERE has_rejections = 1"));
  std::vector<std::pair<std::string, std::string>> changed;
  {
    Execution row(scan);
    for (;;) {
      STRATA_ASSIGN_OR_RETURN(const bool found, row.Step());
      if (!found) break;
      std::string scrubbed = scrub_answer(row.BlobAt(1));
      if (scrubbed != row.BlobAt(1)) changed.emplace_back(row.TextAt(0), std::move(scrubbed));
    }
  }
  STRATA_ASSIGN_OR_RETURN(
      Statement update,
      connection_.Prepare("UPDATE requests SET answer = ?2 WHERE request_id = ?1"));
  for (const auto& [id, answer] : changed) {
    STRATA_RETURN_IF_ERROR(Execution(update).Text(id).Blob(answer).Run());
  }
  return absl::OkStatus();
}

}  // namespace strata::store
