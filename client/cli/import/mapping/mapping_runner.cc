#include "client/cli/import/mapping/mapping_runner.h"

#include <sqlite3.h>

#include <algorithm>
#include <optional>

#include "absl/cleanup/cleanup.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "client/cli/base/number_format.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/import/mapping/mapping_advice.h"
#include "client/cli/import/mapping/mapping_sql.h"

namespace strata::imports {
namespace {

constexpr int64_t kRowsBetweenReports = 4096;
// A bad row that is hidden can make another one bad (a join misses it), and so on.
constexpr int kMostRounds = 10;
constexpr int64_t kRowsOfATrial = 1'000'000;  // that are added to the tables at a time
constexpr size_t kMostLeftOut = 1'000;        // rows that are tried for it

// Steps a statement for its effect.
bool RunToEnd(sqlite3_stmt* statement) {
  int step;
  while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
  }
  return step == SQLITE_DONE;
}

// Whether `_line` is a column of the very table that a field of an order's lines comes from.
bool LinesPlace(sqlite3_stmt* select, const FieldBinding& binding) {
  const auto table_of = [select](int column) -> absl::string_view {
    const char* table = sqlite3_column_table_name(select, column);
    return table == nullptr ? "" : table;
  };
  if (binding.line_column() < 0) return false;
  const absl::string_view place = table_of(binding.line_column());
  for (int i = 0; i < sqlite3_column_count(select); ++i) {
    if (!place.empty() && binding.OfLine(i) && table_of(i) == place) return true;
  }
  return false;
}

// Notes which columns of which tables a statement reads, through views and sub-selects too.
int NoteColumn(void* columns, int action, const char* table, const char* column, const char*,
               const char*) {
  if (action == SQLITE_READ && table != nullptr && column != nullptr) {
    static_cast<ReadColumns*>(columns)->emplace(absl::AsciiStrToLower(table),
                                                absl::AsciiStrToLower(column));
  }
  return SQLITE_OK;
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

absl::Status MappingRunner::Run(const std::vector<MappingStatement>& script, MappingSink& sink,
                                const std::function<void(int64_t)>& on_rows) {
  on_rows_ = on_rows;
  STRATA_RETURN_IF_ERROR(AddMappingFunctions(staging_.handle(), &context_));
  std::vector<MappingStatement> statements = script;
  int date_calls = 0;
  for (MappingStatement& statement : statements) {
    statement.sql = RewriteStatement(statement.sql, &date_calls);
  }
  BadRows bad(staging_);
  RunTally good(nullptr);
  RunFindings findings;
  STRATA_RETURN_IF_ERROR(RunWithoutBadRows(statements, bad, &good, &findings, sink));
  for (std::string& note :
       context_.dates.Notes(static_cast<int>(absl::ToCivilYear(absl::Now(), zone_).year()))) {
    sink.Note(std::move(note));
  }
  if (!bad.empty()) {
    context_.observing = false;
    STRATA_RETURN_IF_ERROR(RefuseMadeOfBadRows(statements, bad, good, &findings, sink));
  }
  std::stable_sort(findings.refused.begin(), findings.refused.end(),
                   [this](const std::vector<Reject>& a, const std::vector<Reject>& b) {
                     const int32_t file_a = staging_.FileIndex(a.front().file);
                     const int32_t file_b = staging_.FileIndex(b.front().file);
                     return file_a != file_b ? file_a < file_b : a.front().line < b.front().line;
                   });
  for (const std::vector<Reject>& rejects : findings.refused) sink.Refuse(rejects);
  if (findings.repeated > 0) {
    sink.Note(absl::StrCat(
        FormatInteger(findings.repeated), findings.repeated == 1 ? " row repeats" : " rows repeat",
        " a record word for word and count once (first: ", findings.first_repeated, ")"));
  }
  if (!findings.changed_customers.empty()) {
    std::vector<std::string> fields;
    for (const auto& [field, rows] : findings.changes_by_field) {
      fields.push_back(absl::StrCat(field, " ", FormatInteger(rows), "x"));
    }
    sink.Note(
        absl::StrCat(FormatInteger(static_cast<int64_t>(findings.changed_customers.size())),
                     findings.changed_customers.size() == 1
                         ? " customer comes with different values; the last row counts"
                         : " customers come with different values; the last row counts",
                     fields.empty() ? "" : ": ", absl::StrJoin(fields, ", "),
                     findings.first_change.empty() ? "" : "; first: ", findings.first_change));
  }
  on_rows(rows_);
  return absl::OkStatus();
}

absl::Status MappingRunner::RunWithoutBadRows(const std::vector<MappingStatement>& statements,
                                              BadRows& bad, RunTally* good, RunFindings* findings,
                                              MappingSink& sink) {
  for (int round = 0; round < kMostRounds; ++round) {
    *findings = RunFindings();
    *good = RunTally(nullptr);
    context_.faults.Clear();
    context_.dates.BeginRun();
    STRATA_RETURN_IF_ERROR(RunOnce(statements, bad,
                                   {.show = nullptr,
                                    .tally = bad.empty() ? nullptr : good,
                                    .sink = &sink,
                                    .findings = findings}));
    bool more = context_.dates.Decide();  // what was read before that means nothing
    if (!more) {
      for (BadRow& row : findings->bad_rows) more = bad.Add(std::move(row)) || more;
    }
    if (!more) {  // none that says where it is; its value may
      std::vector<BadRows::Witness> witnesses = std::move(findings->witnesses);
      for (const std::string& fault : context_.faults.Hidden()) {
        ValueProblem problem = ProblemOf(fault);
        witnesses.push_back({context_.faults.TextOf(fault),
                             "",
                             {Origin(), {{"", problem.reason, problem.message}}, "", ""}});
      }
      if (!witnesses.empty()) {
        STRATA_ASSIGN_OR_RETURN(more, bad.AddHolders(witnesses));
      }
    }
    if (!more) return CheckHiddenFaults();
    STRATA_RETURN_IF_ERROR(sink.Restart());
  }
  return absl::FailedPreconditionError(absl::StrCat(
      name_, ": each bad row that is left out makes others bad; correct the first of the ",
      FormatInteger(bad.size()),
      " bad rows: ", Describe(RejectsOf(bad.row(0), bad.row(0).record, bad.row(0).id).front())));
}

absl::Status MappingRunner::CheckHiddenFaults() const {
  const std::vector<std::string> hidden = context_.faults.Hidden();
  if (hidden.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      name_, ": ", ProblemOf(hidden.front()).message,
      ". No record holds this value, but it decides which rows are taken or what they hold (WHERE, "
      "CASE, ORDER, a temporary table): leave such rows out before, or convert the text"));
}

absl::Status MappingRunner::RunOnce(const std::vector<MappingStatement>& statements, BadRows& bad,
                                    const Trial& trial) {
  sqlite3* database = staging_.handle();
  if (!bad.empty()) STRATA_RETURN_IF_ERROR(identity_.Read());  // before rows are hidden
  const auto execute = [&](const char* sql) {
    return sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK
               ? absl::OkStatus()
               : absl::InvalidArgumentError(absl::StrCat(
                     name_,
                     ": a mapping must not begin or end transactions: ", sqlite3_errmsg(database)));
  };
  STRATA_RETURN_IF_ERROR(execute("SAVEPOINT strata_run"));
  absl::Status status = bad.empty() ? absl::OkStatus() : bad.Hide();
  if (status.ok() && trial.show) status = trial.show();
  for (size_t i = 0; i < statements.size() && status.ok(); ++i) {
    status = RunStatement(statements[i], static_cast<uint32_t>(i), trial);
  }
  const absl::Status undone = execute("ROLLBACK TO strata_run; RELEASE strata_run");
  return status.ok() ? undone : status;
}

absl::Status MappingRunner::RunStatement(const MappingStatement& statement, uint32_t number,
                                         const Trial& trial) {
  sqlite3* database = staging_.handle();
  sqlite3_stmt* sql = nullptr;
  sqlite3_set_authorizer(database, NoteColumn, &read_columns_);
  const int prepared = sqlite3_prepare_v2(database, statement.sql.c_str(), -1, &sql, nullptr);
  if (prepared != SQLITE_OK) {
    const std::string error = sqlite3_errmsg(database);
    sqlite3_set_authorizer(database, nullptr, nullptr);
    return Error(statement, absl::StrCat(error, AdviceOn(error, staging_)));
  }
  const absl::Cleanup finalize = [sql, database] {
    sqlite3_finalize(sql);
    sqlite3_set_authorizer(database, nullptr, nullptr);
  };
  if (!statement.record) {
    return RunToEnd(sql) ? absl::OkStatus() : Error(statement, sqlite3_errmsg(database));
  }

  std::vector<std::string> columns;
  for (int i = 0; i < sqlite3_column_count(sql); ++i) {
    columns.emplace_back(sqlite3_column_name(sql, i));
  }
  absl::StatusOr<FieldBinding> binding = FieldBinding::Create(*statement.record, columns, zone_);
  if (!binding.ok()) return Error(statement, binding.status().message());
  const bool lines_place = LinesPlace(sql, *binding);
  RowGatherer gatherer(*std::move(binding), std::move(columns),
                       {.staging = staging_,
                        .identity = identity_,
                        .mapping_name = name_,
                        .mapping_line = statement.line,
                        .statement = number,
                        .lines_place = lines_place,
                        .tally = trial.tally,
                        .faults = &context_.faults,
                        .sink = trial.sink,
                        .findings = trial.findings});
  int step;
  while ((step = sqlite3_step(sql)) == SQLITE_ROW) {
    if (++rows_ % kRowsBetweenReports == 0) on_rows_(rows_);
    const absl::Status status = gatherer.TakeRow(sql);
    if (absl::IsInvalidArgument(status)) return Error(statement, status.message());
    STRATA_RETURN_IF_ERROR(status);
  }
  if (step != SQLITE_DONE) return Error(statement, sqlite3_errmsg(database));
  return gatherer.FinishRecord();
}

absl::Status MappingRunner::CannotKnow(const BadRows& bad, const absl::Status& status) const {
  if (status.ok()) return status;
  const BadRow& first = bad.row(0);
  return absl::FailedPreconditionError(absl::StrCat(
      "what is made of the ", FormatInteger(bad.size()),
      " bad rows (first: ", Describe(RejectsOf(first, first.record, first.id).front()),
      ") cannot be known, since the mapping fails on them; correct these rows or make the mapping "
      "leave such values out: ",
      status.message()));
}

std::vector<Reject> MappingRunner::RejectsOf(const BadRow& row, absl::string_view record,
                                             absl::string_view id) const {
  std::vector<Reject> rejects;
  for (const FieldProblem& problem : row.problems) {
    rejects.push_back({.file = staging_.files()[static_cast<size_t>(row.origin.file)],
                       .line = row.origin.line,
                       .record = std::string(record),
                       .id = std::string(id),
                       .field = problem.field,
                       .reason = problem.reason,
                       .message = problem.message});
  }
  return rejects;
}

absl::Status MappingRunner::RefuseMadeOfBadRows(const std::vector<MappingStatement>& statements,
                                                BadRows& bad, const RunTally& good,
                                                RunFindings* findings, MappingSink& sink) {
  // As they were read: which record would each row have gone into?
  RunTally as_read(&bad);
  STRATA_RETURN_IF_ERROR(
      CannotKnow(bad, RunOnce(statements, bad,
                              {.show = [&] { return bad.ShowAsRead(0, bad.size()); },
                               .tally = &as_read,
                               .sink = nullptr,
                               .findings = nullptr})));
  // Disturbed: which records can a bad row change at all?
  absl::flat_hash_map<uint64_t, std::vector<int>> changed;
  const auto take = [&](const RunTally& tally) {
    for (const uint64_t key : tally.Changed(good)) {
      std::vector<int>& by = changed[key];
      for (const int row : tally.BadRowsOf(key)) {
        if (std::find(by.begin(), by.end(), row) == by.end()) by.push_back(row);
      }
    }
  };
  take(as_read);
  const int rows_at_a_time =
      static_cast<int>(std::max<int64_t>(1, kRowsOfATrial / bad.DisturbedCopies(read_columns_)));
  for (int first = 0; first < bad.size(); first += rows_at_a_time) {
    const int last = std::min(bad.size(), first + rows_at_a_time);
    RunTally disturbed(&bad);
    STRATA_RETURN_IF_ERROR(CannotKnow(
        bad, RunOnce(statements, bad,
                     {.show = [&] { return bad.ShowDisturbed(first, last, read_columns_); },
                      .tally = &disturbed,
                      .sink = nullptr,
                      .findings = nullptr})));
    take(disturbed);
  }

  // Records that were made without their bad rows, in their order.
  struct Made {
    int64_t number;
    std::vector<int> by;
    std::string record, id;
  };
  std::vector<Made> made;
  absl::flat_hash_set<std::string> untraced;
  for (auto& [key, by] : changed) {
    const std::vector<int64_t> numbers = findings->ledger.NumbersOf(key);
    if (numbers.empty()) continue;  // refused already
    for (const int64_t number : numbers) sink.Withdraw(number);
    STRATA_ASSIGN_OR_RETURN(const v1::Record record, sink.Recall(numbers.back()));
    const auto [kind, id] = KindAndId(record);
    if (by.empty()) untraced.insert(id);
    made.push_back({numbers.back(), std::move(by), std::string(NameOf(kind)), id});
  }
  std::sort(made.begin(), made.end(),
            [](const Made& a, const Made& b) { return a.number < b.number; });
  absl::flat_hash_map<std::string, std::vector<int>> holders;
  if (!untraced.empty()) {
    STRATA_ASSIGN_OR_RETURN(holders, bad.HoldersOf(untraced));
  }
  std::vector<bool> reported(static_cast<size_t>(bad.size()));
  bool all_traced = true;
  for (Made& record : made) {
    if (record.by.empty() && holders.contains(record.id)) record.by = holders[record.id];
    std::sort(record.by.begin(), record.by.end(), [&bad](int a, int b) {
      const Origin first = bad.row(a).origin, second = bad.row(b).origin;
      return std::pair(first.file, first.line) < std::pair(second.file, second.line);
    });
    std::vector<Reject> rejects;
    for (const int row : record.by) {
      reported[static_cast<size_t>(row)] = true;
      for (Reject& reject : RejectsOf(bad.row(row), record.record, record.id)) {
        rejects.push_back(std::move(reject));
      }
    }
    if (rejects.empty()) {
      all_traced = false;
      Reject reject = RejectsOf(bad.row(0), record.record, record.id).front();
      reject.message = absl::StrCat("depends on bad rows, of which this is the first of ",
                                    FormatInteger(bad.size()), ": ", reject.message);
      rejects.push_back(std::move(reject));
    }
    findings->refused.push_back(std::move(rejects));
  }
  // Records that only bad rows would have made, and rows that nothing shows.
  absl::flat_hash_map<uint64_t, size_t> groups;
  std::vector<int> unused;
  for (int row = 0; row < bad.size(); ++row) {
    if (reported[static_cast<size_t>(row)]) continue;
    const BadRow& bad_row = bad.row(row);
    const RunTally::Use* use = as_read.FirstUse(row);
    if (use == nullptr && bad_row.record.empty()) {
      unused.push_back(row);
      continue;
    }
    const std::string record(use == nullptr ? bad_row.record : std::string(NameOf(use->kind)));
    const std::string id(use == nullptr ? bad_row.id : use->id);
    const uint64_t key = use == nullptr ? ~static_cast<uint64_t>(row) : use->key;
    const auto [group, added] = groups.try_emplace(key, findings->refused.size());
    if (added) findings->refused.emplace_back();
    for (Reject& reject : RejectsOf(bad_row, record, id)) {
      findings->refused[group->second].push_back(std::move(reject));
    }
  }
  std::vector<int> left_out;
  if (all_traced) {
    STRATA_ASSIGN_OR_RETURN(left_out, LeftOut(statements, bad, good, unused));
  }
  for (const int row : unused) {
    if (std::find(left_out.begin(), left_out.end(), row) != left_out.end()) continue;
    findings->refused.push_back(RejectsOf(bad.row(row), "", ""));
  }
  if (!left_out.empty()) {
    sink.Note(absl::StrCat(FormatInteger(static_cast<int64_t>(left_out.size())),
                           left_out.size() == 1 ? " bad row is" : " bad rows are",
                           " in no record, since the mapping leaves such rows out; first: ",
                           Describe(RejectsOf(bad.row(left_out.front()), "", "").front())));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int>> MappingRunner::LeftOut(
    const std::vector<MappingStatement>& statements, BadRows& bad, const RunTally& good,
    const std::vector<int>& candidates) {
  std::vector<int> rows;
  for (const int row : candidates) {
    if (bad.row(row).problems.front().reason == "COLUMN_COUNT") rows.push_back(row);
  }
  if (rows.empty() || rows.size() > kMostLeftOut) return std::vector<int>();
  std::vector<int> lacking;
  const auto show = [&]() -> absl::Status {
    for (const int row : rows) {
      STRATA_ASSIGN_OR_RETURN(const bool lacks, bad.ShowCompleted(row));
      if (lacks) lacking.push_back(row);
    }
    return absl::OkStatus();
  };
  RunTally completed(&bad);
  STRATA_RETURN_IF_ERROR(CannotKnow(
      bad, RunOnce(statements, bad,
                   {.show = show, .tally = &completed, .sink = nullptr, .findings = nullptr})));
  return completed.SameRecords(good) ? lacking : std::vector<int>();
}

}  // namespace strata::imports
