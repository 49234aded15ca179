#include "strata/internal/channel_connection.h"

#include <chrono>
#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"
#include "strata/error.h"
#include "strata/v1/customer_service.grpc.pb.h"
#include "strata/v1/ingestion_service.grpc.pb.h"
#include "strata/v1/insight_service.grpc.pb.h"
#include "strata/v1/kpi_service.grpc.pb.h"
#include "strata/v1/segmentation_service.grpc.pb.h"
#include "strata/v1/workspace_service.grpc.pb.h"

namespace strata::internal {
namespace {

enum class Repeat : bool { kNever, kUnavailable };

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  if (!status.error_details().empty()) {
    result.SetPayload(kStatusDetailsUrl, absl::Cord(status.error_details()));
  }
  return result;
}

// A version 4 UUID.
std::string RandomUuid(const std::function<double()>& random) {
  std::string uuid = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  for (char& c : uuid) {
    if (c != 'x' && c != 'y') continue;
    const int digit = static_cast<int>(random() * 16);
    c = "0123456789abcdef"[c == 'x' ? digit : 8 + digit % 4];
  }
  return uuid;
}

void Prepare(grpc::ClientContext& context, absl::Time deadline, const std::string& authorization) {
  if (deadline != absl::InfiniteFuture()) context.set_deadline(absl::ToChronoTime(deadline));
  if (!authorization.empty()) context.AddMetadata("authorization", authorization);
}

class ChannelAppendStream : public AppendStream {
 public:
  ChannelAppendStream(v1::IngestionService::Stub& stub, absl::Time deadline,
                      const std::string& authorization) {
    Prepare(context_, deadline, authorization);
    stream_ = stub.AppendRecords(&context_);
  }

  // gRPC wants Finish to be called, and everything read before it.
  ~ChannelAppendStream() override {
    if (finished_) return;
    context_.TryCancel();
    v1::AppendRecordsResponse ack;
    while (stream_->Read(&ack)) {
    }
    stream_->Finish();
  }

  bool Write(const v1::AppendRecordsRequest& batch) override { return stream_->Write(batch); }
  void WritesDone() override { stream_->WritesDone(); }
  bool Read(v1::AppendRecordsResponse& ack) override { return stream_->Read(&ack); }
  absl::Status Finish() override {
    finished_ = true;
    return FromGrpc(stream_->Finish());
  }
  void Cancel() override { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::AppendRecordsRequest, v1::AppendRecordsResponse>>
      stream_;
  bool finished_ = false;
};

class ChannelConnection : public Connection {
 public:
  ChannelConnection(const std::shared_ptr<grpc::ChannelInterface>& channel,
                    const ClientOptions& options)
      : options_(options),
        authorization_(options.token.empty() ? "" : absl::StrCat("Bearer ", options.token)),
        workspace_(v1::WorkspaceService::NewStub(channel)),
        ingestion_(v1::IngestionService::NewStub(channel)),
        customers_(v1::CustomerService::NewStub(channel)),
        kpis_(v1::KpiService::NewStub(channel)),
        segments_(v1::SegmentationService::NewStub(channel)),
        insights_(v1::InsightService::NewStub(channel)) {}

