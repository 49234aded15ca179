#include "client/cli/import/mapping/mapping_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace strata::imports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MappingTest : public testing::Test, public MappingSink {
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

  absl::Status Restart() override {
    records_.clear();
    places_.clear();
    withdrawn_.clear();
    return absl::OkStatus();
  }
  void Withdraw(int64_t number) override { withdrawn_.insert(number); }
  absl::StatusOr<v1::Record> Recall(int64_t number) override {
    return records_.at(static_cast<size_t>(number));
  }
  void Note(std::string text) override { notes_.push_back(std::move(text)); }

  void Stage(const std::string& table, const std::string& text, const CsvOptions& options = {}) {
    const std::string path = absl::StrCat(testing::TempDir(), "/", table, ".csv");
    std::ofstream(path, std::ios::binary) << text;
    ASSERT_EQ(staging_->Load(table, path, absl::StrCat(table, ".csv"), options, [](int64_t) {}),
              absl::OkStatus());
  }
  absl::Status Run(absl::string_view mapping, absl::TimeZone zone = absl::UTCTimeZone()) {
    auto statements = ParseMapping(mapping);
    if (!statements.ok()) return statements.status();
    const absl::Status status =
        MappingRunner("m.sql", *staging_, zone).Run(*statements, *this, [](int64_t) {});
    for (auto number = withdrawn_.rbegin(); number != withdrawn_.rend(); ++number) {
      records_.erase(records_.begin() + *number);
      places_.erase(places_.begin() + *number);
    }
    withdrawn_.clear();
    return status;
  }
  // "id=amount+amount" of each order, in currency units.
  std::vector<std::string> Orders() const {
    std::vector<std::string> orders;
    for (const v1::Record& record : records_) {
      if (!record.has_order()) continue;
      orders.push_back(absl::StrCat(
          record.order().id(), "=",
          absl::StrJoin(record.order().lines(), "+", [](std::string* out, const auto& line) {
            absl::StrAppend(out, line.amount_micros() / 1'000'000);
          })));
    }
    return orders;
  }

  std::unique_ptr<StagingDatabase> staging_;
  std::vector<v1::Record> records_;
  std::vector<std::string> places_;
  std::set<int64_t> withdrawn_;
  int refused_ = 0;
  std::vector<std::string> problems_, notes_;
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

TEST_F(MappingTest, RowsWithoutIdAreNamedByTheirContent) {
  const std::string mapping =
      "/* record: order */ SELECT who AS customer, day AS order_time, sum AS amount, _file, _line "
      "FROM o";
  Stage("o", "who,day,sum\na,2024-05-01,1\na,2024-05-01,1\nb,2024-05-01,1\n");
  ASSERT_EQ(Run(mapping), absl::OkStatus());
  std::vector<std::string> ids;
  for (const v1::Record& record : records_) ids.push_back(record.order().id());
  ASSERT_EQ(ids.size(), 3u);
  EXPECT_THAT(ids, testing::Each(testing::Truly(IsMadeUpId)));
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 3u);
  // Another file: a row corrected, one moved, one more. The ids of the others stay.
  staging_ = *StagingDatabase::Create();
  records_.clear();
  Stage("o", "who,day,sum\nb,2024-05-01,1\na,2024-05-01,1\na,2024-05-01,2\nc,2024-05-02,1\n");
  ASSERT_EQ(Run(mapping), absl::OkStatus());
  ASSERT_EQ(records_.size(), 4u);
  EXPECT_EQ(records_[0].order().id(), ids[2]);
  EXPECT_EQ(records_[1].order().id(), ids[0]);
  EXPECT_THAT(ids, testing::Not(testing::Contains(records_[2].order().id())));
  EXPECT_THAT(ids, testing::Not(testing::Contains(records_[3].order().id())));
}

