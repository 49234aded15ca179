#include "server/analytics/fields/features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics::fields {
namespace {

constexpr int64_t kUnit = kMicrosAUnit;

std::string TextOf(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* date = std::get_if<DateValue>(&value)) return FormatDay(date->day);
  if (const auto* integer = std::get_if<int64_t>(&value)) return absl::StrCat(*integer);
  if (const auto* number = std::get_if<double>(&value)) return absl::StrCat(*number);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* amount = std::get_if<Amount>(&value)) return FormatAmount(*amount);
  return "null";
}

// One field of all customers, in the order of the model.
std::vector<std::string> Texts(const image::Revision& revision, absl::string_view as_of,
                               const std::string& id) {
  const absl::StatusOr<Features> features =
      Features::Compute(revision, *ParseDay(as_of), {id}, StopToken());
  EXPECT_TRUE(features.ok()) << features.status();
  std::vector<std::string> texts;
  for (image::Slot slot = 0; slot < revision.slots; ++slot) {
    texts.push_back(TextOf(features->Column(id).At(slot)));
  }
  return texts;
}
using List = std::vector<std::string>;

// Hand arithmetic: customer a buys early and late, b once, c sends back more than it bought (by an
// order of its own, which is no purchase), d only orders that do not count, e nothing.
ModelWorkspace FiveCustomers() {
  ModelWorkspace model;
  model.Order("a", "2023-01-15", 100);
  model.Order("a", "2024-01-10", 50);
  model.Order("a", "2024-03-30", 25);
  model.Order("b", "2024-03-01", 50);
  model.Order("c", "2024-02-01", 10);
  model.Order("c", "2024-03-31", -30);
  model.Order("d", "2024-03-31", 500, "CANCELLED");
  model.Customer("e");
  model.orders[2].lines.push_back({"P", "", 4 * kOneUnit, 5 * kUnit});  // a: 50 + 25 + 5
  return model;
}

TEST(Features, PurchasesByHand) {
  const auto revision = FiveCustomers().Build();
  const auto texts = [&](const std::string& id) { return Texts(*revision, "2024-03-31", id); };
  EXPECT_EQ(texts("customer"), (List{"a", "b", "c", "d", "e"}));
  EXPECT_EQ(texts("orders"), (List{"3", "1", "1", "0", "0"}));
  EXPECT_EQ(texts("order_lines"), (List{"4", "1", "2", "0", "0"}));
  EXPECT_EQ(texts("units"), (List{"7", "1", "2", "0", "0"}));
  EXPECT_EQ(texts("revenue"), (List{"180", "50", "-20", "0", "0"}));
  // Of purchases: a 180 / 3, b 50 / 1, c 10 / 1.
  EXPECT_EQ(texts("average_order_value"), (List{"60", "50", "10", "null", "null"}));
  EXPECT_EQ(texts("first_order_date"),
            (List{"2023-01-15", "2024-03-01", "2024-02-01", "null", "null"}));
  EXPECT_EQ(texts("last_order_date"),
            (List{"2024-03-30", "2024-03-01", "2024-02-01", "null", "null"}));
  EXPECT_EQ(texts("cohort_month"), (List{"2023-01", "2024-03", "2024-02", "null", "null"}));
  // c: 28 days to 29 February, 31 of March.
  EXPECT_EQ(texts("recency_days"), (List{"1", "30", "59", "null", "null"}));
  EXPECT_EQ(texts("tenure_days"), (List{"441", "30", "59", "null", "null"}));
  EXPECT_EQ(texts("revenue_rank"), (List{"1", "2", "3", "null", "null"}));
  EXPECT_EQ(texts("revenue_rank_share"), (List{"0", "0.333333", "0.666667", "null", "null"}));
}

