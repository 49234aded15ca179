#ifndef STRATA_CLIENT_CLI_PRESENT_VALUE_FORMAT_H_
#define STRATA_CLIENT_CLI_PRESENT_VALUE_FORMAT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "client/cli/base/number_format.h"  // whole numbers, and numbers for programs
#include "strata/v1/types.pb.h"

// Values of answers as text, once for people (tables) and once for programs (csv).

namespace strata::cli {

// "1,234.50" with the decimals of the currency (ISO 4217), half away from zero; "–" for null.
std::string FormatMoney(const v1::Amount& amount, absl::string_view currency_code);
// "1,234.57"; below 0.1 four decimals; "-0.00" never shows.
std::string FormatNumber(double value);
// 0.70654 as "70.65%".
std::string FormatPercent(double fraction);
// 0.122 as "+12.20%", "±0.00%" for none.
std::string FormatChange(double fraction);

// Whether a number of this unit is a fraction that people read as a percentage.
bool IsPercentUnit(absl::string_view unit);

// A number of units of a product: "1,234", "2.5", "0.000125": no trailing zeros.
std::string FormatQuantity(double units);

// By kind and unit, "–" for null. Text is made Printable. A small sample gets a "°" behind it. Of
// an unknown unit ("") whole numbers are without decimals. `currency_code` is that of the answer's
// meta.
std::string FormatValue(const v1::Value& value, absl::string_view unit,
                        absl::string_view currency_code);

// "no records", "zero denominator" ...
std::string FormatNullReason(v1::NullReason reason);

// The unit as it stands in a header: "USD" for "currency", nothing for counts and percentages.
std::string UnitLabel(absl::string_view unit, absl::string_view currency_code);

// For programs: money as decimal units with all its decimals and no trailing zeros, dates ISO,
// shares as fractions (PlainNumber), null as nothing.
std::string PlainValue(const v1::Value& value);
std::string PlainMoney(const v1::Amount& amount);

// The figure as a double, for bars and sparklines; nothing for null and text.
std::optional<double> Magnitude(const v1::Value& value);
std::optional<double> Magnitude(const v1::Amount& amount);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PRESENT_VALUE_FORMAT_H_
