#include "server/analytics/segment/segment_fields.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "server/analytics/facts/block_scan.h"
#include "server/analytics/fields/features.h"
#include "server/analytics/fields/partition.h"
#include "server/analytics/filter/filter.h"
#include "server/analytics/segment/segment_references.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace strata::analytics::segment {
namespace {

fields::Field FieldOf(const SegmentDefinition& segment) {
  fields::Field field;
  field.id = absl::StrCat(fields::kSegmentPrefix, segment.id);
  if (!segment.is_partition()) {
    field.type = fields::ValueType::kBoolean;
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

absl::StatusOr<filter::Filter> ParseOne(absl::string_view text, const std::string& path,
                                        const fields::FieldCatalogue& catalogue) {
  absl::StatusOr<filter::Filter> filter = filter::Filter::Parse(text, catalogue);
  if (!filter.ok()) return WithField(filter.status(), path, filter.status().message());
  for (const fields::Field* field : filter->fields()) {
    if (field->grain == fields::Grain::kCustomer) continue;
    return WithReason(
        FieldError(path, absl::StrCat("\"", field->id,
                                      "\" is no field of customers; a segment is made of these")),
        "INCOMPATIBLE_FIELD");
  }
  return filter;
}

// A segment made ready to be computed.
struct Rule {
  std::vector<filter::Filter> filters;  // one, or one a class
  std::vector<std::string> texts;       // of a partition: "", the classes, the rest
};

absl::Status FillSegment(const Rule& rule, const image::Revision& revision,
                         const fields::Features& features, const std::vector<uint8_t>& present,
                         const StopToken& stop, fields::FeatureColumn* column) {
  const bool partition = !rule.texts.empty();
  // Class i + 1 is the first that matches; the rest stands behind the last one.
  std::vector<uint32_t> codes(revision.slots, 0);
  for (uint32_t i = 0; i < rule.filters.size(); ++i) {
    STRATA_RETURN_IF_ERROR(stop.Check());
    STRATA_ASSIGN_OR_RETURN(
        const filter::BoundFilter bound,
        filter::BoundFilter::BindCustomers(rule.filters[i], revision, features));
    const std::vector<uint8_t>& matches = bound.customer_part();
    facts::ForSlotRanges(revision.slots, [&](image::Slot begin, image::Slot end) {
      for (image::Slot slot = begin; slot < end; ++slot) {
        if (codes[slot] == 0 && matches[slot] != 0 && present[slot] != 0) codes[slot] = i + 1;
      }
    });
  }
  if (!partition) {
    column->integers.resize(revision.slots);
    for (image::Slot slot = 0; slot < revision.slots; ++slot) {
      column->integers[slot] =
          present[slot] != 0 ? codes[slot] : fields::FeatureColumn::kNullInteger;
    }
    return absl::OkStatus();
  }
  const auto rest = static_cast<uint32_t>(rule.filters.size() + 1);
  for (image::Slot slot = 0; slot < revision.slots; ++slot) {
    if (codes[slot] == 0 && present[slot] != 0) codes[slot] = rest;
  }
  column->codes = std::move(codes);
  column->texts = rule.texts;
  column->ordered = true;
  return absl::OkStatus();
}

// The built-ins by another name, then the workspace's own. A segment is a current value when
// something that its rules name is one.
void AddSegmentFields(const image::Revision&, const std::vector<SegmentDefinition>& segments,
                      std::vector<fields::Field>& fields) {
  const auto is_current = [&fields](absl::string_view id) {
    if (absl::StartsWith(id, "attribute:")) return true;  // all of them are
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [id](const fields::Field& field) { return field.id == id; });
    return found != fields.end() && found->current_value;
  };
  std::vector<fields::Field> added;
  for (const fields::Partition& built_in : fields::BuiltInPartitions()) {
    const auto same = std::find_if(fields.begin(), fields.end(), [&](const fields::Field& field) {
      return field.id == built_in.field;
    });
    if (same == fields.end()) continue;
    fields::Field field = *same;
    field.id = absl::StrCat(fields::kSegmentPrefix, built_in.id);
    field.same_as = std::string(built_in.field);
    field.meaning = absl::StrCat("The built-in segment \"", built_in.id, "\": the same as ",
                                 built_in.field, ".");
    added.push_back(std::move(field));
  }
  const SegmentReferences references(segments);
  for (const SegmentDefinition& segment : segments) {
    fields::Field field = FieldOf(segment);
    const std::vector<std::string> rules = references.RuleFields(segment.id);
    field.current_value = std::any_of(rules.begin(), rules.end(), is_current);
    added.push_back(std::move(field));
  }
  fields.insert(fields.end(), std::make_move_iterator(added.begin()),
                std::make_move_iterator(added.end()));
}

absl::StatusOr<fields::Derivation> Derive(const image::Revision& revision,
                                          const std::vector<std::string>& ids,
                                          const fields::FieldCatalogue& catalogue) {
  return DeriveSegments(revision.settings->segments, ids, catalogue);
}

}  // namespace

fields::FieldFamily SegmentFields() { return {{}, AddSegmentFields, Derive}; }

absl::Status CheckSegmentFilters(const SegmentDefinition& segment,
                                 const fields::FieldCatalogue& catalogue) {
  for (const auto& [path, text] : FiltersOf(segment)) {
    STRATA_RETURN_IF_ERROR(ParseOne(text, path, catalogue).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<fields::Derivation> DeriveSegments(const std::vector<SegmentDefinition>& segments,
                                                  const std::vector<std::string>& ids,
                                                  const fields::FieldCatalogue& catalogue) {
  fields::Derivation derived;
  if (segments.empty()) return derived;
  const SegmentReferences references(segments);
  std::vector<std::string> asked;
  for (absl::string_view id : ids) {
    if (absl::ConsumePrefix(&id, fields::kSegmentPrefix)) asked.emplace_back(id);
  }
  for (const SegmentDefinition* segment : references.InOrder(asked)) {
    const std::vector<std::string> cycle = references.CycleFrom(segment->id);
    if (!cycle.empty()) {
      return Broken(*segment, absl::FailedPreconditionError(absl::StrCat(
                                  "it refers to itself: ", absl::StrJoin(cycle, " -> "))));
    }
    Rule rule;
    for (const auto& [path, text] : FiltersOf(*segment)) {
      absl::StatusOr<filter::Filter> filter = ParseOne(text, path, catalogue);
      if (!filter.ok()) return Broken(*segment, filter.status());
      for (std::string& id : filter::CustomerFieldsOf(*filter)) {
        absl::string_view name = id;
        const bool own = absl::ConsumePrefix(&name, fields::kSegmentPrefix) &&
                         FindSegmentDefinition(segments, name) != nullptr;
        const bool there =
            std::find(derived.inputs.begin(), derived.inputs.end(), id) != derived.inputs.end();
        if (!own && !there) derived.inputs.push_back(std::move(id));
      }
      rule.filters.push_back(*std::move(filter));
    }
    if (segment->is_partition()) {
      rule.texts.emplace_back();
      for (const SegmentClass& one : segment->classes) rule.texts.push_back(one.name);
      rule.texts.push_back(segment->rest);
    }
    derived.steps.push_back(
        {absl::StrCat(fields::kSegmentPrefix, segment->id),
         [rule = std::move(rule)](const image::Revision& revision, const fields::Features& features,
                                  const std::vector<uint8_t>& present, const StopToken& stop,
                                  fields::FeatureColumn* column) {
           return FillSegment(rule, revision, features, present, stop, column);
         }});
  }
  return derived;
}

}  // namespace strata::analytics::segment
