#include "client/cli/present/value_format.h"

#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "client/cli/present/display_width.h"
#include "server/domain/currency.h"
#include "server/domain/money.h"

namespace strata::cli {
namespace {

constexpr absl::string_view kUnits = "units";  // of a product: pieces, kilograms, hours

std::string FixedWithoutMinusZero(double value, int decimals) {
  std::string text = absl::StrFormat("%.*f", decimals, value);
  if (text[0] == '-' && text.find_first_of("123456789") == std::string::npos) text.erase(0, 1);
  return text;
}

}  // namespace

std::string FormatMoney(const v1::Amount& amount, absl::string_view currency_code) {
  if (amount.null() != v1::NULL_REASON_UNSPECIFIED) return "–";
  return MoneyText(strata::Amount{.units = amount.units(), .nanos = amount.nanos()}, currency_code);
}

std::string FormatNumber(double value) {
  if (!std::isfinite(value)) return absl::StrCat(value);
  const double magnitude = std::fabs(value);
  return WithThousands(FixedWithoutMinusZero(value, magnitude > 0 && magnitude < 0.1 ? 4 : 2));
}

std::string FormatQuantity(double units) {
  if (!std::isfinite(units)) return absl::StrCat(units);
  std::string text = FixedWithoutMinusZero(units, 6);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return WithThousands(std::move(text));
}

std::string FormatPercent(double fraction) {
  if (!std::isfinite(fraction)) return absl::StrCat(fraction);
  return absl::StrCat(WithThousands(FixedWithoutMinusZero(fraction * 100, 2)), "%");
}

std::string FormatChange(double fraction) {
  const std::string percent = FormatPercent(fraction);
  if (percent == "0.00%") return "±0.00%";
  return percent[0] == '-' ? percent : absl::StrCat("+", percent);
}

bool IsPercentUnit(absl::string_view unit) {
  return unit == "1" || unit == "share" || unit == "ratio" || unit == "rate";
}

namespace {

std::string FormatNumberOf(double number, absl::string_view unit) {
  if (IsPercentUnit(unit)) return FormatPercent(number);
  if (unit == kUnits || (unit.empty() && number == std::trunc(number))) {
    return FormatQuantity(number);
  }
  return FormatNumber(number);
}

}  // namespace

std::string FormatValue(const v1::Value& value, absl::string_view unit,
                        absl::string_view currency_code) {
  std::string text;
  switch (value.kind_case()) {
    case v1::Value::kMoney:
      text = FormatMoney(value.money(), currency_code);
      break;
    case v1::Value::kInteger:
      text = FormatInteger(value.integer());
      break;
    case v1::Value::kNumber:
      text = FormatNumberOf(value.number(), unit);
      break;
    case v1::Value::kText:
      text = Printable(value.text());
      break;
    case v1::Value::kBoolean:
      text = value.boolean() ? "yes" : "no";
      break;
    case v1::Value::kDate:
      text = Printable(value.date());
      break;
    case v1::Value::kNull:
    case v1::Value::KIND_NOT_SET:
      return "–";
  }
  if (value.small_sample()) text += "°";
  return text;
}

std::string FormatNullReason(v1::NullReason reason) {
  switch (reason) {
    case v1::NULL_REASON_UNKNOWN:
      return "not known";
    case v1::NULL_REASON_UNSPECIFIED:
      return "none";
    default:
      break;
  }
  const std::string name = v1::NullReason_Name(reason);  // NULL_REASON_NO_RECORDS
  constexpr absl::string_view kPrefix = "NULL_REASON_";
  if (name.size() <= kPrefix.size()) return "none";
  return absl::AsciiStrToLower(absl::StrReplaceAll(name.substr(kPrefix.size()), {{"_", " "}}));
}

std::string UnitLabel(absl::string_view unit, absl::string_view currency_code) {
  if (unit == "currency") return std::string(currency_code);
  if (unit.empty() || unit == "count" || unit == kUnits || IsPercentUnit(unit)) return "";
  return std::string(unit);
}

std::string PlainMoney(const v1::Amount& amount) {
  if (amount.null() != v1::NULL_REASON_UNSPECIFIED) return "";
  return strata::FormatAmount({.units = amount.units(), .nanos = amount.nanos()});
}

std::string PlainValue(const v1::Value& value) {
  switch (value.kind_case()) {
    case v1::Value::kMoney:
      return PlainMoney(value.money());
    case v1::Value::kInteger:
      return absl::StrCat(value.integer());
    case v1::Value::kNumber:
      return PlainNumber(value.number());
    case v1::Value::kText:
      return value.text();
    case v1::Value::kBoolean:
      return value.boolean() ? "true" : "false";
    case v1::Value::kDate:
      return value.date();
    case v1::Value::kNull:
    case v1::Value::KIND_NOT_SET:
      break;
  }
  return "";
}

std::optional<double> Magnitude(const v1::Amount& amount) {
  if (amount.null() != v1::NULL_REASON_UNSPECIFIED) return std::nullopt;
  return static_cast<double>(amount.units()) + amount.nanos() * 1e-9;
}

std::optional<double> Magnitude(const v1::Value& value) {
  switch (value.kind_case()) {
    case v1::Value::kMoney:
      return Magnitude(value.money());
    case v1::Value::kInteger:
      return static_cast<double>(value.integer());
    case v1::Value::kNumber:
      return value.number();
    default:
      return std::nullopt;
  }
}

}  // namespace strata::cli
