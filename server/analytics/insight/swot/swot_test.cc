// SWOT: turned data turn the statements, every figure is the KPI engine's, and what cannot be
// evaluated says why.
#include "server/analytics/insight/swot/swot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/analytics/insight/swot/swot_rules.h"
#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics::insight {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Day kFirst = *ParseDay("2021-01-01");
const Day kLast = *ParseDay("2023-12-31");

fields::Scope ScopeOf(image::RevisionPtr revision, absl::string_view filter = "",
                      absl::string_view from = "") {
  return *fields::ResolveScope(std::move(revision), "", from, "", filter, fields::ClassesAt::kAsOf,
                               StopToken());
}

// 240 customers of four ages, two kinds of family and four countries, who order once a quarter for
// three years.
struct Portfolio {
  static constexpr int kCustomers = 240;
  // Units of an order of customer i in quarter q (0 .. 11); 0: none.
  std::function<int64_t(int i, int q)> units = [](int, int) { return 100; };
  std::function<int(int i)> age_group = [](int i) { return i % 4; };  // 0: 21-30 .. 3: 51-60
  std::function<bool(int i)> children = [](int i) { return i % 2 == 0; };
  std::function<std::string(int i)> country = [](int i) {
    return std::string(1, static_cast<char>('A' + i / 4 % 4));
  };
  // Ratings from 1 to 5 of one ticket a year; 0: no tickets.
  std::function<int(int i)> rating = [](int) { return 0; };

  ModelWorkspace Make() const {
    ModelWorkspace model;
    model.settings.age_method = AgeMethod::kYearDifference;
    for (int i = 0; i < kCustomers; ++i) {
      ModelWorkspace::CustomerRow& row = model.customers.emplace_back();
      row.id = absl::StrCat("c", 1000 + i);
      row.birth_date = *ParseDay(absl::StrCat(1998 - 10 * age_group(i), "-06-15"));
      row.children = children(i) ? 2 : 0;
      row.country = country(i);
    }
    for (int q = 0; q < 12; ++q) {
      for (int i = 0; i < kCustomers; ++i) {
        if (units(i, q) == 0) continue;
        const Day day = q == 11 ? kLast - i % 80 : kFirst + q * 91 + i % 80;
        model.orders.push_back({static_cast<size_t>(i),
                                day,
                                "shipped",
                                "",
                                {{"P", "L", kOneUnit, units(i, q) * kMicrosAUnit}}});
      }
    }
    for (int i = 0; i < kCustomers; ++i) {
      for (int year = 0; year < 3 && rating(i) > 0; ++year) {
        ModelWorkspace::TicketRow& row = model.tickets.emplace_back();
        row.customer = static_cast<size_t>(i);
        row.opened = NoonOf(kFirst + 365 * year + i % 90);
        row.resolved = row.opened + 3'600'000;
        row.status = TicketStatus::kResolved;
        row.csat = rating(i);
      }
    }
    return model;
  }

  Swot Ask() const {
    const auto swot = GenerateSwot(ScopeOf(Make().Build()));
    EXPECT_TRUE(swot.ok()) << swot.status();
    return *swot;
  }
};

std::vector<const SwotStatement*> Of(const Swot& swot, absl::string_view rule) {
  std::vector<const SwotStatement*> found;
  for (const SwotStatement& statement : swot.statements) {
    if (statement.rule == rule) found.push_back(&statement);
  }
  return found;
}

// The only statement of a rule.
SwotStatement The(const Swot& swot, absl::string_view rule) {
  const auto found = Of(swot, rule);
  EXPECT_EQ(found.size(), 1u) << rule;
  return found.empty() ? SwotStatement() : *found[0];
}

std::string SilenceOf(const Swot& swot, absl::string_view rule) {
  for (const std::string& silent : swot.silent) {
    if (absl::StartsWith(silent, absl::StrCat(rule, ": "))) return silent;
  }
  return "";
}

