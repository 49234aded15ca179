#include "server/rpc/unary_services.h"

#include "server/rpc/customer_service.h"
#include "server/rpc/kpi_service.h"
#include "server/rpc/workspace_service.h"
#include "strata/v1/customer_service.grpc.pb.h"
#include "strata/v1/kpi_service.grpc.pb.h"
#include "strata/v1/workspace_service.grpc.pb.h"

// What the stub compiler made, tied to the handlers: one line a method, nothing else. All in one
// file, since the generated headers take long to compile.

namespace strata::rpc {
namespace {

using grpc::ServerContext;
using grpc::Status;

class WorkspaceService final : public v1::WorkspaceService::Service {
 public:
  WorkspaceService(CallGuard& guard, WorkspaceRegistry& registry)
      : guard_(guard), handlers_(registry) {}

  Status CreateWorkspace(ServerContext* context, const v1::CreateWorkspaceRequest* request,
                         v1::CreateWorkspaceResponse* response) override {
    return guard_.Serve(context, *request, response, handlers_,
                        &WorkspaceHandlers::CreateWorkspace);
  }
  Status GetWorkspace(ServerContext* context, const v1::GetWorkspaceRequest* request,
                      v1::GetWorkspaceResponse* response) override {
    return guard_.Serve(context, *request, response, handlers_, &WorkspaceHandlers::GetWorkspace);
  }
  Status ListWorkspaces(ServerContext* context, const v1::ListWorkspacesRequest* request,
                        v1::ListWorkspacesResponse* response) override {
    return guard_.Serve(context, *request, response, handlers_, &WorkspaceHandlers::ListWorkspaces);
  }
  Status UpdateWorkspace(ServerContext* context, const v1::UpdateWorkspaceRequest* request,
                         v1::UpdateWorkspaceResponse* response) override {
    return guard_.Serve(context, *request, response, handlers_,
                        &WorkspaceHandlers::UpdateWorkspace);
  }
  Status DeleteWorkspace(ServerContext* context, const v1::DeleteWorkspaceRequest* request,
                         v1::DeleteWorkspaceResponse* response) override {
    return guard_.Serve(context, *request, response, handlers_,
                        &WorkspaceHandlers::DeleteWorkspace);
  }

 private:
  CallGuard& guard_;
  WorkspaceHandlers handlers_;
};

class CustomerService final : public v1::CustomerService::Service {
 public:
  CustomerService(CallGuard& guard, WorkspaceRegistry& registry)
      : guard_(guard), handlers_(registry) {}

  Status GetCustomer(ServerContext* context, const v1::GetCustomerRequest* request,
                     v1::GetCustomerResponse* response) override {
    return guard_.Serve(context, *request, response, handlers_, &CustomerHandlers::GetCustomer);
  }
  Status ListCustomers(ServerContext* context, const v1::ListCustomersRequest* request,
                       v1::ListCustomersResponse* response) override {
    return guard_.Serve(context, *request, response, handlers_, &CustomerHandlers::ListCustomers);
  }
  Status EraseCustomer(ServerContext* context, const v1::EraseCustomerRequest* request,
                       v1::EraseCustomerResponse* response) override {
    return guard_.Serve(context, *request, response, handlers_, &CustomerHandlers::EraseCustomer);
  }

 private:
  CallGuard& guard_;
  CustomerHandlers handlers_;
};

class KpiService final : public v1::KpiService::Service {
 public:
  KpiService(CallGuard& guard, const WorkspaceRegistry& registry)
      : guard_(guard), handlers_(registry) {}

  Status ListKpis(ServerContext* context, const v1::ListKpisRequest* request,
                  v1::ListKpisResponse* response) override {
    return guard_.Serve(context, *request, response, handlers_, &KpiHandlers::ListKpis);
  }
  Status ListFields(ServerContext* context, const v1::ListFieldsRequest* request,
                    v1::ListFieldsResponse* response) override {
    return guard_.Serve(context, *request, response, handlers_, &KpiHandlers::ListFields);
  }
  Status QueryKpis(ServerContext* context, const v1::QueryKpisRequest* request,
                   v1::QueryKpisResponse* response) override {
    return guard_.Serve(context, *request, response, handlers_, &KpiHandlers::QueryKpis);
  }
  Status SummarizeKpis(ServerContext* context, const v1::SummarizeKpisRequest* request,
                       v1::SummarizeKpisResponse* response) override {
    return guard_.Serve(context, *request, response, handlers_, &KpiHandlers::SummarizeKpis);
  }
  Status ExplainKpi(ServerContext* context, const v1::ExplainKpiRequest* request,
                    v1::ExplainKpiResponse* response) override {
    return guard_.Serve(context, *request, response, handlers_, &KpiHandlers::ExplainKpi);
  }

 private:
  CallGuard& guard_;
  KpiHandlers handlers_;
};

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> MakeUnaryServices(CallGuard& guard,
                                                              WorkspaceRegistry& registry) {
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<WorkspaceService>(guard, registry));
  services.push_back(std::make_unique<CustomerService>(guard, registry));
  services.push_back(std::make_unique<KpiService>(guard, registry));
  return services;
}

}  // namespace strata::rpc
