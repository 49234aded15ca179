#ifndef STRATA_CLIENT_CLI_DEMO_DEMO_ACCOUNT_H_
#define STRATA_CLIENT_CLI_DEMO_DEMO_ACCOUNT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/cli/demo/demo_day.h"

namespace strata::cli {

// What is planted in an account, and written to --truth.
enum class DemoRole : uint8_t {
  kOrdinary,
  // Orders fall over three quarters while deliveries come late and tickets rise; then the account
  // escalates.
  kEscalated,
  // The same, but the escalation lies in the quarter behind the end of the data.
  kEscalatesNext,
  // Buys much and is served badly all the time: slow answers, missed SLAs, low ratings.
  kNeglected,
  // Small, and for a year and a half buys more each quarter.
  kEmerging,
  // Buys in four months of the year and hardly ever else, each year: silent at the end, and
  // healthy.
  kSeasonal,
  // Opens many tickets, small and soon solved; healthy.
  kTalkative,
};
// "escalated", "escalates_next" ...; empty for kOrdinary.
const char* NameOf(DemoRole role);

struct PortfolioOptions {
  int64_t customers = 2'000;  // 1 to 10,000,000; about a seventh of them companies
  int months = 36;            // of history, 1 to 240
  uint64_t seed = 1;
  Day end = 0;  // the last day; of any month
};

// The months of a portfolio: 0 is the first, months - 1 the one that holds the last day.
class DemoCalendar {
 public:
  explicit DemoCalendar(const PortfolioOptions& options);
  int months() const { return months_; }
  Day end() const { return end_; }
  // First day of month `index`, also before the first and behind the last.
  Day FirstDay(int index) const;
  int DaysIn(int index) const { return FirstDay(index + 1) - FirstDay(index); }
  int MonthOfYear(int index) const;  // 1..12

 private:
  Day end_;
  int months_;
  int first_;  // months since the year 0
};

// Everything about one customer that its records follow from.
struct DemoAccount {
  int64_t index = 0;  // companies come first
  bool business = false;
  DemoRole role = DemoRole::kOrdinary;
  std::string id;              // "A-00001", "C-0000001"
  int first_month = 0;         // of its orders; 0 also for those that were customers before
  int last_month = 0;          // a customer that left orders nothing after it
  int64_t orders_a_month = 0;  // thousandths, in a month of mean demand
  int64_t size = 1;            // of an order: scales quantities
  int trouble_month = -1;      // kEscalated, kEscalatesNext: the month of the escalation
  int season_start = 0;        // kSeasonal: the first of its four months, 1..12
};

// Expected orders of a month, in thousandths.
int64_t ExpectedOrders(const DemoAccount& account, const DemoCalendar& calendar, int month);

// How far an account is in its trouble in a month: 0 none, 1 to 3 the quarters before the
// escalation, 3 being the last one and the escalation's own month; 0 again from half a year after
// it.
int TroubleAt(const DemoAccount& account, int month);

// The accounts of a portfolio, by index.
class DemoAccounts {
 public:
  explicit DemoAccounts(const PortfolioOptions& options);
  int64_t companies() const { return static_cast<int64_t>(roles_.size()); }
  DemoAccount At(int64_t index) const;

 private:
  DemoAccount Company(int64_t index) const;
  DemoAccount Person(int64_t index) const;

  PortfolioOptions options_;
  DemoCalendar calendar_;
  std::vector<DemoRole> roles_;  // of the companies
};

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_DEMO_DEMO_ACCOUNT_H_
