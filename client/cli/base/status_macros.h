#ifndef STRATA_CLIENT_CLI_BASE_STATUS_MACROS_H_
#define STRATA_CLIENT_CLI_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// The two macros that carry a failed absl::Status to the caller. There are no others.

// Returns from the enclosing function if `expr` (an absl::Status) is not OK.
#define STRATA_RETURN_IF_ERROR(expr)                                  \
  do {                                                                \
    if (absl::Status strata_status_ = (expr); !strata_status_.ok()) { \
      return strata_status_;                                          \
    }                                                                 \
  } while (false)

#define STRATA_MACRO_JOIN_INNER_(a, b) a##b
#define STRATA_MACRO_JOIN_(a, b) STRATA_MACRO_JOIN_INNER_(a, b)

// Assigns the value of `expr` (an absl::StatusOr) to `lhs`, or returns its status.
#define STRATA_ASSIGN_OR_RETURN(lhs, expr) \
  STRATA_ASSIGN_OR_RETURN_IMPL_(STRATA_MACRO_JOIN_(strata_statusor_, __LINE__), lhs, expr)
#define STRATA_ASSIGN_OR_RETURN_IMPL_(statusor, lhs, expr) \
  auto statusor = (expr);                                  \
  if (!statusor.ok()) return std::move(statusor).status(); \
  lhs = std::move(statusor).value()

#endif  // STRATA_CLIENT_CLI_BASE_STATUS_MACROS_H_
