#include "server/analytics/facts/ticket.h"

#include <gtest/gtest.h>

#include "absl/time/time.h"
#include "server/domain/calendar.h"
#include "server/domain/day.h"

namespace strata::analytics::facts {
namespace {

constexpr TicketStatus kOpen = TicketStatus::kOpen, kResolved = TicketStatus::kResolved,
                       kCancelled = TicketStatus::kCancelled;

class TicketRule : public ::testing::Test {
 protected:
  const Calendar calendar_{absl::UTCTimeZone(), 1};
  const Day day_ = *ParseDay("2024-06-30");
  const Seen seen_{calendar_, day_};
  const Millis noon_ = Millis{day_} * kMillisADay + kMillisADay / 2;
  const Millis tomorrow_ = noon_ + kMillisADay;
};

TEST_F(TicketRule, SeesWhatCameBeforeTheDaysEnd) {
  EXPECT_TRUE(seen_(seen_.end() - 1));
  EXPECT_FALSE(seen_(seen_.end()));
  EXPECT_FALSE(seen_(kNoTime));
}

TEST_F(TicketRule, TheSlaOfAResolvedTicketIsByItsTime) {
  EXPECT_EQ(SlaOf(seen_, noon_, noon_, kResolved), Sla::kMet);
  EXPECT_EQ(SlaOf(seen_, noon_ - 1, noon_, kResolved), Sla::kBreached);
  // Not resolved yet on the day, whatever it says today.
  EXPECT_EQ(SlaOf(seen_, noon_, tomorrow_, kResolved), Sla::kBreached);
  EXPECT_EQ(SlaOf(seen_, tomorrow_, tomorrow_, kResolved), Sla::kNotDue);
}

TEST_F(TicketRule, WhatIsNeitherMetNorBreached) {
  EXPECT_EQ(SlaOf(seen_, kNoTime, noon_, kResolved), Sla::kNotDue);
  EXPECT_EQ(SlaOf(seen_, noon_, kNoTime, kCancelled), Sla::kNotDue);
  EXPECT_EQ(SlaOf(seen_, noon_, noon_, kCancelled), Sla::kNotDue);
  EXPECT_EQ(SlaOf(seen_, noon_, kNoTime, kResolved), Sla::kNotDue);  // without saying when
  EXPECT_EQ(SlaOf(seen_, noon_, kNoTime, kOpen), Sla::kBreached);
}

TEST_F(TicketRule, WithoutTheStatusOfTodayWhatHasNoResolutionIsUnresolved) {
  EXPECT_EQ(SlaOf(seen_, noon_, kNoTime), Sla::kBreached);
  EXPECT_EQ(SlaOf(seen_, noon_, noon_), Sla::kMet);
  EXPECT_EQ(SlaOf(seen_, tomorrow_, kNoTime), Sla::kNotDue);
}

TEST_F(TicketRule, FourAndFiveAreGood) {
  EXPECT_FALSE(IsGoodRating(3));
  EXPECT_TRUE(IsGoodRating(4));
}

}  // namespace
}  // namespace strata::analytics::facts
