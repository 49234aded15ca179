#ifndef STRATA_SERVER_RPC_TESTING_SEGMENT_WATCH_FIXTURE_H_
#define STRATA_SERVER_RPC_TESTING_SEGMENT_WATCH_FIXTURE_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "server/base/mutex.h"
#include "server/rpc/services/customer_list.h"
#include "server/rpc/services/segmentation_grpc.h"
#include "server/rpc/testing/server_fixture.h"
#include "server/rpc/transport/read_scope.h"
#include "server/workspace/testing/test_batch.h"
#include "strata/v1/segmentation_service.grpc.pb.h"

// For tests: WatchSegment on a real socket, over a workspace that the test writes to directly.

namespace strata::rpc {

// What a watcher makes of the stream: events count from CAUGHT_UP on, so that what a broken call
// has told in part is void.
class WatchReplay {
 public:
  using Response = v1::WatchSegmentResponse;

  // Whether the message ended with CAUGHT_UP.
  bool Take(const Response& message) {
    EXPECT_LE(message.events_size(), 1'000);
    EXPECT_GE(message.revision(), caught_up);
    bool caught = false;
    for (const Response::Event& event : message.events()) {
      EXPECT_FALSE(caught) << "CAUGHT_UP ends a message";
      switch (event.kind()) {
        case Response::KIND_RESET:
          ++resets;
          staged_.clear();
          break;
        case Response::KIND_ENTER:
          EXPECT_TRUE(staged_.insert(event.customer()).second) << event.ShortDebugString();
          break;
        case Response::KIND_LEAVE:
          EXPECT_EQ(staged_.erase(event.customer()), 1u) << event.ShortDebugString();
          break;
        case Response::KIND_CAUGHT_UP:
          caught = true;
          break;
        default:
          ADD_FAILURE() << event.ShortDebugString();
      }
      if (event.kind() != Response::KIND_CAUGHT_UP) ++events;
    }
    if (!caught) return false;
    members = staged_;
    caught_up = message.revision();
    as_of = message.as_of();
    return true;
  }
  // Before the next call.
  void Rewind() { staged_ = members; }

  std::set<std::string> members;
  int64_t caught_up = 0;
  std::string as_of;
  int64_t events = 0, resets = 0;

 private:
  std::set<std::string> staged_;
};

// A call that the test reads message by message.
class WatchCall {
 public:
  WatchCall(v1::SegmentationService::Stub& stub, const v1::WatchSegmentRequest& request,
            std::chrono::seconds timeout = std::chrono::seconds(60)) {
    context_.set_deadline(std::chrono::system_clock::now() + timeout);
    reader_ = stub.WatchSegment(&context_, request);
  }
  ~WatchCall() {
    if (!finished_) Cancel();
  }

  bool Read(v1::WatchSegmentResponse* message) { return reader_->Read(message); }
  // Reads until everything up to `revision` was told. False when the call ended before.
  bool ReadUpTo(int64_t revision, WatchReplay& replay) {
    v1::WatchSegmentResponse message;
    while (Read(&message)) {
      if (replay.Take(message) && replay.caught_up >= revision) return true;
    }
    return false;
  }
  // Reads whatever is left; how the call ended.
  grpc::Status Finish() {
    v1::WatchSegmentResponse message;
    while (Read(&message)) {
    }
    finished_ = true;
    return reader_->Finish();
  }
  void Cancel() {
    context_.TryCancel();
    Finish();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchSegmentResponse>> reader_;
  bool finished_ = false;
};

class WatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              absl::StrCat("strata_watch_test_", getpid(), "_",
                           ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    WorkspaceOptions options;
    options.clock = &clock_;
    auto registry = WorkspaceRegistry::Open(folder_.string(), options);
    ASSERT_TRUE(registry.ok()) << registry.status();
    registry_ = *std::move(registry);
    WorkspaceSettings settings;
    settings.name = "sales";
    auto workspace = registry_->Create(settings);
    ASSERT_TRUE(workspace.ok()) << workspace.status();
    workspace_ = *std::move(workspace);
  }

  void TearDown() override {
    stub_ = nullptr;
    if (server_ != nullptr) {
      server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(5));
      server_->Wait();
    }
    server_ = nullptr;
    service_ = nullptr;
    watches_ = nullptr;
    workspace_ = nullptr;
    registry_ = nullptr;
    std::filesystem::remove_all(folder_);
  }

  void Start(const SegmentWatches::Options& options = {}) {
    watches_ = std::make_unique<SegmentWatches>(options);
    service_ = MakeSegmentationService(guard_, *registry_, *watches_);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("localhost:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    target_ = absl::StrCat("localhost:", port);
    stub_ = Stub();
  }

  // Over a connection of its own.
  std::unique_ptr<v1::SegmentationService::Stub> Stub() {
    return StubWith(grpc::ChannelArguments());
  }
  // Over one that takes in little more than what is read: by default it grows to megabytes.
  std::unique_ptr<v1::SegmentationService::Stub> NarrowStub() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 16 << 10);
    return StubWith(arguments);
  }
  std::unique_ptr<v1::SegmentationService::Stub> StubWith(grpc::ChannelArguments arguments) {
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return v1::SegmentationService::NewStub(
        grpc::CreateCustomChannel(target_, grpc::InsecureChannelCredentials(), arguments));
  }

