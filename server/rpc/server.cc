#include "server/rpc/server.h"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/stubs/logging.h"
#include "grpc/support/log.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "server/base/error.h"
#include "server/base/host_port.h"
#include "server/base/status_macros.h"
#include "server/rpc/services/ingestion_service.h"
#include "server/rpc/services/segmentation_grpc.h"
#include "server/rpc/services/unary_services.h"
#include "server/rpc/transport/append_stream.h"
#include "server/rpc/transport/call_guard.h"
#include "server/rpc/transport/listen_fault.h"
#include "server/rpc/transport/log.h"
#include "server/rpc/transport/segment_watches.h"
#include "server/workspace/registry.h"

namespace strata::rpc {
namespace {

// gRPC's own threads: they poll, and hold reflection's streams. Calls that may wait run on those of
// the guard.
constexpr int kGrpcThreads = 16;

constexpr std::chrono::milliseconds kLastAnswers(500);
// How long a draining server goes on answering UNAVAILABLE before it closes: callers that are in
// the middle of a series learn it from an answer, where gRPC would end their next call as
// CANCELLED.
constexpr std::chrono::milliseconds kLameDuck(300);

// Clients ask an idle connection for a sign of life every 10 seconds or more, with calls or
// without; gRPC's own limit of 5 minutes would end their connections. Only a flood is refused.
constexpr int kShortestPingIntervalMillis = 1'000;

// Health of one workspace is asked for as "workspaces/NAME", that of all as "workspaces".
constexpr char kWorkspacesHealth[] = "workspaces";

constexpr const char* kServices[] = {"strata.v1.WorkspaceService",    "strata.v1.IngestionService",
                                     "strata.v1.CustomerService",     "strata.v1.KpiService",
                                     "strata.v1.SegmentationService", "strata.v1.InsightService"};

absl::StatusOr<std::string> ReadPem(const std::string& path, absl::string_view flag) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file && text << file.rdbuf()) return text.str();
  return WithReason(absl::InvalidArgumentError(absl::StrCat(flag, ": cannot read ", path)),
                    "CERTIFICATE");
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> Credentials(const ServerOptions& options) {
  if (options.tls_cert_file.empty() && options.tls_key_file.empty()) {
    return grpc::InsecureServerCredentials();
  }
  if (options.tls_cert_file.empty() || options.tls_key_file.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key: give both or neither");
  }
  grpc::SslServerCredentialsOptions ssl;
  grpc::SslServerCredentialsOptions::PemKeyCertPair pair;
  STRATA_ASSIGN_OR_RETURN(pair.private_key, ReadPem(options.tls_key_file, "--tls-key"));
  STRATA_ASSIGN_OR_RETURN(pair.cert_chain, ReadPem(options.tls_cert_file, "--tls-cert"));
  ssl.pem_key_cert_pairs.push_back(std::move(pair));
  return grpc::SslServerCredentials(ssl);
}

absl::Status CheckOptions(const ServerOptions& options) {
  if (options.data_dir.empty()) {
    return absl::InvalidArgumentError("--data-dir: name the folder that holds the data");
  }
  if (!options.listen.empty()) {
    const absl::Status address = ParseHostPort(options.listen, /*lowest_port=*/0).status();
    if (!address.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("--listen: ", address.message()));
    }
  }
  if (options.max_concurrent_reads < 1) {
    return absl::InvalidArgumentError("--max-concurrent-reads: at least 1");
  }
  if (options.default_deadline_seconds < 1) {
    return absl::InvalidArgumentError("--default-deadline: at least 1 second");
  }
  if (options.drain_seconds < 0) return absl::InvalidArgumentError("--drain: not negative");
  if (options.max_receive_bytes < 4 << 20) {
    return absl::InvalidArgumentError("--max-receive-bytes: a batch of 4 MiB must fit");
  }
  return absl::OkStatus();
}

// gRPC's own complaints (a port in use, a broken handshake) as lines of the same form as ours.
void LogOfGrpc(gpr_log_func_args* args) {
  if (args->severity < GPR_LOG_SEVERITY_ERROR) return;
  const std::string line = Log::Line(Clock::System().NowMillis(), LogLevel::kWarn, "grpc",
                                     {{"message", absl::string_view(args->message)}});
  std::fprintf(stderr, "%s\n", line.c_str());
}

class RunningServer final : public Server {
 public:
  RunningServer(const ServerOptions& options, LogLevel level)
      : options_(options),
        log_(level),
        guard_({options.max_concurrent_reads, options.default_deadline_seconds}, log_) {}

  ~RunningServer() override { Shutdown(); }

