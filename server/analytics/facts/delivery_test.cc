#include "server/analytics/facts/delivery.h"

#include <gtest/gtest.h>

namespace strata::analytics::facts {
namespace {

Millis Utc(absl::string_view day, double hours) {
  return Millis{*ParseDay(day)} * kMillisADay + static_cast<Millis>(hours * 3'600'000);
}

TEST(DeliveryRule, PromisesAreComparedExactly) {
  const Calendar calendar = *Calendar::Create("UTC", 1);
  const DeliveryRule rule(calendar, *ParseDay("2024-01-31"));
  const Day day = *ParseDay("2024-01-02");
  const Millis due = Utc("2024-01-10", 12), later = Utc("2024-02-01", 0);
  EXPECT_EQ(rule.Of(day, kNoTime, due), Delivery::kNotDue);
  EXPECT_EQ(rule.Of(day, due, due), Delivery::kOnTime);
  EXPECT_EQ(rule.Of(day, due, due + 1), Delivery::kLate);
  EXPECT_EQ(rule.Of(day, due, kNoTime), Delivery::kLate);
  EXPECT_EQ(rule.Of(day, due, later), Delivery::kLate);  // not seen yet
  EXPECT_EQ(rule.Of(day, later, kNoTime), Delivery::kNotDue);
  EXPECT_EQ(rule.Of(day, later - 1, kNoTime), Delivery::kLate);
}

TEST(DeliveryRule, WhatWasDeliveredOnAnEarlierDayTellsNothing) {
  const Calendar calendar = *Calendar::Create("UTC", 1);
  const DeliveryRule rule(calendar, *ParseDay("2024-01-31"));
  const Day day = *ParseDay("2024-01-02");
  const Millis due = Utc("2024-01-10", 0);
  EXPECT_EQ(rule.Of(day, due, Utc("2024-01-02", 0)), Delivery::kOnTime);  // only the day is known
  EXPECT_EQ(rule.Of(day, due, Utc("2024-01-02", 0) - 1), Delivery::kMisdated);
  EXPECT_EQ(rule.Of(day, due, Utc("2023-01-02", 0)), Delivery::kMisdated);
  EXPECT_EQ(rule.Of(day, kNoTime, Utc("2023-01-02", 0)), Delivery::kNotDue);
  // Late by the promise, impossible by the order: the promise itself lies before the order.
  EXPECT_EQ(rule.Of(day, Utc("2023-12-01", 0), Utc("2024-01-01", 0)), Delivery::kMisdated);
}

TEST(DeliveryRule, DaysAreThoseOfTheWorkspace) {
  const Day day = *ParseDay("2024-07-02");
  struct Zone {
    const char* name;
    double midnight;  // of the day, in hours of UTC
  };
  for (const Zone& zone : {Zone{"America/New_York", 4}, Zone{"Asia/Kathmandu", -5.75},
                           Zone{"Etc/GMT+12", 12}, Zone{"Pacific/Kiritimati", -14}}) {
    const Calendar calendar = *Calendar::Create(zone.name, 1);
    const DeliveryRule rule(calendar, *ParseDay("2024-07-31"));
    const Millis due = Utc("2024-07-10", 0), midnight = Utc("2024-07-02", zone.midnight);
    EXPECT_EQ(rule.Of(day, due, midnight), Delivery::kOnTime) << zone.name;
    EXPECT_EQ(rule.Of(day, due, midnight - 1), Delivery::kMisdated) << zone.name;
  }
}

}  // namespace
}  // namespace strata::analytics::facts
