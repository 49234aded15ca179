#include "proto/generator/server_files.h"

#include "absl/strings/str_cat.h"
#include "proto/generator/source_file.h"

namespace strata::generator {
namespace {

using google::protobuf::compiler::GeneratorContext;

void WriteHandlers(const Service& service, GeneratorContext* context) {
  SourceFile file(context, absl::StrCat(service.file, ".handlers.h"));
  file.With(service);
  file.Print(
      "#include <functional>\n\n"
      "#include \"absl/status/status.h\"\n"
      "#include \"server/rpc/transport/call_context.h\"\n"
      "#include \"server/workspace/registry.h\"\n"
      "#include \"$file$.pb.h\"\n\n"
      "namespace strata::rpc {\n\n"
      "// What answers $full_name$, method by method. Thread-safe.\n"
      "class $subject$Handlers {\n"
      " public:\n"
      "  explicit $subject$Handlers(WorkspaceRegistry& registry) : registry_(registry) {}\n\n");
  for (const Method& method : service.methods) {
    file.With(service, method);
    if (method.shape == Method::Shape::kServerStream) {
      file.Print(
          "  absl::Status $method$(const CallContext& call, const $request$& request,\n"
          "      const std::function<absl::Status(const $response$&)>& send);\n");
    } else {
      file.Print(
          "  absl::Status $method$(const CallContext& call, const $request$& request,\n"
          "      $response$* response);\n");
    }
  }
  file.Print(
      "\n private:\n"
      "  WorkspaceRegistry& registry_;\n"
      "};\n\n"
      "}  // namespace strata::rpc\n");
}

// The stub compiler's classes that make each method a callback one, around Base.
std::string CallbackBase(const Service& service) {
  std::string base = "Base";
  for (const Method& method : service.methods) {
    base = absl::StrCat(service.space, "::", service.name, "::WithCallbackMethod_", method.name,
                        "<\n        ", base, ">");
  }
  return base;
}

void WriteForwarding(const Service& service, GeneratorContext* context) {
  SourceFile file(context, absl::StrCat(service.file, ".forwarding.h"));
  file.With(service);
  file.With("base", CallbackBase(service));
  file.Print(
      "#include \"server/rpc/transport/call_guard.h\"\n"
      "#include \"$file$.grpc.pb.h\"\n"
      "#include \"$file$.handlers.h\"\n\n"
      "namespace strata::rpc {\n\n"
      "// Ties $full_name$ to its handlers. Everything given outlives it.\n"
      "template <typename Base = $space$::$service$::Service>\n"
      "class $subject$Forwarding\n"
      "    : public $base$ {\n"
      " public:\n"
      "  $subject$Forwarding(CallGuard& guard, WorkspaceRegistry& registry)\n"
      "      : guard_(guard), handlers_(registry) {}\n\n");
  for (const Method& method : service.methods) {
    file.With(service, method);
    if (method.shape == Method::Shape::kServerStream) {
      file.Print(
          "  grpc::ServerWriteReactor<$response$>* $method$(\n"
          "      grpc::CallbackServerContext* context, const $request$* request) override {\n"
          "    return guard_.Serve(*context, *request, handlers_, &$subject$Handlers::$method$);\n"
          "  }\n");
    } else {
      file.Print(
          "  grpc::ServerUnaryReactor* $method$(\n"
          "      grpc::CallbackServerContext* context, const $request$* request,\n"
          "      $response$* response) override {\n"
          "    return guard_.Serve(*context, *request, response, handlers_,\n"
          "                        &$subject$Handlers::$method$);\n"
          "  }\n");
    }
  }
  file.Print(
      "\n protected:\n"
      "  CallGuard& guard_;\n\n"
      " private:\n"
      "  $subject$Handlers handlers_;\n"
      "};\n\n"
      "}  // namespace strata::rpc\n");
}

// What is forwarded of a service.
Service Forwarded(const Service& service, const std::set<std::string>& by_hand) {
  Service result = service;
  result.methods.clear();
  for (const Method& method : service.methods) {
    if (method.shape != Method::Shape::kOther && by_hand.count(method.name) == 0) {
      result.methods.push_back(method);
    }
  }
  return result;
}

}  // namespace

void WriteServerFiles(const std::vector<Service>& services, const std::set<std::string>& by_hand,
                      GeneratorContext* context) {
  for (const Service& service : services) {
    const Service forwarded = Forwarded(service, by_hand);
    WriteHandlers(forwarded, context);
    WriteForwarding(forwarded, context);
  }
}

}  // namespace strata::generator
