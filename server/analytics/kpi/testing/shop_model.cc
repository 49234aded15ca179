#include "server/analytics/kpi/testing/shop_model.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace strata::analytics::kpi {

size_t ShopModel::Customer(absl::string_view id, absl::string_view country) {
  for (size_t i = 0; i < customers.size(); ++i) {
    if (customers[i].id == id) return i;
  }
  CustomerRow& row = customers.emplace_back();
  row.id = std::string(id);
  row.country = std::string(country);
  return customers.size() - 1;
}

ShopModel::OrderRow& ShopModel::Order(absl::string_view customer, absl::string_view day,
                                      int64_t units, absl::string_view status) {
  const size_t place = Customer(customer);
  OrderRow& row = orders.emplace_back();
  row.customer = place;
  row.time = At(day, 12);
  row.status = std::string(status);
  row.lines.emplace_back().amount = units * kMicrosAUnit;
  return row;
}

ShopModel::TicketRow& ShopModel::Ticket(absl::string_view customer, absl::string_view day,
                                        int hour) {
  const size_t place = Customer(customer);
  TicketRow& row = tickets.emplace_back();
  row.customer = place;
  row.opened = At(day, hour);
  return row;
}

void ShopModel::Contract(absl::string_view customer, absl::string_view start, absl::string_view end,
                         int64_t units) {
  contracts.push_back({Customer(customer), *ParseDay(start), end.empty() ? kNoDay : *ParseDay(end),
                       units * kMicrosAUnit, "", "active"});
}

void ShopModel::Survey(absl::string_view customer, absl::string_view day, SurveyKind kind,
                       int score) {
  surveys.push_back({Customer(customer), *ParseDay(day), kind, score});
}

image::RevisionPtr ShopModel::Build(const image::BlockSizes& sizes, size_t late_orders) const {
  auto editor = *image::Editor::Create(std::make_shared<const WorkspaceSettings>(settings), sizes);
  for (size_t i = 0; i < customers.size(); ++i) {
    const CustomerRow& row = customers[i];
    strata::Customer customer;
    customer.id = row.id;
    customer.gender = row.gender;
    customer.country = row.country;
    customer.children = row.children;
    customer.strategic = row.strategic;
    customer.birth_date = row.birth_date;
    customer.created_time = row.created == kNoDay ? kNoTime : Millis{row.created} * kMillisADay;
    editor->LoadCustomer(static_cast<image::Slot>(i), customer, false);
  }
  std::vector<std::vector<OrderLine>> lines(orders.size());
  std::vector<Record> records(orders.size());
  for (size_t i = 0; i < orders.size(); ++i) {
    for (const LineRow& line : orders[i].lines) {
      lines[i].push_back(
          {line.product, line.product_line, line.quantity_micros, line.amount, line.cost});
    }
    strata::Order order;
    order.order_time = orders[i].time;
    order.status = orders[i].status;
    order.channel = orders[i].channel;
    order.promised_time = orders[i].promised;
    order.delivered_time = orders[i].delivered;
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
    ticket.first_response_time = row.response;
    ticket.resolved_time = row.resolved;
    ticket.escalated_time = row.escalated;
    ticket.sla_due_time = row.due;
    ticket.priority = row.priority;
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
    survey.time = Millis{row.day} * kMillisADay;
    survey.kind = row.kind;
    survey.score = row.score;
    editor->LoadSurvey(++key, static_cast<image::Slot>(row.customer), survey);
  }
  image::RevisionPtr revision = editor->Finish(1);
  if (loaded == orders.size()) return revision;
  image::Changes changes;
  for (size_t i = loaded; i < orders.size(); ++i) {
    changes.list.push_back(image::Changes::Put{
        static_cast<uint32_t>(i + 1), static_cast<image::Slot>(orders[i].customer), &records[i]});
  }
  return editor->Apply(changes, 2);
}

