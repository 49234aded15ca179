#ifndef STRATA_CLIENT_CLI_PRESENT_RENDERER_H_
#define STRATA_CLIENT_CLI_PRESENT_RENDERER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/present/document.h"
#include "client/cli/present/terminal.h"

namespace strata::cli {

enum class OutputForm : uint8_t { kTable, kJson, kCsv };

// Makes one form of any document. A further form is one more of these, and a line in MakeRenderer.
class Renderer {
 public:
  virtual ~Renderer() = default;

  // Writes `document` to the terminal's output, or the section `part` of it alone; empty: all of it
  // as text and JSON, the section that the document names as csv. INVALID_ARGUMENT names the parts
  // that there are.
  virtual absl::Status Render(const Document& document, const std::string& part) const = 0;
};

// For people: titles, tables made to fit, plots, the footer. Every text is made Printable here.
std::unique_ptr<Renderer> MakeTextRenderer(const Terminal& terminal);
// The table of one section, every column and row for programs; notes go to the error stream.
std::unique_ptr<Renderer> MakeCsvRenderer(const Terminal& terminal);
// The answer's message as protobuf JSON, which has all parts.
std::unique_ptr<Renderer> MakeJsonRenderer(const Terminal& terminal);

std::unique_ptr<Renderer> MakeRenderer(OutputForm form, const Terminal& terminal);

// The section that --part names; what is wrong lists the sections of `audience`.
absl::StatusOr<const Section*> FindPart(const Document& document, const std::string& part,
                                        Audience audience);

// What people read in a cell: the value in the unit of its column and in the currency of the
// answer, or the cell's own words.
std::string CellText(const Cell& cell, const Column& column, const std::string& currency_code);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PRESENT_RENDERER_H_
