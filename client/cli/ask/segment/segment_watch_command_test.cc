#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "client/cli/program/program.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "strata/mocks/mock_connection.h"
#include "strata/v1/segmentation_service.pb.h"

namespace strata::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Response = v1::WatchSegmentResponse;

constexpr char kMembers[] = R"pb(
  revision: 4
  as_of: "2024-05-01"
  events { kind: KIND_RESET }
  events {
    kind: KIND_ENTER
    customer: "ann"
    changes {
      field: "revenue"
      after { money { units: 9800 } }
    }
    changes {
      field: "strategic"
      after { null: NULL_REASON_UNKNOWN }
    }
  }
  events { kind: KIND_ENTER customer: "a much longer id" }
  events { kind: KIND_CAUGHT_UP }
)pb";
constexpr char kMoves[] = R"pb(
  revision: 7
  as_of: "2024-05-02"
  events {
    kind: KIND_LEAVE
    customer: "ann"
    changes {
      field: "revenue"
      before { money { units: 9800 } }
      after { money { units: 12100 } }
    }
    changes {
      field: "orders"
      before { integer: 2 }
      after { integer: 2 }
    }
  }
  events { kind: KIND_ENTER customer: "bob" }
  events { kind: KIND_CAUGHT_UP }
)pb";
constexpr char kNothing[] = R"pb(
  revision: 9
  as_of: "2024-05-02"
  events { kind: KIND_CAUGHT_UP }
)pb";

class SegmentWatchCommandTest : public testing::Test {
 protected:
  // Tells the messages, then that the segment was deleted.
  int Run(const std::vector<std::string>& messages, std::vector<std::string> arguments) {
    EXPECT_CALL(*connection_, WatchSegment)
        .WillOnce([&](const Call<v1::WatchSegmentRequest>& call,
                      const std::function<bool(const Response&)>& each) {
          request_ = call.request;
          for (const std::string& text : messages) {
            Response message;
            EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
            if (!each(message)) return absl::OkStatus();
          }
          return absl::NotFoundError("the segment was deleted");
        });
    return RunAlone(std::move(arguments));
  }
  int RunAlone(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    arguments.insert(arguments.begin(), {"-w", "sales", "segment", "watch"});
    return RunProgram(arguments, {out_, err_}, Client(connection_));
  }

  const std::shared_ptr<MockConnection> connection_ = std::make_shared<MockConnection>();
  v1::WatchSegmentRequest request_;
  std::ostringstream out_, err_;
};

TEST_F(SegmentWatchCommandTest, PrintsALineForEachWhoMoves) {
  EXPECT_EQ(Run({kMembers, kNothing, kMoves},
                {"tier/strategic", "--fields", "revenue,orders", "--after-revision", "3"}),
            3);
  EXPECT_EQ(request_.segment(), "tier/strategic");
  EXPECT_EQ(request_.after_revision(), 3);
  EXPECT_THAT(request_.fields(), ElementsAre("revenue", "orders"));
  EXPECT_EQ(out_.str(),
            "revision 4, as of 2024-05-01: 2 members\n"
            "+ ann               revenue 9,800.00\n"
            "+ a much longer id\n"
            "revision 7, as of 2024-05-02\n"
            "- ann  revenue 9,800.00 -> 12,100.00, orders 2\n"
            "+ bob\n");
  EXPECT_THAT(err_.str(), HasSubstr("the segment was deleted"));
}

TEST_F(SegmentWatchCommandTest, OnceEndsWhenItHasCaughtUp) {
  EXPECT_EQ(Run({kMembers, kMoves}, {"tier/strategic", "--once"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("caught up with revision 4; go on with --after-revision 4\n"));
  EXPECT_THAT(out_.str(), ::testing::Not(HasSubstr("bob")));
}

TEST_F(SegmentWatchCommandTest, CsvHasARowForEachField) {
  EXPECT_EQ(Run({kMembers, kMoves}, {"tier/strategic", "-o", "csv"}), 3);
  EXPECT_EQ(out_.str(),
            "revision,as_of,event,customer,field,before,after\n"
            "4,2024-05-01,reset,,,,\n"
            "4,2024-05-01,enter,ann,revenue,,9800\n"
            "4,2024-05-01,enter,ann,strategic,,\n"
            "4,2024-05-01,enter,a much longer id,,,\n"
            "4,2024-05-01,caught_up,,,,\n"
            "7,2024-05-02,leave,ann,revenue,9800,12100\n"
            "7,2024-05-02,leave,ann,orders,2,2\n"
            "7,2024-05-02,enter,bob,,,\n"
            "7,2024-05-02,caught_up,,,,\n");
}

TEST_F(SegmentWatchCommandTest, JsonHasALineForEachEvent) {
  EXPECT_EQ(Run({kMoves}, {"tier/strategic", "-o", "json"}), 3);
  EXPECT_EQ(out_.str(),
            R"({"revision":"7","asOf":"2024-05-02","events":[{"kind":"KIND_LEAVE",)"
            R"("customer":"ann","changes":[{"field":"revenue","before":{"money":{"units":"9800"}},)"
            R"("after":{"money":{"units":"12100"}}},{"field":"orders","before":{"integer":"2"},)"
            R"("after":{"integer":"2"}}]}]})"
            "\n"
            R"({"revision":"7","asOf":"2024-05-02","events":[{"kind":"KIND_ENTER",)"
            R"("customer":"bob"}]})"
            "\n"
            R"({"revision":"7","asOf":"2024-05-02","events":[{"kind":"KIND_CAUGHT_UP"}]})"
            "\n");
}

TEST_F(SegmentWatchCommandTest, AFolderServedHereIsListedOnce) {
  EXPECT_EQ(RunAlone({"tier/strategic", "--data-dir", "d"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--once"));
  EXPECT_EQ(RunAlone({}), 2);
}

}  // namespace
}  // namespace strata::cli
