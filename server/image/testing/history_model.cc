#include "server/image/testing/history_model.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "server/domain/status_key.h"

namespace strata::image {

absl::string_view PooledText(absl::string_view text) {
  static auto* const pool = new std::set<std::string>();
  return *pool->insert(std::string(text)).first;
}

std::unique_ptr<Editor> HistoryModel::NewEditor(const BlockSizes& sizes) const {
  return *Editor::Create(settings, sizes);
}

RevisionPtr HistoryModel::Load(Editor& editor) const {
  for (const auto& [slot, stored] : customers) {
    Customer customer = stored.customer;
    customer.attributes = stored.attributes;
    editor.LoadCustomer(slot, customer, stored.placeholder);
  }
  for (const auto& [key, stored] : orders) {
    Order order = stored.order;
    order.lines = stored.lines;
    editor.LoadOrder(key, stored.slot, order);
  }
  for (const auto& [key, stored] : tickets) editor.LoadTicket(key, stored.slot, stored.fact);
  for (const auto& [key, stored] : contracts) editor.LoadContract(key, stored.slot, stored.fact);
  for (const auto& [key, stored] : surveys) editor.LoadSurvey(key, stored.slot, stored.fact);
  return editor.Finish(1);
}

absl::string_view BorrowedChanges::Borrow(absl::string_view text) {
  return texts_.emplace_back(text);
}

void BorrowedChanges::Put(uint32_t key, Slot slot, Record record) {
  if (auto* order = std::get_if<Order>(&record)) {
    order->id = Borrow(order->id);
    order->status = Borrow(order->status);
    order->channel = Borrow(order->channel);
    auto& lines = lines_.emplace_back(order->lines.begin(), order->lines.end());
    for (OrderLine& line : lines) {
      line.product = Borrow(line.product);
      line.product_line = Borrow(line.product_line);
    }
    order->lines = lines;
  } else if (auto* ticket = std::get_if<Ticket>(&record)) {
    ticket->priority = Borrow(ticket->priority);
    ticket->category = Borrow(ticket->category);
  } else if (auto* contract = std::get_if<Contract>(&record)) {
    contract->owner = Borrow(contract->owner);
    contract->status = Borrow(contract->status);
  }
  changes.list.push_back(Changes::Put{key, slot, &records_.emplace_back(record)});
}

void BorrowedChanges::PutCustomer(Slot slot, const Customer& customer, bool placeholder) {
  Customer copy = customer;
  for (absl::string_view Customer::*text :
       {&Customer::id, &Customer::display_name, &Customer::gender, &Customer::country,
        &Customer::region, &Customer::city, &Customer::industry, &Customer::account_owner}) {
    copy.*text = Borrow(copy.*text);
  }
  auto& attributes = attributes_.emplace_back(copy.attributes.begin(), copy.attributes.end());
  for (Attribute& attribute : attributes) {
    attribute.key = Borrow(attribute.key);
    if (auto* text = std::get_if<absl::string_view>(&attribute.value)) *text = Borrow(*text);
  }
  copy.attributes = attributes;
  changes.list.push_back(Changes::PutCustomer{slot, copy, placeholder});
}

void BorrowedChanges::Remove(RecordKind kind, uint32_t key, Slot slot) {
  changes.list.push_back(Changes::Remove{kind, key, slot});
}

RandomHistory::RandomHistory(uint32_t seed) : random_(seed) {
  // Some histories have no optional field at all, some few, some many.
  richness_ = std::vector<double>{0, 0.02, 0.5}[seed % 3];
  for (uint32_t& key : next_key_) key = 1;
  WorkspaceSettings settings;
  settings.time_zone = seed % 2 == 0 ? "America/New_York" : "Asia/Tokyo";
  model_.settings = std::make_shared<const WorkspaceSettings>(settings);
}

BorrowedChanges RandomHistory::Step(int max_operations, TextList& ids) {
  BorrowedChanges changes;
  const int operations = Below(max_operations) + 1;
  for (int i = 0; i < operations; ++i) Operate(changes, ids);
  return changes;
}

void RandomHistory::Operate(BorrowedChanges& to, TextList& ids) {
  const int dice = Below(100);
  if (dice < 45) {
    InsertFact(to, RecordKind::kOrder, next_key_[1]++, AnyCustomer(to, ids));
  } else if (dice < 60) {
    const auto kind = static_cast<RecordKind>(2 + Below(3));
    InsertFact(to, kind, next_key_[static_cast<int>(kind)]++, AnyCustomer(to, ids));
  } else if (dice < 85) {
    ChangeFact(to, ids);
  } else if (dice < 90) {
    NewCustomer(to, ids, false);
  } else if (dice < 97) {
    if (model_.customers.empty()) return;
    const Slot slot = AnyCustomer(to, ids);
    HistoryModel::StoredCustomer& stored = model_.customers[slot];
    FillCustomer(stored);
    to.PutCustomer(slot, stored.customer, stored.placeholder);
  } else if (dice < 99) {
    RemoveCustomer(to);
  } else {
    ChangeSettings(to);
  }
}

// Removes a fact, or replaces it any number of times, or removes it and gives its key to another.
void RandomHistory::ChangeFact(BorrowedChanges& to, TextList& ids) {
  const auto kind = static_cast<RecordKind>(1 + Below(Chance(0.5) ? 1 : 4));
  const uint32_t key = AnyKey(kind);
  if (key == 0 || !RemoveFact(to, kind, key)) return;
  while (Chance(0.7)) {
    InsertFact(to, kind, key, AnyCustomer(to, ids));
    if (Chance(0.7)) return;
    RemoveFact(to, kind, key);
  }
}

uint32_t RandomHistory::AnyKey(RecordKind kind) {
  const uint32_t next = next_key_[static_cast<int>(kind)];
  if (next == 1) return 0;
  // Often a late one: what came in the same commit or sits in a tail.
  const int recent = std::min<int>(next - 1, 10);
  return Chance(0.3) ? next - 1 - Below(recent) : 1 + Below(next - 1);
}

void RandomHistory::InsertFact(BorrowedChanges& to, RecordKind kind, uint32_t key, Slot slot) {
  if (kind == RecordKind::kOrder) {
    auto& stored = model_.orders[key] = MakeOrder(slot);
    Order order = stored.order;
    order.lines = stored.lines;
    to.Put(key, slot, order);
    return;
  }
  const Record record = MakeFact(kind);
  to.Put(key, slot, record);
  if (kind == RecordKind::kTicket) model_.tickets[key] = {slot, std::get<Ticket>(record)};
  if (kind == RecordKind::kContract) model_.contracts[key] = {slot, std::get<Contract>(record)};
  if (kind == RecordKind::kSurvey) model_.surveys[key] = {slot, std::get<Survey>(record)};
}

bool RandomHistory::RemoveFact(BorrowedChanges& to, RecordKind kind, uint32_t key) {
  const auto remove_from = [&](auto& facts) {
    const auto found = facts.find(key);
    if (found == facts.end()) return false;
    to.Remove(kind, key, found->second.slot);
    facts.erase(found);
    return true;
  };
  switch (kind) {
    case RecordKind::kOrder:
      return remove_from(model_.orders);
    case RecordKind::kTicket:
      return remove_from(model_.tickets);
    case RecordKind::kContract:
      return remove_from(model_.contracts);
    case RecordKind::kSurvey:
      return remove_from(model_.surveys);
    case RecordKind::kCustomer:
      break;
  }
  return false;
}

void RandomHistory::RemoveCustomer(BorrowedChanges& to) {
  if (model_.customers.empty()) return;
  auto victim = std::next(model_.customers.begin(), Below(model_.customers.size()));
  const Slot slot = victim->first;
  const auto keys_of = [slot](const auto& facts) {
    std::vector<uint32_t> keys;
    for (const auto& [key, stored] : facts) {
      if (stored.slot == slot) keys.push_back(key);
    }
    return keys;
  };
  for (uint32_t key : keys_of(model_.orders)) RemoveFact(to, RecordKind::kOrder, key);
  for (uint32_t key : keys_of(model_.tickets)) RemoveFact(to, RecordKind::kTicket, key);
  for (uint32_t key : keys_of(model_.contracts)) RemoveFact(to, RecordKind::kContract, key);
  for (uint32_t key : keys_of(model_.surveys)) RemoveFact(to, RecordKind::kSurvey, key);
  to.Remove(RecordKind::kCustomer, slot + 1, slot);
  model_.customers.erase(victim);
}

void RandomHistory::ChangeSettings(BorrowedChanges& to) {
  WorkspaceSettings settings = *model_.settings;
  settings.excluded_statuses =
      StatusKeys({std::string(Word("STATUS", 5)), std::string(Word("status", 5))});
  settings.fiscal_first_month = 1 + Below(12);
  model_.settings = std::make_shared<const WorkspaceSettings>(settings);
  to.changes.settings = model_.settings;
}

absl::string_view RandomHistory::Word(absl::string_view kind, int variety) {
  const int number = Below(variety);
  // Now and then a text too long for a one-byte length.
  const std::string tail(variety > 20 && number == 7 ? 300 : 0, 'x');
  return PooledText(absl::StrCat(kind, number, tail));
}

Millis RandomHistory::Time() {
  // Five months around two changes of daylight saving time, so that days and ties repeat.
  return 1'698'000'000'000 + Millis{Below(150)} * kMillisADay + Below(48) * 1'800'000;
}

Slot RandomHistory::AnyCustomer(BorrowedChanges& to, TextList& ids) {
  if (model_.customers.empty() || Chance(0.08)) return NewCustomer(to, ids, true);
  // The square makes a few customers large, so that blocks split around them.
  const double u = std::uniform_real_distribution<double>(0, 1)(random_);
  const auto wanted = model_.customers.lower_bound(static_cast<Slot>(u * u * next_slot_));
  return wanted == model_.customers.end() ? model_.customers.rbegin()->first : wanted->first;
}

Slot RandomHistory::NewCustomer(BorrowedChanges& to, TextList& ids, bool placeholder) {
  // A rolled-back transaction leaves texts to be forgotten.
  if (Chance(0.1)) {
    ids.Append("never committed");
    ids.Truncate(next_slot_);
  }
  const Slot slot = next_slot_++;
  HistoryModel::StoredCustomer stored;
  stored.customer.id = PooledText(absl::StrCat("customer-", slot));
  stored.placeholder = placeholder;
  if (!placeholder) FillCustomer(stored);
  ids.Append(stored.customer.id);
  auto& kept = model_.customers[slot] = std::move(stored);
  kept.customer.attributes = kept.attributes;
  to.PutCustomer(slot, kept.customer, kept.placeholder);
  return slot;
}

void RandomHistory::FillCustomer(HistoryModel::StoredCustomer& stored) {
  const absl::string_view id = stored.customer.id;
  stored.customer = Customer();
  Customer& customer = stored.customer;
  customer.id = id;
  stored.placeholder = false;
  stored.attributes.clear();
  const auto rich = [this] { return Chance(richness_); };
  if (rich()) customer.display_name = Word("name", 500);
  if (rich()) customer.gender = Word("gender", 3);
  if (rich()) customer.country = Word("country", 30);
  if (rich()) customer.region = Word("region", 30);
  if (rich()) customer.city = Word("city", 30);
  if (rich()) customer.industry = Word("industry", 9);
  if (rich()) customer.account_owner = Word("owner", 9);
  if (rich()) customer.birth_date = Below(20'000) - 5'000;
  if (rich()) customer.children = Below(100);
  if (rich()) customer.strategic = Chance(0.5);
  if (rich()) customer.created_time = Time();
  if (rich()) stored.attributes.push_back({PooledText("color"), Word("color", 4)});
  if (rich()) stored.attributes.push_back({PooledText("score"), Below(8) / 7.0});
  if (rich()) stored.attributes.push_back({PooledText("partner"), Chance(0.5)});
  customer.attributes = stored.attributes;
}

HistoryModel::StoredOrder RandomHistory::MakeOrder(Slot slot) {
  HistoryModel::StoredOrder stored{slot, Order(), {}};
  Order& order = stored.order;
  const auto rich = [this] { return Chance(richness_); };
  order.order_time = Time();
  order.status = Chance(0.05) ? absl::string_view() : Word("status", 6);
  if (rich()) order.channel = Word("channel", 4);
  if (rich()) order.promised_time = Time();
  if (rich()) order.shipped_time = Time();
  if (rich()) order.delivered_time = Time();
  const int lines = rich() ? 1 + Below(Chance(0.05) ? 40 : 4) : 1;
  for (int i = 0; i < lines; ++i) {
    OrderLine line;
    line.amount = Below(2'000'000) - 500'000;
    if (rich())
      line.quantity_micros = (Below(9) - 2) * kOneUnit + (Below(4) == 0 ? Below(kOneUnit) : 0);
    if (rich()) line.product = Word("product", 200);
    if (rich()) line.product_line = Word("line", 5);
    if (rich()) line.cost = Below(1'000'000);
    stored.lines.push_back(line);
  }
  return stored;
}

Record RandomHistory::MakeFact(RecordKind kind) {
  const auto time = [this] { return Chance(0.5) ? Time() : kNoTime; };
  if (kind == RecordKind::kTicket) {
    Ticket ticket;
    ticket.opened_time = Time();
    ticket.first_response_time = time();
    ticket.resolved_time = time();
    ticket.escalated_time = time();
    ticket.sla_due_time = time();
    ticket.priority = Word("priority", 4);
    ticket.category = Chance(0.5) ? Word("category", 4) : "";
    ticket.status = static_cast<TicketStatus>(Below(3));
    ticket.csat = Below(6);
    return ticket;
  }
  if (kind == RecordKind::kContract) {
    Contract contract;
    contract.start_date = 19'000 + Below(400);
    contract.end_date = Chance(0.2) ? kNoDay : contract.start_date + Below(400);
    contract.annual_value = Below(1'000'000'000);
    if (Chance(0.5)) contract.auto_renew = Chance(0.5);
    contract.owner = Word("owner", 5);
    contract.status = Word("contract-status", 3);
    return contract;
  }
  Survey survey;
  survey.time = Time();
  survey.kind = static_cast<SurveyKind>(Below(2));
  survey.score = Below(11);
  return survey;
}

}  // namespace strata::image
