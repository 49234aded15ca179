#include "server/analytics/facts/customer_events.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "server/base/scan_pool.h"

namespace strata::analytics::facts {
namespace {

// Reused from block to block by one worker.
struct Scratch {
  image::OrderRuns runs;
  std::vector<OrderEvent> orders;  // room
  std::vector<TicketEvent> tickets;
  std::vector<ContractEvent> contracts;
  std::vector<SurveyEvent> surveys;
};

// Writes the orders of one run, ascending by day; returns the end.
OrderEvent* PutOrders(const uint8_t* excluded, const image::OrderRun& run, uint32_t customer,
                      OrderEvent* out) {
  const uint32_t end = run.begin[customer + 1];
  for (uint32_t i = run.begin[customer]; i < end; ++i) {
    MicrosSum amount = 0;
    if (run.line_begin == nullptr) {
      amount = run.amount[i];
    } else {
      for (uint32_t line = run.line_begin[i]; line < run.line_begin[i + 1]; ++line) {
        amount += run.amount[line];
      }
    }
    *out++ = {run.day[i], amount, run.promised_time == nullptr ? kNoTime : run.promised_time[i],
              run.delivered_time == nullptr ? kNoTime : run.delivered_time[i],
              excluded[run.status[i]] == 0};
  }
  return out;
}

// The span lives until the next call.
absl::Span<const OrderEvent> CollectOrders(const uint8_t* excluded,
                                           absl::Span<const image::OrderRun> runs,
                                           uint32_t customer, std::vector<OrderEvent>& room) {
  size_t rows = 0;
  for (const image::OrderRun& run : runs) rows += run.begin[customer + 1] - run.begin[customer];
  if (room.size() < rows) room.resize(2 * rows);
  OrderEvent* const begin = room.data();
  OrderEvent* end = begin;
  for (const image::OrderRun& run : runs) {
    OrderEvent* const middle = end;
    end = PutOrders(excluded, run, customer, middle);
    const bool in_order = middle == begin || middle == end || middle[-1].day <= middle->day;
    if (in_order) continue;
    std::inplace_merge(begin, middle, end,
                       [](const OrderEvent& a, const OrderEvent& b) { return a.day < b.day; });
  }
  return absl::MakeConstSpan(begin, rows);
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

void CollectContracts(const image::Revision& revision, const image::ContractColumns* columns,
                      uint32_t customer, Scratch& scratch) {
  scratch.contracts.clear();
  if (columns == nullptr) return;
  for (uint32_t i = columns->begin[customer]; i < columns->begin[customer + 1]; ++i) {
    scratch.contracts.push_back(TermsOf(revision, *columns, i));
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
  const uint8_t* const excluded = revision.excluded_status.data();
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
      const absl::Span<const OrderEvent> orders =
          CollectOrders(excluded, runs, customer, scratch.orders);
      CollectTickets(block.tickets.get(), customer, scratch);
      CollectContracts(revision, block.contracts.get(), customer, scratch);
      CollectSurveys(block.surveys.get(), customer, scratch);
      if (orders.empty() && scratch.tickets.empty() && scratch.contracts.empty() &&
          scratch.surveys.empty()) {
        continue;
      }
      visit(worker, {block.first_slot + customer, orders, scratch.tickets, scratch.contracts,
                     scratch.surveys});
    }
  });
  return stopped ? stop.Check() : absl::OkStatus();
}

}  // namespace strata::analytics::facts
