#include "client/cli/base/delimited_output.h"

#include <sstream>

#include "gtest/gtest.h"

namespace strata {
namespace {

std::string Disarmed(absl::string_view text) { return CsvField(text, CsvText::kDisarmed); }

TEST(CsvTest, QuotesWhatTheRfcSays) {
  EXPECT_EQ(Disarmed("plain text"), "plain text");
  EXPECT_EQ(Disarmed("a,b"), "\"a,b\"");
  EXPECT_EQ(Disarmed("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(Disarmed("two\nlines"), "\"two\nlines\"");
  std::ostringstream out;
  WriteCsvRow(out, {"a", "", "c,d"});
  WriteCsvRow(out, {""});
  EXPECT_EQ(out.str(), "a,,\"c,d\"\n\"\"\n");
}

// The starts that CWE-1236 and OWASP's page on CSV injection list.
TEST(CsvTest, DisarmsFormulas) {
  EXPECT_EQ(Disarmed("=1+1"), "'=1+1");
  EXPECT_EQ(Disarmed("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(Disarmed("+49 30 1"), "'+49 30 1");
  EXPECT_EQ(Disarmed("-2+3"), "'-2+3");
  EXPECT_EQ(Disarmed("-cmd"), "'-cmd");
  EXPECT_EQ(Disarmed("-"), "'-");
  EXPECT_EQ(Disarmed("\t=1"), "'\t=1");
  EXPECT_EQ(Disarmed("\r=1"), "\\r=1");
  EXPECT_EQ(Disarmed("＝1"), "'＝1");
  EXPECT_EQ(Disarmed("=HYPERLINK(\"a\",\"b\")"), "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\"");
}

TEST(CsvTest, LeavesFiguresAlone) {
  for (const char* figure : {"-5", "-0.25", "-1e-05", "-9223372036854775808", "1e+20", "2024-01"}) {
    EXPECT_EQ(Disarmed(figure), figure);
  }
}

TEST(CsvTest, WritesOutWhatIsNotSeen) {
  EXPECT_EQ(Disarmed("x\u202egpj.exe"), "x\\u{202e}gpj.exe");
  EXPECT_EQ(Disarmed("\x1b[2J"), "\\u{1b}[2J");
}

TEST(CsvTest, IsExactWhereThatIsAsked) {
  std::ostringstream out;
  SetCsvText(out, CsvText::kExact);
  WriteCsvRow(out, {"=1+1", "x\u202ey", "-5"});
  SetCsvText(out, CsvText::kDisarmed);
  WriteCsvRow(out, {"=1+1"});
  EXPECT_EQ(out.str(), "=1+1,x\u202ey,-5\n'=1+1\n");
}

}  // namespace
}  // namespace strata
