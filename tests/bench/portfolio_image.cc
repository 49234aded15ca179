#include "tests/bench/portfolio_image.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iostream>

#include "absl/strings/str_format.h"

namespace strata::bench {
namespace {

constexpr Millis kMillisAnHour = 3'600'000;

// The workspace's time zone is UTC.
Millis At(Day day, int hour) { return int64_t{day} * kMillisADay + hour * kMillisAnHour; }

Order MakeOrder(const Portfolio& data, size_t i, absl::Span<const OrderLine> line) {
  Order order;
  order.id = "o";
  order.customer = "c";
  order.order_time = At(data.day[i], 10);
  order.status = kStatuses[data.status[i]];
  order.lines = line;
  return order;
}

Ticket MakeTicket(const Portfolio::Ticket& made) {
  Ticket ticket;
  ticket.id = "t";
  ticket.customer = "c";
  ticket.opened_time = At(made.opened, 9);
  ticket.first_response_time = ticket.opened_time + made.response_hours * kMillisAnHour;
  ticket.resolved_time = ticket.opened_time + made.resolution_hours * kMillisAnHour;
  ticket.sla_due_time = ticket.opened_time + kSlaHours * kMillisAnHour;
  if (made.escalated) ticket.escalated_time = At(made.opened + 1, 9);
  ticket.status = TicketStatus::kResolved;
  ticket.csat = made.csat;
  return ticket;
}

}  // namespace

void Fail(const std::string& message) {
  std::cerr << "bench: " << message << std::endl;
  std::exit(1);
}

std::unique_ptr<image::Editor> Load(const Portfolio& data) {
  auto editor = image::Editor::Create(std::make_shared<WorkspaceSettings>());
  if (!editor.ok()) Fail(std::string(editor.status().message()));
  for (uint32_t i = 0; i < data.customers(); ++i) {
    const std::string id = CustomerId(i);
    Customer customer;
    customer.id = id;
    customer.birth_date = data.birth_date[i];
    customer.country = kCountries[data.country[i]];
    customer.gender = kGenders[data.gender[i]];
    customer.children = data.children[i];
    (*editor)->LoadCustomer(i, customer, false);
  }
  for (size_t i = 0; i < data.orders(); ++i) {
    OrderLine line;
    line.amount = data.amount[i];
    (*editor)->LoadOrder(static_cast<uint32_t>(i + 1), data.customer[i],
                         MakeOrder(data, i, absl::MakeConstSpan(&line, 1)));
  }
  uint32_t key = 0;
  for (const Portfolio::Ticket& ticket : data.tickets) {
    (*editor)->LoadTicket(++key, ticket.customer, MakeTicket(ticket));
  }
  key = 0;
  for (const Portfolio::Contract& made : data.contracts) {
    Contract contract;
    contract.id = "k";
    contract.customer = "c";
    contract.start_date = made.start;
    contract.end_date = made.end;
    contract.annual_value = made.annual_value;
    (*editor)->LoadContract(++key, made.customer, contract);
  }
  return std::move(*editor);
}

image::RevisionPtr NextRevision(image::Editor& editor, const Portfolio& data, size_t i,
                                int64_t number) {
  OrderLine line;
  line.amount = data.amount[i];
  const Record record = MakeOrder(data, i, absl::MakeConstSpan(&line, 1));
  const auto key = static_cast<uint32_t>(i + 1);
  image::Changes changes;
  changes.list.push_back(image::Changes::Remove{RecordKind::kOrder, key, data.customer[i]});
  changes.list.push_back(image::Changes::Put{key, data.customer[i], &record});
  return editor.Apply(changes, number);
}

Times Measure(int repetitions, const std::function<void()>& prepare,
              const std::function<void()>& run) {
  std::vector<double> times, cpu;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    prepare();
    const std::clock_t cpu_begin = std::clock();
    const auto begin = std::chrono::steady_clock::now();
    run();
    const auto time = std::chrono::steady_clock::now() - begin;
    times.push_back(std::chrono::duration<double, std::milli>(time).count());
    cpu.push_back(1'000.0 * static_cast<double>(std::clock() - cpu_begin) / CLOCKS_PER_SEC);
  }
  std::sort(times.begin(), times.end());
  std::sort(cpu.begin(), cpu.end());
  return {times[times.size() / 2], times.front(), times.back(), cpu[cpu.size() / 2]};
}

std::string Header(const std::string& title) {
  return absl::StrFormat("%-28s %10s %10s %10s %10s", title, "median ms", "min ms", "max ms",
                         "cpu ms");
}

std::string Line(const std::string& name, const Times& times) {
  return absl::StrFormat("%-28s %10.2f %10.2f %10.2f %10.2f", name, times.median, times.least,
                         times.most, times.cpu);
}

}  // namespace strata::bench