// One bad row in every form that a statement can take. By hand: order 1 loses its second line, so
// it is refused; order 2 is whole.
TEST_F(MappingTest, NoFormOfSqlSeesABadRow) {
  const std::string head = "-- record: order\nSELECT id, who AS customer, ";
  const std::vector<std::pair<std::string, std::string>> forms = {
      {"plain", head + "day AS order_time, sum AS amount, _file, _line FROM o ORDER BY id"},
      {"plain without place", head + "day AS order_time, sum AS amount FROM o ORDER BY id"},
      {"group", head + "min(day) AS order_time, sum_decimal(sum) AS amount FROM o "
                       "GROUP BY id, who ORDER BY id"},
      {"count", head + "min(day) AS order_time, 10 * count(*) AS amount FROM o GROUP BY id, who "
                       "ORDER BY id"},
      {"latest day", head + "max(day) AS order_time, 7 AS amount FROM o GROUP BY id, who "
                            "ORDER BY id"},
      {"view", "CREATE TEMP VIEW v AS SELECT id, who, day, sum FROM o;\n" + head +
                   "min(day) AS order_time, sum_decimal(sum) AS amount FROM v GROUP BY id, who "
                   "ORDER BY id"},
      {"table",
       "CREATE TEMP TABLE t AS SELECT id, who, min(day) AS day, sum_decimal(sum) AS sum "
       "FROM o GROUP BY id, who;\n" +
           head + "day AS order_time, sum AS amount FROM t ORDER BY id"},
      {"sub-select", head + "day AS order_time, (SELECT sum_decimal(i.sum) FROM o AS i WHERE "
                            "i.id = o.id) AS amount FROM (SELECT id, who, min(day) AS day FROM o "
                            "GROUP BY id, who) AS o ORDER BY id"},
      {"cte",
       "-- record: order\nWITH t AS (SELECT id, who, min(day) AS day, sum_decimal(sum) AS "
       "sum FROM o GROUP BY id, who) SELECT id, who AS customer, day AS order_time, sum AS "
       "amount FROM t ORDER BY id"},
      {"window",
       "-- record: order\nSELECT id, customer, order_time, amount FROM (SELECT id, who "
       "AS customer, day AS order_time, count(*) OVER (PARTITION BY id) AS amount, "
       "row_number() OVER (PARTITION BY id ORDER BY _line) AS n FROM o) WHERE n = 1 "
       "ORDER BY id"},
      {"union", head + "day AS order_time, sum AS amount FROM o WHERE sum >= '2' UNION ALL SELECT "
                       "id, who, day, sum FROM o WHERE sum < '2' ORDER BY id"},
      {"distinct", head.substr(0, 24) + "DISTINCT id, who AS customer, day AS order_time, sum AS "
                                        "amount FROM o ORDER BY id"},
      {"left join",
       "-- record: order\nSELECT h.id, h.who AS customer, '2024-05-01' AS order_time, "
       "coalesce(sum_decimal(o.sum), '0') AS amount FROM h LEFT JOIN o ON o.id = h.id "
       "GROUP BY h.id, h.who ORDER BY h.id"},
  };
  for (const std::string bad : {"1,a,2024-05-01,4,x", "1,a,2024-05-01,0,x", "1,a", "1,a,,,,x"}) {
    for (const auto& [name, mapping] : forms) {
      SCOPED_TRACE(absl::StrCat(name, " with ", bad));
      staging_ = *StagingDatabase::Create();
      records_.clear();
      problems_.clear();
      refused_ = 0;
      Stage("o",
            absl::StrCat("id,who,day,sum\n1,a,2024-05-01,2\n", bad,
                         "\n1,a,2024-05-01,3\n2,b,2024-05-02,5\n"),
            {.refuse_short = true});
      Stage("h", "id,who\n1,a\n2,b\n");
      ASSERT_EQ(Run(mapping), absl::OkStatus());
      ASSERT_EQ(Orders().size(), 1u) << absl::StrJoin(Orders(), " ");
      EXPECT_EQ(Orders()[0].substr(0, 2), "2=");
      EXPECT_EQ(refused_, 1) << absl::StrJoin(problems_, " ");
      EXPECT_THAT(problems_, ElementsAre("o.csv:3 1  COLUMN_COUNT"));
    }
  }
}

