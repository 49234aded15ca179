#include "client/cli/text_table.h"

#include <algorithm>
#include <numeric>
#include <ostream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace strata::cli {
namespace {

constexpr int kGap = 2;
constexpr int kSmallestCut = 12;  // a column is not cut below this

// Cuts `text` to the words that fit in `width` columns and returns the others.
std::string TakeLine(std::string& text, int width) {
  if (DisplayWidth(text) <= width) return "";
  size_t end = 0;
  for (size_t space = text.find(' '); space != std::string::npos;
       space = text.find(' ', space + 1)) {
    if (DisplayWidth(absl::string_view(text).substr(0, space)) > width) break;
    end = space;
  }
  if (end == 0) return "";  // one long word, which Line cuts
  std::string rest = text.substr(end + 1);
  text.resize(end);
  return rest;
}

constexpr absl::string_view kBold = "\x1b[1m", kGood = "\x1b[32m", kBad = "\x1b[31m",
                            kOff = "\x1b[0m";

// A cell holds one coloured word or none.
std::string PrintableCell(absl::string_view cell) {
  for (const absl::string_view colour : {kBold, kGood, kBad}) {
    absl::string_view word = cell;
    if (absl::ConsumePrefix(&word, colour) && absl::ConsumeSuffix(&word, kOff)) {
      return absl::StrCat(colour, Printable(word), kOff);
    }
  }
  return Printable(cell);
}

}  // namespace

void TextTable::AddRow(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::string& cell : cells) cell = PrintableCell(cell);
  rows_.push_back(std::move(cells));
}

void TextTable::AddTotals(std::vector<std::string> cells) {
  totals_ = std::move(cells);
  totals_.resize(columns_.size());
  for (std::string& cell : totals_) cell = PrintableCell(cell);
}

std::vector<int> TextTable::Widths(const Terminal& terminal) const {
  std::vector<int> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    int width = DisplayWidth(columns_[i].header);
    for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[i]));
    if (!totals_.empty()) width = std::max(width, DisplayWidth(totals_[i]));
    widths.push_back(width);
  }
  if (!terminal.out_is_terminal) return widths;
  const int gaps = kGap * static_cast<int>(columns_.size() - 1);
  int excess = std::accumulate(widths.begin(), widths.end(), gaps) - terminal.width;
  while (excess > 0) {
    // The widest column of text gives way first; figures are never cut.
    int widest = -1;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].align != Align::kLeft || columns_[i].fit == Fit::kKeep) continue;
      if (widths[i] <= kSmallestCut) continue;
      if (widest < 0 || widths[i] > widths[widest]) widest = static_cast<int>(i);
    }
    if (widest < 0) break;
    --widths[widest];
    --excess;
  }
  return widths;
}

std::string TextTable::Line(const std::vector<std::string>& cells,
                            const std::vector<int>& widths) const {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line.append(kGap, ' ');
    line += Pad(Truncate(cells[i], widths[i]), widths[i], columns_[i].align);
  }
  return std::string(absl::StripTrailingAsciiWhitespace(line));
}

// A row whose wrapping cells do not fit goes on in the next line.
void TextTable::PrintRow(const Terminal& terminal, std::vector<std::string> cells,
                         const std::vector<int>& widths) const {
  bool more = true;
  while (more) {
    std::vector<std::string> rest(cells.size());
    more = false;
    for (size_t i = 0; i < cells.size(); ++i) {
      if (columns_[i].fit != Fit::kWrap) continue;
      rest[i] = TakeLine(cells[i], widths[i]);
      more = more || !rest[i].empty();
    }
    terminal.out << Line(cells, widths) << '\n';
    cells = std::move(rest);
  }
}

void TextTable::Print(const Terminal& terminal) const {
  if (columns_.empty()) return;
  const std::vector<int> widths = Widths(terminal);
  std::vector<std::string> header;
  for (const Column& column : columns_) header.push_back(column.header);
  const std::string header_line = Line(header, widths);
  std::string rule;
  for (size_t i = 0; i < widths.size(); ++i) {
    if (i > 0) rule.append(kGap, ' ');
    for (int j = 0; j < widths[i]; ++j) rule += terminal.rich ? "─" : "-";
  }
  // A last column without a header (bars) has no rule to speak of.
  rule = std::string(absl::StripTrailingAsciiWhitespace(rule));
  if (!header_line.empty()) terminal.out << Bold(terminal, header_line) << '\n' << rule << '\n';
  for (const auto& row : rows_) PrintRow(terminal, row, widths);
  if (!totals_.empty()) {
    terminal.out << rule << '\n' << Bold(terminal, Line(totals_, widths)) << '\n';
  }
}

std::string Bold(const Terminal& terminal, absl::string_view text) {
  return terminal.rich && terminal.escapes ? absl::StrCat(kBold, text, kOff) : std::string(text);
}

std::string Coloured(const Terminal& terminal, absl::string_view text, bool good) {
  if (!terminal.rich || !terminal.escapes) return std::string(text);
  return absl::StrCat(good ? kGood : kBad, text, kOff);
}

}  // namespace strata::cli
