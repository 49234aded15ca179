#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/unknown_field_set.h"
#include "gtest/gtest.h"
#include "server/base/error.h"
#include "server/rpc/convert/kpi.h"
#include "server/rpc/convert/records.h"
#include "server/rpc/convert/value.h"

namespace strata::rpc {
namespace {

using ::testing::ElementsAre;

template <typename Message>
Message Parse(const char* text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

struct Converted {
  v1::BatchAppendRecordsRequest message;
  RecordPool pool;
  Batch batch;

  explicit Converted(const char* text) : Converted(Parse<v1::BatchAppendRecordsRequest>(text)) {}
  explicit Converted(v1::BatchAppendRecordsRequest sent) : message(std::move(sent)) {
    ConvertRecords(message.records(), pool, batch);
  }
};

TEST(RecordsTest, OrderKeepsEveryField) {
  const Converted converted(R"(records { order {
      id: "o1" customer: "c1" source_version: -3 status: "shipped" channel: "web"
      order_time { seconds: 1700000000 nanos: 123000000 }
      promised_time { seconds: -1 nanos: 1000000 }
      lines { product: "p" product_line: "pl" quantity: -2 amount_micros: -5 cost_micros: 0 }
      lines { amount_micros: 7 }
      currency_code: "USD" } })");
  ASSERT_EQ(converted.batch.records.size(), 1u);
  EXPECT_TRUE(converted.batch.rejections.empty());
  const Order& order = std::get<Order>(converted.batch.records[0]);
  EXPECT_EQ(order.id, "o1");
  EXPECT_EQ(order.customer, "c1");
  EXPECT_EQ(order.source_version, -3);
  EXPECT_EQ(order.status, "shipped");
  EXPECT_EQ(order.channel, "web");
  EXPECT_EQ(order.order_time, 1'700'000'000'123);
  EXPECT_EQ(order.promised_time, -999);
  EXPECT_EQ(order.shipped_time, kNoTime);
  EXPECT_EQ(order.currency_code, "USD");
  ASSERT_EQ(order.lines.size(), 2u);
  EXPECT_EQ(order.lines[0].product, "p");
  EXPECT_EQ(order.lines[0].product_line, "pl");
  EXPECT_EQ(order.lines[0].quantity_micros, -2 * kOneUnit);
  EXPECT_EQ(order.lines[0].amount, -5);
  EXPECT_EQ(order.lines[0].cost, 0);
  EXPECT_EQ(order.lines[1].quantity_micros, kOneUnit);
  EXPECT_EQ(order.lines[1].cost, kNoAmount);
  // Borrowed, not copied.
  EXPECT_EQ(order.id.data(), converted.message.records(0).order().id().data());
}

TEST(RecordsTest, CustomerKeepsPresenceAttributesAndMask) {
  const Converted converted(R"(records { customer {
      id: "c1" birth_date: "2000-02-29" children: 0 strategic: false
      attributes { key: "seats" value { number: 2.5 } }
      attributes { key: "plan" value { text: "gold" } }
      attributes { key: "beta" value { boolean: true } }
      update_mask { paths: "country" paths: "attributes" } } }
    records { customer { id: "c2" } })");
  ASSERT_EQ(converted.batch.records.size(), 2u);
  const Customer& first = std::get<Customer>(converted.batch.records[0]);
  EXPECT_EQ(first.birth_date, DayFromCivil({2000, 2, 29}));
  EXPECT_EQ(first.children, 0);
  EXPECT_EQ(first.strategic, false);
  EXPECT_EQ(first.update_mask,
            MaskOf(CustomerField::kCountry) | MaskOf(CustomerField::kAttributes));
  ASSERT_EQ(first.attributes.size(), 3u);
  EXPECT_EQ(first.attributes[0].key, "beta");
  EXPECT_EQ(std::get<bool>(first.attributes[0].value), true);
  EXPECT_EQ(std::get<absl::string_view>(first.attributes[1].value), "gold");
  EXPECT_EQ(std::get<double>(first.attributes[2].value), 2.5);
  const Customer& second = std::get<Customer>(converted.batch.records[1]);
  EXPECT_EQ(second.children, std::nullopt);
  EXPECT_EQ(second.strategic, std::nullopt);
  EXPECT_EQ(second.source_version, kNoVersion);
  EXPECT_EQ(second.update_mask, kAllCustomerFields);
}

