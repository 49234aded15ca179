#include "server/base/error.h"

#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace strata {
namespace {

constexpr char kReason[] = "strata/reason";
constexpr char kFields[] = "strata/fields";
constexpr char kMetadata[] = "strata/metadata";

// ASCII's own unit and record separators: no text of a request that passes validation holds them.
constexpr char kUnit = '\x1f';
constexpr char kRecord = '\x1e';

absl::Status Append(absl::Status status, absl::string_view payload, absl::string_view key,
                    absl::string_view value) {
  if (status.ok()) return status;
  absl::Cord pairs = status.GetPayload(payload).value_or(absl::Cord());
  if (!pairs.empty()) pairs.Append(std::string(1, kRecord));
  pairs.Append(absl::StrCat(key, std::string(1, kUnit), value));
  status.SetPayload(payload, std::move(pairs));
  return status;
}

std::vector<std::pair<std::string, std::string>> Pairs(const absl::Status& status,
                                                       absl::string_view payload) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const absl::optional<absl::Cord> cord = status.GetPayload(payload);
  if (!cord.has_value()) return pairs;
  const std::string text(*cord);
  for (absl::string_view record : absl::StrSplit(text, kRecord)) {
    pairs.push_back(absl::StrSplit(record, absl::MaxSplits(kUnit, 1)));
  }
  return pairs;
}

}  // namespace

absl::Status FieldError(absl::string_view field, absl::string_view description) {
  return WithField(WithReason(absl::InvalidArgumentError(absl::StrCat(field, ": ", description)),
                              "INVALID_FIELD"),
                   field, description);
}

absl::Status WithReason(absl::Status status, absl::string_view reason) {
  if (!status.ok()) status.SetPayload(kReason, absl::Cord(reason));
  return status;
}

absl::Status WithDefaultReason(absl::Status status, absl::string_view reason) {
  if (status.GetPayload(kReason).has_value()) return status;
  return WithReason(std::move(status), reason);
}

absl::Status WithField(absl::Status status, absl::string_view field,
                       absl::string_view description) {
  return Append(std::move(status), kFields, field, description);
}

absl::Status WithMetadata(absl::Status status, absl::string_view key, absl::string_view value) {
  return Append(std::move(status), kMetadata, key, value);
}

ErrorFacts FactsOf(const absl::Status& status) {
  ErrorFacts facts;
  if (const auto reason = status.GetPayload(kReason); reason.has_value()) {
    facts.reason = std::string(*reason);
  }
  facts.fields = Pairs(status, kFields);
  facts.metadata = Pairs(status, kMetadata);
  return facts;
}

}  // namespace strata
