#ifndef STRATA_SERVER_ANALYTICS_INSIGHT_SEGMENTS_PROFILE_FIELDS_H_
#define STRATA_SERVER_ANALYTICS_INSIGHT_SEGMENTS_PROFILE_FIELDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/analytics/fields/field.h"
#include "server/analytics/insight/segments/profile.h"

namespace strata::analytics::insight {

// The fields of one dimension of a profile, one or two, and where the request named them.
struct ProfileFields {
  std::vector<std::string> fields;
  std::string path;  // "fields[1]"
  bool by_default = false;
};

// The dimensions that a request asks for, in its order. Errors as ProfileSegment.
absl::StatusOr<std::vector<ProfileFields>> ProfileFieldsOf(const ProfileQuery& query,
                                                           const fields::FieldCatalogue& catalogue);

}  // namespace strata::analytics::insight

#endif  // STRATA_SERVER_ANALYTICS_INSIGHT_SEGMENTS_PROFILE_FIELDS_H_
