#ifndef STRATA_SERVER_ANALYTICS_FIELDS_ROW_FIELD_H_
#define STRATA_SERVER_ANALYTICS_FIELDS_ROW_FIELD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/fields/scope.h"
#include "server/image/revision.h"

// Fields of facts (order, line, ticket, contract, survey and event grain), read by row.

namespace strata::analytics::fields {

// The rows of one block that a fact scan is at: exactly one pointer is set.
struct FactRows {
  const image::OrderRun* orders = nullptr;
  const image::TicketColumns* tickets = nullptr;
  const image::ContractColumns* contracts = nullptr;
  const image::SurveyColumns* surveys = nullptr;
};

// Which rows a column of values runs over.
enum class RowGrain : uint8_t { kOrder, kLine, kTicket, kContract, kSurvey };

// A field of facts with few values, as small codes: what grouping and filters by such a field need.
// Codes are dense in [0, size()); their order is the order of the values (text ascending, periods
// in time), and code 0 is "not known" (empty text) where a row has no value.
class RowField {
 public:
  virtual ~RowField() = default;

  virtual const Field& field() const = 0;
  virtual uint32_t size() const = 0;
  virtual Value ValueOf(uint32_t code) const = 0;

  // Writes the code of rows [begin, end) of `rows` to out[0 .. end - begin): orders when the field
  // is of order or event grain (also under RowGrain::kLine use the caller maps lines to orders),
  // lines when it is of line grain, tickets, contracts, surveys likewise.
  virtual void Codes(const FactRows& rows, uint32_t begin, uint32_t end, uint32_t* out) const = 0;
};

// Makes the reader of a field for a revision. `window` bounds the days that occur (for time
// fields). `facts` says which facts an event-grain field reads: the order's, ticket's or survey's
// day (for a contract: its start date). INVALID_ARGUMENT when the field is no field of such facts.
absl::StatusOr<std::unique_ptr<RowField>> MakeRowField(const Field& field, RowGrain facts,
                                                       const image::Revision& revision,
                                                       DayRange window);

}  // namespace strata::analytics::fields

#endif  // STRATA_SERVER_ANALYTICS_FIELDS_ROW_FIELD_H_