TEST_F(MappingTest, ABadValueHidesItsRowFromOtherStatements) {
  Stage("o",
        "id,who,day,sum\n1,a,2024-05-01,2\n1,a,2024-05-01,ten\n2,a,2024-05-02,5\n"
        "3,b,2024-05-02,6\n");
  ASSERT_EQ(
      Run("-- record: customer\nSELECT who AS id, count(*) AS attribute_lines FROM o GROUP BY "
          "who;\n-- record: order\nSELECT id, who AS customer, day AS order_time, sum AS "
          "amount, _file, _line FROM o ORDER BY id"),
      absl::OkStatus());
  EXPECT_THAT(problems_,
              ElementsAre("o.csv:3 a amount INVALID_NUMBER", "o.csv:3 1 amount INVALID_NUMBER"));
  EXPECT_THAT(Orders(), ElementsAre("2=5", "3=6"));
  ASSERT_EQ(records_.size(), 3u);
  EXPECT_EQ(records_[0].customer().id(), "b");
}

TEST_F(MappingTest, ABadRowThatTheMappingLeavesOutIsToldAndNoFault) {
  const CsvOptions strict = {.footer = 0, .refuse_short = true};
  Stage("o", "id,who,day,sum\n1,a,2024-05-01,2\nTotal: 1 row\n", strict);
  ASSERT_EQ(Run("-- record: order\nSELECT id, who AS customer, day AS order_time, sum AS amount, "
                "_file, _line FROM o WHERE id NOT LIKE 'Total%' ORDER BY id"),
            absl::OkStatus());
  EXPECT_EQ(refused_, 0) << absl::StrJoin(problems_, " ");
  EXPECT_THAT(Orders(), ElementsAre("1=2"));
  EXPECT_THAT(notes_, ElementsAre(testing::AllOf(HasSubstr("1 bad row is in no record"),
                                                 HasSubstr("o.csv:3"))));
  // Where a missing field decides, nobody knows.
  staging_ = *StagingDatabase::Create();
  Stage("o", "id,who,day,sum\n1,a,2024-05-01,2\n2,a,2024-05-01\n", strict);
  ASSERT_EQ(Run("-- record: order\nSELECT id, who AS customer, day AS order_time, sum AS amount, "
                "_file, _line FROM o WHERE sum = '2' ORDER BY id"),
            absl::OkStatus());
  EXPECT_THAT(problems_, ElementsAre("o.csv:3   COLUMN_COUNT"));
}

TEST_F(MappingTest, WhatCannotBeKnownIsRefused) {
  Stage("o", "id,who,day,json\n1,a,2024-05-01,\"{\"\"x\"\":2}\"\n2,a,2024-05-01,{,z\n");
  const absl::Status status =
      Run("-- record: order\nSELECT id, who AS customer, day AS order_time, "
          "json_extract(json, '$.x') AS amount FROM o ORDER BY id");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              testing::AllOf(HasSubstr("o.csv:3"), HasSubstr("malformed JSON")));
}

TEST_F(MappingTest, RowsOfOneIdThatDisagreeAreRefused) {
  Stage("t", "id,who,value\nK1,a,9000\nK1,a,1000\nK2,b,500\nK3,c,7\nK3,c,7\n");
  ASSERT_EQ(
      Run("-- record: contract\nSELECT id, who AS customer, '2024-01-01' AS start_date, value AS "
          "annual_value, _file, _line FROM t;\n"
          "-- record: ticket\nSELECT id, who AS customer, '2024-01-01' AS opened_time, value AS "
          "category, _file, _line FROM t;\n"
          "-- record: survey\nSELECT id, who AS customer, '2024-01-01' AS time, 'nps' AS kind, "
          "length(value) AS score, _file, _line FROM t"),
      absl::OkStatus());
  // Both surveys of K1 have the score 4: the same record.
  EXPECT_THAT(problems_, ElementsAre("t.csv:3 K1 annual_value CONFLICTING_ROWS",
                                     "t.csv:3 K1 category CONFLICTING_ROWS"));
  EXPECT_EQ(records_.size(), 7u);
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("4 rows repeat a record")));
}