TEST(Features, WindowsEndWithAsOf) {
  const auto revision = FiveCustomers().Build();
  const auto texts = [&](const std::string& id) { return Texts(*revision, "2024-03-31", id); };
  // 90 days: 2024-01-02 to 2024-03-31. 365 days: from 2023-04-02.
  // What c returned on 2024-03-31 is no order.
  EXPECT_EQ(texts("orders_90d"), (List{"2", "1", "1", "0", "0"}));
  EXPECT_EQ(texts("revenue_365d"), (List{"80", "50", "-20", "0", "0"}));
  EXPECT_EQ(texts("units_365d"), (List{"6", "1", "2", "0", "0"}));
  const auto before = [&](const std::string& id) { return Texts(*revision, "2024-04-09", id); };
  EXPECT_EQ(before("orders_90d"), (List{"1", "1", "1", "0", "0"}));  // 2024-01-10 is day 91
  EXPECT_EQ(before("growth_90d"), (List{"-0.4", "null", "null", "null", "null"}));  // 30 / 50 - 1
}

TEST(Features, NothingAfterAsOfIsSeen) {
  const auto revision = FiveCustomers().Build();
  const auto texts = [&](const std::string& id) { return Texts(*revision, "2024-02-29", id); };
  EXPECT_EQ(texts("orders"), (List{"2", "0", "1", "0", "0"}));
  EXPECT_EQ(texts("revenue"), (List{"150", "0", "10", "0", "0"}));
  EXPECT_EQ(texts("last_order_date"), (List{"2024-01-10", "null", "2024-02-01", "null", "null"}));
  EXPECT_EQ(texts("revenue_rank"), (List{"1", "null", "2", "null", "null"}));
}

TEST(Features, TiesOfRankGoByCustomerId) {
  ModelWorkspace model;
  for (const char* id : {"z", "m", "k", "b"}) model.Order(id, "2024-01-01", 10);
  EXPECT_EQ(Texts(*model.Build(), "2024-01-01", "revenue_rank"), (List{"4", "3", "2", "1"}));
}

TEST(Features, AverageIsOfPurchasesAndRoundedHalfUp) {
  ModelWorkspace model;
  const auto order = [&](const char* customer, Micros amount, const char* day) {
    model.orders.push_back(
        {model.Customer(customer), *ParseDay(day), "", "", {{"", "", kOneUnit, amount}}});
  };
  for (const Micros amount : {1, 0, 0, 0}) order("a", amount, "2024-01-01");   // 1/4
  for (const Micros amount : {1, 0}) order("b", amount, "2024-01-01");         // 1/2
  for (const Micros amount : {7, 4, -9, 6}) order("c", amount, "2024-01-01");  // 17/3, net 8
  order("d", -3, "2024-01-01");
  const auto revision = model.Build();
  EXPECT_EQ(Texts(*revision, "2024-01-01", "average_order_value"),
            (List{"0", "0.000001", "0.000006", "null"}));
  EXPECT_EQ(Texts(*revision, "2024-01-01", "revenue"),
            (List{"0.000001", "0.000001", "0.000008", "-0.000003"}));
  EXPECT_EQ(Texts(*revision, "2024-01-01", "orders"), (List{"4", "2", "3", "0"}));
  // Only what lies in the window is given back.
  order("c", 10, "2024-06-01");
  order("c", -4, "2024-06-02");
  EXPECT_EQ(Texts(*model.Build(), "2024-06-02", "average_order_value_90d")[2], "0.00001");
}

