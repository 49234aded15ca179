#ifndef STRATA_SERVER_ANALYTICS_FIELDS_PROFILE_READERS_H_
#define STRATA_SERVER_ANALYTICS_FIELDS_PROFILE_READERS_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "server/analytics/facts/spare_columns.h"
#include "server/analytics/fields/feature_plan.h"
#include "server/analytics/fields/features.h"
#include "server/image/revision.h"

// Readers of what customer records say into the columns of features.

namespace strata::analytics::fields {

using ProfileReader = FeaturePlan::ProfileReader;

// Fills `to` by row of each block's profile, rows without a customer with `absent`; `value` is
// called as value(columns, row).
template <typename T, typename ValueOfRow>
ProfileReader ByRow(const image::Revision& revision, T absent, std::vector<T>* to,
                    ValueOfRow value) {
  *to = facts::TakeColumn<T>(revision.slots);
  return {[to, absent, value](const image::Block& block) {
            const image::CustomerColumns& columns = *block.profile;
            T* out = to->data() + block.first_slot;
            const size_t rows = std::min<size_t>(columns.rows, block.customers);
            for (size_t row = 0; row < rows; ++row) {
              out[row] = columns.present[row] != 0 ? value(columns, row) : absent;
            }
            std::fill(out + rows, out + block.customers, absent);
          },
          nullptr};
}

// Turns dictionary codes into dense ones that ascend with the texts.
void OrderCodes(const image::Dictionary& dictionary, FeatureColumn& column);

// `find` gives the column of codes of a block, nullptr where the block has none.
template <typename FindColumn>
ProfileReader TextReader(const image::Revision& revision, const image::Dictionary& dictionary,
                         FeatureColumn* column, FindColumn find) {
  column->codes = facts::TakeColumn<image::Code>(revision.slots);
  return {[column, find](const image::Block& block) {
            const image::Column<image::Code>* codes = find(*block.profile);
            const bool none = codes == nullptr || codes->data() == nullptr;
            const size_t rows = none ? 0 : std::min<size_t>(block.profile->rows, block.customers);
            image::Code* const out = column->codes.data() + block.first_slot;
            if (rows > 0) std::copy_n(codes->data(), rows, out);
            std::fill(out + rows, out + block.customers, image::kAbsent);
          },
          [column, &dictionary] { OrderCodes(dictionary, *column); }};
}

// `value` gives FeatureColumn::kNullInteger where it is not known.
template <typename ValueOfRow>
ProfileReader IntegerReader(const image::Revision& revision, FeatureColumn* column,
                            ValueOfRow value) {
  return ByRow(revision, FeatureColumn::kNullInteger, &column->integers, value);
}

inline int64_t OrNull(bool known, int64_t value) {
  return known ? value : FeatureColumn::kNullInteger;
}

}  // namespace strata::analytics::fields

#endif  // STRATA_SERVER_ANALYTICS_FIELDS_PROFILE_READERS_H_
