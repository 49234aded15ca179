#include "client/cli/import/propose/proposal_values.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client/cli/base/number_format.h"
#include "client/cli/base/shown_text.h"
#include "client/cli/import/values/cell_date.h"

namespace strata::imports {
namespace {

constexpr int kMonths = 12;

std::string Named(const ColumnProfile& column) {
  return absl::StrCat("\"", Shortened(column.name, 40), "\"");
}

bool HasOrder(const std::string& shape) { return absl::StrContains(shape, "%?1"); }

}  // namespace

std::string SqlText(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
}

ValueReader::ValueReader(const std::vector<const ColumnProfile*>& columns,
                         const ProposalOptions& options)
    : options_(options) {
  for (const ColumnProfile* column : columns) {
    if (column->all_numbers()) {
      points_ += column->with_point > column->with_comma;
      commas_ += column->with_comma > column->with_point;
    }
    for (const auto& [shape, count] : column->shapes) {
      if (!HasOrder(shape)) continue;
      days_first_ += count.first_most > kMonths;
      months_first_ += count.second_most > kMonths;
    }
  }
}

void ValueReader::Note(std::string note) {
  if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) {
    notes_.push_back(std::move(note));
  }
}

std::string ValueReader::Text(const SourceColumn& column) const {
  std::string sql = column.sql;
  for (const auto& [marker, rows] : column.profile->markers) {
    sql = absl::StrCat("nullif(", sql, ", ", SqlText(marker), ")");
  }
  return sql;
}

std::string ValueReader::Id(const SourceColumn& column) {
  const ColumnProfile& profile = *column.profile;
  const std::string text = Text(column);
  // 17850.0 is how pandas and spreadsheets save a number in a column with gaps.
  if (profile.whole_points > 0 && profile.plain == profile.distinct && profile.fine == 0 &&
      profile.leading_zeros == 0 && profile.whole_points + profile.integers == profile.distinct) {
    Note(absl::StrCat(Named(profile), ": ids like ", Shortened(profile.examples.front(), 20),
                      " are taken as whole numbers"));
    return absl::StrCat("round_decimal(", text, ", 0)");
  }
  return text;
}

char ValueReader::MarkOf(const ColumnProfile& column) {
  if (options_.decimal_mark != 0) return options_.decimal_mark;
  if (column.with_point != column.with_comma) {
    return column.with_point > column.with_comma ? '.' : ',';
  }
  // All of them can be read either way: "1,234", "1.234".
  const char mark = commas_ > 0 && points_ == 0 ? ',' : '.';
  if (column.plain < column.numbers() || mark == ',') {
    const bool certain = commas_ > 0 || points_ > 0;
    if (!certain) {
      Note(absl::StrCat(Named(column), ": ", Shortened(column.examples.front(), 20),
                        " can be read with a decimal point or a decimal comma; a ",
                        mark == '.' ? "point" : "comma", " is assumed (--decimal-mark ",
                        mark == '.' ? "," : ".", " says otherwise)"));
    }
  }
  return mark;
}

std::string ValueReader::Number(const SourceColumn& column, bool rounded) {
  const ColumnProfile& profile = *column.profile;
  for (const auto& [currency, count] : profile.currencies) {
    currency_ = currency_.empty() || currency_ == currency ? currency : "?";
  }
  std::string sql = Text(column);
  const bool whole = profile.integers == profile.distinct;
  const char mark = whole ? '.' : MarkOf(profile);
  if (mark == ',') {
    sql = absl::StrCat("parse_decimal(", sql, ", ',')");
  } else if (profile.plain < profile.numbers()) {
    sql = absl::StrCat("parse_decimal(", sql, ")");
  }
  if (rounded && profile.fine > 0) {
    Note(absl::StrCat(Named(profile), ": numbers with more than six decimals are rounded to six"));
    sql = absl::StrCat("round_decimal(", sql, ", 6)");
  }
  return sql;
}

bool ValueReader::DayFirst(const ColumnProfile& column, const std::string& shape,
                           const ShapeCount& count) {
  const bool can_day_first = count.second_most <= kMonths;
  const bool can_month_first = count.first_most <= kMonths;
  if (options_.day_first) return *options_.day_first;
  if (can_day_first != can_month_first) return can_day_first;
  if (!can_day_first) {
    Note(absl::StrCat(Named(column),
                      ": some dates can only be read with the day first, others only "
                      "with the month first; the month is taken first, the others are refused "
                      "(--date-order dmy takes the day first; two files may be in one)"));
    return false;
  }
  if (days_first_ != months_first_) return days_first_ > months_first_;
  const bool day_first = absl::StartsWith(shape, "%?1.") || commas_ > points_;
  Note(absl::StrCat(Named(column), ": no date tells day from month; ",
                    day_first ? "the day" : "the month", " is taken first, so ",
                    Shortened(count.example, 20), " is in ", day_first ? "day/month" : "month/day",
                    " order (--date-order ", day_first ? "mdy" : "dmy",
                    " takes it the other way)"));
  return day_first;
}

std::string ValueReader::Time(const SourceColumn& column, const SourceColumn* time_of_day) {
  const ColumnProfile& profile = *column.profile;
  const std::string text = Text(column);
  if (profile.dates == 0 && profile.compact_dates < profile.distinct) {
    const auto told = [&](absl::string_view what, std::string sql) {
      Note(absl::StrCat(Named(profile), ": ", Shortened(profile.examples.front(), 20),
                        " is taken as ", what));
      return sql;
    };
    if (profile.serial_days()) {
      return told("a spreadsheet's day number", absl::StrCat("parse_serial_date(", text, ")"));
    }
    if (profile.epoch_seconds()) {
      return told("seconds since 1970", absl::StrCat("parse_epoch(", text, ", 's')"));
    }
    if (profile.epoch_millis()) {
      return told("milliseconds since 1970", absl::StrCat("parse_epoch(", text, ", 'ms')"));
    }
  }
  std::vector<std::pair<int64_t, std::string>> formats;
  bool iso = false, has_time = false;
  for (const auto& [shape, count] : profile.shapes) {
    iso = iso || shape.empty();
    has_time =
        has_time || absl::StrContains(shape, "%M") || (shape.empty() && profile.longest > 10);
    if (shape.empty()) continue;
    formats.emplace_back(-count.values,
                         FormatOf(shape, HasOrder(shape) && DayFirst(profile, shape, count)));
  }
  if (profile.compact_dates > 0 && profile.dates == 0) formats.emplace_back(0, "%Y%m%d");
  std::sort(formats.begin(), formats.end());
  std::string ending;
  std::string source = text;
  if (time_of_day != nullptr && !has_time) {
    const std::optional<DateShape> shape =
        ShapeOfDate(absl::StrCat("2024/01/31 ", time_of_day->profile->examples.front()));
    if (shape) {
      ending = shape->format.substr(shape->format.find("%d") + 2);
      source = absl::StrCat(text, " || ' ' || ", Text(*time_of_day));
      if (iso) formats.emplace_back(1, "%Y-%m-%d");
    }
  }
  if (formats.empty()) return text;
  std::string list;
  for (const auto& [count, format] : formats) {
    absl::StrAppend(&list, ", ", SqlText(absl::StrCat(format, ending)));
  }
  const std::string parsed = absl::StrCat("parse_date(", source, list, ")");
  // A date that is ISO 8601 already needs no form, and has none of these.
  if (!iso || !ending.empty()) return parsed;
  return absl::StrCat("CASE WHEN ", text,
                      " GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' THEN ", text, " ELSE ",
                      parsed, " END");
}

}  // namespace strata::imports
