#include "client/cli/import/values/mapping_time.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"

namespace strata::imports {
namespace {

constexpr std::array<absl::string_view, 12> kMonths = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<absl::string_view, 7> kWeekdays = {
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
constexpr absl::string_view kDirectives = "YymbBhdejaAHkIlpMSfszZFDTRrnt%";

struct Fields {
  int year = 1970, month = 1, day = 1;
  int hour = 0, minute = 0, second = 0, millisecond = 0;
  std::optional<int> offset_minutes;
  bool has_time = false;
  std::optional<bool> afternoon;
  std::optional<int> weekday, day_of_year;  // weekday: 0 is Monday
  std::optional<int64_t> epoch_seconds;
  std::string zone;       // a name that %Z took
  int first_year = 1969;  // that two digits of a year can mean

  // Whether day and time exist. A leap second does not.
  bool Exists() const {
    const absl::CivilDay civil(year, month, day);
    return year >= 1 && year <= 9999 && civil.month() == month && civil.day() == day &&
           hour <= 23 && minute <= 59 && second <= 59;
  }
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes `least` to `most` digits from the front.
bool TakeNumber(absl::string_view* text, int least, int most, int* value) {
  int digits = 0;
  *value = 0;
  while (digits < most && !text->empty() && IsDigit(text->front())) {
    *value = *value * 10 + (text->front() - '0');
    text->remove_prefix(1);
    ++digits;
  }
  return digits >= least;
}

// "123456" of seconds: any number of digits, cut to milliseconds.
bool TakeFraction(absl::string_view* text, int* milliseconds) {
  int digits = 0;
  *milliseconds = 0;
  for (; !text->empty() && IsDigit(text->front()); text->remove_prefix(1), ++digits) {
    if (digits < 3) *milliseconds = *milliseconds * 10 + (text->front() - '0');
  }
  for (int i = digits; i < 3; ++i) *milliseconds *= 10;
  return digits > 0;
}

// "Z", "UTC", "GMT", "+02:00", "+0200", "+02".
bool TakeOffset(absl::string_view* text, std::optional<int>* minutes) {
  for (const absl::string_view name : {"UTC", "GMT", "Z"}) {
    if (!absl::StartsWithIgnoreCase(*text, name)) continue;
    text->remove_prefix(name.size());
    *minutes = 0;
    return true;
  }
  const bool negative = absl::ConsumePrefix(text, "-");
  if (!negative && !absl::ConsumePrefix(text, "+")) return false;
  int hours = 0, rest = 0;
  if (!TakeNumber(text, 2, 2, &hours)) return false;
  absl::ConsumePrefix(text, ":");
  if (!text->empty() && !TakeNumber(text, 2, 2, &rest)) return false;
  if (hours > 18 || rest > 59) return false;
  *minutes = (negative ? -1 : 1) * (hours * 60 + rest);
  return true;
}

std::optional<Fields> ParseIso(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  Fields fields;
  if (!TakeNumber(&text, 4, 4, &fields.year) || !absl::ConsumePrefix(&text, "-") ||
      !TakeNumber(&text, 2, 2, &fields.month) || !absl::ConsumePrefix(&text, "-") ||
      !TakeNumber(&text, 2, 2, &fields.day)) {
    return std::nullopt;
  }
  if (text.empty()) return fields.Exists() ? std::optional(fields) : std::nullopt;
  if (!absl::ConsumePrefix(&text, "T") && !absl::ConsumePrefix(&text, "t") &&
      !absl::ConsumePrefix(&text, " ")) {
    return std::nullopt;
  }
  fields.has_time = true;
  if (!TakeNumber(&text, 2, 2, &fields.hour) || !absl::ConsumePrefix(&text, ":") ||
      !TakeNumber(&text, 2, 2, &fields.minute)) {
    return std::nullopt;
  }
  if (absl::ConsumePrefix(&text, ":") && !TakeNumber(&text, 2, 2, &fields.second)) {
    return std::nullopt;
  }
  if (absl::ConsumePrefix(&text, ".") && !TakeFraction(&text, &fields.millisecond)) {
    return std::nullopt;
  }
  absl::ConsumePrefix(&text, " ");
  if (!text.empty() && !TakeOffset(&text, &fields.offset_minutes)) return std::nullopt;
  return text.empty() && fields.Exists() ? std::optional(fields) : std::nullopt;
}

// The longest beginning of one of `names`, of at least three letters.
template <size_t size>
bool TakeName(absl::string_view* text, const std::array<absl::string_view, size>& names,
              int* place) {
  size_t letters = 0;
  while (letters < text->size() &&
         absl::ascii_isalpha(static_cast<unsigned char>((*text)[letters]))) {
    ++letters;
  }
  const absl::string_view word = text->substr(0, letters);
  for (size_t i = 0; i < size; ++i) {
    // What stands behind the first three letters may be another word: "MarT" is none.
    if (word.size() < 3 || !absl::StartsWithIgnoreCase(names[i], word)) continue;
    text->remove_prefix(letters);
    *place = static_cast<int>(i);
    return true;
  }
  return false;
}

bool TakeMonthName(absl::string_view* text, int* month) {
  if (!TakeName(text, kMonths, month)) return false;
  ++*month;
  return true;
}

// "am", "PM", "a.m.".
bool TakeHalfOfDay(absl::string_view* text, Fields* fields) {
  for (const absl::string_view half : {"am", "pm", "a.m.", "p.m."}) {
    if (!absl::StartsWithIgnoreCase(*text, half)) continue;
    fields->afternoon = half.front() == 'p';
    text->remove_prefix(half.size());
    return true;
  }
  return false;
}

// "UTC", "+02:00", "Europe/Berlin". Names such as CET mean different things in different places.
bool TakeZone(absl::string_view* text, Fields* fields) {
  if (TakeOffset(text, &fields->offset_minutes)) return true;
  size_t size = 0;
  while (size < text->size() &&
         ((*text)[size] == '/' || (*text)[size] == '_' || (*text)[size] == '-' ||
          absl::ascii_isalpha(static_cast<unsigned char>((*text)[size])))) {
    ++size;
  }
  fields->zone = std::string(text->substr(0, size));
  text->remove_prefix(size);
  return absl::StrContains(fields->zone, '/');
}

bool TakeEpoch(absl::string_view* text, Fields* fields) {
  const bool negative = absl::ConsumePrefix(text, "-");
  int64_t seconds = 0;
  size_t digits = 0;
  for (; digits < 12 && !text->empty() && IsDigit(text->front()); ++digits) {
    seconds = seconds * 10 + (text->front() - '0');
    text->remove_prefix(1);
  }
  fields->epoch_seconds = negative ? -seconds : seconds;
  return digits > 0;
}

bool TakeByFormat(absl::string_view* text, absl::string_view format, Fields* fields);

bool TakeDirective(absl::string_view* text, char directive, Fields* fields) {
  switch (directive) {
    case 'Y':
      return TakeNumber(text, 4, 4, &fields->year);
    case 'y':
      if (!TakeNumber(text, 2, 2, &fields->year)) return false;
      fields->year += fields->first_year / 100 * 100;
      if (fields->year < fields->first_year) fields->year += 100;
      return true;
    case 'm':
      return TakeNumber(text, 1, 2, &fields->month);
    case 'd':
    case 'e':
      *text = absl::StripLeadingAsciiWhitespace(*text);
      return TakeNumber(text, 1, 2, &fields->day);
    case 'b':
    case 'B':
    case 'h':
      return TakeMonthName(text, &fields->month);
    case 'a':
    case 'A':
      return TakeName(text, kWeekdays, &fields->weekday.emplace());
    case 'j':
      return TakeNumber(text, 1, 3, &fields->day_of_year.emplace());
    case 's':
      return TakeEpoch(text, fields);
    case 'H':
    case 'k':
    case 'I':
    case 'l':
      fields->has_time = true;
      *text = absl::StripLeadingAsciiWhitespace(*text);  // " 9" for 09
      if (!TakeNumber(text, 1, 2, &fields->hour)) return false;
      return directive == 'H' || directive == 'k' || (fields->hour >= 1 && fields->hour <= 12);
    case 'p':
      return TakeHalfOfDay(text, fields);
    case 'M':
      return TakeNumber(text, 1, 2, &fields->minute);
    case 'S':
      return TakeNumber(text, 1, 2, &fields->second);
    case 'f':
      return TakeFraction(text, &fields->millisecond);
    case 'z':
      return TakeOffset(text, &fields->offset_minutes);
    case 'Z':
      return TakeZone(text, fields);
    case 'n':
    case 't':
      *text = absl::StripLeadingAsciiWhitespace(*text);
      return true;
    case 'R':
      return TakeByFormat(text, "%H:%M", fields);
    case 'r':
      return TakeByFormat(text, "%I:%M:%S %p", fields);
    case 'T':
      return TakeByFormat(text, "%H:%M:%S", fields);
    case 'F':
      return TakeByFormat(text, "%Y-%m-%d", fields);
    case 'D':
      return TakeByFormat(text, "%m/%d/%y", fields);
    case '%':
      return absl::ConsumePrefix(text, "%");
    default:
      return false;
  }
}

bool TakeByFormat(absl::string_view* text, absl::string_view format, Fields* fields) {
  while (!format.empty()) {
    const char c = format.front();
    format.remove_prefix(1);
    if (absl::ascii_isspace(static_cast<unsigned char>(c))) {
      *text = absl::StripLeadingAsciiWhitespace(*text);
    } else if (c == '%') {
      if (format.empty() || !TakeDirective(text, format.front(), fields)) return false;
      const bool name = absl::StrContains("aAbBh", format.substr(0, 1));
      format.remove_prefix(1);
      // "Sept. 5" has a point that "May 5" has not.
      if (name && !absl::StartsWith(format, ".")) absl::ConsumePrefix(text, ".");
    } else {
      if (text->empty() || text->front() != c) return false;
      text->remove_prefix(1);
    }
  }
  return true;
}

// "[1925]" in front of a format.
bool TakeFirstYear(absl::string_view* format, int* year) {
  absl::string_view rest = *format;
  int first = 0;
  if (!absl::ConsumePrefix(&rest, "[") || !TakeNumber(&rest, 4, 4, &first) ||
      !absl::ConsumePrefix(&rest, "]")) {
    return false;
  }
  *format = rest;
  *year = first;
  return true;
}

}  // namespace

std::optional<int64_t> ParseInstant(absl::string_view text, absl::TimeZone zone) {
  const std::optional<Fields> fields = ParseIso(text);
  if (!fields) return std::nullopt;
  const absl::CivilSecond civil(fields->year, fields->month, fields->day, fields->hour,
                                fields->minute, fields->second);
  absl::Time time;
  if (fields->offset_minutes) {
    time = absl::FromCivil(civil, absl::UTCTimeZone()) - absl::Minutes(*fields->offset_minutes);
  } else {
    // Where clocks go back the first of both is meant; where they go forward, the moment they do.
    const absl::TimeZone::TimeInfo info = zone.At(civil);
    time = info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre;
  }
  return absl::ToUnixMillis(time) + fields->millisecond;
}

std::optional<std::string> ParseDate(absl::string_view text) {
  const std::optional<Fields> fields = ParseIso(text);
  if (!fields) return std::nullopt;
  return absl::StrFormat("%04d-%02d-%02d", fields->year, fields->month, fields->day);
}

std::optional<std::string> ReformatDate(absl::string_view text, absl::string_view format) {
  text = absl::StripAsciiWhitespace(text);
  Fields fields;
  TakeFirstYear(&format, &fields.first_year);
  if (!TakeByFormat(&text, format, &fields) || !text.empty()) return std::nullopt;
  if (fields.epoch_seconds) {
    const absl::Time time = absl::FromUnixSeconds(*fields.epoch_seconds);
    return absl::StrCat(absl::FormatTime("%E4Y-%m-%d %H:%M:%S", time, absl::UTCTimeZone()), "Z");
  }
  if (fields.afternoon) fields.hour = fields.hour % 12 + (*fields.afternoon ? 12 : 0);
  if (fields.day_of_year) {
    const absl::CivilDay day = absl::CivilDay(fields.year, 1, 1) + (*fields.day_of_year - 1);
    if (*fields.day_of_year < 1 || day.year() != fields.year) return std::nullopt;
    fields.month = day.month();
    fields.day = day.day();
  }
  if (!fields.Exists()) return std::nullopt;
  const absl::CivilSecond civil(fields.year, fields.month, fields.day, fields.hour, fields.minute,
                                fields.second);
  if (fields.weekday &&
      static_cast<int>(absl::GetWeekday(absl::CivilDay(civil))) != *fields.weekday) {
    return std::nullopt;
  }
  std::string iso = absl::StrFormat("%04d-%02d-%02d", fields.year, fields.month, fields.day);
  if (!fields.has_time) return iso;
  absl::StrAppendFormat(&iso, " %02d:%02d:%02d", fields.hour, fields.minute, fields.second);
  if (fields.millisecond > 0) absl::StrAppendFormat(&iso, ".%03d", fields.millisecond);
  if (!fields.zone.empty()) {
    absl::TimeZone zone;
    if (!absl::LoadTimeZone(fields.zone, &zone)) return std::nullopt;
    const absl::TimeZone::TimeInfo info = zone.At(civil);
    if (info.kind == absl::TimeZone::TimeInfo::SKIPPED) return std::nullopt;
    fields.offset_minutes = static_cast<int>(zone.At(info.pre).offset / 60);
  }
  if (fields.offset_minutes) {
    const int offset = *fields.offset_minutes;
    const int size = offset < 0 ? -offset : offset;
    absl::StrAppendFormat(&iso, "%c%02d:%02d", offset < 0 ? '-' : '+', size / 60, size % 60);
  }
  return iso;
}

std::string FormatFault(absl::string_view format) {
  int first_year = 0;
  TakeFirstYear(&format, &first_year);
  if (format.empty()) return "parse_date: a format is empty";
  for (size_t at = format.find('%'); at != absl::string_view::npos; at = format.find('%', at + 2)) {
    const absl::string_view directive = format.substr(at, 2);
    if (directive.size() == 2 && absl::StrContains(kDirectives, directive.substr(1))) continue;
    std::string known;
    for (const char c : kDirectives) absl::StrAppend(&known, " %", absl::string_view(&c, 1));
    return absl::StrCat("parse_date does not know \"", directive, "\"; it knows", known);
  }
  const auto has = [format](absl::string_view directives) {
    return std::any_of(directives.begin(), directives.end(), [format](char directive) {
      return absl::StrContains(format, absl::StrCat("%", absl::string_view(&directive, 1)));
    });
  };
  if (!has("YyFDs"))
    return absl::StrCat("parse_date: the format '", format, "' has no year (%Y, %y)");
  if (has("Il") && !has("p")) {
    return absl::StrCat("parse_date: the format '", format, "' has hours to 12 (%I) without %p");
  }
  return "";
}

bool HasTwoDigitYear(absl::string_view format) {
  int first_year = 0;
  return !TakeFirstYear(&format, &first_year) &&
         (absl::StrContains(format, "%y") || absl::StrContains(format, "%D"));
}

}  // namespace strata::imports
