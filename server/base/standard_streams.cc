#include "server/base/standard_streams.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace strata {

absl::Status OpenStandardStreams(StandardStreams* streams) {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // What came from outside was not closed at exec: with that flag it is something that a library
    // has opened before main and left behind (gRPC looks whether there is eventfd).
    const int flags = fcntl(number, F_GETFD);
    if (flags != -1 && (flags & FD_CLOEXEC) == 0) continue;
    if (number == STDOUT_FILENO) streams->has_output = false;
    const int opened = open("/dev/null", O_RDWR);
    const bool placed = opened == number || (opened >= 0 && dup2(opened, number) == number);
    const int error = errno;
    if (opened >= 0 && opened != number) close(opened);
    if (!placed) {
      return absl::UnavailableError(
          absl::StrCat("descriptor ", number,
                       " is closed and /dev/null cannot take its place: ", strerror(error)));
    }
  }
  return absl::OkStatus();
}

}  // namespace strata
