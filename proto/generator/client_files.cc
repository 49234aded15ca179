#include "proto/generator/client_files.h"

#include "proto/generator/source_file.h"

namespace strata::generator {
namespace {

using google::protobuf::compiler::GeneratorContext;
using Shape = Method::Shape;

// Calls `print` for every method that the client's classes have.
template <typename Print>
void ForEachMethod(const std::vector<Service>& services, SourceFile& file, Print print) {
  for (const Service& service : services) {
    for (const Method& method : service.methods) {
      if (method.shape == Shape::kOther) continue;
      file.With(service, method);
      print(method);
    }
  }
}

void WriteMessages(const std::vector<Service>& services, GeneratorContext* context) {
  SourceFile file(context, "include/strata/messages.h");
  for (const Service& service : services) {
    file.With(service);
    file.Print("#include \"$file$.pb.h\"  // IWYU pragma: export\n");
  }
}

void WriteConnection(const std::vector<Service>& services, GeneratorContext* context) {
  SourceFile file(context, "include/strata/connection_methods.h");
  file.Print(
      "#include <functional>\n\n"
      "#include \"absl/status/status.h\"\n"
      "#include \"absl/status/statusor.h\"\n"
      "#include \"strata/call.h\"\n\n");
  file.DeclareMessages(services);
  file.Print(
      "namespace strata {\n\n"
      "// The part of a Connection that follows from the contract: one method an RPC.\n"
      "class ConnectionMethods {\n"
      " public:\n"
      "  virtual ~ConnectionMethods() = default;\n\n");
  ForEachMethod(services, file, [&](const Method& method) {
    if (method.shape == Shape::kServerStream) {
      file.Print(
          "  virtual absl::Status $method$(\n"
          "      const Call<$request$>& call,\n"
          "      const std::function<bool(const $response$&)>& each) = 0;\n");
      return;
    }
    if (!method.repeatable) file.Print("  // Not repeated.\n");
    file.Print(
        "  virtual absl::StatusOr<$response$> $method$(\n"
        "      const Call<$request$>& call) = 0;\n");
  });
  file.Print("};\n\n}  // namespace strata\n");
}

constexpr char kClientHead[] = R"(#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "strata/options.h"

)";

constexpr char kClientClass[] = R"(namespace strata {

class Connection;

// A client of one Strata server: one typed method an RPC. Units, defaults and errors stand beside the
// messages in strata/v1/*.proto; failed calls carry details, see strata/error.h; what is repeated
// after UNAVAILABLE stands in strata/connection.h.
//
//   absl::StatusOr<Client> client = Client::Connect({.target = "localhost:50051"});
//   v1::QueryKpisRequest request;
//   request.mutable_scope()->set_workspace("sales");
//   request.add_kpis("revenue");
//   absl::StatusOr<v1::QueryKpisResponse> answer = client->QueryKpis(request);
//
// Cheap to copy; copies share the connection. Thread-safe. Many records are sent by AppendWriter.
//
// strata/client.h brings the messages along. This header does not: a program of many sources that use
// few messages each compiles faster with it and the strata/v1/*.pb.h that a source needs.
class Client {
 public:
  static absl::StatusOr<Client> Connect(const ClientOptions& options);
  // For tests: a MockConnection.
  explicit Client(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

)";

void WriteClientHeader(const std::vector<Service>& services, GeneratorContext* context) {
  SourceFile file(context, "include/strata/client_class.h");
  file.Print(kClientHead);
  file.DeclareMessages(services);
  file.Print(kClientClass);
  ForEachMethod(services, file, [&](const Method& method) {
    file.PrintComment(method);
    if (method.shape == Shape::kServerStream) {
      file.Print(
          "  // `each` sees every message in turn; false from it ends the call.\n"
          "  absl::Status $method$(\n"
          "      $request$ request,\n"
          "      const std::function<bool(const $response$&)>& each,\n"
          "      CallOptions options = {});\n\n");
    } else {
      file.Print(
          "  absl::StatusOr<$response$> $method$(\n"
          "      $request$ request, CallOptions options = {});\n\n");
    }
  });
  file.Print(
      "  const std::shared_ptr<Connection>& connection() const { return connection_; }\n\n"
      " private:\n"
      "  std::shared_ptr<Connection> connection_;\n"
      "};\n\n}  // namespace strata\n");
}

void WriteClientSource(const std::vector<Service>& services, GeneratorContext* context) {
  SourceFile file(context, "src/client_class.cc");
  file.Print(
      "#include \"strata/client_class.h\"\n\n"
      "#include \"strata/connection.h\"\n"
      "#include \"strata/messages.h\"\n\n"
      "namespace strata {\n");
  ForEachMethod(services, file, [&](const Method& method) {
    if (method.shape == Shape::kServerStream) {
      file.Print(
          "\nabsl::Status Client::$method$(\n"
          "    $request$ request,\n"
          "    const std::function<bool(const $response$&)>& each, CallOptions options) {\n"
          "  return connection_->$method$({std::move(request), std::move(options)}, each);\n"
          "}\n");
    } else {
      file.Print(
          "\nabsl::StatusOr<$response$> Client::$method$(\n"
          "    $request$ request, CallOptions options) {\n"
          "  return connection_->$method$({std::move(request), std::move(options)});\n"
          "}\n");
    }
  });
  file.Print("\n}  // namespace strata\n");
}

void PrintChannelMethod(const Method& method, SourceFile& file) {
  if (method.shape == Shape::kServerStream) {
    file.Print(
        "  absl::Status $method$(\n"
        "      const Call<$request$>& call,\n"
        "      const std::function<bool(const $response$&)>& each) override {\n"
        "    return calls_.Stream(*$member$, &$space$::$service$::Stub::$method$, call, each);\n"
        "  }\n");
    return;
  }
  file.With("repeat", method.repeatable ? "kUnavailable" : "kNever");
  file.Print(
      "  absl::StatusOr<$response$> $method$(\n"
      "      const Call<$request$>& call) override {\n"
      "    return calls_.Unary(*$member$, &$space$::$service$::Stub::$method$, call,\n"
      "                        Repeat::$repeat$);\n"
      "  }\n");
}

void WriteChannel(const std::vector<Service>& services, GeneratorContext* context) {
  SourceFile file(context, "src/channel_methods.h");
  file.Print(
      "#include <functional>\n"
      "#include <memory>\n\n"
      "#include \"client/src/channel_calls.h\"\n"
      "#include \"strata/connection.h\"\n");
  for (const Service& service : services) {
    file.With(service);
    file.Print("#include \"$file$.grpc.pb.h\"\n");
  }
  file.Print(
      "\nnamespace strata::internal {\n\n"
      "// The part of a connection over a channel that follows from the contract.\n"
      "class ChannelMethods : public Connection {\n"
      " public:\n"
      "  ChannelMethods(const std::shared_ptr<grpc::ChannelInterface>& channel,\n"
      "                 const ClientOptions& options)\n"
      "      : calls_(options)");
  for (const Service& service : services) {
    file.With(service);
    file.Print(",\n        $member$($space$::$service$::NewStub(channel))");
  }
  file.Print(" {}\n\n");
  ForEachMethod(services, file, [&](const Method& method) { PrintChannelMethod(method, file); });
  file.Print("\n protected:\n  const ChannelCalls calls_;\n");
  for (const Service& service : services) {
    file.With(service);
    file.Print("  const std::unique_ptr<$space$::$service$::Stub> $member$;\n");
  }
  file.Print("};\n\n}  // namespace strata::internal\n");
}

void WriteMock(const std::vector<Service>& services, GeneratorContext* context) {
  SourceFile file(context, "mocks/strata/mocks/mock_methods.h");
  file.Print(
      "#include <functional>\n\n"
      "#include \"gmock/gmock.h\"\n"
      "#include \"strata/connection.h\"\n"
      "#include \"strata/messages.h\"\n\n"
      "namespace strata {\n\n"
      "// The part of a MockConnection that follows from the contract.\n"
      "class MockMethods : public Connection {\n"
      " public:\n");
  ForEachMethod(services, file, [&](const Method& method) {
    if (method.shape == Shape::kServerStream) {
      file.Print(
          "  MOCK_METHOD(absl::Status, $method$,\n"
          "              (const Call<$request$>& call,\n"
          "               const std::function<bool(const $response$&)>& each),\n"
          "              (override));\n");
    } else {
      file.Print(
          "  MOCK_METHOD(absl::StatusOr<$response$>, $method$,\n"
          "              (const Call<$request$>& call), (override));\n");
    }
  });
  file.Print("};\n\n}  // namespace strata\n");
}

}  // namespace

void WriteClientFiles(const std::vector<Service>& services, GeneratorContext* context) {
  WriteMessages(services, context);
  WriteConnection(services, context);
  WriteClientHeader(services, context);
  WriteClientSource(services, context);
  WriteChannel(services, context);
  WriteMock(services, context);
}

}  // namespace strata::generator
