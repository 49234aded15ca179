#ifndef STRATA_PROTO_GENERATOR_FORWARDING_H_
#define STRATA_PROTO_GENERATOR_FORWARDING_H_

#include <string>
#include <vector>

#include "google/protobuf/compiler/code_generator.h"

namespace strata::generator {

// The protoc plugin that writes what forwards calls, so that an RPC is declared once, in its
// .proto. Every run is given all services.
//
//   --strata_out=client:DIR   what the client library is made of: client_files.h
//   --strata_out=server:DIR   what ties gRPC to the server's handlers: server_files.h;
//                             server,by_hand=METHOD leaves METHOD to a hand-written service
//
// What is no mere forwarding is written by hand in classes that extend the generated ones.
class ForwardingGenerator : public google::protobuf::compiler::CodeGenerator {
 public:
  uint64_t GetSupportedFeatures() const override { return FEATURE_PROTO3_OPTIONAL; }

  bool Generate(const google::protobuf::FileDescriptor* file, const std::string& parameter,
                google::protobuf::compiler::GeneratorContext* context,
                std::string* error) const override {
    return GenerateAll({file}, parameter, context, error);
  }
  bool GenerateAll(const std::vector<const google::protobuf::FileDescriptor*>& files,
                   const std::string& parameter,
                   google::protobuf::compiler::GeneratorContext* context,
                   std::string* error) const override;
};

}  // namespace strata::generator

#endif  // STRATA_PROTO_GENERATOR_FORWARDING_H_
