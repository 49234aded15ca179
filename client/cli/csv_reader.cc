#include "client/cli/csv_reader.h"

#include <algorithm>
#include <array>

#include "absl/container/flat_hash_set.h"
#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "server/base/status_macros.h"

namespace strata::cli {
namespace {

constexpr size_t kChunk = 1 << 18;
constexpr size_t kLongestRow = 16 << 20;
constexpr size_t kSample = 1 << 16;
constexpr std::array<char, 4> kDelimiters = {',', ';', '\t', '|'};

bool IsLineEnd(char c) { return c == '\n' || c == '\r'; }

// Line ends in `text`, CRLF counted once.
int64_t LineEnds(absl::string_view text) {
  int64_t count = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'))) {
      ++count;
    }
  }
  return count;
}

// How many of the rows in `sample` have as many fields as the first, and how many fields that is.
struct SplitQuality {
  size_t fields = 0, equal_rows = 0;
};
SplitQuality TryDelimiter(absl::string_view sample, char delimiter) {
  SplitQuality quality;
  size_t fields = 1, rows = 0;
  bool quoted = false, empty = true;
  const auto end_row = [&] {
    if (empty) return;
    if (rows++ == 0) quality.fields = fields;
    quality.equal_rows += fields == quality.fields;
    fields = 1;
    empty = true;
  };
  for (const char c : sample) {
    if (c == '"') quoted = !quoted;
    if (!quoted && IsLineEnd(c)) {
      end_row();
      continue;
    }
    empty = false;
    fields += !quoted && c == delimiter;
  }
  if (rows == 0) end_row();
  return quality;
}

// "sep=;" as a first line.
char StatedDelimiter(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "sep=") && !absl::ConsumePrefix(&text, "SEP=")) return 0;
  return text.size() > 1 && IsLineEnd(text[1]) ? text[0] : 0;
}

}  // namespace

char DetectDelimiter(absl::string_view sample) {
  char best = ',';
  SplitQuality best_quality;
  for (const char delimiter : kDelimiters) {
    const SplitQuality quality = TryDelimiter(sample, delimiter);
    if (quality.fields < 2) continue;
    if (quality.equal_rows > best_quality.equal_rows ||
        (quality.equal_rows == best_quality.equal_rows && quality.fields > best_quality.fields)) {
      best = delimiter;
      best_quality = quality;
    }
  }
  return best;
}

absl::StatusOr<std::unique_ptr<CsvReader>> CsvReader::Create(std::istream& in, CsvOptions options) {
  auto reader = absl::WrapUnique(new CsvReader(in, std::move(options)));
  STRATA_RETURN_IF_ERROR(reader->ReadHeader());
  return reader;
}

// Appends the next piece of the file to the buffer, and drops what was read.
absl::Status CsvReader::Fill() {
  if (position_ > 0) {
    buffer_.erase(0, position_);
    position_ = 0;
  }
  std::string bytes(kChunk, '\0');
  in_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(in_.gcount()));
  if (in_.bad()) return absl::DataLossError("cannot be read");
  bytes_read_ += static_cast<int64_t>(bytes.size());
  end_of_file_ = bytes.size() < kChunk;
  if (decoder_ == nullptr) {
    STRATA_ASSIGN_OR_RETURN(decoder_, TextDecoder::Create(options_.encoding, bytes));
  }
  decoder_->Decode(bytes, end_of_file_, &buffer_);
  return absl::OkStatus();
}

