#include "client/cli/import/csv/xlsx_source.h"

#include <algorithm>
#include <cstring>

#include "absl/container/flat_hash_map.h"
#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/import/csv/xlsx_parts.h"

namespace strata::imports {
namespace {

constexpr int64_t kMostRows = 1 << 20;  // of a sheet in any version of Excel
constexpr size_t kMostColumns = 1 << 14;
constexpr size_t kMostSharedText = size_t{1} << 30;

struct Sheet {
  std::string name, part;
  bool hidden = false;
};

// What the workbook says of itself, beside its sheets' cells.
struct Workbook {
  std::unique_ptr<XlsxPackage> package;
  std::vector<Sheet> sheets;
  bool epoch_1904 = false;
  std::vector<bool> date_styles;  // by the number of a cell's style
  std::vector<std::string> shared_texts;
};

std::string FolderOf(absl::string_view part) {
  const size_t slash = part.rfind('/');
  return slash == absl::string_view::npos ? "" : std::string(part.substr(0, slash + 1));
}

// Target of each relation of a part by id, and of each type by its last word.
absl::StatusOr<absl::flat_hash_map<std::string, std::string>> RelationsOf(XlsxPackage& package,
                                                                          const std::string& part) {
  absl::flat_hash_map<std::string, std::string> targets;
  const std::string folder = FolderOf(part);
  const std::string name =
      absl::StrCat(folder, "_rels/", absl::string_view(part).substr(folder.size()), ".rels");
  if (!package.Has(name)) return targets;
  STRATA_RETURN_IF_ERROR(ReadPart(
      package, name, {.start = [&](const XmlElement& element) {
        if (element.name != "Relationship") return;
        absl::string_view target = element.Attribute("Target");
        const std::string path =
            absl::ConsumePrefix(&target, "/") ? std::string(target) : absl::StrCat(folder, target);
        targets[std::string(element.Attribute("Id"))] = path;
        const absl::string_view type = element.Attribute("Type");
        targets.try_emplace(absl::StrCat("type:", type.substr(type.rfind('/') + 1)), path);
      }}));
  return targets;
}

absl::Status ReadStyles(const std::string& part, Workbook* workbook) {
  absl::flat_hash_map<std::string, bool> own_formats;
  bool in_cell_formats = false;
  return ReadPart(
      *workbook->package, part,
      {.start =
           [&](const XmlElement& element) {
             const absl::string_view number = element.Attribute("numFmtId");
             if (element.name == "numFmt") {
               own_formats[std::string(number)] = IsDateFormat(element.Attribute("formatCode"));
             } else if (element.name == "cellXfs") {
               in_cell_formats = true;
             } else if (element.name == "xf" && in_cell_formats) {
               const auto own = own_formats.find(std::string(number));
               int64_t built_in = 0;
               workbook->date_styles.push_back(own != own_formats.end()
                                                   ? own->second
                                                   : absl::SimpleAtoi(number, &built_in) &&
                                                         IsBuiltInDateFormat(built_in));
             }
           },
       .end =
           [&](absl::string_view name) { in_cell_formats = in_cell_formats && name != "cellXfs"; },
       .text = nullptr});
}

absl::Status ReadSharedTexts(const std::string& part, Workbook* workbook) {
  size_t size = 0;
  bool in_text = false;
  int phonetic = 0;  // the pronunciation of Asian text is no part of it
  STRATA_RETURN_IF_ERROR(ReadPart(*workbook->package, part,
                                  {.start =
                                       [&](const XmlElement& element) {
                                         if (element.name == "si")
                                           workbook->shared_texts.emplace_back();
                                         if (element.name == "rPh") ++phonetic;
                                         in_text = element.name == "t" && phonetic == 0;
                                       },
                                   .end =
                                       [&](absl::string_view name) {
                                         if (name == "rPh") --phonetic;
                                         in_text = false;
                                       },
                                   .text =
                                       [&](absl::string_view text) {
                                         size += text.size();
                                         if (!in_text || size > kMostSharedText) return;
                                         if (!workbook->shared_texts.empty()) {
                                           absl::StrAppend(&workbook->shared_texts.back(), text);
                                         }
                                       }}));
  if (size <= kMostSharedText) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("holds more than ", kMostSharedText >> 20,
                                                 " MiB of text; save the sheet as CSV"));
}

std::string ListNames(const std::vector<Sheet>& sheets) {
  return absl::StrJoin(sheets, ", ", [](std::string* out, const Sheet& sheet) {
    absl::StrAppend(out, "\"", sheet.name, "\"");
  });
}

// The error for an archive that is no workbook.
absl::Status NoWorkbook(const XlsxPackage& package) {
  const std::vector<std::string> names = package.Names();
  const auto holds = [&](absl::string_view name) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& other) { return other == name; });
  };
  if (holds("xl/workbook.bin")) {
    return absl::InvalidArgumentError(
        "is a binary Excel workbook (.xlsb); save it as .xlsx or as \"CSV UTF-8\"");
  }
  if (holds("content.xml") && holds("mimetype")) {
    return absl::InvalidArgumentError(
        "is an OpenDocument file (.ods); save it as .xlsx or as CSV in UTF-8 "
        "(soffice --convert-to csv FILE)");
  }
  constexpr size_t kShown = 5;
  std::vector<std::string> shown(names.begin(),
                                 names.begin() + std::min<size_t>(names.size(), kShown));
  return absl::InvalidArgumentError(
      absl::StrCat("is a zip archive", shown.empty() ? "" : " of ", absl::StrJoin(shown, ", "),
                   names.size() > kShown ? ", ..." : "", "; unpack it first: unzip FILE"));
}

