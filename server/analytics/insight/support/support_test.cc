#include "server/analytics/insight/support/support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "absl/strings/str_format.h"
#include "server/analytics/stats/roc.h"
#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics::insight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<ClusterCount> Same(int clusters, double hits, double trials) {
  return std::vector<ClusterCount>(static_cast<size_t>(clusters), {hits, trials});
}

// Each value a cluster of its own.
Clusters Singles(const std::vector<double>& values) {
  Clusters clusters;
  for (const double& value : values) clusters.emplace_back(&value, 1);
  return clusters;
}

TEST(SupportComparison, SharesAsPublishedByNewcombe) {
  // Newcombe 1998, table II (a), method 10: 56/70 against 48/80.
  const auto result = CompareShares(Same(7, 8, 10), Same(8, 6, 10));
  ASSERT_TRUE(result.has_value());
  EXPECT_NEAR(result->difference, 0.2, 1e-12);
  EXPECT_NEAR(result->low, 0.0524, 5e-5);
  EXPECT_NEAR(result->high, 0.3339, 5e-5);
  // R: prop.test(c(56, 48), c(70, 80), correct = FALSE)
  EXPECT_NEAR(result->p, 0.00804508136819656, 1e-12);
}

TEST(SupportComparison, ClustersThatAreAllAlikeCountAsFewerTrials) {
  // Ten customers with ten tickets each, five of them all bad: p = 1/2, and the variance over
  // customers is 10/9 * 10 * 25 / 100^2 = 1/36 against 1/400 of independent tickets.
  std::vector<ClusterCount> clusters = Same(5, 10, 10);
  for (const ClusterCount& good : Same(5, 0, 10)) clusters.push_back(good);
  EXPECT_NEAR(SumClusters(clusters).design_effect, 100.0 / 9, 1e-12);
  const auto clustered = CompareShares(clusters, Same(10, 3, 10));
  const auto independent = CompareShares(Same(10, 5, 10), Same(10, 3, 10));
  EXPECT_DOUBLE_EQ(clustered->difference, independent->difference);
  EXPECT_GT(clustered->p, 0.1);
  EXPECT_LT(independent->p, 0.01);
  EXPECT_GT(clustered->high - clustered->low, independent->high - independent->low);
  EXPECT_FALSE(CompareShares({}, clusters).has_value());
}

TEST(SupportComparison, MeansAsWelchInR) {
  // R: t.test(extra ~ group, data = sleep)
  const std::vector<double> first = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
  const std::vector<double> second = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
  const auto result = CompareMeans(first, second);
  ASSERT_TRUE(result.has_value());
  EXPECT_NEAR(result->difference, -1.58, 1e-12);
  EXPECT_NEAR(result->low, -3.36548323071171, 1e-9);
  EXPECT_NEAR(result->high, 0.20548323071171, 1e-9);
  EXPECT_NEAR(result->p, 0.0793941401873582, 1e-9);
  EXPECT_FALSE(CompareMeans({first.data(), 1}, second).has_value());
}

TEST(SupportComparison, MediansByHand) {
  const std::vector<double> low = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  std::vector<double> high;
  for (const double value : low) high.push_back(value + 10);
  const auto result = CompareMedians(Singles(high), Singles(low));
  ASSERT_TRUE(result.has_value());
  EXPECT_DOUBLE_EQ(result->difference, 10);
  // c = round(5 - 3) = 2, z of P(X <= 1) of binomial(9, 1/2), (8 - 2) / 2z each, times sqrt(9/8)
  // for single-value clusters: computed in R.
  EXPECT_NEAR(result->high - 10, 4.2741549254686, 1e-9);
  EXPECT_NEAR(10 - result->low, 4.2741549254686, 1e-9);
  EXPECT_EQ(result->p, 0);  // no overlap at all
  EXPECT_FALSE(CompareMedians(Singles({1, 2, 3}), Singles(low)).has_value());
  EXPECT_DOUBLE_EQ(MedianOf({3, 1, 2, 10}), 2.5);
}

