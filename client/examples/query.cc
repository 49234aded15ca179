// Asks for KPIs of a workspace by a field, compared with the period before, and shows what a wrong
// question is told.
//
//   query HOST:PORT WORKSPACE KPI FIELD [FILTER]

#include <iostream>
#include <string>

#include "strata/client.h"
#include "strata/error.h"

namespace v1 = strata::v1;

namespace {

std::ostream& operator<<(std::ostream& out, const v1::Value& value) {
  switch (value.kind_case()) {
    case v1::Value::kMoney:
      return out << value.money().units() + value.money().nanos() * 1e-9;  // exact in units, nanos
    case v1::Value::kInteger:
      return out << value.integer();
    case v1::Value::kNumber:
      return out << value.number();
    case v1::Value::kText:
      return out << value.text();
    case v1::Value::kBoolean:
      return out << (value.boolean() ? "yes" : "no");
    case v1::Value::kDate:
      return out << value.date();
    default:
      return out << "(" << v1::NullReason_Name(value.null()) << ")";
  }
}

// Reasons and fields are for programs, messages for people.
int Explain(const absl::Status& status) {
  const strata::ErrorDetails details = strata::ErrorDetails::FromStatus(status);
  std::cerr << "query: " << status.message() << "\n";
  if (!details.reason.empty()) std::cerr << "reason: " << details.reason << "\n";
  for (const auto& violation : details.field_violations) {
    std::cerr << "field:  " << violation.field << "\n";
  }
  if (!details.Metadata("nearest").empty()) {
    std::cerr << "meant:  " << details.Metadata("nearest") << "?\n";
  }
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr << "usage: query HOST:PORT WORKSPACE KPI FIELD [FILTER]\n";
    return 2;
  }
  absl::StatusOr<strata::Client> client = strata::Client::Connect({.target = argv[1]});
  if (!client.ok()) return Explain(client.status());

  v1::QueryKpisRequest request;
  request.mutable_scope()->set_workspace(argv[2]);
  request.add_kpis(argv[3]);
  request.add_group_by(argv[4]);
  if (argc > 5) request.mutable_scope()->set_filter(argv[5]);
  v1::NamedRange& previous = *request.add_ranges();
  previous.set_name("previous");
  previous.set_keyword(v1::RANGE_KEYWORD_PREVIOUS_PERIOD);

  const auto answer = client->QueryKpis(request, {.timeout = absl::Seconds(10)});
  if (!answer.ok()) return Explain(answer.status());
  for (const v1::KpiRow& row : answer->table().rows()) {
    std::cout << row.keys(0) << "\t" << row.values(0) << "\t" << row.values(1) << "\n";
  }
  std::cout << "revision " << answer->meta().revision() << ", as of " << answer->meta().as_of()
            << "\n";
}
