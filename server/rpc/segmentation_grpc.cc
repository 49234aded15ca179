#include "server/rpc/segmentation_grpc.h"

#include "server/rpc/segmentation_service.h"
#include "strata/v1/segmentation_service.grpc.pb.h"

// What the stub compiler made, tied to the handlers: one line a method, nothing else.

namespace strata::rpc {
namespace {

using grpc::ServerContext;
using grpc::Status;

class Service final : public v1::SegmentationService::Service {
 public:
  Service(CallGuard& guard, WorkspaceRegistry& registry) : guard_(guard), segments_(registry) {}

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

 private:
  CallGuard& guard_;
  SegmentHandlers segments_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeSegmentationService(CallGuard& guard,
                                                       WorkspaceRegistry& registry) {
  return std::make_unique<Service>(guard, registry);
}

}  // namespace strata::rpc
