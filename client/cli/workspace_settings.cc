#include "client/cli/workspace_settings.h"

#include <map>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "server/base/status_macros.h"
#include "server/domain/money.h"
#include "server/domain/settings.h"

namespace strata::cli {
namespace {

absl::Status SetAmount(const std::string& flag, const std::string& text, v1::Amount& amount) {
  const absl::StatusOr<Micros> micros = ParseMicros(text);
  if (!micros.ok())
    return absl::InvalidArgumentError(absl::StrCat(flag, ": ", text, " is no amount"));
  STRATA_ASSIGN_OR_RETURN(const Amount parsed, AmountFromMicros(*micros));
  amount.set_units(parsed.units);
  amount.set_nanos(parsed.nanos);
  return absl::OkStatus();
}

const std::map<std::string, v1::AgeMethod>& AgeMethods() {
  static const auto& methods = *new std::map<std::string, v1::AgeMethod>{
      {"exact", v1::AGE_METHOD_EXACT}, {"year-difference", v1::AGE_METHOD_YEAR_DIFFERENCE}};
  return methods;
}

const std::map<std::string, v1::ShareRounding>& Roundings() {
  static const auto& roundings =
      *new std::map<std::string, v1::ShareRounding>{{"floor", v1::SHARE_ROUNDING_FLOOR},
                                                    {"ceil", v1::SHARE_ROUNDING_CEIL},
                                                    {"round", v1::SHARE_ROUNDING_ROUND}};
  return roundings;
}

const std::map<std::string, v1::Weekday>& Weekdays() {
  static const auto& weekdays = *new std::map<std::string, v1::Weekday>{
      {"monday", v1::WEEKDAY_MONDAY},       {"tuesday", v1::WEEKDAY_TUESDAY},
      {"wednesday", v1::WEEKDAY_WEDNESDAY}, {"thursday", v1::WEEKDAY_THURSDAY},
      {"friday", v1::WEEKDAY_FRIDAY},       {"saturday", v1::WEEKDAY_SATURDAY},
      {"sunday", v1::WEEKDAY_SUNDAY}};
  return weekdays;
}

template <typename Enum>
absl::StatusOr<Enum> Choose(const std::map<std::string, Enum>& choices, const std::string& flag,
                            const std::string& text) {
  const auto found = choices.find(text);
  if (found != choices.end()) return found->second;
  std::string names;
  for (const auto& choice : choices) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", choice.first);
  }
  return absl::InvalidArgumentError(absl::StrCat(flag, " is one of ", names, ", not ", text));
}

// A workspace that is being made has the promises that the server would give it.
void FillPolicies(v1::Workspace& workspace) {
  if (workspace.has_create_time() || workspace.service_policy_size() > 0) return;
  for (const TierServicePolicy& tier : strata::WorkspaceSettings().service_policy) {
    v1::TierServicePolicy* made = workspace.add_service_policy();
    made->set_tier(tier.tier);
    made->set_response_target_hours(tier.response_target_hours);
    made->set_contact_cadence_days(tier.contact_cadence_days);
    made->set_escalation_path(tier.escalation_path);
  }
}

// Puts "strategic=4,30,executive sponsor" in the place of the tier's policy; "standard=none" takes
// it away. The other tiers keep theirs.
absl::Status SetPolicy(const std::string& text, v1::Workspace& workspace) {
  const auto bad = [&text] {
    return absl::InvalidArgumentError(
        absl::StrCat("--service-policy ", text,
                     ": write TIER=HOURS,DAYS,ESCALATION PATH, as in 'strategic=4,30,executive "
                     "sponsor', or TIER=none"));
  };
  const std::vector<std::string> sides = absl::StrSplit(text, absl::MaxSplits('=', 1));
  if (sides.size() < 2 || sides[0].empty()) return bad();
  v1::TierServicePolicy policy;
  policy.set_tier(sides[0]);
  const bool none = sides[1] == "none";
  if (!none) {
    const std::vector<std::string> parts = absl::StrSplit(sides[1], absl::MaxSplits(',', 2));
    int32_t hours = 0, days = 0;
    if (parts.size() < 2 || !absl::SimpleAtoi(parts[0], &hours) ||
        !absl::SimpleAtoi(parts[1], &days)) {
      return bad();
    }
    policy.set_response_target_hours(hours);
    policy.set_contact_cadence_days(days);
    if (parts.size() > 2) {
      policy.set_escalation_path(std::string(absl::StripAsciiWhitespace(parts[2])));
    }
  }
  FillPolicies(workspace);
  auto& policies = *workspace.mutable_service_policy();
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

}  // namespace

template <typename T>
void WorkspaceSettings::Add(CLI::App& command, const std::string& name,
                            const std::string& description, const std::string& field,
                            std::function<absl::Status(v1::Workspace&, const T&)> apply) {
  auto value = std::make_shared<T>();
  CLI::Option* option = command.add_option(name, *value, description);
  flags_.push_back({.field = field,
                    .given = [option] { return option->count() > 0; },
                    .apply = [value, apply = std::move(apply)](
                                 v1::Workspace& workspace) { return apply(workspace, *value); }});
}

void WorkspaceSettings::AddTo(CLI::App& command) {
  using W = v1::Workspace;
  auto text = [&](const char* name, const char* description, const char* field,
                  void (*set)(W&, const std::string&)) {
    Add<std::string>(command, name, description, field, [=](W& w, const std::string& value) {
      set(w, value);
      return absl::OkStatus();
    });
  };
  auto number = [&](const char* name, const char* description, const char* field,
                    void (*set)(W&, int32_t)) {
    Add<int32_t>(command, name, description, field, [=](W& w, const int32_t& value) {
      set(w, value);
      return absl::OkStatus();
    });
  };
  text("--display-name", "Name for people", "display_name",
       [](W& w, const std::string& v) { w.set_display_name(v); });
  text("--currency", "ISO 4217 [USD]; fixed once there are records", "currency_code",
       [](W& w, const std::string& v) { w.set_currency_code(v); });
  text("--time-zone", "IANA name [UTC]; fixed once there are records", "time_zone",
       [](W& w, const std::string& v) { w.set_time_zone(v); });
  number("--fiscal-first-month", "1..12 [1]", "fiscal_first_month",
         [](W& w, int32_t v) { w.set_fiscal_first_month(v); });
  Add<std::string>(
      command, "--first-weekday", "The day on which weeks begin, as in sunday [monday]",
      "first_weekday", [](W& w, const std::string& value) -> absl::Status {
        STRATA_ASSIGN_OR_RETURN(const v1::Weekday weekday, Choose(Weekdays(), "--first-weekday",
                                                                  absl::AsciiStrToLower(value)));
        w.set_first_weekday(weekday);
        return absl::OkStatus();
      });
  const auto statuses = [&](const char* name, const std::string& description, const char* field,
                            google::protobuf::RepeatedPtrField<std::string>* (*list)(W&)) {
    Add<std::vector<std::string>>(command, name, description, field,
                                  [=](W& w, const std::vector<std::string>& given) {
                                    list(w)->Clear();
                                    for (const std::string& status : given) {
                                      if (!status.empty()) *list(w)->Add() = status;
                                    }
                                    return absl::OkStatus();
                                  });
    command.get_option(name)->delimiter(',')->allow_extra_args(false);
  };
  const strata::WorkspaceSettings defaults;
  statuses("--excluded-status",
           absl::StrCat("Order statuses that are no revenue, A,B [",
                        absl::StrJoin(defaults.excluded_statuses, ","), "]"),
           "excluded_statuses", [](W& w) { return w.mutable_excluded_statuses(); });
  statuses("--excluded-contract-status",
           absl::StrCat("Statuses of contracts that never were in force, A,B [",
                        absl::StrJoin(defaults.excluded_contract_statuses, ","), "]"),
           "excluded_contract_statuses",
           [](W& w) { return w.mutable_excluded_contract_statuses(); });
  number("--contract-grace-days",
         "A contract that is renewed within so many days after its end goes on [30]",
         "contract_grace_days", [](W& w, int32_t v) { w.set_contract_grace_days(v); });
  Add<std::string>(command, "--age-method", "exact or year-difference [exact]", "age_method",
                   [](W& w, const std::string& value) -> absl::Status {
                     STRATA_ASSIGN_OR_RETURN(const v1::AgeMethod method,
                                             Choose(AgeMethods(), "--age-method", value));
                     w.set_age_method(method);
                     return absl::OkStatus();
                   });
  number("--age-band-width", "Years of an age band [10]", "age_band_width",
         [](W& w, int32_t v) { w.set_age_band_width(v); });
  number("--age-band-anchor", "Where bands begin [1: 31-40 is a band]", "age_band_anchor",
         [](W& w, int32_t v) { w.set_age_band_anchor(v); });
  Add<std::string>(command, "--deal-size-medium", "An order from this amount is medium [3000]",
                   "deal_size_medium", [](W& w, const std::string& value) {
                     return SetAmount("--deal-size-medium", value, *w.mutable_deal_size_medium());
                   });
  Add<std::string>(command, "--deal-size-large", "An order from this amount is large [7000]",
                   "deal_size_large", [](W& w, const std::string& value) {
                     return SetAmount("--deal-size-large", value, *w.mutable_deal_size_large());
                   });
  number("--strategic-share-bp", "Share of customers that are strategic, of 10,000 [2000]",
         "tier_rule", [](W& w, int32_t v) { w.mutable_tier_rule()->set_strategic_share_bp(v); });
  number("--growth-share-bp", "Share up to the end of tier growth, of 10,000 [5000]", "tier_rule",
         [](W& w, int32_t v) { w.mutable_tier_rule()->set_growth_share_bp(v); });
  Add<std::string>(command, "--tier-rounding", "floor, ceil or round [floor]", "tier_rule",
                   [](W& w, const std::string& value) -> absl::Status {
                     STRATA_ASSIGN_OR_RETURN(const v1::ShareRounding rounding,
                                             Choose(Roundings(), "--tier-rounding", value));
                     w.mutable_tier_rule()->set_rounding(rounding);
                     return absl::OkStatus();
                   });
  number("--tier-window-days", "Revenue of the last so many days ranks tiers [0: all]", "tier_rule",
         [](W& w, int32_t v) { w.mutable_tier_rule()->set_window_days(v); });
  number("--vip-purchases", "Loyalty: VIP from so many purchases [2]", "loyalty_rule",
         [](W& w, int32_t v) { w.mutable_loyalty_rule()->set_vip_purchases(v); });
  number("--vip-units", "Loyalty: VIP from so many units [100]", "loyalty_rule",
         [](W& w, int32_t v) { w.mutable_loyalty_rule()->set_vip_units(v); });
  number("--abc-a-share-bp", "ABC: A are those who make this share of revenue, of 10,000 [8000]",
         "abc_rule", [](W& w, int32_t v) { w.mutable_abc_rule()->set_a_share_bp(v); });
  number("--abc-b-share-bp", "ABC: share up to the end of B, of 10,000 [9500]", "abc_rule",
         [](W& w, int32_t v) { w.mutable_abc_rule()->set_b_share_bp(v); });
  number("--rfm-window-days", "Purchases of the last so many days are scored [0: all]", "rfm_rule",
         [](W& w, int32_t v) { w.mutable_rfm_rule()->set_window_days(v); });
  Add<std::vector<std::string>>(
      command, "--service-policy",
      "What support promises a tier: hours to the first response, days between contacts, who takes "
      "over; TIER=none for nothing; repeat it",
      "service_policy", [](W& w, const std::vector<std::string>& policies) -> absl::Status {
        for (const std::string& policy : policies) STRATA_RETURN_IF_ERROR(SetPolicy(policy, w));
        return absl::OkStatus();
      });
  command.get_option("--service-policy")
      ->type_name("TIER=HOURS,DAYS,PATH")
      ->allow_extra_args(false);
  number("--inactivity-days", "Silent for longer is inactive [180]", "inactivity_days",
         [](W& w, int32_t v) { w.set_inactivity_days(v); });
  number("--retention-days", "Records are kept so long [0: for ever]", "retention_days",
         [](W& w, int32_t v) { w.set_retention_days(v); });
}

absl::Status WorkspaceSettings::ApplyTo(v1::Workspace& workspace) const {
  for (const Flag& flag : flags_) {
    if (flag.given()) STRATA_RETURN_IF_ERROR(flag.apply(workspace));
  }
  return absl::OkStatus();
}

std::vector<std::string> WorkspaceSettings::given() const {
  std::vector<std::string> fields;
  for (const Flag& flag : flags_) {
    // Flags of one field stand together.
    if (flag.given() && (fields.empty() || fields.back() != flag.field)) {
      fields.push_back(flag.field);
    }
  }
  return fields;
}

}  // namespace strata::cli
