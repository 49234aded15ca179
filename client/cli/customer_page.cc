#include "client/cli/customer_page.h"

#include <map>
#include <ostream>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/result_footer.h"
#include "client/cli/text_table.h"
#include "client/cli/time_format.h"
#include "client/cli/value_format.h"
#include "server/domain/money.h"

namespace strata::cli {
namespace {

std::string AttributeText(const v1::AttributeValue& value) {
  switch (value.kind_case()) {
    case v1::AttributeValue::kText:
      return Printable(value.text());
    case v1::AttributeValue::kNumber:
      return FormatNumber(value.number());
    case v1::AttributeValue::kBoolean:
      return value.boolean() ? "yes" : "no";
    case v1::AttributeValue::KIND_NOT_SET:
      break;
  }
  return "";
}

// What the sender said; fields that are not known are left out.
TextTable RecordTable(const v1::Customer& customer) {
  TextTable table({{""}, {"", Align::kLeft, TextTable::Fit::kWrap}});
  auto add = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) table.AddRow({name, Printable(value)});
  };
  add("birth_date", customer.birth_date());
  add("gender", customer.gender());
  if (customer.has_children()) add("children", absl::StrCat(customer.children()));
  add("country", customer.country());
  add("region", customer.region());
  add("city", customer.city());
  add("industry", customer.industry());
  add("account_owner", customer.account_owner());
  if (customer.has_strategic()) add("strategic", customer.strategic() ? "yes" : "no");
  add("created", FormatTime(customer.created_time()));
  if (customer.has_source_version()) {
    add("source_version", absl::StrCat(customer.source_version()));
  }
  const std::map<std::string, v1::AttributeValue> attributes(customer.attributes().begin(),
                                                             customer.attributes().end());
  for (const auto& [key, value] : attributes) {
    add(absl::StrCat("attribute:", key), AttributeText(value));
  }
  return table;
}

bool IsRecordField(const std::string& field) {
  static const auto& names = *new std::set<std::string>{
      "customer", "id",   "display_name", "birth_date",    "gender",    "children",
      "country",  "city", "region",       "account_owner", "strategic", "industry"};
  return names.count(field) > 0 || field.rfind("attribute:", 0) == 0;
}

// What is computed; what there is no value for comes after the rest, in one line.
void PrintFeatures(const Terminal& terminal, const v1::GetCustomerResponse& answer) {
  TextTable table({{""}, {"", Align::kRight}});
  std::string missing;
  for (const v1::FieldValue& feature : answer.features()) {
    if (IsRecordField(feature.field())) continue;
    if (feature.value().kind_case() == v1::Value::kNull) {
      absl::StrAppend(&missing, missing.empty() ? "" : ", ", Printable(feature.field()));
      continue;
    }
    table.AddRow({Printable(feature.field()), FormatValue(feature.value(), "")});
  }
  if (table.empty() && missing.empty()) return;
  terminal.out << '\n' << Bold(terminal, "Figures") << "\n\n";
  table.Print(terminal);
  if (!missing.empty()) terminal.out << "no value: " << missing << '\n';
}

std::string OrderAmount(const v1::Order& order) {
  MicrosSum sum = 0;
  for (const v1::OrderLine& line : order.lines()) sum += line.amount_micros();
  const absl::StatusOr<Amount> amount = AmountFromMicros(sum);
  if (!amount.ok()) return "–";
  v1::Amount message;
  message.set_units(amount->units);
  message.set_nanos(amount->nanos);
  return FormatMoney(message);
}

void PrintOrders(const Terminal& terminal, const v1::GetCustomerResponse& answer) {
  if (answer.orders_size() == 0) return;
  terminal.out << '\n' << Bold(terminal, "Latest orders") << "\n\n";
  TextTable table({{"order"},
                   {"time"},
                   {"status"},
                   {"channel"},
                   {"lines", Align::kRight},
                   {absl::StrCat("amount (", answer.meta().currency_code(), ")"), Align::kRight}});
  for (const v1::Order& order : answer.orders()) {
    table.AddRow({Printable(order.id()), FormatTime(order.order_time()), Printable(order.status()),
                  Printable(order.channel()), FormatInteger(order.lines_size()),
                  OrderAmount(order)});
  }
  table.Print(terminal);
}

}  // namespace

void PrintCustomerPage(const Terminal& terminal, const v1::GetCustomerResponse& answer) {
  const v1::Customer& customer = answer.customer();
  terminal.out << Bold(terminal, Printable(customer.id()));
  if (!customer.display_name().empty()) terminal.out << "  " << Printable(customer.display_name());
  if (answer.placeholder()) {
    terminal.out << "\na placeholder: named by a record, never sent itself";
  }
  terminal.out << "\n\n";
  RecordTable(customer).Print(terminal);
  PrintFeatures(terminal, answer);
  PrintOrders(terminal, answer);
  PrintResultFooter(terminal, answer.meta());
}

}  // namespace strata::cli