TEST_F(MappingTest, OfACustomerTheLastRowCountsAndThatIsTold) {
  Stage("o", "who,country,city\na,DE,x\nb,FR,y\na,US,x\na,US,z\nb,FR,y\n");
  ASSERT_EQ(Run("-- record: customer\nSELECT who AS id, country, city, _file, _line FROM o"),
            absl::OkStatus());
  ASSERT_EQ(records_.size(), 2u);
  EXPECT_EQ(records_[0].customer().id(), "b");
  EXPECT_EQ(records_[1].customer().country(), "US");
  EXPECT_EQ(records_[1].customer().city(), "z");
  ASSERT_EQ(notes_.size(), 2u);
  EXPECT_EQ(notes_[1],
            "1 customer comes with different values; the last row counts: city 1x, country 1x; "
            "first: customer a: country is \"DE\" in o.csv:2 and \"US\" in o.csv:4");
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(MappingTest, AJoinThatMultipliesLinesIsRefused) {
  Stage("o", "id,who\n1,a\n2,b\n3,c\n");
  Stage("i", "id,sum\n1,10\n1,10\n2,5\n3,4\n");
  Stage("p", "id,method\n1,card\n2,card\n2,cash\n3,card\n");
  ASSERT_EQ(Run("-- record: order\nSELECT o.id, o.who AS customer, '2024-05-01' AS order_time, "
                "i.sum AS amount, i._file, i._line FROM o JOIN i ON i.id = o.id JOIN p ON p.id = "
                "o.id ORDER BY o.id"),
            absl::OkStatus());
  EXPECT_THAT(problems_, ElementsAre("i.csv:4 2  FAN_OUT"));
  EXPECT_THAT(Orders(), ElementsAre("1=10+10", "3=4"));  // two lines that look alike are two
  // Lines of an order whose place is the order's: different lines are fine.
  problems_.clear();
  records_.clear();
  staging_ = *StagingDatabase::Create();
  Stage("o", "id,who\n1,a\n");
  Stage("i", "id,sum\n1,10\n1,11\n");
  ASSERT_EQ(Run("-- record: order\nSELECT o.id, o.who AS customer, '2024-05-01' AS order_time, "
                "i.sum AS amount, o._file, o._line FROM o JOIN i ON i.id = o.id ORDER BY o.id"),
            absl::OkStatus());
  EXPECT_THAT(problems_, IsEmpty());
  EXPECT_THAT(Orders(), ElementsAre("1=10+11"));
  // Without an id of its own a row makes one record.
  records_.clear();
  staging_ = *StagingDatabase::Create();
  Stage("i", "id,sum\n1,10\n2,11\n");
  Stage("p", "id\n1\n1\n2\n");
  ASSERT_EQ(Run("-- record: order\nSELECT 'c' AS customer, '2024-05-01' AS order_time, "
                "i.sum AS amount, i._file, i._line FROM i JOIN p ON p.id = i.id"),
            absl::OkStatus());
  EXPECT_EQ(problems_.size(), 1u);
  EXPECT_THAT(problems_[0], testing::AllOf(HasSubstr("i.csv:2"), HasSubstr("FAN_OUT")));
  ASSERT_EQ(records_.size(), 1u);
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

TEST_F(MappingTest, ADateColumnIsReadInOneForm) {
  const std::string mapping =
      "-- record: order\nSELECT id, 'c' AS customer, parse_date(day, '%m/%d/%Y', '%d/%m/%Y') AS "
      "order_time, 1 AS amount, _file, _line FROM o ORDER BY id";
  const auto days = [&] {
    std::vector<std::string> texts;
    for (const v1::Record& record : records_) {
      texts.push_back(absl::FormatTime("%Y-%m-%d",
                                       absl::FromUnixSeconds(record.order().order_time().seconds()),
                                       absl::UTCTimeZone()));
    }
    return texts;
  };
  Stage("o", "id,day\n1,03/09/2018\n2,14/09/2018\n3,\n");
  ASSERT_EQ(Run(mapping), absl::OkStatus());
  EXPECT_THAT(days(), ElementsAre("2018-09-03", "2018-09-14"));
  EXPECT_THAT(notes_, IsEmpty());
  EXPECT_THAT(problems_, ElementsAre("o.csv:4 3 order_time MISSING_FIELD"));

  // Both forms fit all: the first one counts, and that is told.
  const auto restage = [&](const std::string& text) {
    staging_ = *StagingDatabase::Create();
    records_.clear();
    notes_.clear();
    problems_.clear();
    Stage("o", text);
    ASSERT_EQ(Run(mapping), absl::OkStatus());
  };
  restage("id,day\n1,03/09/2018\n2,04/04/2018\n");
  EXPECT_THAT(days(), ElementsAre("2018-03-09", "2018-04-04"));
  EXPECT_THAT(notes_,
              ElementsAre(testing::AllOf(
                  HasSubstr("parse_date(day, '%m/%d/%Y', '%d/%m/%Y'): every value has more"),
                  HasSubstr("\"03/09/2018\" is 2018-03-09"))));
  // No form fits all: what could be two days is refused, the rest is read and told.
  restage("id,day\n1,03/09/2018\n2,14/09/2018\n3,09/14/2018\n4,05/05/2018\n");
  EXPECT_THAT(days(), ElementsAre("2018-09-14", "2018-09-14", "2018-05-05"));
  EXPECT_THAT(problems_, ElementsAre("o.csv:2 1 order_time AMBIGUOUS_DATE"));
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("the values have different forms")));
}

