#ifndef STRATA_SERVER_ANALYTICS_FIELDS_FIELD_FAMILY_H_
#define STRATA_SERVER_ANALYTICS_FIELDS_FIELD_FAMILY_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/fields/field.h"
#include "server/base/stop.h"
#include "server/image/revision.h"

// How the catalogue of fields is made up: families, each in a file of its own, listed by the
// analytics' catalogue.cc in the order of the documentation. A field that every workspace has is
// one row of its family, with the function that computes it.

namespace strata::analytics::fields {

inline constexpr bool kGroups = true;
inline constexpr bool kNoGroups = false;
inline constexpr bool kCurrent = true;  // only the latest value is kept
inline constexpr bool kAsOf = false;    // a value as of the date

// One field that every workspace has; the members mean what those of Field mean.
struct FieldDefinition {
  const char* id;
  ValueType type;
  const char* unit;
  Grain grain;
  bool groupable;
  bool current_value;
  const char* meaning;
  PlanField plan = nullptr;  // of fields of customers
};

// Fields whose columns are computed from those of others, in an order in which each comes after
// what it needs.
struct Derivation {
  struct Step {
    std::string field;
    // Fills the column from those of `features`. `present` by slot, 1 where there is a customer.
    std::function<absl::Status(const image::Revision& revision, const Features& features,
                               const std::vector<uint8_t>& present, const StopToken& stop,
                               FeatureColumn* column)>
        fill;
  };
  std::vector<std::string> inputs;  // fields that are not derived, each once
  std::vector<Step> steps;
};

struct FieldFamily {
  absl::Span<const FieldDefinition> rows;
  // Appends what a workspace has beside them; `fields` holds the families before. Null: nothing.
  void (*of_workspace)(const image::Revision& revision,
                       const std::vector<SegmentDefinition>& segments,
                       std::vector<Field>& fields) = nullptr;
  // What `ids` need of the family's derived fields; ids of others are passed over. Null: none of
  // the family is derived.
  absl::StatusOr<Derivation> (*derive)(const image::Revision& revision,
                                       const std::vector<std::string>& ids,
                                       const FieldCatalogue& catalogue) = nullptr;
};

// Every family, in the order of the documentation. Defined in the analytics' catalogue.cc, which
// alone sees the rooms above this one.
absl::Span<const FieldFamily> FieldFamilies();

// The families of this room.
FieldFamily CustomerFields();   // what the customer record says
FieldFamily PurchaseFields();   // from what a customer bought
FieldFamily ClassFields();      // built-in partitions and scores
FieldFamily ServiceFields();    // from tickets, ratings and contracts
FieldFamily FactFields();       // of orders, lines, tickets, contracts, surveys, and of time
FieldFamily AttributeFields();  // what a workspace's customer records say beside

}  // namespace strata::analytics::fields

#endif  // STRATA_SERVER_ANALYTICS_FIELDS_FIELD_FAMILY_H_
