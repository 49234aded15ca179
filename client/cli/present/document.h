#ifndef STRATA_CLIENT_CLI_PRESENT_DOCUMENT_H_
#define STRATA_CLIENT_CLI_PRESENT_DOCUMENT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/present/chart.h"
#include "client/cli/present/display_width.h"
#include "client/cli/present/text_table.h"
#include "google/protobuf/message.h"
#include "strata/v1/types.pb.h"

// What a command answers: figures and words with their meaning, and nothing about how they are
// printed. A renderer (renderer.h) makes text, csv or JSON of it.
//
// Texts are taken as they come from the server: renderers make them fit to be shown.

namespace strata::cli {

// Whom a column or a section is for: readers want few and short ones, programs all of them.
enum class Audience : uint8_t { kAll, kPeople, kPrograms };

// Good or bad news, for what stands out in colour.
enum class Tone : uint8_t { kNone, kGood, kBad };

// One figure or text. In csv stands the value, exact; people read it in the unit of its column.
struct Cell {
  v1::Value value{};    // of no kind: nothing
  std::string words{};  // what people read in its place; empty: the value
  Tone tone = Tone::kNone;
  std::vector<std::optional<double>> series{};  // people see a sparkline of it

  static Cell Text(std::string text);
  static Cell Count(int64_t count);
  static Cell Number(double number);
  static Cell Money(v1::Amount amount);
  static Cell Of(v1::Value value);
  // `words` for people, and `value` in csv.
  static Cell Worded(std::string words, v1::Value value = {});
  static Cell Sparkline(std::vector<std::optional<double>> series);
};

// What one column of a table holds.
struct Column {
  std::string id;       // its header in csv: stable
  std::string label{};  // its header for people; empty: as the id
  // Of its numbers, as in the catalogue ("currency", "1" for shares, "count", "hours" ...) or
  // "statistic" (three decimals, with its interval), "points" (a difference of shares) or
  // "probability".
  std::string unit{};
  Align align = Align::kRight;
  TextTable::Fit fit = TextTable::Fit::kCut;  // of texts, where there is no room
  Audience audience = Audience::kAll;
  bool spare = false;   // people do without it where there is no room
  bool bars = false;    // a bar beside each figure, the longest for the largest of its scale
  std::string scale{};  // columns of one name share it; empty: that of the column alone
  bool plots = false;   // sparklines, and so nothing where no plots are drawn
  bool shaded = false;  // figures of a heat map: darkest for the largest of all such columns
};

// Columns aligned left: names and sentences.
Column TextColumn(std::string id, std::string label = "",
                  TextTable::Fit fit = TextTable::Fit::kCut);
// A header of its own for people.
Column FigureColumn(std::string id, std::string label, std::string unit);
// `column` for people or for programs only.
Column Only(Audience audience, Column column);

struct Table {
  std::vector<Column> columns{};
  std::vector<std::vector<Cell>> rows{};  // a cell a column
  std::vector<Cell> totals{};             // below a rule; empty: none
  std::optional<size_t> shown{};          // how many rows people see; not set: all
};

// A line of prose, broken at words where it is too long.
struct Sentence {
  Sentence(std::string words) : text(std::move(words)) {}  // NOLINT: a text is a sentence
  Sentence(const char* words) : text(words) {}             // NOLINT: likewise
  Sentence(std::string words, std::string in_front)
      : text(std::move(words)), mark(std::move(in_front)) {}

  std::string text;
  std::string mark{};  // "  * ": in front of the first line; the others are indented as much
};

// One part of an answer: a table, a plot, sentences, or some of these.
struct Section {
  std::string id;                // for --part
  std::string title{};           // empty: none
  std::vector<Sentence> lead{};  // above the table
  std::optional<Table> table{};
  std::optional<Plot> plot{};
  std::string empty{};           // said where the table has no rows
  std::vector<Sentence> tail{};  // below
  Audience audience = Audience::kAll;
};

struct Document {
  std::string title{};
  std::string shortfall{};  // why the data carry the answer only so far; empty: they do
  std::vector<Section> sections{};
  std::string part{};  // the section that csv has by itself; empty: the first with a table
  std::optional<v1::ResultMeta> meta{};                       // what it rests on: the footer
  std::shared_ptr<const google::protobuf::Message> answer{};  // what -o json prints
};

// A document of an answer with `meta` and perhaps `coverage`, which it takes over.
template <typename Answer>
Document DocumentOf(const Answer& answer) {
  Document document;
  document.meta = answer.meta();
  document.answer = std::make_shared<Answer>(answer);
  if constexpr (requires { answer.coverage().reason(); }) {
    if (!answer.coverage().sufficient()) document.shortfall = answer.coverage().reason();
  }
  return document;
}

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PRESENT_DOCUMENT_H_
