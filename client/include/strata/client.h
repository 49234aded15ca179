#ifndef STRATA_CLIENT_H_
#define STRATA_CLIENT_H_

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "strata/connection.h"
#include "strata/options.h"

namespace strata {

// A client of one Strata server: one typed method an RPC. What each does, its units, defaults and
// errors stand beside the RPC in strata/v1/*.proto; failed calls carry details, see strata/error.h;
// what is repeated after UNAVAILABLE stands in strata/connection.h.
//
//   absl::StatusOr<Client> client = Client::Connect({.target = "localhost:50051"});
//   v1::QueryKpisRequest request;
//   request.mutable_scope()->set_workspace("sales");
//   request.add_kpis("revenue");
//   absl::StatusOr<v1::QueryKpisResponse> answer = client->QueryKpis(request);
//
// Cheap to copy; copies share the connection. Thread-safe. Many records are sent by AppendWriter.
class Client {
 public:
  static absl::StatusOr<Client> Connect(const ClientOptions& options) {
    absl::StatusOr<std::shared_ptr<Connection>> connection = strata::Connect(options);
    if (!connection.ok()) return connection.status();
    return Client(*std::move(connection));
  }
  // For tests: a MockConnection.
  explicit Client(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

  // WorkspaceService
  absl::StatusOr<v1::CreateWorkspaceResponse> CreateWorkspace(v1::CreateWorkspaceRequest request,
                                                              CallOptions options = {}) {
    return connection_->CreateWorkspace({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::GetWorkspaceResponse> GetWorkspace(v1::GetWorkspaceRequest request,
                                                        CallOptions options = {}) {
    return connection_->GetWorkspace({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::ListWorkspacesResponse> ListWorkspaces(v1::ListWorkspacesRequest request,
                                                            CallOptions options = {}) {
    return connection_->ListWorkspaces({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::UpdateWorkspaceResponse> UpdateWorkspace(v1::UpdateWorkspaceRequest request,
                                                              CallOptions options = {}) {
    return connection_->UpdateWorkspace({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::DeleteWorkspaceResponse> DeleteWorkspace(v1::DeleteWorkspaceRequest request,
                                                              CallOptions options = {}) {
    return connection_->DeleteWorkspace({std::move(request), std::move(options)});
  }

  // IngestionService
  absl::StatusOr<v1::BatchAppendRecordsResponse> BatchAppendRecords(
      v1::BatchAppendRecordsRequest request, CallOptions options = {}) {
    return connection_->BatchAppendRecords({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::GetWriteStreamResponse> GetWriteStream(v1::GetWriteStreamRequest request,
                                                            CallOptions options = {}) {
    return connection_->GetWriteStream({std::move(request), std::move(options)});
  }

  // CustomerService
  absl::StatusOr<v1::GetCustomerResponse> GetCustomer(v1::GetCustomerRequest request,
                                                      CallOptions options = {}) {
    return connection_->GetCustomer({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::ListCustomersResponse> ListCustomers(v1::ListCustomersRequest request,
                                                          CallOptions options = {}) {
    return connection_->ListCustomers({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::EraseCustomerResponse> EraseCustomer(v1::EraseCustomerRequest request,
                                                          CallOptions options = {}) {
    return connection_->EraseCustomer({std::move(request), std::move(options)});
  }

  // KpiService
  absl::StatusOr<v1::ListKpisResponse> ListKpis(v1::ListKpisRequest request,
                                                CallOptions options = {}) {
    return connection_->ListKpis({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::ListFieldsResponse> ListFields(v1::ListFieldsRequest request,
                                                    CallOptions options = {}) {
    return connection_->ListFields({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::QueryKpisResponse> QueryKpis(v1::QueryKpisRequest request,
                                                  CallOptions options = {}) {
    return connection_->QueryKpis({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::SummarizeKpisResponse> SummarizeKpis(v1::SummarizeKpisRequest request,
                                                          CallOptions options = {}) {
    return connection_->SummarizeKpis({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::ExplainKpiResponse> ExplainKpi(v1::ExplainKpiRequest request,
                                                    CallOptions options = {}) {
    return connection_->ExplainKpi({std::move(request), std::move(options)});
  }

  // SegmentationService
  absl::StatusOr<v1::CreateSegmentResponse> CreateSegment(v1::CreateSegmentRequest request,
                                                          CallOptions options = {}) {
    return connection_->CreateSegment({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::GetSegmentResponse> GetSegment(v1::GetSegmentRequest request,
                                                    CallOptions options = {}) {
    return connection_->GetSegment({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::ListSegmentsResponse> ListSegments(v1::ListSegmentsRequest request,
                                                        CallOptions options = {}) {
    return connection_->ListSegments({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::UpdateSegmentResponse> UpdateSegment(v1::UpdateSegmentRequest request,
                                                          CallOptions options = {}) {
    return connection_->UpdateSegment({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::DeleteSegmentResponse> DeleteSegment(v1::DeleteSegmentRequest request,
                                                          CallOptions options = {}) {
    return connection_->DeleteSegment({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::CheckFilterResponse> CheckFilter(v1::CheckFilterRequest request,
                                                      CallOptions options = {}) {
    return connection_->CheckFilter({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::ProfileSegmentResponse> ProfileSegment(v1::ProfileSegmentRequest request,
                                                            CallOptions options = {}) {
    return connection_->ProfileSegment({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::ScoreRfmResponse> ScoreRfm(v1::ScoreRfmRequest request,
                                                CallOptions options = {}) {
    return connection_->ScoreRfm({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::ComputeTransitionsResponse> ComputeTransitions(
      v1::ComputeTransitionsRequest request, CallOptions options = {}) {
    return connection_->ComputeTransitions({std::move(request), std::move(options)});
  }
  // `each` sees every message in turn; false from it ends the call.
  absl::Status ListSegmentMembers(
      v1::ListSegmentMembersRequest request,
      const std::function<bool(const v1::ListSegmentMembersResponse&)>& each,
      CallOptions options = {}) {
    return connection_->ListSegmentMembers({std::move(request), std::move(options)}, each);
  }
  absl::Status WatchSegment(v1::WatchSegmentRequest request,
                            const std::function<bool(const v1::WatchSegmentResponse&)>& each,
                            CallOptions options = {}) {
    return connection_->WatchSegment({std::move(request), std::move(options)}, each);
  }

  // InsightService
  absl::StatusOr<v1::AnalyzeConcentrationResponse> AnalyzeConcentration(
      v1::AnalyzeConcentrationRequest request, CallOptions options = {}) {
    return connection_->AnalyzeConcentration({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::CompareDistributionResponse> CompareDistribution(
      v1::CompareDistributionRequest request, CallOptions options = {}) {
    return connection_->CompareDistribution({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::AnalyzeVolatilityResponse> AnalyzeVolatility(
      v1::AnalyzeVolatilityRequest request, CallOptions options = {}) {
    return connection_->AnalyzeVolatility({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::AnalyzeRetentionResponse> AnalyzeRetention(v1::AnalyzeRetentionRequest request,
                                                                CallOptions options = {}) {
    return connection_->AnalyzeRetention({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::RankEscalationRiskResponse> RankEscalationRisk(
      v1::RankEscalationRiskRequest request, CallOptions options = {}) {
    return connection_->RankEscalationRisk({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::BacktestRiskResponse> BacktestRisk(v1::BacktestRiskRequest request,
                                                        CallOptions options = {}) {
    return connection_->BacktestRisk({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::RankIndicatorsResponse> RankIndicators(v1::RankIndicatorsRequest request,
                                                            CallOptions options = {}) {
    return connection_->RankIndicators({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::AssessSupportResponse> AssessSupport(v1::AssessSupportRequest request,
                                                          CallOptions options = {}) {
    return connection_->AssessSupport({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::RankInterventionsResponse> RankInterventions(
      v1::RankInterventionsRequest request, CallOptions options = {}) {
    return connection_->RankInterventions({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::ListSignalsResponse> ListSignals(v1::ListSignalsRequest request,
                                                      CallOptions options = {}) {
    return connection_->ListSignals({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::RecommendProductsResponse> RecommendProducts(
      v1::RecommendProductsRequest request, CallOptions options = {}) {
    return connection_->RecommendProducts({std::move(request), std::move(options)});
  }
  absl::StatusOr<v1::GenerateSwotResponse> GenerateSwot(v1::GenerateSwotRequest request,
                                                        CallOptions options = {}) {
    return connection_->GenerateSwot({std::move(request), std::move(options)});
  }

  const std::shared_ptr<Connection>& connection() const { return connection_; }

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace strata

#endif  // STRATA_CLIENT_H_
