#include "server/base/exit_code.h"

namespace strata {
namespace {

struct OfReason {
  absl::string_view reason;
  ExitCode code;
};

constexpr OfReason kOfReasons[] = {
    {"BAD_RECORDS", ExitCode::kBadData},
    {"NOT_A_FOLDER", ExitCode::kUsage},
    {"FOLDER_LOCKED", ExitCode::kUnavailable},
    {"SERVER_FILE_DAMAGED", ExitCode::kBadData},
    {"WORKSPACE_DAMAGED", ExitCode::kBadData},
    {"WORKSPACE_FILE_MISSING", ExitCode::kNotFound},
    {"WORKSPACE_NO_ACCESS", ExitCode::kPermission},
    {"READ_ONLY", ExitCode::kPermission},
    {"NO_PERMISSION", ExitCode::kPermission},
    {"WORKSPACE_SCHEMA", ExitCode::kSchema},
    {"SCHEMA_VERSION", ExitCode::kSchema},
    {"HOST_UNKNOWN", ExitCode::kAddress},
    {"ADDRESS_TAKEN", ExitCode::kAddress},
    {"CERTIFICATE", ExitCode::kCertificate},
};

}  // namespace

ExitCode ExitCodeOf(absl::StatusCode code, absl::string_view reason) {
  for (const OfReason& known : kOfReasons) {
    if (known.reason == reason) return known.code;
  }
  switch (code) {
    case absl::StatusCode::kOk:
      return ExitCode::kDone;
    case absl::StatusCode::kInvalidArgument:
      return ExitCode::kUsage;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kDataLoss:
      return ExitCode::kBadData;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return ExitCode::kUnavailable;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kPermission;
    default:
      return ExitCode::kFailed;
  }
}

}  // namespace strata