absl::Status CsvReader::ReadHeader() {
  STRATA_RETURN_IF_ERROR(Fill());
  const char stated = StatedDelimiter(buffer_);
  if (stated != 0) Consume(EndOfLine(0));
  delimiter_ = options_.delimiter != 0 ? options_.delimiter
               : stated != 0
                   ? stated
                   : DetectDelimiter(absl::string_view(buffer_).substr(position_, kSample));
  CsvRow row;
  header_.clear();
  STRATA_ASSIGN_OR_RETURN(const bool found, Next(&row));
  if (!found) return absl::DataLossError("is empty; the first row must name the columns");
  if (row.problem && row.problem->reason != "COLUMN_COUNT") {
    return absl::DataLossError(
        absl::StrCat("the header in line ", row.line, ": ", row.problem->message));
  }
  absl::flat_hash_set<std::string> taken;
  for (size_t i = 0; i < row.fields.size(); ++i) {
    std::string name(absl::StripAsciiWhitespace(row.fields[i].text));
    if (name.empty()) name = absl::StrCat("column_", i + 1);
    const std::string base = name;
    for (int n = 2; !taken.insert(absl::AsciiStrToLower(name)).second; ++n) {
      name = absl::StrCat(base, "_", n);
    }
    header_.push_back(std::move(name));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> CsvReader::Next(CsvRow* row) {
  while (true) {
    row->problem.reset();
    // Skip empty lines.
    while (position_ < buffer_.size() && IsLineEnd(buffer_[position_])) {
      if (buffer_[position_] == '\r' && position_ + 1 == buffer_.size() && !end_of_file_) break;
      Consume(EndOfLine(position_));
    }
    const Parse parsed = ParseRow(row);
    const bool line_cut_off = parsed == Parse::kBadQuote && !end_of_file_ &&
                              EndOfLine(position_) == buffer_.size() &&
                              buffer_.size() - position_ <= kLongestRow;
    if (parsed == Parse::kNeedMore || line_cut_off) {
      STRATA_RETURN_IF_ERROR(Fill());
      continue;
    }
    if (parsed == Parse::kRow && position_ == buffer_.size()) return false;
    row->line = line_;
    if (parsed == Parse::kBadQuote) ParseLineLoosely(row);
    Consume(row_end_);
    CheckRow(row);
    return true;
  }
}

// Where the line that starts at `at` ends, its line end included. The buffer holds a whole line, or
// the rest of the file.
size_t CsvReader::EndOfLine(size_t at) const {
  while (at < buffer_.size() && !IsLineEnd(buffer_[at])) ++at;
  if (at == buffer_.size()) return at;
  const bool both = buffer_[at] == '\r' && at + 1 < buffer_.size() && buffer_[at + 1] == '\n';
  return at + (both ? 2 : 1);
}

void CsvReader::Consume(size_t end) {
  line_ += LineEnds(absl::string_view(buffer_).substr(position_, end - position_));
  position_ = end;
}

// Parses the row at position_ without consuming it: sets `fields` and row_end_.
CsvReader::Parse CsvReader::ParseRow(CsvRow* row) {
  size_t count = 0;
  const size_t size = buffer_.size();
  const auto next_field = [&]() -> CsvCell& {
    if (count == row->fields.size()) row->fields.emplace_back();
    CsvCell& field = row->fields[count++];
    field.text.clear();
    field.quoted = false;
    return field;
  };
  const Parse cut_off = end_of_file_                     ? Parse::kRow
                        : size - position_ > kLongestRow ? Parse::kBadQuote
                                                         : Parse::kNeedMore;
  size_t at = position_;
  if (at == size && cut_off == Parse::kRow) {
    row_end_ = at;
    return Parse::kRow;  // the end of the file
  }
  while (true) {
    CsvCell& field = next_field();
    if (at < size && buffer_[at] == '"') {
      field.quoted = true;
      ++at;
      while (true) {
        const size_t quote = buffer_.find('"', at);
        if (quote == std::string::npos) {
          return cut_off == Parse::kRow ? Parse::kBadQuote : cut_off;
        }
        field.text.append(buffer_, at, quote - at);
        at = quote + 1;
        if (at == size && cut_off == Parse::kNeedMore) return cut_off;
        if (at == size || buffer_[at] != '"') break;
        field.text.push_back('"');
        ++at;
      }
      if (at < size && buffer_[at] != delimiter_ && !IsLineEnd(buffer_[at])) {
        return Parse::kBadQuote;
      }
    } else {
      const size_t start = at;
      while (at < size && buffer_[at] != delimiter_ && !IsLineEnd(buffer_[at])) ++at;
      field.text.assign(buffer_, start, at - start);
    }
    if (at == size || (buffer_[at] == '\r' && at + 1 == size)) {
      if (cut_off != Parse::kRow) return cut_off;
    }
    if (at == size || IsLineEnd(buffer_[at])) break;
    ++at;  // the delimiter
  }
  row->fields.resize(count);
  row_end_ = EndOfLine(at);
  return Parse::kRow;
}

// Splits one line at every delimiter: quotes are broken here, and what stands behind is not to
// suffer.
void CsvReader::ParseLineLoosely(CsvRow* row) {
  row->fields.clear();
  row_end_ = EndOfLine(position_);
  absl::string_view line = absl::string_view(buffer_).substr(position_, row_end_ - position_);
  while (!line.empty() && IsLineEnd(line.back())) line.remove_suffix(1);
  size_t start = 0;
  while (true) {
    const size_t end = std::min(line.find(delimiter_, start), line.size());
    absl::string_view text = line.substr(start, end - start);
    absl::ConsumePrefix(&text, "\"");
    absl::ConsumeSuffix(&text, "\"");
    row->fields.push_back({std::string(text), false});
    if (end == line.size()) break;
    start = end + 1;
  }
  row->problem = CsvProblem{"", "BROKEN_QUOTE",
                            "a quote is not closed, or text stands between a closing quote and the "
                            "delimiter; quotes inside a quoted field are doubled"};
}

// Finds what else is wrong with the row, and gives it the header's number of fields.
void CsvReader::CheckRow(CsvRow* row) const {
  const size_t columns = header_.empty() ? row->fields.size() : header_.size();
  if (!row->problem && row->fields.size() != columns) {
    row->problem =
        CsvProblem{"", "COLUMN_COUNT",
                   absl::StrCat("has ", row->fields.size(), " fields, the header has ", columns)};
  }
  row->fields.resize(columns);
  for (size_t i = 0; i < columns; ++i) {
    std::string& text = row->fields[i].text;
    const bool bad_byte = absl::StrContains(text, kBadByte);
    const bool zero = absl::StrContains(text, '\0');
    if (!bad_byte && !zero) continue;
    if (!row->problem) {
      row->problem = CsvProblem{
          i < header_.size() ? header_[i] : absl::StrCat("column_", i + 1), "INVALID_ENCODING",
          bad_byte ? absl::StrCat("holds bytes that are not ", decoder_->encoding(),
                                  "; name the file's encoding with --encoding")
                   : "holds a zero byte"};
    }
    text = absl::StrReplaceAll(text, {{absl::string_view("\xFF", 1), "\xEF\xBF\xBD"},
                                      {absl::string_view("\0", 1), "\xEF\xBF\xBD"}});
  }
}

}  // namespace strata::cli
