#ifndef STRATA_CONNECTION_H_
#define STRATA_CONNECTION_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "strata/options.h"
#include "strata/v1/customer_service.pb.h"
#include "strata/v1/ingestion_service.pb.h"
#include "strata/v1/insight_service.pb.h"
#include "strata/v1/kpi_service.pb.h"
#include "strata/v1/segmentation_service.pb.h"
#include "strata/v1/workspace_service.pb.h"

namespace strata {

// Everything one call takes. One struct, so that mocks survive what is added to it.
template <typename Request>
struct Call {
  Request request;
  CallOptions options;
};

// The two directions of one AppendRecords call. One thread may read while another writes.
// AppendWriter is what programs want; this is what it stands on.
class AppendStream {
 public:
  virtual ~AppendStream() = default;  // cancels a call that is not finished

  // False when the call is over; Finish says why. Blocks while the server does not read.
  virtual bool Write(const v1::AppendRecordsRequest& batch) = 0;
  virtual void WritesDone() = 0;
  // The next acknowledgement; false when there will be none.
  virtual bool Read(v1::AppendRecordsResponse& ack) = 0;
  // After Read returned false: how the call ended.
  virtual absl::Status Finish() = 0;
  // From any thread: makes the other methods return.
  virtual void Cancel() = 0;
};

// The way to a server, one method an RPC: what a Client calls. Programs hold a Client; tests of
// programs put a MockConnection (strata/mocks/mock_connection.h) behind it. Thread-safe.
//
// Unless it says otherwise a method repeats UNAVAILABLE by the retry policy. Statuses carry the
// server's details, see strata/error.h.
class Connection {
 public:
  virtual ~Connection() = default;

  // Not repeated: an answer that was lost would come back as ALREADY_EXISTS.
  virtual absl::StatusOr<v1::CreateWorkspaceResponse> CreateWorkspace(
      const Call<v1::CreateWorkspaceRequest>& call) = 0;
  virtual absl::StatusOr<v1::GetWorkspaceResponse> GetWorkspace(
      const Call<v1::GetWorkspaceRequest>& call) = 0;
  virtual absl::StatusOr<v1::ListWorkspacesResponse> ListWorkspaces(
      const Call<v1::ListWorkspacesRequest>& call) = 0;
  virtual absl::StatusOr<v1::UpdateWorkspaceResponse> UpdateWorkspace(
      const Call<v1::UpdateWorkspaceRequest>& call) = 0;
  // Not repeated: an answer that was lost would come back as NOT_FOUND.
  virtual absl::StatusOr<v1::DeleteWorkspaceResponse> DeleteWorkspace(
      const Call<v1::DeleteWorkspaceRequest>& call) = 0;

  // Repeated with the same request_id; an empty one is filled with a random UUID first.
  virtual absl::StatusOr<v1::BatchAppendRecordsResponse> BatchAppendRecords(
      const Call<v1::BatchAppendRecordsRequest>& call) = 0;
  // One try. `options.timeout` is the deadline of the whole stream; without it there is none.
  virtual absl::StatusOr<std::unique_ptr<AppendStream>> AppendRecords(
      const CallOptions& options) = 0;
  virtual absl::StatusOr<v1::GetWriteStreamResponse> GetWriteStream(
      const Call<v1::GetWriteStreamRequest>& call) = 0;

  virtual absl::StatusOr<v1::GetCustomerResponse> GetCustomer(
      const Call<v1::GetCustomerRequest>& call) = 0;
  virtual absl::StatusOr<v1::ListCustomersResponse> ListCustomers(
      const Call<v1::ListCustomersRequest>& call) = 0;
  // Not repeated: an answer that was lost would come back as NOT_FOUND.
  virtual absl::StatusOr<v1::EraseCustomerResponse> EraseCustomer(
      const Call<v1::EraseCustomerRequest>& call) = 0;

  virtual absl::StatusOr<v1::ListKpisResponse> ListKpis(const Call<v1::ListKpisRequest>& call) = 0;
  virtual absl::StatusOr<v1::ListFieldsResponse> ListFields(
      const Call<v1::ListFieldsRequest>& call) = 0;
  virtual absl::StatusOr<v1::QueryKpisResponse> QueryKpis(
      const Call<v1::QueryKpisRequest>& call) = 0;
  virtual absl::StatusOr<v1::SummarizeKpisResponse> SummarizeKpis(
      const Call<v1::SummarizeKpisRequest>& call) = 0;
  virtual absl::StatusOr<v1::ExplainKpiResponse> ExplainKpi(
      const Call<v1::ExplainKpiRequest>& call) = 0;

