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

class SegmentProfileTest : public SegmentCommandTest {
 protected:
  void SetUp() override {
    EXPECT_CALL(*connection_, ProfileSegment)
        .Times(testing::AnyNumber())
        .WillRepeatedly([this](const Call<v1::ProfileSegmentRequest>& call) {
          request_ = call.request;
          return answer_;
        });
  }

  v1::ProfileSegmentRequest request_;
  v1::ProfileSegmentResponse answer_ = Parse<v1::ProfileSegmentResponse>(R"pb(
    meta { revision: 7 as_of: "2024-12-31" currency_code: "USD" customers_used: 100 }
    segment {
      customers: 20
      revenue { units: 8000 }
      revenue_per_customer { units: 400 }
      orders_per_customer: 2.5
      share_of_customers: 0.2
      share_of_revenue: 0.8
    }
    against {
      customers: 80
      revenue { units: 2000 }
      revenue_per_customer { units: 25 }
      orders_per_customer: 1
      share_of_customers: 0.8
      share_of_revenue: 0.2
    }
    overlap: 3
    dimensions {
      fields: "country"
      distance: 0.25
      values {
        keys { text: "US" }
        customers: 15
        share: 0.75
        share_interval { low: 0.53 high: 0.89 level: 0.95 method: "wilson" }
        customers_against: 40
        share_against: 0.5
        share_against_interval { low: 0.39 high: 0.61 level: 0.95 method: "wilson" }
        lift: 1.5
        difference: 0.25
        p: 0.0442
        revenue { units: 6000 }
        share_of_revenue: 0.75
      }
      values {
        keys { null: NULL_REASON_UNKNOWN }
        customers: 5
        share: 0.25
        difference: 0.25
        p: 0.00001
        revenue { units: 2000 }
        share_of_revenue: 0.25
      }
    }
    dimensions {
      fields: "country"
      fields: "gender"
      distance: 0.1
      values {
        keys { text: "US" }
        keys { text: "F" }
        customers: 4
        share: 0.2
        customers_against: 8
        share_against: 0.1
        lift: 2
        difference: 0.1
        p: 1
      }
    })pb");
};

TEST_F(SegmentProfileTest, AsksForWhatIsWanted) {
  EXPECT_EQ(Run({"profile", "tier/strategic", "--against", "tier/growth", "--by", "country,family",
                 "--cross", "country,gender", "--cross", "family,gender"}),
            0)
      << err_.str();
  EXPECT_EQ(request_.scope().segment(), "tier/strategic");
  EXPECT_EQ(request_.against(), "tier/growth");
  EXPECT_THAT(request_.fields(), ElementsAre("country", "family"));
  EXPECT_THAT(request_.crosses(), ElementsAre("country,gender", "family,gender"));
  EXPECT_EQ(Run({"profile", "--filter", "orders > 1"}), 0) << err_.str();
  EXPECT_EQ(request_.scope().filter(), "orders > 1");
  EXPECT_EQ(Run({"profile"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("whom to profile"));
}

TEST_F(SegmentProfileTest, SharesSideBySide) {
  EXPECT_EQ(Run({"profile", "tier/strategic"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("all others         80  80.00%  2,000.00  20.00%"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("in both")));
  EXPECT_THAT(out_.str(), HasSubstr("country  (distance 0.250)"));
  EXPECT_THAT(out_.str(), HasSubstr("country x gender  (distance 0.100)"));
  EXPECT_THAT(out_.str(),
              HasSubstr("US                  15   75.00%  53.0-89.0%  50.00%  39.0-61.0%   "
                        "+25.0       1.50   0.044      75.00%"));
  EXPECT_THAT(out_.str(), HasSubstr("(not known)          5   25.00%"));
  EXPECT_THAT(out_.str(), HasSubstr("only here  <0.001"));
  EXPECT_THAT(out_.str(), HasSubstr("US, F"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("█")));
}

TEST_F(SegmentProfileTest, BiggestDifferencesFirst) {
  answer_.mutable_dimensions(1)->mutable_values(0)->set_difference(-0.4);
  EXPECT_EQ(Run({"profile", "tier/strategic"}), 0) << err_.str();
  // The cross differs more, but its p is 1; an unknown country is no trait.
  EXPECT_THAT(out_.str(), HasSubstr("Biggest differences\n\n"
                                    "value       points  segment  against\n"
                                    "----------  ------  -------  -------\n"
                                    "country US   +25.0   75.00%   50.00%\n\n"));
  for (v1::ProfileDimension& dimension : *answer_.mutable_dimensions()) {
    for (v1::ProfileValue& value : *dimension.mutable_values()) value.set_p(0.05);
  }
  EXPECT_EQ(Run({"profile", "tier/strategic"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("No difference in the shares below"));
}

TEST_F(SegmentProfileTest, BarsOnATerminal) {
  EXPECT_EQ(RunRich({"profile", "tier/strategic", "--against", "tier/growth"}), 0) << err_.str();
  // Of sixteen columns for the largest share of both sides, 75%.
  EXPECT_THAT(out_.str(), HasSubstr("75.00%  ████████████████  53.0-89.0%"));
  EXPECT_THAT(out_.str(), HasSubstr("50.00%  ██████████▋  39.0-61.0%"));
  EXPECT_THAT(out_.str(), HasSubstr("3 customers are in both"));
  EXPECT_THAT(out_.str(), HasSubstr("tier/growth"));
}

TEST_F(SegmentProfileTest, NarrowTerminalsLeaveOutIntervalsThenBars) {
  EXPECT_EQ(RunRich({"profile", "tier/strategic"}, 110), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("75.00%  ████████████████  50.00%  ██████████▋   +25.0"));
  EXPECT_EQ(RunRich({"profile", "tier/strategic"}, 80), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("75.00%  50.00%   +25.0"));
}

TEST_F(SegmentProfileTest, NoSharesOfNobody) {
  answer_.mutable_segment()->set_customers(0);
  answer_.mutable_meta()->add_notes("the segment has no customers");
  EXPECT_EQ(Run({"profile", "tier/strategic"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("all others         80"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("country")));
  EXPECT_THAT(out_.str(), HasSubstr("note: the segment has no customers"));
}

TEST_F(SegmentProfileTest, LongDimensionsAreCutForPeople) {
  EXPECT_EQ(Run({"profile", "tier/strategic", "--limit", "1"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("and 1 less different ones: --limit N"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("(not known)          5")));
}

TEST_F(SegmentProfileTest, CsvHasARowAValue) {
  EXPECT_EQ(Run({"profile", "tier/strategic", "-o", "csv"}), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "field,value,cross_field,cross_value,customers,share,share_low,share_high,"
            "customers_against,share_against,share_against_low,share_against_high,lift,difference,"
            "p,revenue,share_of_revenue,distance\n"
            "country,US,,,15,0.75,0.53,0.89,40,0.5,0.39,0.61,1.5,0.25,0.0442,6000,0.75,0.25\n"
            "country,,,,5,0.25,0,0,0,0,0,0,,0.25,0.00001,2000,0.25,0.25\n"
            "country,US,gender,F,4,0.2,0,0,8,0.1,0,0,2,0.1,1,0,0,0.1\n");
}

TEST_F(SegmentProfileTest, JsonIsTheAnswer) {
  EXPECT_EQ(Run({"profile", "tier/strategic", "-o", "json"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("\"overlap\": \"3\""));
}

}  // namespace
}  // namespace strata::cli
