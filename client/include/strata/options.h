#ifndef STRATA_OPTIONS_H_
#define STRATA_OPTIONS_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "strata/retry.h"

namespace strata {

// How a Client reaches its server. The defaults suit a server on the same machine.
struct ClientOptions {
  // host:port of stratad.
  std::string target = "localhost:50051";

  // PEM file of the authority that signed the server's certificate. Empty: the connection is not
  // encrypted, which is right only inside a trusted network.
  std::string tls_ca_file;

  // The name in the server's certificate when it is not the host of `target`.
  std::string tls_server_name;

  // Sent with every call as "authorization: Bearer TOKEN". Empty: nothing is sent.
  std::string token;

  // Deadline of a unary call, repetitions included; CallOptions can change it for one call.
  absl::Duration timeout = absl::Seconds(60);

  // The largest answer that is taken. A page of 10,000 KPI rows needs a few MiB.
  int max_receive_bytes = 64 << 20;

  RetryPolicy retry;
  RetryEnvironment retry_environment;
};

// What may differ from call to call.
struct CallOptions {
  std::optional<absl::Duration> timeout;  // instead of ClientOptions::timeout
};

}  // namespace strata

#endif  // STRATA_OPTIONS_H_
