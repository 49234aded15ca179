#ifndef STRATA_SERVER_DOMAIN_CURRENCY_H_
#define STRATA_SERVER_DOMAIN_CURRENCY_H_

#include <string>

#include "absl/strings/string_view.h"
#include "server/domain/money.h"

// Amounts as people of a currency write them. Programs get them exact: FormatAmount.

namespace strata {

// Decimals of a currency: the minor unit of ISO 4217 (JPY 0, USD 2, KWD 3), 2 where the standard
// has none (XAU) or does not know the code.
int CurrencyDecimals(absl::string_view currency_code);

// "1,234.50" with the decimals of the currency, half away from zero; "-0.00" never shows.
std::string MoneyText(const Amount& amount, absl::string_view currency_code);
// Likewise; sums of any size.
std::string MoneyText(MicrosSum micros, absl::string_view currency_code);
// Likewise, of a statistic in currency units; "–" for what is no number.
std::string MoneyText(double units, absl::string_view currency_code);

}  // namespace strata

#endif  // STRATA_SERVER_DOMAIN_CURRENCY_H_
