#include "server/domain/calendar.h"

#include <gtest/gtest.h>

namespace strata {
namespace {

Calendar Make(const char* zone, int fiscal_first_month = 1) {
  return *Calendar::Create(zone, fiscal_first_month);
}
Day D(const char* text) { return *ParseDay(text); }

// 2024-03-31T01:00Z is the moment at which Berlin turns to summer time.
constexpr Millis kBerlinSpring = 1'711'846'800'000;

TEST(Day, ParsesOnlyDaysOfTheCalendar) {
  EXPECT_EQ(D("1970-01-01"), 0);
  EXPECT_EQ(D("2000-02-29"), 11'016);
  EXPECT_EQ(FormatDay(D("0001-01-01")), "0001-01-01");
  for (const char* text : {"2023-02-29", "2024-13-01", "2024-00-10", "2024-1-1", "20240101",
                           "0000-01-01", "2024-01-01 ", "abcd-01-01"}) {
    EXPECT_FALSE(ParseDay(text).ok()) << text;
  }
}

TEST(Day, WeekdaysAreIso) {
  EXPECT_EQ(WeekdayOf(D("1970-01-01")), 4);
  EXPECT_EQ(WeekdayOf(D("2024-12-30")), 1);
  EXPECT_EQ(WeekdayOf(D("1969-12-28")), 7);
}

TEST(Day, InstantsAreIsoUtc) {
  EXPECT_EQ(FormatInstant(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatInstant(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(FormatInstant(kBerlinSpring), "2024-03-31T01:00:00Z");
}

TEST(Calendar, RefusesUnknownZonesAndMonths) {
  EXPECT_FALSE(Calendar::Create("Middle/Earth", 1).ok());
  EXPECT_FALSE(Calendar::Create("", 1).ok());
  EXPECT_FALSE(Calendar::Create("UTC", 0).ok());
  EXPECT_FALSE(Calendar::Create("UTC", 13).ok());
}

TEST(Calendar, DaysAreLocal) {
  const Calendar berlin = Make("Europe/Berlin");
  EXPECT_EQ(FormatDay(berlin.DayOf(berlin.StartOf(D("2024-03-31")))), "2024-03-31");
  EXPECT_EQ(FormatDay(berlin.DayOf(berlin.StartOf(D("2024-03-31")) - 1)), "2024-03-30");
  // The day of the change has 23 hours.
  EXPECT_EQ(berlin.StartOf(D("2024-04-01")) - berlin.StartOf(D("2024-03-31")), 23 * 3'600'000);
  EXPECT_EQ(berlin.StartOf(D("2024-10-28")) - berlin.StartOf(D("2024-10-27")), 25 * 3'600'000);
}

TEST(Calendar, ADayWhoseMidnightIsSkippedStartsAtTheTransition) {
  const Calendar sao_paulo = Make("America/Sao_Paulo");
  // On 2018-11-04 clocks went from 24:00 to 01:00.
  const Millis start = sao_paulo.StartOf(D("2018-11-04"));
  EXPECT_EQ(FormatDay(sao_paulo.DayOf(start)), "2018-11-04");
  EXPECT_EQ(FormatDay(sao_paulo.DayOf(start - 1)), "2018-11-03");
}

TEST(DayFinder, AgreesWithTheCalendarAroundEveryChange) {
  for (const char* name : {"UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia",
                           "Asia/Kolkata", "Australia/Lord_Howe"}) {
    const Calendar calendar = Make(name);
    DayFinder finder(calendar.zone());
    for (Millis time = -2'000'000'000'000; time < 2'200'000'000'000; time += 7'654'321'987) {
      ASSERT_EQ(finder.DayOf(time), calendar.DayOf(time)) << name << " " << time;
    }
    for (Millis around : {kBerlinSpring, Millis{1'325'239'200'000}}) {  // Apia skipped 2011-12-30
      for (Millis offset = -90'000'000; offset <= 90'000'000; offset += 599'999) {
        ASSERT_EQ(finder.DayOf(around + offset), calendar.DayOf(around + offset)) << name;
      }
    }
  }
}

TEST(Calendar, WeeksAreIsoWeeks) {
  const Calendar utc = Make("UTC");
  const auto week = [&](const char* day) {
    return utc.Label(PeriodUnit::kWeek, utc.PeriodOf(PeriodUnit::kWeek, D(day)));
  };
  EXPECT_EQ(week("2024-12-29"), "2024-W52");
  EXPECT_EQ(week("2024-12-30"), "2025-W01");  // the examples of ISO 8601
  EXPECT_EQ(week("2021-01-03"), "2020-W53");
  EXPECT_EQ(week("1970-01-01"), "1970-W01");
}

TEST(Calendar, WeeksBeginOnTheWorkspacesDayAndAreThenNamedByIt) {
  const Calendar sundays = *Calendar::Create("UTC", 1, 7);
  const auto week = [&](const char* day) {
    return sundays.Label(PeriodUnit::kWeek, sundays.PeriodOf(PeriodUnit::kWeek, D(day)));
  };
  EXPECT_EQ(week("2024-12-28"), "2024-12-22");  // a Saturday
  EXPECT_EQ(week("2024-12-29"), "2024-12-29");
  EXPECT_EQ(week("2025-01-04"), "2024-12-29");
  EXPECT_FALSE(sundays.ParseLabel(PeriodUnit::kWeek, "2025-W01").ok());
  EXPECT_FALSE(sundays.ParseLabel(PeriodUnit::kWeek, "2024-12-30").ok());  // begins none
  for (int first = 1; first <= 7; ++first) {
    const Calendar calendar = *Calendar::Create("UTC", 1, first);
    for (Day day = D("1969-12-01"); day < D("1970-02-01"); ++day) {
      const int32_t index = calendar.PeriodOf(PeriodUnit::kWeek, day);
      const Day begin = calendar.FirstDay(PeriodUnit::kWeek, index);
      ASSERT_EQ(WeekdayOf(begin), first);
      ASSERT_TRUE(begin <= day && day < begin + 7);
      ASSERT_EQ(*calendar.ParseLabel(PeriodUnit::kWeek, calendar.Label(PeriodUnit::kWeek, index)),
                index);
    }
  }
  EXPECT_FALSE(Calendar::Create("UTC", 1, 0).ok());
  EXPECT_FALSE(Calendar::Create("UTC", 1, 8).ok());
}

TEST(Calendar, FiscalPeriodsStartAtTheFiscalMonthAndAreNamedAfterTheirEnd) {
  const Calendar april = Make("UTC", 4);
  const auto label = [&](PeriodUnit unit, const char* day) {
    return april.Label(unit, april.PeriodOf(unit, D(day)));
  };
  EXPECT_EQ(label(PeriodUnit::kFiscalYear, "2024-03-31"), "FY2024");
  EXPECT_EQ(label(PeriodUnit::kFiscalYear, "2024-04-01"), "FY2025");
  EXPECT_EQ(label(PeriodUnit::kFiscalQuarter, "2024-04-01"), "FY2025-Q1");
  EXPECT_EQ(label(PeriodUnit::kFiscalQuarter, "2024-03-31"), "FY2024-Q4");
  EXPECT_EQ(Make("UTC", 1).Label(PeriodUnit::kFiscalYear, 2024), "FY2024");
}

TEST(Calendar, PeriodsTileTheCalendarAndLabelsReadBack) {
  for (int fiscal : {1, 4, 10}) {
    const Calendar calendar = Make("UTC", fiscal);
    for (PeriodUnit unit :
         {PeriodUnit::kDay, PeriodUnit::kWeek, PeriodUnit::kMonth, PeriodUnit::kQuarter,
          PeriodUnit::kFiscalQuarter, PeriodUnit::kYear, PeriodUnit::kFiscalYear}) {
      for (Day day = D("1959-11-01"); day < D("2031-02-01"); day += 3) {
        const int32_t index = calendar.PeriodOf(unit, day);
        ASSERT_LE(calendar.FirstDay(unit, index), day);
        ASSERT_GT(calendar.FirstDay(unit, index + 1), day);
        ASSERT_EQ(*calendar.ParseLabel(unit, calendar.Label(unit, index)), index);
      }
    }
  }
  const Calendar utc = Make("UTC");
  EXPECT_FALSE(utc.ParseLabel(PeriodUnit::kWeek, "2024-W53").ok());  // 2024 has 52 weeks
  EXPECT_FALSE(utc.ParseLabel(PeriodUnit::kMonth, "2024-13").ok());
  EXPECT_FALSE(utc.ParseLabel(PeriodUnit::kQuarter, "2024-5").ok());
}

TEST(Calendar, AddMonthsStaysInTheMonth) {
  EXPECT_EQ(FormatDay(Calendar::AddMonths(D("2024-01-31"), 1)), "2024-02-29");
  EXPECT_EQ(FormatDay(Calendar::AddMonths(D("2024-03-31"), -1)), "2024-02-29");
  EXPECT_EQ(FormatDay(Calendar::AddMonths(D("2024-01-15"), -13)), "2022-12-15");
}

TEST(Calendar, SpansShiftedByTheirLastDayTile) {
  EXPECT_EQ(FormatDay(Calendar::ShiftLastDay(D("2024-06-30"), -3)), "2024-03-31");
  EXPECT_EQ(FormatDay(Calendar::ShiftLastDay(D("2024-09-30"), 3)), "2024-12-31");
  EXPECT_EQ(FormatDay(Calendar::ShiftLastDay(D("2024-11-21"), 3)), "2025-02-21");
}

}  // namespace
}  // namespace strata
