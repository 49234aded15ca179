#include "proto/generator/forwarding.h"

#include <map>
#include <memory>

#include "gmock/gmock.h"
#include "google/protobuf/compiler/importer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "gtest/gtest.h"

// What the plugin writes of a small contract. That it compiles and works is shown by the client and
// the server, which consist of it.

namespace strata::generator {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kContract[] = R"(syntax = "proto3";
package strata.v1;
message BoilRequest {}
message BoilResponse {}
message PourRequest {}
message PourResponse {}
message SmellRequest {}
message SmellResponse {}
message ChatRequest {}
message ChatResponse {}

service TeaTableService {
  // Heats water,
  // for $5.
  rpc Boil(BoilRequest) returns (BoilResponse) {
    option idempotency_level = IDEMPOTENT;
  }
  rpc Pour(PourRequest) returns (PourResponse);
  rpc Smell(SmellRequest) returns (stream SmellResponse);
  rpc Chat(stream ChatRequest) returns (stream ChatResponse);
}
)";

// Keeps in memory what is written.
class Output : public google::protobuf::compiler::GeneratorContext {
 public:
  google::protobuf::io::ZeroCopyOutputStream* Open(const std::string& path) override {
    return new google::protobuf::io::StringOutputStream(&files[path]);
  }
  std::map<std::string, std::string> files;
};

// The only file there is: its text.
class OneFile : public google::protobuf::compiler::SourceTree {
 public:
  explicit OneFile(const std::string& text) : text_(text) {}
  google::protobuf::io::ZeroCopyInputStream* Open(const std::string&) override {
    return new google::protobuf::io::ArrayInputStream(text_.data(), static_cast<int>(text_.size()));
  }

 private:
  const std::string text_;
};

struct Written {
  bool done;
  std::string error;
  std::map<std::string, std::string> files;
};

Written Write(const std::string& contract, const std::string& parameter) {
  OneFile tree(contract);
  google::protobuf::compiler::Importer importer(&tree, nullptr);
  const auto* file = importer.Import("strata/v1/tea.proto");
  if (file == nullptr) return {false, "the contract has a syntax error", {}};
  Written written;
  Output output;
  written.done = ForwardingGenerator().GenerateAll({file}, parameter, &output, &written.error);
  written.files = output.files;
  return written;
}

