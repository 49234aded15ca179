#ifndef STRATA_SERVER_ANALYTICS_FILTER_FILTER_H_
#define STRATA_SERVER_ANALYTICS_FILTER_FILTER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/fields/row_field.h"
#include "server/analytics/fields/scope.h"
#include "server/image/revision.h"

// The filter language: AIP-160 over every field of the catalogue.
//
//   country = "US" AND revenue > 1000 AND NOT tier = "standard"
//   (product_line = "Ships" OR product_line = "Planes") status != "Disputed"
//
// - AND, OR, NOT, unary minus, parentheses; juxtaposition is AND; OR binds tighter than AND.
// - = != < <= > >= by the field's type; text compares bytewise; "text*" with = or != is a prefix;
//   `:` on text means contains (without ASCII case), `field:*` means: is known.
// - Literals: "text" or 'text' or a bare word, numbers (money with up to six decimals, exact),
//   true/false, dates 2024-12-31; time fields take their labels ("2024-01", "2024-Q1"), ordered in
//   time.
// - Two-valued: a comparison with a value that is not known is false; NOT turns it; != is NOT =.
// - `= null` and, of texts, `= ""` mean NOT field:* (no text is empty: it is not known), `!= null`
//   and `!= ""` field:*. "null" in quotes is a text.
// - At most 8 KiB of text, 64 levels deep, 512 comparisons.

namespace strata::analytics::filter {

// Where a filter is wrong; carried in the status payload kFilterErrorPayload as "position|nearest".
inline constexpr char kFilterErrorPayload[] = "strata/filter-error";

// A filter, parsed and type-checked against a catalogue. Immutable.
class Filter {
 public:
  // An empty or blank text matches everything. INVALID_ARGUMENT names position (bytes from 0), what
  // was expected, and the nearest field names.
  static absl::StatusOr<Filter> Parse(absl::string_view text,
                                      const fields::FieldCatalogue& catalogue);

  bool matches_all() const { return root_ == nullptr; }
  // The filter as understood: parentheses around every AND, OR and NOT of more than one term,
  // operators and literals in one spelling. Parsing it again gives the same filter.
  std::string Canonical() const;
  struct Node;
  // nullptr when it matches everything.
  const Node* root() const { return root_.get(); }
  // The fields it names, each once, in order of first appearance.
  const std::vector<const fields::Field*>& fields() const { return fields_; }

 private:
  std::shared_ptr<const Node> root_;
  std::vector<const fields::Field*> fields_;
  std::shared_ptr<const fields::FieldCatalogue> catalogue_;  // a copy; owns fields_
  friend class BoundFilter;
};

// A filter made ready for one revision and day: comparisons with coded fields are tables, the
// customer part is evaluated once for all slots, the fact parts block by block.
//
// The top-level AND is split: terms that name only customer fields decide on customers; the rest is
// evaluated for each row at the finest grain it names (customer values are looked up by slot).
class BoundFilter {
 public:
  // `facts` are the facts the caller scans; a filter that names fields of other facts is refused
  // with INVALID_ARGUMENT that names the field and those that fit. `features` holds at least the
  // customer-grain fields of the filter, and outlives the bound filter.
  static absl::StatusOr<BoundFilter> Bind(const Filter& filter, fields::RowGrain facts,
                                          const image::Revision& revision,
                                          const fields::Features& features,
                                          fields::DayRange window);

  // For callers that look at customers only; refuses filters that name anything else.
  static absl::StatusOr<BoundFilter> BindCustomers(const Filter& filter,
                                                   const image::Revision& revision,
                                                   const fields::Features& features);
  BoundFilter(BoundFilter&&) noexcept;
  BoundFilter& operator=(BoundFilter&&) noexcept;
  ~BoundFilter();

  // By slot: 1 when the customer exists (Features::exists) and satisfies the customer part.
  const std::vector<uint8_t>& customers() const;
  // By slot: 1 when the customer satisfies the customer part, whether or not it exists by as_of.
  // For facts that come before the creation of their customer.
  const std::vector<uint8_t>& customer_part() const;

  // Whether rows must be looked at, and at which grain: order (or ticket ...) rows, line rows. Both
  // can be true.
  bool has_order_part() const;
  bool has_line_part() const;

  // Sets mask[i] to 1 or 0 for order (ticket, contract, survey) rows [begin, end) of the block; the
  // customer part is not included, nor are terms that name lines. Thread-safe. `first_slot` is the
  // block's. `begin` of the rows' run is used to find their customers.
  void MatchRows(const fields::FactRows& rows, image::Slot first_slot, uint32_t begin, uint32_t end,
                 uint8_t* mask) const;
  // Likewise for the lines of the orders [begin, end): mask has an entry for each line from
  // FirstLine(begin) to FirstLine(end). Includes what MatchRows decides.
  void MatchLines(const fields::FactRows& rows, image::Slot first_slot, uint32_t begin,
                  uint32_t end, uint8_t* mask) const;

 private:
  struct Rep;
  explicit BoundFilter(std::unique_ptr<Rep> rep);
  // `facts` null: customers only.
  static absl::StatusOr<BoundFilter> Make(const Filter& filter, const fields::RowGrain* facts,
                                          const image::Revision& revision,
                                          const fields::Features& features);
  std::unique_ptr<Rep> rep_;
};

// A sentence for each comparison of text (=, !=, a beginning, a part) that no value of its field
// fulfils, since a figure of nothing would tell nobody that the value is only spelled otherwise:
//   no customer has country = "US"; nearest: "United States" (2,113 customers)
// `features` holds the customer-grain fields of the filter as of the day that is asked of. Of a
// fixed list (tier, family) a value that merely nobody has is no matter.
std::vector<std::string> UnmatchedTexts(const Filter& filter, const image::Revision& revision,
                                        const fields::Features& features);

// The ids of the customer-grain fields that `filter` names, for Features::Compute.
std::vector<std::string> CustomerFieldsOf(const Filter& filter);

}  // namespace strata::analytics::filter

#endif  // STRATA_SERVER_ANALYTICS_FILTER_FILTER_H_
