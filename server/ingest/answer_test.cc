#include "server/ingest/answer.h"

#include <string>

#include "gtest/gtest.h"

namespace strata::ingest {
namespace {

AppendResult Sample() {
  AppendResult result;
  result.revision = 1'000'000'000'007;
  result.counts = {1, 2, 3, 4, 5};
  result.rejections.push_back({9, RecordKind::kSurvey, "id|\n客", "survey.score", "R", "m"});
  result.rejections.push_back({10, RecordKind::kCustomer, "", "", "", ""});
  return result;
}

TEST(AnswerTest, ComesBackAsItWas) {
  const AppendResult sample = Sample();
  const auto decoded = DecodeAnswer(EncodeAnswer(sample));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->revision, sample.revision);
  EXPECT_EQ(decoded->counts, sample.counts);
  ASSERT_EQ(decoded->rejections.size(), 2u);
  EXPECT_EQ(decoded->rejections[0].index, 9);
  EXPECT_EQ(decoded->rejections[0].kind, RecordKind::kSurvey);
  EXPECT_EQ(decoded->rejections[0].id, "id|\n客");
  EXPECT_EQ(decoded->rejections[0].field, "survey.score");
  EXPECT_EQ(decoded->rejections[1].kind, RecordKind::kCustomer);
}

TEST(AnswerTest, CutBytesAreNoAnswer) {
  const std::string bytes = EncodeAnswer(Sample());
  const size_t whole_without_rejections = 1 + 6 * 8;
  for (size_t size = 0; size < bytes.size(); ++size) {
    const auto decoded = DecodeAnswer(absl::string_view(bytes).substr(0, size));
    if (size == whole_without_rejections) continue;
    if (decoded.ok()) {
      EXPECT_EQ(decoded->rejections.size(), 1u) << "cut between two rejections";
    } else {
      EXPECT_EQ(decoded.status().code(), absl::StatusCode::kDataLoss);
    }
  }
  EXPECT_FALSE(DecodeAnswer("\x02").ok());
}

}  // namespace
}  // namespace strata::ingest
