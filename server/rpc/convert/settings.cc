#include "server/rpc/convert/settings.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/value.h"

namespace strata::rpc {
namespace {

// What an unset field stands for.
const WorkspaceSettings& Defaults() {
  static const WorkspaceSettings* const defaults = new WorkspaceSettings();
  return *defaults;
}

template <typename T>
T OrDefault(T value, T fallback) {
  return value == T() ? fallback : value;
}

absl::Status Unknown(absl::string_view field, int value) {
  return FieldError(field, absl::StrCat(value, " is none of its values"));
}

absl::Status SetAgeMethod(v1::AgeMethod method, WorkspaceSettings& settings) {
  switch (method) {
    case v1::AGE_METHOD_UNSPECIFIED:
    case v1::AGE_METHOD_EXACT:
      settings.age_method = AgeMethod::kExact;
      break;
    case v1::AGE_METHOD_YEAR_DIFFERENCE:
      settings.age_method = AgeMethod::kYearDifference;
      break;
    default:
      return Unknown("workspace.age_method", method);
  }
  return absl::OkStatus();
}

absl::Status SetRounding(v1::ShareRounding rounding, WorkspaceSettings& settings) {
  switch (rounding) {
    case v1::SHARE_ROUNDING_UNSPECIFIED:
    case v1::SHARE_ROUNDING_FLOOR:
      settings.tier_rounding = ShareRounding::kFloor;
      break;
    case v1::SHARE_ROUNDING_CEIL:
      settings.tier_rounding = ShareRounding::kCeil;
      break;
    case v1::SHARE_ROUNDING_ROUND:
      settings.tier_rounding = ShareRounding::kRound;
      break;
    default:
      return Unknown("workspace.tier_rule.rounding", rounding);
  }
  return absl::OkStatus();
}

absl::Status SetFirstWeekday(v1::Weekday weekday, WorkspaceSettings& settings) {
  if (!v1::Weekday_IsValid(weekday)) return Unknown("workspace.first_weekday", weekday);
  settings.first_weekday =
      weekday == v1::WEEKDAY_UNSPECIFIED ? Defaults().first_weekday : static_cast<int>(weekday);
  return absl::OkStatus();
}

absl::Status SetDealSize(bool given, const v1::Amount& amount, absl::string_view field,
                         Micros fallback, Micros& out) {
  out = fallback;
  if (!given) return absl::OkStatus();
  STRATA_ASSIGN_OR_RETURN(out, MicrosFrom(amount, field));
  return absl::OkStatus();
}

using Setter = absl::Status (*)(const v1::Workspace& from, WorkspaceSettings& settings);
struct Setting {
  const char* path;
  Setter set;
};

// Every setting, each with the way in which it is taken from the message.
constexpr Setting kSettings[] = {
    {"display_name",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       settings.display_name = from.display_name();
       return absl::OkStatus();
     }},
    {"currency_code",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       settings.currency = OrDefault(from.currency_code(), Defaults().currency);
       return absl::OkStatus();
     }},
    {"time_zone",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       settings.time_zone = OrDefault(from.time_zone(), Defaults().time_zone);
       return absl::OkStatus();
     }},
    {"fiscal_first_month",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       settings.fiscal_first_month =
           OrDefault(from.fiscal_first_month(), Defaults().fiscal_first_month);
       return absl::OkStatus();
     }},
    {"first_weekday",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       return SetFirstWeekday(from.first_weekday(), settings);
     }},
    {"excluded_statuses",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       settings.excluded_statuses.assign(from.excluded_statuses().begin(),
                                         from.excluded_statuses().end());
       return absl::OkStatus();
     }},
    {"excluded_contract_statuses",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       settings.excluded_contract_statuses.assign(from.excluded_contract_statuses().begin(),
                                                  from.excluded_contract_statuses().end());
       return absl::OkStatus();
     }},
    {"contract_grace_days",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       settings.contract_grace_days = from.has_contract_grace_days()
                                          ? from.contract_grace_days()
                                          : Defaults().contract_grace_days;
       return absl::OkStatus();
     }},
    {"age_method",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       return SetAgeMethod(from.age_method(), settings);
     }},
    {"age_band_width",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       settings.age_band_width = OrDefault(from.age_band_width(), Defaults().age_band_width);
       return absl::OkStatus();
     }},
    {"age_band_anchor",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       settings.age_band_anchor = OrDefault(from.age_band_anchor(), Defaults().age_band_anchor);
       return absl::OkStatus();
     }},
    {"deal_size_medium",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       return SetDealSize(from.has_deal_size_medium(), from.deal_size_medium(),
                          "workspace.deal_size_medium", Defaults().deal_size_medium,
                          settings.deal_size_medium);
     }},
    {"deal_size_large",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       return SetDealSize(from.has_deal_size_large(), from.deal_size_large(),
                          "workspace.deal_size_large", Defaults().deal_size_large,
                          settings.deal_size_large);
     }},
    {"tier_rule",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       const v1::TierRule& rule = from.tier_rule();
       settings.strategic_share_bp =
           OrDefault(rule.strategic_share_bp(), Defaults().strategic_share_bp);
       settings.growth_share_bp = OrDefault(rule.growth_share_bp(), Defaults().growth_share_bp);
       settings.tier_window_days = rule.window_days();
       return SetRounding(rule.rounding(), settings);
     }},
    {"loyalty_rule",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       const v1::LoyaltyRule& rule = from.loyalty_rule();
       settings.loyalty_vip_purchases =
           OrDefault(rule.vip_purchases(), Defaults().loyalty_vip_purchases);
       settings.loyalty_vip_units = OrDefault(rule.vip_units(), Defaults().loyalty_vip_units);
       return absl::OkStatus();
     }},
    {"abc_rule",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       const v1::AbcRule& rule = from.abc_rule();
       settings.abc_a_share_bp = OrDefault(rule.a_share_bp(), Defaults().abc_a_share_bp);
       settings.abc_b_share_bp = OrDefault(rule.b_share_bp(), Defaults().abc_b_share_bp);
       return absl::OkStatus();
     }},
    {"rfm_rule",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       settings.rfm_window_days = from.rfm_rule().window_days();
       return absl::OkStatus();
     }},
    {"service_policy",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       settings.service_policy.clear();
       for (const v1::TierServicePolicy& tier : from.service_policy()) {
         settings.service_policy.push_back({tier.tier(), tier.response_target_hours(),
                                            tier.contact_cadence_days(), tier.escalation_path()});
       }
       return absl::OkStatus();
     }},
    {"inactivity_days",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       settings.inactivity_days = OrDefault(from.inactivity_days(), Defaults().inactivity_days);
       return absl::OkStatus();
     }},
    {"retention_days",
     [](const v1::Workspace& from, WorkspaceSettings& settings) {
       settings.retention_days = from.retention_days();
       return absl::OkStatus();
     }},
};

