#include "server/base/standard_streams.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace strata {

absl::Status OpenStandardStreams(StandardStreams* streams) {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(number, F_GETFD) != -1) continue;
    if (number == STDOUT_FILENO) streams->has_output = false;
    // The lowest free number is taken, which is this one.
    const int opened = open("/dev/null", O_RDWR);
    if (opened != number) {
      return absl::UnavailableError(
          absl::StrCat("descriptor ", number,
                       " is closed and /dev/null cannot take its place: ", strerror(errno)));
    }
  }
  return absl::OkStatus();
}

}  // namespace strata
