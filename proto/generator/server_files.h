#ifndef STRATA_PROTO_GENERATOR_SERVER_FILES_H_
#define STRATA_PROTO_GENERATOR_SERVER_FILES_H_

#include <set>
#include <string>
#include <vector>

#include "google/protobuf/compiler/code_generator.h"
#include "proto/generator/contract.h"

namespace strata::generator {

// Two headers a service, beside its messages:
//
//   strata/v1/kpi_service.handlers.h     KpiHandlers: declares what answers each method; the
//                                        definitions are written by hand
//   strata/v1/kpi_service.forwarding.h   KpiForwarding<Base>: the callback methods that pass calls
//                                        through CallGuard::Serve to the handlers; Base is the stub
//                                        compiler's service, with whatever else is callback
//
// Streams of requests, and the methods named in `by_hand`, are in neither: a service that has some
// extends its KpiForwarding.
void WriteServerFiles(const std::vector<Service>& services, const std::set<std::string>& by_hand,
                      google::protobuf::compiler::GeneratorContext* context);

}  // namespace strata::generator

#endif  // STRATA_PROTO_GENERATOR_SERVER_FILES_H_
