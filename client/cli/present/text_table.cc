#include "client/cli/present/text_table.h"

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
  std::vector<std::string> lines = WrappedLines(text, "", width);
  std::string rest = text.substr(lines.front().size());
  text = std::move(lines.front());
  return std::string(absl::StripLeadingAsciiWhitespace(rest));
}

int Sum(const std::vector<int>& widths) {
  const int gaps = kGap * std::max(0, static_cast<int>(widths.size()) - 1);
  return std::accumulate(widths.begin(), widths.end(), gaps);
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
  int excess = Sum(widths) - terminal.width;
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

bool TextTable::Fits(const Terminal& terminal) const {
  return !terminal.out_is_terminal || Sum(Widths(terminal)) <= terminal.width;
}

// The first column stands in front of each band, unless it takes more than half of the room. What
// has no header (a bar) belongs to the column before it.
std::vector<TextTable::Band> TextTable::Bands(const Terminal& terminal,
                                              std::vector<int>& widths) const {
  Band all(columns_.size());
  std::iota(all.begin(), all.end(), size_t{0});
  if (!terminal.out_is_terminal || Sum(widths) <= terminal.width) return {all};
  for (int& width : widths) width = std::min(width, terminal.width);
  const bool repeated = widths[0] <= terminal.width / 2;
  const int front = repeated ? widths[0] : 0;
  if (repeated) {
    for (size_t i = 1; i < widths.size(); ++i) {
      widths[i] = std::min(widths[i], terminal.width - front - kGap);
    }
  }
  std::vector<Band> bands = {{0}};
  int used = widths[0];
  for (size_t i = 1; i < columns_.size();) {
    size_t end = i + 1;
    int width = kGap + widths[i];
    for (; end < columns_.size() && columns_[end].header.empty(); ++end) {
      width += kGap + widths[end];
    }
    if (used + width > terminal.width && (bands.back().size() > 1 || !repeated)) {
      bands.push_back(repeated ? Band{0} : Band{});
      used = repeated ? front : -kGap;
    }
    for (; i < end; ++i) bands.back().push_back(i);
    used += width;
  }
  return bands;
}

std::string TextTable::Line(const Band& band, const std::vector<std::string>& cells,
                            const std::vector<int>& widths) const {
  std::string line;
  for (const size_t i : band) {
    if (i != band.front()) line.append(kGap, ' ');
    line += Pad(Truncate(cells[i], widths[i]), widths[i], columns_[i].align);
  }
  return std::string(absl::StripTrailingAsciiWhitespace(line));
}

// A row whose wrapping cells do not fit goes on in the next line.
void TextTable::PrintRow(const Terminal& terminal, const Band& band, std::vector<std::string> cells,
                         const std::vector<int>& widths) const {
  bool more = true;
  while (more) {
    std::vector<std::string> rest(cells.size());
    more = false;
    for (const size_t i : band) {
      if (columns_[i].fit != Fit::kWrap) continue;
      rest[i] = TakeLine(cells[i], widths[i]);
      more = more || !rest[i].empty();
    }
    terminal.out << Line(band, cells, widths) << '\n';
    cells = std::move(rest);
  }
}

void TextTable::PrintBand(const Terminal& terminal, const Band& band,
                          const std::vector<int>& widths) const {
  std::vector<std::string> header;
  for (const Column& column : columns_) header.push_back(column.header);
  const std::string header_line = Line(band, header, widths);
  std::string rule;
  for (const size_t i : band) {
    if (i != band.front()) rule.append(kGap, ' ');
    for (int j = 0; j < widths[i]; ++j) rule += terminal.rich ? "─" : "-";
  }
  // A last column without a header (bars) has no rule to speak of.
  rule = std::string(absl::StripTrailingAsciiWhitespace(rule));
  if (!header_line.empty()) terminal.out << Bold(terminal, header_line) << '\n' << rule << '\n';
  for (const auto& row : rows_) PrintRow(terminal, band, row, widths);
  if (!totals_.empty()) {
    terminal.out << rule << '\n' << Bold(terminal, Line(band, totals_, widths)) << '\n';
  }
}

void TextTable::Print(const Terminal& terminal) const {
  if (columns_.empty()) return;
  std::vector<int> widths = Widths(terminal);
  bool first = true;
  for (const Band& band : Bands(terminal, widths)) {
    if (!first) terminal.out << '\n';
    first = false;
    PrintBand(terminal, band, widths);
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
