#include "tests/bench/portfolio.h"

#include <cmath>
#include <cstdio>
#include <random>

namespace strata::bench {

std::string CustomerId(uint32_t index) {
  char text[16];
  std::snprintf(text, sizeof text, "c%08u", index);
  return text;
}

Portfolio MakePortfolio(size_t orders, size_t customers) {
  // mt19937_64 is fully specified; the library's distributions are not, so none is used.
  std::mt19937_64 random(20261121);
  const auto uniform = [&random] { return static_cast<double>(random() >> 11) * 0x1.0p-53; };
  Portfolio made;
  made.first_day = DayFromCivil({2022, 1, 1});
  made.as_of = DayFromCivil({2024, 12, 31});
  const Day days = made.as_of - made.first_day + 1;
  const Day oldest = DayFromCivil({1940, 1, 1}), youngest = DayFromCivil({2005, 12, 31});
  for (size_t i = 0; i < customers; ++i) {
    made.birth_date.push_back(oldest + static_cast<Day>(random() % (youngest - oldest + 1)));
    made.country.push_back(random() % kCountries.size());
    made.gender.push_back(random() % kGenders.size());
    made.children.push_back(random() % 3);
  }
  made.customer.reserve(orders);
  made.day.reserve(orders);
  made.status.reserve(orders);
  made.amount.reserve(orders);
  for (size_t i = 0; i < orders; ++i) {
    const double u = uniform();
    made.customer.push_back(static_cast<uint32_t>(u * u * static_cast<double>(customers)));
    made.day.push_back(made.first_day + static_cast<Day>(random() % days));
    made.status.push_back(random() % kStatuses.size());
    const double exponential = -std::log1p(-uniform()) * 80.0;
    made.amount.push_back((1 + std::llround(exponential * 100)) * (kMicrosAUnit / 100));
  }
  return made;
}

void AddService(Portfolio& portfolio) {
  std::mt19937_64 random(20261122);
  const auto below = [&random](uint64_t n) { return random() % n; };
  const auto days = static_cast<uint64_t>(portfolio.as_of - portfolio.first_day + 1);
  for (size_t i = 0; i < portfolio.orders() / 20; ++i) {
    Portfolio::Ticket ticket{};
    // As orders are spread: who buys often asks often.
    ticket.customer = portfolio.customer[below(portfolio.orders())];
    const bool ill_served = ticket.customer % 10 == 0;
    ticket.opened = portfolio.first_day + static_cast<Day>(below(days));
    ticket.response_hours = static_cast<uint8_t>(1 + below(ill_served ? 40 : 12));
    ticket.resolution_hours =
        static_cast<uint16_t>(ticket.response_hours + 1 + below(ill_served ? 120 : 50));
    ticket.escalated = below(100) < (ill_served ? 20 : 3);
    if (below(3) == 0) ticket.csat = static_cast<uint8_t>(ill_served ? 1 + below(5) : 3 + below(3));
    portfolio.tickets.push_back(ticket);
  }
  for (size_t i = 0; i < portfolio.customers() / 20; ++i) {
    const Day start = portfolio.first_day + static_cast<Day>(below(days));
    portfolio.contracts.push_back({static_cast<uint32_t>(below(portfolio.customers())), start,
                                   start + 364,
                                   static_cast<Micros>(1'000 + below(9'000)) * kMicrosAUnit});
  }
}

bool ExportCsv(const Portfolio& portfolio, const std::string& directory) {
  std::FILE* file = std::fopen((directory + "/customers.csv").c_str(), "w");
  if (file == nullptr) return false;
  for (uint32_t i = 0; i < portfolio.customers(); ++i) {
    std::fprintf(file, "%u,%s,%s,%s,%d\n", i, FormatDay(portfolio.birth_date[i]).c_str(),
                 kCountries[portfolio.country[i]].data(), kGenders[portfolio.gender[i]].data(),
                 portfolio.children[i]);
  }
  if (std::fclose(file) != 0) return false;
  std::vector<std::string> days;
  for (Day day = portfolio.first_day; day <= portfolio.as_of; ++day) days.push_back(FormatDay(day));
  file = std::fopen((directory + "/orders.csv").c_str(), "w");
  if (file == nullptr) return false;
  for (size_t i = 0; i < portfolio.orders(); ++i) {
    const int cents = static_cast<int>(portfolio.amount[i] / (kMicrosAUnit / 100));
    std::fprintf(file, "%zu,%u,%s,%d,%d\n", i, portfolio.customer[i],
                 days[portfolio.day[i] - portfolio.first_day].c_str(), portfolio.status[i], cents);
  }
  return std::fclose(file) == 0;
}

}  // namespace strata::bench
