#ifndef STRATA_PROTO_GENERATOR_CONTRACT_H_
#define STRATA_PROTO_GENERATOR_CONTRACT_H_

#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace strata::generator {

// What the files that forward calls need to know of the contract.

struct Method {
  enum class Shape { kUnary, kServerStream, kOther };

  std::string name;      // "QueryKpis"
  std::string request;   // "QueryKpisRequest", a message of the service's package
  std::string response;  // "QueryKpisResponse", likewise
  std::string comment;   // that of the .proto, each line as it stands there
  Shape shape = Shape::kUnary;
  // Whether the same request may be sent again when it is not known what became of the first: an
  // idempotency_level is given.
  bool repeatable = false;
};

struct Service {
  std::string name;       // "KpiService"
  std::string subject;    // "Kpi"
  std::string member;     // "kpi_service_"
  std::string file;       // "strata/v1/kpi_service": the .proto without its ending
  std::string space;      // "v1": its package, as C++ and without "strata."
  std::string full_name;  // "strata.v1.KpiService"
  std::vector<Method> methods;
};

// The services of `files`, in the order given. False, with what is wrong, when one cannot be
// forwarded: a package outside of strata, a request or response from another package, a service
// whose name does not end in "Service".
bool ReadServices(const std::vector<const google::protobuf::FileDescriptor*>& files,
                  std::vector<Service>* services, std::string* error);

}  // namespace strata::generator

#endif  // STRATA_PROTO_GENERATOR_CONTRACT_H_
