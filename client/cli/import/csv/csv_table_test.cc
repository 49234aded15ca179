#include "client/cli/import/csv/csv_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace strata::imports {
namespace {

using testing::ElementsAre;

// Rows as text: "LINE: field|field", and behind it the reason of a problem.
std::vector<std::string> ReadAll(const std::string& bytes, CsvOptions options = {},
                                 std::vector<std::string>* notes = nullptr) {
  std::istringstream in(bytes);
  const std::unique_ptr<ByteSource> source = MakeStreamSource(in);
  auto reader = CsvTable::Open(*source, options);
  if (!reader.ok()) return {std::string(reader.status().message())};
  std::vector<std::string> rows = {absl::StrJoin((*reader)->header(), "|")};
  CsvRow row;
  while (true) {
    const absl::StatusOr<bool> more = (*reader)->Next(&row);
    if (!more.ok()) return {std::string(more.status().message())};
    if (!*more) {
      if (notes != nullptr) *notes = (*reader)->notes();
      return rows;
    }
    std::string text = absl::StrCat(row.line, ": ");
    absl::StrAppend(&text,
                    absl::StrJoin(row.fields, "|", [](std::string* out, const CsvCell& field) {
                      absl::StrAppend(out, field.text);
                    }));
    if (row.problem) absl::StrAppend(&text, " !", row.problem->reason, " ", row.problem->field);
    rows.push_back(text);
  }
}

TEST(CsvTable, ReadsQuotesAsRfc4180HasThem) {
  EXPECT_THAT(ReadAll("a,b\n\"1,5\",\"say \"\"hi\"\"\"\n\"two\nlines\",x\nlast,\"\"\n"),
              ElementsAre("a|b", "2: 1,5|say \"hi\"", "3: two\nlines|x", "5: last|"));
}

TEST(CsvTable, KnowsAllLineEndsAndSkipsEmptyLines) {
  EXPECT_THAT(ReadAll("a,b\r\n1,2\r\n\r\n3,4"), ElementsAre("a|b", "2: 1|2", "4: 3|4"));
  EXPECT_THAT(ReadAll("a,b\r1,2\r3,4\r"), ElementsAre("a|b", "2: 1|2", "3: 3|4"));
  EXPECT_THAT(ReadAll("a,b\n\"x\r\ny\",2\n3,4\n"), ElementsAre("a|b", "2: x\r\ny|2", "4: 3|4"));
}

TEST(CsvTable, TellsAnEmptyFieldFromAnEmptyQuotedOne) {
  std::istringstream in("a,b,c\n,\"\",1\n");
  const std::unique_ptr<ByteSource> source = MakeStreamSource(in);
  auto reader = CsvTable::Open(*source, {});
  ASSERT_TRUE(reader.ok());
  CsvRow row;
  ASSERT_TRUE(*(*reader)->Next(&row));
  EXPECT_FALSE(row.fields[0].quoted);
  EXPECT_TRUE(row.fields[1].quoted);
}

TEST(CsvTable, DetectsDelimiters) {
  EXPECT_EQ(DetectDelimiter("a,b,c\n1,2,3\n"), ',');
  EXPECT_EQ(DetectDelimiter("a;b;c\n1,5;2,5;3,5\n"), ';');
  EXPECT_EQ(DetectDelimiter("a\tb\n1, 2\tx\n"), '\t');
  EXPECT_EQ(DetectDelimiter("a|b\n1|\"x,y\"\n"), '|');
  EXPECT_EQ(DetectDelimiter("only\n1\n"), ',');
  EXPECT_EQ(DetectDelimiter("\"a;b;c\",d\n\"1;2;3\",4\n"), ',');
  EXPECT_THAT(ReadAll("sep=;\na;b\n1,5;2\n"), ElementsAre("a|b", "3: 1,5|2"));
  EXPECT_THAT(ReadAll("a;b,c\n1;2,3\n", {.delimiter = ';'}), ElementsAre("a|b,c", "2: 1|2,3"));
}

TEST(CsvTable, NamesEmptyAndRepeatedColumns) {
  EXPECT_THAT(ReadAll(" Id ,,id,ID_2\n"), ElementsAre("Id|column_2|id_3|ID_2"));
}

TEST(CsvTable, ReadsUtf16WithAndWithoutMark) {
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

TEST(CsvTable, ReadsNamedEncodings) {
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

TEST(CsvTable, ReportsBadRowsAndGoesOn) {
  EXPECT_THAT(ReadAll("a,b\n1,2,3\n1,\xE9\n4,5\n"),
              ElementsAre("a|b", "2: 1|2 !COLUMN_COUNT ", "3: 1|\xEF\xBF\xBD !INVALID_ENCODING b",
                          "4: 4|5"));
}

TEST(CsvTable, ABrokenQuoteCostsOneLine) {
  EXPECT_THAT(ReadAll("a,b\n1,\"open\n2,x\n3,y\n"),
              ElementsAre("a|b", "2: 1|open !BROKEN_QUOTE ", "3: 2|x", "4: 3|y"));
  EXPECT_THAT(ReadAll("a,b\n1,\"in\" side\n2,x\n"),
              ElementsAre("a|b", "2: 1|in\" side !BROKEN_QUOTE ", "3: 2|x"));
  EXPECT_THAT(ReadAll("a,b\n1,5\" pipe\n2,x\n"), ElementsAre("a|b", "2: 1|5\" pipe", "3: 2|x"));
}

TEST(CsvTable, SaysWhereAQuoteOpens) {
  std::istringstream in("a,b\n\"two\nlines\",\"open\nx,y\n");
  const std::unique_ptr<ByteSource> source = MakeStreamSource(in);
  auto table = CsvTable::Open(*source, {});
  ASSERT_TRUE(table.ok());
  CsvRow row;
  ASSERT_TRUE(*(*table)->Next(&row));
  ASSERT_TRUE(row.problem.has_value());
  EXPECT_THAT(row.problem->message, testing::HasSubstr("opens in line 3 is never closed"));
}

TEST(CsvTable, TakesBlanksAroundQuotedFieldsAndValues) {
  EXPECT_THAT(ReadAll("a, \"b\" ,c\n1,\"x,y\"  ,2\n 3 , \"z\",4\n 5, \"in\" side,6\n"),
              ElementsAre("a|b|c", "2: 1|x,y|2", "3: 3|z|4", "4: 5|\"in\" side|6"));
  EXPECT_THAT(ReadAll("a,b\n 1 ,\" 2 \"\n"), ElementsAre("a|b", "2: 1|2"));
  EXPECT_THAT(ReadAll("a,b\n 1 ,\" 2 \"\n", {.keep_blanks = true}),
              ElementsAre("a|b", "2:  1 | 2 "));
}

TEST(CsvTable, ANameOfTheFileStaysWithItsColumn) {
  std::vector<std::string> notes;
  EXPECT_THAT(ReadAll("n,price,price,price_2\nx,1,2,3\n", {}, &notes),
              ElementsAre("n|price|price_3|price_2", "2: x|1|2|3"));
  EXPECT_THAT(notes, ElementsAre(testing::HasSubstr("\"price\" like one before it")));
  EXPECT_THAT(ReadAll("column_2,,x\na,b,c\n"), ElementsAre("column_2|column_3|x", "2: a|b|c"));
}

TEST(CsvTable, FillsShortRowsAndDropsEmptyExtraFields) {
  std::vector<std::string> notes;
  EXPECT_THAT(ReadAll("a,b,c\n1,2\n3,4,5,,\n6,7,8,9\n", {}, &notes),
              ElementsAre("a|b|c", "2: 1|2|", "3: 3|4|5", "4: 6|7|8 !COLUMN_COUNT "));
  EXPECT_THAT(notes, ElementsAre(testing::HasSubstr("1 row with fewer fields than the header")));
  EXPECT_THAT(ReadAll("a,b,c\n1,2\n6,7,8,9\n", {.ignore_extra = true, .refuse_short = true}),
              ElementsAre("a|b|c", "2: 1|2| !COLUMN_COUNT ", "3: 6|7|8"));
  EXPECT_THAT(ReadAll("a,b,\n1,2,\n3,4,\n"), ElementsAre("a|b", "2: 1|2", "3: 3|4"));
  EXPECT_THAT(ReadAll("a,b,\n1,2,\n3,4,5\n"), ElementsAre("a|b|column_3", "2: 1|2|", "3: 3|4|5"));
}

TEST(CsvTable, BlankRowsAreNone) {
  EXPECT_THAT(ReadAll("a,b\n,\n1,2\n   \n \t,  \n\"\",\"\"\n3,4\n"),
              ElementsAre("a|b", "3: 1|2", "7: 3|4"));
}

TEST(CsvTable, FindsFootersOnlyAtTheEnd) {
  std::vector<std::string> notes;
  const std::string body = "id,name,amount\n1,a,2\nTotal,b,3\n";
  EXPECT_THAT(ReadAll(body + "Total,,5\n", {}, &notes),
              ElementsAre("id|name|amount", "2: 1|a|2", "3: Total|b|3"));
  EXPECT_THAT(notes, ElementsAre(testing::HasSubstr("line 4 (\"Total\")")));
  EXPECT_THAT(ReadAll(body + "(2 rows)\n"),
              ElementsAre("id|name|amount", "2: 1|a|2", "3: Total|b|3"));
  EXPECT_THAT(ReadAll(body + "Sum: 5\nfrom the shop\n"),
              ElementsAre("id|name|amount", "2: 1|a|2", "3: Total|b|3"));
  EXPECT_THAT(ReadAll("id,name,amount\nTotal,,5\n1,a,2\n"),
              ElementsAre("id|name|amount", "2: Total||5", "3: 1|a|2"));
  EXPECT_THAT(ReadAll("id,name,amount\nTotalenergies,,5\n"),
              ElementsAre("id|name|amount", "2: Totalenergies||5"));
  EXPECT_THAT(ReadAll(body + "Total,,5\n", {.footer = 0}),
              ElementsAre("id|name|amount", "2: 1|a|2", "3: Total|b|3", "4: Total||5"));
  EXPECT_THAT(ReadAll(body + "x,y,5\n", {.footer = 2}), ElementsAre("id|name|amount", "2: 1|a|2"));
}

TEST(CsvTable, FindsTheHeaderBelowTitles) {
  std::vector<std::string> notes;
  EXPECT_THAT(ReadAll("Sales 2024\n\nid;name;amount\n1;a;2,5\n", {}, &notes),
              ElementsAre("id|name|amount", "4: 1|a|2,5"));
  EXPECT_THAT(notes, ElementsAre(testing::HasSubstr("line 3 names the columns")));
  EXPECT_THAT(ReadAll("Sales 2024,,,\nfrom,shop,,\nid,name,amount,kind\n1,a,2,x\n"),
              ElementsAre("from|shop|column_3|column_4", "3: id|name|amount|kind", "4: 1|a|2|x"))
      << "two of four fields may be names";
  EXPECT_THAT(ReadAll("Sales 2024,,,\nid,name,amount,kind\n1,a,2,x\n"),
              ElementsAre("id|name|amount|kind", "3: 1|a|2|x"));
  EXPECT_THAT(ReadAll("x\n\ny\nid,name\n1,a\n", {.skip = 3}), ElementsAre("id|name", "5: 1|a"));
  EXPECT_THAT(ReadAll("only\na\nb\n"), ElementsAre("only", "2: a", "3: b"));
}

TEST(CsvTable, SeesThatThereIsNoHeader) {
  std::vector<std::string> notes;
  EXPECT_THAT(ReadAll("7,ann,2024-01-02,9.50\n8,bob,2024-02-03,1.25\n", {}, &notes),
              ElementsAre("c1|c2|c3|c4", "1: 7|ann|2024-01-02|9.50", "2: 8|bob|2024-02-03|1.25"));
  EXPECT_THAT(notes, ElementsAre(testing::HasSubstr("--columns a,b,... names them")));
  EXPECT_THAT(ReadAll("7,ann\n8,bob\n", {.columns = {"id", "name"}}),
              ElementsAre("id|name", "1: 7|ann", "2: 8|bob"));
  EXPECT_THAT(ReadAll("7,ann\n8,bob\n", {.header = true}), ElementsAre("7|ann", "2: 8|bob"));
  EXPECT_THAT(ReadAll("x,y\nz,w\n", {.header = false}), ElementsAre("c1|c2", "1: x|y", "2: z|w"));
  // Years and running numbers are names.
  EXPECT_THAT(ReadAll("shop,2022,2023\na,5,6\n"), ElementsAre("shop|2022|2023", "2: a|5|6"));
  EXPECT_THAT(ReadAll("0,1,2\n5,6,7\n"), ElementsAre("0|1|2", "2: 5|6|7"));
  EXPECT_THAT(ReadAll("a,b\nc,d\n"), ElementsAre("a|b", "2: c|d"));
}

TEST(CsvTable, TakesMarkersForNothing) {
  EXPECT_THAT(ReadAll("a,b\nNULL,\"N/A\"\nNULLS,x\n", {.null_markers = {"NULL", "N/A"}}),
              ElementsAre("a|b", "2: |", "3: NULLS|x"));
}

TEST(CsvTable, NamesTheLikelyEncoding) {
  const auto message = [](const std::string& bytes) {
    std::istringstream in(bytes);
    const std::unique_ptr<ByteSource> source = MakeStreamSource(in);
    auto table = CsvTable::Open(*source, {});
    CsvRow row;
    EXPECT_TRUE(*(*table)->Next(&row));
    return row.problem ? row.problem->message : "";
  };
  EXPECT_THAT(message("n\nCaf\xE9 \x80\n"), testing::HasSubstr("--encoding WINDOWS-1252"));
  EXPECT_THAT(message("n\nBerguvsv\x84gen\n"), testing::HasSubstr("--encoding CP437"));
  EXPECT_THAT(message("n\n\xCC\xEE\xF1\xEA\xE2\xE0\n"),
              testing::HasSubstr("--encoding WINDOWS-1251"));
}

TEST(CsvTable, ReadsGzipAndTellsWhenItEndsEarly) {
  // printf 'a,b\n1,2\n' | gzip -n
  const std::string packed(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x4b\xd4\x49\xe2\x32\xd4"
      "\x31\xe2\x02\x00\x7b\x07\x97\x0a\x08\x00\x00\x00",
      28);
  const auto read = [](const std::string& bytes) {
    std::istringstream in(bytes);
    std::unique_ptr<ByteSource> source = MakeGzipSource(MakeStreamSource(in));
    std::string text(100, '\0');
    std::string all;
    while (true) {
      const auto size = source->Read(text.data(), text.size());
      if (!size.ok()) return absl::StrCat(all, "!", size.status().message());
      if (*size == 0) return all;
      all.append(text, 0, *size);
    }
  };
  EXPECT_EQ(read(packed), "a,b\n1,2\n");
  EXPECT_EQ(read(packed + packed), "a,b\n1,2\na,b\n1,2\n") << "two members";
  EXPECT_EQ(read(packed + std::string(7, '\0')), "a,b\n1,2\n") << "filled with zeros";
  EXPECT_THAT(read(packed.substr(0, 15)), testing::HasSubstr("ends too early"));
}

TEST(CsvTable, NamesForeignFormats) {
  EXPECT_THAT(ForeignFormat("PAR1...."), testing::HasSubstr("Parquet"));
  EXPECT_THAT(ForeignFormat("\xD0\xCF\x11\xE0...."), testing::HasSubstr("old Excel"));
  EXPECT_THAT(ForeignFormat("\n<!DOCTYPE html>"), testing::HasSubstr("web page"));
  EXPECT_THAT(ForeignFormat("{\"order\": 1}"), testing::HasSubstr("JSON"));
  EXPECT_EQ(ForeignFormat("id,name\n"), "");
}

TEST(CsvTable, RefusesAnEmptyFile) {
  EXPECT_THAT(ReadAll(""), ElementsAre("is empty; the first row must name the columns"));
  EXPECT_THAT(ReadAll("\n\n"), ElementsAre("is empty; the first row must name the columns"));
}

// Pieces of the file end anywhere: inside characters, quotes and line ends.
TEST(CsvTable, RowsAreWholeAcrossPieces) {
  std::string bytes = "n,text\r\n";
  std::vector<std::string> expected = {"n|text"};
  int line = 2;
  for (int i = 0; i < 60'000; ++i) {
    const std::string fill(1 + i % 7, 'x');  // blanks and line ends at the edge of a value go
    absl::StrAppend(&bytes, i, ",\"", fill, "\r\n\"\"\xE2\x82\xAC\"\r\n");
    expected.push_back(absl::StrCat(line, ": ", i, "|", fill, "\r\n\"\xE2\x82\xAC"));
    line += 2;
  }
  EXPECT_EQ(ReadAll(bytes), expected);
}

}  // namespace
}  // namespace strata::imports
