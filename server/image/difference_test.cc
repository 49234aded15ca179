#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "server/image/testing/history_model.h"

namespace strata::image {
namespace {

using testing::HasSubstr;

// A small workspace in which every column has a value.
HistoryModel FullModel() {
  HistoryModel model;
  model.settings = std::make_shared<const WorkspaceSettings>();
  Customer customer;
  customer.id = "anna";
  customer.display_name = "Anna";
  customer.gender = "F";
  customer.country = "US";
  customer.region = "west";
  customer.city = "LA";
  customer.industry = "toys";
  customer.account_owner = "otto";
  customer.birth_date = 5'000;
  customer.children = 2;
  customer.strategic = false;
  customer.created_time = 1'000;
  model.customers[0] = {
      customer, {{"color", absl::string_view("red")}, {"score", 0.5}, {"partner", true}}, false};
  customer.id = "ben";
  model.customers[1] = {customer, {}, true};

  Order order;
  order.order_time = 100 * kMillisADay;
  order.status = "shipped";
  order.channel = "web";
  order.promised_time = 1;
  order.shipped_time = 2;
  order.delivered_time = 3;
  model.orders[1] = {
      0, order, {{"doll", "toys", 2 * kOneUnit, 10, 5}, {"car", "toys", kOneUnit, 20, 6}}};
  model.orders[2] = {1, order, {{"doll", "toys", kOneUnit, 30, kNoAmount}}};
  Ticket ticket;
  ticket.opened_time = 50 * kMillisADay;
  ticket.priority = "high";
  ticket.category = "bill";
  model.tickets[1] = {0, ticket};
  Contract contract;
  contract.start_date = 10;
  contract.end_date = 375;
  contract.annual_value = 100;
  contract.owner = "otto";
  contract.status = "active";
  model.contracts[1] = {1, contract};
  Survey survey;
  survey.time = 60 * kMillisADay;
  survey.score = 3;
  model.surveys[1] = {0, survey};
  return model;
}

std::string DifferenceOf(const HistoryModel& a, const HistoryModel& b) {
  std::unique_ptr<Editor> editor_a = a.NewEditor({}), editor_b = b.NewEditor({});
  return Difference(*a.Load(*editor_a), *b.Load(*editor_b));
}

struct Planted {
  const char* where;  // part of the finding
  std::function<void(HistoryModel&)> plant;
};

std::vector<Planted> PlantedDifferences() {
  using M = HistoryModel;
  return {
      {"id: \"anna\"", [](M& m) { m.customers[0].customer.id = "anne"; }},
      {"customers: 2 against 1",
       [](M& m) {
         m.customers.erase(1);
         m.orders.erase(2);
         m.contracts.clear();
       }},
      {"placeholder", [](M& m) { m.customers[0].placeholder = true; }},
      {"display_name", [](M& m) { m.customers[0].customer.display_name = ""; }},
      {"gender", [](M& m) { m.customers[0].customer.gender = "M"; }},
      {"country", [](M& m) { m.customers[1].customer.country = "DE"; }},
      {"region", [](M& m) { m.customers[0].customer.region = "east"; }},
      {"city", [](M& m) { m.customers[0].customer.city = "SF"; }},
      {"industry", [](M& m) { m.customers[0].customer.industry = "cars"; }},
      {"account_owner", [](M& m) { m.customers[0].customer.account_owner = "eva"; }},
      {"birth_date", [](M& m) { m.customers[0].customer.birth_date = kNoDay; }},
      {"children", [](M& m) { m.customers[0].customer.children = 0; }},
      {"strategic", [](M& m) { m.customers[0].customer.strategic = std::nullopt; }},
      {"created_time", [](M& m) { m.customers[0].customer.created_time = 1'001; }},
      {"created_day", [](M& m) { m.customers[0].customer.created_time = kMillisADay; }},
      {"color", [](M& m) { m.customers[0].attributes[0].value = absl::string_view("blue"); }},
      {"score", [](M& m) { m.customers[0].attributes[1].value = 0.6; }},
      {"partner", [](M& m) { m.customers[0].attributes[2].value = false; }},
      {"attributes", [](M& m) { m.customers[0].attributes.pop_back(); }},
      {"attributes",
       [](M& m) {
         m.customers[1].attributes = {{"size", 1.0}};
       }},
      {"orders: 2 against 1", [](M& m) { m.orders.erase(2); }},
      {"number of orders: 1 against 0", [](M& m) { m.orders[1].slot = 1; }},
      {"order 1, key",
       [](M& m) {
         m.orders[3] = m.orders[1];
         m.orders.erase(1);
       }},
      {"order 2, day: 100 against 99",
       [](M& m) { m.orders[2].order.order_time = 99 * kMillisADay + 5; }},
      {"last event day",
       [](M& m) {
         m.orders[2].order.order_time = m.orders[1].order.order_time = 99 * kMillisADay;
       }},
      {"first event day", [](M& m) { m.tickets[1].fact.opened_time = 51 * kMillisADay; }},
      {"status", [](M& m) { m.orders[1].order.status = "open"; }},
      {"channel", [](M& m) { m.orders[1].order.channel = ""; }},
      {"promised_time", [](M& m) { m.orders[1].order.promised_time = kNoTime; }},
      {"shipped_time", [](M& m) { m.orders[1].order.shipped_time = 7; }},
      {"delivered_time",
       [](M& m) { m.orders[1].order.delivered_time = m.orders[2].order.delivered_time = kNoTime; }},
      {"order lines: 3 against 2", [](M& m) { m.orders[1].lines.pop_back(); }},
      {"number of lines: 2 against 1",
       [](M& m) {
         m.orders[1].lines.pop_back();
         m.orders[2].lines.push_back({});
       }},
      {"amount", [](M& m) { m.orders[1].lines[1].amount = 21; }},
      {"quantity", [](M& m) { m.orders[1].lines[0].quantity_micros = kOneUnit; }},
      {"product: \"doll\" against \"car\"", [](M& m) { m.orders[2].lines[0].product = "car"; }},
      {"product_line", [](M& m) { m.orders[2].lines[0].product_line = ""; }},
      {"cost", [](M& m) { m.orders[1].lines[1].cost = kNoAmount; }},
      {"tickets: 1 against 0", [](M& m) { m.tickets.clear(); }},
      {"number of tickets", [](M& m) { m.tickets[1].slot = 1; }},
      {"opened_time", [](M& m) { m.tickets[1].fact.opened_time += 1; }},
      {"first_response_time", [](M& m) { m.tickets[1].fact.first_response_time = 1; }},
      {"resolved_time", [](M& m) { m.tickets[1].fact.resolved_time = 1; }},
      {"escalated_time", [](M& m) { m.tickets[1].fact.escalated_time = 1; }},
      {"sla_due_time", [](M& m) { m.tickets[1].fact.sla_due_time = 1; }},
      {"priority", [](M& m) { m.tickets[1].fact.priority = "low"; }},
      {"category", [](M& m) { m.tickets[1].fact.category = ""; }},
      {"ticket 1, status", [](M& m) { m.tickets[1].fact.status = TicketStatus::kCancelled; }},
      {"csat", [](M& m) { m.tickets[1].fact.csat = 5; }},
      {"contracts: 1 against 0", [](M& m) { m.contracts.clear(); }},
      {"start_date", [](M& m) { m.contracts[1].fact.start_date = 11; }},
      {"end_date", [](M& m) { m.contracts[1].fact.end_date = kNoDay; }},
      {"annual_value", [](M& m) { m.contracts[1].fact.annual_value = 101; }},
      {"auto_renew", [](M& m) { m.contracts[1].fact.auto_renew = false; }},
      {"contract 1, owner", [](M& m) { m.contracts[1].fact.owner = "eva"; }},
      {"contract 1, status", [](M& m) { m.contracts[1].fact.status = "ended"; }},
      {"surveys: 1 against 0", [](M& m) { m.surveys.clear(); }},
      {"survey 1, day", [](M& m) { m.surveys[1].fact.time += kMillisADay; }},
      {"survey 1, time", [](M& m) { m.surveys[1].fact.time += 1; }},
      {"survey 1, kind", [](M& m) { m.surveys[1].fact.kind = SurveyKind::kCsat; }},
      {"survey 1, score", [](M& m) { m.surveys[1].fact.score = 4; }},
  };
}

TEST(Difference, FindsAPlantedOneInEveryColumn) {
  const HistoryModel model = FullModel();
  ASSERT_EQ(DifferenceOf(model, model), "");
  for (const Planted& planted : PlantedDifferences()) {
    HistoryModel changed = FullModel();
    planted.plant(changed);
    EXPECT_THAT(DifferenceOf(model, changed), HasSubstr(planted.where));
    EXPECT_NE(DifferenceOf(changed, model), "") << planted.where;
    EXPECT_EQ(DifferenceOf(changed, changed), "") << planted.where;
  }
}

// The other judge of these tests is held to the same: what it passes must be right.
TEST(HistoryModel, MismatchFindsAPlantedOneInEveryColumn) {
  const HistoryModel model = FullModel();
  std::unique_ptr<Editor> editor = model.NewEditor({});
  const RevisionPtr revision = model.Load(*editor);
  ASSERT_EQ(model.Mismatch(*revision), "");
  for (const Planted& planted : PlantedDifferences()) {
    HistoryModel changed = FullModel();
    planted.plant(changed);
    EXPECT_NE(changed.Mismatch(*revision), "") << planted.where;
  }
}

TEST(Difference, SaysWhoseRowItIs) {
  HistoryModel changed = FullModel();
  changed.orders[2].order.status = "lost";
  EXPECT_EQ(DifferenceOf(FullModel(), changed),
            "customer \"ben\", order 2, status: \"shipped\" against \"lost\"");
}

TEST(Difference, DoesNotSeeBlocksAndCodes) {
  HistoryModel model = FullModel();
  std::unique_ptr<Editor> whole = model.NewEditor({});
  BlockSizes tiny;
  tiny.max_customers = 1;
  std::unique_ptr<Editor> cut = model.NewEditor(tiny);
  // Other codes: texts that came and went.
  HistoryModel more = model;
  more.orders[2].order.status = "lost";
  BorrowedChanges back;
  const RevisionPtr a = model.Load(*whole);
  more.Load(*cut);
  back.Remove(RecordKind::kOrder, 2, 1);
  Order order = model.orders[2].order;
  order.lines = model.orders[2].lines;
  back.Put(2, 1, order);
  const RevisionPtr b = cut->Apply(back.changes, 2);
  EXPECT_NE(a->blocks.size(), b->blocks.size());
  EXPECT_EQ(Difference(*a, *b), "");
}

// Under the same settings the flag of each order counts as well; the status text is not enough.
TEST(Difference, SeesAnExclusionThatIsNotUpToDate) {
  HistoryModel model = FullModel();
  std::unique_ptr<Editor> editor = model.NewEditor({});
  const RevisionPtr a = model.Load(*editor);
  Revision b = *a;
  b.excluded_status[*b.dictionaries->status.Find("shipped")] = 1;
  EXPECT_THAT(Difference(*a, b), HasSubstr("excluded"));
}

}  // namespace
}  // namespace strata::image