TEST(RecordsTest, OtherKindsKeepEveryField) {
  const Converted converted(R"(
    records { ticket { id: "t" customer: "c" opened_time { seconds: 1 }
      first_response_time { seconds: 2 } resolved_time { seconds: 3 } escalated_time { seconds: 4 }
      sla_due_time { seconds: 5 } priority: "p" category: "k" status: TICKET_STATUS_RESOLVED
      csat: 4 } }
    records { contract { id: "k" customer: "c" start_date: "2024-01-01" end_date: "2024-12-31"
      annual_value_micros: 9 auto_renew: false owner: "o" status: "s" } }
    records { survey { id: "s" customer: "c" time { seconds: 6 } kind: SURVEY_KIND_CSAT score: 5 } }
    records { deletion { kind: RECORD_KIND_CONTRACT id: "k" source_version: 8 } })");
  ASSERT_TRUE(converted.batch.rejections.empty());
  const Ticket& ticket = std::get<Ticket>(converted.batch.records[0]);
  EXPECT_THAT(
      (std::vector<Millis>{ticket.opened_time, ticket.first_response_time, ticket.resolved_time,
                           ticket.escalated_time, ticket.sla_due_time}),
      ElementsAre(1'000, 2'000, 3'000, 4'000, 5'000));
  EXPECT_EQ(ticket.status, TicketStatus::kResolved);
  EXPECT_EQ(ticket.csat, 4);
  const Contract& contract = std::get<Contract>(converted.batch.records[1]);
  EXPECT_EQ(contract.end_date - contract.start_date, 365);
  EXPECT_EQ(contract.annual_value, 9);
  EXPECT_EQ(contract.auto_renew, false);
  const Survey& survey = std::get<Survey>(converted.batch.records[2]);
  EXPECT_EQ(survey.kind, SurveyKind::kCsat);
  EXPECT_EQ(survey.score, 5);
  const Deletion& deletion = std::get<Deletion>(converted.batch.records[3]);
  EXPECT_EQ(deletion.kind, RecordKind::kContract);
  EXPECT_EQ(deletion.source_version, 8);
}

TEST(RecordsTest, WhatHasNoDomainFormIsRefusedInItsPlace) {
  const Converted converted(R"(
    records { order { id: "good" lines { amount_micros: 1 } } }
    records { }
    records { customer { id: "c" birth_date: "2001-02-29" } }
    records { order { id: "o" order_time { seconds: 253402300800 } } }
    records { order { id: "o" lines { amount_micros: 1 }
                      lines { amount_micros: -9223372036854775808 } } }
    records { survey { id: "s" } }
    records { ticket { id: "t" csat: 0 } }
    records { deletion { id: "d" } }
    records { customer { id: "c" update_mask { paths: "country" paths: "id" } } }
    records { customer { id: "c" attributes { key: "plan" value { } } } }
    records { order { id: "o" source_version: -9223372036854775808 } }
    records { order { id: "last" lines { amount_micros: 2 } } })");
  ASSERT_EQ(converted.batch.records.size(), 12u);
  std::vector<std::string> faults;
  for (const Rejection& rejection : converted.batch.rejections) {
    faults.push_back(std::to_string(rejection.index) + " " + rejection.field + " " +
                     rejection.reason);
  }
  EXPECT_THAT(faults,
              ElementsAre("1 record MISSING_FIELD", "2 customer.birth_date INVALID_DATE",
                          "3 order.order_time INVALID_TIME",
                          "4 order.lines[1].amount_micros VALUE_OUT_OF_RANGE",
                          "5 survey.kind UNKNOWN_ENUM_VALUE", "6 ticket.csat VALUE_OUT_OF_RANGE",
                          "7 deletion.kind UNKNOWN_ENUM_VALUE",
                          "8 customer.update_mask.paths[1] UNKNOWN_PATH",
                          "9 customer.attributes[plan] MISSING_FIELD",
                          "10 order.source_version VALUE_OUT_OF_RANGE"));
  EXPECT_EQ(converted.batch.rejections[1].id, "c");
  // The lines of a refused order leave no hole in those of the next.
  EXPECT_EQ(std::get<Order>(converted.batch.records[0]).lines[0].amount, 1);
  EXPECT_EQ(std::get<Order>(converted.batch.records[11]).lines[0].amount, 2);
}

// Before quantities were fractions, they were field 3 of a line.
TEST(RecordsTest, FieldsOfAnotherContractAreRefused) {
  auto sent = Parse<v1::BatchAppendRecordsRequest>(R"(
    records { order { id: "o1" lines { amount_micros: 1 } lines { amount_micros: 2 } } }
    records { order { id: "o2" lines { amount_micros: 3 } } }
    records { customer { id: "c" } }
    records { deletion { kind: RECORD_KIND_TICKET id: "t" } }
    records { survey { id: "s" kind: SURVEY_KIND_NPS } }
    records { order { id: "o3" lines { amount_micros: 4 } } })");
  const auto add = [](auto* message, int field) {
    message->GetReflection()->MutableUnknownFields(message)->AddVarint(field, 2);
  };
  add(sent.mutable_records(0)->mutable_order()->mutable_lines(1), 3);
  add(sent.mutable_records(1)->mutable_order(), 99);
  add(sent.mutable_records(2)->mutable_customer(), 16);
  add(sent.mutable_records(3)->mutable_deletion(), 4);
  add(sent.mutable_records(4), 7);
  const Converted converted(std::move(sent));
  std::vector<std::string> faults;
  for (const Rejection& rejection : converted.batch.rejections) {
    EXPECT_EQ(rejection.reason, "UNKNOWN_FIELD");
    faults.push_back(rejection.id + " " + rejection.field + ": " + rejection.message.substr(0, 15));
  }
  EXPECT_THAT(faults, ElementsAre("o1 order.lines[1]: field number 3 ", "o2 order: field number 99",
                                  "c customer: field number 16", "t deletion: field number 4 ",
                                  "s record: field number 7 "));
  EXPECT_EQ(std::get<Order>(converted.batch.records[5]).lines[0].amount, 4);
}

TEST(RecordsTest, QuantitiesAreExactOrRefused) {
  const Converted converted(R"(
    records { order { id: "o" lines { quantity: 0.25 } lines { quantity: -1.000001 }
                      lines { quantity: 0 } lines { quantity: 2147483647 } } }
    records { order { id: "o" lines { } lines { quantity: 0.1234567 } } }
    records { order { id: "o" lines { quantity: 2147483648 } } }
    records { order { id: "o" lines { quantity: nan } } })");
  ASSERT_EQ(converted.batch.records.size(), 4u);
  std::vector<Micros> micros;
  for (const OrderLine& line : std::get<Order>(converted.batch.records[0]).lines) {
    micros.push_back(line.quantity_micros);
  }
  EXPECT_THAT(micros, ElementsAre(250'000, -1'000'001, 0, 2'147'483'647'000'000));
  std::vector<std::string> faults;
  for (const Rejection& rejection : converted.batch.rejections) {
    faults.push_back(rejection.field + " " + rejection.reason + ": " + rejection.message);
  }
  EXPECT_THAT(
      faults,
      ElementsAre("order.lines[1].quantity TOO_MANY_DECIMALS: the quantity 0.1234567 has more than "
                  "six decimals; round it",
                  "order.lines[0].quantity VALUE_OUT_OF_RANGE: the quantity 2147483648 does not "
                  "lie in -2147483647 to 2147483647",
                  "order.lines[0].quantity VALUE_OUT_OF_RANGE: the quantity nan does not lie in "
                  "-2147483647 to 2147483647"));
}

// 64 bits of units end at 9.2e18.
TEST(ValueTest, ASumThatNoAmountHoldsIsNullWithAReason) {
  constexpr MicrosSum kMost = MicrosSum{INT64_MAX} * kMicrosAUnit;
  v1::Amount amount;
  Money(kMost, &amount);
  EXPECT_EQ(amount.units(), INT64_MAX);
  EXPECT_EQ(amount.null(), v1::NULL_REASON_UNSPECIFIED);
  v1::Amount beyond;
  Money(kMost + kMicrosAUnit, &beyond);
  EXPECT_EQ(beyond.null(), v1::NULL_REASON_OUT_OF_RANGE);
  EXPECT_EQ(beyond.units(), 0);
  v1::Amount ratio;
  MoneyRatio(3 * kMost, 3, &ratio);
  EXPECT_EQ(ratio.units(), INT64_MAX);
  v1::Value value;
  Money(-2 * kMost, &value);
  EXPECT_EQ(value.null(), v1::NULL_REASON_OUT_OF_RANGE);
  EXPECT_FALSE(MicrosFrom(beyond, "amount").ok());  // none to set anything to
}

TEST(RecordsTest, TimesBeforeTheEpochRoundDown) {
  google::protobuf::Timestamp time;
  ToProto(Millis{-1}, &time);
  EXPECT_EQ(time.seconds(), -1);
  EXPECT_EQ(time.nanos(), 999'000'000);
}

TEST(ValueTest, AmountsMustBeWholeMicros) {
  const auto micros = [](int64_t units, int32_t nanos) {
    v1::Amount amount;
    amount.set_units(units);
    amount.set_nanos(nanos);
    return MicrosFrom(amount, "deal");
  };
  EXPECT_EQ(*micros(-1, -750'000'000), -1'750'000);
  EXPECT_EQ(*micros(0, 1'000), 1);
  EXPECT_EQ(*micros(9'223'372'036'854, 775'807'000), std::numeric_limits<int64_t>::max());
  EXPECT_FALSE(micros(9'223'372'036'854, 775'808'000).ok());
  EXPECT_FALSE(micros(1, -1'000).ok());
  EXPECT_FALSE(micros(0, 1).ok());
  EXPECT_FALSE(micros(0, 1'000'000'000).ok());
}

TEST(ValueTest, SmallSamplesAreMarked) {
  analytics::fields::Cell cell;
  cell.value = 0.5;
  cell.interval = analytics::fields::Interval{0.25, 0.75, 0.95, "wilson"};
  cell.sample_size = 29;
  v1::Value value;
  ToProto(cell, &value);
  EXPECT_EQ(value.number(), 0.5);
  EXPECT_EQ(value.interval().method(), "wilson");
  EXPECT_TRUE(value.small_sample());
  cell.sample_size = 30;
  ToProto(cell, &value);
  EXPECT_FALSE(value.small_sample());
}

TEST(KpiTest, OrderTerms) {
  const auto terms = OrderTermsFrom(" revenue  desc, country ,x ASC");
  ASSERT_TRUE(terms.ok()) << terms.status();
  ASSERT_EQ(terms->size(), 3u);
  EXPECT_EQ((*terms)[0].id, "revenue");
  EXPECT_TRUE((*terms)[0].descending);
  EXPECT_EQ((*terms)[1].id, "country");
  EXPECT_FALSE((*terms)[1].descending);
  EXPECT_EQ((*terms)[2].id, "x");
  EXPECT_TRUE(OrderTermsFrom("  ")->empty());
  for (const char* wrong : {"revenue down", "revenue,,country", "a b c", ","}) {
    EXPECT_FALSE(OrderTermsFrom(wrong).ok()) << wrong;
  }
}

TEST(KpiTest, NamedRangesAreRead) {
  const auto fault = [](const char* text) {
    const auto query = KpiQueryFrom(Parse<v1::QueryKpisRequest>(text), {});
    const ErrorFacts facts = FactsOf(query.status());
    return facts.fields.empty() ? std::string() : facts.fields.front().first;
  };
  EXPECT_EQ(fault("kpis: 'revenue' ranges { name: 'p' keyword: RANGE_KEYWORD_PREVIOUS_PERIOD }"),
            "");
  EXPECT_EQ(fault("kpis: 'r' ranges { name: 'p' }"), "ranges[0]");
  EXPECT_EQ(fault("kpis: 'r' ranges { name: 'a' range { from: '2024-01-01' to: '2024-13-02' } }"),
            "ranges[0].range.to");
}

}  // namespace
}  // namespace strata::rpc
