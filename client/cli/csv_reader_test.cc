#include "client/cli/csv_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace strata::cli {
namespace {

using testing::ElementsAre;

// Rows as text: "LINE: field|field", and behind it the reason of a problem.
std::vector<std::string> ReadAll(const std::string& bytes, CsvOptions options = {}) {
  std::istringstream in(bytes);
  auto reader = CsvReader::Create(in, options);
  if (!reader.ok()) return {std::string(reader.status().message())};
  std::vector<std::string> rows = {absl::StrJoin((*reader)->header(), "|")};
  CsvRow row;
  while (true) {
    const absl::StatusOr<bool> more = (*reader)->Next(&row);
    if (!more.ok()) return {std::string(more.status().message())};
    if (!*more) return rows;
    std::string text = absl::StrCat(row.line, ": ");
    absl::StrAppend(&text,
                    absl::StrJoin(row.fields, "|", [](std::string* out, const CsvCell& field) {
                      absl::StrAppend(out, field.text);
                    }));
    if (row.problem) absl::StrAppend(&text, " !", row.problem->reason, " ", row.problem->field);
    rows.push_back(text);
  }
}

TEST(CsvReader, ReadsQuotesAsRfc4180HasThem) {
  EXPECT_THAT(ReadAll("a,b\n\"1,5\",\"say \"\"hi\"\"\"\n\"two\nlines\",x\nlast,\"\"\n"),
              ElementsAre("a|b", "2: 1,5|say \"hi\"", "3: two\nlines|x", "5: last|"));
}

TEST(CsvReader, KnowsAllLineEndsAndSkipsEmptyLines) {
  EXPECT_THAT(ReadAll("a,b\r\n1,2\r\n\r\n3,4"), ElementsAre("a|b", "2: 1|2", "4: 3|4"));
  EXPECT_THAT(ReadAll("a,b\r1,2\r3,4\r"), ElementsAre("a|b", "2: 1|2", "3: 3|4"));
  EXPECT_THAT(ReadAll("a,b\n\"x\r\ny\",2\n3,4\n"), ElementsAre("a|b", "2: x\r\ny|2", "4: 3|4"));
}

TEST(CsvReader, TellsAnEmptyFieldFromAnEmptyQuotedOne) {
  std::istringstream in("a,b\n,\"\"\n");
  auto reader = CsvReader::Create(in, {});
  ASSERT_TRUE(reader.ok());
  CsvRow row;
  ASSERT_TRUE(*(*reader)->Next(&row));
  EXPECT_FALSE(row.fields[0].quoted);
  EXPECT_TRUE(row.fields[1].quoted);
}

TEST(CsvReader, DetectsDelimiters) {
  EXPECT_EQ(DetectDelimiter("a,b,c\n1,2,3\n"), ',');
  EXPECT_EQ(DetectDelimiter("a;b;c\n1,5;2,5;3,5\n"), ';');
  EXPECT_EQ(DetectDelimiter("a\tb\n1, 2\tx\n"), '\t');
  EXPECT_EQ(DetectDelimiter("a|b\n1|\"x,y\"\n"), '|');
  EXPECT_EQ(DetectDelimiter("only\n1\n"), ',');
  EXPECT_EQ(DetectDelimiter("\"a;b;c\",d\n\"1;2;3\",4\n"), ',');
  EXPECT_THAT(ReadAll("sep=;\na;b\n1,5;2\n"), ElementsAre("a|b", "3: 1,5|2"));
  EXPECT_THAT(ReadAll("a;b,c\n1;2,3\n", {.delimiter = ';'}), ElementsAre("a|b,c", "2: 1|2,3"));
}

TEST(CsvReader, NamesEmptyAndRepeatedColumns) {
  EXPECT_THAT(ReadAll(" Id ,,id,ID_2\n"), ElementsAre("Id|column_2|id_2|ID_2_2"));
}

TEST(CsvReader, ReadsUtf16WithAndWithoutMark) {
  const std::string ascii = "a,b\r\n1,x\r\n";
  std::string little, big;
  for (const char c : ascii) {
    little += {c, '\0'};
    big += {'\0', c};
  }
  little[14] = '\xE9';  // the x becomes U+00E9
  EXPECT_THAT(ReadAll(little), ElementsAre("a|b", "2: 1|\xC3\xA9"));
  EXPECT_THAT(ReadAll(absl::StrCat("\xFF\xFE", little)), ElementsAre("a|b", "2: 1|\xC3\xA9"));
  EXPECT_THAT(ReadAll(big), ElementsAre("a|b", "2: 1|x"));
  EXPECT_THAT(ReadAll(absl::StrCat("\xFE\xFF", big)), ElementsAre("a|b", "2: 1|x"));
  EXPECT_THAT(ReadAll(absl::StrCat("\xEF\xBB\xBF", ascii)), ElementsAre("a|b", "2: 1|x"));
}

TEST(CsvReader, ReadsNamedEncodings) {
  // 0x84 and 0xA4 are ä and ñ in code page 437.
  EXPECT_THAT(ReadAll("n\nBerguvsv\x84gen\nCatalu\xA4"
                      "a\n",
                      {.encoding = "cp437"}),
              ElementsAre("n", "2: Berguvsv\xC3\xA4gen",
                          "3: Catalu\xC3\xB1"
                          "a"));
  EXPECT_THAT(ReadAll("n\nx\n", {.encoding = "no-such"}),
              ElementsAre("encoding \"no-such\" is not known here; iconv -l lists the names"));
}

TEST(CsvReader, ReportsBadRowsAndGoesOn) {
  EXPECT_THAT(ReadAll("a,b\n1\n1,2,3\n1,\xE9\n4,5\n"),
              ElementsAre("a|b", "2: 1| !COLUMN_COUNT ", "3: 1|2 !COLUMN_COUNT ",
                          "4: 1|\xEF\xBF\xBD !INVALID_ENCODING b", "5: 4|5"));
}

TEST(CsvReader, ABrokenQuoteCostsOneLine) {
  EXPECT_THAT(ReadAll("a,b\n1,\"open\n2,x\n3,y\n"),
              ElementsAre("a|b", "2: 1|open !BROKEN_QUOTE ", "3: 2|x", "4: 3|y"));
  EXPECT_THAT(ReadAll("a,b\n1,\"in\" side\n2,x\n"),
              ElementsAre("a|b", "2: 1|in\" side !BROKEN_QUOTE ", "3: 2|x"));
  EXPECT_THAT(ReadAll("a,b\n1,5\" pipe\n2,x\n"), ElementsAre("a|b", "2: 1|5\" pipe", "3: 2|x"));
}

TEST(CsvReader, RefusesAnEmptyFile) {
  EXPECT_THAT(ReadAll(""), ElementsAre("is empty; the first row must name the columns"));
  EXPECT_THAT(ReadAll("\n\n"), ElementsAre("is empty; the first row must name the columns"));
}

// Pieces of the file end anywhere: inside characters, quotes and line ends.
TEST(CsvReader, RowsAreWholeAcrossPieces) {
  std::string bytes = "n,text\r\n";
  std::vector<std::string> expected = {"n|text"};
  int line = 2;
  for (int i = 0; i < 60'000; ++i) {
    const std::string fill(i % 7, 'x');
    absl::StrAppend(&bytes, i, ",\"", fill, "\r\n\"\"\xE2\x82\xAC\"\r\n");
    expected.push_back(absl::StrCat(line, ": ", i, "|", fill, "\r\n\"\xE2\x82\xAC"));
    line += 2;
  }
  EXPECT_EQ(ReadAll(bytes), expected);
}

TEST(TextDecoder, FindsInvalidUtf8) {
  for (const char* bad : {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80"}) {
    EXPECT_FALSE(IsValidUtf8(bad)) << bad;
  }
  for (const char* good : {"", "abc", "\xC2\x80", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsValidUtf8(good)) << good;
  }
}

}  // namespace
}  // namespace strata::cli