TEST_F(MappingTest, ADateThatIsIsoNeedsNoForm) {
  Stage("k", "id,born\na,1990-02-03\nb,16.07.1968\n");
  ASSERT_EQ(
      Run("-- record: customer\nSELECT id, parse_date(born, '%d.%m.%Y') AS birth_date FROM k"),
      absl::OkStatus());
  ASSERT_EQ(records_.size(), 2u);
  EXPECT_EQ(records_[0].customer().birth_date(), "1990-02-03");
  EXPECT_EQ(records_[1].customer().birth_date(), "1968-07-16");
  EXPECT_THAT(notes_,
              ElementsAre(testing::AllOf(HasSubstr("'%d.%m.%Y' 1x"), HasSubstr("ISO 8601 1x"))));
}

TEST_F(MappingTest, OtherDatesHaveAWayIn) {
  Stage("t", "id\n1\n");
  const auto read = [&](const std::string& expression) {
    records_.clear();
    problems_.clear();
    EXPECT_EQ(Run(absl::StrCat("-- record: customer\nSELECT id, ", expression, " AS city FROM t")),
              absl::OkStatus());
    return records_.empty() ? problems_.at(0) : records_[0].customer().city();
  };
  // 2024-01-01T00:00:00Z is 1704067200 [date -u -d]; its number in spreadsheets is 45292.
  EXPECT_EQ(read("parse_epoch('1704067200', 's')"), "2024-01-01 00:00:00.000Z");
  EXPECT_EQ(read("parse_epoch(1704067200123, 'ms')"), "2024-01-01 00:00:00.123Z");
  EXPECT_EQ(read("parse_epoch('1704067200.5', 's')"), "2024-01-01 00:00:00.500Z");
  EXPECT_EQ(read("parse_epoch('-1', 's')"), "1969-12-31 23:59:59.000Z");
  EXPECT_EQ(read("parse_epoch('1704067200000000', 'us')"), "2024-01-01 00:00:00.000Z");
  EXPECT_THAT(read("parse_epoch('1704067200000', 's')"), HasSubstr("INVALID_TIME"));
  EXPECT_THAT(read("parse_epoch('yesterday', 's')"), HasSubstr("INVALID_TIME"));
  EXPECT_EQ(read("parse_serial_date('45292')"), "2024-01-01");
  EXPECT_EQ(read("parse_serial_date('45292.75')"), "2024-01-01 18:00:00");
  EXPECT_EQ(read("parse_serial_date('1')"), "1900-01-01");
  EXPECT_EQ(read("parse_serial_date('59')"), "1900-02-28");
  EXPECT_EQ(read("parse_serial_date('61')"), "1900-03-01");
  EXPECT_THAT(read("parse_serial_date('60')"), HasSubstr("INVALID_DATE"));
  EXPECT_EQ(read("parse_serial_date('43830', 1904)"), "2024-01-01");
  EXPECT_THAT(read("parse_serial_date('2024-01-01')"), HasSubstr("INVALID_DATE"));
  EXPECT_EQ(read("in_zone('2024-07-01 10:00', 'America/New_York')"),
            "2024-07-01 10:00:00.000-04:00");
  EXPECT_EQ(read("in_zone(parse_epoch(0, 's'), 'Asia/Tokyo')"), "1970-01-01 09:00:00.000+09:00");
}