TEST(Swot, TurningTheAgesTurnsTheStatements) {
  Portfolio young;
  const int64_t by_group[] = {400, 200, 200, 50};
  young.units = [&](int i, int) { return by_group[young.age_group(i)]; };
  Portfolio old = young;
  old.age_group = [](int i) { return 3 - i % 4; };
  old.units = young.units;  // who spends stays; only the birth dates are turned

  const Swot of_young = young.Ask(), of_old = old.Ask();
  EXPECT_EQ(The(of_young, "age-strongest-band").kind, SwotKind::kStrength);
  EXPECT_THAT(The(of_young, "age-strongest-band").statement,
              AllOf(HasSubstr("aged 21-30"), HasSubstr("288,000.00 USD"),  // 60 * 12 * 400
                    HasSubstr("47.06%"), HasSubstr("25.00%")));            // 400 / 850
  EXPECT_EQ(The(of_young, "age-strongest-band").evidence[0].where, "age_band = \"21-30\"");
  EXPECT_EQ(The(of_young, "age-weakest-band").kind, SwotKind::kWeakness);
  EXPECT_EQ(The(of_young, "age-weakest-band").evidence[0].where, "age_band = \"51-60\"");
  EXPECT_EQ(The(of_old, "age-strongest-band").evidence[0].where, "age_band = \"51-60\"");
  EXPECT_EQ(The(of_old, "age-weakest-band").evidence[0].where, "age_band = \"21-30\"");
  EXPECT_THAT(Of(of_young, "age-middle-bands"), IsEmpty());  // 400 of 850, a little below even
}

TEST(Swot, MiddleAgesStrongOrWeak) {
  Portfolio middle;
  middle.units = [](int i, int) { return i % 4 == 1 || i % 4 == 2 ? 300 : 100; };
  Portfolio edges;
  edges.units = [](int i, int) { return i % 4 == 1 || i % 4 == 2 ? 100 : 300; };
  const Swot of_middle = middle.Ask(), of_edges = edges.Ask();
  EXPECT_EQ(The(of_middle, "age-middle-bands").kind, SwotKind::kStrength);
  EXPECT_THAT(The(of_middle, "age-middle-bands").statement, HasSubstr("75.00%"));
  EXPECT_EQ(The(of_edges, "age-middle-bands").kind, SwotKind::kWeakness);
  EXPECT_THAT(The(of_edges, "age-middle-bands").statement, HasSubstr("25.00%"));
}

TEST(Swot, TurningTheFamiliesTurnsTheStatement) {
  Portfolio parents;
  parents.units = [](int i, int) { return i % 2 == 0 ? 300 : 100; };
  Portfolio childless = parents;
  childless.children = [](int i) { return i % 2 != 0; };
  for (const bool turned : {false, true}) {
    const Swot swot = (turned ? childless : parents).Ask();
    const auto says = Of(swot, "family-structure");
    ASSERT_EQ(says.size(), 2u);
    EXPECT_EQ(says[0]->kind, SwotKind::kStrength);
    EXPECT_THAT(says[0]->statement, HasSubstr("75.00%"));
    EXPECT_EQ(says[0]->evidence[0].where,
              turned ? "family = \"without_children\"" : "family = \"with_children\"");
    EXPECT_EQ(says[1]->kind, SwotKind::kWeakness);
    EXPECT_EQ(says[1]->evidence[0].where,
              turned ? "family = \"with_children\"" : "family = \"without_children\"");
  }
}

TEST(Swot, AnEvenPortfolioHasLittleToSay) {
  const Swot swot = Portfolio().Ask();
  for (const char* rule :
       {"age-strongest-band", "age-weakest-band", "age-middle-bands", "age-mix-drift",
        "family-structure", "geo-imbalance", "geo-family-leader", "geo-small-market",
        "revenue-trend", "upsell-growth-tier"}) {
    EXPECT_THAT(Of(swot, rule), IsEmpty()) << rule;
    EXPECT_EQ(SilenceOf(swot, rule), "") << rule;
  }
  EXPECT_EQ(The(swot, "concentration").kind, SwotKind::kStrength);  // a fifth brings a fifth
}

TEST(Swot, Markets) {
  Portfolio uneven;
  uneven.country = [](int i) -> std::string {
    if (i < 160) return "Wide";
    return i < 220 ? "Even" : i < 235 ? "Small" : "Tiny";
  };
  uneven.units = [](int i, int) { return i >= 220 && i < 235 ? 300 : 100; };
  const Swot swot = uneven.Ask();
  EXPECT_EQ(The(swot, "geo-imbalance").kind, SwotKind::kThreat);
  EXPECT_EQ(The(swot, "geo-imbalance").evidence[0].where, "country = \"Wide\"");
  const SwotStatement small = The(swot, "geo-small-market");
  EXPECT_EQ(small.kind, SwotKind::kOpportunity);
  EXPECT_EQ(small.evidence[0].where, "country = \"Small\"");
  EXPECT_EQ(std::get<Amount>(small.evidence[0].value.value), (Amount{3600, 0}));  // 12 * 300

  Portfolio turned = uneven;  // the small market is poor now, the wide one rich
  turned.units = [](int i, int) { return i >= 220 && i < 235 ? 10 : 100; };
  EXPECT_THAT(Of(turned.Ask(), "geo-small-market"), IsEmpty());
}

