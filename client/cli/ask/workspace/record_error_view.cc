#include "client/cli/ask/workspace/record_error_view.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/value_format.h"

namespace strata::cli {

void PrintRecordErrors(const Terminal& terminal,
                       const google::protobuf::RepeatedPtrField<v1::RecordError>& errors) {
  TextTable table(
      {{"offset", Align::kRight}, {"kind"}, {"id"}, {"field"}, {"reason"}, {"message"}});
  for (const v1::RecordError& error : errors) {
    const std::string kind = v1::RecordKind_Name(error.kind());
    table.AddRow({FormatInteger(error.index()),
                  absl::AsciiStrToLower(absl::StripPrefix(kind, "RECORD_KIND_")),
                  Printable(error.id()), Printable(error.field()), Printable(error.reason()),
                  Printable(error.message())});
  }
  table.Print(terminal);
}

}  // namespace strata::cli
