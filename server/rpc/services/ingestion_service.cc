#include "server/rpc/services/ingestion_service.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/append.h"
#include "server/rpc/transport/append_stream.h"
#include "server/rpc/transport/content_hash.h"
#include "server/rpc/transport/decode.h"
#include "server/rpc/transport/older_content_hash.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/ingestion_service.forwarding.h"

namespace strata::rpc {
namespace {

// 8-4-4-4-12 hexadecimal digits, in lower case: the same id however the caller writes it.
absl::StatusOr<std::string> ParseUuid(absl::string_view text) {
  constexpr absl::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  bool fits = text.size() == kShape.size();
  for (size_t i = 0; fits && i < kShape.size(); ++i) {
    fits = kShape[i] == '-' ? text[i] == '-' : absl::ascii_isxdigit(text[i]);
  }
  if (!fits) {
    return FieldError("request_id", "a UUID is needed, as in 123e4567-e89b-12d3-a456-426614174000");
  }
  return absl::AsciiStrToLower(text);
}

// What a repeated request is known by: everything it says but its id.
std::string ContentOf(v1::BatchAppendRecordsRequest& message) {
  const std::string id = std::move(*message.mutable_request_id());
  message.clear_request_id();
  std::string content = CanonicalBytes(message);
  message.set_request_id(id);
  return content;
}

absl::StatusOr<AppendRequest> UnaryAppend(
    std::shared_ptr<Decoded<v1::BatchAppendRecordsRequest>> decoded) {
  v1::BatchAppendRecordsRequest& message = *decoded->message;
  if (message.records().empty()) return FieldError("records", "send at least one record");
  AppendRequest append;
  STRATA_ASSIGN_OR_RETURN(append.request_id, ParseUuid(message.request_id()));
  append.validate_only = message.validate_only();
  if (!append.validate_only) {
    append.fingerprint = FingerprintOf(ContentOf(message));
    append.older_fingerprint = [decoded] {
      return BytesOf(Murmur3Of(ContentOf(*decoded->message)));
    };
  }
  STRATA_ASSIGN_OR_RETURN(append.batch, MakeBatch(std::move(decoded)));
  // A check tells everything it finds.
  if (append.validate_only) append.batch.on_error = OnError::kSkip;
  return append;
}

absl::Status AnswerTo(const absl::Status& status, const AppendResult& result,
                      grpc::ByteBuffer* out) {
  if (!status.ok()) return ExplainFailure(status, result);
  v1::BatchAppendRecordsResponse response;
  ToProto(result, &response);
  bool own_buffer = false;
  if (grpc::SerializationTraits<v1::BatchAppendRecordsResponse>::Serialize(response, out,
                                                                           &own_buffer)
          .ok()) {
    return absl::OkStatus();
  }
  return absl::InternalError("the answer could not be serialised");
}

using Base = IngestionForwarding<v1::IngestionService::WithRawCallbackMethod_BatchAppendRecords<
    v1::IngestionService::WithRawCallbackMethod_AppendRecords<v1::IngestionService::Service>>>;

// What is not forwarded: appends, whose bytes are decoded here.
class Service final : public Base {
 public:
  Service(CallGuard& guard, WorkspaceRegistry& registry, OpenAppendStreams& streams)
      : Base(guard, registry), registry_(registry), streams_(streams) {}

  grpc::ServerUnaryReactor* BatchAppendRecords(grpc::CallbackServerContext* context,
                                               const grpc::ByteBuffer* request,
                                               grpc::ByteBuffer* response) override {
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    auto call = std::make_shared<Call>(guard_, *context,
                                       CallGuard::MethodOf<v1::BatchAppendRecordsRequest>());
    WorkspacePtr workspace;
    absl::StatusOr<AppendRequest> append = Take(*request, *call, workspace);
    if (!append.ok()) {
      reactor->Finish(call->End(append.status()));
      return reactor;
    }
    workspace->Append(*std::move(append),
                      [reactor, response, call](absl::Status status, AppendResult result) {
                        reactor->Finish(call->End(AnswerTo(status, result, response)));
                      });
    return reactor;
  }

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* AppendRecords(
      grpc::CallbackServerContext* context) override {
    auto* const stream = new AppendStream(*context, guard_, registry_, streams_);
    stream->Begin();
    return stream;
  }

 private:
  absl::StatusOr<AppendRequest> Take(const grpc::ByteBuffer& bytes, Call& call,
                                     WorkspacePtr& workspace) {
    STRATA_RETURN_IF_ERROR(call.Admit());
    STRATA_ASSIGN_OR_RETURN(auto decoded, Decode<v1::BatchAppendRecordsRequest>(bytes));
    const v1::BatchAppendRecordsRequest& message = *decoded->message;
    call.set_workspace(message.workspace());
    call.set_records(message.records_size());
    STRATA_ASSIGN_OR_RETURN(workspace, FindWorkspace(registry_, message.workspace()));
    return UnaryAppend(std::move(decoded));
  }

  const WorkspaceRegistry& registry_;
  OpenAppendStreams& streams_;
};

}  // namespace

absl::Status IngestionHandlers::GetWriteStream(const CallContext& call,
                                               const v1::GetWriteStreamRequest& request,
                                               v1::GetWriteStreamResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const WorkspacePtr workspace,
                          FindWorkspace(registry_, request.workspace()));
  if (request.stream().empty()) return FieldError("stream", "name a write stream");
  const absl::StatusOr<WriteStreamState> state = workspace->GetWriteStream(request.stream());
  if (state.status().code() == absl::StatusCode::kNotFound) {
    return WithDefaultReason(state.status(), "WRITE_STREAM_NOT_FOUND");
  }
  if (!state.ok()) return state.status();
  ToProto(*state, response);
  return absl::OkStatus();
}

std::unique_ptr<grpc::Service> MakeIngestionService(CallGuard& guard, WorkspaceRegistry& registry,
                                                    OpenAppendStreams& streams) {
  return std::make_unique<Service>(guard, registry, streams);
}

}  // namespace strata::rpc
