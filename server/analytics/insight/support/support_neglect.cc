// High-revenue customers who get worse than the median service.
#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_format.h"
#include "server/analytics/insight/support/support.h"
#include "server/analytics/stats/multiple_testing.h"

namespace strata::analytics::insight {
namespace {

// Median hours by priority of the ticket: an urgent one is answered first, and a customer whose
// matters are small is not neglected.
using MedianHours = absl::flat_hash_map<image::Code, double>;

// What all customers together get.
struct Standard {
  double breach_share = 0, low_share = 0, escalation_share = 0;
  MedianHours response, resolution;
};

MedianHours MedianBy(const std::vector<SupportRow>& rows, std::vector<double> SupportRow::*hours,
                     std::vector<image::Code> SupportRow::*priorities) {
  absl::flat_hash_map<image::Code, std::vector<double>> by_priority;
  for (const SupportRow& row : rows) {
    for (size_t i = 0; i < (row.*hours).size(); ++i) {
      by_priority[(row.*priorities)[i]].push_back((row.*hours)[i]);
    }
  }
  MedianHours medians;
  for (auto& [priority, values] : by_priority) medians[priority] = MedianOf(std::move(values));
  return medians;
}

Standard StandardOf(const std::vector<SupportRow>& rows) {
  double breached = 0, due = 0, low = 0, ratings = 0, escalated = 0, tickets = 0;
  for (const SupportRow& row : rows) {
    breached += row.sla_breached;
    due += row.sla_met + row.sla_breached;
    low += row.ratings - row.good_ratings;
    ratings += row.ratings;
    escalated += row.escalated;
    tickets += row.tickets;
  }
  Standard standard;
  if (due > 0) standard.breach_share = breached / due;
  if (ratings > 0) standard.low_share = low / ratings;
  if (tickets > 0) standard.escalation_share = escalated / tickets;
  standard.response = MedianBy(rows, &SupportRow::response_hours, &SupportRow::response_priorities);
  standard.resolution =
      MedianBy(rows, &SupportRow::resolution_hours, &SupportRow::resolution_priorities);
  return standard;
}

struct Test {
  image::Slot slot;
  double p;
  std::string words;
};

class Judge {
 public:
  explicit Judge(const Standard& standard) : standard_(standard) {}

  void Run(const SupportRow& row) {
    slot_ = row.slot;
    AddShare(row.sla_breached, row.sla_met + row.sla_breached, standard_.breach_share,
             "SLA missed in", "tickets");
    AddShare(row.ratings - row.good_ratings, row.ratings, standard_.low_share, "rated 1 to 3 in",
             "ratings");
    AddShare(row.escalated, row.tickets, standard_.escalation_share, "escalated", "tickets");
    AddHours(row.response_hours, row.response_priorities, standard_.response, "first response");
    AddHours(row.resolution_hours, row.resolution_priorities, standard_.resolution, "resolution");
  }
  std::vector<Test>& tests() { return tests_; }

 private:
  void AddShare(int32_t bad, int32_t all, double share, const char* what, const char* of) {
    if (all < kLeastNeglectRecords) return;
    tests_.push_back({slot_, AtLeastP(bad, all, share),
                      absl::StrFormat("%s %d of %d %s (%.0f%%; all customers %.0f%%)", what, bad,
                                      all, of, 100.0 * bad / all, 100 * share)});
  }

  void AddHours(const std::vector<double>& hours, const std::vector<image::Code>& priorities,
                const MedianHours& medians, const char* what) {
    if (hours.size() < kLeastNeglectRecords) return;
    int slower = 0;
    for (size_t i = 0; i < hours.size(); ++i) slower += hours[i] > medians.at(priorities[i]);
    tests_.push_back(
        {slot_, AtLeastP(slower, static_cast<double>(hours.size()), 0.5),
         absl::StrFormat("%s slower than the median of its priority in %d of %d tickets (median "
                         "%.1f hours)",
                         what, slower, hours.size(), MedianOf(hours))});
  }

  const Standard& standard_;
  image::Slot slot_ = image::kNoSlot;
  std::vector<Test> tests_;
};

}  // namespace

std::vector<NeglectedCustomer> FindNeglected(const std::vector<SupportRow>& rows,
                                             const std::vector<uint8_t>& high, int64_t* tests) {
  const Standard standard = StandardOf(rows);
  Judge judge(standard);
  for (const SupportRow& row : rows) {
    if (high[row.slot]) judge.Run(row);
  }
  std::vector<Test>& all = judge.tests();
  *tests = static_cast<int64_t>(all.size());
  std::vector<double> p_values;
  for (const Test& test : all) p_values.push_back(test.p);
  const std::vector<double> q_values = stats::BenjaminiHochberg(p_values);
  std::vector<NeglectedCustomer> neglected;
  for (size_t begin = 0; begin < all.size();) {
    size_t end = begin;
    std::vector<size_t> found;
    for (; end < all.size() && all[end].slot == all[begin].slot; ++end) {
      if (q_values[end] <= kNeglectFalseDiscoveryRate) found.push_back(end);
    }
    std::stable_sort(found.begin(), found.end(),
                     [&all](size_t a, size_t b) { return all[a].p < all[b].p; });
    if (!found.empty()) {
      NeglectedCustomer& made = neglected.emplace_back();
      made.slot = all[begin].slot;
      for (const size_t i : found) made.reasons.push_back(std::move(all[i].words));
    }
    begin = end;
  }
  return neglected;
}

}  // namespace strata::analytics::insight
