#ifndef STRATA_SERVER_RPC_INSIGHT_SERVICE_H_
#define STRATA_SERVER_RPC_INSIGHT_SERVICE_H_

#include "absl/status/status.h"
#include "server/rpc/call_context.h"
#include "server/workspace/registry.h"
#include "strata/v1/insight_service.pb.h"

namespace strata::rpc {

// The methods of strata.v1.InsightService, in files by subject: insight_structure.cc,
// insight_risk.cc and those named below. Thread-safe.
class InsightHandlers {
 public:
  explicit InsightHandlers(const WorkspaceRegistry& registry) : registry_(registry) {}

  // Structure of revenue.
  absl::Status AnalyzeConcentration(const CallContext& call,
                                    const v1::AnalyzeConcentrationRequest& request,
                                    v1::AnalyzeConcentrationResponse* response);
  absl::Status CompareDistribution(const CallContext& call,
                                   const v1::CompareDistributionRequest& request,
                                   v1::CompareDistributionResponse* response);
  absl::Status AnalyzeVolatility(const CallContext& call,
                                 const v1::AnalyzeVolatilityRequest& request,
                                 v1::AnalyzeVolatilityResponse* response);
  absl::Status AnalyzeRetention(const CallContext& call, const v1::AnalyzeRetentionRequest& request,
                                v1::AnalyzeRetentionResponse* response);

  // Risk.
  absl::Status RankEscalationRisk(const CallContext& call,
                                  const v1::RankEscalationRiskRequest& request,
                                  v1::RankEscalationRiskResponse* response);
  absl::Status BacktestRisk(const CallContext& call, const v1::BacktestRiskRequest& request,
                            v1::BacktestRiskResponse* response);
  absl::Status RankIndicators(const CallContext& call, const v1::RankIndicatorsRequest& request,
                              v1::RankIndicatorsResponse* response);

  // Action: insight_support.cc, insight_action.cc, insight_products.cc, insight_swot.cc.
  absl::Status AssessSupport(const CallContext& call, const v1::AssessSupportRequest& request,
                             v1::AssessSupportResponse* response);
  absl::Status RankInterventions(const CallContext& call,
                                 const v1::RankInterventionsRequest& request,
                                 v1::RankInterventionsResponse* response);
  absl::Status ListSignals(const CallContext& call, const v1::ListSignalsRequest& request,
                           v1::ListSignalsResponse* response);
  absl::Status RecommendProducts(const CallContext& call,
                                 const v1::RecommendProductsRequest& request,
                                 v1::RecommendProductsResponse* response);
  absl::Status GenerateSwot(const CallContext& call, const v1::GenerateSwotRequest& request,
                            v1::GenerateSwotResponse* response);

 private:
  const WorkspaceRegistry& registry_;
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_INSIGHT_SERVICE_H_
