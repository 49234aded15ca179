#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/base/delimited_output.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/renderer.h"
#include "client/cli/present/result_footer.h"
#include "client/cli/present/value_format.h"

namespace strata::cli {
namespace {

class CsvRenderer : public Renderer {
 public:
  explicit CsvRenderer(const Terminal& terminal) : terminal_(terminal) {}

  absl::Status Render(const Document& document, const std::string& part) const override {
    STRATA_ASSIGN_OR_RETURN(const Section* section, PartOf(document, part));
    WriteTable(*section->table);
    if (document.meta.has_value()) TellNotes(terminal_, *document.meta);
    return absl::OkStatus();
  }

 private:
  static absl::StatusOr<const Section*> PartOf(const Document& document, const std::string& part) {
    const std::string& wanted = part.empty() ? document.part : part;
    if (!wanted.empty()) {
      STRATA_ASSIGN_OR_RETURN(const Section* section,
                              FindPart(document, wanted, Audience::kPrograms));
      if (section->table.has_value()) return section;
      return absl::InvalidArgumentError(absl::StrCat("--part ", wanted, " is no table"));
    }
    const auto found =
        std::find_if(document.sections.begin(), document.sections.end(), [](const Section& one) {
          return one.table.has_value() && one.audience != Audience::kPeople;
        });
    if (found == document.sections.end()) {
      return absl::InvalidArgumentError("this answer has no table for csv");
    }
    return &*found;
  }

  void WriteTable(const Table& table) const {
    std::vector<std::string> fields;
    for (const Column& column : table.columns) {
      if (column.audience != Audience::kPeople) fields.push_back(column.id);
    }
    WriteCsvRow(terminal_.out, fields);
    for (const std::vector<Cell>& row : table.rows) WriteRow(table, row);
    if (!table.totals.empty()) WriteRow(table, table.totals);
  }

  void WriteRow(const Table& table, const std::vector<Cell>& row) const {
    std::vector<std::string> fields;
    for (size_t i = 0; i < row.size(); ++i) {
      if (table.columns[i].audience == Audience::kPeople) continue;
      fields.push_back(PlainValue(row[i].value));
    }
    WriteCsvRow(terminal_.out, fields);
  }

  const Terminal terminal_;
};

}  // namespace

std::unique_ptr<Renderer> MakeCsvRenderer(const Terminal& terminal) {
  return std::make_unique<CsvRenderer>(terminal);
}

}  // namespace strata::cli
