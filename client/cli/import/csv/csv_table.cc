#include "client/cli/import/csv/csv_table.h"

#include <algorithm>
#include <array>
#include <map>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "client/cli/base/number_format.h"
#include "client/cli/base/shown_text.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/import/values/cell_kind.h"
#include "client/cli/import/values/text_normal.h"

namespace strata::imports {
namespace {

constexpr size_t kRowsAhead = 64;      // that the header is judged by
constexpr size_t kMostTitleRows = 20;  // in front of a header
constexpr size_t kMostFooterRows = 8;

// How rows at the end of reports begin.
constexpr std::array<absl::string_view, 14> kFooterWords = {
    "total",       "grand total", "sub total", "subtotal",      "sum",   "summe", "gesamt",
    "gesamtsumme", "totaal",      "totale",    "total general", "somme", "suma",  "end of"};

bool IsBlank(const CsvCell& field) { return absl::StripAsciiWhitespace(field.text).empty(); }

size_t Filled(const CsvRow& row) {
  return row.fields.size() -
         static_cast<size_t>(std::count_if(row.fields.begin(), row.fields.end(), IsBlank));
}

// Fields up to the last one that holds something.
size_t Width(const CsvRow& row) {
  size_t width = row.fields.size();
  while (width > 0 && IsBlank(row.fields[width - 1])) --width;
  return width;
}

absl::string_view FirstText(const CsvRow& row) {
  for (const CsvCell& field : row.fields) {
    if (!IsBlank(field)) return absl::StripAsciiWhitespace(field.text);
  }
  return "";
}

// "Total", "Total: 3 rows", "(3 rows)", "3 rows selected".
bool IsFooterText(absl::string_view text) {
  absl::ConsumePrefix(&text, "(");
  const std::string lower = absl::AsciiStrToLower(text.substr(0, 40));
  for (const absl::string_view word : kFooterWords) {
    absl::string_view rest = lower;
    if (!absl::ConsumePrefix(&rest, word)) continue;
    if (rest.empty() || !absl::ascii_isalnum(static_cast<unsigned char>(rest.front()))) return true;
  }
  const size_t digits = lower.find_first_not_of("0123456789,.");
  if (digits == 0 || digits == std::string::npos) return false;
  absl::string_view rest = absl::string_view(lower).substr(digits);
  rest = absl::StripLeadingAsciiWhitespace(rest);
  return absl::StartsWith(rest, "row") || absl::StartsWith(rest, "record");
}

// "1 row", "1,200 rows".
std::string Rows(int64_t count) {
  return absl::StrCat(FormatInteger(count), count == 1 ? " row" : " rows");
}

}  // namespace

absl::StatusOr<std::unique_ptr<CsvTable>> CsvTable::Open(ByteSource& source, CsvOptions options) {
  STRATA_ASSIGN_OR_RETURN(std::unique_ptr<CsvReader> reader,
                          CsvReader::Create(source, options.delimiter, options.encoding));
  auto table = absl::WrapUnique(new CsvTable(std::move(reader), std::move(options)));
  if (std::string note = source.note(); !note.empty()) table->header_notes_.push_back(note);
  STRATA_RETURN_IF_ERROR(table->ReadHeader());
  return table;
}

absl::Status CsvTable::ReadHeader() {
  null_markers_.insert(options_.null_markers.begin(), options_.null_markers.end());
  if (options_.skip > 0) STRATA_RETURN_IF_ERROR(reader_->SkipLines(options_.skip));
  CsvRow row;
  while (ahead_.size() < kRowsAhead) {
    STRATA_ASSIGN_OR_RETURN(const bool more, reader_->Next(&row));
    if (!more) break;
    if (row.problem || Filled(row) > 0) ahead_.push_back(std::move(row));
    row = CsvRow();
  }
  if (options_.skip < 0) {
    const size_t titles = TitleRows();
    if (titles > 0) {
      header_notes_.push_back(absl::StrCat(
          "line ", ahead_[titles].line, " names the columns; ",
          titles == 1 ? "the line above it is left out" : "the lines above it are left out", " (\"",
          Shortened(FirstText(ahead_.front()), 40), "\"", titles == 1 ? "" : ", ...",
          "); --skip N leaves out just N"));
      ahead_.erase(ahead_.begin(), ahead_.begin() + static_cast<int64_t>(titles));
    }
  }
  if (ahead_.empty()) return absl::DataLossError("is empty; the first row must name the columns");
  const bool lacks =
      options_.header ? !*options_.header : !options_.columns.empty() || LacksHeader();
  if (!lacks) {
    const CsvRow& first = ahead_.front();
    if (first.problem) {
      return absl::DataLossError(
          absl::StrCat("the header in line ", first.line, ": ", first.problem->message));
    }
    NameColumns(first);
    ahead_.pop_front();
    return absl::OkStatus();
  }
  size_t columns = options_.columns.size();
  for (const CsvRow& other : ahead_) columns = std::max(columns, Width(other));
  CsvRow names;
  for (size_t i = 0; i < columns; ++i) {
    names.fields.push_back(
        {i < options_.columns.size() ? options_.columns[i] : absl::StrCat("c", i + 1), false});
  }
  if (!options_.columns.empty() && columns > options_.columns.size()) {
    return absl::InvalidArgumentError(absl::StrCat("--columns names ", options_.columns.size(),
                                                   " columns, but the file has ", columns));
  }
  if (!options_.header && options_.columns.empty()) {
    header_notes_.push_back(
        absl::StrCat("the first line holds data (\"", Shortened(FirstText(ahead_.front()), 40),
                     "\"), no names, so the columns are called ", columns == 1 ? "c1" : "c1 to c",
                     columns == 1 ? "" : absl::StrCat(columns),
                     "; --columns a,b,... names them, --header takes the line as names"));
  }
  NameColumns(names);
  return absl::OkStatus();
}

// Rows at the front that hold so much less than the others that they are no header.
size_t CsvTable::TitleRows() const {
  std::map<size_t, size_t> rows_by_width;
  for (const CsvRow& row : ahead_) ++rows_by_width[Width(row)];
  size_t usual = 0, most = 0;
  for (const auto& [width, rows] : rows_by_width) {
    if (rows >= most) usual = width, most = rows;
  }
  const auto is_title = [&](const CsvRow& row) {
    if (row.problem) return false;
    if (usual == 2) return row.fields.size() == 1;
    return usual > 2 && Filled(row) <= std::max<size_t>(1, (usual - 1) / 2);
  };
  size_t titles = 0;
  while (titles < ahead_.size() && titles <= kMostTitleRows && is_title(ahead_[titles])) ++titles;
  // Without a row behind them that could be the header they are what the file has.
  return titles == ahead_.size() || titles > kMostTitleRows ? 0 : titles;
}

// Whether the first row holds the same kind of thing as the rows below it.
bool CsvTable::LacksHeader() const {
  if (ahead_.front().problem) return false;
  const CsvRow& first = ahead_.front();
  size_t numbers = 0, filled = 0, in_sequence = 0;
  for (size_t i = 0; i < first.fields.size(); ++i) {
    const absl::string_view text = absl::StripAsciiWhitespace(first.fields[i].text);
    if (text.empty()) continue;
    ++filled;
    const CellKind kind = KindOf(text);
    // A repeated text is no name either, but no proof.
    bool alike = true;
    for (size_t r = 1; r < std::min<size_t>(ahead_.size(), 4); ++r) {
      const CsvRow& row = ahead_[r];
      if (i >= row.fields.size() || IsBlank(row.fields[i])) continue;
      alike = alike && KindOf(absl::StripAsciiWhitespace(row.fields[i].text)) == kind;
    }
    if (!alike) continue;
    if (kind == CellKind::kDate || kind == CellKind::kEmail) return true;
    if ((kind != CellKind::kInteger && kind != CellKind::kDecimal) || ahead_.size() < 2) continue;
    int64_t number = 0;
    if (kind == CellKind::kInteger && absl::SimpleAtoi(text, &number)) {
      // Years, and columns counted from 0 or 1, are names.
      if (number >= 1900 && number <= 2100) continue;
      in_sequence += number == static_cast<int64_t>(i) || number == static_cast<int64_t>(i) + 1;
    }
    ++numbers;
  }
  return numbers > 0 && numbers * 3 >= filled && (in_sequence < numbers || numbers == 1);
}

void CsvTable::NameColumns(const CsvRow& row) {
  std::vector<std::string> names;
  for (const CsvCell& field : row.fields) {
    std::string name = options_.keep_blanks ? field.text : NormaliseText(field.text);
    std::replace(name.begin(), name.end(), kBadByte, '?');
    absl::StrReplaceAll(
        {{"\r\n", " "}, {"\n", " "}, {"\r", " "}, {absl::string_view("\0", 1), "?"}}, &name);
    names.emplace_back(absl::StripAsciiWhitespace(name));
  }
  // Names without a column behind them: a delimiter at the end of each line.
  size_t width = names.size();
  while (width > 1 && names[width - 1].empty()) {
    const bool used = std::any_of(ahead_.begin(), ahead_.end(), [&](const CsvRow& other) {
      return &other != &ahead_.front() && other.fields.size() >= width &&
             !IsBlank(other.fields[width - 1]);
    });
    if (used) break;
    --width;
  }
  names.resize(width);
  absl::flat_hash_set<std::string> given;  // by the file
  for (const std::string& name : names) given.insert(absl::AsciiStrToLower(name));
  absl::flat_hash_set<std::string> taken;
  for (size_t i = 0; i < names.size(); ++i) {
    std::string name = names[i];
    const std::string base = name.empty() ? "column" : name;
    if (name.empty() || !taken.insert(absl::AsciiStrToLower(name)).second) {
      int n = name.empty() ? static_cast<int>(i) + 1 : 2;
      do {
        name = absl::StrCat(base, "_", n++);
      } while (given.contains(absl::AsciiStrToLower(name)) ||
               !taken.insert(absl::AsciiStrToLower(name)).second);
      if (!names[i].empty()) {
        header_notes_.push_back(
            absl::StrCat("column ", i + 1, " is called \"", Shortened(names[i], 40),
                         "\" like one before it; here its name is \"", Shortened(name, 40), "\""));
      }
    }
    header_.push_back(std::move(name));
  }
}

// The next row that holds something, with as many fields as it has.
absl::StatusOr<bool> CsvTable::NextFilled(CsvRow* row) {
  if (!ahead_.empty()) {
    *row = std::move(ahead_.front());
    ahead_.pop_front();
    return true;
  }
  while (true) {
    STRATA_ASSIGN_OR_RETURN(const bool more, reader_->Next(row));
    if (!more) return false;
    if (row->problem || Filled(*row) > 0) return true;
  }
}

bool CsvTable::LooksLikeFooter(const CsvRow& row) const {
  if (header_.size() < 2 || row.problem) return false;
  // A text in the first field and little else.
  return Filled(row) <= (header_.size() + 1) / 2 &&
         (IsFooterText(FirstText(row)) || (row.fields.size() == 1 && !held_.empty()));
}

absl::StatusOr<bool> CsvTable::Next(CsvRow* row) {
  // held_ is what may turn out to be the end. With a footer of N rows these are the last N; without
  // one, rows that look like a footer as long as nothing else follows them.
  const bool find = options_.footer < 0;
  const size_t hold = find ? kMostFooterRows : static_cast<size_t>(options_.footer);
  while (true) {
    if (!held_.empty() && (held_.size() > hold || (find && !LooksLikeFooter(held_.back())))) {
      *row = std::move(held_.front());
      held_.pop_front();
      FitRow(row);
      return true;
    }
    STRATA_ASSIGN_OR_RETURN(const bool more, NextFilled(row));
    if (!more) {
      if (footer_line_ == 0 && !held_.empty()) {
        footer_line_ = held_.front().line;
        footer_text_ = std::string(FirstText(held_.front()));
      }
      held_.clear();
      return false;
    }
    if (hold == 0 || (find && held_.empty() && !LooksLikeFooter(*row))) {
      FitRow(row);
      return true;
    }
    held_.push_back(std::move(*row));
    *row = CsvRow();
  }
}

// Gives the row the header's number of fields, and finds what is wrong with it.
void CsvTable::FitRow(CsvRow* row) {
  const size_t columns = header_.size();
  if (!row->problem && row->fields.size() < columns) {
    if (options_.refuse_short) {
      row->problem =
          CsvProblem{"", "COLUMN_COUNT",
                     absl::StrCat("has ", row->fields.size(), " fields, the header has ", columns,
                                  "; without --strict the missing ones count as empty")};
    } else if (short_rows_++ == 0) {
      first_short_ = row->line;
    }
  }
  if (!row->problem && row->fields.size() > columns) {
    const size_t width = Width(*row);
    if (width > columns && !options_.ignore_extra) {
      const auto extra = std::find_if_not(row->fields.begin() + static_cast<int64_t>(columns),
                                          row->fields.end(), IsBlank);
      row->problem = CsvProblem{
          "", "COLUMN_COUNT",
          absl::StrCat("has ", row->fields.size(), " fields, the header has ", columns, "; field ",
                       extra - row->fields.begin() + 1, " holds \"", Shortened(extra->text),
                       "\"; quote a field that holds the delimiter, or drop what is too much with "
                       "--ignore-extra")};
    } else if (width > columns && cut_rows_++ == 0) {
      first_cut_ = row->line;
    }
  }
  row->fields.resize(columns);
  for (size_t i = 0; i < columns; ++i) CleanField(i, row);
}

void CsvTable::CleanField(size_t column, CsvRow* row) {
  CsvCell& field = row->fields[column];
  std::string& text = field.text;
  if (text.empty()) return;
  const bool bad_byte = absl::StrContains(text, kBadByte);
  const bool zero = absl::StrContains(text, '\0');
  if (bad_byte || zero) {
    if (!row->problem) {
      const std::string suggestion = suggested_encoding();
      row->problem = CsvProblem{
          header_[column], "INVALID_ENCODING",
          bad_byte
              ? absl::StrCat(
                    "holds bytes that are not ", encoding(),
                    "; name the file's encoding with --encoding",
                    suggestion.empty() ? "" : absl::StrCat(", most likely --encoding ", suggestion))
              : "holds a zero byte"};
    }
    text = absl::StrReplaceAll(text, {{absl::string_view("\xFF", 1), "\xEF\xBF\xBD"},
                                      {absl::string_view("\0", 1), "\xEF\xBF\xBD"}});
  }
  if (options_.normalise) {
    text = NormaliseText(text);
  } else if (!options_.keep_blanks) {
    const absl::string_view stripped = absl::StripAsciiWhitespace(text);
    if (stripped.size() != text.size()) text = std::string(stripped);
  }
  if (!null_markers_.empty() && null_markers_.contains(text)) {
    text.clear();
    field.quoted = false;
  }
}

std::vector<std::string> CsvTable::notes() const {
  std::vector<std::string> notes = header_notes_;
  if (short_rows_ > 0) {
    notes.push_back(absl::StrCat(Rows(short_rows_),
                                 " with fewer fields than the header, first in "
                                 "line ",
                                 first_short_,
                                 "; the missing ones count as empty (--strict refuses such rows)"));
  }
  if (cut_rows_ > 0) {
    notes.push_back(absl::StrCat(Rows(cut_rows_),
                                 " with more fields than the header, first in line ", first_cut_,
                                 "; what was too much is dropped (--ignore-extra)"));
  }
  if (footer_line_ > 0) {
    notes.push_back(absl::StrCat("line ", footer_line_, " (\"", Shortened(footer_text_, 40),
                                 "\") and what follows are left out as a footer; --footer 0 keeps "
                                 "them"));
  }
  return notes;
}

}  // namespace strata::imports
