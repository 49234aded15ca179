// HistoryModel::Mismatch: what a revision holds, read column by column and held against plain maps.

#include <algorithm>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/image/testing/history_model.h"

namespace strata::image {
namespace {

// Everything that the image keeps of one customer, in words: equal words, equal content.
using Words = std::vector<std::string>;

std::string InWords(const std::vector<std::pair<absl::string_view, std::string>>& fields) {
  std::string words;
  for (const auto& [name, value] : fields) absl::StrAppend(&words, name, "=", value, ";");
  return words;
}

std::string Quoted(absl::string_view text) { return absl::StrCat("'", text, "'"); }

bool Excluded(const WorkspaceSettings& settings, absl::string_view status) {
  for (const std::string& excluded : settings.excluded_statuses) {
    if (absl::AsciiStrToLower(excluded) == absl::AsciiStrToLower(status)) return true;
  }
  return false;
}

// The expected words, from the model.
class Expected {
 public:
  explicit Expected(const HistoryModel& model)
      : model_(model), calendar_(*Calendar::Create(model.settings->time_zone, 1)) {
    for (const auto& [key, stored] : model.orders) AddOrder(key, stored);
    for (const auto& [key, stored] : model.tickets) AddTicket(key, stored);
    for (const auto& [key, stored] : model.contracts) AddContract(key, stored);
    for (const auto& [key, stored] : model.surveys) AddSurvey(key, stored);
  }

  Words Of(Slot slot) {
    Words words = {CustomerInWords(slot)};
    for (const auto& [place, row] : rows_[slot]) words.push_back(row);
    return words;
  }

  Day first_day = kNoDay, last_day = kNoDay;
  int64_t lines = 0;

 private:
  // Kind, day, key: the order in which the image keeps the rows of a customer.
  using Place = std::tuple<int, Day, uint32_t>;

  Day DayOf(Millis time) const { return time == kNoTime ? kNoDay : calendar_.DayOf(time); }

  void See(Day day) {
    first_day = first_day == kNoDay ? day : std::min(first_day, day);
    last_day = std::max(last_day, day);
  }

  std::string CustomerInWords(Slot slot) const {
    const auto found = model_.customers.find(slot);
    if (found == model_.customers.end()) return "no customer";
    const Customer& c = found->second.customer;
    std::map<std::string, std::string> attributes;
    for (const Attribute& attribute : found->second.attributes) {
      std::string& value = attributes[std::string(attribute.key)];
      if (const auto* text = std::get_if<absl::string_view>(&attribute.value)) {
        value = Quoted(*text);
      } else if (const auto* number = std::get_if<double>(&attribute.value)) {
        value = std::to_string(*number);
      } else {
        value = std::get<bool>(attribute.value) ? "true" : "false";
      }
    }
    std::string words =
        InWords({{"id", Quoted(c.id)},
                 {"placeholder", absl::StrCat(found->second.placeholder)},
                 {"display_name", Quoted(c.display_name)},
                 {"gender", Quoted(c.gender)},
                 {"country", Quoted(c.country)},
                 {"region", Quoted(c.region)},
                 {"city", Quoted(c.city)},
                 {"industry", Quoted(c.industry)},
                 {"account_owner", Quoted(c.account_owner)},
                 {"birth_date", absl::StrCat(c.birth_date)},
                 {"children", absl::StrCat(c.children.value_or(-1))},
                 {"strategic", absl::StrCat(c.strategic.has_value() ? *c.strategic : -1)},
                 {"created_day", absl::StrCat(DayOf(c.created_time))},
                 {"created_time", absl::StrCat(c.created_time)}});
    for (const auto& [key, value] : attributes) absl::StrAppend(&words, key, "=", value, ";");
    return words;
  }

  void AddOrder(uint32_t key, const HistoryModel::StoredOrder& stored) {
    const Order& o = stored.order;
    const Day day = DayOf(o.order_time);
    See(day);
    lines += stored.lines.size();
    std::string words = InWords({{"order", absl::StrCat(key)},
                                 {"day", absl::StrCat(day)},
                                 {"status", Quoted(o.status)},
                                 {"excluded", absl::StrCat(Excluded(*model_.settings, o.status))},
                                 {"channel", Quoted(o.channel)},
                                 {"promised", absl::StrCat(o.promised_time)},
                                 {"shipped", absl::StrCat(o.shipped_time)},
                                 {"delivered", absl::StrCat(o.delivered_time)}});
    for (const OrderLine& line : stored.lines) {
      absl::StrAppend(&words, InWords({{"amount", absl::StrCat(line.amount)},
                                       {"quantity", absl::StrCat(line.quantity_micros)},
                                       {"product", Quoted(line.product)},
                                       {"product_line", Quoted(line.product_line)},
                                       {"cost", absl::StrCat(line.cost)}}));
    }
    rows_[stored.slot][{1, day, key}] = words;
  }

