#ifndef STRATA_CLIENT_CLI_ASK_WORKSPACE_SERVICE_POLICY_H_
#define STRATA_CLIENT_CLI_ASK_WORKSPACE_SERVICE_POLICY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "strata/v1/workspace_service.pb.h"

// What support promises the tiers, as text: "strategic=4,30,executive sponsor".

namespace strata::cli {

using ServicePolicies = google::protobuf::RepeatedPtrField<v1::TierServicePolicy>;

// Puts the policy in the place of the tier's; "standard=none" takes it away. The other tiers keep
// theirs. INVALID_ARGUMENT says how one is written.
absl::Status SetServicePolicy(absl::string_view text, ServicePolicies& policies);

// As SetServicePolicy takes them, separated by ';'.
std::string PlainServicePolicies(const ServicePolicies& policies);

// "strategic: first response in 4 h, contact every 30 days, escalates to executive sponsor", fit
// for a terminal.
std::string ServicePolicyInWords(const v1::TierServicePolicy& policy);

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_ASK_WORKSPACE_SERVICE_POLICY_H_
