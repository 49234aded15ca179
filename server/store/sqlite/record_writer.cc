#include "server/store/sqlite/record_writer.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/store/sqlite/record_rows.h"

namespace strata::store {
namespace {

// A date as the ten characters that the file holds; empty for none.
class IsoDay {
 public:
  explicit IsoDay(Day day) {
    if (day == kNoDay) return;
    const CivilDay civil = CivilFromDay(day);
    Put(0, 4, civil.year);
    text_[4] = '-';
    Put(5, 2, civil.month);
    text_[7] = '-';
    Put(8, 2, civil.day);
    size_ = sizeof(text_);
  }
  absl::string_view text() const { return {text_, size_}; }

 private:
  void Put(int at, int digits, int32_t value) {
    for (int i = at + digits - 1; i >= at; --i, value /= 10) {
      text_[i] = static_cast<char>('0' + value % 10);
    }
  }

  char text_[10];
  size_t size_ = 0;
};

void BindProfile(Execution& row, const Customer& customer, bool placeholder,
                 const IsoDay& birth_date) {
  row.Int(placeholder ? 1 : 0)
      .IntUnless(customer.source_version, kNoVersion)
      .TextOrNull(customer.display_name)
      .TextOrNull(birth_date.text())
      .TextOrNull(customer.gender)
      .IntUnless(customer.children.value_or(-1), -1)
      .TextOrNull(customer.country)
      .TextOrNull(customer.region)
      .TextOrNull(customer.city)
      .TextOrNull(customer.industry)
      .TextOrNull(customer.account_owner)
      .IntUnless(customer.strategic.has_value() ? int64_t{*customer.strategic} : -1, -1)
      .IntUnless(customer.created_time, kNoTime);
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordWriter>> RecordWriter::Create(Connection& connection) {
  std::unique_ptr<RecordWriter> writer(new RecordWriter());
  const struct {
    Statement& statement;
    const char* sql;
  } statements[] = {
      {writer->insert_customer_,
       "INSERT INTO customers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
       "?15)"},
      {writer->update_customer_,
       "UPDATE customers SET placeholder = ?1, source_version = ?2, display_name = ?3, "
       "birth_date = ?4, gender = ?5, children = ?6, country = ?7, region = ?8, city = ?9, "
       "industry = ?10, account_owner = ?11, strategic = ?12, created_time = ?13 "
       "WHERE customer_key = ?14"},
      {writer->insert_attribute_, "INSERT INTO customer_attributes VALUES (?1, ?2, ?3, ?4)"},
      {writer->delete_attributes_, "DELETE FROM customer_attributes WHERE customer_key = ?1"},
      {writer->delete_lines_, "DELETE FROM order_lines WHERE order_key = ?1"},
      {writer->insert_ticket_,
       "INSERT INTO tickets VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"},
      {writer->insert_contract_,
       "INSERT INTO contracts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"},
      {writer->insert_survey_, "INSERT INTO surveys VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
  };
  for (const auto& entry : statements) {
    STRATA_ASSIGN_OR_RETURN(entry.statement, connection.Prepare(entry.sql));
  }
  for (int kind = 0; kind < kRecordKinds; ++kind) {
    const absl::string_view name = strata::NameOf(static_cast<RecordKind>(kind));
    STRATA_ASSIGN_OR_RETURN(
        writer->delete_[kind],
        connection.Prepare(absl::StrCat("DELETE FROM ", name, "s WHERE ", name, "_key = ?1")));
  }
  STRATA_ASSIGN_OR_RETURN(writer->staged_orders_, StagedOrders::Create(connection));
  return writer;
}

absl::Status RecordWriter::Insert(uint32_t key, const Customer& customer, bool placeholder) {
  const IsoDay birth_date(customer.birth_date);
  Execution row(insert_customer_);
  row.Int(key).Text(customer.id);
  BindProfile(row, customer, placeholder, birth_date);
  STRATA_RETURN_IF_ERROR(row.Run());
  return InsertAttributes(key, customer);
}

absl::Status RecordWriter::Update(uint32_t key, const Customer& customer, bool placeholder) {
  const IsoDay birth_date(customer.birth_date);
  {
    Execution row(update_customer_);
    BindProfile(row, customer, placeholder, birth_date);
    STRATA_RETURN_IF_ERROR(row.Int(key).Run());
  }
  STRATA_RETURN_IF_ERROR(Execution(delete_attributes_).Int(key).Run());
  return InsertAttributes(key, customer);
}

absl::Status RecordWriter::InsertAttributes(uint32_t key, const Customer& customer) {
  for (const Attribute& attribute : customer.attributes) {
    Execution row(insert_attribute_);
    row.Int(key).Text(attribute.key);
    if (const auto* text = std::get_if<absl::string_view>(&attribute.value)) {
      row.Text("text").Text(*text);
    } else if (const auto* number = std::get_if<double>(&attribute.value)) {
      row.Text("number").Real(*number);
    } else {
      row.Text("boolean").Int(std::get<bool>(attribute.value) ? 1 : 0);
    }
    STRATA_RETURN_IF_ERROR(row.Run());
  }
  return absl::OkStatus();
}

absl::Status RecordWriter::Insert(uint32_t key, uint32_t customer_key, const Order& order,
                                  int64_t source_version) {
  staged_orders_->Add(key, customer_key, order, source_version);
  return absl::OkStatus();
}

absl::Status RecordWriter::Insert(uint32_t key, uint32_t customer_key, const Ticket& ticket,
                                  int64_t source_version) {
  Execution row(insert_ticket_);
  row.Int(key)
      .Text(ticket.id)
      .Int(customer_key)
      .IntUnless(source_version, kNoVersion)
      .Int(ticket.opened_time)
      .IntUnless(ticket.first_response_time, kNoTime)
      .IntUnless(ticket.resolved_time, kNoTime)
      .IntUnless(ticket.escalated_time, kNoTime)
      .IntUnless(ticket.sla_due_time, kNoTime)
      .TextOrNull(ticket.priority)
      .TextOrNull(ticket.category)
      .Text(NameOf(ticket.status))
      .IntUnless(ticket.csat, 0);
  return row.Run();
}

absl::Status RecordWriter::Insert(uint32_t key, uint32_t customer_key, const Contract& contract,
                                  int64_t source_version) {
  const IsoDay start_date(contract.start_date), end_date(contract.end_date);
  Execution row(insert_contract_);
  row.Int(key)
      .Text(contract.id)
      .Int(customer_key)
      .IntUnless(source_version, kNoVersion)
      .Text(start_date.text())
      .TextOrNull(end_date.text())
      .Int(contract.annual_value)
      .IntUnless(contract.auto_renew.has_value() ? int64_t{*contract.auto_renew} : -1, -1)
      .TextOrNull(contract.owner)
      .TextOrNull(contract.status);
  return row.Run();
}

absl::Status RecordWriter::Insert(uint32_t key, uint32_t customer_key, const Survey& survey,
                                  int64_t source_version) {
  Execution row(insert_survey_);
  row.Int(key)
      .Text(survey.id)
      .Int(customer_key)
      .IntUnless(source_version, kNoVersion)
      .Int(survey.time)
      .Text(NameOf(survey.kind))
      .Int(survey.score);
  return row.Run();
}

absl::Status RecordWriter::Delete(RecordKind kind, uint32_t key) {
  STRATA_RETURN_IF_ERROR(MakeReadable(kind, key));
  if (kind == RecordKind::kOrder) {
    STRATA_RETURN_IF_ERROR(Execution(delete_lines_).Int(key).Run());
  }
  return Execution(delete_[static_cast<size_t>(kind)]).Int(key).Run();  // attributes cascade
}

}  // namespace strata::store
