#ifndef STRATA_CLIENT_CLASS_H_
#define STRATA_CLIENT_CLASS_H_

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "strata/client_methods.h"
#include "strata/options.h"

namespace strata {

// A client of one Strata server: one typed method an RPC, in strata/client_methods.h. Units,
// defaults and errors stand beside the messages in strata/v1/*.proto; failed calls carry details,
// see strata/error.h; what is repeated after UNAVAILABLE stands in strata/connection.h.
//
//   absl::StatusOr<Client> client = Client::Connect({.target = "localhost:50051"});
//   v1::QueryKpisRequest request;
//   request.mutable_scope()->set_workspace("sales");
//   request.add_kpis("revenue");
//   absl::StatusOr<v1::QueryKpisResponse> answer = client->QueryKpis(request);
//
// Cheap to copy; copies share the connection. Thread-safe. Many records are sent by AppendWriter.
//
// strata/client.h brings the messages along. This header does not: a program of many sources that
// use few messages each compiles faster with it and the strata/v1/*.pb.h that a source needs.
class Client : public ClientMethods {
 public:
  static absl::StatusOr<Client> Connect(const ClientOptions& options);
  // For tests: a MockConnection.
  explicit Client(std::shared_ptr<Connection> connection) : ClientMethods(std::move(connection)) {}
};

}  // namespace strata

#endif  // STRATA_CLIENT_CLASS_H_
