#ifndef STRATA_SERVER_IMAGE_REVISION_H_
#define STRATA_SERVER_IMAGE_REVISION_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/call_once.h"
#include "absl/types/span.h"
#include "server/domain/calendar.h"
#include "server/domain/settings.h"
#include "server/image/columns.h"
#include "server/image/dictionary.h"
#include "server/image/record_days.h"

namespace strata::image {

// All text of a workspace's image. Shared by its revisions, append-only.
struct Dictionaries {
  TextList customer_ids;  // by slot; empty text where a key was never used
  Dictionary display_name, gender, country, region, city, industry, account_owner;
  Dictionary status, channel, product, product_line;
  Dictionary ticket_priority, ticket_category, contract_owner, contract_status;
  Dictionary attributes;       // attribute keys; the code is the attribute's number
  Dictionary attribute_texts;  // values of all text attributes
};

class OrderFacts;  // base columns of a block's orders
class OrderTail;   // append-only additions since the base was made

// A contiguous range of customers with all their facts. Immutable as seen from a revision.
struct Block {
  Slot first_slot = 0;
  uint32_t customers = 0;  // slots [first_slot, first_slot + customers)
  std::shared_ptr<const CustomerColumns> profile;
  std::shared_ptr<const OrderFacts> base;  // null: no orders but those of the tail
  std::shared_ptr<const OrderTail> tail;   // null when there is none
  uint32_t tail_orders = 0;                // this revision sees the first tail_orders of the tail
  uint32_t tail_lines = 0;
  std::shared_ptr<const TicketColumns> tickets;      // null: none in this block
  std::shared_ptr<const ContractColumns> contracts;  // null: none in this block
  std::shared_ptr<const SurveyColumns> surveys;      // null: none in this block
};

// The orders of one block as at most two runs, each sorted by (customer, day, order_key): the base,
// as it is, and the tail, sorted here when it is not empty. A customer's orders are its rows of the
// first run and its rows of the second; only readers that need them in one time order must merge.
// Reusable: a scan keeps one a worker, so that sorting a tail allocates once. Not thread-safe.
class OrderRuns {
 public:
  OrderRuns();
  ~OrderRuns();
  // The runs of `block`, empty ones left out; valid until the next call. `block` must outlive them.
  absl::Span<const OrderRun> Of(const Block& block);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

// One state of a workspace: what a query reads. Readers hold it by shared_ptr and never wait for
// the writer; it never changes.
struct Revision {
  int64_t number = 0;
  // When it was committed, as stored with it; kNoTime where that is not known: then every record
  // counts as having come.
  Millis commit_time = kNoTime;
  std::shared_ptr<const WorkspaceSettings> settings;
  std::shared_ptr<const Calendar> calendar;
  std::shared_ptr<const Dictionaries> dictionaries;
  std::vector<Block> blocks;  // ascending by first_slot, without gaps, from slot 0
  Slot slots = 0;             // all blocks together

  // Rows of each kind; customers counts those present, placeholders included.
  int64_t customers = 0, orders = 0, order_lines = 0, tickets = 0, contracts = 0, surveys = 0;

  // The latest and the first order, opened or survey day, the days ahead of the commit among them;
  // kNoDay when there is none.
  Day last_event_day = kNoDay;
  Day first_event_day = kNoDay;

  // Kind of each attribute by its number (Dictionaries::attributes); entry 0 is unused.
  std::vector<AttributeKind> attribute_kinds;

  // excluded_status[code] is 1 when orders of that status are no revenue. Covers every status code
  // that this revision holds.
  std::vector<uint8_t> excluded_status;
  // Likewise of contracts, by code of Dictionaries::contract_status: 1 when they never are in
  // force.
  std::vector<uint8_t> excluded_contract_status;

  // Whether an order of `run` counts as one: its status is not excluded, and it is no return.
  bool IsPurchase(const OrderRun& run, size_t order) const {
    return excluded_status[run.status[order]] == 0 && !run.IsReturn(order);
  }
  // The block that holds `slot` (slot < slots).
  const Block& BlockOf(Slot slot) const;
  absl::string_view CustomerId(Slot slot) const { return dictionaries->customer_ids[slot]; }
  // When its records came, kind by kind. Found when first asked for, then kept. Thread-safe.
  const RecordDays& record_days() const;
  // Resident bytes of the image as this revision sees it, dictionaries included.
  size_t MemoryBytes() const;

 private:
  // A copy, which may come to differ, finds its own.
  struct FoundDays {
    FoundDays() = default;
    FoundDays(const FoundDays&) {}
    FoundDays& operator=(const FoundDays&) = delete;
    absl::once_flag once;
    RecordDays days;
  };
  mutable FoundDays found_days_;
};

using RevisionPtr = std::shared_ptr<const Revision>;

}  // namespace strata::image

#endif  // STRATA_SERVER_IMAGE_REVISION_H_