TEST(Swot, TurningTheTiersTurnsTheConcentration) {
  Portfolio few;
  few.units = [](int i, int) { return i < 48 ? 1000 : 100; };  // a fifth of 240
  const SwotStatement threat = The(few.Ask(), "concentration");
  EXPECT_EQ(threat.kind, SwotKind::kThreat);
  EXPECT_THAT(threat.statement, AllOf(HasSubstr("48 of 240"), HasSubstr("71.43%")));  // 480 / 672
  EXPECT_EQ(threat.evidence[0].where, "revenue_rank <= 48");
}

TEST(Swot, SupportOfStrategicCustomersBothWays) {
  Portfolio neglected;
  neglected.units = [](int i, int) { return i < 48 ? 1000 : 100; };
  neglected.rating = [](int i) { return i < 48 ? 2 : 5; };
  Portfolio pampered = neglected;
  pampered.rating = [](int i) { return i < 48 ? 5 : 2; };
  const SwotStatement weak = The(neglected.Ask(), "support-high-revenue");
  EXPECT_EQ(weak.kind, SwotKind::kWeakness);
  EXPECT_EQ(weak.evidence[0].kpi, "csat");
  EXPECT_EQ(weak.evidence[0].where, "tier = \"strategic\"");
  EXPECT_EQ(weak.evidence[0].value.sample_size, 48 * 3);
  EXPECT_TRUE(weak.evidence[0].value.interval.has_value());
  EXPECT_EQ(The(pampered.Ask(), "support-high-revenue").kind, SwotKind::kStrength);

  Portfolio swapped = neglected;  // the tiers are: those who are served well spend most now
  swapped.units = [](int i, int) { return i >= 192 ? 1000 : 100; };
  EXPECT_EQ(The(swapped.Ask(), "support-high-revenue").kind, SwotKind::kStrength);

  Portfolio same = neglected;
  same.rating = [](int) { return 4; };
  const Swot alike = same.Ask();
  EXPECT_THAT(Of(alike, "support-high-revenue"), IsEmpty());
  EXPECT_EQ(SilenceOf(alike, "support-high-revenue"), "");

  Portfolio few = neglected;
  few.rating = [](int i) { return i < 5 ? 1 : 0; };
  EXPECT_THAT(SilenceOf(few.Ask(), "support-high-revenue"), HasSubstr("no service figure rests"));
}

TEST(Swot, WithoutTicketsThereIsNoWordOnSupport) {
  const Swot swot = Portfolio().Ask();
  EXPECT_THAT(Of(swot, "support-high-revenue"), IsEmpty());
  EXPECT_EQ(SilenceOf(swot, "support-high-revenue"),
            "support-high-revenue: the workspace has no tickets");
}

TEST(Swot, TurningTheTimeTurnsTheTrends) {
  Portfolio growing;
  growing.units = [](int i, int q) {
    // The young come in the last year, the old leave it; of every ten customers some start late.
    return i % 4 == 0 ? 100 + 20 * q : 150;
  };
  Portfolio declining = growing;
  declining.units = [growing](int i, int q) { return growing.units(i, 11 - q); };
  const Swot up = growing.Ask(), down = declining.Ask();
  EXPECT_EQ(The(up, "revenue-trend").kind, SwotKind::kStrength);
  EXPECT_EQ(The(down, "revenue-trend").kind, SwotKind::kThreat);
  const auto drift_of = [](const Swot& swot, SwotKind kind) {
    for (const SwotStatement* says : Of(swot, "age-mix-drift")) {
      if (says->kind == kind) return says->evidence[0].where;
    }
    return std::string();
  };
  EXPECT_THAT(drift_of(up, SwotKind::kOpportunity), HasSubstr("age_band = \"21-30\" AND day >= "));
  EXPECT_THAT(drift_of(down, SwotKind::kThreat), HasSubstr("age_band = \"21-30\" AND day >= "));
}

