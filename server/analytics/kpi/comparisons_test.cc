#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "server/analytics/kpi/definition.h"
#include "server/analytics/kpi/period.h"
#include "server/analytics/kpi/shop_model.h"

// Ranges by keyword beside the scope's own, over time fields.

namespace strata::analytics::kpi {
namespace {

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
            "2024 2024-01: 150 0\n2024 2024-02: 0 70\n2024 2024-04: 120 0");
  EXPECT_EQ(Compared(Shop(), {"revenue"}, {"fiscal_year"}, kLastYear, "2024-01-01", "2024-12-31"),
            "FY2024: 270 70");
}

TEST(ComparisonsTest, ThePreviousPeriodStandsBesideThisOne) {
  // November to January, moved by three months.
  EXPECT_EQ(Compared(Shop(), {"revenue"}, {"month"}, kPrevious, "2024-02-01", "2024-04-30"),
            "2024-04: 120 150");
  // 26 days from 25 March, moved by 26 days.
  EXPECT_EQ(Compared(Shop(), {"revenue"}, {"day"}, kPrevious, "2024-04-20", "2024-05-15"),
            "2024-04-30: 90 0\n2024-05-01: 0 30");
}

TEST(ComparisonsTest, TheAnswerSaysWhatWasMoved) {
  KpiQuery query = QueryOf(Shop().Build(), {"revenue"}, {"month"}, "", "2024-02-01", "2024-04-30");
  query.ranges = {{"before", kPrevious, {}}, {"a year ago", kLastYear, {}}};
  EXPECT_THAT(QueryKpis(query)->info.notes,
              ::testing::ElementsAre(HasSubstr("\"before\" are moved by 3 months before"),
                                     HasSubstr("\"a year ago\" are moved by 12 months before")));
  query.group_by = {"country"};  // without periods nothing is moved
  EXPECT_TRUE(QueryKpis(query)->info.notes.empty());
}

TEST(ComparisonsTest, LeapDaysFallOnTheLastOfFebruary) {
  ShopModel shop;
  shop.Order("ada", "2024-02-28", 1);
  shop.Order("ada", "2024-02-29", 2);
  shop.Order("ada", "2025-02-28", 4);
  shop.Order("ada", "2025-03-01", 8);
  EXPECT_EQ(Compared(shop, {"revenue"}, {"day"}, kLastYear, "2025-02-01", "2025-02-28"),
            "2025-02-28: 4 3");
  KpiQuery query = QueryOf(shop.Build(), {"revenue"}, {"day", "tier"}, "", "2025-02-01",
                           "2025-02-28", "2025-02-28");
  query.scope.classes_at = ClassesAt::kPeriodStart;
  query.ranges = {{"other", kLastYear, {}}};
  EXPECT_EQ(Answer(query), "2025-02-28 standard: 4 0\n2025-02-28 prospect: 0 3");
}

TEST(ComparisonsTest, WeekdaysStayThemselves) {
  // 10 February 2023 was a Friday, 5 April 2024 likewise.
  EXPECT_EQ(Compared(Shop(), {"revenue"}, {"weekday"}, kLastYear, "2024-01-01", "2024-04-30"),
            "2: 90 0\n3: 100 0\n5: 30 70\n6: 50 0");
}

TEST(ComparisonsTest, GrowthIsThatOfTheOtherRangesOwnPeriods) {
  // Last year's second quarter against last year's first; nothing lies before the first record.
  EXPECT_EQ(
      Compared(Shop(), {"revenue_growth"}, {"quarter"}, kLastYear, "2024-01-01", "2024-06-30"),
      "2024-Q1: null:zero_denominator null:not_enough_history\n2024-Q2: -0.2 -1");
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
          const DayRange target = {from, from + days - 1};
          const DayRange found = shift.Into(target);
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
std::string Later(const Calendar& calendar, const Value& key, PeriodUnit unit, int months) {
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
        const FieldCatalogue catalogue(*revision);
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
