#ifndef STRATA_SERVER_ANALYTICS_FACTS_SERVICE_SUMS_H_
#define STRATA_SERVER_ANALYTICS_FACTS_SERVICE_SUMS_H_

#include <cstdint>
#include <vector>

#include "server/analytics/facts/seen.h"
#include "server/analytics/facts/sum_column.h"
#include "server/domain/day.h"
#include "server/image/revision.h"

namespace strata::analytics::facts {

// Tickets, ratings and contracts of every customer as of a day, by slot.
//
// Tickets are those opened in the window that ends with as_of, by the rules of ticket.h; a rating
// counts on the day it was given (of a ticket: when it was resolved). Contracts are those in force
// by ContractRule.
class ServiceSums {
 public:
  ServiceSums(const image::Revision& revision, Day as_of, int window_days);
  ~ServiceSums();
  ServiceSums(const ServiceSums&) = delete;
  ServiceSums& operator=(const ServiceSums&) = delete;

  // Makes room for what will be read; before the scan.
  void PrepareTickets();
  void PrepareRatings();
  void PrepareContracts();

  // Reads one block; blocks may be read side by side, and all must be.
  void Read(const image::Block& block);

  std::vector<int64_t> tickets, escalations;
  // By SlaOf.
  std::vector<int64_t> sla_met, sla_breached;
  std::vector<int64_t> ratings, good_ratings;
  SumColumn contract_value;              // micros a year
  std::vector<int64_t> renewal_in_days;  // INT64_MIN: no contract in force that ends

 private:
  void Clear(const image::Block& block);
  void ReadTickets(const image::TicketColumns& facts, uint32_t row, image::Slot slot);
  void ReadTicketRatings(const image::TicketColumns& facts, uint32_t row, image::Slot slot);
  void ReadContracts(const image::Block& block);

  const image::Revision& revision_;
  const Day as_of_, first_day_;
  const Millis window_begin_;
  const Seen seen_;
};

}  // namespace strata::analytics::facts

#endif  // STRATA_SERVER_ANALYTICS_FACTS_SERVICE_SUMS_H_
