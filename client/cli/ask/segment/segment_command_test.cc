#include <string>

#include "client/cli/ask/segment/segment_command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "strata/v1/segmentation_service.pb.h"

namespace strata::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Return;

TEST_F(SegmentCommandTest, CreatesPartitionsOfClasses) {
  v1::CreateSegmentRequest request;
  EXPECT_CALL(*connection_, CreateSegment)
      .WillOnce([&](const Call<v1::CreateSegmentRequest>& call) {
        request = call.request;
        v1::CreateSegmentResponse response;
        *response.mutable_segment() = call.request.segment();
        return response;
      });
  EXPECT_EQ(Run({"create", "value", "--class", "gold=revenue >= 100, or so", "--class",
                 "silver=country = \"US\"", "--rest", "bronze", "--owner", "ada"}),
            0)
      << err_.str();
  EXPECT_EQ(request.workspace(), "sales");
  const v1::Segment& segment = request.segment();
  EXPECT_EQ(segment.segment(), "value");
  EXPECT_EQ(segment.owner(), "ada");
  EXPECT_EQ(segment.rest(), "bronze");
  ASSERT_EQ(segment.classes_size(), 2);
  EXPECT_EQ(segment.classes(0).name(), "gold");
  EXPECT_EQ(segment.classes(0).filter(), "revenue >= 100, or so");
  EXPECT_EQ(segment.classes(1).filter(), "country = \"US\"");
  EXPECT_THAT(out_.str(), HasSubstr("class gold"));
  EXPECT_THAT(out_.str(), HasSubstr("everybody else"));
}

TEST_F(SegmentCommandTest, UpdatesWhatIsGiven) {
  v1::UpdateSegmentRequest request;
  EXPECT_CALL(*connection_, UpdateSegment)
      .WillOnce([&](const Call<v1::UpdateSegmentRequest>& call) {
        request = call.request;
        return v1::UpdateSegmentResponse();
      });
  EXPECT_EQ(Run({"update", "big", "--filter", "orders > 2", "--description", "", "--etag", "r7"}),
            0)
      << err_.str();
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("filter", "description"));
  EXPECT_EQ(request.segment().filter(), "orders > 2");
  EXPECT_EQ(request.segment().etag(), "r7");
  EXPECT_EQ(Run({"update", "big"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("nothing to change"));
  EXPECT_EQ(Run({"create", "big", "--class", "gold"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("NAME=FILTER"));
}

TEST_F(SegmentCommandTest, PointsAtWhatIsWrongInAFilter) {
  const auto answer = Parse<v1::CheckFilterResponse>(
      R"(problem { position: 15 message: "there is no field \"contry\"" nearest: "country" })");
  EXPECT_CALL(*connection_, CheckFilter).WillRepeatedly(Return(answer));
  const std::string filter = "orders > 1 AND contry = \"US\"";
  EXPECT_EQ(Run({"check", filter}), 4);
  EXPECT_THAT(err_.str(), HasSubstr("  " + filter + "\n  " + std::string(15, ' ') + "^\n"));
  EXPECT_THAT(err_.str(), HasSubstr("did you mean: country"));
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(Run({"check", filter, "-o", "csv"}), 4);
  EXPECT_THAT(out_.str(), HasSubstr("\nfalse,,,15,"));
  EXPECT_EQ(Run({"check", filter, "-o", "json"}), 4);
  EXPECT_THAT(out_.str(), HasSubstr("\"position\": 15"));
}

TEST_F(SegmentCommandTest, ShowsTheCanonicalFormOfAGoodFilter) {
  EXPECT_CALL(*connection_, CheckFilter)
      .WillOnce(Return(Parse<v1::CheckFilterResponse>(R"pb(valid: true
                                                           canonical: "(a = 1 AND b = 2)"
                                                           fields: "a"
                                                           fields: "b")pb")));
  EXPECT_EQ(Run({"check", "a = 1 b = 2"}), 0) << err_.str();
  EXPECT_EQ(out_.str(), "(a = 1 AND b = 2)\n  fields: a, b\n");
}

TEST_F(SegmentCommandTest, ListsEverySegmentOfEveryPage) {
  EXPECT_CALL(*connection_, ListSegments)
      .WillOnce(Return(Parse<v1::ListSegmentsResponse>(
          R"(segments { segment: "tier" built_in: true classes { name: "strategic" } }
             next_page_token: "more")")))
      .WillOnce(Return(Parse<v1::ListSegmentsResponse>(
          R"(segments { segment: "value" revision: 7 etag: "r7" rest: "none"
                        classes { name: "a" filter: "orders > 1" } })")));
  EXPECT_EQ(Run({"list", "-o", "csv"}), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "segment,kind,display_name,description,owner,filter,classes,rest,etag,revision,"
            "create_time,update_time\n"
            "tier,built-in,,,,,strategic,,,,,\n"
            "value,partition,,,,,a=orders > 1,none,r7,7,,\n");
}

}  // namespace
}  // namespace strata::cli
