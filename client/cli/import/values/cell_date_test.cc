#include "client/cli/import/values/cell_date.h"

#include <gtest/gtest.h>

#include "client/cli/import/values/mapping_time.h"

namespace strata::imports {
namespace {

std::string Shape(absl::string_view text) {
  const std::optional<DateShape> shape = ShapeOfDate(text);
  return shape ? shape->format.empty() ? "ISO" : shape->format : "none";
}

TEST(ShapeOfDate, KnowsTheUsualForms) {
  EXPECT_EQ(Shape("2010-12-01"), "ISO");
  EXPECT_EQ(Shape("2010-12-01T08:26:00Z"), "ISO");
  EXPECT_EQ(Shape("2024-05-01 10:00:00 -0400"), "ISO");
  EXPECT_EQ(Shape("12/1/2010 8:26"), "%?1/%?2/%Y %H:%M");
  EXPECT_EQ(Shape("31.12.25"), "%?1.%?2.%y");
  EXPECT_EQ(Shape("2010/12/01"), "%Y/%m/%d");
  EXPECT_EQ(Shape("1-Dec-10"), "%d-%b-%y");
  EXPECT_EQ(Shape("Dec 1, 2010"), "%b %d, %Y");
  EXPECT_EQ(Shape("12/31/24 11:05:09 PM"), "%?1/%?2/%y %I:%M:%S %p");
  EXPECT_EQ(Shape("2019-10-01 00:00:00 UTC"), "ISO");
}

TEST(ShapeOfDate, KnowsWhatIsNone) {
  for (const char* other : {"13/13/2024", "12-25", "26.47.1555", "hello", "17850", "1.50",
                            "2024-02-30", "10:30", "12/1/2010 apples", ""}) {
    EXPECT_EQ(Shape(other), "none") << other;
  }
}

// What a shape says is what parse_date reads.
TEST(ShapeOfDate, GivesFormatsThatReadTheText) {
  EXPECT_EQ(ReformatDate("3/4/2024 9:05 pm", FormatOf(Shape("3/4/2024 9:05 pm"), false)),
            "2024-03-04 21:05:00");
  EXPECT_EQ(ReformatDate("3/4/2024", FormatOf(Shape("3/4/2024"), true)), "2024-04-03");
  EXPECT_EQ(ReformatDate("1 Dec 2010", FormatOf(Shape("1 Dec 2010"), false)), "2010-12-01");
}

}  // namespace
}  // namespace strata::imports
