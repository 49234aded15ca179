#ifndef STRATA_CLIENT_CLI_SHELL_WORD_H_
#define STRATA_CLIENT_CLI_SHELL_WORD_H_

#include <string>

#include "client/cli/command.h"

// Commands that an answer shows, so that they can be pasted into a shell.

namespace strata::cli {

// `text` as one word of a POSIX shell: quoted where it holds anything but letters, digits and
// harmless signs.
std::string ShellWord(const std::string& text);

// "strata --data-dir DIR -w NAME", as far as they were given: what every shown command begins with.
std::string CommandStart(const GlobalFlags& flags);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_SHELL_WORD_H_