// a buys and sends all back, b gets an exchange of 0, c sends back more in one line than the order
// brings; d's order is less a line, and a purchase all the same.
TEST(Features, ReturnsAreNoPurchases) {
  ModelWorkspace model;
  model.Order("a", "2024-01-10", 100);
  model.Order("a", "2024-02-10", -100);
  model.Order("b", "2024-01-10", 0);
  model.Order("c", "2024-03-01", 40);
  model.orders.back().lines.push_back({"P", "", -3 * kOneUnit, -41 * kMicrosAUnit});
  model.Order("d", "2024-03-02", 40);
  model.orders.back().lines.push_back({"P", "", -1 * kOneUnit, -39 * kMicrosAUnit});
  for (size_t late = 0; late <= model.orders.size(); ++late) {  // whether read from base or tail
    SCOPED_TRACE(late);
    const auto revision = model.Build({}, late);
    const auto texts = [&](const char* id) { return Texts(*revision, "2024-03-31", id); };
    EXPECT_EQ(texts("orders"), (List{"1", "1", "0", "1"}));
    EXPECT_EQ(texts("orders_90d"), (List{"1", "1", "0", "1"}));
    EXPECT_EQ(texts("order_lines"), (List{"2", "1", "2", "2"}));
    EXPECT_EQ(texts("units"), (List{"2", "1", "-2", "0"}));
    EXPECT_EQ(texts("revenue"), (List{"0", "0", "-1", "1"}));
    EXPECT_EQ(texts("average_order_value"), (List{"100", "0", "null", "1"}));
    EXPECT_EQ(texts("first_order_date"), (List{"2024-01-10", "2024-01-10", "null", "2024-03-02"}));
    EXPECT_EQ(texts("last_order_date"), (List{"2024-01-10", "2024-01-10", "null", "2024-03-02"}));
    EXPECT_EQ(texts("recency_days"), (List{"81", "81", "null", "29"}));
    EXPECT_EQ(texts("cohort_month"), (List{"2024-01", "2024-01", "null", "2024-03"}));
    EXPECT_EQ(texts("loyalty"), (List{"Periodic", "Periodic", "none", "Periodic"}));
    EXPECT_EQ(texts("revenue_rank"), (List{"2", "3", "null", "1"}));
    EXPECT_EQ(texts("rfm.f")[2], "null");
  }
}

TEST(Features, ProfilesByHand) {
  ModelWorkspace model;
  const auto add = [&](const char* id, const char* birth, std::optional<int32_t> children) {
    ModelWorkspace::CustomerRow& row = model.customers[model.Customer(id)];
    row.birth_date = birth[0] == '\0' ? kNoDay : *ParseDay(birth);
    row.children = children;
  };
  add("a", "1984-02-29", 2);
  add("b", "1984-03-01", 0);
  add("c", "2023-06-01", std::nullopt);
  add("d", "", 1);
  add("e", "1913-05-05", 1);
  add("f", "2030-01-01", 1);
  const auto texts = [&](const char* as_of, const char* id) {
    return Texts(*model.Build(), as_of, id);
  };
  EXPECT_EQ(texts("2024-02-29", "age"), (List{"40", "39", "0", "null", "110", "null"}));
  EXPECT_EQ(texts("2023-02-28", "age"), (List{"38", "38", "null", "null", "109", "null"}));
  EXPECT_EQ(texts("2023-03-01", "age"), (List{"39", "39", "null", "null", "109", "null"}));
  EXPECT_EQ(texts("2024-02-29", "age_band"),
            (List{"31-40", "31-40", "0", "null", "101-110", "null"}));
  EXPECT_EQ(texts("2024-02-29", "family"),
            (List{"with_children", "without_children", "unknown", "with_children", "with_children",
                  "with_children"}));
  EXPECT_EQ(texts("2024-02-29", "children"), (List{"2", "0", "null", "1", "1", "1"}));
  model.settings.age_method = AgeMethod::kYearDifference;
  EXPECT_EQ(texts("2024-02-28", "age"), (List{"40", "40", "1", "null", "111", "null"}));
  model.settings.age_band_width = 5;
  model.settings.age_band_anchor = 0;
  EXPECT_EQ(texts("2024-02-28", "age_band"),
            (List{"40-44", "40-44", "0-4", "null", "110-114", "null"}));
}

TEST(Features, AgeBandsAreOrderedByAge) {
  ModelWorkspace model;
  for (int i = 0; i < 121; ++i) {
    model.customers.emplace_back().id = absl::StrCat(i);
    model.customers.back().birth_date = DayFromCivil({2024 - i, 1, 1});
  }
  for (const auto& [width, anchor] : {std::pair{10, 1}, {5, 0}, {1, 1}, {7, 18}}) {
    model.settings.age_band_width = width;
    model.settings.age_band_anchor = anchor;
    const auto revision = model.Build();
    const Features features =
        *Features::Compute(*revision, *ParseDay("2024-06-01"), {"age_band"}, StopToken());
    const FeatureColumn& column = features.Column("age_band");
    EXPECT_TRUE(column.ordered);
    for (image::Slot slot = 1; slot < revision->slots; ++slot) {
      // Age rises by one; a new band begins exactly at anchor + k * width.
      const bool begins = (static_cast<int>(slot) - anchor) % width == 0;
      EXPECT_EQ(column.codes[slot], column.codes[slot - 1] + (begins ? 1 : 0)) << slot;
    }
  }
}

