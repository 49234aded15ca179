// Times concentration, early warnings, escalation risk and the intervention queue, and checks them
// against plain loops. Engine time: from the pinned revision to the finished answer, every scan
// included, without the server. Each repetition runs at a new revision, so nothing can be
// remembered from the one before.
//
//   bench_insights [--orders N] [--customers M] [--repetitions R] [--only NAME]

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <set>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "server/analytics/classes/revenue_order.h"
#include "server/analytics/insight/interventions/interventions.h"
#include "server/analytics/insight/revenue/concentration.h"
#include "server/analytics/insight/risk/current_risk.h"
#include "server/analytics/insight/signals/early_warning.h"
#include "server/analytics/segment/population.h"
#include "server/domain/calendar.h"
#include "tests/bench/naive.h"
#include "tests/bench/portfolio_image.h"

namespace strata::bench {
namespace {

using analytics::fields::Scope;
using analytics::segment::Population;
using image::RevisionPtr;
using image::Slot;

template <typename T>
T OrFail(absl::StatusOr<T> result) {
  if (!result.ok()) Fail(std::string(result.status().message()));
  return *std::move(result);
}

Scope ScopeOf(const RevisionPtr& revision) {
  return OrFail(analytics::fields::ResolveScope(revision, "", "", "", "",
                                                analytics::fields::ClassesAt::kAsOf, StopToken()));
}

void CheckClose(const char* what, double got, double wanted, double relative) {
  if (!(std::fabs(got - wanted) <= relative * std::fabs(wanted))) {
    Fail(absl::StrCat(what, " is ", got, ", the loop says ", wanted));
  }
}

// Concentration, as the service puts it together.

analytics::insight::Concentration Concentrate(const RevisionPtr& revision) {
  const Scope scope = ScopeOf(revision);
  const Population population = OrFail(analytics::segment::SelectCustomers(scope, {}));
  const analytics::segment::CustomerRevenue sums = OrFail(analytics::segment::SumRevenue(scope));
  std::vector<Slot> slots;
  for (const Slot slot : population.Slots()) {
    if (sums.orders[slot] > 0) slots.push_back(slot);
  }
  analytics::classes::SortByRevenue(slots, sums.revenue, revision->dictionaries->customer_ids);
  std::vector<MicrosSum> descending;
  const analytics::facts::SumView revenue = sums.revenue;
  descending.reserve(slots.size());
  for (const Slot slot : slots) descending.push_back(revenue[slot]);
  return analytics::insight::MeasureConcentration(descending, 100);
}

void CheckConcentration(const analytics::insight::Concentration& got,
                        const std::vector<Buyer>& buyers) {
  std::vector<double> revenue;
  for (const Buyer& buyer : buyers) {
    if (buyer.revenue > 0) revenue.push_back(static_cast<double>(buyer.revenue));
  }
  std::sort(revenue.begin(), revenue.end());
  long double sum = 0, weighted = 0, squares = 0, top = 0;
  const size_t n = revenue.size();
  for (size_t i = 0; i < n; ++i) {
    sum += revenue[i];
    weighted += (2.0L * (i + 1) - n - 1) * revenue[i];
    squares += static_cast<long double>(revenue[i]) * revenue[i];
    if (i >= n - n / 5) top += revenue[i];
  }
  CheckClose("Gini", got.gini, static_cast<double>(weighted / (n * sum)), 1e-9);
  CheckClose("HHI", got.hhi, static_cast<double>(squares / (sum * sum)), 1e-9);
  CheckClose("the top fifth", got.top.at(3).share, static_cast<double>(top / sum), 1e-12);
}

// Early warnings: who is tested, and what the order counts of the warned are.

struct PurchaseDays {
  std::set<Day> recent, history;  // of the last quarter, and of the last 18 months
  Day first = std::numeric_limits<Day>::max(), last = kNoDay;
};

std::vector<PurchaseDays> LookAtPurchases(const Portfolio& data) {
  const Day recent_after = Calendar::ShiftLastDay(data.as_of, -3);
  const Day history_after = Calendar::ShiftLastDay(data.as_of, -18);
  std::vector<PurchaseDays> all(data.customers());
  for (size_t i = 0; i < data.orders(); ++i) {
    PurchaseDays& one = all[data.customer[i]];
    const Day day = data.day[i];
    one.first = std::min(one.first, day);
    one.last = std::max(one.last, day);
    if (day > recent_after) one.recent.insert(day);
    if (day > history_after) one.history.insert(day);
  }
  // The first purchase opens the exposure.
  for (PurchaseDays& one : all) one.history.erase(one.first);
  return all;
}

void CheckWarnings(const analytics::insight::WarningList& list, const Portfolio& data,
                   const std::vector<PurchaseDays>& purchases) {
  const auto with_orders =
      std::count_if(purchases.begin(), purchases.end(), [&data](const PurchaseDays& one) {
        return one.history.size() >= 12 && data.as_of - one.last <= 180;
      });
  if (list.tests < with_orders) {
    Fail(absl::StrCat(list.tests, " customers tested, the loop says ", with_orders, " or more"));
  }
  for (const analytics::insight::Warning& warning : list.warnings) {
    const PurchaseDays& one = purchases[warning.slot];
    for (const analytics::insight::WarningSign& sign : warning.signs) {
      if (sign.kind == analytics::insight::WarningKind::kDecliningFrequency &&
          sign.value != static_cast<double>(one.recent.size())) {
        Fail("a warning's order count differs from the loop");
      }
      if (sign.kind == analytics::insight::WarningKind::kSilence &&
          sign.value != data.as_of - one.last) {
        Fail("a warning's silence differs from the loop");
      }
    }
  }
}

// Risk: on average the share of the active who escalated in a quarter, ill-served customers apart.

void CheckRisk(const analytics::insight::CurrentRisk& risk, const Portfolio& data) {
  std::vector<std::vector<Day>> events(data.customers());
  for (size_t i = 0; i < data.orders(); ++i) events[data.customer[i]].push_back(data.day[i]);
  std::vector<std::vector<Day>> escalations(data.customers());
  for (const Portfolio::Ticket& ticket : data.tickets) {
    events[ticket.customer].push_back(ticket.opened);
    if (ticket.escalated) escalations[ticket.customer].push_back(ticket.opened + 1);
  }
  const Day from = Calendar::ShiftLastDay(data.as_of, -3), year = Calendar::ShiftLastDay(from, -12);
  double active[2] = {}, escalated[2] = {}, mean[2] = {}, ranked[2] = {};
  for (uint32_t i = 0; i < data.customers(); ++i) {
    const bool ill_served = i % 10 == 0;
    const auto within = [](const std::vector<Day>& days, Day after, Day until) {
      return std::any_of(days.begin(), days.end(),
                         [=](Day day) { return day > after && day <= until; });
    };
    if (!within(events[i], year, from)) continue;
    active[ill_served] += 1;
    escalated[ill_served] += within(escalations[i], from, data.as_of);
  }
  for (const analytics::insight::RiskRow& row : risk.now.rows) {
    mean[row.slot % 10 == 0] += risk.model.Risk(row.features);
    ranked[row.slot % 10 == 0] += 1;
  }
  CheckClose("the mean risk", (mean[0] + mean[1]) / (ranked[0] + ranked[1]),
             (escalated[0] + escalated[1]) / (active[0] + active[1]), 0.1);
  const double times = mean[1] / ranked[1] / (mean[0] / ranked[0]);
  // Most of them have no ticket by which they could be told.
  if (times < 1.2) Fail(absl::StrCat("the ill served have only ", times, " times the risk"));
}

void CheckQueue(const analytics::insight::InterventionQueue& queue) {
  for (size_t i = 1; i < queue.first.size(); ++i) {
    if (queue.first[i].at_risk > queue.first[i - 1].at_risk) Fail("the queue is not in order");
  }
  if (queue.first.size() != 50 || queue.model.is_scorecard()) Fail("the queue is not whole");
}

int Main(int argc, char** argv) {
  size_t orders = 10'000'000, customers = 1'000'000;
  int repetitions = 5;
  std::string only;
  CLI::App app{"Times the insights and checks them against plain loops"};
  app.add_option("--orders", orders);
  app.add_option("--customers", customers);
  app.add_option("--repetitions", repetitions);
  app.add_option("--only", only, "measure what has this text in its name");
  CLI11_PARSE(app, argc, argv);

  Portfolio data = MakePortfolio(orders, customers);
  AddService(data);
  const std::unique_ptr<image::Editor> editor = Load(data);
  RevisionPtr revision = editor->Finish(1);
  size_t touched = 0;
  const auto next_revision = [&] {
    revision = NextRevision(*editor, data, touched, revision->number + 1);
    touched = (touched + 7'919) % orders;
  };
  std::printf("%zu customers, %zu orders, %zu tickets, %zu contracts\n", customers, orders,
              data.tickets.size(), data.contracts.size());
  std::printf("%s\n", Header("engine time").c_str());
  const auto report = [&](const std::string& name, const std::function<void()>& run) {
    if (name.find(only) == std::string::npos) return false;
    std::printf("%s\n", Line(name, Measure(repetitions, next_revision, run)).c_str());
    return true;
  };

  analytics::insight::Concentration concentration;
  if (report("concentration", [&] { concentration = Concentrate(revision); })) {
    CheckConcentration(concentration, Buyers(data, data.as_of));
  }
  analytics::insight::WarningList warnings;
  if (report("early warnings", [&] {
        warnings =
            OrFail(analytics::insight::FindEarlyWarnings(*revision, data.as_of, {}, StopToken()));
      })) {
    CheckWarnings(warnings, data, LookAtPurchases(data));
  }
  analytics::insight::CurrentRisk risk;
  if (report("escalation risk", [&] {
        risk = OrFail(analytics::insight::AssessCurrentRisk(*revision, data.as_of, StopToken()));
      })) {
    CheckRisk(risk, data);
  }
  analytics::insight::InterventionQueue queue;
  if (report("intervention queue", [&] {
        const Scope scope = ScopeOf(revision);
        const Population population = OrFail(
            analytics::segment::SelectCustomers(scope, analytics::insight::InterventionFields()));
        queue = OrFail(analytics::insight::RankInterventions(scope, population, 50));
      })) {
    CheckQueue(queue);
  }
  return 0;
}

}  // namespace
}  // namespace strata::bench

int main(int argc, char** argv) { return strata::bench::Main(argc, argv); }
