#include "tests/bench/naive.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace strata::bench {
namespace {

std::string Month(Day day) { return FormatDay(day).substr(0, 7); }

Table Year(const Portfolio& data) {
  const Day from = DayFromCivil({2023, 1, 1}), to = DayFromCivil({2023, 12, 31});
  std::vector<int64_t> sums(2, 0);
  for (size_t i = 0; i < data.orders(); ++i) {
    if (data.status[i] == kExcludedStatus || data.day[i] < from || data.day[i] > to) continue;
    sums[0] += data.amount[i];
    ++sums[1];
  }
  return {{"", sums}};
}

std::string AgeBand(Day birth, Day as_of) {
  const CivilDay born = CivilFromDay(birth), now = CivilFromDay(as_of);
  const bool birthday_passed =
      now.month > born.month || (now.month == born.month && now.day >= born.day);
  const int age = now.year - born.year - (birthday_passed ? 0 : 1);
  const int low = (age - 1) / 10 * 10 + 1;
  return std::to_string(low) + "-" + std::to_string(low + 9);
}

template <typename KeyOf>
Table ByCustomer(const std::vector<Buyer>& buyers, KeyOf key_of) {
  Table table;
  for (size_t i = 0; i < buyers.size(); ++i) {
    if (buyers[i].orders == 0) continue;
    std::vector<int64_t>& row = table.try_emplace(key_of(i), 2, 0).first->second;
    ++row[0];
    row[1] += buyers[i].revenue;
  }
  return table;
}

Table TopShare(const std::vector<Buyer>& buyers, const std::vector<uint8_t>& top) {
  int64_t all = 0, highest = 0;
  for (size_t i = 0; i < buyers.size(); ++i) {
    all += buyers[i].revenue;
    if (top[i]) highest += buyers[i].revenue;
  }
  return {{"", {highest, all}}};
}

// Scores of one measure: 1 + the number of type-7 cuts at k/5, each plus `unit`, at or below it.
std::vector<int> Scores(std::vector<int64_t> values, int64_t unit) {
  std::vector<int64_t> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  std::vector<int64_t> cuts5;  // five times the cut: exact
  for (int64_t k = 1; k < 5; ++k) {
    const int64_t place5 = static_cast<int64_t>(sorted.size() - 1) * k;
    const int64_t low = sorted[place5 / 5],
                  high = sorted[std::min<int64_t>(place5 / 5 + 1, sorted.size() - 1)];
    cuts5.push_back(5 * low + place5 % 5 * (high - low) + 5 * unit);
  }
  std::vector<int> scores;
  for (const int64_t value : values) {
    int score = 1;
    for (const int64_t cut : cuts5) score += value * 5 >= cut;
    scores.push_back(score);
  }
  return scores;
}

Table MonthByStrategic(const Portfolio& data, const std::vector<uint8_t>& top) {
  std::vector<std::string> months;
  for (Day day = data.first_day; day <= data.as_of; ++day) months.push_back(Month(day));
  Table table;
  std::map<std::string, std::vector<uint32_t>> active;
  for (size_t i = 0; i < data.orders(); ++i) {
    if (data.status[i] == kExcludedStatus) continue;
    const std::string key =
        months[data.day[i] - data.first_day] + (top[data.customer[i]] ? "|true" : "|false");
    std::vector<int64_t>& row = table.try_emplace(key, 3, 0).first->second;
    row[0] += data.amount[i];
    ++row[1];
    active[key].push_back(data.customer[i]);
  }
  for (auto& [key, customers] : active) {
    std::sort(customers.begin(), customers.end());
    table[key][2] = std::unique(customers.begin(), customers.end()) - customers.begin();
  }
  return table;
}

Table MonthByStatus(const Portfolio& data) {
  std::vector<std::string> months;
  for (Day day = data.first_day; day <= data.as_of; ++day) months.push_back(Month(day));
  Table table;
  for (size_t i = 0; i < data.orders(); ++i) {
    const std::string key =
        months[data.day[i] - data.first_day] + "|" + std::string(kStatuses[data.status[i]]);
    std::vector<int64_t>& row = table.try_emplace(key, 2, 0).first->second;
    ++row[0];
    row[1] += data.amount[i];
  }
  return table;
}

}  // namespace

std::vector<Buyer> Buyers(const Portfolio& data, Day until) {
  std::vector<Buyer> buyers(data.customers());
  for (size_t i = 0; i < data.orders(); ++i) {
    if (data.status[i] == kExcludedStatus || data.day[i] > until) continue;
    Buyer& buyer = buyers[data.customer[i]];
    buyer.revenue += data.amount[i];
    ++buyer.orders;
    buyer.last_day = std::max(buyer.last_day, data.day[i]);
  }
  return buyers;
}

std::vector<uint8_t> TopTenths(const std::vector<Buyer>& buyers, size_t tenths) {
  std::vector<uint32_t> ranked;
  for (uint32_t i = 0; i < buyers.size(); ++i) {
    if (buyers[i].revenue > 0) ranked.push_back(i);
  }
  std::sort(ranked.begin(), ranked.end(), [&](uint32_t a, uint32_t b) {
    return buyers[a].revenue != buyers[b].revenue ? buyers[a].revenue > buyers[b].revenue : a < b;
  });
  std::vector<uint8_t> top(buyers.size(), 0);
  for (size_t place = 0; place < ranked.size() * tenths / 10; ++place) top[ranked[place]] = 1;
  return top;
}

Table RfmTable(const Portfolio& data, const std::vector<Buyer>& buyers) {
  std::vector<int64_t> recency, frequency, monetary;
  for (const Buyer& buyer : buyers) {
    if (buyer.orders == 0) continue;
    recency.push_back(data.as_of - buyer.last_day);
    frequency.push_back(buyer.orders);
    monetary.push_back(buyer.revenue);
  }
  const std::vector<int> r = Scores(recency, 1), f = Scores(frequency, 1),
                         m = Scores(monetary, kMicrosAUnit);
  Table table;
  for (size_t i = 0; i < r.size(); ++i) {
    const std::string key =
        std::to_string(6 - r[i]) + "|" + std::to_string(f[i]) + "|" + std::to_string(m[i]);
    ++table.try_emplace(key, 1, 0).first->second[0];
  }
  return table;
}

std::vector<NamedTable> NaiveAnswers(const Portfolio& data) {
  const std::vector<Buyer> buyers = Buyers(data, data.as_of);
  const std::vector<uint8_t> top = TopTenths(buyers, 2);
  return {
      {"year", Year(data)},
      {"age_band",
       ByCustomer(buyers, [&](size_t i) { return AgeBand(data.birth_date[i], data.as_of); })},
      {"country_family_gender", ByCustomer(buyers,
                                           [&](size_t i) {
                                             return std::string(kCountries[data.country[i]]) +
                                                    (data.children[i] > 0 ? "|with_children|"
                                                                          : "|without_children|") +
                                                    std::string(kGenders[data.gender[i]]);
                                           })},
      {"top20", TopShare(buyers, top)},
      {"rfm", RfmTable(data, buyers)},
      {"month_strategic", MonthByStrategic(data, top)},
      {"month_status", MonthByStatus(data)},
  };
}

}  // namespace strata::bench