  void AddTicket(uint32_t key, const HistoryModel::Stored<Ticket>& stored) {
    const Ticket& t = stored.fact;
    const Day day = DayOf(t.opened_time);
    See(day);
    rows_[stored.slot][{2, day, key}] = InWords(
        {{"ticket", absl::StrCat(key)},
         {"day", absl::StrCat(day)},
         {"times", absl::StrCat(t.opened_time, " ", t.first_response_time, " ", t.resolved_time,
                                " ", t.escalated_time, " ", t.sla_due_time)},
         {"priority", Quoted(t.priority)},
         {"category", Quoted(t.category)},
         {"status", absl::StrCat(static_cast<int>(t.status))},
         {"csat", absl::StrCat(t.csat)}});
  }

  void AddContract(uint32_t key, const HistoryModel::Stored<Contract>& stored) {
    const Contract& c = stored.fact;
    rows_[stored.slot][{3, c.start_date, key}] =
        InWords({{"contract", absl::StrCat(key)},
                 {"dates", absl::StrCat(c.start_date, " ", c.end_date)},
                 {"annual_value", absl::StrCat(c.annual_value)},
                 {"auto_renew", absl::StrCat(c.auto_renew.has_value() ? *c.auto_renew : -1)},
                 {"owner", Quoted(c.owner)},
                 {"status", Quoted(c.status)}});
  }

  void AddSurvey(uint32_t key, const HistoryModel::Stored<Survey>& stored) {
    const Survey& s = stored.fact;
    const Day day = DayOf(s.time);
    See(day);
    rows_[stored.slot][{4, day, key}] = InWords({{"survey", absl::StrCat(key)},
                                                 {"day", absl::StrCat(day)},
                                                 {"time", absl::StrCat(s.time)},
                                                 {"kind", absl::StrCat(static_cast<int>(s.kind))},
                                                 {"score", absl::StrCat(s.score)}});
  }

  const HistoryModel& model_;
  const Calendar calendar_;
  std::map<Slot, std::map<Place, std::string>> rows_;
};

// The words of one block's customers, from the columns.
class Actual {
 public:
  Actual(const Revision& revision, const Block& block)
      : revision_(revision),
        texts_(*revision.dictionaries),
        block_(block),
        runs_(store_.Of(block)) {}

  // What is wrong with the form of the block; empty when it is well-formed.
  std::string Malformed() const {
    const CustomerColumns& profile = *block_.profile;
    if (profile.rows != block_.customers || profile.present.size() != block_.customers) {
      return "profile of the wrong length";
    }
    for (const OrderRun& run : runs_) {
      if (run.customers != block_.customers) return "run of the wrong number of customers";
      if (run.orders == 0) return "empty run";
      if (run.begin[0] != 0 || run.begin[run.customers] != run.orders) return "begin";
      if (run.FirstLine(0) != 0 || run.FirstLine(run.orders) != run.lines) return "line_begin";
      for (uint32_t i = 0; i < block_.customers; ++i) {
        if (run.begin[i] > run.begin[i + 1]) return "begin falls";
        for (uint32_t row = run.begin[i] + 1; row < run.begin[i + 1]; ++row) {
          const auto last = std::pair(run.day[row - 1], run.order_key[row - 1]);
          if (last >= std::pair(run.day[row], run.order_key[row])) return "run not sorted";
        }
      }
    }
    const auto sized = [this](const auto& facts) {
      return facts == nullptr || (facts->begin.size() == block_.customers + 1 &&
                                  facts->begin.back() == facts->key.size() && !facts->key.empty());
    };
    if (!sized(block_.tickets) || !sized(block_.contracts) || !sized(block_.surveys)) {
      return "facts of the wrong length";
    }
    return "";
  }