ShopModel RandomShop(uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&random](int limit) {
    return std::uniform_int_distribution<int>(0, limit - 1)(random);
  };
  const auto chance = [&random](double p) { return std::bernoulli_distribution(p)(random); };
  const auto word = [&](std::vector<std::string> words) -> std::string {
    if (chance(0.15)) return "";
    return words[static_cast<size_t>(below(static_cast<int>(words.size())))];
  };
  const Day first = *ParseDay("2022-11-10");
  constexpr int kDays = 500;
  ShopModel shop;
  shop.settings.fiscal_first_month = 1 + below(12);
  shop.settings.deal_size_medium = 20 * kMicrosAUnit;
  shop.settings.deal_size_large = 60 * kMicrosAUnit;
  shop.settings.inactivity_days = 60;
  shop.settings.contract_grace_days = below(3) * 15;
  const int customers = 1 + below(50);
  for (int i = 0; i < customers; ++i) {
    ShopModel::CustomerRow& row = shop.customers.emplace_back();
    row.id = absl::StrCat("c", (i * 7919) % 1009);
    row.gender = word({"F", "M"});
    row.country = word({"US", "DE", "FR"});
    if (chance(0.7)) row.children = below(3);
    if (chance(0.2)) row.strategic = chance(0.5);
    if (chance(0.3)) row.created = first + below(kDays);
  }
  const auto customer = [&] {
    return static_cast<size_t>(std::min(below(customers), below(customers)));
  };
  const auto instant = [&](Day from, int days) {
    return Millis{from + below(days)} * kMillisADay + Millis{below(48)} * 1'800'000;
  };
  const bool rich = chance(0.7);  // else single-line orders without optional columns
  for (int i = below(400); i > 0; --i) {
    ShopModel::OrderRow& row = shop.orders.emplace_back();
    row.customer = customer();
    row.time = instant(first, kDays);
    row.status = word({"shipped", "Cancelled", "on hold", "cancelled"});
    if (rich) row.channel = word({"web", "shop"});
    if (rich && chance(0.7)) row.promised = row.time + Millis{below(20)} * kMillisADay;
    if (rich && chance(0.6)) row.delivered = row.time + Millis{below(30)} * kMillisADay;
    if (rich && chance(0.05)) row.delivered = row.time - Millis{below(60)} * 3'600'000;
    for (int line = rich ? 1 + below(4) : 1; line > 0; --line) {
      ShopModel::LineRow& to = row.lines.emplace_back();
      to.amount = Micros{below(60) - 5} * kMicrosAUnit + (chance(0.3) ? below(kMicrosAUnit) : 0);
      if (!rich) continue;
      to.product = word({"P1", "P2", "P10", "P20", "P3"});
      to.product_line = word({"Ships", "Planes"});
      to.quantity_micros = (below(12) - 2) * kOneUnit + (below(5) == 0 ? below(kOneUnit) : 0);
      if (chance(0.6)) to.cost = Micros{below(40)} * kMicrosAUnit;
    }
  }
  for (int i = below(200); i > 0; --i) {
    ShopModel::TicketRow& row = shop.tickets.emplace_back();
    row.customer = customer();
    row.opened = instant(first, kDays);
    const Day opened = row.day();
    if (chance(0.8)) row.response = row.opened + Millis{below(200)} * 1'800'000;
    if (chance(0.7)) row.resolved = row.opened + Millis{below(3000)} * 1'800'000;
    if (chance(0.3)) row.escalated = instant(opened + 1, 60);
    if (chance(0.7))
      row.due = chance(0.2) && row.resolved != kNoTime ? row.resolved : instant(opened + 1, 60);
    row.priority = word({"P1", "P2"});
    row.status = static_cast<TicketStatus>(below(3));
    row.csat = chance(0.5) ? 1 + below(5) : 0;
  }
  for (int i = below(80); i > 0; --i) {
    ShopModel::ContractRow& row = shop.contracts.emplace_back();
    row.customer = customer();
    row.start = first + below(kDays);
    if (chance(0.8)) row.end = row.start + below(200);
    row.annual_value = below(500) * kMicrosAUnit;
    row.owner = word({"Kim", "Lee"});
    row.status = word({"active", "Void ", "draft"});
    if (row.end == kNoDay || chance(0.5)) continue;
    ShopModel::ContractRow next = row;  // renewed, within the days of grace or later
    next.start = row.end + 1 + below(2 * shop.settings.contract_grace_days + 3);
    next.end = next.start + below(200);
    next.annual_value = below(500) * kMicrosAUnit;
    next.status = word({"active", "CANCELLED"});
    shop.contracts.push_back(std::move(next));
  }
  for (int i = below(150); i > 0; --i) {
    const SurveyKind kind = chance(0.5) ? SurveyKind::kNps : SurveyKind::kCsat;
    shop.surveys.push_back({customer(), first + below(kDays), kind,
                            kind == SurveyKind::kNps ? below(11) : 1 + below(5)});
  }
  return shop;
}

KpiQuery QueryOf(const image::RevisionPtr& revision, std::vector<std::string> kpis,
                 std::vector<std::string> group_by, absl::string_view filter,
                 absl::string_view from, absl::string_view to, absl::string_view as_of) {
  KpiQuery query;
  query.scope = *fields::ResolveScope(revision, as_of, from, to, filter, fields::ClassesAt::kAsOf,
                                      StopToken());
  query.kpis = std::move(kpis);
  query.group_by = std::move(group_by);
  return query;
}

std::string TextOf(const fields::Value& value) {
  struct Visitor {
    std::string operator()(fields::NullReason reason) const {
      constexpr const char* kNames[] = {"no_records", "zero_denominator", "not_enough_history",
                                        "unknown",    "not_applicable",   "out_of_range"};
      return absl::StrCat("null:", kNames[static_cast<int>(reason)]);
    }
    std::string operator()(bool held) const { return held ? "true" : "false"; }
    std::string operator()(int64_t held) const { return absl::StrCat(held); }
    std::string operator()(double held) const { return absl::StrCat(held); }
    std::string operator()(const Amount& held) const { return FormatAmount(held); }
    std::string operator()(fields::DateValue held) const { return FormatDay(held.day); }
    std::string operator()(const std::string& held) const { return held; }
  };
  return std::visit(Visitor(), value);
}

std::string TextOf(const KpiTable& table) {
  const auto line = [](const KpiTable::Row& row) {
    std::vector<std::string> parts;
    for (const fields::Value& key : row.keys) parts.push_back(TextOf(key));
    std::string text = parts.empty() ? "" : absl::StrCat(absl::StrJoin(parts, " "), ": ");
    parts.clear();
    for (const fields::Cell& cell : row.cells) parts.push_back(TextOf(cell.value));
    return absl::StrCat(text, absl::StrJoin(parts, " "));
  };
  std::vector<std::string> lines;
  for (const KpiTable::Row& row : table.rows) lines.push_back(line(row));
  if (table.totals.has_value()) lines.push_back(absl::StrCat("totals ", line(*table.totals)));
  return absl::StrJoin(lines, "\n");
}

std::string Answer(const KpiQuery& query) {
  const absl::StatusOr<KpiAnswer> answer = QueryKpis(query);
  return answer.ok() ? TextOf(answer->table) : answer.status().ToString();
}

}  // namespace strata::analytics::kpi
