#include "client/cli/ask/customer/customer_page.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/ask/customer/customer_figures.h"
#include "client/cli/ask/customer/customer_outlook.h"
#include "client/cli/ask/customer/customer_service_record.h"
#include "client/cli/present/result_footer.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/time_format.h"
#include "client/cli/present/value_format.h"
#include "server/domain/currency.h"
#include "server/domain/money.h"
#include "strata/v1/records.pb.h"

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

// Features by name.
class FeatureValues {
 public:
  explicit FeatureValues(const v1::GetCustomerResponse& answer)
      : currency_(answer.meta().currency_code()) {
    for (const v1::FieldValue& feature : answer.features()) {
      if (feature.value().kind_case() == v1::Value::kNull) continue;
      values_[feature.field()] = &feature.value();
    }
  }
  bool Has(const std::string& field) const { return values_.count(field) > 0; }
  // "" for what there is no value of.
  std::string Text(const std::string& field) const {
    const auto found = values_.find(field);
    return found == values_.end() ? "" : FormatValue(*found->second, "", currency_);
  }
  int64_t Integer(const std::string& field) const {
    const auto found = values_.find(field);
    return found == values_.end() ? 0 : found->second->integer();
  }

 private:
  const std::string currency_;
  std::map<std::string, const v1::Value*> values_;
};

std::string Joined(std::vector<std::string> parts) {
  parts.erase(std::remove(parts.begin(), parts.end(), ""), parts.end());
  return absl::StrJoin(parts, ", ");
}

std::string Labelled(absl::string_view label, const std::string& text) {
  return text.empty() ? "" : absl::StrCat(label, text);
}

std::string Classes(const FeatureValues& features) {
  return Joined(
      {Labelled("tier ", features.Text("tier")), Labelled("loyalty ", features.Text("loyalty")),
       Labelled("RFM ", features.Text("rfm_segment")), Labelled("ABC ", features.Text("abc"))});
}

std::string Person(const v1::Customer& customer) {
  return Joined({Printable(customer.gender()), Labelled("born ", Printable(customer.birth_date())),
                 customer.has_children() ? absl::StrCat(customer.children(), " children") : ""});
}

std::string Purchases(const FeatureValues& features) {
  if (!features.Has("first_order_date")) return "no recognised order";
  const int64_t recency = features.Integer("recency_days");
  return absl::StrCat("first on ", features.Text("first_order_date"), ", last on ",
                      features.Text("last_order_date"), " (", FormatInteger(recency),
                      recency == 1 ? " day ago)" : " days ago)");
}

std::string Attributes(const v1::Customer& customer) {
  const std::map<std::string, v1::AttributeValue> attributes(customer.attributes().begin(),
                                                             customer.attributes().end());
  std::vector<std::string> parts;
  for (const auto& [key, value] : attributes) {
    parts.push_back(absl::StrCat(Printable(key), " = ", AttributeText(value)));
  }
  return Joined(std::move(parts));
}

// "health 72 of 100, escalation risk 4.10%, 12,000.00 USD a year under contract, ...".
std::string Outlook(const v1::GetCustomerResponse& answer, const FeatureValues& features) {
  std::vector<std::string> parts;
  if (answer.health().score().kind_case() == v1::Value::kNumber) {
    parts.push_back(absl::StrFormat("health %.0f of 100", answer.health().score().number()));
  }
  if (answer.has_risk()) {
    parts.push_back(answer.risk_model().kind() == "scorecard"
                        ? absl::StrFormat("escalation score %.2f of 1", answer.risk().risk())
                        : absl::StrCat("escalation risk ", FormatPercent(answer.risk().risk())));
  }
  if (features.Has("renewal_in_days")) {
    const int64_t days = features.Integer("renewal_in_days");
    parts.push_back(
        absl::StrCat("a contract ends in ", FormatInteger(days), days == 1 ? " day" : " days"));
  }
  return Joined(std::move(parts));
}

