#include "server/analytics/insight/customer_events.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "server/base/scan_pool.h"

namespace strata::analytics {
namespace {

// Reused from block to block by one worker.
struct Scratch {
  image::OrderRuns runs;
  std::vector<OrderEvent> orders;
  std::vector<TicketEvent> tickets;
  std::vector<ContractEvent> contracts;
  std::vector<SurveyEvent> surveys;
};

void AppendOrders(const image::Revision& revision, const image::OrderRun& run, uint32_t customer,
                  std::vector<OrderEvent>& orders) {
  for (uint32_t i = run.begin[customer]; i < run.begin[customer + 1]; ++i) {
    OrderEvent event;
    event.day = run.day[i];
    event.recognised = !revision.excluded_status[run.status[i]];
    for (uint32_t line = run.FirstLine(i); line < run.FirstLine(i + 1); ++line) {
      event.amount += run.amount[line];
    }
    if (run.promised_time != nullptr) event.promised_time = run.promised_time[i];
    if (run.delivered_time != nullptr) event.delivered_time = run.delivered_time[i];
    orders.push_back(event);
  }
}

void CollectOrders(const image::Revision& revision, absl::Span<const image::OrderRun> runs,
                   uint32_t customer, Scratch& scratch) {
  scratch.orders.clear();
  for (const image::OrderRun& run : runs) {
    const size_t sorted = scratch.orders.size();
    AppendOrders(revision, run, customer, scratch.orders);
    std::inplace_merge(scratch.orders.begin(),
                       scratch.orders.begin() + static_cast<ptrdiff_t>(sorted),
                       scratch.orders.end(),
                       [](const OrderEvent& a, const OrderEvent& b) { return a.day < b.day; });
  }
}

void CollectTickets(const image::TicketColumns* columns, uint32_t customer, Scratch& scratch) {
  scratch.tickets.clear();
  if (columns == nullptr) return;
  for (uint32_t i = columns->begin[customer]; i < columns->begin[customer + 1]; ++i) {
    scratch.tickets.push_back({columns->opened_day[i], columns->opened_time[i],
                               columns->first_response_time[i], columns->resolved_time[i],
                               columns->escalated_time[i], columns->sla_due_time[i],
                               columns->csat[i]});
  }
}

void CollectContracts(const image::ContractColumns* columns, uint32_t customer, Scratch& scratch) {
  scratch.contracts.clear();
  if (columns == nullptr) return;
  for (uint32_t i = columns->begin[customer]; i < columns->begin[customer + 1]; ++i) {
    scratch.contracts.push_back(
        {columns->start_date[i], columns->end_date[i], columns->annual_value[i]});
  }
}

void CollectSurveys(const image::SurveyColumns* columns, uint32_t customer, Scratch& scratch) {
  scratch.surveys.clear();
  if (columns == nullptr) return;
  for (uint32_t i = columns->begin[customer]; i < columns->begin[customer + 1]; ++i) {
    scratch.surveys.push_back({columns->day[i], columns->kind[i], columns->score[i]});
  }
}

}  // namespace

absl::Status ForEachCustomer(const image::Revision& revision, const StopToken& stop,
                             const std::function<void(size_t, const CustomerEvents&)>& visit) {
  std::vector<Scratch> scratches(ScanWorkers());
  std::atomic<bool> stopped{false};
  ParallelScan(revision.blocks.size(), [&](size_t worker, size_t item) {
    if (stopped || !stop.Check().ok()) {
      stopped = true;
      return;
    }
    Scratch& scratch = scratches[worker];
    const image::Block& block = revision.blocks[item];
    const absl::Span<const image::OrderRun> runs = scratch.runs.Of(block);
    for (uint32_t customer = 0; customer < block.customers; ++customer) {
      if (!block.profile->present[customer]) continue;
      CollectOrders(revision, runs, customer, scratch);
      CollectTickets(block.tickets.get(), customer, scratch);
      CollectContracts(block.contracts.get(), customer, scratch);
      CollectSurveys(block.surveys.get(), customer, scratch);
      if (scratch.orders.empty() && scratch.tickets.empty() && scratch.contracts.empty() &&
          scratch.surveys.empty()) {
        continue;
      }
      visit(worker, {block.first_slot + customer, scratch.orders, scratch.tickets,
                     scratch.contracts, scratch.surveys});
    }
  });
  return stopped ? stop.Check() : absl::OkStatus();
}

}  // namespace strata::analytics
