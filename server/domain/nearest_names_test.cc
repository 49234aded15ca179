#include "server/domain/nearest_names.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace strata {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(EditDistanceTest, CountsEdits) {
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);  // Levenshtein's example
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("Revenue", "reVENUE"), 0u);
  EXPECT_EQ(EditDistance(std::string(100'000, 'x'), "x"), 99u);
}

TEST(NearestNamesTest, OrdersByEditDistance) {
  EXPECT_THAT(NearestNames("sale", {"demo", "sales-eu", "sales", "retail"}),
              ElementsAre("sales", "demo", "sales-eu"));  // distances 1, 4, 4; retail has 5
  EXPECT_THAT(NearestNames("x", {}), IsEmpty());
  EXPECT_THAT(NearestNames("x", {"b", "a"}), ElementsAre("b", "a"));
}

TEST(LikelyMeantTest, FindsAnotherCaseOrForm) {
  EXPECT_THAT(LikelyMeant("de", {"DK", "DE"}), ElementsAre("DE"));
  EXPECT_THAT(LikelyMeant("SHIPPED", {"Shipped", "Skipped"}), ElementsAre("Shipped"));
  EXPECT_THAT(LikelyMeant("STRASSE", {"Straße"}), ElementsAre("Straße"));
  EXPECT_THAT(LikelyMeant("Zu\u0308rich ", {"Zürich"}), ElementsAre("Zürich"));
  EXPECT_THAT(LikelyMeant("Ｔｏｋｙｏ", {"Tokyo"}), ElementsAre("Tokyo"));
}

TEST(LikelyMeantTest, FindsAbbreviationsEitherWay) {
  EXPECT_THAT(LikelyMeant("US", {"Germany", "United States", "Russia"}),
              ElementsAre("United States"));
  EXPECT_THAT(LikelyMeant("USA", {"United States of America", "Jamaica"}),
              ElementsAre("United States of America"));
  EXPECT_THAT(LikelyMeant("U.K.", {"United Kingdom"}), ElementsAre("United Kingdom"));
  EXPECT_THAT(LikelyMeant("United States", {"UA", "US", "DE"}), ElementsAre("US"));
  EXPECT_THAT(LikelyMeant("JP", {"France", "Japan"}), ElementsAre("Japan"));
  EXPECT_THAT(LikelyMeant("FR", {"France", "Japan"}), ElementsAre("France"));
}

TEST(LikelyMeantTest, FindsSlipsBeginningsAndParts) {
  EXPECT_THAT(LikelyMeant("Germny", {"Norway", "Germany"}), ElementsAre("Germany"));
  EXPECT_THAT(LikelyMeant("Meridiancrest", {"Meridiancrest Software Ltd", "Acme"}),
              ElementsAre("Meridiancrest Software Ltd"));
  EXPECT_THAT(LikelyMeant("software", {"Meridiancrest Software Ltd", "Acme"}),
              ElementsAre("Meridiancrest Software Ltd"));
  EXPECT_THAT(LikelyMeant("Untied", {"France", "United States"}), ElementsAre("United States"));
  EXPECT_THAT(LikelyMeant("on hold", {"On Hold", "Hold"}), ElementsAre("On Hold"));
}

TEST(LikelyMeantTest, SaysNothingOfWhatIsUnlike) {
  EXPECT_THAT(LikelyMeant("Atlantis", {"Germany", "France", "Japan"}), IsEmpty());
  EXPECT_THAT(LikelyMeant("", {"Germany"}), IsEmpty());
  EXPECT_THAT(LikelyMeant("x", {}), IsEmpty());
}

TEST(FoldedFormTest, IsThatOfUnicode) {
  EXPECT_EQ(FoldedForm("  Grüße\tAUS  ΣΊΣΥΦΟΣ "), "grüsse aus σίσυφοσ");  // CaseFolding.txt
  EXPECT_EQ(FoldedForm("ﬁ"), "fi");
  EXPECT_EQ(FoldedForm("\xFF!"), "\xFF!");
}

}  // namespace
}  // namespace strata
