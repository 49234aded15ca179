#include "client/cli/import/values/cell_date.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "client/cli/import/values/mapping_time.h"

namespace strata::imports {
namespace {

constexpr size_t kLongest = 48;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

absl::string_view TakeDigits(absl::string_view* text) {
  size_t size = 0;
  while (size < text->size() && IsDigit((*text)[size])) ++size;
  const absl::string_view digits = text->substr(0, size);
  text->remove_prefix(size);
  return digits;
}

absl::string_view TakeLetters(absl::string_view* text) {
  size_t size = 0;
  while (size < text->size() && absl::ascii_isalpha(static_cast<unsigned char>((*text)[size]))) {
    ++size;
  }
  const absl::string_view letters = text->substr(0, size);
  text->remove_prefix(size);
  return letters;
}

// The separator at the front: one of - / . with or without blanks, a comma with one, or a blank.
std::string TakeSeparator(absl::string_view* text) {
  size_t size = 0;
  while (size < text->size() && size < 3 && absl::StrContains(" -/.,", (*text)[size])) {
    ++size;
  }
  const std::string separator(text->substr(0, size));
  text->remove_prefix(size);
  return separator;
}

// The time of day behind a date, as a format; false when something else stands there.
bool TakeTime(absl::string_view text, DateShape* shape) {
  if (text.empty()) return true;
  std::string format;
  if (absl::ConsumePrefix(&text, ", ")) {
    format = ", ";
  } else if (absl::ConsumePrefix(&text, "T")) {
    format = "T";
  } else if (absl::StartsWith(text, " ")) {
    text = absl::StripLeadingAsciiWhitespace(text);
    format = " ";
  } else {
    return false;
  }
  const absl::string_view hour = TakeDigits(&text);
  if (hour.empty() || hour.size() > 2 || !absl::ConsumePrefix(&text, ":")) return false;
  const absl::string_view minute = TakeDigits(&text);
  if (minute.size() != 2) return false;
  std::string rest = ":%M";
  if (absl::ConsumePrefix(&text, ":")) {
    if (TakeDigits(&text).size() != 2) return false;
    rest += ":%S";
    if (absl::ConsumePrefix(&text, ".")) {
      if (TakeDigits(&text).empty()) return false;
      rest += ".%f";
    }
  }
  text = absl::StripLeadingAsciiWhitespace(text);
  bool half = false;
  if (absl::StartsWithIgnoreCase(text, "am") || absl::StartsWithIgnoreCase(text, "pm")) {
    text.remove_prefix(2);
    half = true;
    rest += " %p";
    text = absl::StripLeadingAsciiWhitespace(text);
  }
  if (text == "UTC" || text == "GMT") {
    absl::StrAppend(&rest, " ", text);
  } else if (text == "Z" || absl::StartsWith(text, "+") || absl::StartsWith(text, "-")) {
    rest += " %z";
  } else if (!text.empty()) {
    return false;
  }
  absl::StrAppend(&shape->format, format, half ? "%I" : "%H", rest);
  shape->has_time = true;
  return true;
}

// "12/1/2010", "2010/12/01", "1.12.10", and months by name: "1-Dec-10", "Dec 1, 2010".
bool TakeDay(absl::string_view* text, DateShape* shape) {
  const auto year = [](absl::string_view digits) -> absl::string_view {
    return digits.size() == 4 ? "%Y" : digits.size() == 2 ? "%y" : "";
  };
  const absl::string_view month_name = TakeLetters(text);
  if (!month_name.empty()) {
    if (month_name.size() < 3) return false;
    const std::string first = TakeSeparator(text);
    const absl::string_view day = TakeDigits(text);
    const std::string second = TakeSeparator(text);
    const absl::string_view year_digits = TakeDigits(text);
    if (first.empty() || day.empty() || day.size() > 2 || second.empty() ||
        year_digits.size() != 4) {
      return false;
    }
    shape->format = absl::StrCat("%b", first, "%d", second, "%Y");
    return true;
  }
  const absl::string_view a = TakeDigits(text);
  const std::string first = TakeSeparator(text);
  if (a.empty() || a.size() > 4 || first.empty()) return false;
  const absl::string_view name = TakeLetters(text);
  const absl::string_view b = name.empty() ? TakeDigits(text) : name;
  const std::string second = TakeSeparator(text);
  const absl::string_view c = TakeDigits(text);
  if (b.empty() || second.empty() || c.empty()) return false;
  if (!name.empty()) {
    if (name.size() < 3 || a.size() > 2 || year(c).empty()) return false;
    shape->format = absl::StrCat("%d", first, "%b", second, year(c));
    return true;
  }
  if (first != second || first == " " || b.size() > 2) return false;
  if (a.size() == 4) {
    if (c.size() > 2) return false;
    shape->format = absl::StrCat("%Y", first, "%m", second, "%d");
    return true;
  }
  // "1.2.3" is a version; "12-25" is none at all.
  if (a.size() > 2 || year(c).empty() || !absl::SimpleAtoi(a, &shape->first) ||
      !absl::SimpleAtoi(b, &shape->second)) {
    return false;
  }
  shape->format = absl::StrCat("%?1", first, "%?2", second, year(c));
  return true;
}

}  // namespace

std::optional<DateShape> ShapeOfDate(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (text.size() < 6 || text.size() > kLongest) return std::nullopt;
  DateShape shape;
  if (ParseInstant(text, absl::UTCTimeZone())) {
    shape.has_time = text.size() > 10;
    return shape;
  }
  absl::string_view rest = text;
  if (!TakeDay(&rest, &shape) || !TakeTime(rest, &shape)) return std::nullopt;
  // The day has to exist, in one order at least.
  if (!ReformatDate(text, FormatOf(shape.format, false)) &&
      !ReformatDate(text, FormatOf(shape.format, true))) {
    return std::nullopt;
  }
  return shape;
}

std::string FormatOf(const std::string& shape, bool day_first) {
  return absl::StrReplaceAll(shape,
                             {{"%?1", day_first ? "%d" : "%m"}, {"%?2", day_first ? "%m" : "%d"}});
}

}  // namespace strata::imports
