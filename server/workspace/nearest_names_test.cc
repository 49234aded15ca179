#include "server/workspace/nearest_names.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace strata {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NearestNamesTest, OrdersByEditDistance) {
  EXPECT_THAT(NearestNames("sale", {"demo", "sales-eu", "sales", "retail"}),
              ElementsAre("sales", "demo", "sales-eu"));  // distances 1, 4, 4; retail has 5
  EXPECT_THAT(NearestNames("x", {}), IsEmpty());
  EXPECT_THAT(NearestNames("x", {"b", "a"}), ElementsAre("b", "a"));
}

}  // namespace
}  // namespace strata
