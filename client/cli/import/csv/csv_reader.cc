#include "client/cli/import/csv/csv_reader.h"

#include <algorithm>
#include <array>
#include <map>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/cli/base/status_macros.h"

namespace strata::imports {
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

// How many of the rows in `sample` have as many fields as most have, and how many fields that is.
// Rows of one field are titles and footers.
struct SplitQuality {
  size_t fields = 0, equal_rows = 0;
};
SplitQuality TryDelimiter(absl::string_view sample, char delimiter) {
  std::map<size_t, size_t> rows_by_fields;
  size_t fields = 1;
  bool quoted = false, empty = true;
  const auto end_row = [&] {
    if (!empty) ++rows_by_fields[fields];
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
  if (rows_by_fields.empty()) end_row();
  SplitQuality quality;
  for (const auto& [count, rows] : rows_by_fields) {
    if (count < 2 || rows < quality.equal_rows) continue;
    quality = {count, rows};
  }
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

absl::StatusOr<std::unique_ptr<CsvReader>> CsvReader::Create(ByteSource& source, char delimiter,
                                                             const std::string& encoding) {
  auto reader = absl::WrapUnique(new CsvReader(source, source.is_sheet() ? "UTF-8" : encoding));
  STRATA_RETURN_IF_ERROR(reader->Fill());
  if (source.is_sheet()) return reader;
  const char stated = StatedDelimiter(reader->buffer_);
  if (stated != 0) reader->Consume(reader->EndOfLine(0), false);
  reader->delimiter_ =
      delimiter != 0 ? delimiter
      : stated != 0
          ? stated
          : DetectDelimiter(absl::string_view(reader->buffer_).substr(reader->position_, kSample));
  return reader;
}

// Appends the next piece of the file to the buffer, and drops what was read.
absl::Status CsvReader::Fill() {
  if (position_ > 0) {
    buffer_.erase(0, position_);
    position_ = 0;
  }
  std::string bytes(kChunk, '\0');
  size_t size = 0;
  while (size < kChunk) {
    STRATA_ASSIGN_OR_RETURN(const size_t more, source_.Read(bytes.data() + size, kChunk - size));
    if (more == 0) break;
    size += more;
  }
  bytes.resize(size);
  end_of_file_ = size < kChunk;
  if (decoder_ == nullptr) {
    STRATA_ASSIGN_OR_RETURN(decoder_, TextDecoder::Create(encoding_, bytes));
  }
  decoder_->Decode(bytes, end_of_file_, &buffer_);
  return absl::OkStatus();
}

absl::Status CsvReader::SkipLines(int lines) {
  for (int i = 0; i < lines; ++i) {
    // A line that reaches the end of what was read may go on behind it.
    while (EndOfLine(position_) == buffer_.size() && !end_of_file_) STRATA_RETURN_IF_ERROR(Fill());
    Consume(EndOfLine(position_), false);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> CsvReader::Next(CsvRow* row) {
  while (true) {
    row->problem.reset();
    // Skip empty lines.
    while (position_ < buffer_.size() && IsLineEnd(buffer_[position_])) {
      if (buffer_[position_] == '\r' && position_ + 1 == buffer_.size() && !end_of_file_) break;
      Consume(EndOfLine(position_), false);
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
    Consume(row_end_, true);
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

void CsvReader::Consume(size_t end, bool row) {
  line_ += row && source_.is_sheet()
               ? 1
               : LineEnds(absl::string_view(buffer_).substr(position_, end - position_));
  position_ = end;
}

// Parses what stands between quotes, `at` being behind the first, and the blanks behind them; `at`
// is then at a delimiter, a line end or the end.
CsvReader::Parse CsvReader::ParseQuoted(size_t* at, Parse cut_off, CsvCell* field) const {
  const size_t size = buffer_.size();
  while (true) {
    const size_t quote = buffer_.find('"', *at);
    if (quote == std::string::npos) {
      *at = size;
      return cut_off == Parse::kRow ? Parse::kBadQuote : cut_off;
    }
    field->text.append(buffer_, *at, quote - *at);
    *at = quote + 1;
    if (*at == size && cut_off == Parse::kNeedMore) return cut_off;
    if (*at == size || buffer_[*at] != '"') break;
    field->text.push_back('"');
    ++*at;
  }
  while (*at < size && (buffer_[*at] == ' ' || buffer_[*at] == '\t') &&
         buffer_[*at] != delimiter_) {
    ++*at;
  }
  if (*at == size && cut_off == Parse::kNeedMore) return cut_off;
  const bool ends = *at == size || buffer_[*at] == delimiter_ || IsLineEnd(buffer_[*at]);
  return ends ? Parse::kRow : Parse::kBadQuote;
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
    const size_t start = at;
    while (at < size && buffer_[at] == ' ' && delimiter_ != ' ') ++at;
    bool quoted = at < size && buffer_[at] == '"';
    if (quoted) {
      const size_t quote = at++;
      const Parse parsed = ParseQuoted(&at, cut_off, &field);
      if (parsed == Parse::kNeedMore) return parsed;
      if (parsed == Parse::kBadQuote && quote == start) {
        bad_quote_ = quote;
        unclosed_ = at == size;
        return parsed;
      }
      // Behind blanks a quote may also be a sign like any other.
      quoted = parsed == Parse::kRow;
    }
    field.quoted = quoted;
    if (!quoted) {
      for (at = start; at < size && buffer_[at] != delimiter_ && !IsLineEnd(buffer_[at]);) ++at;
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

std::string CsvReader::QuoteMessage() const {
  const int64_t line =
      line_ + LineEnds(absl::string_view(buffer_).substr(position_, bad_quote_ - position_));
  if (unclosed_) {
    return absl::StrCat("the quote that opens in line ", line,
                        " is never closed; close it, or double it if it is part of the text");
  }
  return absl::StrCat("text stands behind the closing quote of a field that begins in line ", line,
                      "; quotes inside a quoted field are doubled");
}

// Splits one line at every delimiter: quotes are broken here, and what stands behind is not to
// suffer.
void CsvReader::ParseLineLoosely(CsvRow* row) {
  row->problem = CsvProblem{"", "BROKEN_QUOTE", QuoteMessage()};
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
}

}  // namespace strata::imports
