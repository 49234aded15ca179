#include "client/cli/present/renderer.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/present/value_format.h"
#include "strata/v1/types.pb.h"

namespace strata::cli {
namespace {

bool IsFor(const Section& section, Audience audience) {
  return section.audience == Audience::kAll || section.audience == audience;
}

std::string Statistic(const v1::Value& value) {
  std::string text = absl::StrFormat("%.3f", value.number());
  if (value.has_interval()) {
    absl::StrAppendFormat(&text, " (%.3f to %.3f)", value.interval().low(),
                          value.interval().high());
  }
  return text;
}

}  // namespace

std::unique_ptr<Renderer> MakeRenderer(OutputForm form, const Terminal& terminal) {
  switch (form) {
    case OutputForm::kJson:
      return MakeJsonRenderer(terminal);
    case OutputForm::kCsv:
      return MakeCsvRenderer(terminal);
    case OutputForm::kTable:
      break;
  }
  return MakeTextRenderer(terminal);
}

absl::StatusOr<const Section*> FindPart(const Document& document, const std::string& part,
                                        Audience audience) {
  std::vector<std::string> ids;
  for (const Section& section : document.sections) {
    if (!IsFor(section, audience)) continue;
    if (section.id == part) return &section;
    if (!section.id.empty()) ids.push_back(section.id);
  }
  return absl::InvalidArgumentError(
      ids.empty() ? absl::StrCat("--part ", part, ": this answer has no parts")
                  : absl::StrCat("--part ", part, ": the parts of this answer are ",
                                 absl::StrJoin(ids, ", ")));
}

std::string CellText(const Cell& cell, const Column& column, const std::string& currency_code) {
  if (!cell.words.empty()) return cell.words;
  const v1::Value& value = cell.value;
  if (value.kind_case() == v1::Value::KIND_NOT_SET) return "";
  if (value.kind_case() == v1::Value::kNumber) {
    if (column.unit == "statistic") return Statistic(value);
    if (column.unit == "points") return absl::StrFormat("%+.1f", value.number() * 100);
    if (column.unit == "probability") {
      return value.number() < 0.001 ? "<0.001" : absl::StrFormat("%.3f", value.number());
    }
  }
  return FormatValue(value, column.unit, currency_code);
}

}  // namespace strata::cli
