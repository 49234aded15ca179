#include <string>

#include "absl/strings/str_split.h"
#include "client/cli/ask/segment/segment_command_fixture.h"
#include "client/cli/present/display_width.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "strata/v1/segmentation_service.pb.h"

namespace strata::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class SegmentTransitionsTest : public SegmentCommandTest {
 protected:
  void SetUp() override {
    EXPECT_CALL(*connection_, ComputeTransitions)
        .Times(testing::AnyNumber())
        .WillRepeatedly([this](const Call<v1::ComputeTransitionsRequest>& call) {
          request_ = call.request;
          return answer_;
        });
  }

  v1::ComputeTransitionsRequest request_;
  v1::ComputeTransitionsResponse answer_ = Parse<v1::ComputeTransitionsResponse>(R"pb(
    meta { revision: 7 as_of: "2024-12-31" customers_used: 13 }
    partition: "tier"
    classes: "strategic"
    classes: "standard"
    steps {
      from_date: "2024-06-30"
      to_date: "2024-09-30"
      cells { from: "strategic" to: "strategic" customers: 3 row_share: 0.75 }
      cells { from: "strategic" to: "standard" customers: 1 row_share: 0.25 }
      cells { from: "standard" to: "strategic" customers: 0 row_share: 0 }
      cells {
        from: "standard"
        to: "standard"
        customers: 6
        row_share: 1
        revenue_change { units: -5 nanos: -500000000 }
      }
      cells { from: "NEW" to: "standard" customers: 2 row_share: 1 }
      movers {
        customer: "ann"
        display_name: "Ann Ltd"
        from: "strategic"
        to: "standard"
        changes {
          field: "revenue_rank"
          before { integer: 4 }
          after { integer: 5 }
        }
        changes {
          field: "revenue"
          before { money { units: 100 } }
          after { null: NULL_REASON_NO_RECORDS }
        }
      }
      stayed: 9
      moved: 1
    }
    steps {
      from_date: "2024-09-30"
      to_date: "2024-12-31"
      cells { from: "strategic" to: "strategic" customers: 3 row_share: 1 }
      cells { from: "standard" to: "standard" customers: 8 row_share: 0.88888 }
      cells { from: "standard" to: "GONE" customers: 1 row_share: 0.11111 }
      stayed: 11
      moved: 0
    })pb");
};

TEST_F(SegmentTransitionsTest, AsksForWhatIsWanted) {
  EXPECT_EQ(Run({"transitions", "loyalty", "--quarters", "8", "--movers", "3"}), 0) << err_.str();
  EXPECT_EQ(request_.partition(), "loyalty");
  EXPECT_EQ(request_.quarters(), 8);
  EXPECT_EQ(request_.movers(), 3);
  EXPECT_EQ(Run({"transitions", "--dates", "2024-01-01,2024-05-01"}), 0) << err_.str();
  EXPECT_THAT(request_.dates(), ElementsAre("2024-01-01", "2024-05-01"));
  EXPECT_EQ(request_.movers(), 5);
  EXPECT_EQ(Run({"transitions", "-o", "json"}), 0) << err_.str();
  EXPECT_EQ(request_.movers(), 0);
  EXPECT_EQ(Run({"transitions", "--dates", "2024-01-01", "--quarters", "2"}), 2);
}

TEST_F(SegmentTransitionsTest, MatrixSizesAndMovers) {
  EXPECT_EQ(Run({"transitions"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("tier       2024-06-30  2024-09-30  2024-12-31\n"
                                    "---------  ----------  ----------  ----------\n"
                                    "strategic           4           3           3\n"
                                    "standard            6           9           8\n"));
  EXPECT_THAT(out_.str(), HasSubstr("2024-06-30 to 2024-09-30: 9 stayed, 1 moved, 2 new, 0 gone\n\n"
                                    "from \\ to  customers  strategic   standard\n"
                                    "---------  ---------  ---------  ---------\n"
                                    "strategic          4   75.0%  3   25.0%  1\n"
                                    "standard           6             100.0%  6\n"
                                    "NEW                2             100.0%  2\n"
                                    "---------  ---------  ---------  ---------\n"
                                    "all               12          3          9\n"));
  EXPECT_THAT(out_.str(), HasSubstr("ann       Ann Ltd  strategic  standard  revenue_rank 4 to 5, "
                                    "revenue 100.00 to –\n"));
  // Nobody is new in the second step, and one is gone.
  EXPECT_THAT(out_.str(), HasSubstr("from \\ to  customers  strategic  standard      GONE\n"));
}

TEST_F(SegmentTransitionsTest, ShadesOnATerminal) {
  EXPECT_EQ(RunRich({"transitions"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("▓▓ 75.0%  3"));
  EXPECT_THAT(out_.str(), HasSubstr("░░  25.0%  1"));
  EXPECT_THAT(out_.str(), HasSubstr("██ 100.0%  6"));
  EXPECT_THAT(out_.str(), HasSubstr("█▆▆"));  // 4, 3, 3 strategic customers
}

TEST_F(SegmentTransitionsTest, ColumnsGoOnBelowWhereTheTerminalIsNarrow) {
  EXPECT_EQ(RunRich({"transitions"}, 40), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("strategic          4  ▓▓ 75.0%  3\n"));
  EXPECT_THAT(out_.str(), HasSubstr("strategic  ░░  25.0%  1\n"));
  for (const absl::string_view line : absl::StrSplit(out_.str(), '\n')) {
    EXPECT_LE(DisplayWidth(line), 40) << line;
  }
}

TEST_F(SegmentTransitionsTest, NamesThatAreIdsAreNotRepeated) {
  answer_.mutable_steps(0)->mutable_movers(0)->set_display_name("ann");
  EXPECT_EQ(Run({"transitions"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("ann       strategic  standard  revenue_rank 4 to 5"));
}

TEST_F(SegmentTransitionsTest, NoMoversOnRequest) {
  EXPECT_EQ(Run({"transitions", "--movers", "0"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), Not(HasSubstr("Ann Ltd")));
  EXPECT_EQ(Run({"transitions", "--movers", "0", "-o", "json"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), Not(HasSubstr("Ann Ltd")));
}

TEST_F(SegmentTransitionsTest, CsvHasARowACell) {
  EXPECT_EQ(Run({"transitions", "-o", "csv"}), 0) << err_.str();
  EXPECT_THAT(out_.str(),
              HasSubstr("partition,from_date,to_date,from,to,customers,row_share,revenue_change\n"
                        "tier,2024-06-30,2024-09-30,strategic,strategic,3,0.75,0\n"));
  EXPECT_THAT(out_.str(), HasSubstr("tier,2024-06-30,2024-09-30,standard,standard,6,1,-5.5\n"));
}

}  // namespace
}  // namespace strata::cli