absl::StatusOr<std::shared_ptr<Workbook>> ReadWorkbook(std::unique_ptr<XlsxPackage> package) {
  auto workbook = std::make_shared<Workbook>();
  workbook->package = std::move(package);
  XlsxPackage& parts = *workbook->package;
  STRATA_ASSIGN_OR_RETURN(const auto roots, RelationsOf(parts, ""));
  const auto root = roots.find("type:officeDocument");
  const std::string main = root == roots.end() ? "xl/workbook.xml" : root->second;
  if (!parts.Has(main) || !absl::EndsWithIgnoreCase(main, ".xml") ||
      absl::StartsWith(main, "word/") || absl::StartsWith(main, "ppt/")) {
    return NoWorkbook(parts);
  }
  STRATA_ASSIGN_OR_RETURN(const auto relations, RelationsOf(parts, main));
  STRATA_RETURN_IF_ERROR(
      ReadPart(parts, main, {.start = [&](const XmlElement& element) {
                 if (element.name == "workbookPr") {
                   const absl::string_view flag = element.Attribute("date1904");
                   workbook->epoch_1904 = flag == "1" || flag == "true";
                 }
                 if (element.name != "sheet") return;
                 const auto target = relations.find(std::string(element.Attribute("id")));
                 const absl::string_view state = element.Attribute("state");
                 workbook->sheets.push_back({std::string(element.Attribute("name")),
                                             target == relations.end() ? "" : target->second,
                                             !state.empty() && state != "visible"});
               }}));
  if (const auto styles = relations.find("type:styles"); styles != relations.end()) {
    STRATA_RETURN_IF_ERROR(ReadStyles(styles->second, workbook.get()));
  }
  if (const auto texts = relations.find("type:sharedStrings");
      texts != relations.end() && parts.Has(texts->second)) {
    STRATA_RETURN_IF_ERROR(ReadSharedTexts(texts->second, workbook.get()));
  }
  return workbook;
}

// 0 for "A17", 27 for "AB17"; nothing for what is no reference.
std::optional<size_t> ColumnOf(absl::string_view reference) {
  size_t column = 0, letters = 0;
  for (; letters < reference.size() &&
         absl::ascii_isalpha(static_cast<unsigned char>(reference[letters]));
       ++letters) {
    column = column * 26 +
             (absl::ascii_toupper(static_cast<unsigned char>(reference[letters])) - 'A' + 1);
    if (column > kMostColumns) return std::nullopt;
  }
  if (letters == 0) return std::nullopt;
  return column - 1;
}