TEST(Swot, AcquisitionBothWays) {
  // 40 customers start in the first year, then 130 and 70, or 70 and 130.
  const auto portfolio = [](bool slowing) {
    Portfolio made;
    made.units = [slowing](int i, int q) {
      const int year = i < 40 ? 0 : i < (slowing ? 170 : 110) ? 1 : 2;
      return q >= 4 * year + i % 4 ? 100 : 0;
    };
    return made.Ask();
  };
  const SwotStatement slows = The(portfolio(true), "acquisition");
  EXPECT_EQ(slows.kind, SwotKind::kThreat);
  EXPECT_THAT(slows.statement, HasSubstr("Acquisition slows"));
  EXPECT_EQ(slows.evidence[0].kpi, "new_customers");
  EXPECT_EQ(The(portfolio(false), "acquisition").kind, SwotKind::kStrength);
}

TEST(Swot, LoyalShareAndVips) {
  Portfolio once;
  once.units = [](int i, int q) { return q == i % 12 || i % 10 == 0 ? 100 : 0; };
  EXPECT_EQ(The(once.Ask(), "loyal-share").kind, SwotKind::kWeakness);
  const Swot loyal = Portfolio().Ask();
  EXPECT_EQ(The(loyal, "loyal-share").kind, SwotKind::kStrength);
  EXPECT_EQ(The(loyal, "vip-shortage").kind, SwotKind::kWeakness);  // twelve units each, none is
  EXPECT_THAT(Of(loyal, "vip-nearest"), IsEmpty());                 // nobody is near

  ModelWorkspace model = Portfolio().Make();
  model.settings.loyalty_vip_units = 15;
  const SwotStatement near =
      The(*GenerateSwot(ScopeOf(model.Build())), "vip-nearest");  // 12 of 15: a fifth missing
  EXPECT_EQ(near.kind, SwotKind::kOpportunity);
  EXPECT_THAT(near.statement, AllOf(HasSubstr("240 loyal customers"),
                                    HasSubstr("c1000 (misses 3 units), c1001 (misses 3 units)")));
  EXPECT_EQ(near.evidence.size(), 5u);
  EXPECT_EQ(near.evidence[0].where, "customer = \"c1000\"");
  EXPECT_EQ(near.evidence[0].value.value, fields::Value(12.0));
  EXPECT_EQ(near.evidence[0].comparison, fields::Value(15.0));
  EXPECT_THAT(SilenceOf(*GenerateSwot(ScopeOf(model.Build(), "", "2022-01-01")), "vip-nearest"),
              HasSubstr("all history"));
}

TEST(Swot, UpsellFollowsTheOrderValue) {
  Portfolio tiers;  // strategic customers buy in larger orders
  tiers.units = [](int i, int) { return i < 48 ? 1000 : 100; };
  const SwotStatement upsell = The(tiers.Ask(), "upsell-growth-tier");
  EXPECT_EQ(upsell.kind, SwotKind::kOpportunity);
  Portfolio often;  // the same revenue by more orders
  often.units = [](int i, int q) { return i < 48 || q % 6 == 0 ? 100 : 0; };
  EXPECT_THAT(Of(often.Ask(), "upsell-growth-tier"), IsEmpty());
}

TEST(Swot, AnEmptyWorkspaceIsSilent) {
  const auto swot = GenerateSwot(ScopeOf(ModelWorkspace().Build()));
  ASSERT_TRUE(swot.ok()) << swot.status();
  EXPECT_THAT(swot->statements, IsEmpty());
  EXPECT_EQ(swot->silent.size(), 17u);
  EXPECT_EQ(swot->silent[0], "age-strongest-band: there is no revenue in the range");
}

