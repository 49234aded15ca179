// Times a filter over five features, a full RFM and a transition matrix, and checks each against
// plain loops. Engine time: from the request's texts to the finished answer, the scan of the orders
// included, without the server. Each repetition runs at a new revision, so nothing can be
// remembered from the one before.
//
//   bench_segments [--orders N] [--customers M] [--repetitions R] [--only NAME]

#include <array>
#include <cstdio>
#include <limits>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "server/analytics/classes/tier.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/filter/filter.h"
#include "server/analytics/insight/segments/rfm_table.h"
#include "server/analytics/insight/segments/transitions.h"
#include "server/analytics/segment/segments.h"
#include "tests/bench/naive.h"
#include "tests/bench/portfolio_image.h"

namespace strata::bench {
namespace {

using analytics::fields::Features;
using image::Revision;

constexpr char kFilter[] =
    "revenue > 500 AND recency_days < 200 AND orders >= 3 AND country = \"US\" AND "
    "tickets_90d = 0";

template <typename T>
T OrFail(absl::StatusOr<T> result) {
  if (!result.ok()) Fail(std::string(result.status().message()));
  return *std::move(result);
}

// The filter.

std::vector<uint8_t> Select(const Revision& revision, Day as_of) {
  const analytics::fields::FieldCatalogue catalogue(revision);
  const auto filter = OrFail(analytics::filter::Filter::Parse(kFilter, catalogue));
  const Features features =
      OrFail(Features::Compute(revision, as_of, CustomerFieldsOf(filter), StopToken()));
  return OrFail(analytics::filter::BoundFilter::BindCustomers(filter, revision, features))
      .customers();
}

std::vector<uint8_t> NaiveSelect(const Portfolio& data, const std::vector<Buyer>& buyers) {
  std::vector<int> tickets(data.customers());
  for (const Portfolio::Ticket& ticket : data.tickets) {
    tickets[ticket.customer] += ticket.opened > data.as_of - 90 && ticket.opened <= data.as_of;
  }
  std::vector<uint8_t> selected;
  for (uint32_t i = 0; i < data.customers(); ++i) {
    selected.push_back(buyers[i].revenue > 500 * kMicrosAUnit &&
                       data.as_of - buyers[i].last_day < 200 && buyers[i].orders >= 3 &&
                       kCountries[data.country[i]] == "US" && tickets[i] == 0);
  }
  return selected;
}

analytics::fields::Scope ScopeOf(const image::RevisionPtr& revision) {
  return OrFail(analytics::fields::ResolveScope(revision, "", "", "", "",
                                                analytics::fields::ClassesAt::kAsOf, StopToken()));
}

// RFM: the three scores of every customer, how many have which, and the ten names.

void CheckRfm(const analytics::insight::RfmTable& rfm, const Table& expected) {
  Table table;
  for (const analytics::insight::RfmTable::Cell& cell : rfm.cells) {
    table[absl::StrCat(cell.r, "|", cell.f, "|", cell.m)] = {cell.customers};
  }
  if (table != expected) Fail("rfm differs from the loop");
}

// Transitions of the tier between the ends of two quarters. Class 0: did not exist.

using Matrix = std::array<std::array<int64_t, 5>, 5>;

Matrix MatrixOf(const analytics::insight::Transitions& transitions) {
  const auto code = [](const std::string& name) {
    const auto names = analytics::classes::TierNames();
    return static_cast<size_t>(name == analytics::insight::kNew
                                   ? 0
                                   : std::find(names.begin(), names.end(), name) - names.begin());
  };
  Matrix matrix{};
  for (const analytics::insight::Transitions::Cell& cell : transitions.steps.at(0).cells) {
    matrix.at(code(cell.from)).at(code(cell.to)) = cell.customers;
  }
  return matrix;
}

// A customer without a creation time exists from its first event of any kind on; one that never
// has an event, always.
std::vector<uint32_t> NaiveTiers(const Portfolio& data, const std::vector<Buyer>& buyers, Day day) {
  std::vector<Day> first_event(data.customers(), std::numeric_limits<Day>::max());
  for (size_t i = 0; i < data.orders(); ++i) {
    first_event[data.customer[i]] = std::min(first_event[data.customer[i]], data.day[i]);
  }
  for (const Portfolio::Ticket& ticket : data.tickets) {
    first_event[ticket.customer] = std::min(first_event[ticket.customer], ticket.opened);
  }
  const std::vector<uint8_t> strategic = TopTenths(buyers, 2), growth = TopTenths(buyers, 5);
  std::vector<uint32_t> tiers;
  for (uint32_t i = 0; i < data.customers(); ++i) {
    const bool exists = first_event[i] <= day || first_event[i] == std::numeric_limits<Day>::max();
    tiers.push_back(!exists                 ? 0
                    : strategic[i] != 0     ? 1
                    : growth[i] != 0        ? 2
                    : buyers[i].revenue > 0 ? 3
                                            : 4);
  }
  return tiers;
}

int Main(int argc, char** argv) {
  size_t orders = 10'000'000, customers = 1'000'000;
  int repetitions = 11;
  std::string only;
  CLI::App app{"Times a filter, RFM and transitions and checks them against plain loops"};
  app.add_option("--orders", orders);
  app.add_option("--customers", customers);
  app.add_option("--repetitions", repetitions);
  app.add_option("--only", only, "measure what has this text in its name");
  CLI11_PARSE(app, argc, argv);

  Portfolio data = MakePortfolio(orders, customers);
  AddService(data);
  const Day from = DayFromCivil({2024, 9, 30}), to = data.as_of;
  const std::vector<Buyer> buyers = Buyers(data, to);
  const std::vector<uint8_t> selected = NaiveSelect(data, buyers);
  const Table rfm_table = RfmTable(data, buyers);
  Matrix matrix{};
  const std::vector<uint32_t> then = NaiveTiers(data, Buyers(data, from), from),
                              now = NaiveTiers(data, buyers, to);
  for (size_t i = 0; i < customers; ++i) ++matrix[then[i]][now[i]];
  matrix[0][0] = 0;  // not yet there at either date

  const std::unique_ptr<image::Editor> editor = Load(data);
  image::RevisionPtr revision = editor->Finish(1);
  const auto tier = analytics::segment::FindSegment(*revision->settings, "tier");
  size_t touched = 0;
  const auto next_revision = [&] {
    revision = NextRevision(*editor, data, touched, revision->number + 1);
    touched = (touched + 7'919) % orders;
  };
  std::printf("%zu customers, %zu orders, %zu tickets\n", customers, orders, data.tickets.size());
  std::printf("%s\n", Header("engine time").c_str());
  const auto report = [&](const std::string& name, const std::function<void()>& run) {
    if (name.find(only) == std::string::npos) return;
    std::printf("%s\n", Line(name, Measure(repetitions, next_revision, run)).c_str());
  };
  report("filter over 5 features", [&] {
    if (Select(*revision, to) != selected) Fail("the filter differs from the loop");
  });
  report("full RFM", [&] {
    CheckRfm(OrFail(analytics::insight::MakeRfmTable({.scope = ScopeOf(revision)})), rfm_table);
  });
  for (const int movers : {0, 20}) {
    report(absl::StrCat("tier transitions, ", movers, " movers"), [&] {
      const analytics::insight::TransitionQuery query{
          .scope = ScopeOf(revision), .segment = *tier, .dates = {from, to}, .movers = movers};
      if (MatrixOf(OrFail(analytics::insight::ComputeTransitions(query))) != matrix) {
        Fail("the matrix differs from the loop");
      }
    });
  }
  return 0;
}

}  // namespace
}  // namespace strata::bench

int main(int argc, char** argv) { return strata::bench::Main(argc, argv); }
