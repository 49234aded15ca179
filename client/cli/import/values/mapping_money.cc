#include "client/cli/import/values/mapping_money.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace strata::imports {
namespace {

struct Currency {
  absl::string_view sign, code;
};
// Longer signs first. Where several countries share a sign the most usual one stands for it.
constexpr std::array<Currency, 27> kCurrencies = {{
    {"US$", "USD"}, {"CA$", "CAD"}, {"AU$", "AUD"}, {"A$", "AUD"},  {"C$", "CAD"}, {"NZ$", "NZD"},
    {"HK$", "HKD"}, {"S$", "SGD"},  {"MX$", "MXN"}, {"R$", "BRL"},  {"$", "USD"},  {"€", "EUR"},
    {"£", "GBP"},   {"¥", "JPY"},   {"₹", "INR"},   {"₽", "RUB"}, {"₩", "KRW"},  {"₺", "TRY"},
    {"₫", "VND"},   {"₴", "UAH"},   {"₪", "ILS"},   {"zł", "PLN"},  {"Kč", "CZK"}, {"Ft", "HUF"},
    {"Rs.", "INR"}, {"Rs", "INR"},  {"kr", "SEK"},
}};

// Blanks that group digits, which are plain ones elsewhere.
constexpr absl::string_view kBlanks[] = {"\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89"};
constexpr absl::string_view kMinus = "\xE2\x88\x92";  // U+2212

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

absl::string_view Strip(absl::string_view text) {
  while (true) {
    const size_t size = text.size();
    text = absl::StripAsciiWhitespace(text);
    for (const absl::string_view blank : kBlanks) {
      while (absl::ConsumePrefix(&text, blank)) {
      }
      while (absl::ConsumeSuffix(&text, blank)) {
      }
    }
    if (text.size() == size) return text;
  }
}

// Codes of ISO 4217 that stand beside numbers; any three letters would make numbers of ids
// ("INV001").
constexpr absl::string_view kCodes[] = {
    "USD", "EUR", "GBP", "CHF", "JPY", "CNY", "CAD", "AUD", "NZD", "INR", "BRL", "MXN",
    "ARS", "CLP", "COP", "PEN", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON",
    "BGN", "TRY", "RUB", "UAH", "ILS", "AED", "SAR", "EGP", "ZAR", "NGN", "KES", "SGD",
    "HKD", "TWD", "KRW", "THB", "MYR", "IDR", "PHP", "VND", "PKR", "BDT"};

bool IsCode(absl::string_view text) {
  return std::find(std::begin(kCodes), std::end(kCodes), text) != std::end(kCodes);
}

// Takes a currency from the front or the back.
bool TakeCurrency(absl::string_view* text, std::string* currency) {
  for (const Currency& known : kCurrencies) {
    if (absl::ConsumePrefix(text, known.sign) || absl::ConsumeSuffix(text, known.sign)) {
      *currency = std::string(known.code);
      return true;
    }
  }
  if (text->size() > 3 && IsCode(text->substr(0, 3))) {
    *currency = std::string(text->substr(0, 3));
    text->remove_prefix(3);
    return true;
  }
  if (text->size() > 3 && IsCode(text->substr(text->size() - 3))) {
    *currency = std::string(text->substr(text->size() - 3));
    text->remove_suffix(3);
    return true;
  }
  return false;
}

bool TakeMinus(absl::string_view* text) {
  return absl::ConsumePrefix(text, "-") || absl::ConsumePrefix(text, kMinus) ||
         absl::ConsumeSuffix(text, "-");
}

// The digits before the decimal mark without what groups them; nothing when they are no groups.
std::optional<std::string> Ungrouped(absl::string_view text, char mark) {
  std::string joined;
  std::vector<size_t> groups = {0};
  char separator = 0;
  for (const char c : text) {
    if (IsDigit(c)) {
      joined.push_back(c);
      ++groups.back();
      continue;
    }
    const bool separates = c == (mark == '.' ? ',' : '.') || c == '\'' || c == ' ';
    if (!separates || (separator != 0 && separator != c)) return std::nullopt;
    separator = c;
    groups.push_back(0);
  }
  if (groups.size() == 1) return joined;
  if (groups.front() < 1 || groups.front() > 3 || groups.back() != 3) return std::nullopt;
  bool threes = true, twos = groups.front() <= 2;
  for (size_t i = 1; i + 1 < groups.size(); ++i) {
    threes = threes && groups[i] == 3;
    twos = twos && groups[i] == 2;
  }
  return threes || twos ? std::optional(joined) : std::nullopt;
}

}  // namespace

std::optional<WrittenNumber> SplitMoney(absl::string_view text) {
  WrittenNumber money;
  text = Strip(text);
  if (absl::StartsWith(text, "(") && absl::EndsWith(text, ")")) {
    money.negative = true;
    text = Strip(text.substr(1, text.size() - 2));
  }
  // Sign and currency come in either order, each once.
  bool sign = money.negative;
  for (int i = 0; i < 3; ++i) {
    if (!sign && TakeMinus(&text)) {
      money.negative = sign = true;
    } else if (!sign && absl::ConsumePrefix(&text, "+")) {
      sign = true;
    } else if (money.currency.empty() && !money.percent && absl::ConsumeSuffix(&text, "%")) {
      money.percent = true;
    } else if (!money.percent && money.currency.empty()) {
      TakeCurrency(&text, &money.currency);
    }
    text = Strip(text);
  }
  if (text.empty() || (!IsDigit(text.front()) && text.front() != '.' && text.front() != ',') ||
      text.size() > 64) {
    return std::nullopt;
  }
  bool any = false;
  for (absl::string_view rest = text; !rest.empty();) {
    const char c = rest.front();
    any = any || IsDigit(c);
    if (IsDigit(c) || c == '.' || c == ',' || c == '\'' || c == ' ') {
      rest.remove_prefix(1);
      continue;
    }
    bool blank = false;
    for (const absl::string_view other : kBlanks)
      blank = blank || absl::ConsumePrefix(&rest, other);
    if (!blank && !absl::ConsumePrefix(&rest, "\xE2\x80\x99")) return std::nullopt;
  }
  if (!any) return std::nullopt;
  money.digits = text;
  return money;
}

std::optional<Decimal> ParseMoney(absl::string_view text, char mark) {
  const std::optional<WrittenNumber> money = SplitMoney(text);
  if (!money) return std::nullopt;
  std::string digits = absl::StrReplaceAll(
      money->digits,
      {{kBlanks[0], " "}, {kBlanks[1], " "}, {kBlanks[2], " "}, {"\xE2\x80\x99", "'"}});
  const size_t point = digits.find(mark);
  const std::optional<std::string> whole =
      Ungrouped(absl::string_view(digits).substr(0, std::min(point, digits.size())), mark);
  if (!whole) return std::nullopt;
  std::string plain = money->negative ? absl::StrCat("-", *whole) : *whole;
  if (point != std::string::npos) {
    absl::StrAppend(&plain, ".", absl::string_view(digits).substr(point + 1));
  }
  std::optional<Decimal> value = Decimal::Parse(plain);
  if (value && money->percent) value = Decimal::Multiply(*value, {1, 2});
  return value;
}

}  // namespace strata::imports
