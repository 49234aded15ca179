#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/image/editor.h"

namespace strata::image {
namespace {

// A row of facts where it stands; Columns is OrderRun or one of the columns of the smaller kinds.
template <typename Columns>
struct FactRow {
  const Columns* in;
  size_t at;
};

// Hands out the orders of one customer after another, both runs of a block in one order.
class OrderCursor {
 public:
  explicit OrderCursor(const Revision& revision) : revision_(revision) {}

  // `slot` rises from call to call. Valid until the next one.
  const std::vector<FactRow<OrderRun>>& Of(Slot slot) {
    rows_.clear();
    if (slot >= revision_.slots) return rows_;
    const Block* const block = &revision_.BlockOf(slot);
    if (block != block_) runs_ = order_runs_.Of(*block);
    block_ = block;
    const uint32_t customer = slot - block->first_slot;
    for (const OrderRun& run : runs_) {
      const size_t middle = rows_.size();
      for (uint32_t i = run.begin[customer]; i < run.begin[customer + 1]; ++i) {
        rows_.push_back({&run, i});
      }
      std::inplace_merge(rows_.begin(), rows_.begin() + middle, rows_.end(), Before);
    }
    return rows_;
  }

 private:
  static bool Before(const FactRow<OrderRun>& a, const FactRow<OrderRun>& b) {
    return std::tie(a.in->day[a.at], a.in->order_key[a.at]) <
           std::tie(b.in->day[b.at], b.in->order_key[b.at]);
  }

  const Revision& revision_;
  const Block* block_ = nullptr;
  OrderRuns order_runs_;
  absl::Span<const OrderRun> runs_;
  std::vector<FactRow<OrderRun>> rows_;
};

// The tickets, contracts or surveys of one customer.
template <typename Columns>
std::vector<FactRow<Columns>> FactsOf(const Revision& revision, Slot slot,
                                      std::shared_ptr<const Columns> Block::*kind) {
  std::vector<FactRow<Columns>> rows;
  if (slot >= revision.slots) return rows;
  const Block& block = revision.BlockOf(slot);
  const Columns* const columns = (block.*kind).get();
  if (columns == nullptr) return rows;
  const uint32_t customer = slot - block.first_slot;
  for (uint32_t i = columns->begin[customer]; i < columns->begin[customer + 1]; ++i) {
    rows.push_back({columns, i});
  }
  return rows;
}

// A customer's profile; null columns when there is no such customer.
FactRow<CustomerColumns> ProfileOf(const Revision& revision, Slot slot) {
  if (slot >= revision.slots) return {nullptr, 0};
  const Block& block = revision.BlockOf(slot);
  const size_t row = slot - block.first_slot;
  return {block.profile->present[row] == 0 ? nullptr : block.profile.get(), row};
}

// The attributes that a customer has: key to value, in words.
std::map<std::string, std::string> AttributesOf(const Revision& revision,
                                                const FactRow<CustomerColumns>& customer) {
  const Dictionaries& texts = *revision.dictionaries;
  std::map<std::string, std::string> values;
  const auto add = [&](const auto& columns, const auto& in_words) {
    for (const auto& [number, column] : columns) {
      const auto value = column[customer.at];
      if (column.IsAbsent(value)) continue;
      values[std::string(texts.attributes.Text(number))] = in_words(value);
    }
  };
  add(customer.in->text_attributes,
      [&texts](Code code) { return absl::StrCat("\"", texts.attribute_texts.Text(code), "\""); });
  add(customer.in->number_attributes, [](double value) { return absl::StrFormat("%.17g", value); });
  add(customer.in->boolean_attributes,
      [](int8_t value) -> std::string { return value == 0 ? "false" : "true"; });
  return values;
}

// Every comparison returns true when its two sides are equal, and else notes the difference.
class Comparison {
 public:
  Comparison(const Revision& a, const Revision& b) : a_(a), b_(b), orders_a_(a), orders_b_(b) {}

  std::string Run() {
    if (!EqualTotals()) return difference_;
    const Slot slots = std::max(a_.slots, b_.slots);
    for (slot_ = 0; slot_ < slots; ++slot_) {
      if (!EqualCustomer()) return difference_;
    }
    return "";
  }

 private:
  // Notes what differs, and where: in a fact of the current customer unless `kind_` is empty.
  bool Note(absl::string_view what, absl::string_view a, absl::string_view b) {
    const Revision& named = slot_ < a_.slots ? a_ : b_;
    std::string where;
    if (slot_ < named.slots) where = absl::StrCat("customer \"", named.CustomerId(slot_), "\", ");
    if (!kind_.empty()) absl::StrAppend(&where, kind_, " ", key_, ", ");
    difference_ = absl::StrCat(where, what, ": ", a, " against ", b);
    return false;
  }

