#ifndef STRATA_CLIENT_CLI_IMPORT_VALUES_TEXT_NORMAL_H_
#define STRATA_CLIENT_CLI_IMPORT_VALUES_TEXT_NORMAL_H_

#include <string>

#include "absl/strings/string_view.h"

namespace strata::imports {

// `text` as most programs write it: composed (NFC); every Unicode blank a plain blank, several of
// them one, none around; without the characters that nobody sees (zero-width blank, byte order
// mark, soft hyphen, word joiner). Letters stay as they are: joiners that shape letters and emoji,
// too. Text that is no UTF-8 only loses the ASCII blanks around it.
std::string NormaliseText(absl::string_view text);

// The same for all texts that people may take for one: also without case, by Unicode's folding.
std::string LookalikeKey(absl::string_view text);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_VALUES_TEXT_NORMAL_H_
