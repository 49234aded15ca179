#include "server/analytics/insight/support/support_facts.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "server/analytics/facts/block_scan.h"
#include "server/analytics/facts/seen.h"
#include "server/analytics/facts/ticket.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

constexpr double kMillisAnHour = 3'600'000;

double Hours(Millis from, Millis to) { return static_cast<double>(to - from) / kMillisAnHour; }

// One worker's part of the scan.
class Collector {
 public:
  Collector(const fields::Scope& scope, const std::vector<uint8_t>& include, Contacts contacts)
      : range_{scope.range.from, std::min(scope.range.to, scope.as_of)},
        seen_(*scope.revision->calendar, scope.as_of),
        include_(include),
        count_contacts_(contacts == Contacts::kCount),
        days_(scope.revision->calendar->zone()) {}

  void Add(const image::Block& block) {
    if (!count_contacts_ && block.tickets == nullptr && block.surveys == nullptr) return;
    absl::Span<const image::OrderRun> orders;
    if (count_contacts_) orders = runs_.Of(block);
    for (uint32_t customer = 0; customer < block.customers; ++customer) {
      const image::Slot slot = block.first_slot + customer;
      if (!include_[slot] || (!count_contacts_ && !HasService(block, customer))) continue;
      row_ = SupportRow{.slot = slot};
      contacts_.clear();
      for (const image::OrderRun& run : orders) {
        AddContacts(run.day + run.begin[customer], run.day + run.begin[customer + 1]);
      }
      if (block.tickets != nullptr) AddTickets(*block.tickets, customer);
      if (block.surveys != nullptr) AddSurveys(*block.surveys, customer);
      if (count_contacts_) CountContacts();
      if (row_.contacts > 0 || row_.tickets > 0 || row_.ratings > 0)
        rows_.push_back(std::move(row_));
    }
  }
  std::vector<SupportRow>& rows() { return rows_; }

 private:
  static bool HasService(const image::Block& block, uint32_t customer) {
    const auto any = [customer](const auto* facts) {
      return facts != nullptr && facts->begin[customer] != facts->begin[customer + 1];
    };
    return any(block.tickets.get()) || any(block.surveys.get());
  }

  void AddContacts(const Day* begin, const Day* end) {
    for (const Day* day = begin; day != end; ++day) {
      if (range_.Contains(*day)) contacts_.push_back(*day);
    }
  }

  void CountContacts() {
    if (contacts_.empty()) return;
    std::sort(contacts_.begin(), contacts_.end());
    row_.first_contact = contacts_.front();
    row_.contacts =
        static_cast<int32_t>(std::unique(contacts_.begin(), contacts_.end()) - contacts_.begin());
  }

  void AddRating(int score) {
    ++row_.ratings;
    row_.good_ratings += facts::IsGoodRating(score);
  }

  void AddTickets(const image::TicketColumns& tickets, uint32_t customer) {
    for (uint32_t i = tickets.begin[customer]; i < tickets.begin[customer + 1]; ++i) {
      const Millis resolved = tickets.resolved_time[i];
      if (tickets.csat[i] != 0 && seen_(resolved) && range_.Contains(days_.DayOf(resolved))) {
        AddRating(tickets.csat[i]);
      }
      if (range_.Contains(tickets.opened_day[i])) AddTicket(tickets, i);
    }
  }

  void AddTicket(const image::TicketColumns& tickets, uint32_t i) {
    contacts_.push_back(tickets.opened_day[i]);
    ++row_.tickets;
    row_.escalated += seen_(tickets.escalated_time[i]);
    const Millis opened = tickets.opened_time[i], resolved = tickets.resolved_time[i];
    if (seen_(tickets.first_response_time[i])) {
      row_.response_hours.push_back(Hours(opened, tickets.first_response_time[i]));
      row_.response_priorities.push_back(tickets.priority[i]);
    } else if (tickets.status[i] != TicketStatus::kCancelled &&
               facts::IsUnresolved(seen_, resolved, tickets.status[i])) {
      row_.waiting_hours.push_back(Hours(opened, seen_.end()));
    }
    if (seen_(resolved)) {
      row_.resolution_hours.push_back(Hours(opened, resolved));
      row_.resolution_priorities.push_back(tickets.priority[i]);
    }
    const facts::Sla sla =
        facts::SlaOf(seen_, tickets.sla_due_time[i], resolved, tickets.status[i]);
    row_.sla_met += sla == facts::Sla::kMet;
    row_.sla_breached += sla == facts::Sla::kBreached;
  }

  void AddSurveys(const image::SurveyColumns& facts, uint32_t customer) {
    for (uint32_t i = facts.begin[customer]; i < facts.begin[customer + 1]; ++i) {
      if (!range_.Contains(facts.day[i])) continue;
      contacts_.push_back(facts.day[i]);
      if (facts.kind[i] == SurveyKind::kCsat) AddRating(facts.score[i]);
    }
  }

  const fields::DayRange range_;
  const facts::Seen seen_;
  const std::vector<uint8_t>& include_;
  const bool count_contacts_;
  DayFinder days_;
  image::OrderRuns runs_;
  SupportRow row_;
  std::vector<Day> contacts_;
  std::vector<SupportRow> rows_;
};

}  // namespace

absl::StatusOr<std::vector<SupportRow>> CollectSupport(const fields::Scope& scope,
                                                       const std::vector<uint8_t>& include,
                                                       Contacts contacts) {
  std::vector<std::unique_ptr<Collector>> workers(ScanWorkers());
  STRATA_RETURN_IF_ERROR(
      facts::ScanBlocks(*scope.revision, scope.stop, [&](size_t worker, const image::Block& block) {
        std::unique_ptr<Collector>& collector = workers[worker];
        if (collector == nullptr) collector = std::make_unique<Collector>(scope, include, contacts);
        collector->Add(block);
        return absl::OkStatus();
      }));
  std::vector<SupportRow> rows;
  for (const std::unique_ptr<Collector>& collector : workers) {
    if (collector == nullptr) continue;
    std::move(collector->rows().begin(), collector->rows().end(), std::back_inserter(rows));
  }
  std::sort(rows.begin(), rows.end(),
            [](const SupportRow& a, const SupportRow& b) { return a.slot < b.slot; });
  return rows;
}

}  // namespace strata::analytics::insight
