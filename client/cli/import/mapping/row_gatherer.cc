#include "client/cli/import/mapping/row_gatherer.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/import/mapping/content_hash.h"
#include "client/cli/import/mapping/import_spool.h"
#include "client/cli/import/mapping/mapping_fault.h"
#include "client/cli/import/values/mapping_values.h"
#include "server/domain/unicode.h"

namespace strata::imports {
namespace {

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

}  // namespace

std::pair<MappedRecord, std::string> KindAndId(const v1::Record& record) {
  switch (record.kind_case()) {
    case v1::Record::kOrder:
      return {MappedRecord::kOrder, record.order().id()};
    case v1::Record::kTicket:
      return {MappedRecord::kTicket, record.ticket().id()};
    case v1::Record::kContract:
      return {MappedRecord::kContract, record.contract().id()};
    case v1::Record::kSurvey:
      return {MappedRecord::kSurvey, record.survey().id()};
    case v1::Record::kDeletion:
      return {MappedRecord::kDeletion, record.deletion().id()};
    default:
      return {MappedRecord::kCustomer, record.customer().id()};
  }
}

bool RowGatherer::SortWatch::Accepts(absl::string_view id) {
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

absl::Status RowGatherer::TakeRow(sqlite3_stmt* select) {
  ReadValues(select);
  const Origin origin = ReadOrigin(select);
  absl::string_view own_id;
  if (binding_.id_column() >= 0) own_id = row_[binding_.id_column()].text;
  STRATA_ASSIGN_OR_RETURN(std::string id, IdOf(own_id, origin));
  if (parts_.tally != nullptr) parts_.tally->Row(binding_.record(), id, row_, origin);
  if (parts_.sink == nullptr) return absl::OkStatus();

  const bool same_order = is_order() && active_ && !own_id.empty() && own_id_ && own_id == id_;
  std::vector<FieldProblem> problems;
  if (!same_order) {
    STRATA_RETURN_IF_ERROR(FinishRecord());
    STRATA_RETURN_IF_ERROR(BeginRecord(std::move(id), !own_id.empty()));
    if (id_.empty()) problems.push_back({"id", "MISSING_FIELD", "is empty"});
  }
  CheckFanOut(origin, &problems);
  TakeFaults(&problems);
  if (same_order && problems.empty()) binding_.CompareOrderValues(own_values_, row_, &problems);
  origins_.push_back(origin);
  ContentHash hash;
  for (size_t i = 0; i < row_.size(); ++i) {
    if (!absl::StartsWith(columns_[i], "_")) hash.Add(row_[i].text);
  }
  content_ = content_ * 31 + hash.Mixed();
  ConvertRow(same_order, &problems);
  if (!problems.empty()) Refuse(origin, std::move(problems));
  return absl::OkStatus();
}

absl::Status RowGatherer::FinishRecord() {
  if (!active_ || parts_.sink == nullptr) return absl::OkStatus();
  active_ = false;
  if (!rejects_.empty()) parts_.findings->refused.push_back(std::move(rejects_));
  if (refused_) return absl::OkStatus();
  *imports::IdOf(binding_.record(), record_) = id_;
  if (binding_.record() == MappedRecord::kDeletion) {  // what is deleted has a kind of its own
    absl::StrAppend(&version_, " ", record_.deletion().kind());
  }
  const uint64_t key = RecordKey(binding_.record(), id_);
  RecordLedger::Entry* earlier = parts_.findings->ledger.Find(key, version_);
  if (earlier == nullptr) return AddRecord(key);
  if (!own_id_) {
    Refuse(origins_.front(),
           {{"", "FAN_OUT",
             absl::StrCat("makes more than one ", NameOf(binding_.record()),
                          ": a join meets it more than once, or two SELECTs read it; select an id "
                          "of their own for them")}});
    if (!rejects_.empty()) parts_.findings->refused.push_back(std::move(rejects_));
    return absl::OkStatus();
  }
  if (earlier->content == content_) {
    if (parts_.findings->repeated++ == 0) {
      parts_.findings->first_repeated =
          absl::StrCat(NameOf(binding_.record()), " ", id_, Where(origins_.front()));
    }
    return absl::OkStatus();
  }
  return Conflict(key, earlier);
}

absl::Status RowGatherer::AddRecord(uint64_t key) {
  if (record_.ByteSizeLong() > RecordSpool::kLargestRecord) {
    Refuse(origins_.front(),
           {{"", "VALUE_OUT_OF_RANGE",
             absl::StrCat("takes more than ", RecordSpool::kLargestRecord >> 20, " MiB")}});
    if (!rejects_.empty()) parts_.findings->refused.push_back(std::move(rejects_));
    return absl::OkStatus();
  }
  RecordLedger::Entry entry{.content = content_,
                            .number = parts_.findings->added++,
                            .origin = origins_.front(),
                            .version = version_,
                            .statement = parts_.statement,
                            .first_value = 0,
                            .values = 0,
                            .older = {}};
  parts_.findings->ledger.Put(key, std::move(entry),
                              is_order() ? std::vector<std::string>() : own_values_);
  return parts_.sink->Add(record_, origins_);
}

// Two rows (or two SELECTs) give one id other values. Of a customer the last counts, since flat
// files repeat it in each line; everything else is refused.
absl::Status RowGatherer::Conflict(uint64_t key, RecordLedger::Entry* earlier) {
  RunFindings& findings = *parts_.findings;
  const std::vector<size_t> places =
      findings.ledger.Differing(*earlier, parts_.statement, own_values_);
  const bool customer = binding_.record() == MappedRecord::kCustomer;
  std::string was;
  constexpr size_t kShownConflicts = 1'000;  // recalling a record takes a read of the disk
  if (!places.empty() && earlier->number >= 0 &&
      (customer ? findings.first_change.empty() : findings.conflicts.size() < kShownConflicts)) {
    STRATA_ASSIGN_OR_RETURN(const v1::Record record, parts_.sink->Recall(earlier->number));
    was = binding_.OwnText(record, places.front());
  }
  const std::string other =
      absl::StrCat(was.empty() ? "another value" : Shown(was), Where(earlier->origin));
  if (customer) {
    findings.changed_customers.insert(key);
    for (const size_t place : places) ++findings.changes_by_field[binding_.OwnColumn(place)];
    if (findings.first_change.empty() && !places.empty()) {
      findings.first_change =
          absl::StrCat("customer ", id_, ": ", binding_.OwnColumn(places.front()), " is ", other,
                       " and ", Shown(own_values_[places.front()]), Where(origins_.front()));
    }
    parts_.sink->Withdraw(earlier->number);
    return AddRecord(key);
  }
  if (earlier->number >= 0) parts_.sink->Withdraw(earlier->number);
  earlier->number = -1;
  const auto [group, added] = findings.conflicts.try_emplace(key, findings.refused.size());
  if (added) findings.refused.emplace_back();
  findings.refused[group->second].push_back(
      {.file = origins_.front().file >= 0
                   ? parts_.staging.files()[static_cast<size_t>(origins_.front().file)]
                   : parts_.mapping_name,
       .line = origins_.front().file >= 0 ? origins_.front().line : parts_.mapping_line,
       .record = std::string(NameOf(binding_.record())),
       .id = id_,
       .field = places.empty() ? "" : binding_.OwnColumn(places.front()),
       .reason = "CONFLICTING_ROWS",
       .message = places.empty()
                      ? absl::StrCat("comes with other values", Where(earlier->origin),
                                     "; one id is one record")
                      : absl::StrCat(Shown(own_values_[places.front()]), " here, but ", other,
                                     "; add the rows up (GROUP BY id) or give each an id")});
  return absl::OkStatus();
}

std::string RowGatherer::Where(Origin origin) const {
  if (origin.file < 0) return "";
  return absl::StrCat(" in ", parts_.staging.files()[static_cast<size_t>(origin.file)], ":",
                      origin.line);
}

void RowGatherer::ReadValues(sqlite3_stmt* select) {
  for (size_t i = 0; i < row_.size(); ++i) {
    const int column = static_cast<int>(i);
    const int type = sqlite3_column_type(select, column);
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(select, column));
    const auto size = static_cast<size_t>(sqlite3_column_bytes(select, column));
    row_[i].text = text == nullptr ? absl::string_view() : absl::string_view(text, size);
    row_[i].number = type == SQLITE_INTEGER || type == SQLITE_FLOAT;
  }
}

Origin RowGatherer::ReadOrigin(sqlite3_stmt* select) {
  if (!says_where() || row_[binding_.file_column()].text.empty()) return Origin();
  if (row_[binding_.file_column()].text != file_name_) {
    file_name_ = std::string(row_[binding_.file_column()].text);
    file_ = parts_.staging.FileIndex(file_name_);
  }
  if (file_ < 0) return Origin();
  return {file_, sqlite3_column_int64(select, binding_.line_column())};
}

absl::StatusOr<std::string> RowGatherer::IdOf(absl::string_view own_id, Origin origin) const {
  if (!own_id.empty() || origin.file < 0) return std::string(own_id);
  STRATA_RETURN_IF_ERROR(parts_.identity.Read());
  return parts_.identity.IdOf(origin);
}

absl::Status RowGatherer::BeginRecord(std::string id, bool own_id) {
  if (is_order() && own_id && !sorted_.Accepts(id)) {
    return absl::InvalidArgumentError(
        absl::StrCat("rows of one order must follow each other: order ", id, " comes after ",
                     sorted_.last(), "; end the SELECT with ORDER BY id"));
  }
  active_ = true;
  own_id_ = own_id;
  id_ = IsFault(id) ? "" : std::move(id);
  version_ = binding_.version_column() >= 0
                 ? std::string(row_[static_cast<size_t>(binding_.version_column())].text)
                 : "";
  record_.Clear();
  origins_.clear();
  lines_.clear();
  rejects_.clear();
  refused_ = false;
  content_ = 0;
  own_values_ = binding_.OwnValues(row_);
  return absl::OkStatus();
}

// One source line that comes twice in an order is a join that multiplies: certain where the line's
// table holds the order's lines, and where the line comes with the same values again.
void RowGatherer::CheckFanOut(Origin origin, std::vector<FieldProblem>* problems) {
  if (!is_order() || origin.file < 0) return;
  ContentHash line;
  line.Add(absl::StrCat(origin.file, ":", origin.line));
  for (size_t i = 0; i < row_.size() && !parts_.lines_place; ++i) {
    if (binding_.OfLine(static_cast<int>(i))) line.Add(row_[i].text);
  }
  if (lines_.insert(line.Mixed()).second) return;
  problems->push_back(
      {"", "FAN_OUT",
       absl::StrCat("makes more than one line of this order: a join of the mapping meets it more "
                    "than once; join tables with one row for each key, or group them first",
                    parts_.lines_place
                        ? ""
                        : " (or select _file and _line of the table that holds the lines)")});
}

void RowGatherer::Refuse(Origin origin, std::vector<FieldProblem> problems) {
  refused_ = true;
  const std::string record(NameOf(binding_.record()));
  if (origin.file >= 0) {
    parts_.findings->bad_rows.push_back({origin, std::move(problems), record, id_});
    return;
  }
  for (FieldProblem& problem : problems) {
    constexpr size_t kMostWitnesses = 100'000;
    if (parts_.findings->witnesses.size() < kMostWitnesses && !id_.empty()) {
      parts_.findings->witnesses.push_back(
          {ValueOf(problem.field), id_, {Origin(), {problem}, record, id_}});
    }
    rejects_.push_back({.file = parts_.mapping_name,
                        .line = parts_.mapping_line,
                        .record = record,
                        .id = id_,
                        .field = std::move(problem.field),
                        .reason = std::move(problem.reason),
                        .message = std::move(problem.message)});
  }
}

// The value in a column of the row, as it stood in the file if a function refused it.
std::string RowGatherer::ValueOf(absl::string_view column) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (!absl::EqualsIgnoreCase(columns_[i], column)) continue;
    return IsFault(row_[i].text) ? parts_.faults->TextOf(row_[i].text) : std::string(row_[i].text);
  }
  return "";
}

// What functions of the mapping could not do.
void RowGatherer::TakeFaults(std::vector<FieldProblem>* problems) {
  for (size_t i = 0; i < row_.size(); ++i) {
    if (!IsFault(row_[i].text)) continue;
    parts_.faults->Surfaced(row_[i].text);
    if (absl::StartsWith(columns_[i], "_")) continue;
    ValueProblem problem = ProblemOf(row_[i].text);
    problems->push_back({columns_[i], std::move(problem.reason), std::move(problem.message)});
  }
}

void RowGatherer::ConvertRow(bool same_order, std::vector<FieldProblem>* problems) {
  if (!problems->empty()) return;
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

}  // namespace strata::imports
