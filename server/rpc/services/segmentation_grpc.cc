#include "server/rpc/services/segmentation_grpc.h"

#include "strata/v1/segmentation_service.forwarding.h"

namespace strata::rpc {
namespace {

using Base = SegmentationForwarding<
    v1::SegmentationService::WithCallbackMethod_WatchSegment<v1::SegmentationService::Service>>;

// What is not forwarded: watches, which share a thread.
class Service final : public Base {
 public:
  Service(CallGuard& guard, WorkspaceRegistry& registry, SegmentWatches& watches)
      : Base(guard, registry), registry_(registry), watches_(watches) {}

  grpc::ServerWriteReactor<v1::WatchSegmentResponse>* WatchSegment(
      grpc::CallbackServerContext* context, const v1::WatchSegmentRequest* request) override {
    return watches_.Open(*context, guard_, registry_, *request);
  }

 private:
  const WorkspaceRegistry& registry_;
  SegmentWatches& watches_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeSegmentationService(CallGuard& guard,
                                                       WorkspaceRegistry& registry,
                                                       SegmentWatches& watches) {
  return std::make_unique<Service>(guard, registry, watches);
}

}  // namespace strata::rpc
