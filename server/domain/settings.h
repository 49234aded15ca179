#ifndef STRATA_SERVER_DOMAIN_SETTINGS_H_
#define STRATA_SERVER_DOMAIN_SETTINGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/domain/money.h"
#include "server/domain/segment.h"

namespace strata {

enum class AgeMethod { kExact, kYearDifference };
enum class ShareRounding { kFloor, kCeil, kRound };

// The classes of the built-in partition "tier", in its order.
inline constexpr absl::string_view kTiers[] = {"strategic", "growth", "standard", "prospect"};

// What a tier's customers are promised by support.
struct TierServicePolicy {
  std::string tier;               // "strategic", "growth", "standard" or "prospect"
  int response_target_hours = 0;  // to the first response; 0: no promise
  int contact_cadence_days =
      0;  // longest time without an order, a ticket or a survey; 0: no promise
  std::string escalation_path;  // who takes over when it escalates

  friend bool operator==(const TierServicePolicy&, const TierServicePolicy&) = default;
};

// What a workspace says of itself. Currency and time zone are fixed once it holds a record; a
// change of the others advances the revision like data does. A setting is a member with its
// default, a row of ForEachSetting, and a field of the contract that says which values hold.
struct WorkspaceSettings {
  std::string name;  // [a-z][a-z0-9-]{0,62}
  std::string display_name;
  std::string currency = "USD";   // ISO 4217
  std::string time_zone = "UTC";  // IANA
  int fiscal_first_month = 1;     // 1..12
  int first_weekday = 1;          // of a week: 1..7, Monday to Sunday

  // Orders with one of these statuses are no revenue; the usual spellings of several shops. Keys of
  // statuses (StatusKeys), once the settings are normalised.
  std::vector<std::string> excluded_statuses = {"canceled", "cancelled", "declined", "failed",
                                                "refunded", "returned",  "void",     "voided"};

  // Contracts with one of these statuses never were in force; likewise keys. One that was
  // terminated is not among them: it was in force up to its end date.
  std::vector<std::string> excluded_contract_statuses = {"canceled", "cancelled", "void", "voided"};
  // A contract goes on until the customer's next one starts when no more days than these lie
  // between them. A month by default: renewals are often signed days after the end, and whoever
  // comes back later has left in between.
  int contract_grace_days = 30;

  // Age on a reference date, and its bands: with width 10 and anchor 1, 31-40 is a band.
  AgeMethod age_method = AgeMethod::kExact;
  int age_band_width = 10;
  int age_band_anchor = 1;

  // An order is small below the first threshold, medium below the second, large from there.
  Micros deal_size_medium = 3'000 * kMicrosAUnit;
  Micros deal_size_large = 7'000 * kMicrosAUnit;

  // The tier rule: shares of the customers with positive revenue, in basis points.
  int strategic_share_bp = 2'000;
  int growth_share_bp = 5'000;
  ShareRounding tier_rounding = ShareRounding::kFloor;
  int tier_window_days = 0;  // 0: all recognised history

  // The loyalty rule: VIP from this many purchases and units.
  int loyalty_vip_purchases = 2;
  int64_t loyalty_vip_units = 100;

  // The ABC rule: cumulative shares of revenue, in basis points.
  int abc_a_share_bp = 8'000;
  int abc_b_share_bp = 9'500;

  int rfm_window_days = 0;  // 0: RFM scores look at all recognised history

  // One entry a tier at most; a tier without one is promised nothing.
  std::vector<TierServicePolicy> service_policy = {{"strategic", 4, 30, "executive sponsor"},
                                                   {"growth", 8, 60, "account manager"},
                                                   {"standard", 24, 180, "service desk"}};

  int inactivity_days = 180;
  int retention_days = 0;  // 0: kept for ever

  // The segments that the workspace has defined, ascending by id.
  std::vector<SegmentDefinition> segments;

  friend bool operator==(const WorkspaceSettings&, const WorkspaceSettings&) = default;
};

// Calls visit(path, stored, member) for every setting, in the order in which they are shown: its
// path in the contract's Workspace, its name in the workspace's file (empty: it has a table of its
// own there) and the pointer to its member. What reads, writes, converts or changes settings walks
// this list.
template <typename Visitor>
void ForEachSetting(Visitor visit) {
  using S = WorkspaceSettings;
  visit("display_name", "display_name", &S::display_name);
  visit("currency_code", "currency", &S::currency);
  visit("time_zone", "time_zone", &S::time_zone);
  visit("fiscal_first_month", "fiscal_first_month", &S::fiscal_first_month);
  visit("first_weekday", "first_weekday", &S::first_weekday);
  visit("excluded_statuses", "", &S::excluded_statuses);
  visit("excluded_contract_statuses", "excluded_contract_statuses", &S::excluded_contract_statuses);
  visit("contract_grace_days", "contract_grace_days", &S::contract_grace_days);
  visit("age_method", "age_method", &S::age_method);
  visit("age_band_width", "age_band_width", &S::age_band_width);
  visit("age_band_anchor", "age_band_anchor", &S::age_band_anchor);
  visit("deal_size_medium", "deal_size_medium_micros", &S::deal_size_medium);
  visit("deal_size_large", "deal_size_large_micros", &S::deal_size_large);
  visit("tier_rule.strategic_share_bp", "strategic_share_bp", &S::strategic_share_bp);
  visit("tier_rule.growth_share_bp", "growth_share_bp", &S::growth_share_bp);
  visit("tier_rule.rounding", "tier_rounding", &S::tier_rounding);
  visit("tier_rule.window_days", "tier_window_days", &S::tier_window_days);
  visit("loyalty_rule.vip_purchases", "loyalty_vip_purchases", &S::loyalty_vip_purchases);
  visit("loyalty_rule.vip_units", "loyalty_vip_units", &S::loyalty_vip_units);
  visit("abc_rule.a_share_bp", "abc_a_share_bp", &S::abc_a_share_bp);
  visit("abc_rule.b_share_bp", "abc_b_share_bp", &S::abc_b_share_bp);
  visit("rfm_rule.window_days", "rfm_window_days", &S::rfm_window_days);
  visit("service_policy", "", &S::service_policy);
  visit("inactivity_days", "inactivity_days", &S::inactivity_days);
  visit("retention_days", "retention_days", &S::retention_days);
}

}  // namespace strata

#endif  // STRATA_SERVER_DOMAIN_SETTINGS_H_
