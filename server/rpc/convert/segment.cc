#include "server/rpc/convert/segment.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/analytics/segment/segments.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/rpc/convert/records.h"

namespace strata::rpc {
namespace {

constexpr char kDefaultRest[] = "rest";

// 2000 -> "20%", 1250 -> "12.5%".
std::string Percent(int basis_points) { return absl::StrCat(basis_points / 100.0, "%"); }

absl::string_view Rounded(ShareRounding rounding) {
  switch (rounding) {
    case ShareRounding::kFloor:
      return "rounded down";
    case ShareRounding::kCeil:
      return "rounded up";
    case ShareRounding::kRound:
      return "rounded";
  }
  return "";
}

std::string TierInWords(const WorkspaceSettings& s) {
  const std::string window =
      s.tier_window_days == 0 ? "" : absl::StrCat(" of the last ", s.tier_window_days, " days");
  return absl::StrCat(
      "Customers with positive revenue", window, ", highest first: strategic are the first ",
      Percent(s.strategic_share_bp), " (", Rounded(s.tier_rounding),
      ") and whoever is declared strategic, growth ", "the next up to ", Percent(s.growth_share_bp),
      ", standard the others. Everybody else is a prospect.");
}

std::string LoyaltyInWords(const WorkspaceSettings& s) {
  return absl::StrCat("VIP: at least ", s.loyalty_vip_purchases, " purchases and ",
                      s.loyalty_vip_units,
                      " units. Loyal: at least 2 purchases. Periodic: fewer. none: no purchase. A "
                      "purchase is a recognised order whose total is not negative.");
}

std::string DescriptionOf(absl::string_view id, const WorkspaceSettings& settings) {
  if (id == "tier") return TierInWords(settings);
  if (id == "loyalty") return LoyaltyInWords(settings);
  if (id == "rfm") {
    const std::string window =
        settings.rfm_window_days == 0
            ? ""
            : absl::StrCat(" of the last ", settings.rfm_window_days, " days");
    return absl::StrCat(
        "The first of ten names that covers the customer's scores of recency, "
        "frequency and monetary value",
        window,
        " (1 to 5, by fifths of the buyers), Unclassified where none does. "
        "Customers without a purchase have none.");
  }
  return absl::StrCat("Customers by positive revenue, highest first: A are those that make ",
                      Percent(settings.abc_a_share_bp), " of it, B those up to ",
                      Percent(settings.abc_b_share_bp),
                      ", C the others. none: no positive revenue.");
}

void SetClasses(const v1::Segment& from, SegmentDefinition& to) {
  to.classes.clear();
  for (const v1::SegmentClass& one : from.classes())
    to.classes.push_back({one.name(), one.filter()});
}

// A partition always names its rest, a filter segment never does.
void SetDefaultRest(SegmentDefinition& definition) {
  if (definition.is_partition() && definition.rest.empty()) definition.rest = kDefaultRest;
}

bool Names(const google::protobuf::FieldMask& mask, absl::string_view path) {
  return std::find(mask.paths().begin(), mask.paths().end(), path) != mask.paths().end();
}

}  // namespace

SegmentDefinition SegmentFrom(const v1::Segment& segment) {
  SegmentDefinition definition;
  definition.id = segment.segment();
  definition.display_name = segment.display_name();
  definition.description = segment.description();
  definition.owner = segment.owner();
  definition.filter = segment.filter();
  SetClasses(segment, definition);
  definition.rest = segment.rest();
  SetDefaultRest(definition);
  return definition;
}

absl::Status ApplyMask(const v1::Segment& segment, const google::protobuf::FieldMask& mask,
                       SegmentDefinition& definition) {
  if (mask.paths().empty()) return FieldError("update_mask", "name at least one field to update");
  for (int i = 0; i < mask.paths_size(); ++i) {
    const std::string& path = mask.paths(i);
    if (path == "display_name") {
      definition.display_name = segment.display_name();
    } else if (path == "description") {
      definition.description = segment.description();
    } else if (path == "owner") {
      definition.owner = segment.owner();
    } else if (path == "filter") {
      definition.filter = segment.filter();
    } else if (path == "classes") {
      SetClasses(segment, definition);
    } else if (path == "rest") {
      definition.rest = segment.rest();
    } else {
      return FieldError(absl::StrCat("update_mask.paths[", i, "]"),
                        absl::StrCat("\"", path, "\" is no field of a segment that can change"));
    }
  }
  const bool filter = Names(mask, "filter"), classes = Names(mask, "classes");
  if (filter && !classes && !definition.filter.empty()) definition.classes.clear();
  if (classes && !filter && definition.is_partition()) definition.filter.clear();
  if (!definition.is_partition() && !Names(mask, "rest")) definition.rest.clear();
  SetDefaultRest(definition);
  return absl::OkStatus();
}

std::string EtagOf(const SegmentDefinition& definition) {
  // No two changes of a workspace have the same revision.
  return absl::StrCat("r", definition.revision);
}

void ToProto(const SegmentDefinition& definition, v1::Segment* out) {
  out->set_segment(definition.id);
  out->set_display_name(definition.display_name);
  out->set_description(definition.description);
  out->set_owner(definition.owner);
  out->set_filter(definition.filter);
  for (const SegmentClass& one : definition.classes) {
    v1::SegmentClass* made = out->add_classes();
    made->set_name(one.name);
    made->set_filter(one.filter);
  }
  out->set_rest(definition.rest);
  out->set_etag(EtagOf(definition));
  out->set_revision(definition.revision);
  ToProto(definition.created_time, out->mutable_create_time());
  ToProto(definition.updated_time, out->mutable_update_time());
}

std::vector<v1::Segment> BuiltInSegments(const WorkspaceSettings& settings) {
  std::vector<v1::Segment> list;
  for (const analytics::segment::SegmentInfo& info : analytics::segment::ListSegments(settings)) {
    if (!info.built_in) break;
    v1::Segment& segment = list.emplace_back();
    segment.set_segment(info.id);
    segment.set_built_in(true);
    segment.set_description(DescriptionOf(info.id, settings));
    for (const std::string& name : info.classes) segment.add_classes()->set_name(name);
  }
  return list;
}

std::string SettingsThatChange(absl::string_view built_in) {
  if (built_in == "tier") {
    return "its rule is the workspace's tier_rule; change it with UpdateWorkspace or `strata "
           "workspace update --strategic-share-bp N --growth-share-bp N --tier-rounding R "
           "--tier-window-days N`, or declare customers strategic";
  }
  if (built_in == "loyalty") {
    return "its rule is the workspace's loyalty_rule; change it with UpdateWorkspace or `strata "
           "workspace update --vip-purchases N --vip-units N`";
  }
  if (built_in == "abc") {
    return "its rule is the workspace's abc_rule; change it with UpdateWorkspace or `strata "
           "workspace update --abc-a-share-bp N --abc-b-share-bp N`";
  }
  return "its window is the workspace's rfm_rule; change it with UpdateWorkspace or `strata "
         "workspace update --rfm-window-days N`";
}

}  // namespace strata::rpc
