#include "client/cli/import/propose/column_profile.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>

#include "absl/cleanup/cleanup.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/import/values/cell_date.h"
#include "client/cli/import/values/cell_kind.h"
#include "client/cli/import/values/mapping_decimal.h"
#include "client/cli/import/values/mapping_money.h"

namespace strata::imports {
namespace {

constexpr size_t kExamples = 3;
constexpr int kAmountDecimals = 6;

constexpr std::array<absl::string_view, 9> kMarkers = {"null", "\\n",    "n/a",    "#n/a", "nan",
                                                       "none", "(null)", "<null>", "nil"};
constexpr std::array<absl::string_view, 6> kBooleans = {"yes", "no", "true", "false", "y", "n"};

bool IsOneOf(absl::string_view text, absl::Span<const absl::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](absl::string_view word) { return absl::EqualsIgnoreCase(text, word); });
}

void AddNumber(absl::string_view text, ColumnProfile* column) {
  if (const auto money = SplitMoney(text); money) {
    column->percent += money->percent;
    if (!money->currency.empty()) ++column->currencies[money->currency];
  }
  const std::optional<Decimal> by_point = ParseMoney(text, '.'), by_comma = ParseMoney(text, ',');
  column->with_point += by_point.has_value();
  column->with_comma += by_comma.has_value();
  const std::optional<Decimal> plain = Decimal::Parse(text);
  column->plain += plain.has_value();
  if (plain) column->fine += plain->scale > kAmountDecimals;
  const Decimal& value = plain ? *plain : by_point ? *by_point : *by_comma;
  column->negative += value.digits < 0;
  double number = 0;
  (void)absl::SimpleAtod(value.ToString(), &number);
  column->lowest = column->numbers() == 0 ? number : std::min(column->lowest, number);
  column->highest = column->numbers() == 0 ? number : std::max(column->highest, number);
  const size_t point = text.find('.');
  if (plain && plain->scale == 0 && point != absl::string_view::npos) ++column->whole_points;
  if (text.size() > 1 && text[0] == '0' && text[1] != '.') ++column->leading_zeros;
  if (text.size() == 8 && (absl::StartsWith(text, "19") || absl::StartsWith(text, "20")) &&
      ShapeOfDate(absl::StrCat(text.substr(0, 4), "-", text.substr(4, 2), "-", text.substr(6)))) {
    ++column->compact_dates;
  }
}

// A value that the column did not have before.
void AddDistinct(absl::string_view text, ColumnProfile* column) {
  ++column->distinct;
  column->longest = std::max(column->longest, text.size());
  if (column->examples.size() < kExamples) column->examples.emplace_back(text);
  column->booleans += IsOneOf(text, kBooleans);
  switch (KindOf(text)) {
    case CellKind::kInteger:
      AddNumber(text, column);
      ++column->integers;
      break;
    case CellKind::kDecimal:
      AddNumber(text, column);
      ++column->decimals;
      break;
    case CellKind::kDate: {
      ++column->dates;
      const std::optional<DateShape> shape = ShapeOfDate(text);
      ShapeCount& count = column->shapes[shape->format];
      if (++count.values == 1) count.example = std::string(text);
      count.first_most = std::max(count.first_most, shape->first);
      count.second_most = std::max(count.second_most, shape->second);
      break;
    }
    case CellKind::kEmail:
      ++column->emails;
      break;
    case CellKind::kEmpty:
    case CellKind::kText:
      ++column->texts;
      break;
  }
}

}  // namespace

bool IsNullMarker(absl::string_view text) { return text.size() <= 6 && IsOneOf(text, kMarkers); }

absl::StatusOr<std::vector<ColumnProfile>> ProfileTable(StagingDatabase& staging,
                                                        const StagingDatabase::Table& table) {
  std::vector<ColumnProfile> profiles;
  for (const std::string& column : table.columns) {
    profiles.push_back({.table = table.name, .name = column});
  }
  std::vector<absl::flat_hash_set<size_t>> seen(profiles.size());
  const std::string sql = absl::StrCat("SELECT ",
                                       absl::StrJoin(table.columns, ", ",
                                                     [](std::string* out, const std::string& name) {
                                                       absl::StrAppend(out, QuoteName(name));
                                                     }),
                                       ", _file, _line FROM ", QuoteName(table.name));
  sqlite3_stmt* select = nullptr;
  if (sqlite3_prepare_v2(staging.handle(), sql.c_str(), -1, &select, nullptr) != SQLITE_OK) {
    return absl::InternalError(sqlite3_errmsg(staging.handle()));
  }
  const absl::Cleanup finalize = [select] { sqlite3_finalize(select); };
  const auto text_of = [&](int column) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(select, column));
    return text == nullptr
               ? absl::string_view()
               : absl::string_view(text, static_cast<size_t>(sqlite3_column_bytes(select, column)));
  };
  const int columns = static_cast<int>(profiles.size());
  int step;
  while ((step = sqlite3_step(select)) == SQLITE_ROW) {
    if (staging.has_bad_rows() &&
        staging.FindBadRow({staging.FileIndex(text_of(columns)),
                            sqlite3_column_int64(select, columns + 1)}) != nullptr) {
      continue;
    }
    for (int i = 0; i < columns; ++i) {
      ColumnProfile& profile = profiles[static_cast<size_t>(i)];
      ++profile.rows;
      const absl::string_view text = text_of(i);
      if (text.empty()) {
        // A file that quotes everything quotes what is not there, too.
        if (sqlite3_column_type(select, i) != SQLITE_NULL) ++profile.markers[""];
        continue;
      }
      if (IsNullMarker(text)) {
        ++profile.markers[std::string(text)];
        continue;
      }
      ++profile.filled;
      if (seen[static_cast<size_t>(i)].insert(absl::Hash<absl::string_view>()(text)).second) {
        AddDistinct(text, &profile);
      }
    }
  }
  if (step != SQLITE_DONE) return absl::InternalError(sqlite3_errmsg(staging.handle()));
  return profiles;
}

}  // namespace strata::imports
