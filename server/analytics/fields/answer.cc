#include "server/analytics/fields/answer.h"

namespace strata::analytics::fields {

ResultInfo InfoAsOf(const Scope& scope) {
  ResultInfo info;
  info.as_of = scope.as_of;
  info.as_of_basis = scope.as_of_basis;
  return info;
}

}  // namespace strata::analytics::fields
