// Makes a workspace, sends three orders, asks for revenue by country.
//
//   quickstart [HOST:PORT]        (a running stratad; default localhost:50051)

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "strata/client.h"
#include "strata/error.h"

namespace v1 = strata::v1;

namespace {

[[noreturn]] void Fail(const absl::Status& status) {
  const strata::ErrorDetails details = strata::ErrorDetails::FromStatus(status);
  std::cerr << "quickstart: " << status.message();
  if (!details.reason.empty()) std::cerr << " [" << details.reason << "]";
  std::cerr << "\n";
  std::exit(1);
}

// An order of one line; the amount is in micros, millionths of the currency unit.
void AddOrder(const std::string& id, const std::string& customer, int64_t unix_seconds,
              int64_t amount_micros, v1::BatchAppendRecordsRequest& batch) {
  v1::Order& order = *batch.add_records()->mutable_order();
  order.set_id(id);
  order.set_customer(customer);
  order.mutable_order_time()->set_seconds(unix_seconds);
  order.set_status("shipped");
  order.add_lines()->set_amount_micros(amount_micros);
}

void AddCustomer(const std::string& id, const std::string& country,
                 v1::BatchAppendRecordsRequest& batch) {
  v1::Customer& customer = *batch.add_records()->mutable_customer();
  customer.set_id(id);
  customer.set_country(country);
}

}  // namespace

int main(int argc, char** argv) {
  strata::ClientOptions options;
  if (argc > 1) options.target = argv[1];
  absl::StatusOr<strata::Client> client = strata::Client::Connect(options);
  if (!client.ok()) Fail(client.status());

  v1::CreateWorkspaceRequest create;
  create.mutable_workspace()->set_workspace("quickstart");
  create.mutable_workspace()->set_currency_code("EUR");
  const auto created = client->CreateWorkspace(create);
  if (!created.ok() && !absl::IsAlreadyExists(created.status())) Fail(created.status());

  // One batch, all or nothing. Sent again it changes nothing: the records are duplicates then.
  v1::BatchAppendRecordsRequest batch;
  batch.set_workspace("quickstart");
  AddCustomer("ada", "UK", batch);
  AddCustomer("blaise", "France", batch);
  AddOrder("order-1", "ada", 1'704'096'000, 1'250'500'000, batch);     // 1250.50
  AddOrder("order-2", "ada", 1'706'774'400, 99'990'000, batch);        // 99.99
  AddOrder("order-3", "blaise", 1'709'280'000, 2'000'000'000, batch);  // 2000.00
  const auto appended = client->BatchAppendRecords(batch);
  if (!appended.ok()) Fail(appended.status());

  v1::QueryKpisRequest query;
  query.mutable_scope()->set_workspace("quickstart");
  query.mutable_scope()->set_min_revision(appended->revision());  // see what was just sent
  query.add_kpis("revenue");
  query.add_kpis("orders");
  query.add_group_by("country");
  const auto answer = client->QueryKpis(query);
  if (!answer.ok()) Fail(answer.status());
  for (const v1::KpiRow& row : answer->table().rows()) {
    const v1::Amount& revenue = row.values(0).money();
    std::printf("%-8s %6lld.%02d %s  %lld orders\n", row.keys(0).text().c_str(),
                static_cast<long long>(revenue.units()), revenue.nanos() / 10'000'000,
                answer->meta().currency_code().c_str(),
                static_cast<long long>(row.values(1).integer()));
  }
}
