#include "client/cli/demo/demo_account.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "client/cli/demo/demo_catalogue.h"
#include "client/cli/demo/demo_random.h"

namespace strata::cli {
namespace {

constexpr uint64_t kRoleStream = 1;
constexpr uint64_t kFirstAccountStream = 1'000;
constexpr int kCustomersACompany = 7;
constexpr int kSeasonMonths = 4;
constexpr int kGrowthMonths = 18;

struct Share {
  DemoRole role;
  int permille;  // of the companies
};
constexpr Share kShares[] = {{DemoRole::kEscalated, 120}, {DemoRole::kEscalatesNext, 35},
                             {DemoRole::kNeglected, 50},  {DemoRole::kEmerging, 50},
                             {DemoRole::kSeasonal, 60},   {DemoRole::kTalkative, 50}};

std::vector<DemoRole> AssignRoles(int64_t companies, uint64_t seed) {
  std::vector<DemoRole> roles;
  for (const Share& share : kShares) {
    // One of each as soon as there are companies for all.
    const int64_t count = std::max<int64_t>(companies * share.permille / 1000, companies >= 20);
    roles.insert(roles.end(), static_cast<size_t>(count), share.role);
  }
  roles.resize(static_cast<size_t>(companies), DemoRole::kOrdinary);
  DemoRandom random(seed, kRoleStream);
  for (size_t i = roles.size(); i > 1; --i) {
    std::swap(roles[i - 1], roles[static_cast<size_t>(random.Below(static_cast<int64_t>(i)))]);
  }
  return roles;
}

int64_t RoleFactor(const DemoAccount& account, const DemoCalendar& calendar, int month) {
  constexpr int64_t kInTrouble[] = {1000, 750, 480, 220};
  switch (account.role) {
    case DemoRole::kEscalated:
    case DemoRole::kEscalatesNext:
      return kInTrouble[TroubleAt(account, month)];
    case DemoRole::kEmerging: {
      const int grown = month - (calendar.months() - kGrowthMonths);
      return 1000 + 4000 * std::max(grown, 0) / kGrowthMonths;
    }
    case DemoRole::kSeasonal: {
      const int into_season = (calendar.MonthOfYear(month) - account.season_start + 12) % 12;
      return into_season < kSeasonMonths ? 2700 : 60;
    }
    default:
      return 1000;
  }
}

}  // namespace

const char* NameOf(DemoRole role) {
  switch (role) {
    case DemoRole::kOrdinary:
      return "";
    case DemoRole::kEscalated:
      return "escalated";
    case DemoRole::kEscalatesNext:
      return "escalates_next";
    case DemoRole::kNeglected:
      return "neglected";
    case DemoRole::kEmerging:
      return "emerging";
    case DemoRole::kSeasonal:
      return "seasonal";
    case DemoRole::kTalkative:
      return "talkative";
  }
  return "";
}

DemoCalendar::DemoCalendar(const PortfolioOptions& options)
    : end_(options.end), months_(options.months) {
  const absl::CivilDay last = CivilFromDay(options.end);
  first_ = static_cast<int>(last.year()) * 12 + last.month() - 1 - (months_ - 1);
}

Day DemoCalendar::FirstDay(int index) const {
  const int month = first_ + index;
  return DayFromCivil(absl::CivilDay(month / 12, month % 12 + 1, 1));
}

int DemoCalendar::MonthOfYear(int index) const { return (first_ + index) % 12 + 1; }

int64_t ExpectedOrders(const DemoAccount& account, const DemoCalendar& calendar, int month) {
  if (month < account.first_month || month > account.last_month) return 0;
  // A seasonal account has a year of its own.
  const int64_t season = account.role == DemoRole::kSeasonal
                             ? 1000
                             : DemoSeason(account.business, calendar.MonthOfYear(month));
  return account.orders_a_month * season / 1000 * RoleFactor(account, calendar, month) / 1000;
}

int TroubleAt(const DemoAccount& account, int month) {
  if (account.trouble_month < 0) return 0;
  const int before = account.trouble_month - month;
  if (before > 8) return 0;
  if (before >= 0) return 3 - before / 3;
  return before > -6 ? 2 : 0;
}

DemoAccounts::DemoAccounts(const PortfolioOptions& options)
    : options_(options),
      calendar_(options),
      roles_(AssignRoles(std::max<int64_t>(options.customers / kCustomersACompany,
                                           std::min<int64_t>(options.customers, 1)),
                         options.seed)) {}

DemoAccount DemoAccounts::At(int64_t index) const {
  return index < companies() ? Company(index) : Person(index);
}

DemoAccount DemoAccounts::Company(int64_t index) const {
  DemoRandom random(options_.seed, kFirstAccountStream + static_cast<uint64_t>(index) * 2);
  DemoAccount account;
  account.index = index;
  account.business = true;
  account.role = roles_[static_cast<size_t>(index)];
  account.id = absl::StrFormat("A-%05d", index + 1);
  account.last_month = options_.months - 1;
  account.orders_a_month = 400 + 450 * random.Halving(6) + random.Below(400);
  account.size = 1 + random.Halving(6);
  switch (account.role) {
    case DemoRole::kOrdinary:
      if (random.Chance(300))
        account.first_month = static_cast<int>(random.Below(options_.months * 3 / 5 + 1));
      if (random.Chance(60)) {
        account.last_month =
            static_cast<int>(random.Between(account.first_month, options_.months - 1));
      }
      break;
    case DemoRole::kEscalated:
    case DemoRole::kEscalatesNext: {
      account.orders_a_month = random.Between(2000, 5000);
      account.size = 2 + random.Halving(6);
      const int earliest = std::min(12, options_.months - 1);
      account.trouble_month = static_cast<int>(account.role == DemoRole::kEscalated
                                                   ? random.Between(earliest, options_.months - 1)
                                                   : options_.months + random.Below(3));
      break;
    }
    case DemoRole::kNeglected:
      account.orders_a_month = random.Between(2500, 4500);
      account.size = random.Between(7, 11);
      break;
    case DemoRole::kEmerging:
      account.orders_a_month = random.Between(450, 800);
      account.size = random.Between(2, 3);
      break;
    case DemoRole::kSeasonal:
      account.orders_a_month = random.Between(1500, 3000);
      // Over by the last month of the data, wherever in the year that lies.
      account.season_start = (calendar_.MonthOfYear(options_.months - 1) + 11 -
                              static_cast<int>(random.Between(kSeasonMonths + 1, 9))) %
                                 12 +
                             1;
      break;
    case DemoRole::kTalkative:
      account.orders_a_month = random.Between(1500, 3500);
      break;
  }
  return account;
}

DemoAccount DemoAccounts::Person(int64_t index) const {
  DemoRandom random(options_.seed, kFirstAccountStream + static_cast<uint64_t>(index) * 2);
  DemoAccount account;
  account.index = index;
  account.id = absl::StrFormat("C-%07d", index + 1 - companies());
  account.last_month = options_.months - 1;
  // Fewer new customers each month: the market fills up.
  if (random.Chance(650)) {
    const int64_t even = random.Below(1000);
    account.first_month = static_cast<int>(options_.months * even * even / 1'000'000);
  }
  if (random.Chance(300)) {
    account.last_month = static_cast<int>(random.Between(account.first_month, options_.months - 1));
  }
  account.orders_a_month = 70 * random.Halving(7);
  return account;
}

}  // namespace strata::cli
