#include "client/cli/demo/demo_portfolio.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/demo/demo_catalogue.h"
#include "client/cli/demo/demo_profile.h"
#include "client/cli/demo/demo_service.h"
#include "strata/v1/records.pb.h"

namespace strata::cli {
namespace {

constexpr int64_t kMostCustomers = 10'000'000;
constexpr int kMostMonths = 240;
constexpr uint64_t kRecordStream = 1'001;  // odd: between those of the accounts
constexpr int kQuartersInTrouble = 3;
constexpr int kMonthsOfYear = 12;

std::string MonthText(const DemoCalendar& calendar, int month) {
  return FormatDay(calendar.FirstDay(month)).substr(0, 7);
}

// Demand of each month of the year against the mean month.
void WriteSeason(bool business, std::ostream& out) {
  out << "{\"kind\":\"season\",\"of\":\"" << (business ? "companies" : "people")
      << "\",\"demand\":[";
  for (int month = 1; month <= kMonthsOfYear; ++month) {
    out << absl::StrFormat("%s%.3f", month > 1 ? "," : "", DemoSeason(business, month) / 1000.0);
  }
  out << "]}\n";
}

}  // namespace

absl::StatusOr<DemoPortfolio> DemoPortfolio::Create(const PortfolioOptions& options) {
  if (options.customers < 1 || options.customers > kMostCustomers) {
    return absl::InvalidArgumentError("--customers lies in 1 to 10,000,000");
  }
  if (options.months < 1 || options.months > kMostMonths) {
    return absl::InvalidArgumentError("--months lies in 1 to 240");
  }
  if (options.end < DayFromCivil(absl::CivilDay(1990, 1, 1))) {
    return absl::InvalidArgumentError("--end lies in 1990 or later");
  }
  return DemoPortfolio(options);
}

absl::Status DemoPortfolio::Generate(RecordTaker take) const {
  for (int64_t index = 0; index < options_.customers; ++index) {
    const DemoAccount account = accounts_.At(index);
    DemoRandom random(options_.seed, kRecordStream + static_cast<uint64_t>(index) * 2);
    v1::Record record;
    *record.mutable_customer() = MakeDemoCustomer(account, calendar_, random);
    const std::string owner = record.customer().account_owner();
    STRATA_RETURN_IF_ERROR(take(std::move(record)));
    STRATA_RETURN_IF_ERROR(MakeDemoContracts(account, calendar_, owner, random, take));
    STRATA_RETURN_IF_ERROR(MakeDemoOrders(account, calendar_, random, take));
    STRATA_RETURN_IF_ERROR(MakeDemoService(account, calendar_, options_.seed, random, take));
  }
  return absl::OkStatus();
}

void DemoPortfolio::WriteTruth(std::ostream& out) const {
  out << absl::StrFormat(
      "{\"kind\":\"portfolio\",\"customers\":%d,\"companies\":%d,\"months\":%d,\"seed\":%d,"
      "\"start\":\"%s\",\"end\":\"%s\"}\n",
      options_.customers, accounts_.companies(), options_.months, options_.seed,
      FormatDay(calendar_.FirstDay(0)), FormatDay(calendar_.end()));
  WriteSeason(false, out);
  WriteSeason(true, out);
  for (const DemoAffinity& affinity : DemoAffinities()) {
    out << absl::StrFormat(
        "{\"kind\":\"affinity\",\"product\":\"%s\",\"also\":\"%s\",\"chance\":0.%03d}\n",
        affinity.product, affinity.also, affinity.permille);
  }
  for (int64_t index = 0; index < accounts_.companies(); ++index) {
    const DemoAccount account = accounts_.At(index);
    if (account.role == DemoRole::kOrdinary) continue;
    out << "{\"kind\":\"" << NameOf(account.role) << "\",\"customer\":\"" << account.id << '"';
    if (account.trouble_month >= 0) {
      out << ",\"decline_from\":\""
          << MonthText(calendar_, account.trouble_month + 1 - 3 * kQuartersInTrouble) << '"';
    }
    if (const auto day = EscalationDay(account, calendar_, options_.seed)) {
      out << ",\"escalated_on\":\"" << FormatDay(*day) << '"';
    } else if (account.role == DemoRole::kEscalatesNext) {
      out << ",\"escalates_in\":\"" << MonthText(calendar_, account.trouble_month) << '"';
    }
    if (account.role == DemoRole::kSeasonal) {
      out << ",\"buys_from\":" << account.season_start
          << ",\"buys_to\":" << (account.season_start + 2) % 12 + 1;
    }
    out << "}\n";
  }
}

}  // namespace strata::cli