  // Not repeated: an answer that was lost would come back as ALREADY_EXISTS.
  virtual absl::StatusOr<v1::CreateSegmentResponse> CreateSegment(
      const Call<v1::CreateSegmentRequest>& call) = 0;
  virtual absl::StatusOr<v1::GetSegmentResponse> GetSegment(
      const Call<v1::GetSegmentRequest>& call) = 0;
  virtual absl::StatusOr<v1::ListSegmentsResponse> ListSegments(
      const Call<v1::ListSegmentsRequest>& call) = 0;
  // Not repeated with an etag: an answer that was lost would come back as ABORTED.
  virtual absl::StatusOr<v1::UpdateSegmentResponse> UpdateSegment(
      const Call<v1::UpdateSegmentRequest>& call) = 0;
  // Not repeated: an answer that was lost would come back as NOT_FOUND.
  virtual absl::StatusOr<v1::DeleteSegmentResponse> DeleteSegment(
      const Call<v1::DeleteSegmentRequest>& call) = 0;
  virtual absl::StatusOr<v1::CheckFilterResponse> CheckFilter(
      const Call<v1::CheckFilterRequest>& call) = 0;
  virtual absl::StatusOr<v1::ProfileSegmentResponse> ProfileSegment(
      const Call<v1::ProfileSegmentRequest>& call) = 0;
  virtual absl::StatusOr<v1::ScoreRfmResponse> ScoreRfm(const Call<v1::ScoreRfmRequest>& call) = 0;
  virtual absl::StatusOr<v1::ComputeTransitionsResponse> ComputeTransitions(
      const Call<v1::ComputeTransitionsRequest>& call) = 0;
  // Streams. `each` sees every message in turn; when it returns false the call is ended and OK is
  // returned. One try; `options.timeout` is the deadline of the whole stream, without it there is
  // none.
  virtual absl::Status ListSegmentMembers(
      const Call<v1::ListSegmentMembersRequest>& call,
      const std::function<bool(const v1::ListSegmentMembersResponse&)>& each) = 0;
  // Ends only by `each`, the deadline or an error; go on with after_revision of the last CAUGHT_UP.
  virtual absl::Status WatchSegment(
      const Call<v1::WatchSegmentRequest>& call,
      const std::function<bool(const v1::WatchSegmentResponse&)>& each) = 0;

  virtual absl::StatusOr<v1::AnalyzeConcentrationResponse> AnalyzeConcentration(
      const Call<v1::AnalyzeConcentrationRequest>& call) = 0;
  virtual absl::StatusOr<v1::CompareDistributionResponse> CompareDistribution(
      const Call<v1::CompareDistributionRequest>& call) = 0;
  virtual absl::StatusOr<v1::AnalyzeVolatilityResponse> AnalyzeVolatility(
      const Call<v1::AnalyzeVolatilityRequest>& call) = 0;
  virtual absl::StatusOr<v1::AnalyzeRetentionResponse> AnalyzeRetention(
      const Call<v1::AnalyzeRetentionRequest>& call) = 0;
  virtual absl::StatusOr<v1::RankEscalationRiskResponse> RankEscalationRisk(
      const Call<v1::RankEscalationRiskRequest>& call) = 0;
  virtual absl::StatusOr<v1::BacktestRiskResponse> BacktestRisk(
      const Call<v1::BacktestRiskRequest>& call) = 0;
  virtual absl::StatusOr<v1::RankIndicatorsResponse> RankIndicators(
      const Call<v1::RankIndicatorsRequest>& call) = 0;
  virtual absl::StatusOr<v1::AssessSupportResponse> AssessSupport(
      const Call<v1::AssessSupportRequest>& call) = 0;
  virtual absl::StatusOr<v1::RankInterventionsResponse> RankInterventions(
      const Call<v1::RankInterventionsRequest>& call) = 0;
  virtual absl::StatusOr<v1::ListSignalsResponse> ListSignals(
      const Call<v1::ListSignalsRequest>& call) = 0;
  virtual absl::StatusOr<v1::RecommendProductsResponse> RecommendProducts(
      const Call<v1::RecommendProductsRequest>& call) = 0;
  virtual absl::StatusOr<v1::GenerateSwotResponse> GenerateSwot(
      const Call<v1::GenerateSwotRequest>& call) = 0;
};

// A connection to the server that `options` name. It is made at the first call, so a server that is
// not there shows as UNAVAILABLE then. INVALID_ARGUMENT when a certificate file cannot be read.
absl::StatusOr<std::shared_ptr<Connection>> Connect(const ClientOptions& options);

}  // namespace strata

#endif  // STRATA_CONNECTION_H_
