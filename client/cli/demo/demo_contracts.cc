#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/demo/demo_profile.h"
#include "client/cli/demo/demo_service.h"
#include "strata/v1/records.pb.h"

namespace strata::cli {
namespace {

constexpr int kTermMonths = 12;
constexpr int64_t kMicrosAUnit = 1'000'000;

// What a renewal makes of the value, in percent.
int64_t RenewalPercent(const DemoAccount& account, int month, DemoRandom& random) {
  const int64_t usual = 100 + random.Around(3, 8);
  const int64_t shrunk = random.Between(50, 80);
  const int64_t grown = random.Between(130, 170);
  if (TroubleAt(account, month) > 0) return shrunk;
  if (account.role == DemoRole::kEmerging) return grown;
  return usual;
}

}  // namespace

absl::Status MakeDemoContracts(const DemoAccount& account, const DemoCalendar& calendar,
                               const std::string& owner, DemoRandom& random, RecordTaker take) {
  if (!account.business) return absl::OkStatus();
  const bool has_contract = random.Chance(account.role == DemoRole::kOrdinary ? 650 : 900);
  const bool auto_renew = random.Chance(600);
  // A contract began up to a year before the account's first month.
  int start = account.first_month - static_cast<int>(random.Below(kTermMonths));
  // Whole units: a base for service, more with the orders.
  int64_t value = 500 * (1 + account.size) + account.orders_a_month * account.size / 2;
  value -= value % 100;
  if (!has_contract) return absl::OkStatus();
  for (int number = 1; calendar.FirstDay(start) <= calendar.end(); ++number) {
    const Day first = calendar.FirstDay(start);
    const Day last = calendar.FirstDay(start + kTermMonths) - 1;
    v1::Record record;
    v1::Contract* contract = record.mutable_contract();
    contract->set_id(absl::StrCat("K-", account.id, "-", number));
    contract->set_customer(account.id);
    contract->set_start_date(FormatDay(first));
    contract->set_end_date(FormatDay(last));
    contract->set_annual_value_micros(value * kMicrosAUnit);
    contract->set_auto_renew(auto_renew);
    contract->set_owner(owner);
    contract->set_status(last < calendar.end() ? "ended" : "active");
    STRATA_RETURN_IF_ERROR(take(std::move(record)));
    start += kTermMonths;
    const bool leaves = start > account.last_month && account.last_month < calendar.months() - 1;
    const bool lost = random.Chance(TroubleAt(account, start) > 0 ? 300 : 40);
    value = std::max<int64_t>(value * RenewalPercent(account, start, random) / 100, 500);
    value -= value % 100;
    if (leaves || lost) break;
  }
  return absl::OkStatus();
}

}  // namespace strata::cli