TEST(SupportComparison, SingleValueClustersGiveDeLongsTest) {
  const std::vector<double> x = {1.5, 2.5, 2.5, 4, 6, 7.25, 9}, y = {1, 2, 2.5, 3, 3.5, 5, 5.5, 8};
  const auto auc = stats::DeLongAuc(x, y);
  const double z = (auc->auc - 0.5) / std::sqrt(auc->variance);
  EXPECT_NEAR(CompareMedians(Singles(x), Singles(y))->p, std::erfc(std::fabs(z) / std::sqrt(2.0)),
              1e-12);
}

TEST(SupportComparison, BinomialTails) {
  EXPECT_NEAR(AtLeastP(3, 5, 0.5), 16.0 / 32, 1e-12);
  EXPECT_NEAR(AtLeastP(5, 5, 0.5), 1.0 / 32, 1e-12);
  EXPECT_NEAR(AtLeastP(1, 3, 0.1), 1 - 0.9 * 0.9 * 0.9, 1e-12);
  EXPECT_EQ(AtLeastP(0, 3, 0.1), 1);
}

// Twelve high-revenue customers of five tickets each, twelve others of four.
struct Example {
  std::vector<SupportRow> rows;
  SupportGroups groups;

  Example(double high_hours, int high_breached) {
    for (image::Slot slot = 0; slot < 24; ++slot) {
      const bool high = slot < 12;
      SupportRow row;
      row.slot = slot;
      row.tickets = high ? 5 : 4;
      row.sla_breached = high ? high_breached : slot % 2;
      row.sla_met = row.tickets - row.sla_breached;
      for (int i = 0; i < row.tickets; ++i) {
        row.response_hours.push_back((high ? high_hours : 2) + 0.1 * i + 0.01 * slot);
        row.response_priorities.push_back(1);
      }
      row.contacts = row.tickets;
      row.first_contact = 100;
      rows.push_back(row);
      groups.high.push_back(high);
      groups.tiers.push_back(high ? 1 : 2);
    }
    groups.high_customers = 12;
    groups.rest_customers = 13;  // one without any record
    groups.tier_names = {"", "strategic", "standard"};
  }
};

const std::vector<TierServicePolicy> kPolicy = {
    {"strategic", 4, 30, "sponsor"}, {"growth", 8, 60, ""}, {"standard", 0, 25, ""}};

TEST(Support, WorseServiceForHighRevenueIsNotAdequate) {
  const Example example(8, 3);
  const SupportAssessment result = MeasureSupport(example.rows, example.groups, kPolicy, 200);
  ASSERT_EQ(result.measures.size(), 6u);
  EXPECT_EQ(result.tickets, 12 * 5 + 12 * 4);
  EXPECT_EQ(std::get<double>(result.measures[0].high.value), 5);
  EXPECT_DOUBLE_EQ(std::get<double>(result.measures[0].rest.value), 48.0 / 13);
  EXPECT_DOUBLE_EQ(std::get<double>(result.measures[1].high.value), 2.0 / 5);
  EXPECT_DOUBLE_EQ(std::get<double>(result.measures[1].rest.value), 7.0 / 8);
  EXPECT_EQ(result.measures[1].high.sample_size, 60);
  EXPECT_EQ(result.measures[1].verdict, "worse");
  EXPECT_EQ(result.measures[2].verdict, "worse");
  EXPECT_EQ(result.measures[4].verdict, "not enough data");  // nothing was rated
  EXPECT_EQ(result.measures[5].verdict, "no clear difference");
  EXPECT_FALSE(result.adequate);
  EXPECT_EQ(result.reason, "");
}

TEST(Support, BetterServiceIsAdequate) {
  const Example example(1, 0);
  const SupportAssessment result = MeasureSupport(example.rows, example.groups, kPolicy, 200);
  EXPECT_EQ(result.measures[1].verdict, "better");
  EXPECT_EQ(result.measures[2].verdict, "better");
  EXPECT_TRUE(result.adequate);
  EXPECT_THAT(result.neglected, IsEmpty());
}