TEST(ForwardingTest, AClientHasOneMethodAnRpcWithItsComment) {
  Written written = Write(kContract, "client");
  ASSERT_TRUE(written.done) << written.error;
  const std::string& header = written.files["include/strata/client_class.h"];
  EXPECT_THAT(
      header,
      HasSubstr(
          R"(  explicit Client(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

  // Heats water,
  // for $5.
  absl::StatusOr<v1::BoilResponse> Boil(
      v1::BoilRequest request, CallOptions options = {});

  absl::StatusOr<v1::PourResponse> Pour(
      v1::PourRequest request, CallOptions options = {});

  // `each` sees every message in turn; false from it ends the call.
  absl::Status Smell(
      v1::SmellRequest request,
      const std::function<bool(const v1::SmellResponse&)>& each,
      CallOptions options = {});

  const std::shared_ptr<Connection>& connection() const)"));
  EXPECT_THAT(written.files["src/client_class.cc"],
              HasSubstr(R"(absl::StatusOr<v1::PourResponse> Client::Pour(
    v1::PourRequest request, CallOptions options) {
  return connection_->Pour({std::move(request), std::move(options)});
}
)"));
}

TEST(ForwardingTest, PublicHeadersDeclareMessagesAndIncludeNone) {
  Written written = Write(kContract, "client");
  for (const char* path :
       {"include/strata/client_class.h", "include/strata/connection_methods.h"}) {
    EXPECT_THAT(written.files[path], HasSubstr(R"(namespace strata::v1 {
class BoilRequest;
class BoilResponse;
class PourRequest;
class PourResponse;
class SmellRequest;
class SmellResponse;
}  // namespace strata::v1
)")) << path;
    EXPECT_THAT(written.files[path], Not(HasSubstr("#include \"strata/v1/"))) << path;
  }
  EXPECT_THAT(written.files["include/strata/messages.h"],
              HasSubstr("#include \"strata/v1/tea.pb.h\""));
}

TEST(ForwardingTest, OnlyWhatHasAnIdempotencyLevelIsRepeated) {
  Written written = Write(kContract, "client");
  const std::string& channel = written.files["src/channel_methods.h"];
  EXPECT_THAT(channel, HasSubstr(R"(&v1::TeaTableService::Stub::Boil, call,
                        Repeat::kUnavailable);)"));
  EXPECT_THAT(channel, HasSubstr(R"(&v1::TeaTableService::Stub::Pour, call,
                        Repeat::kNever);)"));
  EXPECT_THAT(channel, HasSubstr("const std::unique_ptr<v1::TeaTableService::Stub> "
                                 "tea_table_service_;"));
  EXPECT_THAT(written.files["include/strata/connection_methods.h"], HasSubstr(R"(  // Not repeated.
  virtual absl::StatusOr<v1::PourResponse> Pour()"));
}

TEST(ForwardingTest, AMockHasEveryMethodOfTheConnection) {
  Written written = Write(kContract, "client");
  const std::string& mock = written.files["mocks/strata/mocks/mock_methods.h"];
  EXPECT_THAT(mock, HasSubstr(R"(  MOCK_METHOD(absl::StatusOr<v1::BoilResponse>, Boil,
              (const Call<v1::BoilRequest>& call), (override));)"));
  EXPECT_THAT(mock, HasSubstr("MOCK_METHOD(absl::Status, Smell,"));
}

TEST(ForwardingTest, AStreamOfRequestsIsLeftToHands) {
  for (const char* parameter : {"client", "server"}) {
    const Written written = Write(kContract, parameter);
    ASSERT_TRUE(written.done) << written.error;
    for (const auto& [path, text] : written.files)
      EXPECT_THAT(text, Not(HasSubstr("Chat"))) << path;
  }
}

TEST(ForwardingTest, AServerTiesMethodsToHandlers) {
  Written written = Write(kContract, "server");
  ASSERT_TRUE(written.done) << written.error;
  const std::string& handlers = written.files["strata/v1/tea.handlers.h"];
  EXPECT_THAT(handlers, HasSubstr("explicit TeaTableHandlers(WorkspaceRegistry& registry)"));
  EXPECT_THAT(
      handlers,
      HasSubstr(R"(  absl::Status Pour(const CallContext& call, const v1::PourRequest& request,
      v1::PourResponse* response);
  absl::Status Smell(const CallContext& call, const v1::SmellRequest& request,
      const std::function<absl::Status(const v1::SmellResponse&)>& send);
)"));
  const std::string& forwarding = written.files["strata/v1/tea.forwarding.h"];
  EXPECT_THAT(forwarding, HasSubstr("template <typename Base = v1::TeaTableService::Service>"));
  EXPECT_THAT(forwarding, HasSubstr("v1::TeaTableService::WithCallbackMethod_Boil<"));
  EXPECT_THAT(forwarding, HasSubstr(R"(  grpc::ServerUnaryReactor* Boil(
      grpc::CallbackServerContext* context, const v1::BoilRequest* request,
      v1::BoilResponse* response) override {
    return guard_.Serve(*context, *request, response, handlers_,
                        &TeaTableHandlers::Boil);
  })"));
  EXPECT_THAT(forwarding, HasSubstr("grpc::ServerWriteReactor<v1::SmellResponse>* Smell("));
}

TEST(ForwardingTest, WhatIsServedByHandIsNotForwarded) {
  Written written = Write(kContract, "server,by_hand=Boil");
  ASSERT_TRUE(written.done) << written.error;
  for (const auto& [path, text] : written.files) {
    EXPECT_THAT(text, Not(HasSubstr("Boil"))) << path;
    EXPECT_THAT(text, HasSubstr("Pour")) << path;
  }
}

TEST(ForwardingTest, SaysWhatCannotBeForwarded) {
  EXPECT_THAT(Write(kContract, "").error, HasSubstr("client or server"));
  EXPECT_THAT(Write(kContract, "client,server").error, HasSubstr("client or server"));
  EXPECT_THAT(Write(kContract, "client,colour=red").error, HasSubstr("colour"));
  const Written elsewhere = Write(
      "syntax = 'proto3'; package tea; message M {}"
      "service TeaService { rpc Boil(M) returns (M); }",
      "client");
  EXPECT_FALSE(elsewhere.done);
  EXPECT_THAT(elsewhere.error, HasSubstr("tea.TeaService"));
  const Written nested = Write(
      "syntax = 'proto3'; package strata.v1; message M { message N {} }"
      "service TeaService { rpc Boil(M.N) returns (M); }",
      "server");
  EXPECT_FALSE(nested.done);
  EXPECT_THAT(nested.error, HasSubstr("strata.v1.M.N"));
}

}  // namespace
}  // namespace strata::generator
