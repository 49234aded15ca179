#ifndef STRATA_SERVER_BASE_STANDARD_STREAMS_H_
#define STRATA_SERVER_BASE_STANDARD_STREAMS_H_

#include "absl/status/status.h"

namespace strata {

// Whether standard output was there when the program started.
struct StandardStreams {
  bool has_output = true;
};

// Call it first of all in main: a descriptor of 0 to 2 that is closed would become the next file
// that is opened, and what is printed would go into that. Closed ones are put on /dev/null, from
// which nothing comes and where everything is lost. UNAVAILABLE when there is no /dev/null.
absl::Status OpenStandardStreams(StandardStreams* streams);

}  // namespace strata

#endif  // STRATA_SERVER_BASE_STANDARD_STREAMS_H_