TEST(Support, TiersAgainstTheirPolicyByHand) {
  Example example(3.7, 0);  // strategic: 3.7 .. 4.21 hours, five a customer
  example.rows[0].waiting_hours = {3.9, 50};
  const SupportAssessment result = MeasureSupport(example.rows, example.groups, kPolicy, 200);
  const TierSupport& strategic = result.tiers[0];
  int within = 0;
  for (int slot = 0; slot < 12; ++slot) {
    for (int i = 0; i < 5; ++i) within += 370 + 10 * i + slot <= 400;
  }
  EXPECT_EQ(strategic.within, within);
  EXPECT_EQ(strategic.judged, 60 + 1);  // one waits for longer than the target
  EXPECT_NEAR(*strategic.median_first_response_hours, (3.7 + 4.21) / 2, 1e-9);
  EXPECT_DOUBLE_EQ(*strategic.days_between_contacts, 100.0 / 5);
  EXPECT_EQ(strategic.verdict, PolicyVerdict::kKept);
  EXPECT_EQ(result.tiers[1].verdict, PolicyVerdict::kNoData);  // nobody of this tier
  EXPECT_FALSE(result.tiers[1].median_first_response_hours.has_value());
  EXPECT_DOUBLE_EQ(*result.tiers[2].days_between_contacts, 100.0 / 4);
  EXPECT_EQ(result.tiers[2].verdict, PolicyVerdict::kKept);
  EXPECT_EQ(result.tiers[2].judged, 0);  // no target
}

// The promises of a tier, what its only customer has on record, and the verdict.
TEST(Support, NoDataIsNoVerdictOnAPolicy) {
  struct Case {
    const char* name;
    TierServicePolicy policy;
    std::vector<double> answered, waiting;  // hours
    int contacts;                           // from day 100 to 200
    PolicyVerdict verdict;
  };
  const Case cases[] = {
      {"nothing on record", {"strategic", 4, 30, ""}, {}, {}, 0, PolicyVerdict::kNoData},
      {"contacts kept, no ticket", {"strategic", 4, 30, ""}, {}, {}, 5, PolicyVerdict::kNoData},
      {"contacts missed, no ticket", {"strategic", 4, 30, ""}, {}, {}, 2, PolicyVerdict::kMissed},
      {"answered, no contact", {"strategic", 4, 30, ""}, {1}, {}, 0, PolicyVerdict::kNoData},
      {"both kept", {"strategic", 4, 30, ""}, {1}, {}, 5, PolicyVerdict::kKept},
      {"answered late", {"strategic", 4, 30, ""}, {5}, {}, 5, PolicyVerdict::kMissed},
      {"waits too long", {"strategic", 4, 0, ""}, {}, {9}, 5, PolicyVerdict::kMissed},
      {"waits, not yet too long", {"strategic", 4, 0, ""}, {}, {3}, 5, PolicyVerdict::kNoData},
      {"nothing promised", {"strategic", 0, 0, "sponsor"}, {9}, {9}, 1, PolicyVerdict::kNoData},
  };
  for (const Case& one : cases) {
    SupportRow row{.slot = 0};
    row.response_hours = one.answered;
    row.response_priorities.assign(one.answered.size(), 1);
    row.waiting_hours = one.waiting;
    row.contacts = one.contacts;
    row.first_contact = 100;
    const SupportGroups groups{{1}, 1, 0, {"", "strategic"}, {1}};
    const SupportAssessment result = MeasureSupport({row}, groups, {one.policy}, 200);
    EXPECT_EQ(result.tiers[0].verdict, one.verdict) << one.name;
  }
}