TEST(Features, ServiceByHand) {
  ModelWorkspace model;
  model.settings.time_zone = "America/New_York";
  const size_t a = model.Customer("a"), b = model.Customer("b"), c = model.Customer("c");
  const Millis hour = 3'600'000;
  // The end of 2024-03-31 in New York is 2024-04-01T04:00Z.
  const Millis end = NoonOf(*ParseDay("2024-04-01")) - 8 * hour;
  using TicketRow = ModelWorkspace::TicketRow;
  const auto ticket = [&](size_t customer, Millis opened, Millis resolved, Millis due,
                          Millis escalated, int csat, TicketStatus status = TicketStatus::kOpen) {
    TicketRow row;
    row.customer = customer;
    row.opened = opened;
    row.resolved = resolved;
    row.due = due;
    row.escalated = escalated;
    row.csat = csat;
    row.status = status;
    model.tickets.push_back(row);
  };
  ticket(a, end - 50 * hour, end - 20 * hour, end - 20 * hour, end - 1,
         5);                                                             // met at the last moment
  ticket(a, end - 50 * hour, end - 19 * hour, end - 20 * hour, end, 2);  // late; escalated tomorrow
  ticket(a, end - 50 * hour, end + hour, end - hour, kNoTime, 1);        // open and past due
  ticket(a, end - 50 * hour, kNoTime, end + hour, kNoTime, 4);           // open, not yet due
  ticket(b, end - 50 * hour, kNoTime, end - hour, kNoTime, 0, TicketStatus::kResolved);
  ticket(a, end - 50 * hour, kNoTime, end - hour, kNoTime, 0, TicketStatus::kCancelled);
  ticket(a, end + hour, end + 2 * hour, end + hour, end + hour, 5);  // tomorrow
  ticket(b, end - 91 * 24 * hour, end - hour, end - hour, end - hour,
         4);  // opened before the window
  model.surveys = {{a, *ParseDay("2024-03-31"), SurveyKind::kCsat, 4},
                   {a, *ParseDay("2024-04-01"), SurveyKind::kCsat, 5},
                   {a, *ParseDay("2024-03-31"), SurveyKind::kNps, 10},
                   {b, *ParseDay("2024-01-01"), SurveyKind::kCsat, 5}};
  model.contracts = {{a, *ParseDay("2024-01-01"), *ParseDay("2024-03-31"), 100 * kUnit, "", ""},
                     {a, *ParseDay("2024-03-31"), *ParseDay("2024-05-01"), 20 * kUnit, "", ""},
                     {a, *ParseDay("2024-04-01"), kNoDay, 7 * kUnit, "", ""},
                     {b, *ParseDay("2023-01-01"), *ParseDay("2024-03-30"), 9 * kUnit, "", ""},
                     {c, *ParseDay("2023-01-01"), kNoDay, 3 * kUnit, "", ""},
                     {c, *ParseDay("2023-01-01"), *ParseDay("2024-06-01"), kUnit, "", " Voided"}};
  const auto revision = model.Build();
  const auto texts = [&](const std::string& id) { return Texts(*revision, "2024-03-31", id); };
  EXPECT_EQ(texts("tickets_90d"), (List{"5", "1", "0"}));
  EXPECT_EQ(texts("escalations_90d"), (List{"1", "0", "0"}));
  EXPECT_EQ(texts("sla_compliance_90d"), (List{"0.333333", "null", "null"}));  // 1 of 3
  // a: rated 5 and 2 when resolved, 4 in a survey; b: 4 when resolved, its survey is 91 days old.
  EXPECT_EQ(texts("csat_90d"), (List{"0.666667", "1", "null"}));
  EXPECT_EQ(texts("contract_value"), (List{"120", "0", "3"}));
  EXPECT_EQ(texts("renewal_in_days"), (List{"0", "null", "null"}));
}