  absl::Status Start() {
    WorkspaceOptions workspace_options;
    workspace_options.clock = options_.clock;
    workspace_options.folder_use = options_.folder_use;
    STRATA_ASSIGN_OR_RETURN(registry_,
                            WorkspaceRegistry::Open(options_.data_dir, workspace_options));
    services_ = MakeUnaryServices(guard_, *registry_);
    services_.push_back(MakeIngestionService(guard_, *registry_, streams_));
    services_.push_back(MakeSegmentationService(guard_, *registry_, watches_));
    STRATA_RETURN_IF_ERROR(Build());
    SetServing(true);
    // In a process that serves itself (no socket) the caller learns it by asking.
    if (!options_.listen.empty()) LogRemarks();
    return absl::OkStatus();
  }

  int port() const override { return port_; }

  std::shared_ptr<grpc::Channel> InProcessChannel() override {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    return server_->InProcessChannel(arguments);
  }

  void Shutdown() override {
    MutexLock lock(shutdown_mutex_);
    if (registry_ == nullptr) return;
    guard_.Drain();
    if (server_ != nullptr) {
      registry_->TellPresence(nullptr);
      SetServing(false);
      streams_.Drain();
      watches_.Drain();
      guard_.WaitUntilIdle(std::chrono::seconds(options_.drain_seconds));
      if (port_ != 0) std::this_thread::sleep_for(kLameDuck);
      // Cancels what is still under way. gRPC also waits for idle connections to go, which some
      // clients do not notice until their next call; the last answers need no longer than this.
      server_->Shutdown(std::chrono::system_clock::now() + kLastAnswers);
      server_->Wait();
    }
    watches_.Stop();
    registry_->Drain();
    // The services point to the registry, the server to the services.
    server_.reset();
    services_.clear();
    registry_.reset();
  }

  Log& log() { return log_; }

 private:
  absl::Status Build() {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    // Two servers would share the port without a word.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                               kShortestPingIntervalMillis);
    builder.SetMaxReceiveMessageSize(options_.max_receive_bytes);
    builder.SetMaxSendMessageSize(-1);
    builder.SetResourceQuota(grpc::ResourceQuota("strata").SetMaxThreads(kGrpcThreads));
    builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MIN_POLLERS, 2);
    builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 4);
    for (const auto& service : services_) builder.RegisterService(service.get());
    if (!options_.listen.empty()) {
      STRATA_ASSIGN_OR_RETURN(auto credentials, Credentials(options_));
      builder.AddListeningPort(options_.listen, std::move(credentials), &port_);
    }
    server_ = builder.BuildAndStart();
    if (server_ != nullptr && (options_.listen.empty() || port_ != 0)) return absl::OkStatus();
    return ListenFault(options_.listen, !options_.tls_cert_file.empty());
  }

  void LogRemarks() {
    for (const auto& [name, problem] : registry_->Unserved()) {
      log_.Write(LogLevel::kError, "workspace",
                 {{"workspace", name},
                  {"reason", FactsOf(problem).reason},
                  {"message", problem.message()}});
    }
    for (const std::string& remark : registry_->remarks()) {
      log_.Write(LogLevel::kWarn, "data_dir", {{"message", remark}});
    }
  }

  void SetServing(bool serving) {
    grpc::HealthCheckServiceInterface* const health = server_->GetHealthCheckService();
    if (health == nullptr) return;
    health->SetServingStatus(serving);
    for (const char* service : kServices) health->SetServingStatus(service, serving);
    const std::map<std::string, absl::Status> unserved = registry_->Unserved();
    health->SetServingStatus(kWorkspacesHealth, serving && unserved.empty());
    const auto tell = [health](const std::string& name, bool served) {
      health->SetServingStatus(absl::StrCat(kWorkspacesHealth, "/", name), served);
    };
    for (const auto& [name, problem] : unserved) tell(name, false);
    for (const WorkspacePtr& workspace : registry_->List()) {
      tell(workspace->settings()->name, serving);
    }
    if (!serving) return;
    registry_->TellPresence([this, health, tell](const std::string& name, bool served) {
      tell(name, served);
      health->SetServingStatus(kWorkspacesHealth, registry_->Unserved().empty());
    });
  }

  const ServerOptions options_;
  Log log_;
  CallGuard guard_;
  OpenAppendStreams streams_;
  SegmentWatches watches_;
  int port_ = 0;
  Mutex shutdown_mutex_;
  std::unique_ptr<WorkspaceRegistry> registry_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options) {
  STRATA_RETURN_IF_ERROR(CheckOptions(options));
  STRATA_ASSIGN_OR_RETURN(const LogLevel level, ParseLogLevel(options.log_level));
  // protobuf writes to standard error about text that is not UTF-8; callers learn it by the answer.
  google::protobuf::SetLogHandler(nullptr);
  gpr_set_log_function(LogOfGrpc);
  auto server = std::make_unique<RunningServer>(options, level);
  STRATA_RETURN_IF_ERROR(server->Start());
  return server;
}

}  // namespace strata::rpc
