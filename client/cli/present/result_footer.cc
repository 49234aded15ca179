#include "client/cli/present/result_footer.h"

#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/present/display_width.h"
#include "client/cli/present/value_format.h"

namespace strata::cli {
namespace {

std::string Count(int64_t count, absl::string_view noun) {
  return absl::StrCat(FormatInteger(count), " ", noun, count == 1 ? "" : "s");
}

}  // namespace

std::string AsOf(const v1::ResultMeta& meta) {
  if (meta.as_of().empty()) return "";
  const auto why = [&meta]() -> std::string {
    switch (meta.as_of_basis()) {
      case v1::AS_OF_BASIS_REQUESTED:
        return " (as asked)";
      case v1::AS_OF_BASIS_RECORDS:
        return " (the latest record)";
      case v1::AS_OF_BASIS_COMMIT:
        return " (the day of the last change: no order, ticket or survey)";
      default:
        return "";
    }
  };
  return absl::StrCat(", as of ", Printable(meta.as_of()), why());
}

void PrintResultFooter(const Terminal& terminal, const v1::ResultMeta& meta) {
  const auto print = [&terminal](absl::string_view text, absl::string_view mark = "") {
    for (const std::string& line :
         WrappedLines(text, mark, terminal.out_is_terminal ? terminal.width : 0)) {
      terminal.out << line << '\n';
    }
  };
  std::string basis = absl::StrCat("revision ", meta.revision(), AsOf(meta));
  if (!meta.range().from().empty()) {
    absl::StrAppend(&basis, ", ", Printable(meta.range().from()), " to ",
                    Printable(meta.range().to()));
  }
  if (!meta.time_zone().empty()) absl::StrAppend(&basis, ", ", Printable(meta.time_zone()));
  terminal.out << '\n';
  print(basis);
  std::string used = "used ";
  if (meta.records_used() > 0) absl::StrAppend(&used, Count(meta.records_used(), "record"));
  if (meta.records_used() > 0 && meta.customers_used() > 0) absl::StrAppend(&used, " of ");
  if (meta.records_used() == 0 || meta.customers_used() > 0) {
    absl::StrAppend(&used, Count(meta.customers_used(), "customer"));
  }
  print(used);
  if (meta.left_out_size() > 0) {
    print(absl::StrJoin(meta.left_out(), ", ",
                        [](std::string* text, const v1::LeftOut& left) {
                          absl::StrAppend(text, FormatInteger(left.records()), " (",
                                          Printable(left.reason()), ")");
                        }),
          "left out ");
  }
  if (!meta.filter().empty()) print(Printable(meta.filter()), "filter ");
  if (meta.current_values_size() > 0) {
    print(Printable(absl::StrJoin(meta.current_values(), ", ")),
          "current values, not those of the date: ");
  }
  for (const std::string& note : meta.notes()) print(Printable(note), "note: ");
}

void TellNotes(const Terminal& terminal, const v1::ResultMeta& meta) {
  for (const std::string& note : meta.notes()) {
    terminal.err << "note: " << Printable(note) << '\n';
  }
}

}  // namespace strata::cli