  template <typename T>
  bool Equal(absl::string_view what, T a, T b) {
    if (a == b) return true;
    if constexpr (std::is_enum_v<T> || sizeof(T) == 1) {
      return Note(what, absl::StrCat(static_cast<int>(a)), absl::StrCat(static_cast<int>(b)));
    } else {
      return Note(what, absl::StrCat(a), absl::StrCat(b));
    }
  }
  bool EqualText(absl::string_view what, absl::string_view a, absl::string_view b) {
    return a == b || Note(what, absl::StrCat("\"", a, "\""), absl::StrCat("\"", b, "\""));
  }
  bool EqualText(absl::string_view what, Dictionary Dictionaries::*dictionary, Code a, Code b) {
    return EqualText(what, ((*a_.dictionaries).*dictionary).Text(a),
                     ((*b_.dictionaries).*dictionary).Text(b));
  }

  bool EqualTotals() {
    return Equal("customers", a_.customers, b_.customers) &&
           Equal("orders", a_.orders, b_.orders) &&
           Equal("order lines", a_.order_lines, b_.order_lines) &&
           Equal("tickets", a_.tickets, b_.tickets) &&
           Equal("contracts", a_.contracts, b_.contracts) &&
           Equal("surveys", a_.surveys, b_.surveys) &&
           Equal("first event day", a_.first_event_day, b_.first_event_day) &&
           Equal("last event day", a_.last_event_day, b_.last_event_day);
  }

  bool EqualCustomer() {
    kind_ = "";
    return EqualProfile(ProfileOf(a_, slot_), ProfileOf(b_, slot_)) &&
           EqualFacts("order", orders_a_.Of(slot_), orders_b_.Of(slot_)) &&
           EqualFacts("ticket", FactsOf(a_, slot_, &Block::tickets),
                      FactsOf(b_, slot_, &Block::tickets)) &&
           EqualFacts("contract", FactsOf(a_, slot_, &Block::contracts),
                      FactsOf(b_, slot_, &Block::contracts)) &&
           EqualFacts("survey", FactsOf(a_, slot_, &Block::surveys),
                      FactsOf(b_, slot_, &Block::surveys));
  }

  bool EqualProfile(const FactRow<CustomerColumns>& a, const FactRow<CustomerColumns>& b) {
    if (!Equal("present", a.in != nullptr, b.in != nullptr)) return false;
    if (a.in == nullptr) return true;
    const auto text = [&](absl::string_view what, Column<Code> CustomerColumns::*column,
                          Dictionary Dictionaries::*dictionary) {
      return EqualText(what, dictionary, (a.in->*column)[a.at], (b.in->*column)[b.at]);
    };
    const auto value = [&](absl::string_view what, auto column) {
      return Equal(what, (a.in->*column)[a.at], (b.in->*column)[b.at]);
    };
    using C = CustomerColumns;
    using D = Dictionaries;
    return EqualText("id", a_.CustomerId(slot_), b_.CustomerId(slot_)) &&
           value("placeholder", &C::placeholder) &&
           text("display_name", &C::display_name, &D::display_name) &&
           text("gender", &C::gender, &D::gender) && text("country", &C::country, &D::country) &&
           text("region", &C::region, &D::region) && text("city", &C::city, &D::city) &&
           text("industry", &C::industry, &D::industry) &&
           text("account_owner", &C::account_owner, &D::account_owner) &&
           value("birth_date", &C::birth_date) && value("children", &C::children) &&
           value("strategic", &C::strategic) && value("created_day", &C::created_day) &&
           value("created_time", &C::created_time) && EqualAttributes(a, b);
  }

  bool EqualAttributes(const FactRow<CustomerColumns>& a, const FactRow<CustomerColumns>& b) {
    const auto values_a = AttributesOf(a_, a), values_b = AttributesOf(b_, b);
    if (values_a == values_b) return true;
    const auto in_words = [](const std::map<std::string, std::string>& values) {
      std::string words;
      for (const auto& [key, value] : values) absl::StrAppend(&words, key, "=", value, " ");
      return words;
    };
    return Note("attributes", in_words(values_a), in_words(values_b));
  }

  template <typename Columns>
  bool EqualFacts(absl::string_view kind, const std::vector<FactRow<Columns>>& a,
                  const std::vector<FactRow<Columns>>& b) {
    kind_ = "";
    if (a.size() != b.size()) {
      return Equal(absl::StrCat("number of ", kind, "s"), a.size(), b.size());
    }
    kind_ = kind;
    for (size_t i = 0; i < a.size(); ++i) {
      if (!EqualRow(a[i], b[i])) return false;
    }
    return true;
  }

  bool EqualKey(uint32_t a, uint32_t b) {
    key_ = a;
    return Equal("key", a, b);
  }