TEST(Support, TheNeglectedStandOutAndSayWhy) {
  Example example(2, 0);
  SupportRow& neglected = example.rows[3];
  neglected.tickets = 20;
  neglected.sla_met = 8;
  neglected.sla_breached = 12;
  neglected.response_hours.assign(20, 9.0);
  neglected.response_priorities.assign(20, 1);
  neglected.ratings = 4;  // too few to judge on
  const SupportAssessment result = MeasureSupport(example.rows, example.groups, kPolicy, 200);
  ASSERT_EQ(result.neglected.size(), 1u);
  EXPECT_EQ(result.neglected[0].slot, 3u);
  // 6 of the others' 103 tickets and 12 of its own 20 missed their SLA.
  const int all = 11 * 5 + 12 * 4 + 20;
  // (1/2)^20 is less than the chance of 12 or more of 20 at 15 %, about 3e-6.
  EXPECT_THAT(
      result.neglected[0].reasons,
      ElementsAre(
          "first response slower than the median of its priority in 20 of 20 tickets (median "
          "9.0 hours)",
          HasSubstr(absl::StrFormat("SLA missed in 12 of 20 tickets (60%%; all customers %.0f%%)",
                                    100.0 * 18 / all))));
}

TEST(Support, TicketsOfLowPriorityMayTakeLonger) {
  Example example(2, 0);
  SupportRow& patient = example.rows[3];
  patient.response_hours.assign(20, 9.0);
  patient.response_priorities.assign(20, 2);  // all tickets of this priority take so long
  const SupportAssessment result = MeasureSupport(example.rows, example.groups, kPolicy, 200);
  EXPECT_THAT(result.neglected, IsEmpty());
}

TEST(Support, WithoutTicketsItSaysSo) {
  std::vector<SupportRow> rows(3);
  for (image::Slot slot = 0; slot < 3; ++slot) rows[slot].slot = slot;
  SupportGroups groups{{1, 0, 0}, 1, 2, {"", "strategic"}, {1, 1, 1}};
  const SupportAssessment result = MeasureSupport(rows, groups, kPolicy, 10);
  EXPECT_THAT(result.reason, HasSubstr("no ticket"));
  EXPECT_FALSE(result.adequate);
  for (const SupportMeasure& measure : result.measures) {
    EXPECT_EQ(measure.verdict, "not enough data");
  }
  EXPECT_THAT(result.neglected, IsEmpty());
}

