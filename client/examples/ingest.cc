// Sends many orders through a write stream, which goes on where it stopped when it is run again
// after a crash, and loses and doubles nothing when the server goes away meanwhile.
//
//   ingest HOST:PORT WORKSPACE STREAM COUNT

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "strata/append_writer.h"

namespace v1 = strata::v1;

namespace {

// The n-th record of the source. A source has to give the same records in the same order again, for
// a stream's offset to say what is missing.
v1::Record MakeOrder(int64_t n) {
  v1::Record record;
  v1::Order& order = *record.mutable_order();
  order.set_id("order-" + std::to_string(n));
  order.set_customer("customer-" + std::to_string(n % 1'000));
  order.mutable_order_time()->set_seconds(1'704'067'200 + n * 60 % (86'400 * 365));
  order.set_status("shipped");
  v1::OrderLine& line = *order.add_lines();
  line.set_product("product-" + std::to_string(n % 50));
  line.set_amount_micros((n % 100 + 1) * 1'000'000);
  return record;
}

int Fail(const absl::Status& status) {
  std::cerr << "ingest: " << status << "\n";
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: ingest HOST:PORT WORKSPACE STREAM COUNT\n";
    return 2;
  }
  strata::ClientOptions connect;
  connect.target = argv[1];
  absl::StatusOr<strata::Client> client = strata::Client::Connect(connect);
  if (!client.ok()) return Fail(client.status());

  strata::AppendWriterOptions options;
  options.workspace = argv[2];
  options.stream = argv[3];
  options.on_error = v1::ON_ERROR_SKIP;  // bad records are reported, the others stored
  auto writer = strata::AppendWriter::Open(*client, options);
  if (!writer.ok()) return Fail(writer.status());

  const int64_t count = std::atoll(argv[4]);
  std::cout << "the stream holds " << (*writer)->start_offset() << " of " << count << " records\n";
  for (int64_t n = (*writer)->start_offset(); n < count; ++n) {
    if (absl::Status status = (*writer)->Append(MakeOrder(n)); !status.ok()) return Fail(status);
  }
  const absl::Status status = (*writer)->Close();
  const strata::AppendReport report = (*writer)->report();
  std::cout << report.committed << " records committed: " << report.counts.accepted()
            << " accepted, " << report.counts.duplicate() << " duplicate, "
            << report.counts.rejected() << " rejected; revision " << report.revision << "\n";
  for (const v1::RecordError& error : report.errors) {
    std::cout << "record " << error.index() << " (" << error.id() << "): " << error.field() << ": "
              << error.reason() << "\n";
  }
  return status.ok() ? 0 : Fail(status);
}
