#include "client/cli/import/values/cell_kind.h"

#include "absl/strings/ascii.h"
#include "client/cli/import/values/cell_date.h"
#include "client/cli/import/values/mapping_money.h"

namespace strata::imports {
namespace {

bool IsInteger(absl::string_view text) {
  if (text.front() == '-' || text.front() == '+') text.remove_prefix(1);
  if (text.empty()) return false;
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

bool IsEmail(absl::string_view text) {
  const size_t at = text.find('@');
  return at != 0 && at != absl::string_view::npos && text.find('@', at + 1) == text.npos &&
         text.find('.', at) != text.npos && text.find(' ') == text.npos;
}

}  // namespace

CellKind KindOf(absl::string_view text) {
  if (text.empty()) return CellKind::kEmpty;
  if (IsInteger(text)) return CellKind::kInteger;
  if (ShapeOfDate(text)) return CellKind::kDate;
  if (ParseMoney(text, '.') || ParseMoney(text, ',')) return CellKind::kDecimal;
  return IsEmail(text) ? CellKind::kEmail : CellKind::kText;
}

}  // namespace strata::imports
