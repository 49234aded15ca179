#ifndef STRATA_CLIENT_CLI_BASE_NUMBER_FORMAT_H_
#define STRATA_CLIENT_CLI_BASE_NUMBER_FORMAT_H_

#include <cstdint>
#include <string>

// Numbers as text.

namespace strata {

// For people: "1,234,567".
std::string FormatInteger(int64_t value);

// Commas into a decimal number: "-1234567.89" becomes "-1,234,567.89".
std::string WithThousands(std::string digits);

// For programs: the shortest digits that read back as the same double, without an exponent from a
// millionth to 1e16.
std::string PlainNumber(double value);

}  // namespace strata

#endif  // STRATA_CLIENT_CLI_BASE_NUMBER_FORMAT_H_
