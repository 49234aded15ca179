#ifndef STRATA_TESTS_BENCH_PORTFOLIO_H_
#define STRATA_TESTS_BENCH_PORTFOLIO_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/domain/day.h"
#include "server/domain/money.h"

// The portfolio that every benchmark and every competitor is measured on: single-line orders over
// three years, the customer drawn as u^2 so that some buy often, exponential amounts, five statuses
// of which one is excluded. As plain arrays, so that a naive loop can check each answer.

namespace strata::bench {

inline constexpr std::array<absl::string_view, 5> kStatuses = {"Shipped", "Open", "On hold",
                                                               "Disputed", "cancelled"};
inline constexpr uint8_t kExcludedStatus = 4;
inline constexpr std::array<absl::string_view, 8> kCountries = {"US", "DE", "FR", "JP",
                                                                "BR", "IN", "GB", "AU"};
inline constexpr std::array<absl::string_view, 2> kGenders = {"F", "M"};

struct Portfolio {
  Day first_day, as_of;  // 2022-01-01, 2024-12-31
  // By customer.
  std::vector<Day> birth_date;
  std::vector<uint8_t> country, gender, children;
  // By order.
  std::vector<uint32_t> customer;
  std::vector<Day> day;
  std::vector<uint8_t> status;
  std::vector<Micros> amount;  // whole cents, so that every competitor can hold it exactly
  // By ticket and by contract; empty unless AddService was called.
  struct Ticket {
    uint32_t customer;
    Day opened;
    uint8_t response_hours, csat;  // csat 0: not rated
    uint16_t resolution_hours;     // the SLA allows kSlaHours
    bool escalated;                // a day after it was opened
  };
  struct Contract {
    uint32_t customer;
    Day start, end;
    Micros annual_value;
  };
  std::vector<Ticket> tickets;
  std::vector<Contract> contracts;

  size_t customers() const { return birth_date.size(); }
  size_t orders() const { return customer.size(); }
};

// The same for the same arguments on every machine.
Portfolio MakePortfolio(size_t orders, size_t customers);

// Gives a portfolio tickets (one to twenty orders) and contracts (one to twenty customers). Every
// tenth customer is ill served: more of its tickets are late, escalated and badly rated, so that
// there is a risk to learn. Likewise the same on every machine.
void AddService(Portfolio& portfolio);
inline constexpr int kSlaHours = 48;

// The id of customer `index`: its order as text is its order as a number.
std::string CustomerId(uint32_t index);

// Writes DIR/customers.csv and DIR/orders.csv for competitors (dates ISO, amounts in cents).
bool ExportCsv(const Portfolio& portfolio, const std::string& directory);

}  // namespace strata::bench

#endif  // STRATA_TESTS_BENCH_PORTFOLIO_H_