  Words Of(uint32_t customer) const {
    Words words = {CustomerInWords(customer)};
    AddOrders(customer, &words);
    if (const TicketColumns* t = block_.tickets.get()) {
      for (uint32_t i = t->begin[customer]; i < t->begin[customer + 1]; ++i) {
        words.push_back(TicketInWords(*t, i));
      }
    }
    if (const ContractColumns* c = block_.contracts.get()) {
      for (uint32_t i = c->begin[customer]; i < c->begin[customer + 1]; ++i) {
        words.push_back(ContractInWords(*c, i));
      }
    }
    if (const SurveyColumns* s = block_.surveys.get()) {
      for (uint32_t i = s->begin[customer]; i < s->begin[customer + 1]; ++i) {
        words.push_back(InWords({{"survey", absl::StrCat(s->key[i])},
                                 {"day", absl::StrCat(s->day[i])},
                                 {"time", absl::StrCat(s->time[i])},
                                 {"kind", absl::StrCat(static_cast<int>(s->kind[i]))},
                                 {"score", absl::StrCat(static_cast<int>(s->score[i]))}}));
      }
    }
    return words;
  }

 private:
  std::string CustomerInWords(uint32_t row) const {
    const CustomerColumns& c = *block_.profile;
    if (c.present[row] == 0) return "no customer";
    const auto text = [row](const Dictionary& texts, const Column<Code>& column) {
      return Quoted(texts.Text(column[row]));
    };
    std::map<std::string, std::string> attributes;
    const auto slot = [&](uint32_t number, AttributeKind kind) -> std::string& {
      static std::string wrong_kind;
      if (revision_.attribute_kinds[number] != kind) return wrong_kind;
      return attributes[std::string(texts_.attributes.Text(number))];
    };
    for (const auto& [number, column] : c.text_attributes) {
      if (column[row] == kAbsent) continue;
      slot(number, AttributeKind::kText) = Quoted(texts_.attribute_texts.Text(column[row]));
    }
    for (const auto& [number, column] : c.number_attributes) {
      if (column[row] != column[row]) continue;
      slot(number, AttributeKind::kNumber) = std::to_string(column[row]);
    }
    for (const auto& [number, column] : c.boolean_attributes) {
      if (column[row] < 0) continue;
      slot(number, AttributeKind::kBoolean) = column[row] == 1 ? "true" : "false";
    }
    std::string words =
        InWords({{"id", Quoted(revision_.CustomerId(block_.first_slot + row))},
                 {"placeholder", absl::StrCat(static_cast<int>(c.placeholder[row]))},
                 {"display_name", text(texts_.display_name, c.display_name)},
                 {"gender", text(texts_.gender, c.gender)},
                 {"country", text(texts_.country, c.country)},
                 {"region", text(texts_.region, c.region)},
                 {"city", text(texts_.city, c.city)},
                 {"industry", text(texts_.industry, c.industry)},
                 {"account_owner", text(texts_.account_owner, c.account_owner)},
                 {"birth_date", absl::StrCat(c.birth_date[row])},
                 {"children", absl::StrCat(c.children[row])},
                 {"strategic", absl::StrCat(static_cast<int>(c.strategic[row]))},
                 {"created_day", absl::StrCat(c.created_day[row])},
                 {"created_time", absl::StrCat(c.created_time[row])}});
    for (const auto& [key, value] : attributes) absl::StrAppend(&words, key, "=", value, ";");
    return words;
  }

  void AddOrders(uint32_t customer, Words* words) const {
    std::map<std::pair<Day, uint32_t>, std::string> orders;
    for (const OrderRun& run : runs_) {
      for (uint32_t i = run.begin[customer]; i < run.begin[customer + 1]; ++i) {
        orders[{run.day[i], run.order_key[i]}] += OrderInWords(run, i);
      }
    }
    for (const auto& [place, order] : orders) words->push_back(order);
  }

