#ifndef STRATA_CLIENT_CLI_PRESENT_RESULT_FOOTER_H_
#define STRATA_CLIENT_CLI_PRESENT_RESULT_FOOTER_H_

#include <string>

#include "client/cli/present/terminal.h"
#include "strata/v1/types.pb.h"

namespace strata::cli {

// What an answer is based on, below it: revision, as_of, range, filter, records used and left out,
// notes.
void PrintResultFooter(const Terminal& terminal, const v1::ResultMeta& meta);

// The notes alone, on standard error: under -o csv, which has no room for them.
void TellNotes(const Terminal& terminal, const v1::ResultMeta& meta);

// ", as of 2024-12-31 (the latest record)": the day of an answer and why it is that one; empty
// where it has none, of which a note tells.
std::string AsOf(const v1::ResultMeta& meta);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PRESENT_RESULT_FOOTER_H_
