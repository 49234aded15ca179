#include "server/ingest/validator.h"

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace strata::ingest {
namespace {

constexpr Millis kNow = 1'704'067'200'000;  // 2024-01-01T00:00:00Z
constexpr Day kToday = 19'723;

const OrderLine kOneLine[] = {{}};

Customer ValidCustomer() {
  Customer c;
  c.id = "c";
  return c;
}
Order ValidOrder() {
  Order o;
  o.id = "o";
  o.customer = "c";
  o.order_time = kNow;
  o.lines = kOneLine;
  return o;
}
Ticket ValidTicket() {
  Ticket t;
  t.id = "t";
  t.customer = "c";
  t.opened_time = kNow;
  return t;
}
Contract ValidContract() {
  Contract c;
  c.id = "k";
  c.customer = "c";
  c.start_date = kToday;
  return c;
}
Survey ValidSurvey() {
  Survey s;
  s.id = "s";
  s.customer = "c";
  s.time = kNow;
  return s;
}

// "REASON field" of the first fault, "" for none.
std::string FaultOf(const Record& record) {
  const std::optional<Fault> fault = FindFault(record, kNow);
  return fault.has_value() ? absl::StrCat(NameOf(fault->reason), " ", fault->field) : "";
}

// The fault of a valid record after a change.
template <typename T>
std::string After(T record, const std::function<void(T&)>& change) {
  EXPECT_EQ(FaultOf(record), "");
  change(record);
  return FaultOf(record);
}

TEST(ValidatorTest, IdsAndCustomersAreRequiredAndShort) {
  const std::string longest(128, 'x'), too_long(129, 'x');
  const auto check = [&](auto record, const std::string& kind) {
    using T = decltype(record);
    EXPECT_EQ(After<T>(record, [](T& r) { r.id = ""; }), "MISSING_FIELD " + kind + ".id");
    EXPECT_EQ(After<T>(record, [&](T& r) { r.id = longest; }), "");
    EXPECT_EQ(After<T>(record, [&](T& r) { r.id = too_long; }), "TEXT_TOO_LONG " + kind + ".id");
    EXPECT_EQ(After<T>(record, [&](T& r) { r.id = "a\nb"; }), "CONTROL_CHARACTER " + kind + ".id");
    EXPECT_EQ(After<T>(record, [&](T& r) { r.id = "\xC3"; }), "INVALID_UTF8 " + kind + ".id");
    EXPECT_EQ(After<T>(record, [&](T& r) { r.id = "客户"; }), "");
    if constexpr (!std::is_same_v<T, Customer> && !std::is_same_v<T, Deletion>) {
      EXPECT_EQ(After<T>(record, [](T& r) { r.customer = ""; }),
                "MISSING_FIELD " + kind + ".customer");
      EXPECT_EQ(After<T>(record, [&](T& r) { r.customer = too_long; }),
                "TEXT_TOO_LONG " + kind + ".customer");
    }
  };
  check(ValidCustomer(), "customer");
  check(ValidOrder(), "order");
  check(ValidTicket(), "ticket");
  check(ValidContract(), "contract");
  check(ValidSurvey(), "survey");
  check(Deletion{RecordKind::kOrder, "o"}, "deletion");
}

// Field by field: absent is fine (but for the first), 1900 to tomorrow is, the rest is not.
template <typename T>
void CheckTimes(T valid, const std::string& kind, const std::vector<std::string>& names,
                const std::vector<Millis T::*>& fields, bool planned, bool required) {
  constexpr Millis kDay = 86'400'000;
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string field = kind + "." + names[i];
    const auto at = [&](Millis time) {
      return After<T>(valid, [&](T& r) { r.*fields[i] = time; });
    };
    EXPECT_EQ(at(kNoTime), required ? "MISSING_FIELD " + field : "");
    EXPECT_EQ(at(kNow + kDay), "") << field;
    EXPECT_EQ(at(kNow + kDay + 1), planned ? "" : "FUTURE_TIME " + field);
    EXPECT_EQ(at(253'402'300'800'000), (planned ? "TIME_AFTER_9999 " : "FUTURE_TIME ") + field);
    EXPECT_EQ(at(-2'208'988'800'001), "TIME_BEFORE_1900 " + field);
  }
}

TEST(ValidatorTest, EventsLieBetween1900AndTomorrow) {
  CheckTimes<Order>(ValidOrder(), "order", {"order_time"}, {&Order::order_time}, false, true);
  CheckTimes<Order>(ValidOrder(), "order", {"shipped_time", "delivered_time"},
                    {&Order::shipped_time, &Order::delivered_time}, false, false);
  CheckTimes<Order>(ValidOrder(), "order", {"promised_time"}, {&Order::promised_time}, true, false);
  CheckTimes<Ticket>(ValidTicket(), "ticket", {"opened_time"}, {&Ticket::opened_time}, false, true);
  CheckTimes<Ticket>(
      ValidTicket(), "ticket", {"first_response_time", "resolved_time", "escalated_time"},
      {&Ticket::first_response_time, &Ticket::resolved_time, &Ticket::escalated_time}, false,
      false);
  CheckTimes<Ticket>(ValidTicket(), "ticket", {"sla_due_time"}, {&Ticket::sla_due_time}, true,
                     false);
  CheckTimes<Survey>(ValidSurvey(), "survey", {"time"}, {&Survey::time}, false, true);
  CheckTimes<Customer>(ValidCustomer(), "customer", {"created_time"}, {&Customer::created_time},
                       false, false);
  EXPECT_EQ(After<Order>(ValidOrder(), [](Order& o) { o.order_time = -2'208'988'800'000; }), "");
}

TEST(ValidatorTest, DatesLieBetween1900And9999) {
  const auto birth = [](Day day) {
    return After<Customer>(ValidCustomer(), [day](Customer& c) { c.birth_date = day; });
  };
  EXPECT_EQ(birth(kToday + 1), "");
  EXPECT_EQ(birth(kToday + 2), "FUTURE_TIME customer.birth_date");
  EXPECT_EQ(birth(-25'567), "");
  EXPECT_EQ(birth(-25'568), "TIME_BEFORE_1900 customer.birth_date");
  const auto contract = [](Day start, Day end) {
    return After<Contract>(ValidContract(), [&](Contract& c) {
      c.start_date = start;
      c.end_date = end;
    });
  };
  EXPECT_EQ(contract(kToday + 400, kToday + 800), "") << "plans may lie in the future";
  EXPECT_EQ(contract(kToday, kToday), "");
  EXPECT_EQ(contract(kToday, kNoDay), "");
  EXPECT_EQ(contract(kNoDay, kToday), "MISSING_FIELD contract.start_date");
  EXPECT_EQ(contract(kToday, kToday - 1), "END_BEFORE_START contract.end_date");
  EXPECT_EQ(contract(kToday, 2'932'897), "TIME_AFTER_9999 contract.end_date");
  EXPECT_EQ(contract(-25'568, kToday), "TIME_BEFORE_1900 contract.start_date");
}

TEST(ValidatorTest, TicketsEndAfterTheyBegin) {
  const auto ticket = [](Millis Ticket::*field) {
    return After<Ticket>(ValidTicket(), [field](Ticket& t) { t.*field = t.opened_time - 1; });
  };
  EXPECT_EQ(ticket(&Ticket::first_response_time), "END_BEFORE_START ticket.first_response_time");
  EXPECT_EQ(ticket(&Ticket::resolved_time), "END_BEFORE_START ticket.resolved_time");
  EXPECT_EQ(ticket(&Ticket::escalated_time), "END_BEFORE_START ticket.escalated_time");
  EXPECT_EQ(ticket(&Ticket::sla_due_time), "") << "an SLA may have been missed before it began";
}

TEST(ValidatorTest, NumbersLieInTheirRange) {
  const auto children = [](int n) {
    return After<Customer>(ValidCustomer(), [n](Customer& c) { c.children = n; });
  };
  EXPECT_EQ(children(0), "");
  EXPECT_EQ(children(99), "");
  EXPECT_EQ(children(-1), "VALUE_OUT_OF_RANGE customer.children");
  EXPECT_EQ(children(100), "VALUE_OUT_OF_RANGE customer.children");
  const auto csat = [](int n) {
    return After<Ticket>(ValidTicket(), [n](Ticket& t) { t.csat = n; });
  };
  EXPECT_EQ(csat(1), "");
  EXPECT_EQ(csat(5), "");
  EXPECT_EQ(csat(6), "VALUE_OUT_OF_RANGE ticket.csat");
  EXPECT_EQ(csat(-1), "VALUE_OUT_OF_RANGE ticket.csat");
  const auto survey = [](SurveyKind kind, int n) {
    return After<Survey>(ValidSurvey(), [&](Survey& s) {
      s.kind = kind;
      s.score = n;
    });
  };
  EXPECT_EQ(survey(SurveyKind::kNps, 0), "");
  EXPECT_EQ(survey(SurveyKind::kNps, 10), "");
  EXPECT_EQ(survey(SurveyKind::kNps, 11), "VALUE_OUT_OF_RANGE survey.score");
  EXPECT_EQ(survey(SurveyKind::kCsat, 0), "VALUE_OUT_OF_RANGE survey.score");
  EXPECT_EQ(survey(SurveyKind::kCsat, 6), "VALUE_OUT_OF_RANGE survey.score");
  EXPECT_EQ(survey(SurveyKind::kCsat, 5), "");
  EXPECT_EQ(After<Contract>(ValidContract(), [](Contract& c) { c.annual_value = -1; }),
            "VALUE_OUT_OF_RANGE contract.annual_value_micros");
}

TEST(ValidatorTest, LinesHold) {
  const auto with = [](const std::vector<OrderLine>& lines) {
    return After<Order>(ValidOrder(), [&](Order& o) { o.lines = lines; });
  };
  const auto line = [](int64_t units, Micros amount) {
    OrderLine l;
    l.quantity_micros = units * kOneUnit;
    l.amount = amount;
    return l;
  };
  EXPECT_EQ(with({}), "NO_LINES order.lines");
  EXPECT_EQ(with(std::vector<OrderLine>(10'000)), "");
  EXPECT_EQ(with(std::vector<OrderLine>(10'001)), "TOO_MANY_LINES order.lines");
  EXPECT_EQ(with({line(1, -5), line(-1, -5), line(-1, 0), line(0, 5), line(1, 5)}), "");
  EXPECT_EQ(with({line(1, 1), line(1, 1), line(-1, 1)}),
            "SIGN_MISMATCH order.lines[2].amount_micros");
  EXPECT_EQ(with({line(kLargestQuantity, 1), line(-kLargestQuantity, -1)}), "");
  EXPECT_EQ(with({line(kLargestQuantity + 1, 1)}), "VALUE_OUT_OF_RANGE order.lines[0].quantity");
  EXPECT_EQ(with({line(-kLargestQuantity - 1, -1)}), "VALUE_OUT_OF_RANGE order.lines[0].quantity");
  EXPECT_EQ(with({line(1, kNoAmount)}), "VALUE_OUT_OF_RANGE order.lines[0].amount_micros");
  const std::string long_id(129, 'x'), long_text(513, 'x');
  OrderLine product;
  product.product = long_id;
  EXPECT_EQ(with({product}), "TEXT_TOO_LONG order.lines[0].product");
  OrderLine product_line;
  product_line.product_line = long_text;
  EXPECT_EQ(with({OrderLine(), product_line}), "TEXT_TOO_LONG order.lines[1].product_line");
}

TEST(ValidatorTest, TextIsShortAndClean) {
  const std::string longest(512, 'x'), too_long(513, 'x');
  const auto check = [&](auto record, const std::string& kind, auto field,
                         const std::string& name) {
    using T = decltype(record);
    const auto with = [&](absl::string_view text) {
      return After<T>(record, [&](T& r) { r.*field = text; });
    };
    EXPECT_EQ(with(longest), "");
    EXPECT_EQ(with(too_long), "TEXT_TOO_LONG " + kind + "." + name);
    EXPECT_EQ(with("tab\t"), "CONTROL_CHARACTER " + kind + "." + name);
    EXPECT_EQ(with("\xFF"), "INVALID_UTF8 " + kind + "." + name);
  };
  check(ValidCustomer(), "customer", &Customer::display_name, "display_name");
  check(ValidCustomer(), "customer", &Customer::gender, "gender");
  check(ValidCustomer(), "customer", &Customer::country, "country");
  check(ValidCustomer(), "customer", &Customer::region, "region");
  check(ValidCustomer(), "customer", &Customer::city, "city");
  check(ValidCustomer(), "customer", &Customer::industry, "industry");
  check(ValidCustomer(), "customer", &Customer::account_owner, "account_owner");
  check(ValidOrder(), "order", &Order::status, "status");
  check(ValidOrder(), "order", &Order::channel, "channel");
  check(ValidTicket(), "ticket", &Ticket::priority, "priority");
  check(ValidTicket(), "ticket", &Ticket::category, "category");
  check(ValidContract(), "contract", &Contract::owner, "owner");
  check(ValidContract(), "contract", &Contract::status, "status");
}

TEST(ValidatorTest, AttributesHold) {
  const auto with = [](const std::vector<Attribute>& attributes) {
    return After<Customer>(ValidCustomer(), [&](Customer& c) { c.attributes = attributes; });
  };
  EXPECT_EQ(with({{"a", true}, {"b", 1.5}, {"c", absl::string_view("x")}}), "");
  EXPECT_EQ(with({{"b", true}, {"a", true}, {"b", 1.0}}),
            "DUPLICATE_ATTRIBUTE customer.attributes[\"b\"]");
  EXPECT_EQ(with({{"A", true}}), "INVALID_ATTRIBUTE_KEY customer.attributes");
  EXPECT_EQ(with({{"a", std::nan("")}}), "INVALID_NUMBER customer.attributes[\"a\"].number");
  EXPECT_EQ(with({{"a", std::numeric_limits<double>::infinity()}}),
            "INVALID_NUMBER customer.attributes[\"a\"].number");
  EXPECT_EQ(with({{"a", absl::string_view("\n")}}),
            "CONTROL_CHARACTER customer.attributes[\"a\"].text");
  std::vector<std::string> keys;
  for (int i = 0; i < 33; ++i) keys.push_back(absl::StrCat("k", i));
  std::vector<Attribute> many;
  for (int i = 0; i < 32; ++i) many.push_back({keys[static_cast<size_t>(i)], true});
  EXPECT_EQ(with(many), "");
  many.push_back({keys[32], true});
  EXPECT_EQ(with(many), "TOO_MANY_ATTRIBUTES customer.attributes");
}

TEST(ValidatorTest, OnlyFieldsThatAMaskNamesAreLookedAt) {
  Customer customer = ValidCustomer();
  customer.city = "\n";
  customer.children = 1'000;
  customer.update_mask = MaskOf(CustomerField::kCountry);
  EXPECT_EQ(FaultOf(customer), "");
  customer.update_mask |= MaskOf(CustomerField::kCity);
  EXPECT_EQ(FaultOf(customer), "CONTROL_CHARACTER customer.city");
}

std::string MessageFor(const Record& record) {
  const std::optional<Fault> fault = FindFault(record, kNow);
  return fault.has_value() ? fault->message : "";
}

TEST(ValidatorTest, MessagesSayValueAndLimit) {
  Ticket ticket = ValidTicket();
  ticket.opened_time = kNow - 10 * kMillisADay;
  ticket.first_response_time = kNow - 20 * kMillisADay + 3'600'000;
  EXPECT_EQ(MessageFor(ticket), "2023-12-12T01:00:00Z lies before opened_time 2023-12-22");

  Contract contract = ValidContract();
  contract.end_date = kToday - 1;
  EXPECT_EQ(MessageFor(contract), "2023-12-31 lies before start_date 2024-01-01");
  contract.end_date = kNoDay;
  contract.annual_value = -1'500'000;
  EXPECT_EQ(MessageFor(contract), "-1.5 is negative");

  Survey survey = ValidSurvey();
  survey.score = 11;
  EXPECT_EQ(MessageFor(survey), "11 is outside 0 to 10 (NPS)");
  survey.kind = SurveyKind::kCsat;
  survey.score = 0;
  EXPECT_EQ(MessageFor(survey), "0 is outside 1 to 5 (CSAT)");

  Order order = ValidOrder();
  order.order_time = kNow + 2 * kMillisADay;
  EXPECT_EQ(MessageFor(order),
            "2024-01-03 lies more than a day after now, 2024-01-01 by this server's clock");
  order.order_time = -3'000'000'000'000;
  EXPECT_EQ(MessageFor(order), "1874-12-07T18:40:00Z lies before 1900-01-01");
  order = ValidOrder();
  const OrderLine refund[] = {{"", "", -2 * kOneUnit, 5'000'000, kNoAmount}};
  order.lines = refund;
  EXPECT_EQ(MessageFor(order),
            "the amount 5 is positive, though the quantity -2 is negative: a return gives money "
            "back");
  order = ValidOrder();
  order.status = "a\tb";
  EXPECT_EQ(MessageFor(order), "\"a\\tb\" holds a control character");
  const std::string endless(700, 'z');
  order.status = endless;
  EXPECT_EQ(MessageFor(order), absl::StrCat("\"", endless.substr(0, 60),
                                            "...\" has 700 bytes, at most 512 are taken"));
  const std::vector<OrderLine> lines(10'001);
  order = ValidOrder();
  order.lines = lines;
  EXPECT_EQ(MessageFor(order), "10,001 lines, but an order has at most 10,000");
}

TEST(ValidatorTest, NumbersThatMayHaveLostDigitsAreRefused) {
  Customer customer = ValidCustomer();
  for (const double exact : {9'007'199'254'740'991.0, -9'007'199'254'740'991.0, 0.1, 1e-300}) {
    const Attribute number[] = {{"n", exact}};
    customer.attributes = number;
    EXPECT_EQ(FaultOf(customer), "") << exact;
  }
  // 2^53 is also what 2^53 + 1 becomes.
  for (const double lost : {9'007'199'254'740'992.0, -9'007'199'254'740'992.0, 1e300}) {
    const Attribute number[] = {{"n", lost}};
    customer.attributes = number;
    EXPECT_EQ(FaultOf(customer), "INVALID_NUMBER customer.attributes[\"n\"].number") << lost;
    EXPECT_NE(MessageFor(customer).find("2^53"), std::string::npos);
  }
}

}  // namespace
}  // namespace strata::ingest
