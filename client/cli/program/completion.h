#ifndef STRATA_CLIENT_CLI_PROGRAM_COMPLETION_H_
#define STRATA_CLIENT_CLI_PROGRAM_COMPLETION_H_

#include <iosfwd>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "client/cli/program/command.h"

namespace strata::cli {

// What a shell offers while a line is typed.
struct Candidate {
  std::string word;
  std::string description;  // one line, may be empty
};

// The argument that stands first where a shell asks for candidates; the words of the line up to the
// cursor follow it. Only the scripts of `strata completion` say it.
inline constexpr char kCompletionRequest[] = "__complete";

// What may stand in the place of the last of `words`, which may be empty or the beginning of a
// word: commands, flags that work there, values of a flag whose help names them ("table|json|csv").
// Nothing where a file or any text may stand.
std::vector<Candidate> Complete(const CLI::App& app, absl::Span<const std::string> words);

// A line a candidate: the word, and its description behind a tab.
void PrintCandidates(const std::vector<Candidate>& candidates, std::ostream& out);

// Adds `completion bash|zsh|fish`, which prints what makes that shell complete.
void RegisterCompletion(CLI::App& app, Context& context);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PROGRAM_COMPLETION_H_
