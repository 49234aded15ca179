#ifndef STRATA_SERVER_ANALYTICS_TESTING_MODEL_WORKSPACE_H_
#define STRATA_SERVER_ANALYTICS_TESTING_MODEL_WORKSPACE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "server/domain/calendar.h"
#include "server/domain/record.h"
#include "server/domain/settings.h"
#include "server/image/block_sizes.h"
#include "server/image/editor.h"

// For tests: a workspace as plain rows that own their text, and the image of it. Oracles walk the
// rows, the code under test the image.

namespace strata::analytics {

struct ModelLine {
  std::string product, product_line;
  Micros quantity_micros = kOneUnit;
  Micros amount = 0;
};

struct ModelWorkspace {
  // Facts name their customer by its place in `customers`, which is its slot.
  struct CustomerRow {
    std::string id, display_name, gender, country, region, city, industry, account_owner;
    Day birth_date = kNoDay;
    std::optional<int32_t> children;
    std::optional<bool> strategic;
    Day created = kNoDay;
    bool placeholder = false;
    std::map<std::string, std::variant<std::string, double, bool>> attributes;
  };
  struct OrderRow {
    size_t customer = 0;
    Day day = 0;
    std::string status, channel;
    std::vector<ModelLine> lines;

    bool Recognised() const { return status != "cancelled" && status != "Cancelled"; }
    bool IsReturn() const {
      MicrosSum total = 0;
      for (const ModelLine& line : lines) total += line.amount;
      return total < 0;
    }
    bool IsPurchase() const { return Recognised() && !IsReturn(); }
  };
  struct TicketRow {
    size_t customer = 0;
    Millis opened = 0, resolved = kNoTime, escalated = kNoTime, due = kNoTime;
    std::string priority, category;
    TicketStatus status = TicketStatus::kOpen;
    int32_t csat = 0;
  };
  struct ContractRow {
    size_t customer = 0;
    Day start = 0, end = kNoDay;
    Micros annual_value = 0;
    std::string owner, status;
  };
  struct SurveyRow {
    size_t customer = 0;
    Day day = 0;
    SurveyKind kind = SurveyKind::kNps;
    int32_t score = 0;
  };

  WorkspaceSettings settings;
  Millis commit_time = kNoTime;  // of the image
  std::vector<CustomerRow> customers;
  std::vector<OrderRow> orders;
  std::vector<TicketRow> tickets;
  std::vector<ContractRow> contracts;
  std::vector<SurveyRow> surveys;

  // The place of the customer with this id, which is added when it is new.
  size_t Customer(const std::string& id) {
    for (size_t i = 0; i < customers.size(); ++i) {
      if (customers[i].id == id) return i;
    }
    customers.emplace_back().id = id;
    return customers.size() - 1;
  }
  void Order(const std::string& customer, absl::string_view day, Micros units,
             std::string status = "shipped") {
    orders.push_back({Customer(customer),
                      *ParseDay(day),
                      std::move(status),
                      "",
                      {{"", "", kOneUnit, units * kMicrosAUnit}}});
  }

