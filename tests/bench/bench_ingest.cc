// Measures the write path of a real server (own process, TCP on loopback) against what SQLite alone
// and gRPC alone do in the same run, and checks that every order arrived.
//
//   bench_ingest --stratad build/release/server/stratad [--orders N] [--batch B] [--calls C]

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <thread>

#include "CLI/CLI.hpp"
#include "google/protobuf/arena.h"
#include "grpcpp/grpcpp.h"
#include "strata/v1/ingestion_service.grpc.pb.h"
#include "strata/v1/kpi_service.grpc.pb.h"
#include "strata/v1/workspace_service.grpc.pb.h"
#include "tests/bench/raw_sqlite.h"

namespace strata::bench {
namespace {

constexpr int kUnaryCallers = 32;

[[noreturn]] void Fail(const std::string& message) {
  std::cerr << "bench_ingest: " << message << std::endl;
  std::exit(1);
}

void Check(const grpc::Status& status, const char* what) {
  if (!status.ok()) Fail(std::string(what) + ": " + status.error_message());
}

double Seconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

// stratad in a process of its own over an empty folder; ends with the object.
class ServerProcess {
 public:
  ServerProcess(const std::string& program, const std::string& folder, int port) {
    address_ = "127.0.0.1:" + std::to_string(port);
    pid_ = fork();
    if (pid_ == 0) {
      execl(program.c_str(), program.c_str(), "--data-dir", folder.c_str(), "--listen",
            address_.c_str(), "--log-level", "warn", nullptr);
      _exit(127);
    }
  }
  ~ServerProcess() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  std::shared_ptr<grpc::Channel> Connect() const {
    auto channel = grpc::CreateChannel(address_, grpc::InsecureChannelCredentials());
    const auto deadline = std::chrono::system_clock::now() + std::chrono::seconds(30);
    if (!channel->WaitForConnected(deadline)) Fail("stratad did not come up");
    return channel;
  }

