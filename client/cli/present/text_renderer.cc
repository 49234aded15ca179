#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/chart.h"
#include "client/cli/present/display_width.h"
#include "client/cli/present/renderer.h"
#include "client/cli/present/result_footer.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/value_format.h"

namespace strata::cli {
namespace {

constexpr int kBarWidth = 16;
constexpr int kLeastBarWidth = 4;

size_t RowsShown(const Table& table) {
  return std::min(table.rows.size(), table.shown.value_or(table.rows.size()));
}

// The smallest and largest figure of the shaded columns that are shown.
struct Shades {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  std::string low_text{}, high_text{};

  bool any() const { return low <= high; }
  // 0 for the smallest, 1 for the largest.
  double PlaceOf(double figure) const { return high > low ? (figure - low) / (high - low) : 0.5; }
};

class TextRenderer : public Renderer {
 public:
  explicit TextRenderer(const Terminal& terminal)
      : terminal_(terminal), width_(terminal.out_is_terminal ? terminal.width : 0) {}

  absl::Status Render(const Document& document, const std::string& part) const override {
    const std::string currency = document.meta ? document.meta->currency_code() : "";
    if (!part.empty()) {
      STRATA_ASSIGN_OR_RETURN(const Section* section, FindPart(document, part, Audience::kPeople));
      PrintSection(*section, currency);
      return absl::OkStatus();
    }
    bool first = true;
    const auto begin_block = [&] {
      if (!first) terminal_.out << '\n';
      first = false;
    };
    if (!document.title.empty()) {
      begin_block();
      PrintTitle(document.title);
    }
    if (!document.shortfall.empty()) {
      begin_block();
      Print(absl::StrCat("The data carry this only so far: ", document.shortfall));
    }
    for (const Section& section : document.sections) {
      if (section.audience == Audience::kPrograms) continue;
      begin_block();
      PrintSection(section, currency);
    }
    if (document.meta.has_value()) PrintResultFooter(terminal_, *document.meta);
    return absl::OkStatus();
  }

 private:
  void Print(const Sentence& sentence) const {
    for (const std::string& line :
         WrappedLines(Printable(sentence.text), Printable(sentence.mark), width_)) {
      terminal_.out << line << '\n';
    }
  }

  void PrintTitle(const std::string& title) const {
    for (const std::string& line : WrappedLines(Printable(title), "", width_)) {
      terminal_.out << Bold(terminal_, line) << '\n';
    }
  }

  void PrintSection(const Section& section, const std::string& currency) const {
    bool first = true;
    const auto begin_block = [&] {
      if (!first) terminal_.out << '\n';
      first = false;
    };
    if (!section.title.empty()) {
      begin_block();
      PrintTitle(section.title);
    }
    if (!section.lead.empty()) {
      begin_block();
      for (const Sentence& sentence : section.lead) Print(sentence);
    }
    if (section.table.has_value() && (RowsShown(*section.table) > 0 || section.empty.empty())) {
      begin_block();
      PrintTable(*section.table, currency);
    } else if (!section.empty.empty()) {
      begin_block();
      Print(section.empty);
    }
    if (section.plot.has_value()) {
      begin_block();
      PrintPlot(*section.plot);
    }
    if (!section.tail.empty()) {
      begin_block();
      for (const Sentence& sentence : section.tail) Print(sentence);
    }
  }

  void PrintPlot(Plot plot) const {
    if (width_ > 0) {
      const int labels = std::max(DisplayWidth(plot.y_top), DisplayWidth(plot.y_bottom));
      plot.width = std::max(1, std::min(plot.width, width_ - labels - 2));
    }
    for (const std::string& line : DrawPlot(plot, terminal_.rich)) terminal_.out << line << '\n';
  }

  // What of a table has room.
  struct Room {
    bool spare = true;  // columns that people can do without
    int bars = 0;       // columns that a bar takes; 0: none
  };

  // Spare columns go first, then bars get shorter and go.
  void PrintTable(const Table& table, const std::string& currency) const {
    const Shades shades = ShadesOf(table, currency);
    Room room{.bars = terminal_.rich ? kBarWidth : 0};
    TextTable text = Layout(table, currency, shades, room);
    while (!text.Fits(terminal_) && (room.spare || room.bars > 0)) {
      if (room.spare) {
        room.spare = false;
      } else {
        room.bars = room.bars > kLeastBarWidth ? room.bars - 1 : 0;
      }
      text = Layout(table, currency, shades, room);
    }
    text.Print(terminal_);
    PrintLegend(table, shades);
  }

  bool IsShown(const Column& column, const Room& room) const {
    return column.audience != Audience::kPrograms && (room.spare || !column.spare) &&
           (terminal_.rich || !column.plots);
  }

