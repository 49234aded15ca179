#include "server/domain/segment.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"

namespace strata {
namespace {

constexpr size_t kMaxNameBytes = 63;
constexpr char kNameRule[] = "a name matches [a-z][a-z0-9-]{0,62}";

bool IsBlank(absl::string_view text) { return absl::StripAsciiWhitespace(text).empty(); }

absl::Status CheckClasses(const SegmentDefinition& segment) {
  if (segment.classes.size() > kMaxSegmentClasses) {
    return FieldError("segment.classes", absl::StrCat(segment.classes.size(), " classes; at most ",
                                                      kMaxSegmentClasses));
  }
  absl::flat_hash_set<absl::string_view> names;
  for (size_t i = 0; i < segment.classes.size(); ++i) {
    const SegmentClass& one = segment.classes[i];
    const std::string path = absl::StrCat("segment.classes[", i, "]");
    if (!IsSegmentName(one.name)) return FieldError(absl::StrCat(path, ".name"), kNameRule);
    if (!names.insert(one.name).second) {
      return FieldError(absl::StrCat(path, ".name"),
                        absl::StrCat("there is a class \"", one.name, "\" already"));
    }
    if (IsBlank(one.filter)) {
      return FieldError(absl::StrCat(path, ".filter"),
                        "a class needs a filter; everybody else is in the rest");
    }
  }
  if (!IsSegmentName(segment.rest)) return FieldError("segment.rest", kNameRule);
  if (names.contains(segment.rest)) {
    return FieldError("segment.rest",
                      absl::StrCat("there is a class \"", segment.rest, "\" already"));
  }
  return absl::OkStatus();
}

}  // namespace

bool IsSegmentName(absl::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes || !absl::ascii_islower(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
  });
}

bool IsBuiltInSegment(absl::string_view id) {
  return id == "tier" || id == "loyalty" || id == "rfm" || id == "abc";
}

const SegmentDefinition* FindSegmentDefinition(const std::vector<SegmentDefinition>& segments,
                                               absl::string_view id) {
  const auto found =
      std::find_if(segments.begin(), segments.end(),
                   [id](const SegmentDefinition& segment) { return segment.id == id; });
  return found == segments.end() ? nullptr : &*found;
}

absl::Status ValidateSegment(const SegmentDefinition& segment) {
  if (!IsSegmentName(segment.id)) return FieldError("segment.segment", kNameRule);
  if (segment.is_partition()) {
    if (!segment.filter.empty()) {
      return FieldError("segment.filter", "a segment has a filter or classes, not both");
    }
    return CheckClasses(segment);
  }
  if (IsBlank(segment.filter)) {
    return FieldError("segment.filter", "a segment has a filter, or classes and a rest");
  }
  if (!segment.rest.empty()) {
    return FieldError("segment.rest", "only a partition has a rest: give it classes");
  }
  return absl::OkStatus();
}

}  // namespace strata
