#ifndef STRATA_SERVER_RPC_CONVERT_RISK_H_
#define STRATA_SERVER_RPC_CONVERT_RISK_H_

#include "server/analytics/insight/risk/risk_model.h"
#include "strata/v1/insight_service.pb.h"

namespace strata::rpc {

void ToProto(const analytics::insight::RiskModel& model, v1::RiskModel* out);

// The five features that move this customer's risk most, in either direction, largest first.
void AddDrivers(const analytics::insight::RiskModel& model,
                const analytics::insight::RiskFeatureRow& row, v1::RankedRisk* out);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_CONVERT_RISK_H_