// Turns the cells of one sheet into lines of CSV.
class SheetText {
 public:
  explicit SheetText(const Workbook& workbook) : workbook_(workbook) {}

  void OnStart(const XmlElement& element) {
    if (element.name == "row") {
      int64_t row = 0;
      if (!absl::SimpleAtoi(element.Attribute("r"), &row)) row = row_ + 1;
      row = std::min(row, kMostRows);
      for (; row_ + 1 < row; ++row_) text_ += '\n';
      column_ = next_column_ = 0;
      wrote_ = false;
    } else if (element.name == "c") {
      type_ = std::string(element.Attribute("t"));
      style_ = -1;
      (void)absl::SimpleAtoi(element.Attribute("s"), &style_);
      // Without a reference a cell stands behind the one before it.
      cell_column_ = ColumnOf(element.Attribute("r")).value_or(next_column_);
      next_column_ = cell_column_ + 1;
      value_.clear();
    } else if (element.name == "rPh") {
      ++phonetic_;
    }
    in_value_ = element.name == "v" || (element.name == "t" && phonetic_ == 0);
  }

  void OnText(absl::string_view text) {
    if (in_value_) absl::StrAppend(&value_, text);
  }

  void OnEnd(absl::string_view name) {
    in_value_ = false;
    if (name == "rPh") --phonetic_;
    if (name == "c") EndCell();
    if (name == "row") {
      text_ += '\n';
      ++row_;
    }
  }

  std::string* text() { return &text_; }
  bool any() const { return any_; }
  // What is damaged in the sheet; empty: nothing so far.
  const std::string& problem() const { return problem_; }

 private:
  void EndCell() {
    if (value_.empty() || type_ == "e") return;
    std::string shown;
    if (type_ == "s") {
      size_t index = 0;
      if (!absl::SimpleAtoi(value_, &index) || index >= workbook_.shared_texts.size()) {
        problem_ = absl::StrCat("row ", row_ + 1, " refers to a text that is not there");
        return;
      }
      shown = Quoted(workbook_.shared_texts[index]);
    } else if (type_ == "b") {
      shown = value_ == "0" ? "FALSE" : "TRUE";
    } else if (type_ == "str" || type_ == "inlineStr" || type_ == "d") {
      shown = Quoted(value_);
    } else {
      shown = Number();
    }
    if (shown.empty()) return;
    if (wrote_ && cell_column_ <= column_) {
      problem_ = absl::StrCat("row ", row_ + 1, " has its cells out of order");
      return;
    }
    for (; column_ < cell_column_; ++column_) text_ += ',';
    text_ += shown;
    any_ = wrote_ = true;
  }

  std::string Number() const {
    double number = 0;
    if (!absl::SimpleAtod(value_, &number)) return Quoted(value_);
    if (style_ >= 0 && static_cast<size_t>(style_) < workbook_.date_styles.size() &&
        workbook_.date_styles[static_cast<size_t>(style_)]) {
      if (std::optional<std::string> iso = SerialToIso(number, workbook_.epoch_1904)) return *iso;
    }
    return ShownNumber(number);
  }

  // Empty for no text, which is no value.
  static std::string Quoted(absl::string_view text) {
    if (text.empty()) return "";
    return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
  }

  const Workbook& workbook_;
  std::string text_, problem_;
  bool any_ = false;
  int64_t row_ = 0;         // rows that are finished
  size_t column_ = 0;       // where the text of the row stands
  bool wrote_ = false;      // a cell of the row
  size_t cell_column_ = 0;  // of the cell at hand
  size_t next_column_ = 0;
  std::string type_, value_;
  int64_t style_ = -1;
  int phonetic_ = 0;
  bool in_value_ = false;
};

