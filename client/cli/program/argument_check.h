#ifndef STRATA_CLIENT_CLI_PROGRAM_ARGUMENT_CHECK_H_
#define STRATA_CLIENT_CLI_PROGRAM_ARGUMENT_CHECK_H_

#include <cstdint>
#include <limits>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "client/cli/program/command.h"

// What the parser of the command line does not check by itself.

namespace strata::cli {

// A whole number of `low` to `high`; the message names the end that was passed, and no end that
// nobody would reach.
CLI::Validator WholeNumber(int64_t low, int64_t high = std::numeric_limits<int32_t>::max());

// A share of a whole: above 0 and at most `high`.
CLI::Validator Share(double high = 1);

// After parsing: INVALID_ARGUMENT that names the first flag or argument whose text is not UTF-8
// (names of files may be any bytes) or is empty where that says nothing ("-w ''", an unset variable
// of a script), and likewise for values that came from the environment.
absl::Status CheckArguments(const CLI::App& app, const GlobalFlags& flags);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PROGRAM_ARGUMENT_CHECK_H_
