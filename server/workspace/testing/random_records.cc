#include "server/workspace/testing/random_records.h"

#include "absl/strings/str_cat.h"

namespace strata::testing {

absl::string_view RandomRecords::CustomerId() {
  return Text(absl::StrCat("客", Below(customers_)));
}

absl::string_view RandomRecords::FactId() { return Text(absl::StrCat("f", Below(facts_))); }

int64_t RandomRecords::Version() { return Below(2) == 0 ? kNoVersion : Below(5); }

Millis RandomRecords::MaybeTime(Millis from) {
  return Below(2) == 0 ? kNoTime : from + Below(3) * kMillisADay + Below(3);
}

absl::string_view RandomRecords::Word(const char* prefix, int words) {
  const int word = Below(words);
  return word == 0 ? absl::string_view() : Text(absl::StrCat(prefix, word));
}

void RandomRecords::AddTo(TestBatch& batch) {
  switch (Below(10)) {
    case 0:
    case 1:
      return AddCustomer(batch);
    case 2:
    case 3:
    case 4:
      return AddOrder(batch);
    case 5:
      return AddTicket(batch);
    case 6:
      return AddContract(batch);
    case 7:
      return AddSurvey(batch);
    default:
      return AddDeletion(batch);
  }
}

void RandomRecords::AddCustomer(TestBatch& batch) {
  Customer c = MakeCustomer(CustomerId(), Word("land", 3), Version());
  c.display_name = Word("name", 2);
  c.gender = Word("g", 3);
  c.region = Word("r", 2);
  c.city = Word("城", 3);
  c.industry = Word("i", 2);
  c.account_owner = Word("o", 2);
  if (Below(2) == 0) c.birth_date = Below(3) * 365;
  if (Below(2) == 0) c.children = Below(3);
  if (Below(2) == 0) c.strategic = Below(2) == 0;
  c.created_time = MaybeTime(kDay0);
  if (Below(3) == 0) c.update_mask = static_cast<uint32_t>(Below(1 << 12));
  std::vector<Attribute> attributes;
  if (Below(2) == 0) attributes.push_back({"z_flag", Below(2) == 0});
  if (Below(2) == 0) attributes.push_back({"a_number", Below(4) / 2.0});
  if (Below(2) == 0) attributes.push_back({"m_text", Word("t", 3)});
  batch.Add(c, std::move(attributes));
}

void RandomRecords::AddOrder(TestBatch& batch) {
  Order o = MakeOrder(FactId(), CustomerId(), Version());
  o.order_time = kDay0 + Below(4) * kMillisADay;
  o.status = Word("status", 3);
  o.channel = Word("channel", 2);
  o.promised_time = MaybeTime(kDay0);
  o.shipped_time = MaybeTime(kDay0);
  o.delivered_time = MaybeTime(kDay0);
  std::vector<OrderLine> lines;
  for (int i = Below(4) == 0 ? Below(4) : 0; i >= 0; --i) {
    OrderLine line = MakeLine(Word("p", 3), Below(3) * kMicrosAUnit);
    line.product_line = Word("l", 3);
    line.quantity_micros = (1 + Below(2)) * kOneUnit / (1 + Below(2));
    if (Below(3) == 0) line.cost = Below(2);
    lines.push_back(line);
  }
  batch.Add(o, std::move(lines));
}

void RandomRecords::AddTicket(TestBatch& batch) {
  Ticket t = MakeTicket(FactId(), CustomerId());
  t.source_version = Version();
  t.first_response_time = MaybeTime(kDay0);
  t.resolved_time = MaybeTime(kDay0);
  t.escalated_time = MaybeTime(kDay0);
  t.sla_due_time = MaybeTime(kDay0);
  t.priority = Word("p", 3);
  t.category = Word("c", 3);
  t.status = static_cast<TicketStatus>(Below(3));
  t.csat = Below(6);
  batch.Add(Record(t));
}

void RandomRecords::AddContract(TestBatch& batch) {
  Contract c = MakeContract(FactId(), CustomerId());
  c.source_version = Version();
  if (Below(2) == 0) c.end_date = c.start_date + Below(3);
  c.annual_value = Below(3);
  if (Below(2) == 0) c.auto_renew = Below(2) == 0;
  c.owner = Word("o", 2);
  c.status = Word("s", 2);
  batch.Add(Record(c));
}

void RandomRecords::AddSurvey(TestBatch& batch) {
  Survey s = MakeSurvey(FactId(), CustomerId());
  s.source_version = Version();
  s.time = kDay0 + Below(3);
  s.kind = Below(2) == 0 ? SurveyKind::kNps : SurveyKind::kCsat;
  s.score = 1 + Below(3);
  batch.Add(Record(s));
}

void RandomRecords::AddDeletion(TestBatch& batch) {
  const auto kind = static_cast<RecordKind>(Below(kRecordKinds));
  const absl::string_view id = kind == RecordKind::kCustomer ? CustomerId() : FactId();
  batch.Add(Record(Deletion{kind, id, Version()}));
}

}  // namespace strata::testing
