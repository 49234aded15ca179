#ifndef STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_VERBS_H_
#define STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_VERBS_H_

#include "client/cli/program/command.h"

namespace strata::cli {

// Verbs of the noun `segment` that have files of their own.
void AddSegmentMembers(CLI::App& segment, Context& context);
void AddSegmentProfile(CLI::App& segment, Context& context);
void AddSegmentRfm(CLI::App& segment, Context& context);
void AddSegmentTransitions(CLI::App& segment, Context& context);
void AddSegmentWatch(CLI::App& segment, Context& context);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_SEGMENT_SEGMENT_VERBS_H_
