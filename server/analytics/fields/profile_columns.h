#ifndef STRATA_SERVER_ANALYTICS_FIELDS_PROFILE_COLUMNS_H_
#define STRATA_SERVER_ANALYTICS_FIELDS_PROFILE_COLUMNS_H_

#include <functional>
#include <optional>

#include "server/analytics/fields/features.h"
#include "server/image/revision.h"

// What customer records say, as feature columns.

namespace strata::analytics {

// Reads one field of customer records into its column.
struct ProfileReader {
  // Blocks may be read side by side.
  std::function<void(const image::Block& block)> read;
  // After the last block; may be empty.
  std::function<void()> finish;
};

// nullopt when the field is none of the customer record. Makes `column`, which must outlive the
// reader as `revision` must, as long as the revision has slots; rows that are not read stay
// unknown.
std::optional<ProfileReader> MakeProfileReader(const Field& field, const image::Revision& revision,
                                               Day as_of, FeatureColumn* column);

}  // namespace strata::analytics

#endif  // STRATA_SERVER_ANALYTICS_FIELDS_PROFILE_COLUMNS_H_