// Who the customer is; what is not known is left out.
void PrintHead(const Terminal& terminal, const v1::GetCustomerResponse& answer) {
  const v1::Customer& customer = answer.customer();
  const FeatureValues features(answer);
  std::string title = Printable(customer.id());
  if (!customer.display_name().empty()) {
    title = absl::StrCat(Printable(customer.display_name()), "  (", title, ")");
  }
  terminal.out << Bold(terminal, title) << '\n';
  if (answer.placeholder()) {
    terminal.out << "a placeholder: named by a record, never sent itself\n";
  }
  terminal.out << '\n';
  TextTable table({{""}, {"", Align::kLeft, TextTable::Fit::kWrap}});
  const auto add = [&table](const char* name, const std::string& value) {
    if (!value.empty()) table.AddRow({name, value});
  };
  add("classes", Classes(features));
  if (customer.has_strategic())
    add("declared", customer.strategic() ? "strategic" : "not strategic");
  add("owner", customer.account_owner().empty() ? "nobody" : Printable(customer.account_owner()));
  add("industry", Printable(customer.industry()));
  add("place", Joined({Printable(customer.city()), Printable(customer.region()),
                       Printable(customer.country())}));
  add("person", Person(customer));
  add("customer since", FormatTime(customer.created_time()).substr(0, 10));
  add("orders", Purchases(features));
  add("attributes", Attributes(customer));
  add("outlook", Outlook(answer, features));
  table.Print(terminal);
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
    table.AddRow({Printable(feature.field()),
                  FormatValue(feature.value(), "", answer.meta().currency_code())});
  }
  if (table.empty() && missing.empty()) return;
  terminal.out << '\n' << Bold(terminal, "Figures") << "\n\n";
  table.Print(terminal);
  if (!missing.empty()) terminal.out << "no value: " << missing << '\n';
}

std::string OrderAmount(const v1::Order& order, const std::string& currency) {
  MicrosSum sum = 0;
  for (const v1::OrderLine& line : order.lines()) sum += line.amount_micros();
  const absl::StatusOr<Amount> amount = AmountFromMicros(sum);
  if (!amount.ok()) return "–";
  return MoneyText(*amount, currency);
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
                  OrderAmount(order, answer.meta().currency_code())});
  }
  table.Print(terminal);
}

void PrintTimeline(const Terminal& terminal, const v1::GetCustomerResponse& answer) {
  if (answer.timeline_size() == 0) return;
  terminal.out << '\n' << Bold(terminal, "What happened, latest first") << "\n\n";
  TextTable table({{"date"},
                   {"event"},
                   {"record"},
                   {absl::StrCat("amount (", answer.meta().currency_code(), ")"), Align::kRight},
                   {"", Align::kLeft, TextTable::Fit::kWrap}});
  for (const v1::TimelineEvent& event : answer.timeline()) {
    table.AddRow(
        {Printable(event.date()), Printable(event.event()), Printable(event.id()),
         event.has_amount() ? FormatMoney(event.amount(), answer.meta().currency_code()) : "",
         Printable(event.detail())});
  }
  table.Print(terminal);
}

}  // namespace

void PrintCustomerPage(const Terminal& terminal, const v1::GetCustomerResponse& answer,
                       const v1::QueryKpisResponse& year, const CustomerPageOptions& options) {
  PrintHead(terminal, answer);
  PrintYear(terminal, answer, year);
  PrintStandings(terminal, answer);
  PrintTickets(terminal, answer, options.tickets);
  PrintContracts(terminal, answer);
  PrintSurveys(terminal, answer);
  PrintHealth(terminal, answer);
  PrintRisk(terminal, answer);
  if (options.orders) PrintOrders(terminal, answer);
  PrintTimeline(terminal, answer);
  if (options.figures) PrintFeatures(terminal, answer);
  PrintResultFooter(terminal, answer.meta());
}

}  // namespace strata::cli
