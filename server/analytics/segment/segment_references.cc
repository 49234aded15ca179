#include "server/analytics/segment/segment_references.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/strip.h"
#include "server/analytics/fields/partition.h"
#include "server/analytics/filter/filter_lexer.h"

namespace strata::analytics::segment {
namespace {

// The words of a filter that stand where fields do.
std::vector<std::string> FieldWords(absl::string_view filter) {
  std::vector<std::string> words;
  filter::FilterLexer lexer(filter);
  bool literal = false;  // behind an operator stands a value
  for (;;) {
    const absl::StatusOr<filter::FilterToken> token = lexer.Next(literal);
    if (!token.ok() || token->kind == filter::FilterToken::Kind::kEnd) return words;
    if (!literal && token->kind == filter::FilterToken::Kind::kWord) words.push_back(token->text);
    literal = token->kind == filter::FilterToken::Kind::kOperator;
  }
}

template <typename T>
void AddOnce(T value, std::vector<T>& values) {
  if (std::find(values.begin(), values.end(), value) == values.end()) {
    values.push_back(std::move(value));
  }
}

}  // namespace

SegmentReferences::SegmentReferences(const std::vector<SegmentDefinition>& segments)
    : segments_(segments) {
  for (const SegmentDefinition& segment : segments) {
    Names& names = names_.emplace_back();
    const auto add = [&](absl::string_view filter) {
      for (const std::string& word : FieldWords(filter)) {
        absl::string_view id = word;
        const size_t place = absl::ConsumePrefix(&id, "segment:") ? PlaceOf(id) : kNone;
        if (place != kNone) {
          AddOnce(place, names.segments);
        } else {
          AddOnce(std::string(fields::AliasedField(word)), names.fields);
        }
      }
    };
    add(segment.filter);
    for (const SegmentClass& one : segment.classes) add(one.filter);
  }
}

size_t SegmentReferences::PlaceOf(absl::string_view id) const {
  const SegmentDefinition* found = FindSegmentDefinition(segments_, id);
  return found == nullptr ? kNone : static_cast<size_t>(found - segments_.data());
}

std::vector<std::string> SegmentReferences::Direct(absl::string_view id) const {
  std::vector<std::string> ids;
  const size_t place = PlaceOf(id);
  if (place == kNone) return ids;
  for (const size_t other : names_[place].segments) ids.push_back(segments_[other].id);
  return ids;
}

std::vector<std::string> SegmentReferences::Referrers(absl::string_view id) const {
  std::vector<std::string> ids;
  const size_t place = PlaceOf(id);
  for (size_t other = 0; other < names_.size(); ++other) {
    const std::vector<size_t>& named = names_[other].segments;
    if (std::find(named.begin(), named.end(), place) != named.end()) {
      ids.push_back(segments_[other].id);
    }
  }
  return ids;
}

// Depth first; true once `path` ends where it has been before. At most kMaxSegments deep.
bool SegmentReferences::FindCycle(size_t place, std::vector<uint8_t>& state,
                                  std::vector<size_t>& path) const {
  constexpr uint8_t kOnPath = 1, kDone = 2;
  path.push_back(place);
  if (state[place] == kOnPath) return true;
  state[place] = kOnPath;
  for (const size_t next : names_[place].segments) {
    if (state[next] != kDone && FindCycle(next, state, path)) return true;
  }
  state[place] = kDone;
  path.pop_back();
  return false;
}

std::vector<std::string> SegmentReferences::CycleFrom(absl::string_view id) const {
  const size_t place = PlaceOf(id);
  std::vector<uint8_t> state(segments_.size(), 0);
  std::vector<size_t> path;
  std::vector<std::string> cycle;
  if (place == kNone || !FindCycle(place, state, path)) return cycle;
  // What leads to the cycle is no part of it.
  auto first = std::find(path.begin(), path.end(), path.back());
  for (; first != path.end(); ++first) cycle.push_back(segments_[*first].id);
  return cycle;
}

// A segment in a cycle comes once, somewhere.
void SegmentReferences::AddInOrder(size_t place, std::vector<uint8_t>& seen,
                                   std::vector<size_t>& order) const {
  if (seen[place] != 0) return;
  seen[place] = 1;
  for (const size_t next : names_[place].segments) AddInOrder(next, seen, order);
  order.push_back(place);
}

std::vector<const SegmentDefinition*> SegmentReferences::InOrder(
    const std::vector<std::string>& ids) const {
  std::vector<uint8_t> seen(segments_.size(), 0);
  std::vector<size_t> order;
  for (const std::string& id : ids) {
    const size_t place = PlaceOf(id);
    if (place != kNone) AddInOrder(place, seen, order);
  }
  std::vector<const SegmentDefinition*> segments;
  for (const size_t place : order) segments.push_back(&segments_[place]);
  return segments;
}

std::vector<std::string> SegmentReferences::RuleFields(absl::string_view id) const {
  std::vector<std::string> fields;
  const size_t place = PlaceOf(id);
  if (place == kNone) return fields;
  std::vector<uint8_t> seen(segments_.size(), 0);
  std::vector<size_t> order;
  AddInOrder(place, seen, order);
  for (const size_t one : order) {
    for (const std::string& field : names_[one].fields) AddOnce(field, fields);
  }
  return fields;
}

}  // namespace strata::analytics::segment
