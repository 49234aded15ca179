#include "client/cli/import/values/mapping_values.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/cli/base/shown_text.h"
#include "client/cli/import/values/mapping_decimal.h"
#include "client/cli/import/values/mapping_time.h"
#include "server/domain/quantity.h"

namespace strata::imports {

std::string Shown(absl::string_view text) { return absl::StrCat("\"", Shortened(text), "\""); }

std::string NotANumber(absl::string_view text) {
  return absl::StrCat(Shown(text),
                      " is not a decimal number (a point before the decimals, no thousands "
                      "separators); parse_decimal reads other forms");
}

ValueResult ReadQuantity(absl::string_view text, double* quantity) {
  int64_t micros = 0;
  if (ValueResult problem = ReadAmount(text, &micros); problem) {
    if (problem->reason != "VALUE_OUT_OF_RANGE") return problem;
    micros = std::numeric_limits<int64_t>::max();
  }
  if (micros > kLargestQuantity * kOneUnit || micros < -kLargestQuantity * kOneUnit) {
    return ValueProblem{"VALUE_OUT_OF_RANGE",
                        absl::StrCat(Shown(text), " does not lie in -", kLargestQuantity, " to ",
                                     kLargestQuantity)};
  }
  *quantity = QuantityToDouble(micros);
  return std::nullopt;
}

ValueResult ReadAmount(absl::string_view text, int64_t* micros) {
  std::optional<Decimal> value = Decimal::Parse(text);
  if (!value) {
    return ValueProblem{"INVALID_NUMBER", NotANumber(text)};
  }
  if (value->scale > kAmountDecimals) {
    return ValueProblem{"TOO_MANY_DECIMALS",
                        absl::StrCat(Shown(text),
                                     " has more than six decimals; mul_decimal computes exactly, "
                                     "round_decimal rounds")};
  }
  // 36 digits are read; a few of them are too many already, and further zeros would not fit.
  constexpr __int128 kMost = std::numeric_limits<int64_t>::max();
  __int128 digits = std::clamp<__int128>(value->digits, -kMost - 1, kMost + 1);
  for (int i = value->scale; i < kAmountDecimals; ++i) digits *= 10;
  // The lowest number is no amount: the server uses it for "none".
  if (digits > std::numeric_limits<int64_t>::max() ||
      digits <= std::numeric_limits<int64_t>::min()) {
    return ValueProblem{"VALUE_OUT_OF_RANGE",
                        absl::StrCat(Shown(text), " is too large for an amount")};
  }
  *micros = static_cast<int64_t>(digits);
  return std::nullopt;
}

ValueResult ReadInteger(absl::string_view text, int64_t lowest, int64_t highest, int64_t* value) {
  const std::optional<Decimal> number = Decimal::Parse(text);
  if (!number || number->scale > 0) {
    return ValueProblem{"INVALID_NUMBER", absl::StrCat(Shown(text), " is not a whole number")};
  }
  if (number->digits < lowest || number->digits > highest) {
    return ValueProblem{"VALUE_OUT_OF_RANGE",
                        absl::StrCat(Shown(text), " does not lie in ", lowest, " to ", highest)};
  }
  *value = static_cast<int64_t>(number->digits);
  return std::nullopt;
}

ValueResult ReadNumber(absl::string_view text, double* value) {
  if (absl::SimpleAtod(text, value) && std::isfinite(*value)) return std::nullopt;
  return ValueProblem{"INVALID_NUMBER", absl::StrCat(Shown(text), " is not a number")};
}

ValueResult ReadBoolean(absl::string_view text, bool* value) {
  // SimpleAtob knows just these words.
  if (absl::SimpleAtob(absl::StripAsciiWhitespace(text), value)) return std::nullopt;
  return ValueProblem{"INVALID_BOOLEAN",
                      absl::StrCat(Shown(text), " is neither true nor false, yes nor no, 1 nor 0")};
}

ValueResult ReadDate(absl::string_view text, std::string* date) {
  std::optional<std::string> day = ParseDate(text);
  if (!day) {
    return ValueProblem{"INVALID_DATE", absl::StrCat(Shown(text),
                                                     " is not a date like 2024-12-31; "
                                                     "parse_date reads other forms")};
  }
  *date = *std::move(day);
  return std::nullopt;
}

ValueResult ReadInstant(absl::string_view text, absl::TimeZone zone,
                        google::protobuf::Timestamp* time) {
  const std::optional<int64_t> millis = ParseInstant(text, zone);
  if (!millis) {
    return ValueProblem{"INVALID_TIME",
                        absl::StrCat(Shown(text),
                                     " is not a date or time like 2024-12-31 or "
                                     "2024-12-31 23:59:59; parse_date reads other forms")};
  }
  const int64_t seconds = *millis / 1000 - (*millis % 1000 < 0 ? 1 : 0);
  time->set_seconds(seconds);
  time->set_nanos(static_cast<int32_t>(*millis - seconds * 1000) * 1'000'000);
  return std::nullopt;
}

}  // namespace strata::imports