// "a" has 9.3e18 units of revenue, which no amount holds, "b" takes 0.27e18 back.
TEST(Swot, RevenueThatNoAmountHoldsIsNotReadAsNone) {
  ModelWorkspace model;
  const auto orders = [&model](const char* country, int count, Micros each) {
    const size_t customer = model.Customer(country);
    model.customers[customer].country = country;
    const std::vector<ModelLine> lines(10'000, {"", "", each < 0 ? -kOneUnit : kOneUnit, each});
    for (int i = 0; i < count; ++i) {
      model.orders.push_back({customer, kFirst + i, "shipped", "", lines});
    }
  };
  constexpr Micros kNineTrillion = 9'000'000'000'000 * kMicrosAUnit;
  orders("a", 103, kNineTrillion);
  orders("b", 3, -kNineTrillion);
  const image::RevisionPtr revision = model.Build();
  const auto both = GenerateSwot(ScopeOf(revision));
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_EQ(SilenceOf(*both, "geo-imbalance"),
            "geo-imbalance: revenue is larger than an amount holds (9.2e18 units)");
  const auto alone = GenerateSwot(ScopeOf(revision, "country = \"a\""));
  ASSERT_TRUE(alone.ok()) << alone.status();
  EXPECT_THAT(alone->statements, IsEmpty());
  EXPECT_EQ(alone->silent.size(), 17u);
  EXPECT_THAT(alone->silent, ::testing::Each(HasSubstr("revenue is larger than an amount holds")));
}

TEST(Swot, RulesAreNamedOnceAndDocumented) {
  std::set<absl::string_view> ids;
  for (const auto& subject : {SwotAgeRules(), SwotMarketRules(), SwotLoyaltyRules(),
                              SwotTrendRules(), SwotSupportRules()}) {
    for (const SwotRule& rule : subject) {
      EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
      EXPECT_FALSE(rule.speaks_when.empty()) << rule.id;
    }
  }
  EXPECT_EQ(ids.size(), 17u);
}

// What ExplainKpi says of a KPI under a filter.
fields::Value Explained(const fields::Scope& scope, absl::string_view kpi,
                        absl::string_view where) {
  kpi::ExplainQuery query;
  query.scope = scope;
  query.scope.filter = std::string(where);
  query.kpi = std::string(kpi);
  const auto explained = kpi::ExplainKpi(query);
  EXPECT_TRUE(explained.ok()) << kpi << " where " << where << ": " << explained.status();
  return explained.ok() ? explained->value.value : fields::Value(fields::NullReason::kUnknown);
}

// "all (revenue where tier = "x")" as "revenue where ...", or nothing.
std::string FigureIn(absl::string_view meaning) {
  const size_t open = meaning.find(" (");
  if (open == absl::string_view::npos || !absl::ConsumeSuffix(&meaning, ")")) return "";
  return std::string(meaning.substr(open + 2));
}

int CheckEvidence(const fields::Scope& scope) {
  const auto swot = GenerateSwot(scope);
  EXPECT_TRUE(swot.ok()) << swot.status();
  int checked = 0;
  for (const SwotStatement& statement : swot->statements) {
    EXPECT_FALSE(statement.evidence.empty()) << statement.rule;
    EXPECT_FALSE(statement.recommendation.empty()) << statement.rule;
    for (const SwotEvidence& evidence : statement.evidence) {
      EXPECT_EQ(evidence.value.value, Explained(scope, evidence.kpi, evidence.where))
          << statement.rule << ": " << evidence.kpi << " where " << evidence.where;
      ++checked;
      const std::string figure = FigureIn(evidence.comparison_meaning);
      if (figure.empty()) continue;
      const size_t where = figure.find(" where ");
      EXPECT_EQ(evidence.comparison,
                Explained(scope, figure.substr(0, where),
                          where == std::string::npos ? "" : figure.substr(where + 7)))
          << statement.rule << ": " << figure;
      ++checked;
    }
  }
  return checked;
}

TEST(Swot, EveryFigureIsTheEnginesOnRandomWorkspaces) {
  int checked = 0;
  for (uint32_t seed = 0; seed < 40; ++seed) {
    const image::RevisionPtr revision = RandomWorkspace(seed).Build();
    checked += CheckEvidence(ScopeOf(revision));
    checked += CheckEvidence(ScopeOf(revision, "country = \"US\" OR gender = \"F\""));
    checked += CheckEvidence(ScopeOf(revision, "NOT family = \"unknown\"", "2022-06-01"));
  }
  EXPECT_GT(checked, 300);
}

TEST(Swot, WhatItCannotTakeIsRefused) {
  const image::RevisionPtr revision = Portfolio().Make().Build();
  EXPECT_EQ(GenerateSwot(ScopeOf(revision, "status = \"shipped\"")).status().code(),
            absl::StatusCode::kInvalidArgument);
  fields::Scope scope = ScopeOf(revision);
  scope.classes_at = fields::ClassesAt::kPeriodStart;
  EXPECT_EQ(GenerateSwot(scope).status().code(), absl::StatusCode::kInvalidArgument);
  scope = ScopeOf(revision);
  scope.stop = StopToken([] { return absl::CancelledError(""); });
  EXPECT_EQ(GenerateSwot(scope).status().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace strata::analytics::insight
