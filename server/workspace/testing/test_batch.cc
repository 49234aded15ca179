#include "server/workspace/testing/test_batch.h"

#include <atomic>
#include <future>
#include <mutex>
#include <set>

#include "absl/strings/str_cat.h"

namespace strata::testing {

absl::string_view Text(std::string text) {
  static std::mutex* const mutex = new std::mutex();
  static std::set<std::string>* const texts = new std::set<std::string>();
  std::lock_guard<std::mutex> lock(*mutex);
  return *texts->insert(std::move(text)).first;
}

TestBatch& TestBatch::Add(Customer customer, std::vector<Attribute> attributes) {
  customer.attributes = backing_->attributes.emplace_back(std::move(attributes));
  return Add(Record(customer));
}

TestBatch& TestBatch::Add(Order order, std::vector<OrderLine> lines) {
  order.lines = backing_->lines.emplace_back(std::move(lines));
  return Add(Record(order));
}

Batch TestBatch::Build() const {
  Batch batch;
  batch.records = records_;
  batch.on_error = on_error_;
  batch.backing = backing_;
  return batch;
}

Customer MakeCustomer(absl::string_view id, absl::string_view country, int64_t version) {
  Customer customer;
  customer.id = id;
  customer.country = country;
  customer.source_version = version;
  return customer;
}

Order MakeOrder(absl::string_view id, absl::string_view customer, int64_t version) {
  Order order;
  order.id = id;
  order.customer = customer;
  order.source_version = version;
  order.order_time = kDay0;
  return order;
}

OrderLine MakeLine(absl::string_view product, Micros amount) {
  OrderLine line;
  line.product = product;
  line.amount = amount;
  return line;
}

Ticket MakeTicket(absl::string_view id, absl::string_view customer) {
  Ticket ticket;
  ticket.id = id;
  ticket.customer = customer;
  ticket.opened_time = kDay0;
  return ticket;
}

Contract MakeContract(absl::string_view id, absl::string_view customer) {
  Contract contract;
  contract.id = id;
  contract.customer = customer;
  contract.start_date = DayFromCivil({2024, 1, 1});
  contract.annual_value = 1'200 * kMicrosAUnit;
  return contract;
}

Survey MakeSurvey(absl::string_view id, absl::string_view customer) {
  Survey survey;
  survey.id = id;
  survey.customer = customer;
  survey.time = kDay0;
  survey.score = 9;
  return survey;
}

TestBatch& AddOrder(TestBatch& batch, absl::string_view id, absl::string_view customer,
                    Micros amount, int64_t version) {
  return batch.Add(MakeOrder(id, customer, version), {MakeLine("p", amount)});
}

std::vector<uint32_t> ContentHashes(const Batch& batch) {
  std::vector<uint32_t> hashes;
  for (const Record& record : batch.records) {
    const auto* order = std::get_if<Order>(&record);
    const bool has_lines = order != nullptr && !order->lines.empty();
    const std::string id = std::visit([](const auto& r) { return std::string(r.id); }, record);
    hashes.push_back(static_cast<uint32_t>(std::hash<std::string>()(
        absl::StrCat(record.index(), "/", id, "/", has_lines ? order->lines.front().amount : 0))));
  }
  return hashes;
}

Answer SendAndWait(Workspace& workspace, AppendRequest request) {
  std::promise<Answer> promise;
  workspace.Append(std::move(request), [&promise](absl::Status status, AppendResult result) {
    promise.set_value({std::move(status), std::move(result)});
  });
  return promise.get_future().get();
}

Answer Send(Workspace& workspace, const TestBatch& batch) {
  static std::atomic<int> next{0};
  AppendRequest request;
  request.batch = batch.Build();
  request.request_id = absl::StrCat("request-", next++);
  request.fingerprint = "fingerprint";
  return SendAndWait(workspace, std::move(request));
}

Answer SendTo(Workspace& workspace, const std::string& stream, int64_t offset,
              const TestBatch& batch) {
  AppendRequest request;
  request.batch = batch.Build();
  request.stream = stream;
  request.offset = offset;
  request.content_hashes = ContentHashes(request.batch);
  return SendAndWait(workspace, std::move(request));
}

}  // namespace strata::testing
