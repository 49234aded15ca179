#include <string>

#include "client/cli/ask/segment/segment_command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "strata/v1/segmentation_service.pb.h"

namespace strata::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SegmentRfmTest : public SegmentCommandTest {
 protected:
  void SetUp() override {
    EXPECT_CALL(*connection_, ScoreRfm)
        .Times(testing::AnyNumber())
        .WillRepeatedly([this](const Call<v1::ScoreRfmRequest>& call) {
          request_ = call.request;
          return answer_;
        });
  }

  v1::ScoreRfmRequest request_;
  v1::ScoreRfmResponse answer_ = Parse<v1::ScoreRfmResponse>(R"pb(
    meta { revision: 7 as_of: "2006-12-31" currency_code: "USD" customers_used: 10 }
    recency_cuts: 114.8
    recency_cuts: 181
    recency_cuts: 291.4
    recency_cuts: 481
    frequency_cuts: 3
    frequency_cuts: 4
    frequency_cuts: 5
    frequency_cuts: 7
    monetary_cuts: 254.8
    monetary_cuts: 381
    monetary_cuts: 505.4
    monetary_cuts: 665
    names {
      name: "Champions"
      customers: 6
      orders: 60
      revenue { units: 9000 }
      share_of_customers: 0.6
      share_of_revenue: 0.9
    }
    names {
      name: "Lost"
      customers: 4
      orders: 4
      revenue { units: 1000 nanos: 500000000 }
      share_of_customers: 0.4
      share_of_revenue: 0.1
    }
    cells { recency: 1 frequency: 1 monetary: 1 customers: 1 }
    cells { recency: 1 frequency: 1 monetary: 2 customers: 2 }
    cells { recency: 1 frequency: 2 monetary: 1 customers: 1 }
    cells { recency: 5 frequency: 5 monetary: 5 customers: 6 }
    not_scored: 2
    customers {
      customer: "ann"
      recency_days: 3
      orders: 12
      revenue { units: 1500 }
      recency: 5
      frequency: 5
      monetary: 5
      name: "Champions"
    }
    customers {
      customer: "bob"
      recency_days: 900
      orders: 1
      revenue { units: 20 }
      recency: 1
      frequency: 1
      monetary: 1
      name: "Lost"
    })pb");
};

TEST_F(SegmentRfmTest, AsksForWhatIsWanted) {
  EXPECT_EQ(Run({"rfm", "--bins", "4", "--window-days", "365", "--customers", "--filter", "x"}), 0);
  EXPECT_EQ(request_.bins(), 4);
  EXPECT_EQ(request_.window_days(), 365);
  EXPECT_TRUE(request_.customers());
  EXPECT_EQ(request_.scope().filter(), "x");
  EXPECT_EQ(Run({"rfm", "--bins", "11"}), 2);
}

TEST_F(SegmentRfmTest, NamesAndMatrix) {
  EXPECT_EQ(Run({"rfm"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Champions          6  60.00%      60  9,000.00  90.00%\n"));
  // Monetary scores are summed over: 1 + 2 customers of recency 1 and frequency 1.
  EXPECT_THAT(out_.str(), HasSubstr("recency \\ frequency  1  2  3  4  5\n"
                                    "-------------------  -  -  -  -  -\n"
                                    "5 (latest)                       6\n"
                                    "4\n"
                                    "3\n"
                                    "2\n"
                                    "1 (longest ago)      3  1\n"));
  EXPECT_THAT(out_.str(), HasSubstr("recency 114.80 | 181.00 | 291.40 | 481.00 days"));
  EXPECT_THAT(out_.str(), HasSubstr("2 customers without a purchase: not scored"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("ann")));
}

TEST_F(SegmentRfmTest, BarsAndShadesOnATerminal) {
  EXPECT_EQ(RunRich({"rfm"}), 0) << err_.str();
  // Sixteen columns for the largest share, 60%; two thirds of them for 40%.
  EXPECT_THAT(out_.str(), HasSubstr("60.00%  ████████████████ "));
  EXPECT_THAT(out_.str(), HasSubstr("40.00%  ██████████▋ "));
  EXPECT_THAT(out_.str(), HasSubstr("██ 6\n"));
  EXPECT_THAT(out_.str(), HasSubstr("1 (longest ago)      ▒▒ 3  ░░ 1\n"));
}

TEST_F(SegmentRfmTest, BarsGetWhatRoomThereIs) {
  EXPECT_EQ(RunRich({"rfm"}, 80), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("60.00%  ███████████      60"));
  EXPECT_EQ(RunRich({"rfm"}, 60), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Champions          6  60.00%      60  9,000.00  90.00%\n"));
}

TEST_F(SegmentRfmTest, CustomersOnRequest) {
  EXPECT_EQ(Run({"rfm", "--customers", "--limit", "1"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("ann              3      12  1,500.00  5  5  5  Champions\n"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("bob")));
  EXPECT_THAT(out_.str(), HasSubstr("1 of 2 customers"));
}

TEST_F(SegmentRfmTest, CsvOfNamesCustomersOrCells) {
  EXPECT_EQ(Run({"rfm", "-o", "csv"}), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "name,customers,share_of_customers,orders,revenue,share_of_revenue\n"
            "Champions,6,0.6,60,9000,0.9\n"
            "Lost,4,0.4,4,1000.5,0.1\n");
  EXPECT_EQ(Run({"rfm", "-o", "csv", "--customers"}), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "customer,recency_days,orders,revenue,recency,frequency,monetary,name\n"
            "ann,3,12,1500,5,5,5,Champions\n"
            "bob,900,1,20,1,1,1,Lost\n");
  EXPECT_EQ(Run({"rfm", "-o", "csv", "--bins", "4"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("recency,frequency,monetary,customers\n1,1,1,1\n1,1,2,2\n"));
}

TEST_F(SegmentRfmTest, NobodyHasBought) {
  answer_.clear_cells();
  EXPECT_EQ(Run({"rfm"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), Not(HasSubstr("Champions")));
  EXPECT_THAT(out_.str(), HasSubstr("Nobody has bought anything yet."));
}

}  // namespace
}  // namespace strata::cli
