#include "server/domain/record.h"

namespace strata {

absl::string_view NameOf(RecordKind kind) {
  switch (kind) {
    case RecordKind::kCustomer:
      return "customer";
    case RecordKind::kOrder:
      return "order";
    case RecordKind::kTicket:
      return "ticket";
    case RecordKind::kContract:
      return "contract";
    case RecordKind::kSurvey:
      return "survey";
  }
  return "record";
}

MicrosSum TotalOf(const Order& order) {
  MicrosSum total = 0;
  for (const OrderLine& line : order.lines) total += line.amount;
  return total;
}

void RecordCounts::Add(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAccepted:
      ++accepted;
      break;
    case Outcome::kDuplicate:
      ++duplicate;
      break;
    case Outcome::kStale:
      ++stale;
      break;
    case Outcome::kRejected:
      ++rejected;
      break;
  }
}

RecordCounts& RecordCounts::operator+=(const RecordCounts& other) {
  accepted += other.accepted;
  duplicate += other.duplicate;
  stale += other.stale;
  rejected += other.rejected;
  placeholders += other.placeholders;
  return *this;
}

}  // namespace strata
