#include "client/cli/mapping_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace strata::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MappingTest : public testing::Test, public RecordSink {
 protected:
  MappingTest() : staging_(*StagingDatabase::Create()) {}

  absl::Status Add(const v1::Record& record, absl::Span<const Origin> origins) override {
    records_.push_back(record);
    places_.push_back(absl::StrJoin(origins, " ", [](std::string* out, const Origin& origin) {
      absl::StrAppend(out, origin.line);
    }));
    return absl::OkStatus();
  }
  void Refuse(absl::Span<const Reject> rejects) override {
    ++refused_;
    for (const Reject& reject : rejects) {
      problems_.push_back(absl::StrCat(reject.file, ":", reject.line, " ", reject.id, " ",
                                       reject.field, " ", reject.reason));
    }
  }

  void Stage(const std::string& table, const std::string& text) {
    const std::string path = absl::StrCat(testing::TempDir(), "/", table, ".csv");
    std::ofstream(path, std::ios::binary) << text;
    ASSERT_EQ(staging_->Load(table, path, absl::StrCat(table, ".csv"), {}, [](int64_t) {}),
              absl::OkStatus());
  }
  absl::Status Run(absl::string_view mapping, absl::TimeZone zone = absl::UTCTimeZone()) {
    auto statements = ParseMapping(mapping);
    if (!statements.ok()) return statements.status();
    return MappingRunner("m.sql", *staging_, zone).Run(*statements, *this, [](int64_t) {});
  }

  std::unique_ptr<StagingDatabase> staging_;
  std::vector<v1::Record> records_;
  std::vector<std::string> places_;
  int refused_ = 0;
  std::vector<std::string> problems_;
};