v1::ShareRounding ToProto(ShareRounding rounding) {
  switch (rounding) {
    case ShareRounding::kFloor:
      return v1::SHARE_ROUNDING_FLOOR;
    case ShareRounding::kCeil:
      return v1::SHARE_ROUNDING_CEIL;
    case ShareRounding::kRound:
      return v1::SHARE_ROUNDING_ROUND;
  }
  return v1::SHARE_ROUNDING_UNSPECIFIED;
}

void MicrosToProto(Micros micros, v1::Amount* out) {
  out->set_units(micros / kMicrosAUnit);
  out->set_nanos(static_cast<int32_t>(micros % kMicrosAUnit) * 1'000);
}

}  // namespace

absl::StatusOr<WorkspaceSettings> SettingsFrom(const v1::Workspace& workspace) {
  WorkspaceSettings settings;
  settings.name = workspace.workspace();
  for (const Setting& setting : kSettings) {
    STRATA_RETURN_IF_ERROR(setting.set(workspace, settings));
  }
  if (workspace.excluded_statuses().empty()) {
    settings.excluded_statuses = Defaults().excluded_statuses;
  }
  if (workspace.excluded_contract_statuses().empty()) {
    settings.excluded_contract_statuses = Defaults().excluded_contract_statuses;
  }
  if (workspace.service_policy().empty()) settings.service_policy = Defaults().service_policy;
  return settings;
}