  TextTable Layout(const Table& table, const std::string& currency, const Shades& shades,
                   const Room& room) const {
    std::vector<TextTable::Column> columns;
    for (const Column& column : table.columns) {
      if (!IsShown(column, room)) continue;
      columns.push_back(
          {Printable(column.label.empty() ? column.id : column.label), column.align, column.fit});
      if (column.bars && room.bars > 0)
        columns.push_back({"", Align::kLeft, TextTable::Fit::kKeep});
    }
    TextTable text(std::move(columns));
    const auto line_of = [&](const std::vector<Cell>& row) {
      std::vector<std::string> line;
      for (size_t i = 0; i < table.columns.size(); ++i) {
        const Column& column = table.columns[i];
        if (!IsShown(column, room)) continue;
        line.push_back(TextOf(table, row, i, currency, shades));
        if (column.bars && room.bars > 0) {
          const double largest = LargestOf(table, column);
          const std::optional<double> figure = Magnitude(row[i].value);
          line.push_back(figure && largest > 0 ? Bar(*figure / largest, room.bars) : "");
        }
      }
      return line;
    };
    for (size_t i = 0; i < RowsShown(table); ++i) text.AddRow(line_of(table.rows[i]));
    if (!table.totals.empty()) text.AddTotals(line_of(table.totals));
    return text;
  }

  std::string TextOf(const Table& table, const std::vector<Cell>& row, size_t column,
                     const std::string& currency, const Shades& shades) const {
    const Cell& cell = row[column];
    if (!cell.series.empty()) return terminal_.rich ? Sparkline(cell.series) : "";
    std::string text = CellText(cell, table.columns[column], currency);
    if (table.columns[column].shaded && terminal_.rich && shades.any()) {
      return absl::StrCat(Shade(cell, shades), " ",
                          Pad(text, FigureWidth(table, column, currency), Align::kRight));
    }
    if (cell.tone == Tone::kNone) return text;
    return Coloured(terminal_, Printable(text), cell.tone == Tone::kGood);
  }

  static std::string Shade(const Cell& cell, const Shades& shades) {
    constexpr const char* kShades[] = {"░░", "▒▒", "▓▓", "██"};
    const std::optional<double> figure = Magnitude(cell.value);
    if (!figure || !(*figure > 0)) return "  ";
    return kShades[std::lround(shades.PlaceOf(*figure) * 3)];
  }

  static int FigureWidth(const Table& table, size_t column, const std::string& currency) {
    int width = 0;
    for (const std::vector<Cell>& row : table.rows) {
      width = std::max(width, DisplayWidth(CellText(row[column], table.columns[column], currency)));
    }
    return width;
  }

  // The largest figure of the columns whose bars have the scale of this one.
  static double LargestOf(const Table& table, const Column& column) {
    double largest = 0;
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const Column& other = table.columns[i];
      if (&other != &column && (other.scale.empty() || other.scale != column.scale)) continue;
      for (const std::vector<Cell>& row : table.rows) {
        largest = std::max(largest, Magnitude(row[i].value).value_or(0));
      }
    }
    return largest;
  }

  static Shades ShadesOf(const Table& table, const std::string& currency) {
    Shades shades;
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (!table.columns[i].shaded) continue;
      for (const std::vector<Cell>& row : table.rows) {
        const std::optional<double> figure = Magnitude(row[i].value);
        if (!figure || !(*figure > 0)) continue;
        if (*figure < shades.low) {
          shades.low = *figure;
          shades.low_text = CellText(row[i], table.columns[i], currency);
        }
        if (*figure > shades.high) {
          shades.high = *figure;
          shades.high_text = CellText(row[i], table.columns[i], currency);
        }
      }
    }
    return shades;
  }

  // What plots in cells are scaled to, and the signs that figures carry.
  void PrintLegend(const Table& table, const Shades& shades) const {
    if (terminal_.rich && shades.any()) {
      Print(absl::StrCat("shades: ░ ", shades.low_text, " to █ ", shades.high_text));
    }
    bool series = false, small = false;
    for (const std::vector<Cell>& row : table.rows) {
      for (const Cell& cell : row) {
        series = series || !cell.series.empty();
        small = small || cell.value.small_sample();
      }
    }
    if (terminal_.rich && series) {
      Print("sparklines: each from the lowest to the highest figure of its row");
    }
    if (small) Print("° fewer than 30 records");
  }

  const Terminal terminal_;
  const int width_;  // of a terminal; 0: lines are as long as they are
};

}  // namespace

std::unique_ptr<Renderer> MakeTextRenderer(const Terminal& terminal) {
  return std::make_unique<TextRenderer>(terminal);
}

}  // namespace strata::cli