TEST_F(MappingTest, MakesCustomersOfRows) {
  Stage("crm",
        "no,name,born,kids,vip,since,plan,score\n"
        "7,Ann,1990-02-03,2,yes,2024-01-01,gold,1.5\n"
        "8,Bob,,,,,,\n");
  ASSERT_EQ(Run("-- record: customer\n"
                "SELECT no AS id, name AS display_name, born AS birth_date, kids AS children,\n"
                " vip AS strategic, since AS created_time, plan AS attribute_plan,\n"
                " CAST(score AS REAL) AS attribute_score, kids AS \"attribute_kids:number\",\n"
                " vip AS \"attribute_vip:boolean\", 'plan' AS _ignored FROM crm"),
            absl::OkStatus());
  ASSERT_EQ(records_.size(), 2u);
  const v1::Customer& ann = records_[0].customer();
  EXPECT_EQ(ann.id(), "7");
  EXPECT_EQ(ann.display_name(), "Ann");
  EXPECT_EQ(ann.birth_date(), "1990-02-03");
  EXPECT_EQ(ann.children(), 2);
  EXPECT_TRUE(ann.strategic());
  EXPECT_EQ(ann.created_time().seconds(), 1'704'067'200);
  EXPECT_EQ(ann.attributes().at("plan").text(), "gold");
  EXPECT_EQ(ann.attributes().at("score").number(), 1.5);
  EXPECT_EQ(ann.attributes().at("kids").number(), 2);
  EXPECT_TRUE(ann.attributes().at("vip").boolean());
  const v1::Customer& bob = records_[1].customer();
  EXPECT_FALSE(bob.has_children());
  EXPECT_FALSE(bob.has_strategic());
  EXPECT_FALSE(bob.has_created_time());
  EXPECT_TRUE(bob.attributes().empty());
}

TEST_F(MappingTest, GathersTheLinesOfAnOrder) {
  Stage("o", "nr,who,day,sum,qty\n9,a,2024-05-01,1.5,1\n9,a,2024-05-01,2,-3\n10,b,2024-05-02,3,\n");
  absl::TimeZone tokyo;
  ASSERT_TRUE(absl::LoadTimeZone("Asia/Tokyo", &tokyo));
  ASSERT_EQ(Run("-- record: order\nSELECT nr AS id, who AS customer, day AS order_time,"
                " sum AS amount, qty AS quantity, _file, _line FROM o",
                tokyo),
            absl::OkStatus());
  ASSERT_EQ(records_.size(), 2u);
  const v1::Order& first = records_[0].order();
  EXPECT_EQ(first.id(), "9");
  EXPECT_EQ(first.order_time().seconds(), 1'714'489'200);  // 2024-04-30T15:00:00Z
  ASSERT_EQ(first.lines_size(), 2);
  EXPECT_EQ(first.lines(0).amount_micros(), 1'500'000);
  EXPECT_EQ(first.lines(1).quantity(), -3);
  EXPECT_FALSE(records_[1].order().lines(0).has_quantity());
  EXPECT_THAT(places_, ElementsAre("2 3", "4"));
}

TEST_F(MappingTest, RowsWithoutIdAreNamedByFileAndLine) {
  Stage("o", "who,day,sum\na,2024-05-01,1\na,2024-05-01,1\n");
  ASSERT_EQ(
      Run("/* record: order */ SELECT who AS customer, day AS order_time, sum AS amount, _file,"
          " _line FROM o"),
      absl::OkStatus());
  ASSERT_EQ(records_.size(), 2u);
  EXPECT_EQ(records_[0].order().id(), "o.csv:2");
  EXPECT_EQ(records_[1].order().id(), "o.csv:3");
}

TEST_F(MappingTest, MakesAllOtherRecords) {
  Stage("t", "id\n1\n");
  ASSERT_EQ(
      Run("-- record: ticket\n"
          "SELECT id, 'c' AS customer, '2024-01-01' AS opened_time, 'resolved' AS status, 4 AS "
          "csat,"
          " '2024-01-02 10:00' AS resolved_time FROM t;\n"
          "-- record: contract\n"
          "SELECT id, 'c' AS customer, '2024-01-01' AS start_date, '1200.50' AS annual_value,"
          " 'no' AS auto_renew FROM t;\n"
          "-- record: survey\n"
          "SELECT id, 'c' AS customer, '2024-01-01' AS time, 'NPS' AS kind, 9 AS score FROM t;\n"
          "-- record: deletion\n"
          "SELECT 'order' AS kind, id, 3 AS source_version FROM t;"),
      absl::OkStatus());
  ASSERT_EQ(records_.size(), 4u);
  EXPECT_EQ(records_[0].ticket().status(), v1::TICKET_STATUS_RESOLVED);
  EXPECT_EQ(records_[0].ticket().csat(), 4);
  EXPECT_EQ(records_[0].ticket().resolved_time().seconds(), 1'704'189'600);
  EXPECT_EQ(records_[1].contract().annual_value_micros(), 1'200'500'000);
  EXPECT_TRUE(records_[1].contract().has_auto_renew());
  EXPECT_EQ(records_[2].survey().kind(), v1::SURVEY_KIND_NPS);
  EXPECT_EQ(records_[3].deletion().kind(), v1::RECORD_KIND_ORDER);
  EXPECT_EQ(records_[3].deletion().source_version(), 3);
}

TEST_F(MappingTest, RefusesARecordWithAnyBadRow) {
  Stage("o",
        "nr,who,day,sum,qty\n"
        "1,a,2024-05-01,1.5,1\n"  // good row, bad order: the next row
        "1,a,2024-05-01,1;5,x\n"  // two bad values
        "2,a,31.12.2024,1.5,1\n"  // date
        "3,a,2024-05-01,,1\n"     // no amount
        "4,a,2024-05-01,1.5,1\n"  // good row, the order's customer differs below
        "4,b,2024-05-01,1.5,1\n"
        "5,a,2024-05-01,1,1,6\n"     // too many fields
        "6,\xFF,2024-05-01,1.5,1\n"  // encoding
        "7,\"a,2024-05-01,1.5,1\n"   // quote
        "8,a,2024-05-01,1.5,1\n");   // good
  ASSERT_EQ(Run("-- record: order\nSELECT nr AS id, who AS customer, day AS order_time,"
                " sum AS amount, qty AS quantity, _file, _line FROM o"),
            absl::OkStatus());
  EXPECT_THAT(problems_,
              ElementsAre("o.csv:3 1 amount INVALID_NUMBER", "o.csv:3 1 quantity INVALID_NUMBER",
                          "o.csv:4 2 order_time INVALID_TIME", "o.csv:5 3 amount MISSING_FIELD",
                          "o.csv:7 4 customer CONFLICTING_ROWS", "o.csv:8 5  COLUMN_COUNT",
                          "o.csv:9 6 who INVALID_ENCODING", "o.csv:10 7  BROKEN_QUOTE"));
  EXPECT_EQ(refused_, 7);
  ASSERT_EQ(records_.size(), 1u);
  EXPECT_EQ(records_[0].order().id(), "8");
}

TEST_F(MappingTest, BadRowsThatNoRecordUsesAreStillReported) {
  Stage("c", "id,name\n1,x,y\n2,z\n");
  ASSERT_EQ(Run("-- record: customer\nSELECT id, name AS display_name FROM c"), absl::OkStatus());
  EXPECT_THAT(problems_, ElementsAre("c.csv:2   COLUMN_COUNT"));
  ASSERT_EQ(records_.size(), 1u);
  EXPECT_EQ(records_[0].customer().id(), "2");
}

TEST_F(MappingTest, StatementsWithoutPlacesDoNotSeeBadRowsButOthersDo) {
  Stage("o", "nr,who,day,sum\n1,a,2024-05-01,1\n1,a,2024-05-01,1,5\n2,b,2024-05-01,1,5\n");
  ASSERT_EQ(Run("-- record: customer\nSELECT DISTINCT who AS id FROM o;\n"
                "-- record: order\nSELECT nr AS id, who AS customer, day AS order_time,"
                " sum AS amount, _file, _line FROM o;\n"
                "-- record: customer\nSELECT DISTINCT who || '2' AS id FROM o"),
            absl::OkStatus());
  ASSERT_EQ(records_.size(), 2u);
  EXPECT_EQ(records_[0].customer().id(), "a");
  EXPECT_EQ(records_[1].customer().id(), "a2");
  EXPECT_THAT(problems_, ElementsAre("o.csv:3 1  COLUMN_COUNT", "o.csv:4 2  COLUMN_COUNT"));
}

TEST_F(MappingTest, SetUpStatementsAndFunctions) {
  Stage("p", "id,price\n1,0.1\n2,abc\n");
  ASSERT_EQ(
      Run("CREATE TEMP VIEW v AS SELECT *, mul_decimal(price, '3', 2) AS total FROM p;\n"
          "-- record: contract\n"
          "SELECT id, 'c' AS customer, parse_date('05.03.24', '%Y', '%d.%m.%y') AS start_date,"
          " total AS annual_value, round_decimal(add_decimal('1.005', 1), 2) AS owner,"
          " (SELECT sum_decimal(price) FROM p WHERE id = 1) AS status, _file, _line FROM v"),
      absl::OkStatus());
  ASSERT_EQ(records_.size(), 1u);
  EXPECT_EQ(records_[0].contract().annual_value_micros(), 600'000);
  EXPECT_EQ(records_[0].contract().start_date(), "2024-03-05");
  EXPECT_EQ(records_[0].contract().owner(), "2.01");
  EXPECT_EQ(records_[0].contract().status(), "0.1");
  EXPECT_THAT(problems_, ElementsAre("p.csv:3 2 annual_value INVALID_NUMBER"));
}

TEST_F(MappingTest, SaysWhatIsWrongWithAMapping) {
  Stage("t", "id,x\n1,2\n3,2\n1,2\n");
  const auto message = [&](absl::string_view mapping) {
    return std::string(Run(mapping).message());
  };
  EXPECT_EQ(message("SELECT * FROM t"),
            "line 1: a comment in front of a SELECT must say what its rows are, for example "
            "\"-- record: order\"");
  EXPECT_THAT(message("-- record: invoice\nSELECT * FROM t"),
              HasSubstr("line 2: unknown record \"invoice\""));
  EXPECT_THAT(message("-- record: customer\nSELECT id, x AS contry FROM t"),
              HasSubstr("m.sql:2: column \"contry\" is no field of customer; did you mean "
                        "\"country\"?"));
  EXPECT_THAT(message("-- record: customer\nSELECT x AS country FROM t"),
              HasSubstr("no column is called \"id\""));
  EXPECT_THAT(message("-- record: customer\nSELECT id,\n nowhere FROM t"),
              HasSubstr("m.sql:3: no such column: nowhere"));
  EXPECT_THAT(
      message("-- record: order\nSELECT id, 'c' AS customer, '2024-01-01' AS order_time, x AS "
              "amount, _file, _line FROM t"),
      HasSubstr("order 1 comes after 3; end the SELECT with ORDER BY id"));
  EXPECT_THAT(message("CREATE TEMP VIEW a AS SELECT ';' AS b;"), HasSubstr("holds no SELECT"));
}

}  // namespace
}  // namespace strata::cli
