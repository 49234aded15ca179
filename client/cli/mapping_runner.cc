#include "client/cli/mapping_runner.h"

#include <sqlite3.h>

#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/mapping_advice.h"
#include "client/cli/mapping_functions.h"
#include "server/base/status_macros.h"
#include "server/domain/unicode.h"

namespace strata::cli {
namespace {

constexpr int64_t kRowsBetweenReports = 4096;

bool AllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

// -1, 0, 1 as whole numbers of any length; 2 when they are none.
int CompareAsNumbers(absl::string_view a, absl::string_view b) {
  if (!AllDigits(a) || !AllDigits(b)) return 2;
  while (a.size() > 1 && a.front() == '0') a.remove_prefix(1);
  while (b.size() > 1 && b.front() == '0') b.remove_prefix(1);
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a == b ? 0 : a < b ? -1 : 1;
}

// Watches that ids come in some order, for an id that comes back later would replace its first
// order.
class SortWatch {
 public:
  bool Accepts(absl::string_view id) {
    if (any_) {
      const int text = absl::string_view(last_) == id ? 0 : last_ < id ? -1 : 1;
      const int number = CompareAsNumbers(last_, id);
      text_up_ = text_up_ && text < 0;
      text_down_ = text_down_ && text > 0;
      number_up_ = number_up_ && number == -1;
      number_down_ = number_down_ && number == 1;
    }
    if (!(text_up_ || text_down_ || number_up_ || number_down_)) return false;
    any_ = true;
    last_ = std::string(id);
    return true;
  }
  const std::string& last() const { return last_; }

 private:
  std::string last_;
  bool any_ = false;
  bool text_up_ = true, text_down_ = true, number_up_ = true, number_down_ = true;
};

std::string* IdOf(MappedRecord kind, v1::Record& record) {
  switch (kind) {
    case MappedRecord::kCustomer:
      return record.mutable_customer()->mutable_id();
    case MappedRecord::kOrder:
      return record.mutable_order()->mutable_id();
    case MappedRecord::kTicket:
      return record.mutable_ticket()->mutable_id();
    case MappedRecord::kContract:
      return record.mutable_contract()->mutable_id();
    case MappedRecord::kSurvey:
      return record.mutable_survey()->mutable_id();
    case MappedRecord::kDeletion:
      return record.mutable_deletion()->mutable_id();
  }
  return nullptr;
}

// Turns the rows of one SELECT into records.
class RowGatherer {
 public:
  // `mapping_name` and `mapping_line` stand for the place of rows that do not say where they come
  // from.
  RowGatherer(FieldBinding binding, std::vector<std::string> columns, StagingDatabase& staging,
              std::string mapping_name, int mapping_line, RecordSink& sink)
      : binding_(std::move(binding)),
        columns_(std::move(columns)),
        staging_(staging),
        mapping_name_(std::move(mapping_name)),
        mapping_line_(mapping_line),
        sink_(sink),
        row_(columns_.size()) {}

  bool says_where() const { return binding_.file_column() >= 0 && binding_.line_column() >= 0; }

  // Takes the row that `select` stands on. INVALID_ARGUMENT when orders are not sorted.
  absl::Status TakeRow(sqlite3_stmt* select) {
    ReadValues(select);
    const Origin origin = ReadOrigin(select);
    absl::string_view own_id;
    if (binding_.id_column() >= 0) own_id = row_[binding_.id_column()].text;
    const bool same_order = is_order() && active_ && !own_id.empty() && own_id_ && own_id == id_;
    std::vector<FieldProblem> problems;
    if (same_order) {
      binding_.CompareOrderValues(order_values_, row_, &problems);
    } else {
      STRATA_RETURN_IF_ERROR(FinishRecord());
      STRATA_RETURN_IF_ERROR(BeginRecord(own_id, origin));
      if (id_.empty()) problems.push_back({"id", "MISSING_FIELD", "is empty"});
    }
    origins_.push_back(origin);
    ConvertRow(origin, same_order, &problems);
    for (FieldProblem& problem : problems) {
      rejects_.push_back({.file = origin.file >= 0 ? file_name_ : mapping_name_,
                          .line = origin.file >= 0 ? origin.line : mapping_line_,
                          .record = std::string(NameOf(binding_.record())),
                          .id = id_,
                          .field = std::move(problem.field),
                          .reason = std::move(problem.reason),
                          .message = std::move(problem.message)});
    }
    return absl::OkStatus();
  }

  // Hands out the record whose rows were taken.
  absl::Status FinishRecord() {
    if (!active_) return absl::OkStatus();
    active_ = false;
    if (!rejects_.empty()) {
      sink_.Refuse(rejects_);
      return absl::OkStatus();
    }
    *IdOf(binding_.record(), record_) = id_;
    return sink_.Add(record_, origins_);
  }

 private:
  bool is_order() const { return binding_.record() == MappedRecord::kOrder; }

  void ReadValues(sqlite3_stmt* select) {
    for (size_t i = 0; i < row_.size(); ++i) {
      const int column = static_cast<int>(i);
      const int type = sqlite3_column_type(select, column);
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(select, column));
      const auto size = static_cast<size_t>(sqlite3_column_bytes(select, column));
      row_[i].text = text == nullptr ? absl::string_view() : absl::string_view(text, size);
      row_[i].number = type == SQLITE_INTEGER || type == SQLITE_FLOAT;
    }
  }

  Origin ReadOrigin(sqlite3_stmt* select) {
    if (!says_where() || row_[binding_.file_column()].text.empty()) return Origin();
    if (row_[binding_.file_column()].text != file_name_) {
      file_name_ = std::string(row_[binding_.file_column()].text);
      file_ = staging_.FileIndex(file_name_);
    }
    return {file_, sqlite3_column_int64(select, binding_.line_column())};
  }

