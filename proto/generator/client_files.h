#ifndef STRATA_PROTO_GENERATOR_CLIENT_FILES_H_
#define STRATA_PROTO_GENERATOR_CLIENT_FILES_H_

#include <vector>

#include "google/protobuf/compiler/code_generator.h"
#include "proto/generator/contract.h"

namespace strata::generator {

// The client library's files, below the output folder:
//
//   include/strata/messages.h             includes every message of the contract
//   include/strata/connection_methods.h   ConnectionMethods: one pure virtual method an RPC
//   include/strata/client_class.h         Client: what programs call, with the contract's comments
//   src/client_class.cc
//   src/channel_methods.h                 ChannelMethods: calls through gRPC's stubs; says what is
//                                         repeated
//   mocks/strata/mocks/mock_methods.h     MockMethods
//
// The first three headers name messages without their definitions, which are large. A method with a
// stream of requests has no place in them.
void WriteClientFiles(const std::vector<Service>& services,
                      google::protobuf::compiler::GeneratorContext* context);

}  // namespace strata::generator

#endif  // STRATA_PROTO_GENERATOR_CLIENT_FILES_H_