TEST(Features, CustomersExistFromTheirCreationOrFirstEvent) {
  ModelWorkspace model;
  model.Customer("nothing");
  model.customers[model.Customer("created")].created = *ParseDay("2024-03-01");
  model.customers[model.Customer("later")].created = *ParseDay("2024-03-02");
  model.Order("ordered", "2024-02-01", 1);
  model.Order("orders later", "2024-04-01", 1, "cancelled");
  model.Order("later", "2024-01-01", 1);
  ModelWorkspace::TicketRow ticket;
  ticket.customer = model.Customer("calls");
  ticket.opened = NoonOf(*ParseDay("2024-03-01"));
  model.tickets.push_back(ticket);
  model.surveys.push_back(
      {model.Customer("answers"), *ParseDay("2024-03-02"), SurveyKind::kNps, 9});
  model.contracts.push_back({model.Customer("signs"), *ParseDay("2024-05-01"), kNoDay, 1, "", ""});
  const auto revision = model.Build();
  const auto exist = [&](absl::string_view as_of) {
    std::set<std::string> ids;
    const Features features = *Features::Compute(*revision, *ParseDay(as_of), {}, StopToken());
    for (image::Slot slot = 0; slot < revision->slots; ++slot) {
      if (features.exists()[slot] != 0) ids.insert(std::string(revision->CustomerId(slot)));
    }
    return ids;
  };
  EXPECT_EQ(exist("2024-03-01"),
            (std::set<std::string>{"nothing", "created", "ordered", "calls", "signs"}));
  EXPECT_EQ(exist("2024-03-02"), (std::set<std::string>{"nothing", "created", "later", "ordered",
                                                        "calls", "answers", "signs"}));
  EXPECT_EQ(exist("2024-04-01").size(), 8u);
}

TEST(Features, ReadsAttributes) {
  ModelWorkspace model;
  model.customers.resize(3);
  model.customers[0].id = "a";
  model.customers[0].attributes = {{"plan", std::string("gold")}, {"seats", 2.5}, {"beta", true}};
  model.customers[1].id = "b";
  model.customers[1].attributes = {{"plan", std::string("basic")}, {"seats", 0.0}, {"beta", false}};
  model.customers[2].id = "c";
  const auto revision = model.Build();
  EXPECT_EQ(Texts(*revision, "2024-01-01", "attribute:plan"), (List{"gold", "basic", "null"}));
  EXPECT_EQ(Texts(*revision, "2024-01-01", "attribute:seats"), (List{"2.5", "0", "null"}));
  EXPECT_EQ(Texts(*revision, "2024-01-01", "attribute:beta"), (List{"true", "false", "null"}));
}

