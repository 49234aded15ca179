#include "client/cli/result_footer.h"

#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/display_width.h"
#include "client/cli/value_format.h"

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
  std::ostream& out = terminal.out;
  out << "\nrevision " << meta.revision() << AsOf(meta);
  if (!meta.range().from().empty()) {
    out << ", " << Printable(meta.range().from()) << " to " << Printable(meta.range().to());
  }
  if (!meta.time_zone().empty()) out << ", " << Printable(meta.time_zone());
  out << "\nused ";
  if (meta.records_used() > 0) out << Count(meta.records_used(), "record");
  if (meta.records_used() > 0 && meta.customers_used() > 0) out << " of ";
  if (meta.records_used() == 0 || meta.customers_used() > 0) {
    out << Count(meta.customers_used(), "customer");
  }
  out << '\n';
  if (meta.left_out_size() > 0) {
    out << "left out "
        << absl::StrJoin(meta.left_out(), ", ",
                         [](std::string* text, const v1::LeftOut& left) {
                           absl::StrAppend(text, FormatInteger(left.records()), " (",
                                           Printable(left.reason()), ")");
                         })
        << '\n';
  }
  if (!meta.filter().empty()) out << "filter " << Printable(meta.filter()) << '\n';
  if (meta.current_values_size() > 0) {
    out << "current values, not those of the date: "
        << Printable(absl::StrJoin(meta.current_values(), ", ")) << '\n';
  }
  for (const std::string& note : meta.notes()) out << "note: " << Printable(note) << '\n';
}

void TellNotes(const Context& context, const v1::ResultMeta& meta) {
  for (const std::string& note : meta.notes()) {
    context.err() << "note: " << Printable(note) << '\n';
  }
}

}  // namespace strata::cli
