#ifndef STRATA_CLIENT_CLI_PROGRAM_QUESTION_FLAGS_H_
#define STRATA_CLIENT_CLI_PROGRAM_QUESTION_FLAGS_H_

#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace strata::cli {

// Flags of the question (--as-of, --filter ...) may stand anywhere, so the program itself has them.
// They mean something to some commands only; which, stands in one table, for help and completion.

// The group that the program puts them in.
inline constexpr char kQuestionGroup[] = "Question";

// Makes the help of every command of the program `app` show those that it takes. Once all commands
// are there.
void ShowQuestionFlags(CLI::App& app);

// The flags that work behind `command`: its own, those above it that every command takes, and those
// of the question that it takes. Of the program itself: all.
std::vector<const CLI::Option*> WorkingFlags(const CLI::App& command);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PROGRAM_QUESTION_FLAGS_H_
