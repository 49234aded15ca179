#include "server/rpc/segmentation_grpc.h"

#include <chrono>
#include <exception>

#include "absl/strings/str_cat.h"
#include "server/rpc/segment_members.h"
#include "server/rpc/segment_queries.h"
#include "server/rpc/segmentation_service.h"
#include "server/rpc/slow_reader.h"
#include "strata/v1/segmentation_service.grpc.pb.h"

// What the stub compiler made, tied to the handlers: one line a method, nothing else.

namespace strata::rpc {
namespace {

using grpc::ServerContext;
using grpc::Status;

// A reader that takes no message of a listing for so long is cut off.
constexpr std::chrono::milliseconds kReaderPatience(30'000);

// Watches are callback methods: an idle one costs no thread.
using Base =
    v1::SegmentationService::WithCallbackMethod_WatchSegment<v1::SegmentationService::Service>;

class Service final : public Base {
 public:
  Service(CallGuard& guard, WorkspaceRegistry& registry, SegmentWatches& watches)
      : guard_(guard),
        registry_(registry),
        watches_(watches),
        segments_(registry),
        queries_(registry),
        members_(registry) {}

  Status CreateSegment(ServerContext* context, const v1::CreateSegmentRequest* request,
                       v1::CreateSegmentResponse* response) override {
    return guard_.Serve(context, *request, response, segments_, &SegmentHandlers::CreateSegment);
  }
  Status GetSegment(ServerContext* context, const v1::GetSegmentRequest* request,
                    v1::GetSegmentResponse* response) override {
    return guard_.Serve(context, *request, response, segments_, &SegmentHandlers::GetSegment);
  }
  Status ListSegments(ServerContext* context, const v1::ListSegmentsRequest* request,
                      v1::ListSegmentsResponse* response) override {
    return guard_.Serve(context, *request, response, segments_, &SegmentHandlers::ListSegments);
  }
  Status UpdateSegment(ServerContext* context, const v1::UpdateSegmentRequest* request,
                       v1::UpdateSegmentResponse* response) override {
    return guard_.Serve(context, *request, response, segments_, &SegmentHandlers::UpdateSegment);
  }
  Status DeleteSegment(ServerContext* context, const v1::DeleteSegmentRequest* request,
                       v1::DeleteSegmentResponse* response) override {
    return guard_.Serve(context, *request, response, segments_, &SegmentHandlers::DeleteSegment);
  }
  Status CheckFilter(ServerContext* context, const v1::CheckFilterRequest* request,
                     v1::CheckFilterResponse* response) override {
    return guard_.Serve(context, *request, response, segments_, &SegmentHandlers::CheckFilter);
  }
  // Counts as one of the reads at work until its last message is taken.
  Status ListSegmentMembers(ServerContext* context, const v1::ListSegmentMembersRequest* request,
                            grpc::ServerWriter<v1::ListSegmentMembersResponse>* writer) override {
    Call call(guard_, *context, CallGuard::MethodOf<v1::ListSegmentMembersRequest>());
    call.set_workspace(request->scope().workspace());
    absl::Status status = call.AdmitRead();
    if (!status.ok()) return call.End(status);
    SlowReaderGuard reader(*context, kReaderPatience);
    const CallContext caller = call.context();
    int64_t sent = 0;
    try {
      status = members_.ListSegmentMembers(
          caller, *request, [&](const v1::ListSegmentMembersResponse& message) {
            sent += message.members_size();
            const absl::Status stop = caller.stop.Check();
            return stop.ok() ? reader.Run([&] { return writer->Write(message); }) : stop;
          });
    } catch (const std::exception& error) {
      status = absl::InternalError(absl::StrCat("exception: ", error.what()));
    }
    call.set_records(sent);
    return call.End(status);
  }
  Status ProfileSegment(ServerContext* context, const v1::ProfileSegmentRequest* request,
                        v1::ProfileSegmentResponse* response) override {
    return guard_.Serve(context, *request, response, queries_,
                        &SegmentQueryHandlers::ProfileSegment);
  }
  Status ScoreRfm(ServerContext* context, const v1::ScoreRfmRequest* request,
                  v1::ScoreRfmResponse* response) override {
    return guard_.Serve(context, *request, response, queries_, &SegmentQueryHandlers::ScoreRfm);
  }
  Status ComputeTransitions(ServerContext* context, const v1::ComputeTransitionsRequest* request,
                            v1::ComputeTransitionsResponse* response) override {
    return guard_.Serve(context, *request, response, queries_,
                        &SegmentQueryHandlers::ComputeTransitions);
  }
  grpc::ServerWriteReactor<v1::WatchSegmentResponse>* WatchSegment(
      grpc::CallbackServerContext* context, const v1::WatchSegmentRequest* request) override {
    return watches_.Open(*context, guard_, registry_, *request);
  }

 private:
  CallGuard& guard_;
  WorkspaceRegistry& registry_;
  SegmentWatches& watches_;
  SegmentHandlers segments_;
  SegmentQueryHandlers queries_;
  SegmentMemberHandler members_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeSegmentationService(CallGuard& guard,
                                                       WorkspaceRegistry& registry,
                                                       SegmentWatches& watches) {
  return std::make_unique<Service>(guard, registry, watches);
}

}  // namespace strata::rpc