  std::string OrderInWords(const OrderRun& run, uint32_t i) const {
    const auto time = [i](const Millis* times) {
      return absl::StrCat(times == nullptr ? kNoTime : times[i]);
    };
    std::string words = InWords(
        {{"order", absl::StrCat(run.order_key[i])},
         {"day", absl::StrCat(run.day[i])},
         {"status", Quoted(texts_.status.Text(run.status[i]))},
         {"excluded", absl::StrCat(static_cast<int>(revision_.excluded_status.at(run.status[i])))},
         {"channel", Quoted(texts_.channel.Text(run.Channel(i)))},
         {"promised", time(run.promised_time)},
         {"shipped", time(run.shipped_time)},
         {"delivered", time(run.delivered_time)}});
    for (uint32_t line = run.FirstLine(i); line < run.FirstLine(i + 1); ++line) {
      absl::StrAppend(
          &words,
          InWords({{"amount", absl::StrCat(run.amount[line])},
                   {"quantity", absl::StrCat(run.QuantityMicros(line))},
                   {"product", Quoted(texts_.product.Text(run.Product(line)))},
                   {"product_line", Quoted(texts_.product_line.Text(run.ProductLine(line)))},
                   {"cost", absl::StrCat(run.Cost(line))}}));
    }
    return words;
  }

  std::string TicketInWords(const TicketColumns& t, uint32_t i) const {
    return InWords({{"ticket", absl::StrCat(t.key[i])},
                    {"day", absl::StrCat(t.opened_day[i])},
                    {"times", absl::StrCat(t.opened_time[i], " ", t.first_response_time[i], " ",
                                           t.resolved_time[i], " ", t.escalated_time[i], " ",
                                           t.sla_due_time[i])},
                    {"priority", Quoted(texts_.ticket_priority.Text(t.priority[i]))},
                    {"category", Quoted(texts_.ticket_category.Text(t.category[i]))},
                    {"status", absl::StrCat(static_cast<int>(t.status[i]))},
                    {"csat", absl::StrCat(static_cast<int>(t.csat[i]))}});
  }

  std::string ContractInWords(const ContractColumns& c, uint32_t i) const {
    return InWords({{"contract", absl::StrCat(c.key[i])},
                    {"dates", absl::StrCat(c.start_date[i], " ", c.end_date[i])},
                    {"annual_value", absl::StrCat(c.annual_value[i])},
                    {"auto_renew", absl::StrCat(static_cast<int>(c.auto_renew[i]))},
                    {"owner", Quoted(texts_.contract_owner.Text(c.owner[i]))},
                    {"status", Quoted(texts_.contract_status.Text(c.status[i]))}});
  }

  const Revision& revision_;
  const Dictionaries& texts_;
  const Block& block_;
  OrderRuns store_;
  absl::Span<const OrderRun> runs_;
};

std::string TotalsInWords(int64_t customers, int64_t orders, int64_t lines, int64_t tickets,
                          int64_t contracts, int64_t surveys, Day first, Day last) {
  return absl::StrCat(customers, " customers, ", orders, " orders, ", lines, " lines, ", tickets,
                      " tickets, ", contracts, " contracts, ", surveys, " surveys, days ", first,
                      " to ", last);
}

}  // namespace

std::string HistoryModel::Mismatch(const Revision& revision) const {
  Expected expected(*this);
  const std::string totals =
      TotalsInWords(customers.size(), orders.size(), expected.lines, tickets.size(),
                    contracts.size(), surveys.size(), expected.first_day, expected.last_day);
  const std::string found = TotalsInWords(revision.customers, revision.orders, revision.order_lines,
                                          revision.tickets, revision.contracts, revision.surveys,
                                          revision.first_event_day, revision.last_event_day);
  if (totals != found) return absl::StrCat("expected ", totals, "\nfound    ", found);
  if (!customers.empty() && revision.slots <= customers.rbegin()->first) return "too few slots";

  Slot slot = 0;
  for (const Block& block : revision.blocks) {
    if (block.first_slot != slot || block.customers == 0) return "a gap between blocks";
    const Actual actual(revision, block);
    if (std::string malformed = actual.Malformed(); !malformed.empty()) return malformed;
    for (uint32_t i = 0; i < block.customers; ++i, ++slot) {
      const Words want = expected.Of(slot), have = actual.Of(i);
      if (want == have) continue;
      std::ostringstream text;
      text << "slot " << slot << "\n";
      for (const std::string& line : want) text << "expected " << line << "\n";
      for (const std::string& line : have) text << "found    " << line << "\n";
      return text.str();
    }
    if (&revision.BlockOf(block.first_slot) != &block || &revision.BlockOf(slot - 1) != &block) {
      return "BlockOf";
    }
  }
  return slot == revision.slots ? "" : "wrong number of slots";
}

}  // namespace strata::image