TEST_F(MappingTest, TwoDigitsOfAYearAreTold) {
  Stage("k", "id,born\na,16-07-68\n");
  ASSERT_EQ(
      Run("-- record: customer\nSELECT id, parse_date(born, '%d-%m-%y') AS birth_date FROM k"),
      absl::OkStatus());
  EXPECT_THAT(notes_, ElementsAre(testing::AllOf(HasSubstr("reads \"16-07-68\" as 2068-07-16"),
                                                 HasSubstr("]%d-%m-%y'"))));
}

TEST_F(MappingTest, TextIsNoNumberByItsPrefix) {
  Stage("o", "id,price,quantity\n1,\"1,250.00\",2\n2,$99.90,3\n3,12.50,4\n");
  const std::string order =
      "-- record: order\nSELECT id, 'c' AS customer, '2024-01-01' AS order_time, ";
  ASSERT_EQ(Run(order + "price * quantity AS amount, _file, _line FROM o ORDER BY id"),
            absl::OkStatus());
  EXPECT_THAT(Orders(), ElementsAre("3=50"));
  EXPECT_THAT(problems_,
              ElementsAre("o.csv:2 1 amount INVALID_NUMBER", "o.csv:3 2 amount INVALID_NUMBER"));
  // In a view, a temporary table, a group, text.
  for (const std::string& mapping :
       {"CREATE TEMP VIEW v AS SELECT id, price * quantity AS total FROM o;\n" + order +
            "total AS amount FROM v ORDER BY id",
        "CREATE TEMP TABLE v AS SELECT id, CAST(price AS REAL) * quantity AS total FROM o;\n" +
            order + "total AS amount FROM v ORDER BY id",
        order + "sum(price * quantity) AS amount FROM o GROUP BY id ORDER BY id"}) {
    records_.clear();
    problems_.clear();
    ASSERT_EQ(Run(mapping), absl::OkStatus());
    EXPECT_THAT(Orders(), ElementsAre("3=50")) << mapping;
    EXPECT_EQ(problems_.size(), 2u) << mapping;
  }
  // Where no record shows it, its row is bad all the same.
  records_.clear();
  problems_.clear();
  ASSERT_EQ(Run(order + "quantity AS amount FROM o WHERE price > 10 ORDER BY id"),
            absl::OkStatus());
  EXPECT_THAT(Orders(), ElementsAre("3=4"));
  EXPECT_THAT(problems_, ElementsAre("o.csv:2   INVALID_NUMBER", "o.csv:3   INVALID_NUMBER"));
  // And where nobody can tell the row, the import is refused.
  const absl::Status status =
      Run(order + "quantity AS amount FROM o WHERE price || '?' > 10 ORDER BY id");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("is not a decimal number"));
  const absl::Status unknown = Run(order + "1 AS amount, parse_date(price, '%Q') AS status FROM o");
  EXPECT_THAT(std::string(unknown.message()), HasSubstr("does not know \"%Q\"; it knows %Y"));
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
}  // namespace strata::imports
