#ifndef STRATA_SERVER_BASE_EXIT_CODE_H_
#define STRATA_SERVER_BASE_EXIT_CODE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace strata {

// What strata and stratad exit with. Stable: scripts and supervisors go by them.
enum class ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kNotFound = 3,
  kBadData = 4,      // in files that were read, of records or of a workspace
  kUnavailable = 5,  // may work later: no server there, busy, or the folder is held by a process
  kAddress = 6,      // a host that nobody knows, an address or port that cannot be listened on
  kPermission = 7,   // no right to a file, folder, port or call
  kCertificate = 8,  // TLS: a certificate, key or authority that does not do
  kSchema = 9,       // files of another version of Strata
};

// One line for the help of both programs.
inline constexpr char kExitCodes[] =
    "Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 bad data, 5 unavailable or the data "
    "folder is held,\n6 unknown host or address taken, 7 no permission, 8 certificate, 9 files of "
    "another version.";

// By the reason, which is an ErrorReason without its prefix or one of those that Server::Start
// gives, and without one that tells more by the status's code.
ExitCode ExitCodeOf(absl::StatusCode code, absl::string_view reason);

}  // namespace strata

#endif  // STRATA_SERVER_BASE_EXIT_CODE_H_
