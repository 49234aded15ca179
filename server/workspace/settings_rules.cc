#include "server/workspace/settings_rules.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/domain/calendar.h"
#include "server/domain/money.h"
#include "server/domain/status_key.h"
#include "server/ingest/text_rules.h"
#include "server/workspace/registry.h"

namespace strata {
namespace {

constexpr size_t kMaxNameBytes = 63;
constexpr size_t kMaxExcludedStatuses = 100;
constexpr int kMaxDays = 36'500;

bool IsName(absl::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes || !absl::ascii_islower(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
  });
}

bool IsCurrency(absl::string_view code) {
  return code.size() == 3 && std::all_of(code.begin(), code.end(), absl::ascii_isupper);
}

bool IsText(absl::string_view text) {
  return text.size() <= ingest::kMaxTextBytes &&
         ingest::CheckText(text) == ingest::TextFault::kNone;
}

absl::Status CheckPromise(absl::string_view field, int value, int most) {
  if (value >= 0 && value <= most) return absl::OkStatus();
  return FieldError(field,
                    absl::StrCat(value, " lies outside 0 to ", most, "; 0 stands for no promise"));
}

// Says that a setting is below another one, which bounds it.
absl::Status Below(absl::string_view field, absl::string_view value, absl::string_view other,
                   absl::string_view bound) {
  return FieldError(field, absl::StrCat(value, " is below ", other, " (", bound,
                                        "); raise it, or lower that one with it"));
}

absl::Status CheckIdentity(const WorkspaceSettings& settings) {
  if (!IsName(settings.name)) {
    return FieldError("workspace.workspace", "a name matches [a-z][a-z0-9-]{0,62}");
  }
  if (!IsText(settings.display_name)) {
    return FieldError("workspace.display_name",
                      "text has at most 512 bytes of UTF-8 without control characters");
  }
  if (!IsCurrency(settings.currency)) {
    return FieldError("workspace.currency_code",
                      "a currency is three capital letters as in ISO 4217");
  }
  const auto calendar = Calendar::Create(settings.time_zone, settings.fiscal_first_month);
  return calendar.ok() ? absl::OkStatus()
                       : FieldError("workspace.time_zone", calendar.status().message());
}

absl::Status CheckStatuses(absl::string_view field, const std::vector<std::string>& statuses) {
  if (statuses.size() > kMaxExcludedStatuses) {
    return FieldError(field,
                      absl::StrCat("at most ", kMaxExcludedStatuses, " statuses can be excluded"));
  }
  for (size_t i = 0; i < statuses.size(); ++i) {
    if (IsText(statuses[i]) && !StatusKey(statuses[i]).empty()) continue;
    return FieldError(absl::StrCat(field, "[", i, "]"),
                      "a status has 1 to 512 bytes of UTF-8 without control characters, and not "
                      "only blanks");
  }
  return absl::OkStatus();
}

absl::Status CheckServicePolicy(const std::vector<TierServicePolicy>& policy) {
  constexpr int kMaxHours = 24 * 365;
  for (size_t i = 0; i < policy.size(); ++i) {
    const std::string path = absl::StrCat("workspace.service_policy[", i, "]");
    if (std::find(std::begin(kTiers), std::end(kTiers), policy[i].tier) == std::end(kTiers)) {
      return FieldError(absl::StrCat(path, ".tier"),
                        absl::StrCat("\"", policy[i].tier, "\" is none of the tiers ",
                                     absl::StrJoin(kTiers, ", ")));
    }
    for (size_t j = 0; j < i; ++j) {
      if (policy[j].tier != policy[i].tier) continue;
      return FieldError(absl::StrCat(path, ".tier"), "each tier has one policy");
    }
    STRATA_RETURN_IF_ERROR(CheckPromise(absl::StrCat(path, ".response_target_hours"),
                                        policy[i].response_target_hours, kMaxHours));
    STRATA_RETURN_IF_ERROR(CheckPromise(absl::StrCat(path, ".contact_cadence_days"),
                                        policy[i].contact_cadence_days, kMaxDays));
    if (!IsText(policy[i].escalation_path)) {
      return FieldError(absl::StrCat(path, ".escalation_path"),
                        "text has at most 512 bytes of UTF-8 without control characters");
    }
  }
  return absl::OkStatus();
}

// Settings of which one bounds the other.
absl::Status CheckPairs(const WorkspaceSettings& s) {
  if (s.deal_size_large < s.deal_size_medium) {
    return Below("workspace.deal_size_large", FormatMicros(s.deal_size_large), "deal_size_medium",
                 FormatMicros(s.deal_size_medium));
  }
  if (s.growth_share_bp < s.strategic_share_bp) {
    return Below("workspace.tier_rule.growth_share_bp", absl::StrCat(s.growth_share_bp),
                 "strategic_share_bp", absl::StrCat(s.strategic_share_bp));
  }
  if (s.abc_b_share_bp < s.abc_a_share_bp) {
    return Below("workspace.abc_rule.b_share_bp", absl::StrCat(s.abc_b_share_bp), "a_share_bp",
                 absl::StrCat(s.abc_a_share_bp));
  }
  return absl::OkStatus();
}

absl::Status CheckSegments(const std::vector<SegmentDefinition>& segments) {
  if (segments.size() > kMaxSegments) {
    return WithReason(absl::FailedPreconditionError(
                          absl::StrCat("a workspace has at most ", kMaxSegments, " segments")),
                      "TOO_MANY_SEGMENTS");
  }
  for (size_t i = 0; i < segments.size(); ++i) {
    const SegmentDefinition& segment = segments[i];
    STRATA_RETURN_IF_ERROR(ValidateSegment(segment));
    if (IsBuiltInSegment(segment.id)) {
      return FieldError("segment.segment",
                        absl::StrCat("\"", segment.id, "\" is built in; take another name"));
    }
    if (i > 0 && segment.id <= segments[i - 1].id) {
      return absl::InternalError("segments are ascending by id");
    }
    const std::pair<absl::string_view, const std::string*> texts[] = {
        {"segment.display_name", &segment.display_name},
        {"segment.description", &segment.description},
        {"segment.owner", &segment.owner}};
    for (const auto& [field, text] : texts) {
      if (IsText(*text)) continue;
      return FieldError(field, "text has at most 512 bytes of UTF-8 without control characters");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateSettings(const WorkspaceSettings& settings) {
  STRATA_RETURN_IF_ERROR(CheckIdentity(settings));
  STRATA_RETURN_IF_ERROR(CheckStatuses("workspace.excluded_statuses", settings.excluded_statuses));
  STRATA_RETURN_IF_ERROR(
      CheckStatuses("workspace.excluded_contract_statuses", settings.excluded_contract_statuses));
  STRATA_RETURN_IF_ERROR(CheckServicePolicy(settings.service_policy));
  STRATA_RETURN_IF_ERROR(CheckPairs(settings));
  return CheckSegments(settings.segments);
}

void StampSegments(const std::vector<SegmentDefinition>& from, int64_t revision, Millis now,
                   std::vector<SegmentDefinition>& to) {
  for (SegmentDefinition& segment : to) {
    const SegmentDefinition* before = FindSegmentDefinition(from, segment.id);
    if (before != nullptr) {
      segment.revision = before->revision;
      segment.created_time = before->created_time;
      segment.updated_time = before->updated_time;
      if (segment == *before) continue;
    } else {
      segment.created_time = now;
    }
    segment.revision = revision;
    segment.updated_time = now;
  }
}

void Normalize(WorkspaceSettings& settings) {
  settings.excluded_statuses = StatusKeys(settings.excluded_statuses);
  settings.excluded_contract_statuses = StatusKeys(settings.excluded_contract_statuses);
}

absl::Status CheckChange(const WorkspaceSettings& from, const WorkspaceSettings& to,
                         bool has_records) {
  if (to.name != from.name) {
    return FieldError("workspace.workspace", "the name of a workspace cannot change");
  }
  if (!has_records) return absl::OkStatus();
  const auto fixed = [](absl::string_view field, absl::string_view what) {
    return WithField(
        WithReason(absl::FailedPreconditionError(absl::StrCat(
                       "the ", what, " of a workspace cannot change once it holds records")),
                   "FIXED_SETTING"),
        field, absl::StrCat("the ", what, " is fixed"));
  };
  if (to.currency != from.currency) return fixed("workspace.currency_code", "currency");
  if (to.time_zone != from.time_zone) return fixed("workspace.time_zone", "time zone");
  return absl::OkStatus();
}

}  // namespace strata
