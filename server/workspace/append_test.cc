#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/base/error.h"
#include "server/workspace/testing/workspace_fixture.h"

// What becomes of each record, by the rules of api.md, seen through a workspace and in its tables.

namespace strata::testing {
namespace {

using ::testing::ElementsAre;

class AppendTest : public WorkspaceTest {
 protected:
  // Sends one record and says what became of it.
  std::string Outcome(const TestBatch& batch) {
    TestBatch skipping = batch;
    const Answer answer = Send(workspace(), skipping.Skip());
    if (!answer.status.ok()) return answer.status.ToString();
    const RecordCounts& counts = answer.result.counts;
    EXPECT_EQ(counts.Total(), static_cast<int64_t>(batch.size()));
    if (counts.rejected > 0) return answer.result.rejections.front().reason;
    return counts.accepted ? "accepted" : counts.duplicate ? "duplicate" : "stale";
  }
  std::string Outcome(const Record& record) { return Outcome(TestBatch().Add(record)); }
  std::string Order(absl::string_view id, absl::string_view customer, Micros amount,
                    int64_t version = kNoVersion) {
    TestBatch batch;
    return Outcome(AddOrder(batch, id, customer, amount, version));
  }
  std::string Delete(RecordKind kind, absl::string_view id, int64_t version = kNoVersion) {
    return Outcome(Record(Deletion{kind, id, version}));
  }
};

TEST_F(AppendTest, StoresEveryKindInItsTable) {
  Customer customer = MakeCustomer("c1", "US", 7);
  customer.display_name = "Ada";
  customer.birth_date = DayFromCivil({1980, 2, 29});
  customer.gender = "F";
  customer.children = 2;
  customer.region = "West";
  customer.city = "Zürich";
  customer.industry = "Retail";
  customer.account_owner = "Bo";
  customer.strategic = true;
  customer.created_time = kDay0 - 1;
  strata::Order order = MakeOrder("o1", "c1", 3);
  order.status = "shipped";
  order.channel = "web";
  order.promised_time = kDay0 + 1'000;
  order.shipped_time = kDay0 + 2'000;
  order.delivered_time = kDay0 + 3'001;
  OrderLine line = MakeLine("p1", -12'345'678);
  line.product_line = "toys";
  line.quantity_micros = -3 * kOneUnit;
  line.cost = 1;
  Ticket ticket = MakeTicket("t1", "c1");
  ticket.first_response_time = kDay0 + 1;
  ticket.resolved_time = kDay0 + 2;
  ticket.escalated_time = kDay0 + 3;
  ticket.sla_due_time = kDay0 + 4;
  ticket.priority = "high";
  ticket.category = "billing";
  ticket.status = TicketStatus::kResolved;
  ticket.csat = 4;
  Contract contract = MakeContract("k1", "c1");
  contract.end_date = DayFromCivil({2025, 12, 31});
  contract.auto_renew = false;
  contract.owner = "Cy";
  contract.status = "active";
  Survey survey = MakeSurvey("s1", "c1");
  survey.kind = SurveyKind::kCsat;
  survey.score = 5;

  TestBatch batch;
  batch
      .Add(customer, {{"vip", true},
                      {"score", 2.5},
                      {"note", absl::string_view("x")},
                      {"empty", absl::string_view("")}})
      .Add(order, {line, MakeLine("", 1)})
      .Add(Record(ticket))
      .Add(Record(contract))
      .Add(Record(survey));
  const Answer answer = Send(workspace(), batch);
  ASSERT_TRUE(answer.status.ok()) << answer.status;
  EXPECT_EQ(answer.result.counts.accepted, 5);
  EXPECT_EQ(answer.result.counts.placeholders, 0);
  EXPECT_EQ(answer.result.revision, 2);

  EXPECT_THAT(Rows("SELECT * FROM customers"),
              ElementsAre("1|c1|0|7|Ada|1980-02-29|F|2|US|West|Zürich|Retail|Bo|1|1704067199999"));
  EXPECT_THAT(
      Rows("SELECT *, typeof(value) FROM customer_attributes"),
      ElementsAre("1|note|text|x|text", "1|score|number|2.5|real", "1|vip|boolean|1|integer"));
  EXPECT_THAT(Rows("SELECT * FROM orders"),
              ElementsAre("1|o1|1|3|1704067200000|shipped|web|1704067201000|1704067202000|"
                          "1704067203001"));
  EXPECT_THAT(Rows("SELECT * FROM order_lines"),
              ElementsAre("1|1|p1|toys|-3000000|-12345678|1", "1|2|-|-|1000000|1|-"));
  EXPECT_THAT(Rows("SELECT * FROM tickets"),
              ElementsAre("1|t1|1|-|1704067200000|1704067200001|1704067200002|1704067200003|"
                          "1704067200004|high|billing|resolved|4"));
  EXPECT_THAT(Rows("SELECT * FROM contracts"),
              ElementsAre("1|k1|1|-|2024-01-01|2025-12-31|1200000000|0|Cy|active"));
  EXPECT_THAT(Rows("SELECT * FROM surveys"), ElementsAre("1|s1|1|-|1704067200000|csat|5"));

  // The views, for people.
  EXPECT_EQ(Value("SELECT created_time FROM v_customers"), "2023-12-31T23:59:59.999Z");
  EXPECT_THAT(Rows("SELECT customer_id, attribute, value FROM v_customer_attributes"),
              ElementsAre("c1|note|x", "c1|score|2.5", "c1|vip|1"));
  EXPECT_EQ(Value("SELECT customer_id || ' ' || order_time || ' ' || delivered_time || ' ' || "
                  "recognised FROM v_orders"),
            "c1 2024-01-01T00:00:00.000Z 2024-01-01T00:00:03.001Z 1");
  EXPECT_THAT(Rows("SELECT order_id, line_number, customer_id, amount, cost FROM v_order_lines"),
              ElementsAre("o1|1|c1|-12.345678|0.000001", "o1|2|c1|0.000001|-"));
  EXPECT_EQ(Value("SELECT opened_time || ' ' || sla_due_time FROM v_tickets"),
            "2024-01-01T00:00:00.000Z 2024-01-01T00:00:00.004Z");
  EXPECT_EQ(Value("SELECT annual_value FROM v_contracts"), "1200.000000");
  EXPECT_EQ(Value("SELECT survey_time || kind FROM v_surveys"), "2024-01-01T00:00:00.000Zcsat");
  ExpectImageEqualsFile();
}

TEST_F(AppendTest, SameContentAgainIsADuplicateOfEveryKind) {
  TestBatch batch;
  batch.Add(MakeCustomer("c1", "US"), {{"b", 1.0}, {"a", true}});
  AddOrder(batch, "o1", "c1", 5);
  batch.Add(Record(MakeTicket("t1", "c1")))
      .Add(Record(MakeContract("k1", "c1")))
      .Add(Record(MakeSurvey("s1", "c1")));
  ASSERT_TRUE(Send(workspace(), batch).status.ok());
  const Answer again = Send(workspace(), batch);
  ASSERT_TRUE(again.status.ok());
  EXPECT_EQ(again.result.counts.duplicate, 5);
  EXPECT_EQ(again.result.revision, 2) << "nothing changed, so there is no new revision";
  // The order of attributes and an empty one are no content.
  EXPECT_EQ(Outcome(TestBatch().Add(MakeCustomer("c1", "US"),
                                    {{"a", true}, {"c", absl::string_view("")}, {"b", 1.0}})),
            "duplicate");
}

TEST_F(AppendTest, OtherContentReplacesTheRecordWhole) {
  ASSERT_EQ(Outcome(TestBatch().Add(MakeOrder("o1", "c1"), {MakeLine("a", 1), MakeLine("b", 2)})),
            "accepted");
  ASSERT_EQ(Order("o1", "c1", 3), "accepted");
  EXPECT_THAT(Rows("SELECT order_key, line_number, product, amount_micros FROM order_lines"),
              ElementsAre("1|1|p|3"));

  Customer customer = MakeCustomer("c1", "US");
  customer.city = "Rome";
  ASSERT_EQ(Outcome(TestBatch().Add(customer, {{"a", 1.0}})), "accepted");
  ASSERT_EQ(Outcome(Record(MakeCustomer("c1", "IT"))), "accepted");
  EXPECT_EQ(Value("SELECT country || ifnull(city, ' no city') FROM customers"), "IT no city");
  EXPECT_EQ(Value("SELECT count(*) FROM customer_attributes"), "0");

  Ticket ticket = MakeTicket("t1", "c1");
  ASSERT_EQ(Outcome(Record(ticket)), "accepted");
  ticket.status = TicketStatus::kCancelled;
  ASSERT_EQ(Outcome(Record(ticket)), "accepted");
  EXPECT_EQ(Value("SELECT status FROM tickets"), "cancelled");

  Contract contract = MakeContract("k1", "c1");
  ASSERT_EQ(Outcome(Record(contract)), "accepted");
  contract.annual_value = 0;
  ASSERT_EQ(Outcome(Record(contract)), "accepted");
  EXPECT_EQ(Value("SELECT annual_value_micros FROM contracts"), "0");

  Survey survey = MakeSurvey("s1", "c1");
  ASSERT_EQ(Outcome(Record(survey)), "accepted");
  survey.score = 0;
  ASSERT_EQ(Outcome(Record(survey)), "accepted");
  EXPECT_EQ(Value("SELECT score FROM surveys"), "0");
  ExpectImageEqualsFile();
}

TEST_F(AppendTest, LowerVersionIsStaleEqualAndMissingOnesAreApplied) {
  EXPECT_EQ(Order("o1", "c1", 1, 5), "accepted");
  EXPECT_EQ(Order("o1", "c1", 2, 4), "stale");
  EXPECT_EQ(Order("o1", "c1", 2, 5), "accepted") << "equal version, other content: the later wins";
  EXPECT_EQ(Order("o1", "c1", 3), "accepted");
  EXPECT_EQ(Value("SELECT source_version FROM orders"), "5") << "the id keeps its version";
  EXPECT_EQ(Order("o1", "c1", 4, 4), "stale");
  EXPECT_EQ(Order("o1", "c1", 3, 5), "duplicate");
  EXPECT_EQ(Order("o1", "c1", 3), "duplicate");
  EXPECT_EQ(Order("o1", "c1", 3, 6), "accepted") << "the version alone is a change";
  EXPECT_EQ(Order("o1", "c1", 3, 5), "stale");

  EXPECT_EQ(Outcome(Record(MakeCustomer("c1", "US", 2))), "accepted");
  EXPECT_EQ(Outcome(Record(MakeCustomer("c1", "FR", 1))), "stale");
  EXPECT_EQ(Value("SELECT country FROM customers"), "US");

  for (Record record : {Record(MakeTicket("x", "c1")), Record(MakeContract("x", "c1")),
                        Record(MakeSurvey("x", "c1"))}) {
    const auto set_version = [&record](int64_t version) {
      std::visit([version](auto& r) { r.source_version = version; }, record);
    };
    set_version(-1);
    EXPECT_EQ(Outcome(record), "accepted");
    set_version(-2);
    EXPECT_EQ(Outcome(record), "stale");
  }
  ExpectImageEqualsFile();
}

TEST_F(AppendTest, UnknownCustomerBecomesAPlaceholderAndThenAFullOne) {
  TestBatch batch;
  AddOrder(batch, "o1", "new", 1);
  AddOrder(batch, "o2", "new", 1);
  const Answer answer = Send(workspace(), batch);
  ASSERT_TRUE(answer.status.ok());
  EXPECT_EQ(answer.result.counts.accepted, 2);
  EXPECT_EQ(answer.result.counts.placeholders, 1);
  EXPECT_EQ(Value("SELECT customer_id || placeholder FROM customers"), "new1");
  EXPECT_EQ(revision()->customers, 1);

  EXPECT_EQ(Outcome(Record(MakeCustomer("new", "US"))), "accepted");
  EXPECT_EQ(Value("SELECT customer_key || customer_id || placeholder || country FROM customers"),
            "1new0US");
  ExpectImageEqualsFile();
}

TEST_F(AppendTest, SentPlaceholderWithoutContentIsAcceptedOnce) {
  ASSERT_EQ(Order("o1", "c1", 1), "accepted");
  EXPECT_EQ(Outcome(Record(MakeCustomer("c1"))), "accepted") << "it is known now";
  EXPECT_EQ(Outcome(Record(MakeCustomer("c1"))), "duplicate");
}

TEST_F(AppendTest, OrderMovesToAnotherCustomer) {
  ASSERT_EQ(Outcome(Record(MakeCustomer("full"))), "accepted");
  ASSERT_EQ(Order("o1", "full", 1), "accepted");
  ASSERT_EQ(Order("o1", "other", 1), "accepted");
  EXPECT_EQ(Value("SELECT customer_id FROM v_orders"), "other");
  EXPECT_EQ(Value("SELECT count(*) FROM customers"), "2");
  ASSERT_EQ(Order("o1", "full", 1), "accepted");
  EXPECT_THAT(Rows("SELECT customer_id FROM customers"), ElementsAre("full"))
      << "a placeholder goes with the last fact that names it";
  EXPECT_EQ(revision()->customers, 1);
  ExpectImageEqualsFile();
}

TEST_F(AppendTest, UpdateMaskChangesOnlyItsFields) {
  Customer customer = MakeCustomer("c1", "US");
  customer.city = "Reno";
  customer.children = 1;
  ASSERT_EQ(Outcome(TestBatch().Add(customer, {{"a", 1.0}})), "accepted");

  Customer partial = MakeCustomer("c1", "ignored");
  partial.city = "Rome";
  partial.update_mask = MaskOf(CustomerField::kCity) | MaskOf(CustomerField::kChildren);
  EXPECT_EQ(Outcome(Record(partial)), "accepted");
  EXPECT_EQ(Outcome(Record(partial)), "duplicate");
  EXPECT_THAT(Rows("SELECT country, city, children FROM customers"), ElementsAre("US|Rome|-"));
  EXPECT_EQ(Value("SELECT count(*) FROM customer_attributes"), "1");
  ExpectImageEqualsFile();

  partial.update_mask = MaskOf(CustomerField::kAttributes);
  EXPECT_EQ(Outcome(TestBatch().Add(partial, {{"b", true}})), "accepted");
  EXPECT_THAT(Rows("SELECT attribute FROM customer_attributes"), ElementsAre("b"));
  EXPECT_EQ(Value("SELECT city FROM customers"), "Rome");

  Customer unseen = MakeCustomer("c2", "ignored");
  unseen.city = "Oslo";
  unseen.update_mask = MaskOf(CustomerField::kCity);
  EXPECT_EQ(Outcome(Record(unseen)), "accepted");
  EXPECT_THAT(Rows("SELECT country, city FROM customers WHERE customer_id = 'c2'"),
              ElementsAre("-|Oslo"));
  ExpectImageEqualsFile();
}

TEST_F(AppendTest, AttributeKeepsTheKindOfItsFirstValue) {
  EXPECT_EQ(Outcome(TestBatch().Add(MakeCustomer("c1"), {{"a", 1.0}})), "accepted");
  EXPECT_EQ(Outcome(TestBatch().Add(MakeCustomer("c2"), {{"a", true}})), "ATTRIBUTE_KIND");
  // Within one batch as well.
  TestBatch batch;
  batch.Add(MakeCustomer("c3"), {{"b", true}})
      .Add(MakeCustomer("c4"), {{"b", absl::string_view("yes")}});
  const Answer answer = Send(workspace(), batch.Skip());
  ASSERT_TRUE(answer.status.ok());
  EXPECT_EQ(answer.result.counts.accepted, 1);
  ASSERT_EQ(answer.result.rejections.size(), 1u);
  EXPECT_EQ(answer.result.rejections[0].field, "customer.attributes[\"b\"]");
  // A batch that is taken back has not fixed anything.
  TestBatch bad;
  bad.Add(MakeCustomer("c5"), {{"c", true}}).Add(Record(MakeCustomer("")));
  EXPECT_EQ(Send(workspace(), bad).status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Outcome(TestBatch().Add(MakeCustomer("c5"), {{"c", 1.0}})), "accepted");
}

TEST_F(AppendTest, DeletionRemovesFactsOfEveryKind) {
  TestBatch batch;
  batch.Add(Record(MakeCustomer("c1")));
  AddOrder(batch, "x", "c1", 1);
  batch.Add(Record(MakeTicket("x", "c1")))
      .Add(Record(MakeContract("x", "c1")))
      .Add(Record(MakeSurvey("x", "c1")));
  ASSERT_TRUE(Send(workspace(), batch).status.ok());
  for (int kind = 1; kind < kRecordKinds; ++kind) {
    EXPECT_EQ(Delete(static_cast<RecordKind>(kind), "x"), "accepted");
    EXPECT_EQ(Delete(static_cast<RecordKind>(kind), "x"), "duplicate");
  }
  EXPECT_EQ(Delete(RecordKind::kCustomer, "c1"), "accepted");
  EXPECT_EQ(Delete(RecordKind::kCustomer, "c1"), "duplicate");
  EXPECT_EQ(Value("SELECT (SELECT count(*) FROM customers) + (SELECT count(*) FROM orders) + "
                  "(SELECT count(*) FROM order_lines) + (SELECT count(*) FROM tickets) + "
                  "(SELECT count(*) FROM contracts) + (SELECT count(*) FROM surveys)"),
            "0");
  EXPECT_EQ(revision()->customers + revision()->orders + revision()->tickets, 0);
  ExpectImageEqualsFile();
}

TEST_F(AppendTest, DeletedRecordStaysDeletedForOlderVersions) {
  ASSERT_EQ(Order("o1", "c1", 1, 5), "accepted");
  EXPECT_EQ(Delete(RecordKind::kOrder, "o1", 4), "stale");
  EXPECT_EQ(Delete(RecordKind::kOrder, "o1", 7), "accepted");
  EXPECT_EQ(Order("o1", "c1", 1, 6), "stale");
  EXPECT_EQ(Value("SELECT count(*) FROM customers"), "0") << "a stale record makes no placeholder";
  Reopen();
  EXPECT_EQ(Order("o1", "c1", 1, 6), "stale");
  EXPECT_EQ(Order("o1", "c1", 1, 7), "accepted");
  EXPECT_EQ(Value("SELECT count(*) FROM deleted_records"), "0");

  // An id that was never seen: deletions may come first.
  EXPECT_EQ(Delete(RecordKind::kTicket, "t9", 3), "accepted");
  EXPECT_EQ(Delete(RecordKind::kTicket, "t9", 3), "duplicate");
  EXPECT_EQ(Delete(RecordKind::kTicket, "t9", 2), "stale");
  EXPECT_EQ(Delete(RecordKind::kTicket, "t9"), "duplicate");
  EXPECT_EQ(Delete(RecordKind::kTicket, "t9", 4), "accepted");
  Ticket ticket = MakeTicket("t9", "c1");
  ticket.source_version = 3;
  EXPECT_EQ(Outcome(Record(ticket)), "stale");
  ticket.source_version = kNoVersion;
  EXPECT_EQ(Outcome(Record(ticket)), "accepted");
  EXPECT_EQ(Value("SELECT source_version FROM tickets"), "4");
}

TEST_F(AppendTest, DeletedCustomerWithFactsStaysAsPlaceholder) {
  ASSERT_EQ(Outcome(TestBatch().Add(MakeCustomer("c1", "US", 3), {{"a", 1.0}})), "accepted");
  ASSERT_EQ(Order("o1", "c1", 1), "accepted");
  EXPECT_EQ(Delete(RecordKind::kCustomer, "c1", 4), "accepted");
  EXPECT_EQ(Delete(RecordKind::kCustomer, "c1", 4), "duplicate");
  EXPECT_THAT(Rows("SELECT customer_id, placeholder, country, source_version FROM customers"),
              ElementsAre("c1|1|-|-"));
  EXPECT_EQ(Value("SELECT count(*) FROM customer_attributes"), "0");
  ExpectImageEqualsFile();
  EXPECT_EQ(Outcome(Record(MakeCustomer("c1", "US", 3))), "stale");
  EXPECT_EQ(Outcome(Record(MakeCustomer("c1", "FR", 4))), "accepted");
  EXPECT_EQ(Value("SELECT country || source_version FROM customers"), "FR4");

  EXPECT_EQ(Delete(RecordKind::kCustomer, "c1", 5), "accepted");
  EXPECT_EQ(Delete(RecordKind::kOrder, "o1"), "accepted");
  EXPECT_EQ(Value("SELECT count(*) FROM customers"), "0");
  ExpectImageEqualsFile();
}

TEST_F(AppendTest, RejectsByNameAndSaysWhere) {
  strata::Order order = MakeOrder("o1", "c1");
  order.currency_code = "EUR";
  TestBatch batch;
  batch.Add(order, {MakeLine("p", 1)});
  AddOrder(batch, "good", "c1", 1);
  OrderLine bad_line = MakeLine("p", 5);
  bad_line.quantity_micros = -kOneUnit;
  batch.Add(MakeOrder("o2", "c1"), {MakeLine("p", 1), bad_line});
  Answer answer = Send(workspace(), batch);
  EXPECT_EQ(answer.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(FactsOf(answer.status).reason, "BAD_RECORDS");
  EXPECT_EQ(answer.result.counts.rejected, 2);
  EXPECT_EQ(answer.result.counts.accepted, 0);
  ASSERT_EQ(answer.result.rejections.size(), 2u);
  EXPECT_EQ(answer.result.rejections[0].index, 0);
  EXPECT_EQ(answer.result.rejections[0].reason, "FOREIGN_CURRENCY");
  EXPECT_EQ(answer.result.rejections[0].id, "o1");
  EXPECT_EQ(answer.result.rejections[1].index, 2);
  EXPECT_EQ(answer.result.rejections[1].field, "order.lines[1].amount_micros");
  EXPECT_EQ(answer.result.rejections[1].reason, "SIGN_MISMATCH");
  EXPECT_EQ(Value("SELECT count(*) FROM orders"), "0") << "nothing of a failed batch is stored";
  EXPECT_EQ(revision()->number, 1);

  answer = Send(workspace(), batch.Skip());
  ASSERT_TRUE(answer.status.ok());
  EXPECT_EQ(answer.result.counts.accepted, 1);
  EXPECT_EQ(answer.result.counts.rejected, 2);
  EXPECT_EQ(Value("SELECT order_id FROM orders"), "good");
}

TEST_F(AppendTest, RecordsRefusedByTheConversionAreSkipped) {
  TestBatch batch;
  AddOrder(batch, "o1", "c1", 1);
  batch.Add(Record());
  AddOrder(batch, "o2", "c1", 1);
  AppendRequest request;
  request.batch = batch.Skip().Build();
  request.batch.rejections.push_back({1, RecordKind::kOrder, "?", "order.status", "BAD", "bad"});
  request.stream = "s";
  request.content_hashes = testing::ContentHashes(request.batch);
  const Answer answer = SendAndWait(workspace(), std::move(request));
  ASSERT_TRUE(answer.status.ok()) << answer.status;
  EXPECT_EQ(answer.result.counts.accepted, 2);
  EXPECT_EQ(answer.result.counts.rejected, 1);
  ASSERT_EQ(answer.result.rejections.size(), 1u);
  EXPECT_EQ(answer.result.rejections[0].reason, "BAD");
  EXPECT_EQ(answer.result.next_offset, 3);
}

TEST_F(AppendTest, IdsAreBytesOfAnyScript) {
  const std::vector<absl::string_view> ids = {"客户-1", "клиент", "عميل", "😀", "É", "E\u0301", "é"};
  TestBatch batch;
  for (absl::string_view id : ids) AddOrder(batch, id, id, 1);
  const Answer answer = Send(workspace(), batch);
  ASSERT_TRUE(answer.status.ok()) << answer.status;
  EXPECT_EQ(answer.result.counts.placeholders, 7);
  Reopen();
  EXPECT_EQ(Send(workspace(), batch).result.counts.duplicate, 7);
  EXPECT_EQ(Value("SELECT count(*) FROM v_orders WHERE order_id = customer_id"), "7");
}

TEST_F(AppendTest, ValidateOnlyStoresNothing) {
  TestBatch batch;
  AddOrder(batch, "o1", "c1", 1);
  AppendRequest request;
  request.batch = batch.Build();
  request.request_id = "r";
  request.fingerprint = "f";
  request.validate_only = true;
  const Answer answer = SendAndWait(workspace(), std::move(request));
  ASSERT_TRUE(answer.status.ok());
  EXPECT_EQ(answer.result.counts.accepted, 1);
  EXPECT_EQ(answer.result.counts.placeholders, 1);
  EXPECT_EQ(answer.result.revision, 1);
  EXPECT_EQ(Value("SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM customers) + "
                  "(SELECT count(*) FROM requests)"),
            "0");
  EXPECT_EQ(Order("o1", "c1", 1), "accepted");
  ExpectImageEqualsFile();
}

}  // namespace
}  // namespace strata::testing
