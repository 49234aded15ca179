// SWOT: analytics in, protobuf out.
#include <string>

#include "server/analytics/insight/swot/swot.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/meta.h"
#include "server/rpc/convert/value.h"
#include "server/rpc/transport/read_scope.h"
#include "strata/v1/insight_service.handlers.h"

namespace strata::rpc {
namespace {

v1::SwotKind KindOf(analytics::insight::SwotKind kind) {
  switch (kind) {
    case analytics::insight::SwotKind::kStrength:
      return v1::SWOT_KIND_STRENGTH;
    case analytics::insight::SwotKind::kWeakness:
      return v1::SWOT_KIND_WEAKNESS;
    case analytics::insight::SwotKind::kOpportunity:
      return v1::SWOT_KIND_OPPORTUNITY;
    case analytics::insight::SwotKind::kThreat:
      return v1::SWOT_KIND_THREAT;
  }
  return v1::SWOT_KIND_UNSPECIFIED;
}

void PutEvidence(const analytics::insight::SwotEvidence& evidence, v1::SwotEvidence* out) {
  out->set_kpi(evidence.kpi);
  out->set_where(evidence.where);
  ToProto(evidence.value, out->mutable_value());
  if (evidence.comparison_meaning.empty()) return;
  ToProto(evidence.comparison, out->mutable_comparison());
  out->set_comparison_meaning(evidence.comparison_meaning);
}

}  // namespace

absl::Status InsightHandlers::GenerateSwot(const CallContext& call,
                                           const v1::GenerateSwotRequest& request,
                                           v1::GenerateSwotResponse* response) {
  STRATA_ASSIGN_OR_RETURN(const PinnedScope pinned,
                          PinScope(registry_, request.scope(), 0, call.stop));
  STRATA_ASSIGN_OR_RETURN(const analytics::insight::Swot swot,
                          analytics::insight::GenerateSwot(pinned.scope));
  ToProto(*pinned.scope.revision, swot.info, response->mutable_meta());
  for (const analytics::insight::SwotStatement& statement : swot.statements) {
    v1::SwotStatement* made = response->add_statements();
    made->set_kind(KindOf(statement.kind));
    made->set_rule(statement.rule);
    made->set_statement(statement.statement);
    for (const analytics::insight::SwotEvidence& evidence : statement.evidence) {
      PutEvidence(evidence, made->add_evidence());
    }
    made->set_recommendation(statement.recommendation);
  }
  for (const std::string& silent : swot.silent) response->add_silent(silent);
  return absl::OkStatus();
}

}  // namespace strata::rpc
