#include "proto/generator/forwarding.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/generator/client_files.h"
#include "proto/generator/contract.h"
#include "proto/generator/server_files.h"

namespace strata::generator {

bool ForwardingGenerator::GenerateAll(
    const std::vector<const google::protobuf::FileDescriptor*>& files, const std::string& parameter,
    google::protobuf::compiler::GeneratorContext* context, std::string* error) const {
  std::vector<std::pair<std::string, std::string>> options;
  google::protobuf::compiler::ParseGeneratorParameter(parameter, &options);
  bool client = false, server = false;
  std::set<std::string> by_hand;
  for (const auto& [name, value] : options) {
    if (name == "client") {
      client = true;
    } else if (name == "server") {
      server = true;
    } else if (name == "by_hand") {
      by_hand.insert(value);
    } else {
      *error = absl::StrCat("no such option: ", name);
      return false;
    }
  }
  if (client == server) {
    *error = "say what to write: client or server";
    return false;
  }
  std::vector<Service> services;
  if (!ReadServices(files, &services, error)) return false;
  if (client) {
    WriteClientFiles(services, context);
  } else {
    WriteServerFiles(services, by_hand, context);
  }
  return true;
}

}  // namespace strata::generator