  absl::StatusOr<v1::CreateWorkspaceResponse> CreateWorkspace(
      const Call<v1::CreateWorkspaceRequest>& call) override {
    return Unary(*workspace_, &v1::WorkspaceService::Stub::CreateWorkspace, call.request,
                 call.options, Repeat::kNever);
  }
  absl::StatusOr<v1::GetWorkspaceResponse> GetWorkspace(
      const Call<v1::GetWorkspaceRequest>& call) override {
    return Unary(*workspace_, &v1::WorkspaceService::Stub::GetWorkspace, call.request, call.options,
                 Repeat::kUnavailable);
  }
  absl::StatusOr<v1::ListWorkspacesResponse> ListWorkspaces(
      const Call<v1::ListWorkspacesRequest>& call) override {
    return Unary(*workspace_, &v1::WorkspaceService::Stub::ListWorkspaces, call.request,
                 call.options, Repeat::kUnavailable);
  }
  absl::StatusOr<v1::UpdateWorkspaceResponse> UpdateWorkspace(
      const Call<v1::UpdateWorkspaceRequest>& call) override {
    return Unary(*workspace_, &v1::WorkspaceService::Stub::UpdateWorkspace, call.request,
                 call.options, Repeat::kUnavailable);
  }
  absl::StatusOr<v1::DeleteWorkspaceResponse> DeleteWorkspace(
      const Call<v1::DeleteWorkspaceRequest>& call) override {
    return Unary(*workspace_, &v1::WorkspaceService::Stub::DeleteWorkspace, call.request,
                 call.options, Repeat::kNever);
  }
  absl::StatusOr<v1::GetWriteStreamResponse> GetWriteStream(
      const Call<v1::GetWriteStreamRequest>& call) override {
    return Unary(*ingestion_, &v1::IngestionService::Stub::GetWriteStream, call.request,
                 call.options, Repeat::kUnavailable);
  }
  absl::StatusOr<v1::GetCustomerResponse> GetCustomer(
      const Call<v1::GetCustomerRequest>& call) override {
    return Unary(*customers_, &v1::CustomerService::Stub::GetCustomer, call.request, call.options,
                 Repeat::kUnavailable);
  }
  absl::StatusOr<v1::ListCustomersResponse> ListCustomers(
      const Call<v1::ListCustomersRequest>& call) override {
    return Unary(*customers_, &v1::CustomerService::Stub::ListCustomers, call.request, call.options,
                 Repeat::kUnavailable);
  }
  absl::StatusOr<v1::EraseCustomerResponse> EraseCustomer(
      const Call<v1::EraseCustomerRequest>& call) override {
    return Unary(*customers_, &v1::CustomerService::Stub::EraseCustomer, call.request, call.options,
                 Repeat::kNever);
  }
  absl::StatusOr<v1::ListKpisResponse> ListKpis(const Call<v1::ListKpisRequest>& call) override {
    return Unary(*kpis_, &v1::KpiService::Stub::ListKpis, call.request, call.options,
                 Repeat::kUnavailable);
  }
  absl::StatusOr<v1::ListFieldsResponse> ListFields(
      const Call<v1::ListFieldsRequest>& call) override {
    return Unary(*kpis_, &v1::KpiService::Stub::ListFields, call.request, call.options,
                 Repeat::kUnavailable);
  }
  absl::StatusOr<v1::QueryKpisResponse> QueryKpis(const Call<v1::QueryKpisRequest>& call) override {
    return Unary(*kpis_, &v1::KpiService::Stub::QueryKpis, call.request, call.options,
                 Repeat::kUnavailable);
  }
  absl::StatusOr<v1::SummarizeKpisResponse> SummarizeKpis(
      const Call<v1::SummarizeKpisRequest>& call) override {
    return Unary(*kpis_, &v1::KpiService::Stub::SummarizeKpis, call.request, call.options,
                 Repeat::kUnavailable);
  }
  absl::StatusOr<v1::ExplainKpiResponse> ExplainKpi(
      const Call<v1::ExplainKpiRequest>& call) override {
    return Unary(*kpis_, &v1::KpiService::Stub::ExplainKpi, call.request, call.options,
                 Repeat::kUnavailable);
  }
  absl::StatusOr<v1::CreateSegmentResponse> CreateSegment(
      const Call<v1::CreateSegmentRequest>& call) override {
    return Unary(*segments_, &v1::SegmentationService::Stub::CreateSegment, call.request,
                 call.options, Repeat::kNever);
  }
  absl::StatusOr<v1::GetSegmentResponse> GetSegment(
      const Call<v1::GetSegmentRequest>& call) override {
    return Unary(*segments_, &v1::SegmentationService::Stub::GetSegment, call.request, call.options,
                 Repeat::kUnavailable);
  }
  absl::StatusOr<v1::ListSegmentsResponse> ListSegments(
      const Call<v1::ListSegmentsRequest>& call) override {
    return Unary(*segments_, &v1::SegmentationService::Stub::ListSegments, call.request,
                 call.options, Repeat::kUnavailable);
  }
  absl::StatusOr<v1::UpdateSegmentResponse> UpdateSegment(
      const Call<v1::UpdateSegmentRequest>& call) override {
    return Unary(*segments_, &v1::SegmentationService::Stub::UpdateSegment, call.request,
                 call.options,
                 call.request.segment().etag().empty() ? Repeat::kUnavailable : Repeat::kNever);
  }
  absl::StatusOr<v1::DeleteSegmentResponse> DeleteSegment(
      const Call<v1::DeleteSegmentRequest>& call) override {
    return Unary(*segments_, &v1::SegmentationService::Stub::DeleteSegment, call.request,
                 call.options, Repeat::kNever);
  }
  absl::StatusOr<v1::CheckFilterResponse> CheckFilter(
      const Call<v1::CheckFilterRequest>& call) override {
    return Unary(*segments_, &v1::SegmentationService::Stub::CheckFilter, call.request,
                 call.options, Repeat::kUnavailable);
  }
  absl::StatusOr<v1::AnalyzeConcentrationResponse> AnalyzeConcentration(
      const Call<v1::AnalyzeConcentrationRequest>& call) override {
    return Unary(*insights_, &v1::InsightService::Stub::AnalyzeConcentration, call.request,
                 call.options, Repeat::kUnavailable);
  }
  absl::StatusOr<v1::CompareDistributionResponse> CompareDistribution(
      const Call<v1::CompareDistributionRequest>& call) override {
    return Unary(*insights_, &v1::InsightService::Stub::CompareDistribution, call.request,
                 call.options, Repeat::kUnavailable);
  }
  absl::StatusOr<v1::AnalyzeVolatilityResponse> AnalyzeVolatility(
      const Call<v1::AnalyzeVolatilityRequest>& call) override {
    return Unary(*insights_, &v1::InsightService::Stub::AnalyzeVolatility, call.request,
                 call.options, Repeat::kUnavailable);
  }
  absl::StatusOr<v1::AnalyzeRetentionResponse> AnalyzeRetention(
      const Call<v1::AnalyzeRetentionRequest>& call) override {
    return Unary(*insights_, &v1::InsightService::Stub::AnalyzeRetention, call.request,
                 call.options, Repeat::kUnavailable);
  }
  absl::StatusOr<v1::RankEscalationRiskResponse> RankEscalationRisk(
      const Call<v1::RankEscalationRiskRequest>& call) override {
    return Unary(*insights_, &v1::InsightService::Stub::RankEscalationRisk, call.request,
                 call.options, Repeat::kUnavailable);
  }
  absl::StatusOr<v1::BacktestRiskResponse> BacktestRisk(
      const Call<v1::BacktestRiskRequest>& call) override {
    return Unary(*insights_, &v1::InsightService::Stub::BacktestRisk, call.request, call.options,
                 Repeat::kUnavailable);
  }
  absl::StatusOr<v1::RankIndicatorsResponse> RankIndicators(
      const Call<v1::RankIndicatorsRequest>& call) override {
    return Unary(*insights_, &v1::InsightService::Stub::RankIndicators, call.request, call.options,
                 Repeat::kUnavailable);
  }
  absl::StatusOr<v1::ProfileSegmentResponse> ProfileSegment(
      const Call<v1::ProfileSegmentRequest>& call) override {
    return Unary(*segments_, &v1::SegmentationService::Stub::ProfileSegment, call.request,
                 call.options, Repeat::kUnavailable);
  }
  absl::StatusOr<v1::ScoreRfmResponse> ScoreRfm(const Call<v1::ScoreRfmRequest>& call) override {
    return Unary(*segments_, &v1::SegmentationService::Stub::ScoreRfm, call.request, call.options,
                 Repeat::kUnavailable);
  }
  absl::StatusOr<v1::ComputeTransitionsResponse> ComputeTransitions(
      const Call<v1::ComputeTransitionsRequest>& call) override {
    return Unary(*segments_, &v1::SegmentationService::Stub::ComputeTransitions, call.request,
                 call.options, Repeat::kUnavailable);
  }
  absl::StatusOr<v1::AssessSupportResponse> AssessSupport(
      const Call<v1::AssessSupportRequest>& call) override {
    return Unary(*insights_, &v1::InsightService::Stub::AssessSupport, call.request, call.options,
                 Repeat::kUnavailable);
  }
  absl::StatusOr<v1::RankInterventionsResponse> RankInterventions(
      const Call<v1::RankInterventionsRequest>& call) override {
    return Unary(*insights_, &v1::InsightService::Stub::RankInterventions, call.request,
                 call.options, Repeat::kUnavailable);
  }
  absl::StatusOr<v1::ListSignalsResponse> ListSignals(
      const Call<v1::ListSignalsRequest>& call) override {
    return Unary(*insights_, &v1::InsightService::Stub::ListSignals, call.request, call.options,
                 Repeat::kUnavailable);
  }
  absl::StatusOr<v1::RecommendProductsResponse> RecommendProducts(
      const Call<v1::RecommendProductsRequest>& call) override {
    return Unary(*insights_, &v1::InsightService::Stub::RecommendProducts, call.request,
                 call.options, Repeat::kUnavailable);
  }
  absl::StatusOr<v1::GenerateSwotResponse> GenerateSwot(
      const Call<v1::GenerateSwotRequest>& call) override {
    return Unary(*insights_, &v1::InsightService::Stub::GenerateSwot, call.request, call.options,
                 Repeat::kUnavailable);
  }
  absl::Status ListSegmentMembers(
      const Call<v1::ListSegmentMembersRequest>& call,
      const std::function<bool(const v1::ListSegmentMembersResponse&)>& each) override {
    return Stream(*segments_, &v1::SegmentationService::Stub::ListSegmentMembers, call, each);
  }
  absl::Status WatchSegment(
      const Call<v1::WatchSegmentRequest>& call,
      const std::function<bool(const v1::WatchSegmentResponse&)>& each) override {
    return Stream(*segments_, &v1::SegmentationService::Stub::WatchSegment, call, each);
  }
  absl::StatusOr<v1::BatchAppendRecordsResponse> BatchAppendRecords(
      const Call<v1::BatchAppendRecordsRequest>& call) override {
    constexpr auto kMethod = &v1::IngestionService::Stub::BatchAppendRecords;
    if (!call.request.request_id().empty()) {
      return Unary(*ingestion_, kMethod, call.request, call.options, Repeat::kUnavailable);
    }
    v1::BatchAppendRecordsRequest request = call.request;
    request.set_request_id(RandomUuid(options_.retry_environment.random));
    return Unary(*ingestion_, kMethod, request, call.options, Repeat::kUnavailable);
  }
  absl::StatusOr<std::unique_ptr<AppendStream>> AppendRecords(const CallOptions& options) override {
    const absl::Time deadline = options.timeout.has_value()
                                    ? options_.retry_environment.now() + *options.timeout
                                    : absl::InfiniteFuture();
    return std::make_unique<ChannelAppendStream>(*ingestion_, deadline, authorization_);
  }