  // The image. The last `late_orders` orders come by a commit of their own, so that blocks have
  // tails. Small `sizes` make many blocks.
  image::RevisionPtr Build(const image::BlockSizes& sizes = {}, size_t late_orders = 0) const;
};

// Noon in UTC, which is the same day in America.
inline Millis NoonOf(Day day) { return Millis{day} * kMillisADay + kMillisADay / 2; }

// A workspace in which everything occurs: unknown values, returns, excluded statuses, ties in
// revenue, orders of several lines, customers without facts.
ModelWorkspace RandomWorkspace(uint32_t seed);

inline image::RevisionPtr ModelWorkspace::Build(const image::BlockSizes& sizes,
                                                size_t late_orders) const {
  auto editor = *image::Editor::Create(std::make_shared<const WorkspaceSettings>(settings), sizes);
  for (size_t i = 0; i < customers.size(); ++i) {
    const CustomerRow& row = customers[i];
    std::vector<Attribute> attributes;
    for (const auto& [key, value] : row.attributes) {
      AttributeValue borrowed;
      if (const auto* text = std::get_if<std::string>(&value)) borrowed = absl::string_view(*text);
      if (const auto* number = std::get_if<double>(&value)) borrowed = *number;
      if (const auto* flag = std::get_if<bool>(&value)) borrowed = *flag;
      attributes.push_back({key, borrowed});
    }
    strata::Customer customer;
    customer.id = row.id;
    customer.display_name = row.display_name;
    customer.gender = row.gender;
    customer.country = row.country;
    customer.region = row.region;
    customer.city = row.city;
    customer.industry = row.industry;
    customer.account_owner = row.account_owner;
    customer.birth_date = row.birth_date;
    customer.children = row.children;
    customer.strategic = row.strategic;
    customer.created_time = row.created == kNoDay ? kNoTime : NoonOf(row.created);
    customer.attributes = attributes;
    editor->LoadCustomer(static_cast<image::Slot>(i), customer, row.placeholder);
  }
  std::vector<std::vector<OrderLine>> lines(orders.size());
  std::vector<Record> records(orders.size());
  for (size_t i = 0; i < orders.size(); ++i) {
    for (const ModelLine& line : orders[i].lines) {
      lines[i].push_back({line.product, line.product_line, line.quantity_micros, line.amount});
    }
    strata::Order order;
    order.order_time = NoonOf(orders[i].day);
    order.status = orders[i].status;
    order.channel = orders[i].channel;
    order.lines = lines[i];
    records[i] = order;
  }
  const size_t loaded = orders.size() - std::min(late_orders, orders.size());
  for (size_t i = 0; i < loaded; ++i) {
    editor->LoadOrder(static_cast<uint32_t>(i + 1), static_cast<image::Slot>(orders[i].customer),
                      std::get<strata::Order>(records[i]));
  }
  uint32_t key = 0;
  for (const TicketRow& row : tickets) {
    strata::Ticket ticket;
    ticket.opened_time = row.opened;
    ticket.resolved_time = row.resolved;
    ticket.escalated_time = row.escalated;
    ticket.sla_due_time = row.due;
    ticket.priority = row.priority;
    ticket.category = row.category;
    ticket.status = row.status;
    ticket.csat = row.csat;
    editor->LoadTicket(++key, static_cast<image::Slot>(row.customer), ticket);
  }
  for (const ContractRow& row : contracts) {
    strata::Contract contract;
    contract.start_date = row.start;
    contract.end_date = row.end;
    contract.annual_value = row.annual_value;
    contract.owner = row.owner;
    contract.status = row.status;
    editor->LoadContract(++key, static_cast<image::Slot>(row.customer), contract);
  }
  for (const SurveyRow& row : surveys) {
    strata::Survey survey;
    survey.time = NoonOf(row.day);
    survey.kind = row.kind;
    survey.score = row.score;
    editor->LoadSurvey(++key, static_cast<image::Slot>(row.customer), survey);
  }
  image::RevisionPtr revision = editor->Finish(1, commit_time);
  if (loaded == orders.size()) return revision;
  image::Changes changes;
  for (size_t i = loaded; i < orders.size(); ++i) {
    changes.list.push_back(image::Changes::Put{
        static_cast<uint32_t>(i + 1), static_cast<image::Slot>(orders[i].customer), &records[i]});
  }
  return editor->Apply(changes, 2, commit_time);
}

inline ModelWorkspace RandomWorkspace(uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&random](int limit) {
    return std::uniform_int_distribution<int>(0, limit - 1)(random);
  };
  const auto chance = [&random](double p) { return std::bernoulli_distribution(p)(random); };
  const auto word = [&](std::initializer_list<const char*> words) -> std::string {
    if (chance(0.2)) return "";
    return *(words.begin() + below(static_cast<int>(words.size())));
  };
  const Day first = *ParseDay("2021-11-20");
  constexpr int kDays = 800;
  ModelWorkspace model;
  model.settings.time_zone = chance(0.5) ? "UTC" : "America/New_York";
  model.settings.fiscal_first_month = 1 + below(12);
  model.settings.age_method = chance(0.5) ? AgeMethod::kExact : AgeMethod::kYearDifference;
  model.settings.deal_size_medium = 30 * kMicrosAUnit;
  model.settings.deal_size_large = 70 * kMicrosAUnit;
  model.settings.loyalty_vip_units = 20;
  model.settings.tier_window_days = chance(0.3) ? 200 : 0;
  const int customers = 1 + below(120);
  const bool rich = chance(0.7);  // else single-line orders without optional columns
  for (int i = 0; i < customers; ++i) {
    ModelWorkspace::CustomerRow& row = model.customers.emplace_back();
    row.id = absl::StrCat("c", (i * 7919) % 1009);
    if (chance(0.1)) {
      row.placeholder = true;
      continue;
    }
    row.display_name = word({"Ada", "Bert", "Çelik", "ada", "O'Brien", "a \"quoted\\ name*"});
    row.gender = word({"F", "M"});
    row.country = word({"US", "DE", "FR", "United States", "united kingdom"});
    row.region = word({"North", "South"});
    row.city = word({"Berlin", "Bonn", "Paris"});
    row.industry = word({"Toys", "Ships"});
    row.account_owner = word({"Kim", "Lee"});
    if (chance(0.8)) row.birth_date = *ParseDay("1930-01-01") + below(33'000);
    if (chance(0.7)) row.children = below(4);
    if (chance(0.3)) row.strategic = chance(0.5);
    if (chance(0.4)) row.created = first + below(kDays) - 100;
    if (chance(0.5)) row.attributes["plan"] = std::string(chance(0.5) ? "gold" : "basic");
    if (chance(0.5)) row.attributes["seats"] = below(20) / 4.0;
    if (chance(0.5)) row.attributes["beta"] = chance(0.5);
  }
  const auto day = [&] { return first + below(kDays); };
  const auto owner = [&] {
    return static_cast<size_t>(std::min(below(customers), below(customers)));
  };
  for (int i = below(600); i > 0; --i) {
    ModelWorkspace::OrderRow& row = model.orders.emplace_back();
    row.customer = owner();
    row.day = day();
    row.status = word({"shipped", "Cancelled", "on hold", "cancelled"});
    if (rich) row.channel = word({"web", "shop"});
    for (int line = rich ? 1 + below(3) : 1; line > 0; --line) {
      ModelLine& to = row.lines.emplace_back();
      to.amount = Micros{below(60) - 5} * kMicrosAUnit + (chance(0.3) ? below(kMicrosAUnit) : 0);
      if (!rich) continue;
      to.product = word({"P1", "P2", "P10"});
      to.product_line = word({"Ships", "Planes", "Trains"});
      to.quantity_micros = (below(12) - 2) * kOneUnit;
      if (chance(0.2)) to.quantity_micros += below(kOneUnit);
    }
  }
  const auto instant = [&](Day from) {
    return NoonOf(from + below(60)) + Millis{below(24)} * 3'600'000;
  };
  for (int i = below(200); i > 0; --i) {
    ModelWorkspace::TicketRow& row = model.tickets.emplace_back();
    row.customer = owner();
    const Day opened = day();
    row.opened = NoonOf(opened) - Millis{below(12)} * 3'600'000;
    if (chance(0.7)) row.resolved = instant(opened);
    if (chance(0.3)) row.escalated = instant(opened);
    if (chance(0.7)) row.due = instant(opened);
    row.priority = word({"P1", "P2"});
    row.category = word({"billing", "delivery"});
    row.status = static_cast<TicketStatus>(below(3));
    row.csat = chance(0.5) ? 1 + below(5) : 0;
  }
  for (int i = below(80); i > 0; --i) {
    ModelWorkspace::ContractRow& row = model.contracts.emplace_back();
    row.customer = owner();
    row.start = day();
    if (chance(0.8)) row.end = row.start + below(500);
    row.annual_value = below(1'000) * kMicrosAUnit;
    row.owner = word({"Kim", "Lee"});
    row.status = word({"active", "ended", "Void"});
  }
  for (int i = below(120); i > 0; --i) {
    const SurveyKind kind = chance(0.5) ? SurveyKind::kNps : SurveyKind::kCsat;
    model.surveys.push_back(
        {owner(), day(), kind, kind == SurveyKind::kNps ? below(11) : 1 + below(5)});
  }
  return model;
}

}  // namespace strata::analytics

#endif  // STRATA_SERVER_ANALYTICS_TESTING_MODEL_WORKSPACE_H_