TEST(Features, RefusesWhatIsNoFieldOfCustomers) {
  const auto revision = FiveCustomers().Build();
  for (const char* id : {"status", "month", "nonsense"}) {
    EXPECT_EQ(Features::Compute(*revision, 0, {id}, StopToken()).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(Features, SumsBeyond64BitsAreExact) {
  ModelWorkspace model;
  for (int i = 0; i < 2; ++i) model.Order("whale", "2024-01-01", 9'000'000'000'000 / 2);
  EXPECT_EQ(Texts(*model.Build(), "2024-12-31", "revenue"), List{"9000000000000"});
  // 9e12 + 9e12 = 18e12 units are 18e18 micros; 64 bits end at 9.2e18.
  model.Order("whale", "2024-01-01", 9'000'000'000'000);
  EXPECT_EQ(Texts(*model.Build(), "2024-12-31", "revenue"), List{"18000000000000"});
  // 18e12 + 1: not a unit is lost.
  model.orders.back().lines.push_back({"P", "", kOneUnit, kUnit});
  EXPECT_EQ(Texts(*model.Build(), "2024-12-31", "revenue"), List{"18000000000001"});
}

TEST(Features, StopsWhenNobodyWaits) {
  const auto revision = RandomWorkspace(3).Build();
  const StopToken stop([] { return absl::CancelledError("gone"); });
  EXPECT_EQ(Features::Compute(*revision, 20'000, {"revenue"}, stop).status().code(),
            absl::StatusCode::kCancelled);
}

TEST(Features, AnEmptyWorkspaceHasAllColumns) {
  const auto revision = ModelWorkspace().Build();
  const FieldCatalogue catalogue(*revision);
  std::vector<std::string> ids;
  for (const Field& field : catalogue.fields()) {
    if (field.grain == Grain::kCustomer) ids.push_back(field.id);
  }
  EXPECT_TRUE(Features::Compute(*revision, 0, ids, StopToken()).ok());
}

// Everything that is summed, recomputed from the rows of random workspaces with many small blocks
// and tails, all fields in one scan.
struct Sums {
  int64_t orders = 0, lines = 0, units = 0, revenue = 0, gross = 0;
  Day first = kNoDay, last = kNoDay;
};

Sums SumsOf(const ModelWorkspace& model, size_t customer, Day after, Day to) {
  Sums sums;
  for (const auto& order : model.orders) {
    if (order.customer != customer || !order.Recognised()) continue;
    if (order.day <= after || order.day > to) continue;
    if (order.IsPurchase()) {
      ++sums.orders;
      if (sums.first == kNoDay || order.day < sums.first) sums.first = order.day;
      sums.last = std::max(sums.last, order.day);
      for (const ModelLine& line : order.lines) sums.gross += line.amount;
    }
    for (const ModelLine& line : order.lines) {
      ++sums.lines;
      sums.units += line.quantity_micros;
      sums.revenue += line.amount;
    }
  }
  return sums;
}

image::BlockSizes SmallBlocks() {
  image::BlockSizes sizes;
  sizes.target_lines = 60;
  sizes.max_customers = 16;
  sizes.min_tail_orders = 40;
  return sizes;
}

class RandomFeatures : public ::testing::TestWithParam<uint32_t> {};

TEST_P(RandomFeatures, EqualSumsOverTheRows) {
  const ModelWorkspace model = RandomWorkspace(GetParam());
  const auto revision = model.Build(SmallBlocks(), model.orders.size() / 10);
  const Day as_of = *ParseDay("2023-09-15") + static_cast<Day>(GetParam() % 200);
  const auto sums_of = [&](size_t customer, Day after, Day to) {
    return SumsOf(model, customer, after, to);
  };
  const Features features = *Features::Compute(
      *revision, as_of,
      {"orders", "order_lines", "units", "revenue", "orders_90d", "order_lines_90d", "units_90d",
       "revenue_90d", "revenue_365d", "units_365d", "growth_90d", "recency_days", "tenure_days",
       "revenue_rank_90d", "country", "customer", "loyalty", "average_order_value",
       "average_order_value_90d"},
      StopToken());
  const auto integer = [&](const char* id, size_t slot) {
    return features.Column(id).integers[slot];
  };
  const auto number = [&](const char* id, size_t slot) {
    return features.Column(id).numbers[slot];
  };
  for (size_t i = 0; i < model.customers.size(); ++i) {
    SCOPED_TRACE(model.customers[i].id);
    const Sums all = sums_of(i, kNoDay, as_of), recent = sums_of(i, as_of - 90, as_of);
    const Sums year = sums_of(i, as_of - 365, as_of), before = sums_of(i, as_of - 180, as_of - 90);
    EXPECT_EQ(integer("orders", i), all.orders);
    EXPECT_EQ(integer("order_lines", i), all.lines);
    EXPECT_EQ(number("units", i), static_cast<double>(all.units) / 1e6);
    EXPECT_EQ(integer("revenue", i), all.revenue);
    EXPECT_EQ(integer("orders_90d", i), recent.orders);
    EXPECT_EQ(integer("order_lines_90d", i), recent.lines);
    EXPECT_EQ(number("units_90d", i), static_cast<double>(recent.units) / 1e6);
    EXPECT_EQ(integer("revenue_90d", i), recent.revenue);
    const auto average = [](const Sums& sums) {
      return sums.orders == 0 ? FeatureColumn::kNullInteger
                              : (2 * sums.gross + sums.orders) / (2 * sums.orders);
    };
    EXPECT_EQ(integer("average_order_value", i), average(all));
    EXPECT_EQ(integer("average_order_value_90d", i), average(recent));
    EXPECT_EQ(integer("revenue_365d", i), year.revenue);
    EXPECT_EQ(number("units_365d", i), static_cast<double>(year.units) / 1e6);
    const double growth = features.Column("growth_90d").numbers[i];
    EXPECT_EQ(std::isnan(growth), before.revenue <= 0);
    if (before.revenue > 0) {
      EXPECT_DOUBLE_EQ(growth, static_cast<double>(recent.revenue) / before.revenue - 1);
    }
    EXPECT_EQ(integer("recency_days", i),
              all.orders == 0 ? FeatureColumn::kNullInteger : as_of - all.last);
    EXPECT_EQ(integer("tenure_days", i),
              all.orders == 0 ? FeatureColumn::kNullInteger : as_of - all.first);
    int64_t higher = 0;
    for (size_t other = 0; other < model.customers.size(); ++other) {
      const Sums sums = sums_of(other, as_of - 90, as_of);
      if (sums.orders == 0) continue;
      higher +=
          sums.revenue > recent.revenue ||
          (sums.revenue == recent.revenue && model.customers[other].id < model.customers[i].id);
    }
    EXPECT_EQ(integer("revenue_rank_90d", i),
              recent.orders == 0 ? FeatureColumn::kNullInteger : higher + 1);
    const std::string& country = model.customers[i].country;
    EXPECT_EQ(TextOf(features.Column("country").At(i)), country.empty() ? "null" : country);
    EXPECT_EQ(TextOf(features.Column("loyalty").At(i)), all.orders == 0              ? "none"
                                                        : all.orders == 1            ? "Periodic"
                                                        : all.units >= 20 * kOneUnit ? "VIP"
                                                                                     : "Loyal");
  }
}
// All history as of the last day, where the scan need not look at days.
TEST_P(RandomFeatures, EqualSumsOverAllHistory) {
  const ModelWorkspace model = RandomWorkspace(GetParam());
  const auto revision = model.Build(SmallBlocks(), model.orders.size() / 10);
  const Day as_of = revision->last_event_day;
  const auto compute = [&](std::vector<std::string> ids) {
    return *Features::Compute(*revision, as_of, ids, StopToken());
  };
  const Features money = compute({"orders", "revenue"}), dates = compute({"recency_days"});
  const Features all =
      compute({"orders", "order_lines", "units", "revenue", "recency_days", "tenure_days"});
  for (size_t i = 0; i < model.customers.size(); ++i) {
    SCOPED_TRACE(model.customers[i].id);
    const Sums sums = SumsOf(model, i, kNoDay, as_of);
    const int64_t null = FeatureColumn::kNullInteger;
    const int64_t recency = sums.orders == 0 ? null : as_of - sums.last;
    EXPECT_EQ(money.Column("orders").integers[i], sums.orders);
    EXPECT_EQ(money.Column("revenue").integers[i], sums.revenue);
    EXPECT_EQ(dates.Column("recency_days").integers[i], recency);
    EXPECT_EQ(all.Column("orders").integers[i], sums.orders);
    EXPECT_EQ(all.Column("order_lines").integers[i], sums.lines);
    EXPECT_EQ(all.Column("units").numbers[i], static_cast<double>(sums.units) / 1e6);
    EXPECT_EQ(all.Column("revenue").integers[i], sums.revenue);
    EXPECT_EQ(all.Column("recency_days").integers[i], recency);
    EXPECT_EQ(all.Column("tenure_days").integers[i], sums.orders == 0 ? null : as_of - sums.first);
  }
}

TEST_P(RandomFeatures, CodesOfTextsAscend) {
  const auto revision = RandomWorkspace(GetParam()).Build(SmallBlocks());
  for (const char* id : {"display_name", "gender", "country", "city", "cohort_month"}) {
    const Features features = *Features::Compute(*revision, revision->last_event_day, {id}, {});
    const FeatureColumn& column = features.Column(id);
    EXPECT_TRUE(column.ordered);
    EXPECT_EQ(column.texts[0], "");
    EXPECT_TRUE(std::is_sorted(column.texts.begin(), column.texts.end())) << id;
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, RandomFeatures, ::testing::Range(100u, 140u));

}  // namespace
}  // namespace strata::analytics::fields
