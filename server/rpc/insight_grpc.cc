#include "server/rpc/insight_grpc.h"

#include "server/rpc/insight_service.h"
#include "strata/v1/insight_service.grpc.pb.h"

// What the stub compiler made, tied to the handlers: one line a method, nothing else.

namespace strata::rpc {
namespace {

using grpc::ServerContext;
using grpc::Status;

class Service final : public v1::InsightService::Service {
 public:
  Service(CallGuard& guard, const WorkspaceRegistry& registry)
      : guard_(guard), insights_(registry) {}

  Status AnalyzeConcentration(ServerContext* context,
                              const v1::AnalyzeConcentrationRequest* request,
                              v1::AnalyzeConcentrationResponse* response) override {
    return guard_.Serve(context, *request, response, insights_,
                        &InsightHandlers::AnalyzeConcentration);
  }
  Status CompareDistribution(ServerContext* context, const v1::CompareDistributionRequest* request,
                             v1::CompareDistributionResponse* response) override {
    return guard_.Serve(context, *request, response, insights_,
                        &InsightHandlers::CompareDistribution);
  }
  Status AnalyzeVolatility(ServerContext* context, const v1::AnalyzeVolatilityRequest* request,
                           v1::AnalyzeVolatilityResponse* response) override {
    return guard_.Serve(context, *request, response, insights_,
                        &InsightHandlers::AnalyzeVolatility);
  }
  Status AnalyzeRetention(ServerContext* context, const v1::AnalyzeRetentionRequest* request,
                          v1::AnalyzeRetentionResponse* response) override {
    return guard_.Serve(context, *request, response, insights_, &InsightHandlers::AnalyzeRetention);
  }
  Status RankEscalationRisk(ServerContext* context, const v1::RankEscalationRiskRequest* request,
                            v1::RankEscalationRiskResponse* response) override {
    return guard_.Serve(context, *request, response, insights_,
                        &InsightHandlers::RankEscalationRisk);
  }
  Status BacktestRisk(ServerContext* context, const v1::BacktestRiskRequest* request,
                      v1::BacktestRiskResponse* response) override {
    return guard_.Serve(context, *request, response, insights_, &InsightHandlers::BacktestRisk);
  }
  Status RankIndicators(ServerContext* context, const v1::RankIndicatorsRequest* request,
                        v1::RankIndicatorsResponse* response) override {
    return guard_.Serve(context, *request, response, insights_, &InsightHandlers::RankIndicators);
  }
  Status AssessSupport(ServerContext* context, const v1::AssessSupportRequest* request,
                       v1::AssessSupportResponse* response) override {
    return guard_.Serve(context, *request, response, insights_, &InsightHandlers::AssessSupport);
  }
  Status RankInterventions(ServerContext* context, const v1::RankInterventionsRequest* request,
                           v1::RankInterventionsResponse* response) override {
    return guard_.Serve(context, *request, response, insights_,
                        &InsightHandlers::RankInterventions);
  }
  Status ListSignals(ServerContext* context, const v1::ListSignalsRequest* request,
                     v1::ListSignalsResponse* response) override {
    return guard_.Serve(context, *request, response, insights_, &InsightHandlers::ListSignals);
  }
  Status RecommendProducts(ServerContext* context, const v1::RecommendProductsRequest* request,
                           v1::RecommendProductsResponse* response) override {
    return guard_.Serve(context, *request, response, insights_,
                        &InsightHandlers::RecommendProducts);
  }
  Status GenerateSwot(ServerContext* context, const v1::GenerateSwotRequest* request,
                      v1::GenerateSwotResponse* response) override {
    return guard_.Serve(context, *request, response, insights_, &InsightHandlers::GenerateSwot);
  }

 private:
  CallGuard& guard_;
  InsightHandlers insights_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeInsightService(CallGuard& guard,
                                                  const WorkspaceRegistry& registry) {
  return std::make_unique<Service>(guard, registry);
}

}  // namespace strata::rpc
