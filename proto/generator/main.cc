#include "google/protobuf/compiler/plugin.h"
#include "proto/generator/forwarding.h"

// protoc-gen-strata: see forwarding.h.
int main(int argc, char** argv) {
  strata::generator::ForwardingGenerator generator;
  return google::protobuf::compiler::PluginMain(argc, argv, &generator);
}