class SheetSource : public ByteSource {
 public:
  static absl::StatusOr<std::unique_ptr<SheetSource>> Open(std::shared_ptr<Workbook> workbook,
                                                           const Sheet& sheet) {
    auto source = absl::WrapUnique(new SheetSource(std::move(workbook)));
    SheetText* cells = source->cells_.get();
    STRATA_ASSIGN_OR_RETURN(
        source->part_,
        XlsxPart::Open(*source->workbook_->package, sheet.part,
                       {.start = [cells](const XmlElement& element) { cells->OnStart(element); },
                        .end = [cells](absl::string_view name) { cells->OnEnd(name); },
                        .text = [cells](absl::string_view text) { cells->OnText(text); }}));
    while (!source->cells_->any() && !source->at_end_) {
      STRATA_RETURN_IF_ERROR(source->Advance());
    }
    return source;
  }

  bool holds_anything() const { return cells_->any(); }
  void set_note(std::string note) { note_ = std::move(note); }

  absl::StatusOr<size_t> Read(char* bytes, size_t size) override {
    std::string* text = cells_->text();
    while (at_ == text->size()) {
      text->clear();
      at_ = 0;
      if (at_end_) return size_t{0};
      STRATA_RETURN_IF_ERROR(Advance());
    }
    const size_t count = std::min(size, text->size() - at_);
    std::memcpy(bytes, text->data() + at_, count);
    at_ += count;
    return count;
  }
  int64_t bytes_read() const override { return part_->bytes_read(); }
  bool is_sheet() const override { return true; }
  std::string note() const override { return note_; }

 private:
  explicit SheetSource(std::shared_ptr<Workbook> workbook)
      : workbook_(std::move(workbook)), cells_(absl::make_unique<SheetText>(*workbook_)) {}

  absl::Status Advance() {
    STRATA_ASSIGN_OR_RETURN(const bool more, part_->Advance());
    at_end_ = !more;
    if (cells_->problem().empty()) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat("is a damaged workbook: ", cells_->problem()));
  }

  const std::shared_ptr<Workbook> workbook_;
  const std::unique_ptr<SheetText> cells_;
  std::unique_ptr<XlsxPart> part_;
  std::string note_;
  size_t at_ = 0;  // of the text that was handed out
  bool at_end_ = false;
};

absl::StatusOr<std::unique_ptr<ByteSource>> ChooseSheet(std::unique_ptr<XlsxPackage> package,
                                                        const std::string& wanted) {
  STRATA_ASSIGN_OR_RETURN(const std::shared_ptr<Workbook> workbook,
                          ReadWorkbook(std::move(package)));
  for (const Sheet& sheet : workbook->sheets) {
    if (wanted.empty() ? sheet.hidden : !absl::EqualsIgnoreCase(sheet.name, wanted)) continue;
    if (sheet.part.empty() || !workbook->package->Has(sheet.part)) continue;  // a chart
    STRATA_ASSIGN_OR_RETURN(std::unique_ptr<SheetSource> source,
                            SheetSource::Open(workbook, sheet));
    if (wanted.empty() && !source->holds_anything()) continue;
    if (wanted.empty() && workbook->sheets.size() > 1) {
      source->set_note(absl::StrCat("sheet \"", sheet.name, "\" is read, of ",
                                    ListNames(workbook->sheets), "; --sheet NAME takes another"));
    }
    return source;
  }
  return absl::InvalidArgumentError(
      wanted.empty()
          ? "is an Excel workbook without any value"
          : absl::StrCat("has no sheet \"", wanted, "\", but ", ListNames(workbook->sheets)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ByteSource>> OpenWorkbook(const std::string& path,
                                                         const std::string& sheet) {
  STRATA_ASSIGN_OR_RETURN(std::unique_ptr<XlsxPackage> package, XlsxPackage::Open(path));
  return ChooseSheet(std::move(package), sheet);
}

absl::StatusOr<std::unique_ptr<ByteSource>> OpenWorkbookBytes(std::string bytes,
                                                              const std::string& sheet) {
  STRATA_ASSIGN_OR_RETURN(std::unique_ptr<XlsxPackage> package,
                          XlsxPackage::OpenBytes(std::move(bytes)));
  return ChooseSheet(std::move(package), sheet);
}

}  // namespace strata::imports