  absl::Status BeginRecord(absl::string_view own_id, Origin origin) {
    if (is_order() && !own_id.empty() && !sorted_.Accepts(own_id)) {
      return absl::InvalidArgumentError(
          absl::StrCat("rows of one order must follow each other: order ", own_id, " comes after ",
                       sorted_.last(), "; end the SELECT with ORDER BY id"));
    }
    active_ = true;
    own_id_ = !own_id.empty();
    id_ = std::string(own_id);
    if (id_.empty() && origin.file >= 0) id_ = absl::StrCat(file_name_, ":", origin.line);
    record_.Clear();
    origins_.clear();
    rejects_.clear();
    if (is_order()) order_values_ = binding_.OrderValues(row_);
    return absl::OkStatus();
  }

  void ConvertRow(Origin origin, bool same_order, std::vector<FieldProblem>* problems) {
    StagingDatabase::BadRow* bad = staging_.FindBadRow(origin);
    if (bad != nullptr) {  // what its fields hold means nothing
      bad->reported = true;
      *problems = {{bad->problem.field, bad->problem.reason, bad->problem.message}};
      return;
    }
    for (size_t i = 0; i < row_.size(); ++i) {
      if (!IsUtf8(row_[i].text)) {
        problems->push_back({columns_[i], "INVALID_ENCODING", "is not valid UTF-8"});
      }
    }
    if (!problems->empty()) return;
    if (same_order) {
      binding_.FillLine(row_, &record_, problems);
    } else {
      binding_.Fill(row_, &record_, problems);
    }
  }

  const FieldBinding binding_;
  const std::vector<std::string> columns_;
  StagingDatabase& staging_;
  const std::string mapping_name_;
  const int mapping_line_;
  RecordSink& sink_;

  std::vector<MappedValue> row_;
  std::string file_name_;  // of the last row, with its index
  int32_t file_ = -1;
  SortWatch sorted_;

  // The record whose rows are being read.
  bool active_ = false;
  bool own_id_ = false;  // not made of file and line
  std::string id_;
  v1::Record record_;
  std::vector<Origin> origins_;
  std::vector<std::string> order_values_;
  std::vector<Reject> rejects_;
};

// Steps a statement for its effect.
bool RunToEnd(sqlite3_stmt* statement) {
  int step;
  while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
  }
  return step == SQLITE_DONE;
}

}  // namespace

absl::Status MappingRunner::Error(const MappingStatement& statement,
                                  absl::string_view message) const {
  int line = statement.line;
  const int offset = sqlite3_error_offset(staging_.handle());
  if (offset > 0 && offset <= static_cast<int>(statement.sql.size())) {
    // The statement's text begins with its comments, its line is that of its first word.
    const auto begin = statement.sql.begin();
    line = statement.first_line + static_cast<int>(std::count(begin, begin + offset, '\n'));
  }
  return absl::InvalidArgumentError(absl::StrCat(name_, ":", line, ": ", message));
}

absl::Status MappingRunner::Run(const std::vector<MappingStatement>& statements, RecordSink& sink,
                                const std::function<void(int64_t)>& on_rows) {
  STRATA_RETURN_IF_ERROR(AddMappingFunctions(staging_.handle()));
  for (const MappingStatement& statement : statements) {
    STRATA_RETURN_IF_ERROR(RunStatement(statement, sink, on_rows));
  }
  for (const Reject& reject : staging_.UnreportedBadRows()) sink.Refuse({reject});
  on_rows(rows_);
  return absl::OkStatus();
}

absl::Status MappingRunner::RunStatement(const MappingStatement& statement, RecordSink& sink,
                                         const std::function<void(int64_t)>& on_rows) {
  sqlite3* database = staging_.handle();
  sqlite3_stmt* sql = nullptr;
  if (sqlite3_prepare_v2(database, statement.sql.c_str(), -1, &sql, nullptr) != SQLITE_OK) {
    const std::string error = sqlite3_errmsg(database);
    return Error(statement, absl::StrCat(error, AdviceOn(error, staging_)));
  }
  bool hidden = false;
  const absl::Cleanup show = [&] {  // behind the statement's end
    if (hidden) staging_.ShowBadRows().IgnoreError();
  };
  const absl::Cleanup finalize = [sql] { sqlite3_finalize(sql); };
  if (!statement.record) {
    return RunToEnd(sql) ? absl::OkStatus() : Error(statement, sqlite3_errmsg(database));
  }

  std::vector<std::string> columns;
  for (int i = 0; i < sqlite3_column_count(sql); ++i) {
    columns.emplace_back(sqlite3_column_name(sql, i));
  }
  absl::StatusOr<FieldBinding> binding = FieldBinding::Create(*statement.record, columns, zone_);
  if (!binding.ok()) return Error(statement, binding.status().message());
  RowGatherer gatherer(*std::move(binding), std::move(columns), staging_, name_, statement.line,
                       sink);
  if (!gatherer.says_where() && staging_.has_bad_rows()) {
    STRATA_RETURN_IF_ERROR(staging_.HideBadRows());
    hidden = true;
  }
  int step;
  while ((step = sqlite3_step(sql)) == SQLITE_ROW) {
    if (++rows_ % kRowsBetweenReports == 0) on_rows(rows_);
    const absl::Status status = gatherer.TakeRow(sql);
    if (absl::IsInvalidArgument(status)) return Error(statement, status.message());
    STRATA_RETURN_IF_ERROR(status);
  }
  if (step != SQLITE_DONE) return Error(statement, sqlite3_errmsg(database));
  return gatherer.FinishRecord();
}

}  // namespace strata::cli