TEST(Support, HighRevenueIsTheTopShareOfTheBuyersByFloor) {
  ModelWorkspace model;
  for (const char* id : {"e", "d", "c", "b", "a", "none"}) model.Customer(id);
  const auto revision = model.Build();
  const std::vector<Micros> revenue = {10, 20, 20, 5, 20, -3};
  const std::vector<image::Slot> slots = {0, 1, 2, 3, 4, 5};
  const auto& ids = revision->dictionaries->customer_ids;
  // Five buyers: floor(0.5 * 5) = 2, the ties by id: a and c.
  EXPECT_THAT(HighRevenue(slots, revenue, 5'000, ids), ElementsAre(0, 0, 1, 0, 1, 0));
  EXPECT_THAT(HighRevenue(slots, revenue, 100, ids), ElementsAre(0, 0, 0, 0, 1, 0));  // at least 1
  EXPECT_THAT(HighRevenue({5}, revenue, 5'000, ids), ElementsAre(0, 0, 0, 0, 0, 0));
}

// The same by walking the model's rows.
SupportRow NaiveRow(const ModelWorkspace& model, const Calendar& calendar, size_t customer,
                    fields::DayRange range, Day as_of) {
  SupportRow row;
  const Millis end = calendar.StartOf(as_of + 1);
  const auto seen = [end](Millis time) { return time != kNoTime && time < end; };
  const auto inside = [&](Day day) { return range.Contains(day) && day <= as_of; };
  std::set<Day> contacts;
  const auto rate = [&row](int score) {
    ++row.ratings;
    row.good_ratings += score >= 4;
  };
  for (const auto& order : model.orders) {
    if (order.customer == customer && inside(order.day)) contacts.insert(order.day);
  }
  for (const auto& survey : model.surveys) {
    if (survey.customer != customer || !inside(survey.day)) continue;
    contacts.insert(survey.day);
    if (survey.kind == SurveyKind::kCsat) rate(survey.score);
  }
  for (const auto& ticket : model.tickets) {
    if (ticket.customer != customer) continue;
    const bool resolved = seen(ticket.resolved);
    if (ticket.csat > 0 && resolved && inside(calendar.DayOf(ticket.resolved))) rate(ticket.csat);
    if (!inside(calendar.DayOf(ticket.opened))) continue;
    contacts.insert(calendar.DayOf(ticket.opened));
    ++row.tickets;
    row.escalated += seen(ticket.escalated);
    const bool open =
        !resolved && (ticket.status == TicketStatus::kOpen || ticket.resolved != kNoTime);
    const bool cancelled = ticket.status == TicketStatus::kCancelled;
    const auto hours = [&ticket](Millis until) {
      return static_cast<double>(until - ticket.opened) / 3'600'000;
    };
    if (open && !cancelled) row.waiting_hours.push_back(hours(end));
    if (resolved) row.resolution_hours.push_back(hours(ticket.resolved));
    if (ticket.due == kNoTime || cancelled) continue;
    if (resolved) {
      ++(ticket.resolved <= ticket.due ? row.sla_met : row.sla_breached);
    } else if (open && ticket.due < end) {
      ++row.sla_breached;
    }
  }
  row.contacts = static_cast<int32_t>(contacts.size());
  if (!contacts.empty()) row.first_contact = *contacts.begin();
  return row;
}

std::multiset<double> Sorted(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

TEST(SupportFacts, EqualToAWalkOverTheRecords) {
  int64_t compared = 0;
  for (uint32_t seed = 1; seed <= 25; ++seed) {
    const ModelWorkspace model = RandomWorkspace(seed);
    fields::Scope scope;
    scope.revision = model.Build({}, model.orders.size() / 3);
    scope.as_of = *ParseDay("2022-11-01") + static_cast<Day>(seed * 17);
    scope.range = {*ParseDay("2022-01-10"), *ParseDay("2023-02-01")};
    const std::vector<uint8_t> all(scope.revision->slots, 1);
    const auto rows = CollectSupport(scope, all);
    ASSERT_TRUE(rows.ok());
    auto row = rows->begin();
    for (image::Slot slot = 0; slot < scope.revision->slots; ++slot) {
      const SupportRow naive =
          NaiveRow(model, *scope.revision->calendar, slot, scope.range, scope.as_of);
      if (naive.contacts == 0 && naive.ratings == 0) continue;
      ASSERT_NE(row, rows->end());
      ASSERT_EQ(row->slot, slot);
      EXPECT_EQ(row->tickets, naive.tickets);
      EXPECT_EQ(row->escalated, naive.escalated);
      EXPECT_EQ(row->sla_met, naive.sla_met);
      EXPECT_EQ(row->sla_breached, naive.sla_breached);
      EXPECT_EQ(row->ratings, naive.ratings);
      EXPECT_EQ(row->good_ratings, naive.good_ratings);
      EXPECT_EQ(row->contacts, naive.contacts);
      EXPECT_EQ(row->first_contact, naive.first_contact);
      EXPECT_EQ(Sorted(row->waiting_hours), Sorted(naive.waiting_hours));
      EXPECT_EQ(Sorted(row->resolution_hours), Sorted(naive.resolution_hours));
      compared += row->tickets;
      ++row;
    }
    EXPECT_EQ(row, rows->end());

    // Without contacts the same rows, as far as they hold tickets or ratings.
    const auto service = CollectSupport(scope, all, Contacts::kSkip);
    auto same = rows->begin();
    for (const SupportRow& one : *service) {
      while (same->tickets == 0 && same->ratings == 0) ++same;
      EXPECT_EQ(one.slot, same->slot);
      EXPECT_EQ(one.tickets, same->tickets);
      EXPECT_EQ(one.ratings, same->ratings);
      EXPECT_EQ(one.resolution_hours, same->resolution_hours);
      EXPECT_EQ(one.contacts, 0);
      ++same;
    }
    while (same != rows->end() && same->tickets == 0 && same->ratings == 0) ++same;
    EXPECT_EQ(same, rows->end());
  }
  EXPECT_GT(compared, 300);
}

}  // namespace
}  // namespace strata::analytics::insight