  static v1::WatchSegmentRequest Request(const std::string& segment, int64_t after = 0,
                                         const std::vector<std::string>& fields = {}) {
    v1::WatchSegmentRequest request;
    request.set_workspace("sales");
    request.set_segment(segment);
    request.set_after_revision(after);
    for (const std::string& field : fields) request.add_fields(field);
    return request;
  }

  void Define(const std::string& id, const std::string& filter) {
    Change([&](WorkspaceSettings& settings) {
      std::vector<SegmentDefinition>& all = settings.segments;
      auto place = std::find_if(all.begin(), all.end(),
                                [&](const SegmentDefinition& s) { return s.id >= id; });
      if (place == all.end() || place->id != id) place = all.insert(place, SegmentDefinition());
      place->id = id;
      place->filter = filter;
    });
  }
  void Undefine(const std::string& id) {
    Change([&](WorkspaceSettings& settings) {
      std::erase_if(settings.segments, [&](const SegmentDefinition& s) { return s.id == id; });
    });
  }
  void Change(const std::function<void(WorkspaceSettings&)>& change) {
    const auto updated = registry_->Update("sales", [&](WorkspaceSettings& settings) {
      change(settings);
      return absl::OkStatus();
    });
    ASSERT_TRUE(updated.ok()) << updated.status();
  }

  // One order of so many units, a day after kDay0 each; returns the revision with it.
  int64_t Order(const std::string& id, const std::string& customer, int64_t units, int day = 0) {
    testing::TestBatch batch;
    strata::Order order = testing::MakeOrder(testing::Text(id), testing::Text(customer));
    order.order_time += day * kMillisADay;
    batch.Add(order, {testing::MakeLine("p", units * kMicrosAUnit)});
    const testing::Answer answer = testing::Send(*workspace_, batch);
    EXPECT_TRUE(answer.status.ok()) << answer.status;
    return answer.result.revision;
  }
  // `count` customers with one order of `units` each.
  int64_t Orders(const std::string& prefix, int count, int64_t units) {
    testing::TestBatch batch;
    for (int i = 0; i < count; ++i) {
      testing::AddOrder(batch, testing::Text(absl::StrCat(prefix, i)),
                        testing::Text(absl::StrCat("customer-", prefix, i)), units * kMicrosAUnit);
    }
    const testing::Answer answer = testing::Send(*workspace_, batch);
    EXPECT_TRUE(answer.status.ok()) << answer.status;
    return answer.result.revision;
  }

  // The members as ListCustomers would list them.
  static std::set<std::string> Members(const image::RevisionPtr& revision,
                                       const std::string& segment) {
    const auto filter = SegmentFilter(*revision->settings, segment);
    EXPECT_TRUE(filter.ok()) << filter.status();
    if (!filter.ok()) return {};
    auto scope = analytics::fields::ResolveScope(revision, "", "", "", *filter,
                                                 analytics::fields::ClassesAt::kAsOf, StopToken());
    EXPECT_TRUE(scope.ok()) << scope.status();
    CustomerListQuery query;
    query.scope = *std::move(scope);
    query.limit = 1'000'000;
    const auto list = ListCustomers(query);
    EXPECT_TRUE(list.ok()) << list.status();
    std::set<std::string> members;
    if (!list.ok()) return members;
    for (const image::Slot slot : list->page) {
      members.insert(std::string(revision->CustomerId(slot)));
    }
    return members;
  }

  std::filesystem::path folder_;
  FixedClock clock_{testing::kNow};
  Log log_{LogLevel::kOff};
  CallGuard guard_{CallGuard::Options(), log_};
  std::unique_ptr<WorkspaceRegistry> registry_;
  WorkspacePtr workspace_;
  std::unique_ptr<SegmentWatches> watches_;
  std::unique_ptr<grpc::Service> service_;
  std::unique_ptr<grpc::Server> server_;
  std::string target_;
  std::unique_ptr<v1::SegmentationService::Stub> stub_;
};

// Every revision that a workspace publishes while this lives.
class RevisionLog {
 public:
  explicit RevisionLog(const WorkspacePtr& workspace) {
    stop_ = workspace->Observe([this](const image::RevisionPtr& revision) { Keep(revision); });
    Keep(workspace->Current());
  }
  ~RevisionLog() { stop_(); }

  // Null when there was none of this number.
  image::RevisionPtr At(int64_t number) const {
    MutexLock lock(mutex_);
    const auto found = revisions_.find(number);
    return found == revisions_.end() ? nullptr : found->second;
  }

 private:
  void Keep(const image::RevisionPtr& revision) {
    MutexLock lock(mutex_);
    revisions_[revision->number] = revision;
  }

  mutable Mutex mutex_;
  std::map<int64_t, image::RevisionPtr> revisions_ ABSL_GUARDED_BY(mutex_);
  std::function<void()> stop_;
};

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TESTING_SEGMENT_WATCH_FIXTURE_H_
