#ifndef STRATA_SERVER_RPC_INSIGHT_SERVICE_H_
#define STRATA_SERVER_RPC_INSIGHT_SERVICE_H_

#include "absl/status/status.h"
#include "server/rpc/call_context.h"
#include "server/workspace/registry.h"
#include "strata/v1/insight_service.pb.h"

namespace strata::rpc {

// The methods of strata.v1.InsightService, in two files by subject: insight_structure.cc
// and insight_risk.cc. Thread-safe.
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

 private:
  const WorkspaceRegistry& registry_;
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_INSIGHT_SERVICE_H_
