#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "server/analytics/kpi/definition.h"
#include "server/analytics/kpi/period.h"
#include "server/analytics/kpi/testing/shop_model.h"

// Ranges by keyword beside the scope's own, over time fields.

namespace strata::analytics::kpi {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kLastYear = NamedRange::Kind::kSamePeriodLastYear;
constexpr auto kPrevious = NamedRange::Kind::kPreviousPeriod;

ShopModel Shop() {
  ShopModel shop;
  shop.Order("ada", "2023-02-10", 70);
  shop.Order("ada", "2024-01-10", 100);  // a Wednesday
  shop.Order("bob", "2024-01-20", 50);
  shop.Order("ada", "2024-04-05", 30);
  shop.Order("eve", "2024-04-30", 90);
  return shop;
}

std::string Compared(const ShopModel& shop, std::vector<std::string> kpis,
                     std::vector<std::string> group_by, NamedRange::Kind kind,
                     absl::string_view from, absl::string_view to) {
  KpiQuery query = QueryOf(shop.Build(), std::move(kpis), std::move(group_by), "", from, to);
  query.ranges = {{"other", kind, {}}};
  return Answer(query);
}

TEST(ComparisonsTest, LastYearStandsBesideThisYear) {
  EXPECT_EQ(Compared(Shop(), {"revenue"}, {"quarter"}, kLastYear, "2024-01-01", "2024-06-30"),
            "2024-Q1: 150 70\n2024-Q2: 120 0");
  EXPECT_EQ(Compared(Shop(), {"revenue"}, {"year", "month"}, kLastYear, "2024-01-01", "2024-04-30"),
            "2024 2024-01: 150 null:not_enough_history\n2024 2024-02: 0 70\n2024 2024-04: 120 0");
  EXPECT_EQ(Compared(Shop(), {"revenue"}, {"fiscal_year"}, kLastYear, "2024-01-01", "2024-12-31"),
            "FY2024: 270 70");
}

TEST(ComparisonsTest, ThePreviousPeriodStandsBesideThisOne) {
  // November to January, moved by three months.
  EXPECT_EQ(Compared(Shop(), {"revenue"}, {"month"}, kPrevious, "2024-02-01", "2024-04-30"),
            "2024-04: 120 150");
  // 21 days from 20 March, moved by 21 days.
  EXPECT_EQ(Compared(Shop(), {"revenue"}, {"day"}, kPrevious, "2024-04-10", "2024-04-30"),
            "2024-04-26: 0 30\n2024-04-30: 90 0");
}

TEST(ComparisonsTest, TheAnswerSaysWhatWasMoved) {
  KpiQuery query = QueryOf(Shop().Build(), {"revenue"}, {"month"}, "", "2024-02-01", "2024-04-30");
  query.ranges = {{"before", kPrevious, {}}, {"a year ago", kLastYear, {}}};
  EXPECT_THAT(QueryKpis(query)->info.notes,
              ElementsAre(HasSubstr("\"before\" are moved by 3 months before"),
                          HasSubstr("\"a year ago\" are moved by 12 months before"),
                          "range \"a year ago\" begins on 2023-02-01, before the first order "
                          "(2023-02-10)"));
  query.group_by = {"country"};  // without periods nothing is moved
  EXPECT_EQ(QueryKpis(query)->info.notes.size(), 1u);
}

ShopModel LeapDays() {
  ShopModel shop;
  shop.Order("ada", "2024-01-02", 64);
  shop.Order("ada", "2024-02-28", 1);
  shop.Order("ada", "2024-02-29", 2);
  shop.Order("ada", "2024-03-01", 16);
  shop.Order("ada", "2025-02-28", 4);
  shop.Order("ada", "2025-03-01", 8);
  return shop;
}

TEST(ComparisonsTest, TheLeapDayHasARowOfItsOwn) {
  // Whole months, and a range that goes on: the row of the 28th is the same one.
  const char* const february = "2025-02-28: 4 1\nnull:not_applicable: null:not_applicable 2";
  EXPECT_EQ(Compared(LeapDays(), {"revenue"}, {"day"}, kLastYear, "2025-02-01", "2025-02-28"),
            february);
  EXPECT_EQ(Compared(LeapDays(), {"revenue"}, {"day"}, kLastYear, "2025-02-25", "2025-03-01"),
            "2025-02-28: 4 1\n2025-03-01: 8 16\nnull:not_applicable: null:not_applicable 2");
  // The same dates, of which the 29th is none.
  EXPECT_EQ(Compared(LeapDays(), {"revenue"}, {"day"}, kLastYear, "2025-02-25", "2025-02-28"),
            "2025-02-28: 4 1");
  EXPECT_EQ(Compared(LeapDays(), {"revenue"}, {}, kLastYear, "2025-02-25", "2025-02-28"), "4 1");
  // A month is a month, wherever the range begins and ends.
  for (const char* to : {"2025-02-28", "2025-03-01", "2025-06-30"}) {
    for (const char* from : {"2025-01-01", "2025-01-15"}) {
      KpiQuery query = QueryOf(LeapDays().Build(), {"revenue"}, {"month"}, "", from, to, to);
      query.ranges = {{"other", kLastYear, {}}};
      EXPECT_THAT(Answer(query), HasSubstr("2025-02: 4 3")) << from << " " << to;
    }
  }
}

TEST(ComparisonsTest, TheLeapDayItselfHasNoDayAYearBefore) {
  ShopModel shop;
  for (const char* day : {"2023-02-28", "2023-03-01", "2024-02-28", "2024-02-29", "2024-03-01"}) {
    shop.Order("ada", day, 1);
  }
  EXPECT_EQ(Compared(shop, {"revenue"}, {"day"}, kLastYear, "2024-02-28", "2024-03-01"),
            "2024-02-28: 1 1\n2024-02-29: 1 null:not_applicable\n2024-03-01: 1 1");
  // Both ends of a range by one rule.
  EXPECT_EQ(Compared(shop, {"revenue"}, {"day"}, kLastYear, "2024-02-29", "2024-03-01"),
            "2024-02-29: 1 null:not_applicable\n2024-03-01: 1 1");
  EXPECT_EQ(Compared(shop, {"revenue"}, {}, kLastYear, "2024-02-29", "2024-02-29"),
            "1 null:not_applicable");
}

TEST(ComparisonsTest, DaysWithoutACounterpartAreTold) {
  KpiQuery query = QueryOf(LeapDays().Build(), {"revenue"}, {"day"}, "", "2025-02-01", "2025-02-28",
                           "2025-03-31");
  query.ranges = {{"other", kLastYear, {}}};
  EXPECT_THAT(QueryKpis(query)->info.notes,
              ::testing::Contains("range \"other\": 2024-02-29 has no counterpart: a row without a "
                                  "day holds it"));
  query.totals = true;
  const auto answer = *QueryKpis(query);
  EXPECT_EQ(TextOf(answer.table.totals->cells[1].value), "3");
  EXPECT_TRUE(answer.table.rows.back().complete);
  // With the classes of each day's start, too.
  query = QueryOf(LeapDays().Build(), {"revenue"}, {"day", "tier"}, "", "2025-02-01", "2025-02-28",
                  "2025-02-28");
  query.scope.classes_at = fields::ClassesAt::kPeriodStart;
  query.ranges = {{"other", kLastYear, {}}};
  EXPECT_EQ(Answer(query),
            "2025-02-28 standard: 4 1\nnull:not_applicable standard: null:not_applicable 2");
}

TEST(ComparisonsTest, WeeksStandBesideThoseOfTheirNumber) {
  ShopModel shop;
  shop.Order("ada", "2019-12-30", 1);   // 2020-W01
  shop.Order("ada", "2020-12-27", 2);   // Sunday of 2020-W52
  shop.Order("ada", "2020-12-28", 4);   // Monday of 2020-W53
  shop.Order("ada", "2021-01-03", 8);   // Sunday of 2020-W53
  shop.Order("ada", "2021-01-04", 16);  // 2021-W01
  shop.Order("ada", "2022-01-02", 32);  // Sunday of 2021-W52
  const std::string year =
      "2021-W01: 16 1\n2021-W52: 32 2\nnull:not_applicable: "
      "null:not_applicable 12";
  EXPECT_EQ(Compared(shop, {"revenue"}, {"week"}, kLastYear, "2021-01-04", "2022-01-02"), year);
  // Week 53 against a year of 52: what stands in it is beside nothing.
  EXPECT_EQ(Compared(shop, {"revenue"}, {"week"}, kLastYear, "2020-12-21", "2021-01-03"),
            "2020-W52: 2 null:not_enough_history\n2020-W53: 12 null:not_applicable");
  KpiQuery query = QueryOf(shop.Build(), {"revenue"}, {"week"}, "", "2021-01-04", "2022-01-02");
  query.ranges = {{"other", kLastYear, {}}};
  EXPECT_THAT(QueryKpis(query)->info.notes, ::testing::Contains(HasSubstr("2020-W53 has no")));
}

TEST(ComparisonsTest, PreviousWeeksAreWholeWeeksBefore) {
  ShopModel shop;
  for (Day day = *ParseDay("2023-11-01"); day <= *ParseDay("2024-01-31"); ++day) {
    shop.Order("ada", FormatDay(day), 1);
  }
  // January has 31 days: five weeks back, so that each week has the same weekdays beside it.
  EXPECT_EQ(Compared(shop, {"orders"}, {"week"}, kPrevious, "2024-01-01", "2024-01-31"),
            "2024-W01: 7 7\n2024-W02: 7 7\n2024-W03: 7 7\n2024-W04: 7 7\n2024-W05: 3 3");
}

TEST(ComparisonsTest, AnUnfinishedRangeIsComparedWithAsManyDays) {
  ShopModel shop;
  for (Day day = *ParseDay("2023-01-01"); day <= *ParseDay("2024-02-10"); ++day) {
    shop.Order("ada", FormatDay(day), 1);
  }
  const auto compared = [revision = shop.Build()](std::vector<std::string> by,
                                                  NamedRange::Kind kind, absl::string_view from,
                                                  absl::string_view to) {
    KpiQuery query =
        QueryOf(revision, {"orders", "orders_growth"}, std::move(by), "", from, to, "2024-02-10");
    query.ranges = {{"other", kind, {}}};
    return query;
  };
  // Ten days of February against ten days of January, and against ten of a year before.
  EXPECT_EQ(Answer(compared({}, kPrevious, "2024-02-01", "2024-02-29")), "10 0 10 0");
  EXPECT_EQ(Answer(compared({}, kLastYear, "2024-02-01", "2024-02-29")), "10 0 10 0");
  EXPECT_EQ(Answer(compared({"month"}, kLastYear, "2024-01-01", "2024-03-31")),
            absl::StrCat("2024-01: 31 0 31 null:not_enough_history\n2024-02: 10 0 10 ", "0"));
  EXPECT_EQ(Answer(compared({}, kLastYear, "2024-01-01", "2024-12-31")),
            "41 0 41 null:not_enough_history");
  EXPECT_THAT(QueryKpis(compared({}, kPrevious, "2024-02-01", "2024-02-29"))->info.notes,
              ::testing::IsSupersetOf(
                  {"range \"other\" is 2024-01-01 to 2024-01-10: as many days as have passed of "
                   "the scope's range, which is not complete",
                   "growth, of which the answer sees a part, compares with 2024-01-01 to "
                   "2024-01-10: as many days"}));
}

TEST(ComparisonsTest, GrowthOfAPeriodThatIsSeenInPartIsAgainstAsManyDays) {
  ShopModel shop;
  for (Day day = *ParseDay("2023-12-01"); day <= *ParseDay("2024-02-10"); ++day) {
    shop.Order("ada", FormatDay(day), 1);
  }
  const image::RevisionPtr revision = shop.Build();
  EXPECT_EQ(Answer(QueryOf(revision, {"orders_growth"}, {"month"}, "", "2023-12-01", "2024-02-29")),
            "2023-12: null:not_enough_history\n2024-01: 0\n2024-02: 0");
  // Cut by the range instead: the last 17 days of January against those of December.
  const KpiQuery cut =
      QueryOf(revision, {"orders", "orders_growth"}, {"month"}, "", "2024-01-15", "2024-02-05");
  EXPECT_EQ(Answer(cut), "2024-01: 17 0\n2024-02: 5 0");
  EXPECT_THAT(QueryKpis(cut)->info.notes,
              ElementsAre("growth of 2024-01, of which the answer sees a part, compares with "
                          "2023-12-15 to 2023-12-31: as many days",
                          "growth of 2024-02, of which the answer sees a part, compares with "
                          "2024-01-01 to 2024-01-05: as many days"));
  // By day, week and quarter likewise.
  EXPECT_EQ(Answer(QueryOf(revision, {"orders_growth"}, {"week"}, "", "2024-02-05", "2024-02-11")),
            "2024-W06: 0");
}

TEST(ComparisonsTest, NothingBeforeTheFirstRecordOfItsKind) {
  ShopModel shop;
  shop.Order("ada", "2023-05-10", 70);
  shop.Order("ada", "2024-05-10", 100);
  shop.Ticket("ada", "2024-05-02");
  const std::vector<std::string> kpis = {"revenue", "revenue_growth", "average_order_value",
                                         "tickets"};
  EXPECT_EQ(Compared(shop, kpis, {}, kLastYear, "2024-05-01", "2024-05-31"),
            "100 null:zero_denominator 100 1 70 null:not_enough_history 70 "
            "null:not_enough_history");
  EXPECT_EQ(
      Compared(shop, {"revenue", "tickets"}, {"month"}, kLastYear, "2024-04-01", "2024-05-31"),
      "2024-05: 100 1 70 null:not_enough_history");
  // Named days are a range like any other.
  KpiQuery query = QueryOf(shop.Build(), {"revenue"}, {}, "", "2024-05-01", "2024-05-31");
  query.ranges = {
      {"then", NamedRange::Kind::kDays, {*ParseDay("2010-01-01"), *ParseDay("2010-12-31")}}};
  EXPECT_EQ(Answer(query), "100 null:not_enough_history");
}

TEST(ComparisonsTest, WeekdaysStayThemselves) {
  // 10 February 2023 was a Friday, 5 April 2024 likewise.
  EXPECT_EQ(Compared(Shop(), {"revenue"}, {"weekday"}, kLastYear, "2024-01-01", "2024-04-30"),
            "2: 90 0\n3: 100 0\n5: 30 70\n6: 50 0");
}

TEST(ComparisonsTest, GrowthIsThatOfTheOtherRangesOwnPeriods) {
  // Last year's second quarter against last year's first; nothing lies before the first record.
  // (The second quarter is seen up to 30 April: 30 days against the first 30 of the first.)
  EXPECT_EQ(
      Compared(Shop(), {"revenue_growth"}, {"quarter"}, kLastYear, "2024-01-01", "2024-06-30"),
      "2024-Q1: null:zero_denominator null:not_enough_history\n2024-Q2: -0.2 "
      "null:not_enough_history");
}

TEST(ComparisonsTest, DaysThatAreNamedKeepTheirPeriods) {
  KpiQuery query =
      QueryOf(Shop().Build(), {"revenue"}, {"quarter"}, "", "2024-01-01", "2024-03-31");
  query.ranges = {
      {"then", NamedRange::Kind::kDays, {*ParseDay("2023-01-01"), *ParseDay("2023-03-31")}}};
  EXPECT_EQ(Answer(query), "2023-Q1: 0 70\n2024-Q1: 150 0");
}

TEST(ComparisonsTest, ShiftsAreMonotonousAndIntoIsTheirInverse) {
  for (const DayShift shift : {DayShift{12, 0}, DayShift{1, 0}, DayShift{0, 26}, DayShift{}}) {
    for (const char* start : {"2024-02-20", "2025-02-20"}) {  // into a leap year, and out of one
      const Day first = *ParseDay(start);
      for (Day from = first; from < first + 40; ++from) {
        ASSERT_LE(shift.Of(from), shift.Of(from + 1));
        for (const Day days : {1, 28, 90}) {
          const fields::DayRange target = {from, from + days - 1};
          const fields::DayRange found = shift.Into(target);
          for (Day day = from - 400; day < from + days; ++day) {
            ASSERT_EQ(found.Contains(day), target.Contains(shift.Of(day)))
                << FormatDay(from) << " " << days << " " << FormatDay(day);
          }
        }
      }
    }
  }
}

// The label of the period `months` later.
std::string Later(const Calendar& calendar, const fields::Value& key, PeriodUnit unit, int months) {
  const int32_t period = *calendar.ParseLabel(unit, std::get<std::string>(key));
  const Day day = Calendar::AddMonths(calendar.FirstDay(unit, period), months);
  return calendar.Label(unit, calendar.PeriodOf(unit, day));
}

// Each KPI of the catalogue, by month, quarter and year: what stands beside is what the other range
// gives alone, under the labels of this one.
TEST(ComparisonsTest, EveryKpiBesideEqualsTheOtherRangeAlone) {
  int compared = 0;
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    const image::RevisionPtr revision = RandomShop(seed).Build();
    for (const auto& [unit, field] :
         std::map<PeriodUnit, std::string>{{PeriodUnit::kMonth, "month"},
                                           {PeriodUnit::kQuarter, "quarter"},
                                           {PeriodUnit::kYear, "year"}}) {
      for (const Kpi& kpi : Kpis()) {
        const fields::FieldCatalogue catalogue(*revision);
        if (!CanGroupBy(DefinitionOf(kpi), **catalogue.Find(field))) continue;
        KpiQuery query = QueryOf(revision, {kpi.id}, {"country", field}, "", "2024-01-01",
                                 "2024-12-31", "2024-12-31");
        query.ranges = {{"other", kLastYear, {}}};
        const auto beside = QueryKpis(query);
        ASSERT_TRUE(beside.ok()) << beside.status();
        query.ranges.clear();
        query.scope.range = {*ParseDay("2023-01-01"), *ParseDay("2023-12-31")};
        const auto alone = QueryKpis(query);
        ASSERT_TRUE(alone.ok()) << alone.status();
        std::map<std::string, std::string> expected;
        for (const KpiTable::Row& row : alone->table.rows) {
          expected[absl::StrCat(TextOf(row.keys[0]), " ",
                                Later(*revision->calendar, row.keys[1], unit, 12))] =
              TextOf(row.cells[0].value);
        }
        for (const KpiTable::Row& row : beside->table.rows) {
          const auto found =
              expected.find(absl::StrCat(TextOf(row.keys[0]), " ", TextOf(row.keys[1])));
          if (found == expected.end()) continue;  // a row of this year alone
          EXPECT_EQ(TextOf(row.cells[1].value), found->second) << kpi.id << " by " << field;
          expected.erase(found);
          ++compared;
        }
        EXPECT_TRUE(expected.empty()) << kpi.id << " by " << field << ": " << expected.size();
      }
    }
  }
  EXPECT_GT(compared, 1000);
}

}  // namespace
}  // namespace strata::analytics::kpi
