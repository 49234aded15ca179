#include "server/analytics/segment/segments.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "server/analytics/fields/block_scan.h"
#include "server/analytics/segment/abc.h"
#include "server/analytics/segment/loyalty.h"
#include "server/analytics/segment/rfm.h"
#include "server/analytics/segment/segment_references.h"
#include "server/analytics/segment/tier.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace strata::analytics {
namespace {

constexpr absl::string_view kPrefix = "segment:";

// The partitions that every workspace has. The names of the classes begin with an empty one.
struct BuiltIn {
  absl::string_view id, field;
  absl::Span<const absl::string_view> names;
  std::vector<absl::string_view> rule_fields;
};
const std::vector<BuiltIn>& BuiltIns() {
  static const auto* const built_ins = new std::vector<BuiltIn>{
      {"tier", "tier", TierNames(), {"revenue", "revenue_rank", "strategic"}},
      {"loyalty", "loyalty", LoyaltyNames(), {"orders", "units"}},
      {"rfm", "rfm_segment", RfmSegmentNames(), {"rfm.r", "rfm.f", "rfm.m"}},
      {"abc", "abc", AbcNames(), {"revenue", "revenue_rank"}},
  };
  return *built_ins;
}

SegmentInfo InfoOf(const BuiltIn& built_in) {
  SegmentInfo info;
  info.id = std::string(built_in.id);
  info.field = std::string(built_in.field);
  info.built_in = true;
  for (const absl::string_view name : built_in.names.subspan(1)) info.classes.emplace_back(name);
  for (const absl::string_view field : built_in.rule_fields) info.rule_fields.emplace_back(field);
  return info;
}

SegmentInfo InfoOf(const SegmentDefinition& segment, const SegmentReferences& references) {
  SegmentInfo info;
  info.id = segment.id;
  info.field = absl::StrCat(kPrefix, segment.id);
  for (const SegmentClass& one : segment.classes) info.classes.push_back(one.name);
  if (segment.is_partition()) info.classes.push_back(segment.rest);
  info.rule_fields = references.RuleFields(segment.id);
  return info;
}

Field FieldOf(const SegmentDefinition& segment) {
  Field field;
  field.id = absl::StrCat(kPrefix, segment.id);
  if (!segment.is_partition()) {
    field.type = ValueType::kBoolean;
    field.meaning = absl::StrCat("True for the members of the segment \"", segment.id, "\".");
    return field;
  }
  std::vector<absl::string_view> names;
  for (const SegmentClass& one : segment.classes) names.push_back(one.name);
  field.meaning = absl::StrCat("Class of the partition \"", segment.id,
                               "\", the first that matches: ", absl::StrJoin(names, ", "),
                               ", else ", segment.rest, ".");
  return field;
}

// A definition that was fine when it was stored.
absl::Status Broken(const SegmentDefinition& segment, const absl::Status& why) {
  return WithMetadata(WithReason(absl::FailedPreconditionError(absl::StrCat(
                                     "the segment \"", segment.id,
                                     "\" does not hold any more, change it: ", why.message())),
                                 "SEGMENT_BROKEN"),
                      "segment", segment.id);
}

// The filters of a definition with the paths of their fields, in order.
std::vector<std::pair<std::string, absl::string_view>> FiltersOf(const SegmentDefinition& segment) {
  if (!segment.is_partition()) return {{"segment.filter", segment.filter}};
  std::vector<std::pair<std::string, absl::string_view>> filters;
  for (size_t i = 0; i < segment.classes.size(); ++i) {
    filters.emplace_back(absl::StrCat("segment.classes[", i, "].filter"),
                         segment.classes[i].filter);
  }
  return filters;
}

absl::StatusOr<Filter> ParseOne(absl::string_view text, const std::string& path,
                                const FieldCatalogue& catalogue) {
  absl::StatusOr<Filter> filter = Filter::Parse(text, catalogue);
  if (!filter.ok()) return WithField(filter.status(), path, filter.status().message());
  for (const Field* field : filter->fields()) {
    if (field->grain == Grain::kCustomer) continue;
    return WithReason(
        FieldError(path, absl::StrCat("\"", field->id,
                                      "\" is no field of customers; a segment is made of these")),
        "INCOMPATIBLE_FIELD");
  }
  return filter;
}

}  // namespace

std::vector<SegmentInfo> ListSegments(const WorkspaceSettings& settings) {
  std::vector<SegmentInfo> list;
  for (const BuiltIn& built_in : BuiltIns()) list.push_back(InfoOf(built_in));
  const SegmentReferences references(settings.segments);
  for (const SegmentDefinition& segment : settings.segments) {
    list.push_back(InfoOf(segment, references));
  }
  return list;
}

std::optional<SegmentInfo> FindSegment(const WorkspaceSettings& settings, absl::string_view id) {
  for (const BuiltIn& built_in : BuiltIns()) {
    if (built_in.id == id || built_in.field == id) return InfoOf(built_in);
  }
  const SegmentDefinition* segment = FindSegmentDefinition(settings.segments, id);
  if (segment == nullptr) return std::nullopt;
  return InfoOf(*segment, SegmentReferences(settings.segments));
}

absl::string_view AliasedField(absl::string_view id) {
  absl::string_view name = id;
  if (!absl::ConsumePrefix(&name, kPrefix)) return id;
  for (const BuiltIn& built_in : BuiltIns()) {
    if (built_in.id == name) return built_in.field;
  }
  return id;
}