 private:
  template <typename Stub, typename Request, typename Response>
  absl::Status Stream(Stub& stub,
                      std::unique_ptr<grpc::ClientReader<Response>> (Stub::*method)(
                          grpc::ClientContext*, const Request&),
                      const Call<Request>& call, const std::function<bool(const Response&)>& each) {
    grpc::ClientContext context;
    Prepare(context,
            call.options.timeout.has_value()
                ? options_.retry_environment.now() + *call.options.timeout
                : absl::InfiniteFuture(),
            authorization_);
    const std::unique_ptr<grpc::ClientReader<Response>> reader =
        (stub.*method)(&context, call.request);
    Response response;
    bool ended = false;
    while (reader->Read(&response)) {
      if (ended || each(response)) continue;
      ended = true;
      context.TryCancel();
    }
    const absl::Status status = FromGrpc(reader->Finish());
    return ended ? absl::OkStatus() : status;
  }

  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Unary(
      Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
      const Request& request, const CallOptions& call_options, Repeat repeat) {
    const absl::Time deadline =
        options_.retry_environment.now() + call_options.timeout.value_or(options_.timeout);
    Response response;
    auto attempt = [&] {
      grpc::ClientContext context;
      Prepare(context, deadline, authorization_);
      response.Clear();
      return FromGrpc((stub.*method)(&context, request, &response));
    };
    const absl::Status status =
        repeat == Repeat::kNever
            ? attempt()
            : RetryUnavailable(options_.retry, options_.retry_environment, deadline, attempt);
    if (!status.ok()) return status;
    return response;
  }

  const ClientOptions options_;
  const std::string authorization_;
  const std::unique_ptr<v1::WorkspaceService::Stub> workspace_;
  const std::unique_ptr<v1::IngestionService::Stub> ingestion_;
  const std::unique_ptr<v1::CustomerService::Stub> customers_;
  const std::unique_ptr<v1::KpiService::Stub> kpis_;
  const std::unique_ptr<v1::SegmentationService::Stub> segments_;
  const std::unique_ptr<v1::InsightService::Stub> insights_;
};

}  // namespace

std::shared_ptr<Connection> ConnectionOverChannel(
    const std::shared_ptr<grpc::ChannelInterface>& channel, const ClientOptions& options) {
  return std::make_shared<ChannelConnection>(channel, options);
}

}  // namespace strata::internal
