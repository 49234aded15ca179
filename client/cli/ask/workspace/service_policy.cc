#include "client/cli/ask/workspace/service_policy.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/cli/present/display_width.h"

namespace strata::cli {
namespace {

// "4,30,executive sponsor" of a tier; false for what does not read so.
bool ReadPromises(absl::string_view text, v1::TierServicePolicy& policy) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits(',', 2));
  int32_t hours = 0, days = 0;
  if (parts.size() < 2 || !absl::SimpleAtoi(parts[0], &hours) ||
      !absl::SimpleAtoi(parts[1], &days)) {
    return false;
  }
  policy.set_response_target_hours(hours);
  policy.set_contact_cadence_days(days);
  if (parts.size() > 2) {
    policy.set_escalation_path(std::string(absl::StripAsciiWhitespace(parts[2])));
  }
  return true;
}

}  // namespace

absl::Status SetServicePolicy(absl::string_view text, ServicePolicies& policies) {
  const std::vector<std::string> sides = absl::StrSplit(text, absl::MaxSplits('=', 1));
  const bool none = sides.size() == 2 && sides[1] == "none";
  v1::TierServicePolicy policy;
  policy.set_tier(sides[0]);
  if (sides.size() < 2 || sides[0].empty() || (!none && !ReadPromises(sides[1], policy))) {
    return absl::InvalidArgumentError(
        absl::StrCat("--service-policy ", text,
                     ": write TIER=HOURS,DAYS,ESCALATION PATH, as in 'strategic=4,30,executive "
                     "sponsor', or TIER=none"));
  }
  for (int i = 0; i < policies.size(); ++i) {
    if (policies[i].tier() != policy.tier()) continue;
    if (none) {
      policies.DeleteSubrange(i, 1);
    } else {
      policies[i] = std::move(policy);
    }
    return absl::OkStatus();
  }
  if (!none) *policies.Add() = std::move(policy);
  return absl::OkStatus();
}

std::string PlainServicePolicies(const ServicePolicies& policies) {
  return absl::StrJoin(policies, ";", [](std::string* out, const v1::TierServicePolicy& policy) {
    absl::StrAppend(out, policy.tier(), "=", policy.response_target_hours(), ",",
                    policy.contact_cadence_days(), ",", policy.escalation_path());
  });
}

std::string ServicePolicyInWords(const v1::TierServicePolicy& policy) {
  std::vector<std::string> promises;
  if (policy.response_target_hours() > 0) {
    promises.push_back(absl::StrCat("first response in ", policy.response_target_hours(), " h"));
  }
  if (policy.contact_cadence_days() > 0) {
    promises.push_back(absl::StrCat("contact every ", policy.contact_cadence_days(), " days"));
  }
  if (!policy.escalation_path().empty()) {
    promises.push_back(absl::StrCat("escalates to ", Printable(policy.escalation_path())));
  }
  return absl::StrCat(Printable(policy.tier()), ": ",
                      promises.empty() ? "nothing" : absl::StrJoin(promises, ", "));
}

}  // namespace strata::cli
