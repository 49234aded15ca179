#include <functional>
#include <string>

#include "client/cli/ask/segment/segment_command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "strata/v1/segmentation_service.pb.h"

namespace strata::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using Each = std::function<bool(const v1::ListSegmentMembersResponse&)>;

class SegmentMembersTest : public SegmentCommandTest {
 protected:
  // Answers with two messages, as a longer stream would.
  void SetUp() override {
    EXPECT_CALL(*connection_, ListSegmentMembers)
        .Times(testing::AnyNumber())
        .WillRepeatedly([this](const Call<v1::ListSegmentMembersRequest>& call, const Each& each) {
          request_ = call.request;
          if (!each(first_)) return absl::OkStatus();
          each(second_);
          return end_;
        });
  }

  v1::ListSegmentMembersRequest request_;
  v1::ListSegmentMembersResponse first_ = Parse<v1::ListSegmentMembersResponse>(R"pb(
    meta { revision: 7 as_of: "2024-12-31" customers_used: 3 }
    fields: "revenue"
    fields: "country"
    total: 3
    members {
      customer: "ann"
      class: "strategic"
      values { money { units: 1200 nanos: 500000000 } }
      values { text: "a, b" }
    }
    members {
      customer: "bob"
      class: "growth"
      values { money { units: 7 } }
      values { null: NULL_REASON_UNKNOWN }
    })pb");
  v1::ListSegmentMembersResponse second_ = Parse<v1::ListSegmentMembersResponse>(R"pb(
    members {
      customer: "cem"
      class: "growth"
      values { money { units: 1 } }
      values { text: "US" }
    })pb");
  absl::Status end_;
};

TEST_F(SegmentMembersTest, AsksForWhatIsWanted) {
  EXPECT_EQ(Run({"members", "tier/strategic", "--fields", "revenue,country", "--sort",
                 "revenue desc", "--limit", "20", "--as-of", "2024-12-31"}),
            0)
      << err_.str();
  EXPECT_EQ(request_.scope().workspace(), "sales");
  EXPECT_EQ(request_.scope().segment(), "tier/strategic");
  EXPECT_EQ(request_.scope().as_of(), "2024-12-31");
  EXPECT_THAT(request_.fields(), ElementsAre("revenue", "country"));
  EXPECT_EQ(request_.order_by(), "revenue desc");
  EXPECT_EQ(request_.limit(), 20);
  EXPECT_EQ(Run({"members", "tier", "--customers", "ann,bob"}), 0) << err_.str();
  EXPECT_THAT(request_.customers(), ElementsAre("ann", "bob"));
  EXPECT_EQ(request_.limit(), 0);  // they are as many as were named
}

TEST_F(SegmentMembersTest, PeopleGetTheFirstHundredAndProgramsAll) {
  EXPECT_EQ(Run({"members", "tier"}), 0);
  EXPECT_EQ(request_.limit(), 100);
  EXPECT_EQ(Run({"members", "tier", "--all"}), 0);
  EXPECT_EQ(request_.limit(), 0);
  EXPECT_EQ(Run({"members", "tier", "-o", "csv"}), 0);
  EXPECT_EQ(request_.limit(), 0);
  EXPECT_EQ(Run({"members", "tier", "-o", "json"}), 0);
  EXPECT_EQ(request_.limit(), 0);
  EXPECT_EQ(Run({"members", "tier", "-o", "json", "--limit", "3"}), 0);
  EXPECT_EQ(request_.limit(), 3);
  EXPECT_EQ(Run({"members", "tier", "--all", "--limit", "3"}), 2);
}

TEST_F(SegmentMembersTest, TableForPeople) {
  first_.set_total(1234);
  EXPECT_EQ(Run({"members", "tier"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("customer  class       revenue  country\n"
                                    "--------  ---------  --------  -------\n"
                                    "ann       strategic  1,200.50  a, b\n"
                                    "bob       growth         7.00  –\n"
                                    "cem       growth         1.00  US\n"));
  EXPECT_THAT(out_.str(), HasSubstr("3 of 1,234 customers: more with --limit N or --all"));
  EXPECT_THAT(out_.str(), HasSubstr("revision 7, as of 2024-12-31"));
}

TEST_F(SegmentMembersTest, NoColumnOfClassesWhereThereAreNone) {
  for (v1::SegmentMember& member : *first_.mutable_members()) member.clear_class_();
  second_.clear_members();
  EXPECT_EQ(Run({"members", "big"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), Not(HasSubstr("class")));
  first_.clear_members();
  EXPECT_EQ(Run({"members", "big"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("(nobody)"));
}

TEST_F(SegmentMembersTest, CsvHasOneHeaderForTheWholeStream) {
  EXPECT_EQ(Run({"members", "tier", "-o", "csv"}), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "customer,class,revenue,country\n"
            "ann,strategic,1200.5,\"a, b\"\n"
            "bob,growth,7,\n"
            "cem,growth,1,US\n");
}

TEST_F(SegmentMembersTest, JsonIsOneDocument) {
  EXPECT_EQ(Run({"members", "tier", "-o", "json"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("\"customer\": \"ann\""));
  EXPECT_THAT(out_.str(), HasSubstr("\"customer\": \"cem\""));
  EXPECT_EQ(out_.str().find("\"meta\""), out_.str().rfind("\"meta\""));
}

TEST_F(SegmentMembersTest, AStreamThatBreaksOffIsAnError) {
  end_ = absl::UnavailableError("the server is going down");
  EXPECT_EQ(Run({"members", "tier"}), 5);
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(Run({"members", "tier", "-o", "csv"}), 5);
  EXPECT_THAT(err_.str(), HasSubstr("going down"));
}

TEST_F(SegmentMembersTest, TheSegmentIsNamedOnce) {
  EXPECT_EQ(Run({"members", "tier", "--segment", "tier"}), 0) << err_.str();
  EXPECT_EQ(Run({"members", "--segment", "tier"}), 0) << err_.str();
  EXPECT_EQ(request_.scope().segment(), "tier");
  EXPECT_EQ(Run({"members", "tier", "--segment", "abc"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("the segment is named twice"));
}

}  // namespace
}  // namespace strata::cli
