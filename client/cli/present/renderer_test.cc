#include "client/cli/present/renderer.h"

#include <memory>
#include <sstream>
#include <string>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "strata/v1/types.pb.h"

namespace strata::cli {
namespace {

using ::testing::HasSubstr;

class RendererTest : public testing::Test {
 protected:
  RendererTest() {
    document_.meta.emplace();
    document_.meta->set_revision(7);
    document_.meta->set_currency_code("JPY");
    document_.meta->add_notes("a note");
    Column share = FigureColumn("share", "of all", "1");
    share.bars = true;
    Table table{.columns = {TextColumn("name"), FigureColumn("revenue", "", "currency"), share,
                            Only(Audience::kPrograms, FigureColumn("exact", "", ""))},
                .shown = 1};
    table.rows = {
        {Cell::Text("a\x1b[2J"), Cell::Money(Yen(1'500)), Cell::Number(0.25), Cell::Number(0.1)},
        {Cell::Text("b"), Cell::Money(Yen(500)), Cell::Number(0.75), Cell::Number(0.2)}};
    document_.sections.push_back({.id = "rows", .title = "Rows", .table = table});
    document_.sections.push_back(
        {.id = "other",
         .table = Table{.columns = {TextColumn("word")}, .rows = {{Cell::Text("x")}}}});
    document_.answer = std::make_shared<v1::ResultMeta>(*document_.meta);
  }

  static v1::Amount Yen(int64_t units) {
    v1::Amount amount;
    amount.set_units(units);
    return amount;
  }
  absl::Status Render(OutputForm form, const std::string& part = "") {
    out_.str("");
    err_.str("");
    return MakeRenderer(form, {out_, err_})->Render(document_, part);
  }
  std::string Rich(int width) {
    out_.str("");
    const Terminal terminal{.out = out_,
                            .err = err_,
                            .out_is_terminal = true,
                            .rich = true,
                            .escapes = false,
                            .width = width};
    EXPECT_EQ(MakeTextRenderer(terminal)->Render(document_, ""), absl::OkStatus());
    return out_.str();
  }

  Document document_;
  std::ostringstream out_, err_;
};

TEST_F(RendererTest, TextIsForPeople) {
  ASSERT_EQ(Render(OutputForm::kTable), absl::OkStatus());
  EXPECT_EQ(out_.str(),
            "Rows\n\n"
            "name        revenue  of all\n"
            "----------  -------  ------\n"
            "a\\u{1b}[2J    1,500  25.00%\n\n"
            "word\n"
            "----\n"
            "x\n\n"
            "revision 7\n"
            "used 0 customers\n"
            "note: a note\n");
}

TEST_F(RendererTest, CsvHasEveryColumnAndRowOfOneSection) {
  ASSERT_EQ(Render(OutputForm::kCsv), absl::OkStatus());
  EXPECT_EQ(out_.str(),
            "name,revenue,share,exact\n"
            "a\\u{1b}[2J,1500,0.25,0.1\n"
            "b,500,0.75,0.2\n");
  EXPECT_EQ(err_.str(), "note: a note\n");
  document_.part = "other";
  ASSERT_EQ(Render(OutputForm::kCsv), absl::OkStatus());
  EXPECT_EQ(out_.str(), "word\nx\n");
  ASSERT_EQ(Render(OutputForm::kCsv, "rows"), absl::OkStatus());
  EXPECT_THAT(out_.str(), HasSubstr("b,500,0.75,0.2\n"));
}

TEST_F(RendererTest, APartThatIsNotThereNamesThoseThatAre) {
  const absl::Status status = Render(OutputForm::kCsv, "row");
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_EQ(status.message(), "--part row: the parts of this answer are rows, other");
  EXPECT_FALSE(Render(OutputForm::kTable, "row").ok());
  ASSERT_EQ(Render(OutputForm::kTable, "other"), absl::OkStatus());
  EXPECT_EQ(out_.str(), "word\n----\nx\n");
}

TEST_F(RendererTest, JsonIsTheMessage) {
  ASSERT_EQ(Render(OutputForm::kJson), absl::OkStatus());
  EXPECT_THAT(out_.str(), HasSubstr("\"revision\": \"7\""));
}

TEST_F(RendererTest, BarsTakeTheRoomThereIs) {
  EXPECT_THAT(Rich(80), HasSubstr("25.00%  █████▍"));
  EXPECT_THAT(Rich(34), HasSubstr("25.00%  █████\n"));
  EXPECT_THAT(Rich(28), HasSubstr("1,500  25.00%\n"));
}

TEST_F(RendererTest, NoLineIsWiderThanTheTerminal) {
  document_.title = "A title of several words that is longer than a narrow terminal";
  document_.shortfall = "few records";
  document_.meta->add_notes(std::string(100, 'x'));
  document_.sections[0].tail = {{"words that go on and on until they do not fit", "  - "}};
  for (const int width : {20, 40, 80}) {
    for (const absl::string_view line : absl::StrSplit(Rich(width), '\n')) {
      EXPECT_LE(DisplayWidth(line), width) << line;
    }
  }
}

TEST_F(RendererTest, ShadesAreScaledToWhatTheyShowAndSaySo) {
  Column shaded = FigureColumn("month_1", "+1", "1");
  shaded.shaded = true;
  document_.sections = {{.id = "map",
                         .table = Table{.columns = {TextColumn("cohort"), shaded},
                                        .rows = {{Cell::Text("a"), Cell::Number(0.02)},
                                                 {Cell::Text("b"), Cell::Number(0.10)},
                                                 {Cell::Text("c"), Cell{}}}}}};
  const std::string text = Rich(80);
  EXPECT_THAT(text, HasSubstr("a       ░░  2.00%\n"));
  EXPECT_THAT(text, HasSubstr("b       ██ 10.00%\n"));
  EXPECT_THAT(text, HasSubstr("shades: ░ 2.00% to █ 10.00%\n"));
}

}  // namespace
}  // namespace strata::cli
