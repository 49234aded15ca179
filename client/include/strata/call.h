#ifndef STRATA_CALL_H_
#define STRATA_CALL_H_

#include "strata/options.h"

namespace strata {

// Everything one call takes. One struct, so that mocks survive what is added to it.
template <typename Request>
struct Call {
  Request request;
  CallOptions options;
};

}  // namespace strata

#endif  // STRATA_CALL_H_
