#ifndef STRATA_SERVER_WORKSPACE_SETTINGS_RULES_H_
#define STRATA_SERVER_WORKSPACE_SETTINGS_RULES_H_

#include <vector>

#include "absl/status/status.h"
#include "server/domain/settings.h"

namespace strata {

// One form for settings that mean the same: excluded statuses in lower case (ASCII), ascending,
// each once.
void Normalize(WorkspaceSettings& settings);

// Sets revision and times of the segments of `to` that are new or differ from those of `from`; the
// others keep what they had.
void StampSegments(const std::vector<SegmentDefinition>& from, int64_t revision, Millis now,
                   std::vector<SegmentDefinition>& to);

// Whether settings may become others: FAILED_PRECONDITION FIXED_SETTING for another currency or
// time zone where there are records, INVALID_ARGUMENT for another name.
absl::Status CheckChange(const WorkspaceSettings& from, const WorkspaceSettings& to,
                         bool has_records);

}  // namespace strata

#endif  // STRATA_SERVER_WORKSPACE_SETTINGS_RULES_H_