absl::Status ApplyMask(const v1::Workspace& workspace, const google::protobuf::FieldMask& mask,
                       WorkspaceSettings& settings) {
  if (mask.paths().empty()) return FieldError("update_mask", "name at least one field to update");
  for (int i = 0; i < mask.paths_size(); ++i) {
    const auto* found =
        std::find_if(std::begin(kSettings), std::end(kSettings),
                     [&](const Setting& setting) { return setting.path == mask.paths(i); });
    if (found == std::end(kSettings)) {
      return FieldError(absl::StrCat("update_mask.paths[", i, "]"),
                        absl::StrCat("\"", mask.paths(i), "\" is no setting of a workspace"));
    }
    STRATA_RETURN_IF_ERROR(found->set(workspace, settings));
  }
  return absl::OkStatus();
}

void ToProto(const WorkspaceSettings& settings, v1::Workspace* out) {
  out->set_workspace(settings.name);
  out->set_display_name(settings.display_name);
  out->set_currency_code(settings.currency);
  out->set_time_zone(settings.time_zone);
  out->set_fiscal_first_month(settings.fiscal_first_month);
  out->set_first_weekday(static_cast<v1::Weekday>(settings.first_weekday));
  for (const std::string& status : settings.excluded_statuses) out->add_excluded_statuses(status);
  for (const std::string& status : settings.excluded_contract_statuses) {
    out->add_excluded_contract_statuses(status);
  }
  out->set_contract_grace_days(settings.contract_grace_days);
  out->set_age_method(settings.age_method == AgeMethod::kExact ? v1::AGE_METHOD_EXACT
                                                               : v1::AGE_METHOD_YEAR_DIFFERENCE);
  out->set_age_band_width(settings.age_band_width);
  out->set_age_band_anchor(settings.age_band_anchor);
  MicrosToProto(settings.deal_size_medium, out->mutable_deal_size_medium());
  MicrosToProto(settings.deal_size_large, out->mutable_deal_size_large());
  v1::TierRule* tier = out->mutable_tier_rule();
  tier->set_strategic_share_bp(settings.strategic_share_bp);
  tier->set_growth_share_bp(settings.growth_share_bp);
  tier->set_rounding(ToProto(settings.tier_rounding));
  tier->set_window_days(settings.tier_window_days);
  out->mutable_loyalty_rule()->set_vip_purchases(settings.loyalty_vip_purchases);
  out->mutable_loyalty_rule()->set_vip_units(settings.loyalty_vip_units);
  out->mutable_abc_rule()->set_a_share_bp(settings.abc_a_share_bp);
  out->mutable_abc_rule()->set_b_share_bp(settings.abc_b_share_bp);
  out->mutable_rfm_rule()->set_window_days(settings.rfm_window_days);
  for (const TierServicePolicy& tier : settings.service_policy) {
    v1::TierServicePolicy* made = out->add_service_policy();
    made->set_tier(tier.tier);
    made->set_response_target_hours(tier.response_target_hours);
    made->set_contact_cadence_days(tier.contact_cadence_days);
    made->set_escalation_path(tier.escalation_path);
  }
  out->set_inactivity_days(settings.inactivity_days);
  out->set_retention_days(settings.retention_days);
}

void ToProto(const image::Revision& revision, v1::Workspace* out) {
  out->set_revision(revision.number);
  out->set_customers(revision.customers);
  out->set_orders(revision.orders);
  if (revision.first_event_day != kNoDay) {
    out->set_first_event_date(FormatDay(revision.first_event_day));
  }
  if (revision.last_event_day != kNoDay) {
    out->set_last_event_date(FormatDay(revision.last_event_day));
  }
}

}  // namespace strata::rpc
