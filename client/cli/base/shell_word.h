#ifndef STRATA_CLIENT_CLI_BASE_SHELL_WORD_H_
#define STRATA_CLIENT_CLI_BASE_SHELL_WORD_H_

#include <string>

namespace strata {

// `text` as one word of a POSIX shell: quoted where it holds anything but letters, digits and
// harmless signs.
std::string ShellWord(const std::string& text);

}  // namespace strata

#endif  // STRATA_CLIENT_CLI_BASE_SHELL_WORD_H_
