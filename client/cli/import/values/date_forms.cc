#include "client/cli/import/values/date_forms.h"

#include <algorithm>
#include <utility>

#include "absl/numeric/bits.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/base/number_format.h"
#include "client/cli/import/values/mapping_time.h"
#include "client/cli/import/values/mapping_values.h"

namespace strata::imports {
namespace {

// A two-digit year that lies further ahead is worth a word.
constexpr int kYearsAhead = 5;

std::string InQuotes(const std::string& format) { return absl::StrCat("'", format, "'"); }

std::string List(const std::vector<std::string>& formats) {
  return absl::StrJoin(formats, ", ", [](std::string* out, const std::string& format) {
    absl::StrAppend(out, InQuotes(format));
  });
}

}  // namespace

void DateForms::BeginRun() {
  for (auto& [number, call] : calls_) {
    Call fresh;
    fresh.argument = std::move(call.argument);
    fresh.formats = std::move(call.formats);
    fresh.form = call.form;
    fresh.each_its_own = call.each_its_own;
    call = std::move(fresh);
  }
}

DateForms::Reading DateForms::Read(int number, absl::string_view argument, absl::string_view text,
                                   const std::vector<std::string>& formats, bool observing) {
  Call& call = calls_[number];
  if (call.formats.empty()) {
    call.argument = std::string(argument);
    call.formats = formats;
  }
  std::vector<std::optional<std::string>> readings;
  uint32_t fits = 0, differing = 0;
  for (size_t i = 0; i < formats.size(); ++i) {
    readings.push_back(ReformatDate(text, formats[i]));
    if (!readings.back()) continue;
    const auto first = static_cast<size_t>(absl::countr_zero(fits));
    if (fits != 0 && *readings.back() != *readings[first]) {
      differing |= (uint32_t{1} << i) | (uint32_t{1} << first);
    }
    fits |= uint32_t{1} << i;
  }
  if (fits == 0 && ParseDate(text)) {  // needs no form
    if (observing) ++call.by_form[formats.size()];
    return {std::string(text), "", ""};
  }
  if (fits == 0) {
    return {std::nullopt, "INVALID_DATE",
            absl::StrCat(Shown(text), " is not a date of the form ", List(formats))};
  }
  const auto form = call.form ? *call.form : static_cast<size_t>(absl::countr_zero(fits));
  const bool fits_form = form < formats.size() && (fits >> form & 1) != 0;
  if (observing) {
    ++call.values;
    call.common &= fits;
    call.differing |= differing;
    if (differing != 0 && call.ambiguous++ == 0) {
      call.example = std::string(text);
      call.example_iso = fits_form ? *readings[form] : "";
    }
    if (fits_form) {
      call.used |= uint32_t{1} << form;
      ++call.by_form[form];
      if (HasTwoDigitYear(formats[form]) && *readings[form] > call.late_iso) {
        call.late = std::string(text);
        call.late_iso = *readings[form];
      }
    }
  }
  if (!fits_form) {
    return {std::nullopt, "INVALID_DATE",
            absl::StrCat(Shown(text), " is not of the form ", InQuotes(formats[form]),
                         ", which the other values of ", argument, " have")};
  }
  if (call.each_its_own && differing != 0) {
    std::vector<std::string> days;
    for (const auto& reading : readings) {
      if (reading) days.push_back(*reading);
    }
    return {std::nullopt, "AMBIGUOUS_DATE",
            absl::StrCat(Shown(text), " is ", absl::StrJoin(days, " or "),
                         ", and no form of parse_date fits every value of ", argument,
                         "; give each file the one form it has")};
  }
  return {readings[form], "", ""};
}

bool DateForms::Decide() {
  bool again = false;
  for (auto& [number, call] : calls_) {
    if (call.form || call.each_its_own || call.values == 0 || call.formats.size() < 2) continue;
    if (call.common != 0) {
      const auto form = static_cast<size_t>(absl::countr_zero(call.common));
      again = again || call.used != uint32_t{1} << form;
      call.form = form;
    } else {
      again = again || call.ambiguous > 0;
      call.each_its_own = true;
    }
  }
  return again;
}

std::string DateForms::Name(const Call& call) const {
  return absl::StrCat("parse_date(", call.argument, ", ", List(call.formats), ")");
}

std::vector<std::string> DateForms::Notes(int year) const {
  std::vector<std::string> notes;
  for (const auto& [number, call] : calls_) {
    if (call.form && (call.common & call.differing & ~(uint32_t{1} << *call.form)) != 0) {
      notes.push_back(absl::StrCat(
          Name(call), ": every value has more than one of the forms, and the first is taken: ",
          Shown(call.example), " is ", call.example_iso));
    }
    if (call.by_form.size() > 1) {
      std::vector<std::string> counts;
      for (const auto& [form, values] : call.by_form) {
        const std::string name =
            form < call.formats.size() ? InQuotes(call.formats[form]) : "ISO 8601";
        counts.push_back(absl::StrCat(name, " ", FormatInteger(values), "x"));
      }
      notes.push_back(absl::StrCat(
          Name(call), ": the values have different forms: ", absl::StrJoin(counts, ", ")));
    }
    int latest = 0;
    if (!absl::SimpleAtoi(absl::string_view(call.late_iso).substr(0, 4), &latest) ||
        latest <= year + kYearsAhead) {
      continue;
    }
    notes.push_back(absl::StrCat(
        Name(call), " reads ", Shown(call.late), " as ", call.late_iso,
        ": two digits of a year are 1969 to 2068; a first year in front of the form says another "
        "century: '[",
        year - 99, "]", call.formats[call.form.value_or(0)], "'"));
  }
  return notes;
}

}  // namespace strata::imports
