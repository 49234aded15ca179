#include "client/cli/import/values/mapping_values.h"

#include <gtest/gtest.h>

#include "client/cli/import/values/mapping_decimal.h"
#include "client/cli/import/values/mapping_time.h"

namespace strata::imports {
namespace {

std::string Canonical(absl::string_view text) {
  const std::optional<Decimal> value = Decimal::Parse(text);
  return value ? value->ToString() : "none";
}

TEST(Decimal, ReadsAndWrites) {
  EXPECT_EQ(Canonical("-12.50"), "-12.5");
  EXPECT_EQ(Canonical("+3"), "3");
  EXPECT_EQ(Canonical(".5"), "0.5");
  EXPECT_EQ(Canonical("-0.000"), "0");
  EXPECT_EQ(Canonical(".0"), "0");
  EXPECT_EQ(Canonical("1000000"), "1000000");
  EXPECT_EQ(Canonical("0.000001"), "0.000001");
  for (const char* bad : {"", ".", "-", "1,5", "1e3", "1.2.3", "abc", "0x10", "1 2"}) {
    EXPECT_EQ(Canonical(bad), "none") << bad;
  }
  EXPECT_EQ(Canonical(std::string(36, '9')), std::string(36, '9'));
  EXPECT_EQ(Canonical(std::string(37, '9')), "none");
}

TEST(Decimal, ComputesExactly) {
  const auto product = [](const char* a, const char* b) {
    return Decimal::Multiply(*Decimal::Parse(a), *Decimal::Parse(b))->ToString();
  };
  EXPECT_EQ(product("11", "2181.5625"), "23997.1875");
  EXPECT_EQ(product("-0.1", "0.2"), "-0.02");
  EXPECT_EQ(product("2.5", "4"), "10");
  EXPECT_EQ(Decimal::Add(*Decimal::Parse("0.1"), *Decimal::Parse("0.2"))->ToString(), "0.3");
  EXPECT_EQ(Decimal::Add(*Decimal::Parse("-1"), *Decimal::Parse("0.0001"))->ToString(), "-0.9999");
  EXPECT_FALSE(Decimal::Multiply(*Decimal::Parse(std::string(30, '9')),
                                 *Decimal::Parse(std::string(30, '9'))));
}

TEST(Decimal, RoundsHalfAwayFromZero) {
  EXPECT_EQ(Decimal::Parse("2.345")->Round(2).ToString(), "2.35");
  EXPECT_EQ(Decimal::Parse("-2.345")->Round(2).ToString(), "-2.35");
  EXPECT_EQ(Decimal::Parse("2.3449999")->Round(2).ToString(), "2.34");
  EXPECT_EQ(Decimal::Parse("0.5")->Round(0).ToString(), "1");
  EXPECT_EQ(Decimal::Parse("7")->Round(2).ToString(), "7");
}

TEST(ReadAmount, KeepsAllDigitsOrSaysWhyNot) {
  int64_t micros = 0;
  EXPECT_FALSE(ReadAmount("2181.5625", &micros));
  EXPECT_EQ(micros, 2'181'562'500);
  EXPECT_FALSE(ReadAmount("-0.000001", &micros));
  EXPECT_EQ(micros, -1);
  EXPECT_FALSE(ReadAmount("1.50000000", &micros));
  EXPECT_EQ(micros, 1'500'000);
  EXPECT_FALSE(ReadAmount("9223372036854.775807", &micros));
  EXPECT_EQ(ReadAmount("9223372036854.775808", &micros)->reason, "VALUE_OUT_OF_RANGE");
  EXPECT_EQ(ReadAmount("0.0000001", &micros)->reason, "TOO_MANY_DECIMALS");
  EXPECT_EQ(ReadAmount("1,234.50", &micros)->reason, "INVALID_NUMBER");
  EXPECT_EQ(ReadAmount("$5", &micros)->reason, "INVALID_NUMBER");
}

TEST(ReadInteger, TakesWholeNumbers) {
  int64_t value = 0;
  EXPECT_FALSE(ReadInteger("3.0", -5, 5, &value));
  EXPECT_EQ(value, 3);
  EXPECT_EQ(ReadInteger("3.5", -5, 5, &value)->reason, "INVALID_NUMBER");
  EXPECT_EQ(ReadInteger("6", -5, 5, &value)->reason, "VALUE_OUT_OF_RANGE");
}

TEST(ParseInstant, IsLocalUnlessItSaysOtherwise) {
  absl::TimeZone berlin;
  ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin));
  const absl::TimeZone utc = absl::UTCTimeZone();
  constexpr int64_t kNewYear = 1'704'067'200'000;  // 2024-01-01T00:00:00Z
  EXPECT_EQ(ParseInstant("2024-01-01", utc), kNewYear);
  EXPECT_EQ(ParseInstant("2024-01-01", berlin), kNewYear - 3'600'000);
  EXPECT_EQ(ParseInstant("2024-01-01T01:00:00.1239+01:00", utc), kNewYear + 123);
  EXPECT_EQ(ParseInstant("2023-12-31 18:30-0530", berlin), kNewYear);
  EXPECT_EQ(ParseInstant("2024-01-01 00:00:00Z", berlin), kNewYear);
  EXPECT_EQ(ParseInstant("2024-01-01 00:00:00 UTC", berlin), kNewYear);
  EXPECT_EQ(ParseInstant("1969-12-31T23:59:59.999Z", utc), -1);
  // Clocks go forward at 01:00 UTC on 2024-03-31: 02:30 does not exist, the moment they move is
  // taken.
  EXPECT_EQ(ParseInstant("2024-03-31 02:30", berlin), ParseInstant("2024-03-31 01:00Z", utc));
  // They go back at 01:00 UTC on 2024-10-27: the first 02:30 is at 00:30 UTC.
  EXPECT_EQ(ParseInstant("2024-10-27 02:30", berlin), ParseInstant("2024-10-27 00:30Z", utc));
  for (const char* bad : {"", "2024", "2024-02-30", "24-01-01", "2024-01-01 24:00", "2024-01-01x",
                          "01/02/2024", "2024-01-01 10:00 PM", "2024-1-1"}) {
    EXPECT_FALSE(ParseInstant(bad, utc)) << bad;
  }
}

TEST(ReformatDate, ReadsCommonForms) {
  const auto read = [](absl::string_view text, absl::string_view format) {
    return ReformatDate(text, format).value_or("none");
  };
  EXPECT_EQ(read("2/24/2003 0:00", "%m/%d/%Y %H:%M"), "2003-02-24 00:00:00");
  EXPECT_EQ(read("02/24/03", "%m/%d/%y"), "2003-02-24");
  EXPECT_EQ(read("02/24/69", "%m/%d/%y"), "1969-02-24");
  EXPECT_EQ(read("24.12.2024", "%d.%m.%Y"), "2024-12-24");
  EXPECT_EQ(read("5 March 2024", "%d %B %Y"), "2024-03-05");
  EXPECT_EQ(read("Mar 5, 2024 12:05:06 am", "%b %d, %Y %I:%M:%S %p"), "2024-03-05 00:05:06");
  EXPECT_EQ(read("20241231T235959.5+0200", "%Y%m%dT%H%M%S.%f%z"), "2024-12-31 23:59:59.500+02:00");
  EXPECT_EQ(read("2024-12-31", "%F"), "2024-12-31");
  EXPECT_EQ(read("02/24/2003", "%m/%d/%y"), "none");
  EXPECT_EQ(read("13/01/2003", "%m/%d/%Y"), "none");
  EXPECT_EQ(read("2/30/2003", "%m/%d/%Y"), "none");
  EXPECT_EQ(read("13:00 PM", "%I:%M %p"), "none");
}

TEST(ReformatDate, ReadsWhatOtherProgramsWrite) {
  const auto read = [](absl::string_view text, absl::string_view format) {
    return ReformatDate(text, format).value_or("none");
  };
  // 2026-01-05 is a Monday [calendar].
  EXPECT_EQ(read("Mon, 05 Jan 2026", "%a, %d %b %Y"), "2026-01-05");
  EXPECT_EQ(read("Monday 5 January 2026", "%A %e %B %Y"), "2026-01-05");
  EXPECT_EQ(read("Tue, 05 Jan 2026", "%a, %d %b %Y"), "none");
  EXPECT_EQ(read("Sept. 5, 2026", "%b %d, %Y"), "2026-09-05");
  EXPECT_EQ(read("5. Sept. 2026", "%d. %b. %Y"), "2026-09-05");
  EXPECT_EQ(read("5-SEP-26", "%d-%b-%y"), "2026-09-05");
  EXPECT_EQ(read("Sex 5, 2026", "%b %d, %Y"), "none");
  EXPECT_EQ(read("2024-366", "%Y-%j"), "2024-12-31");
  EXPECT_EQ(read("2023-366", "%Y-%j"), "none");
  EXPECT_EQ(read("1704067200", "%s"), "2024-01-01 00:00:00Z");
  EXPECT_EQ(read("05/01/2026 09:07", "%d/%m/%Y %R"), "2026-01-05 09:07:00");
  EXPECT_EQ(read("05/01/2026 9:07:08 p.m.", "%d/%m/%Y %r"), "2026-01-05 21:07:08");
  EXPECT_EQ(read("05/01/2026 12:00 am", "%d/%m/%Y %I:%M %p"), "2026-01-05 00:00:00");
  EXPECT_EQ(read("2026-07-01 10:00 Europe/Berlin", "%F %R %Z"), "2026-07-01 10:00:00+02:00");
  EXPECT_EQ(read("2026-01-01 10:00 Europe/Berlin", "%F %R %Z"), "2026-01-01 10:00:00+01:00");
  EXPECT_EQ(read("2026-01-01 10:00 UTC", "%F %R %Z"), "2026-01-01 10:00:00+00:00");
  EXPECT_EQ(read("2026-01-01 10:00 CET", "%F %R %Z"), "none");
  EXPECT_EQ(read("16-07-68", "%d-%m-%y"), "2068-07-16");
  EXPECT_EQ(read("16-07-68", "[1925]%d-%m-%y"), "1968-07-16");
  EXPECT_EQ(read("16-07-24", "[1925]%d-%m-%y"), "2024-07-16");
  EXPECT_EQ(read("16-07-25", "[1925]%d-%m-%y"), "1925-07-16");
}

TEST(FormatFault, NamesWhatIsNotKnown) {
  EXPECT_EQ(FormatFault("[1925]%a, %d.%m.%y %H:%M:%S.%f %z %%"), "");
  EXPECT_EQ(FormatFault("%d %q %Y").substr(0, 45),
            "parse_date does not know \"%q\"; it knows %Y %y");
  EXPECT_EQ(FormatFault("%d %Y %").substr(0, 30), "parse_date does not know \"%\"; ");
  EXPECT_EQ(FormatFault("%d %m"), "parse_date: the format '%d %m' has no year (%Y, %y)");
  EXPECT_EQ(FormatFault("%F %I:%M"),
            "parse_date: the format '%F %I:%M' has hours to 12 (%I) without %p");
}

}  // namespace
}  // namespace strata::imports