  bool EqualRow(const FactRow<OrderRun>& a, const FactRow<OrderRun>& b) {
    const auto value = [&](absl::string_view what, auto column) {
      return Equal(what, (a.in->*column)[a.at], (b.in->*column)[b.at]);
    };
    const auto time = [&](absl::string_view what, const Millis* OrderRun::*column) {
      const Millis* const times_a = a.in->*column;
      const Millis* const times_b = b.in->*column;
      return Equal(what, times_a == nullptr ? kNoTime : times_a[a.at],
                   times_b == nullptr ? kNoTime : times_b[b.at]);
    };
    return EqualKey(a.in->order_key[a.at], b.in->order_key[b.at]) && value("day", &OrderRun::day) &&
           EqualText("status", &Dictionaries::status, a.in->status[a.at], b.in->status[b.at]) &&
           EqualExclusion(a.in->status[a.at], b.in->status[b.at]) &&
           EqualText("channel", &Dictionaries::channel, a.in->Channel(a.at), b.in->Channel(b.at)) &&
           time("promised_time", &OrderRun::promised_time) &&
           time("shipped_time", &OrderRun::shipped_time) &&
           time("delivered_time", &OrderRun::delivered_time) &&
           Equal("is_return", a.in->IsReturn(a.at), b.in->IsReturn(b.at)) && EqualLines(a, b);
  }

  // Only under the same settings: two revisions of one workspace may differ in them.
  bool EqualExclusion(Code a, Code b) {
    if (a_.settings->excluded_statuses != b_.settings->excluded_statuses) return true;
    return Equal("excluded", a_.excluded_status[a], b_.excluded_status[b]);
  }

  bool EqualLines(const FactRow<OrderRun>& a, const FactRow<OrderRun>& b) {
    uint32_t line_a = a.in->FirstLine(a.at), line_b = b.in->FirstLine(b.at);
    const uint32_t end_a = a.in->FirstLine(a.at + 1), end_b = b.in->FirstLine(b.at + 1);
    if (!Equal("number of lines", end_a - line_a, end_b - line_b)) return false;
    for (; line_a < end_a; ++line_a, ++line_b) {
      const bool equal =
          Equal("amount", a.in->amount[line_a], b.in->amount[line_b]) &&
          Equal("quantity", a.in->QuantityMicros(line_a), b.in->QuantityMicros(line_b)) &&
          EqualText("product", &Dictionaries::product, a.in->Product(line_a),
                    b.in->Product(line_b)) &&
          EqualText("product_line", &Dictionaries::product_line, a.in->ProductLine(line_a),
                    b.in->ProductLine(line_b)) &&
          Equal("cost", a.in->Cost(line_a), b.in->Cost(line_b));
      if (!equal) return false;
    }
    return true;
  }

  bool EqualRow(const FactRow<TicketColumns>& a, const FactRow<TicketColumns>& b) {
    using T = TicketColumns;
    const auto value = [&](absl::string_view what, auto column) {
      return Equal(what, (a.in->*column)[a.at], (b.in->*column)[b.at]);
    };
    return EqualKey(a.in->key[a.at], b.in->key[b.at]) && value("opened_day", &T::opened_day) &&
           value("opened_time", &T::opened_time) &&
           value("first_response_time", &T::first_response_time) &&
           value("resolved_time", &T::resolved_time) &&
           value("escalated_time", &T::escalated_time) && value("sla_due_time", &T::sla_due_time) &&
           value("status", &T::status) && value("csat", &T::csat) &&
           EqualText("priority", &Dictionaries::ticket_priority, a.in->priority[a.at],
                     b.in->priority[b.at]) &&
           EqualText("category", &Dictionaries::ticket_category, a.in->category[a.at],
                     b.in->category[b.at]);
  }

  bool EqualRow(const FactRow<ContractColumns>& a, const FactRow<ContractColumns>& b) {
    using C = ContractColumns;
    const auto value = [&](absl::string_view what, auto column) {
      return Equal(what, (a.in->*column)[a.at], (b.in->*column)[b.at]);
    };
    return EqualKey(a.in->key[a.at], b.in->key[b.at]) && value("start_date", &C::start_date) &&
           value("end_date", &C::end_date) && value("annual_value", &C::annual_value) &&
           value("auto_renew", &C::auto_renew) &&
           EqualText("owner", &Dictionaries::contract_owner, a.in->owner[a.at],
                     b.in->owner[b.at]) &&
           EqualText("status", &Dictionaries::contract_status, a.in->status[a.at],
                     b.in->status[b.at]) &&
           (a_.settings->excluded_contract_statuses != b_.settings->excluded_contract_statuses ||
            Equal("excluded", a_.excluded_contract_status[a.in->status[a.at]],
                  b_.excluded_contract_status[b.in->status[b.at]]));
  }

  bool EqualRow(const FactRow<SurveyColumns>& a, const FactRow<SurveyColumns>& b) {
    using S = SurveyColumns;
    const auto value = [&](absl::string_view what, auto column) {
      return Equal(what, (a.in->*column)[a.at], (b.in->*column)[b.at]);
    };
    return EqualKey(a.in->key[a.at], b.in->key[b.at]) && value("day", &S::day) &&
           value("time", &S::time) && value("kind", &S::kind) && value("score", &S::score);
  }

  const Revision& a_;
  const Revision& b_;
  OrderCursor orders_a_, orders_b_;
  Slot slot_ = kNoSlot;  // while totals are compared
  absl::string_view kind_;
  uint32_t key_ = 0;
  std::string difference_;
};

}  // namespace

std::string Difference(const Revision& a, const Revision& b) { return Comparison(a, b).Run(); }

}  // namespace strata::image