 private:
  pid_t pid_;
  std::string address_;
};

// A random-looking id that no other number has.
std::string OrderId(uint64_t number) {
  char id[20];
  std::snprintf(id, sizeof id, "%016llx",
                static_cast<unsigned long long>(number * 0x9E3779B97F4A7C15));
  return id;
}

void FillOrder(v1::Order& order, uint64_t number) {
  order.set_id(OrderId(number));
  order.set_customer("c" + std::to_string(number % 10'000));
  order.mutable_order_time()->set_seconds(1'700'000'000 +
                                          static_cast<int64_t>(number % 80'000'000));
  order.set_status("Shipped");
  order.add_lines()->set_amount_micros(static_cast<int64_t>(number % 100'000) * 10'000);
}

// One write stream; returns orders a second from the first byte sent to the last ack.
double StreamRate(const std::shared_ptr<grpc::Channel>& channel, size_t orders, size_t batch) {
  auto stub = v1::IngestionService::NewStub(channel);
  grpc::ClientContext context;
  auto stream = stub->AppendRecords(&context);
  const auto start = std::chrono::steady_clock::now();
  int64_t acknowledged = 0, accepted = 0;
  std::thread reader([&] {
    v1::AppendRecordsResponse ack;
    while (stream->Read(&ack)) {
      acknowledged = ack.next_offset();
      accepted += ack.counts().accepted();
    }
  });
  for (size_t sent = 0; sent < orders; sent += batch) {
    google::protobuf::Arena arena;
    auto* request = google::protobuf::Arena::CreateMessage<v1::AppendRecordsRequest>(&arena);
    request->set_workspace("stream");
    request->set_stream("bench");
    request->set_offset(static_cast<int64_t>(sent));
    for (size_t i = sent; i < std::min(orders, sent + batch); ++i) {
      FillOrder(*request->add_records()->mutable_order(), i);
    }
    if (!stream->Write(*request)) break;
  }
  stream->WritesDone();
  reader.join();
  const double seconds = Seconds(start);
  Check(stream->Finish(), "stream");
  if (acknowledged != static_cast<int64_t>(orders) || accepted != acknowledged) {
    Fail("not every order of the stream was accepted");
  }
  return static_cast<double>(orders) / seconds;
}

// 32 callers, each one order a call and one call at a time; returns calls a second.
double UnaryRate(const std::shared_ptr<grpc::Channel>& channel, size_t calls) {
  auto stub = v1::IngestionService::NewStub(channel);
  std::atomic<size_t> next{0};
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> callers;
  for (int caller = 0; caller < kUnaryCallers; ++caller) {
    callers.emplace_back([&] {
      for (size_t i = next++; i < calls; i = next++) {
        v1::BatchAppendRecordsRequest request;
        request.set_workspace("unary");
        char id[64];
        std::snprintf(id, sizeof id, "%08zx-0000-4000-8000-%012zx", i, i);
        request.set_request_id(id);
        FillOrder(*request.add_records()->mutable_order(), i);
        v1::BatchAppendRecordsResponse response;
        grpc::ClientContext context;
        Check(stub->BatchAppendRecords(&context, request, &response), "unary");
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  return static_cast<double>(calls) / Seconds(start);
}

// Answers at once: what gRPC costs without Strata.
class Echo : public v1::IngestionService::CallbackService {
  grpc::ServerUnaryReactor* BatchAppendRecords(grpc::CallbackServerContext* context,
                                               const v1::BatchAppendRecordsRequest* request,
                                               v1::BatchAppendRecordsResponse* response) override {
    response->mutable_counts()->set_accepted(request->records_size());
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

double EchoRate(size_t calls) {
  int to_parent[2];
  if (pipe(to_parent) != 0) Fail("pipe");
  const pid_t pid = fork();  // before this process has used gRPC, which does not survive a fork
  if (pid == 0) {
    Echo echo;
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&echo);
    auto server = builder.BuildAndStart();
    if (write(to_parent[1], &port, sizeof port) != sizeof port) _exit(1);
    server->Wait();
    _exit(0);
  }
  int port = 0;
  if (read(to_parent[0], &port, sizeof port) != sizeof port) Fail("the echo server did not start");
  const double rate = UnaryRate(
      grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()),
      calls);
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  return rate;
}

void CreateWorkspace(const std::shared_ptr<grpc::Channel>& channel, const std::string& name) {
  v1::CreateWorkspaceRequest request;
  request.mutable_workspace()->set_workspace(name);
  v1::CreateWorkspaceResponse response;
  grpc::ClientContext context;
  Check(v1::WorkspaceService::NewStub(channel)->CreateWorkspace(&context, request, &response),
        "create workspace");
}

// That the server counts them, and that they are in the file.
void CheckOrders(const std::shared_ptr<grpc::Channel>& channel, const std::string& folder,
                 const std::string& workspace, size_t orders) {
  v1::QueryKpisRequest request;
  request.mutable_scope()->set_workspace(workspace);
  request.add_kpis("orders");
  v1::QueryKpisResponse response;
  grpc::ClientContext context;
  Check(v1::KpiService::NewStub(channel)->QueryKpis(&context, request, &response), "query");
  const auto counted = static_cast<size_t>(response.table().rows(0).values(0).integer());
  const size_t stored = StoredOrders(folder + "/data/workspaces/" + workspace + ".db");
  if (counted != orders || stored != orders) {
    Fail(workspace + ": " + std::to_string(orders) + " orders sent, " + std::to_string(counted) +
         " counted, " + std::to_string(stored) + " in the file");
  }
}

int Main(int argc, char** argv) {
  std::string stratad;
  size_t orders = 1'000'000, batch = 5'000, calls = 50'000;
  int port = 50'551;
  CLI::App app{"Times ingestion against SQLite alone and gRPC alone"};
  app.add_option("--stratad", stratad)->required()->check(CLI::ExistingFile);
  app.add_option("--orders", orders, "of the one stream");
  app.add_option("--batch", batch, "orders a message");
  app.add_option("--calls", calls, "unary calls of one order");
  app.add_option("--port", port);
  CLI11_PARSE(app, argc, argv);

  char folder_template[] = "/tmp/strata-bench-XXXXXX";
  const std::string folder = mkdtemp(folder_template);
  {
    const double echo = EchoRate(calls);
    ServerProcess server(stratad, folder + "/data", port);
    const auto channel = server.Connect();
    CreateWorkspace(channel, "stream");
    CreateWorkspace(channel, "unary");
    const double stream = StreamRate(channel, orders, batch);
    CheckOrders(channel, folder, "stream", orders);
    const double unary = UnaryRate(channel, calls);
    CheckOrders(channel, folder, "unary", calls);
    const double raw =
        RawInsertRate(folder + "/data/workspaces/stream.db", folder + "/raw.db", orders, 20'000);
    std::printf("one stream of single-line orders   %10.0f orders/s\n", stream);
    std::printf("raw SQLite, same tables            %10.0f orders/s   ratio %.2f\n", raw,
                stream / raw);
    std::printf("32 callers, one order a call       %10.0f calls/s\n", unary);
    std::printf("bare echo, 32 callers              %10.0f calls/s    ratio %.2f\n", echo,
                unary / echo);
  }
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace strata::bench

int main(int argc, char** argv) { return strata::bench::Main(argc, argv); }