absl::Status CheckSegmentFilters(const SegmentDefinition& segment,
                                 const FieldCatalogue& catalogue) {
  for (const auto& [path, text] : FiltersOf(segment)) {
    STRATA_RETURN_IF_ERROR(ParseOne(text, path, catalogue).status());
  }
  return absl::OkStatus();
}

void AddSegmentFields(const std::vector<SegmentDefinition>& segments, std::vector<Field>& fields) {
  const auto is_current = [&fields](absl::string_view id) {
    if (absl::StartsWith(id, "attribute:")) return true;  // all of them are
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [id](const Field& field) { return field.id == id; });
    return found != fields.end() && found->current_value;
  };
  std::vector<Field> added;
  for (const BuiltIn& built_in : BuiltIns()) {
    const auto same = std::find_if(fields.begin(), fields.end(),
                                   [&](const Field& field) { return field.id == built_in.field; });
    if (same == fields.end()) continue;
    Field field = *same;
    field.id = absl::StrCat(kPrefix, built_in.id);
    field.meaning = absl::StrCat("The built-in segment \"", built_in.id, "\": the same as ",
                                 built_in.field, ".");
    added.push_back(std::move(field));
  }
  const SegmentReferences references(segments);
  for (const SegmentDefinition& segment : segments) {
    Field field = FieldOf(segment);
    const std::vector<std::string> rules = references.RuleFields(segment.id);
    field.current_value = std::any_of(rules.begin(), rules.end(), is_current);
    added.push_back(std::move(field));
  }
  fields.insert(fields.end(), std::make_move_iterator(added.begin()),
                std::make_move_iterator(added.end()));
}

absl::StatusOr<SegmentPlan> SegmentPlan::Make(const std::vector<SegmentDefinition>& segments,
                                              const std::vector<std::string>& ids,
                                              const FieldCatalogue& catalogue) {
  SegmentPlan plan;
  if (segments.empty()) return plan;
  const SegmentReferences references(segments);
  std::vector<std::string> asked;
  for (absl::string_view id : ids) {
    if (absl::ConsumePrefix(&id, kPrefix)) asked.emplace_back(id);
  }
  for (const SegmentDefinition* segment : references.InOrder(asked)) {
    const std::vector<std::string> cycle = references.CycleFrom(segment->id);
    if (!cycle.empty()) {
      return Broken(*segment, absl::FailedPreconditionError(absl::StrCat(
                                  "it refers to itself: ", absl::StrJoin(cycle, " -> "))));
    }
    Step step;
    step.field = absl::StrCat(kPrefix, segment->id);
    for (const auto& [path, text] : FiltersOf(*segment)) {
      absl::StatusOr<Filter> filter = ParseOne(text, path, catalogue);
      if (!filter.ok()) return Broken(*segment, filter.status());
      for (std::string& id : CustomerFieldsOf(*filter)) {
        absl::string_view name = id;
        const bool own =
            absl::ConsumePrefix(&name, kPrefix) && FindSegmentDefinition(segments, name) != nullptr;
        const bool there =
            std::find(plan.inputs_.begin(), plan.inputs_.end(), id) != plan.inputs_.end();
        if (!own && !there) plan.inputs_.push_back(std::move(id));
      }
      step.filters.push_back(*std::move(filter));
    }
    if (segment->is_partition()) {
      step.texts.emplace_back();
      for (const SegmentClass& one : segment->classes) step.texts.push_back(one.name);
      step.texts.push_back(segment->rest);
    }
    plan.steps_.push_back(std::move(step));
  }
  return plan;
}

absl::Status FillSegment(const SegmentPlan::Step& step, const image::Revision& revision,
                         const Features& features, const std::vector<uint8_t>& present,
                         const StopToken& stop, FeatureColumn* column) {
  const bool partition = !step.texts.empty();
  // Class i + 1 is the first that matches; the rest stands behind the last one.
  std::vector<uint32_t> codes(revision.slots, 0);
  for (uint32_t i = 0; i < step.filters.size(); ++i) {
    STRATA_RETURN_IF_ERROR(stop.Check());
    STRATA_ASSIGN_OR_RETURN(const BoundFilter bound,
                            BoundFilter::BindCustomers(step.filters[i], revision, features));
    const std::vector<uint8_t>& matches = bound.customer_part();
    ForSlotRanges(revision.slots, [&](image::Slot begin, image::Slot end) {
      for (image::Slot slot = begin; slot < end; ++slot) {
        if (codes[slot] == 0 && matches[slot] != 0 && present[slot] != 0) codes[slot] = i + 1;
      }
    });
  }
  if (!partition) {
    column->integers.resize(revision.slots);
    for (image::Slot slot = 0; slot < revision.slots; ++slot) {
      column->integers[slot] = present[slot] != 0 ? codes[slot] : FeatureColumn::kNullInteger;
    }
    return absl::OkStatus();
  }
  const auto rest = static_cast<uint32_t>(step.filters.size() + 1);
  for (image::Slot slot = 0; slot < revision.slots; ++slot) {
    if (codes[slot] == 0 && present[slot] != 0) codes[slot] = rest;
  }
  column->codes = std::move(codes);
  column->texts = step.texts;
  column->ordered = true;
  return absl::OkStatus();
}

}  // namespace strata::analytics
