#ifndef STRATA_MOCKS_MOCK_CONNECTION_H_
#define STRATA_MOCKS_MOCK_CONNECTION_H_

#include <functional>
#include <memory>

#include "gmock/gmock.h"
#include "strata/connection.h"

namespace strata {

// Stands in for a server in tests of programs that hold a Client:
//
//   auto connection = std::make_shared<MockConnection>();
//   EXPECT_CALL(*connection, QueryKpis).WillOnce(testing::Return(answer));
//   Client client(connection);
class MockConnection : public Connection {
 public:
  MOCK_METHOD(absl::StatusOr<v1::CreateWorkspaceResponse>, CreateWorkspace,
              (const Call<v1::CreateWorkspaceRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::GetWorkspaceResponse>, GetWorkspace,
              (const Call<v1::GetWorkspaceRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListWorkspacesResponse>, ListWorkspaces,
              (const Call<v1::ListWorkspacesRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::UpdateWorkspaceResponse>, UpdateWorkspace,
              (const Call<v1::UpdateWorkspaceRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::DeleteWorkspaceResponse>, DeleteWorkspace,
              (const Call<v1::DeleteWorkspaceRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::BatchAppendRecordsResponse>, BatchAppendRecords,
              (const Call<v1::BatchAppendRecordsRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::GetWriteStreamResponse>, GetWriteStream,
              (const Call<v1::GetWriteStreamRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::GetCustomerResponse>, GetCustomer,
              (const Call<v1::GetCustomerRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListCustomersResponse>, ListCustomers,
              (const Call<v1::ListCustomersRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::EraseCustomerResponse>, EraseCustomer,
              (const Call<v1::EraseCustomerRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListKpisResponse>, ListKpis,
              (const Call<v1::ListKpisRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListFieldsResponse>, ListFields,
              (const Call<v1::ListFieldsRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::QueryKpisResponse>, QueryKpis,
              (const Call<v1::QueryKpisRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::SummarizeKpisResponse>, SummarizeKpis,
              (const Call<v1::SummarizeKpisRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::ExplainKpiResponse>, ExplainKpi,
              (const Call<v1::ExplainKpiRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::CreateSegmentResponse>, CreateSegment,
              (const Call<v1::CreateSegmentRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::GetSegmentResponse>, GetSegment,
              (const Call<v1::GetSegmentRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListSegmentsResponse>, ListSegments,
              (const Call<v1::ListSegmentsRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::UpdateSegmentResponse>, UpdateSegment,
              (const Call<v1::UpdateSegmentRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::DeleteSegmentResponse>, DeleteSegment,
              (const Call<v1::DeleteSegmentRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::CheckFilterResponse>, CheckFilter,
              (const Call<v1::CheckFilterRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::AnalyzeConcentrationResponse>, AnalyzeConcentration,
              (const Call<v1::AnalyzeConcentrationRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::CompareDistributionResponse>, CompareDistribution,
              (const Call<v1::CompareDistributionRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::AnalyzeVolatilityResponse>, AnalyzeVolatility,
              (const Call<v1::AnalyzeVolatilityRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::AnalyzeRetentionResponse>, AnalyzeRetention,
              (const Call<v1::AnalyzeRetentionRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::RankEscalationRiskResponse>, RankEscalationRisk,
              (const Call<v1::RankEscalationRiskRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::BacktestRiskResponse>, BacktestRisk,
              (const Call<v1::BacktestRiskRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::RankIndicatorsResponse>, RankIndicators,
              (const Call<v1::RankIndicatorsRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::ProfileSegmentResponse>, ProfileSegment,
              (const Call<v1::ProfileSegmentRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::ScoreRfmResponse>, ScoreRfm,
              (const Call<v1::ScoreRfmRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::ComputeTransitionsResponse>, ComputeTransitions,
              (const Call<v1::ComputeTransitionsRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::AssessSupportResponse>, AssessSupport,
              (const Call<v1::AssessSupportRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::RankInterventionsResponse>, RankInterventions,
              (const Call<v1::RankInterventionsRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListSignalsResponse>, ListSignals,
              (const Call<v1::ListSignalsRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::RecommendProductsResponse>, RecommendProducts,
              (const Call<v1::RecommendProductsRequest>& call), (override));
  MOCK_METHOD(absl::StatusOr<v1::GenerateSwotResponse>, GenerateSwot,
              (const Call<v1::GenerateSwotRequest>& call), (override));
  MOCK_METHOD(absl::Status, ListSegmentMembers,
              (const Call<v1::ListSegmentMembersRequest>& call,
               const std::function<bool(const v1::ListSegmentMembersResponse&)>& each),
              (override));
  MOCK_METHOD(absl::Status, WatchSegment,
              (const Call<v1::WatchSegmentRequest>& call,
               const std::function<bool(const v1::WatchSegmentResponse&)>& each),
              (override));
  MOCK_METHOD(absl::StatusOr<std::unique_ptr<AppendStream>>, AppendRecords,
              (const CallOptions& options), (override));
};

// One AppendRecords call, for tests that go below AppendWriter.
class MockAppendStream : public AppendStream {
 public:
  MOCK_METHOD(bool, Write, (const v1::AppendRecordsRequest& batch), (override));
  MOCK_METHOD(void, WritesDone, (), (override));
  MOCK_METHOD(bool, Read, (v1::AppendRecordsResponse & ack), (override));
  MOCK_METHOD(absl::Status, Finish, (), (override));
  MOCK_METHOD(void, Cancel, (), (override));
};

}  // namespace strata

#endif  // STRATA_MOCKS_MOCK_CONNECTION_H_
