#include "client/cli/mapping_time.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"

namespace strata::cli {
namespace {

constexpr std::array<absl::string_view, 12> kMonths = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};

struct Fields {
  int year = 1970, month = 1, day = 1;
  int hour = 0, minute = 0, second = 0, millisecond = 0;
  std::optional<int> offset_minutes;
  bool has_time = false;
  std::optional<bool> afternoon;

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

// "Z", "+02:00", "+0200", "+02".
bool TakeOffset(absl::string_view* text, std::optional<int>* minutes) {
  if (absl::ConsumePrefix(text, "Z") || absl::ConsumePrefix(text, "z")) {
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

bool TakeMonthName(absl::string_view* text, int* month) {
  for (size_t i = 0; i < kMonths.size(); ++i) {
    for (const absl::string_view name : {kMonths[i], kMonths[i].substr(0, 3)}) {
      if (absl::StartsWithIgnoreCase(*text, name)) {
        text->remove_prefix(name.size());
        *month = static_cast<int>(i) + 1;
        return true;
      }
    }
  }
  return false;
}

bool TakeHalfOfDay(absl::string_view* text, Fields* fields) {
  if (text->size() < 2 || absl::ascii_tolower(static_cast<unsigned char>((*text)[1])) != 'm') {
    return false;
  }
  const char half = absl::ascii_tolower(static_cast<unsigned char>(text->front()));
  if (half != 'a' && half != 'p') return false;
  fields->afternoon = half == 'p';
  text->remove_prefix(2);
  return true;
}

bool TakeByFormat(absl::string_view* text, absl::string_view format, Fields* fields);

bool TakeDirective(absl::string_view* text, char directive, Fields* fields) {
  switch (directive) {
    case 'Y':
      return TakeNumber(text, 4, 4, &fields->year);
    case 'y':
      if (!TakeNumber(text, 2, 2, &fields->year)) return false;
      fields->year += fields->year < 69 ? 2000 : 1900;
      return true;
    case 'm':
      return TakeNumber(text, 1, 2, &fields->month);
    case 'd':
    case 'e':
      return TakeNumber(text, 1, 2, &fields->day);
    case 'b':
    case 'B':
      return TakeMonthName(text, &fields->month);
    case 'H':
    case 'I':
      fields->has_time = true;
      if (!TakeNumber(text, 1, 2, &fields->hour)) return false;
      return directive == 'H' || (fields->hour >= 1 && fields->hour <= 12);
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
      format.remove_prefix(1);
    } else {
      if (text->empty() || text->front() != c) return false;
      text->remove_prefix(1);
    }
  }
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
  if (!TakeByFormat(&text, format, &fields) || !text.empty()) return std::nullopt;
  if (fields.afternoon) fields.hour = fields.hour % 12 + (*fields.afternoon ? 12 : 0);
  if (!fields.Exists()) return std::nullopt;
  std::string iso = absl::StrFormat("%04d-%02d-%02d", fields.year, fields.month, fields.day);
  if (!fields.has_time) return iso;
  absl::StrAppendFormat(&iso, " %02d:%02d:%02d", fields.hour, fields.minute, fields.second);
  if (fields.millisecond > 0) absl::StrAppendFormat(&iso, ".%03d", fields.millisecond);
  if (fields.offset_minutes) {
    const int offset = *fields.offset_minutes;
    const int size = offset < 0 ? -offset : offset;
    absl::StrAppendFormat(&iso, "%c%02d:%02d", offset < 0 ? '-' : '+', size / 60, size % 60);
  }
  return iso;
}

}  // namespace strata::cli
