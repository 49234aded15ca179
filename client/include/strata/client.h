#ifndef STRATA_CLIENT_H_
#define STRATA_CLIENT_H_

// Everything that calls need: the client, its connection, and every message.

#include "strata/client_class.h"  // IWYU pragma: export
#include "strata/connection.h"    // IWYU pragma: export
#include "strata/messages.h"      // IWYU pragma: export

#endif  // STRATA_CLIENT_H_
