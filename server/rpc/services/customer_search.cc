#include "server/rpc/services/customer_search.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/domain/nearest_names.h"
#include "server/domain/unicode.h"

namespace strata::rpc {
namespace {

using image::Slot;

constexpr size_t kShown = 5;
constexpr size_t kMostCompared = 20'000;  // names whose likeness is looked at
constexpr size_t kMostBytes = 100;        // of a name in an error

absl::string_view WordOf(NameMatch match) {
  switch (match) {
    case NameMatch::kName:
      return "name";
    case NameMatch::kCase:
      return "case";
    case NameMatch::kBeginning:
      return "beginning";
    case NameMatch::kPart:
      return "part";
    case NameMatch::kLikeness:
      break;
  }
  return "likeness";
}

// Calls visit(slot, display name) for every customer.
template <typename Visit>
void ForEachName(const image::Revision& revision, Visit visit) {
  for (const image::Block& block : revision.blocks) {
    const image::CustomerColumns& profile = *block.profile;
    const size_t rows = std::min<size_t>(profile.rows, block.customers);
    for (size_t row = 0; row < rows; ++row) {
      if (profile.present[row] == 0) continue;
      const image::Code code =
          profile.display_name.data() == nullptr ? image::kAbsent : profile.display_name[row];
      visit(block.first_slot + static_cast<Slot>(row),
            revision.dictionaries->display_name.Text(code));
    }
  }
}

std::optional<NameMatch> MatchOf(absl::string_view text, const std::string& folded_text,
                                 absl::string_view id, absl::string_view name) {
  if (!name.empty() && name == text) return NameMatch::kName;
  if (folded_text.empty()) return std::nullopt;
  const std::string folded = FoldedForm(name);
  if (folded == folded_text || FoldedForm(id) == folded_text) return NameMatch::kCase;
  if (absl::StartsWith(folded, folded_text)) return NameMatch::kBeginning;
  if (absl::StrContains(folded, folded_text)) return NameMatch::kPart;
  return std::nullopt;
}

// The first few, by id; those that are merely like the text stand by likeness.
void Shorten(const image::Revision& revision, NamedCustomers& named) {
  named.total = static_cast<int64_t>(named.slots.size());
  const size_t shown = std::min(kShown, named.slots.size());
  if (named.match != NameMatch::kLikeness) {
    std::partial_sort(named.slots.begin(), named.slots.begin() + static_cast<std::ptrdiff_t>(shown),
                      named.slots.end(), [&revision](Slot a, Slot b) {
                        return revision.CustomerId(a) < revision.CustomerId(b);
                      });
  }
  named.slots.resize(shown);
}

}  // namespace

NamedCustomers FindByName(const image::Revision& revision, absl::string_view text) {
  const std::string folded_text = FoldedForm(text);
  NamedCustomers named;
  std::vector<std::pair<absl::string_view, Slot>> names;
  ForEachName(revision, [&](Slot slot, absl::string_view name) {
    if (!name.empty() && names.size() < kMostCompared) names.emplace_back(name, slot);
    const auto match = MatchOf(text, folded_text, revision.CustomerId(slot), name);
    if (!match.has_value() || *match > named.match) return;
    if (*match < named.match) named.slots.clear();
    named.match = *match;
    named.slots.push_back(slot);
  });
  if (named.slots.empty()) {
    std::sort(names.begin(), names.end());  // blocks follow arrival, which must not show
    names.erase(std::unique(names.begin(), names.end(),
                            [](const auto& a, const auto& b) { return a.first == b.first; }),
                names.end());
    std::vector<absl::string_view> texts;
    for (const auto& [name, slot] : names) texts.push_back(name);
    for (const absl::string_view like : LikelyMeant(text, texts)) {
      const auto found = std::lower_bound(names.begin(), names.end(), std::pair(like, Slot{0}));
      named.slots.push_back(found->second);
    }
  }
  Shorten(revision, named);
  return named;
}

absl::Status NoCustomer(const image::Revision& revision, absl::string_view id) {
  const NamedCustomers named = FindByName(revision, id);
  std::string message =
      absl::StrCat("there is no customer \"", CutToValidUtf8(id, kMostBytes), "\"");
  std::string nearest;
  std::vector<std::pair<std::string, std::string>> metadata;
  for (size_t i = 0; i < named.slots.size(); ++i) {
    const absl::string_view customer = revision.CustomerId(named.slots[i]);
    const image::Block& block = revision.BlockOf(named.slots[i]);
    const absl::string_view name = revision.dictionaries->display_name.Text(
        block.profile->display_name[named.slots[i] - block.first_slot]);
    absl::StrAppend(&message,
                    i > 0                                 ? ", "
                    : named.match == NameMatch::kLikeness ? "; nearest by name: "
                                                          : "; by name: ",
                    customer, " \"", CutToValidUtf8(name, kMostBytes), "\"");
    absl::StrAppend(&nearest, i > 0 ? ", " : "", customer);
    metadata.emplace_back(absl::StrCat("customer_", i + 1), std::string(customer));
    metadata.emplace_back(absl::StrCat("name_", i + 1), CutToValidUtf8(name, kMostBytes));
  }
  const int64_t more = named.total - static_cast<int64_t>(named.slots.size());
  if (more > 0) absl::StrAppend(&message, " and ", more, " more");
  absl::Status status = WithReason(absl::NotFoundError(message), "CUSTOMER_NOT_FOUND");
  if (named.slots.empty()) return status;
  status = WithMetadata(std::move(status), "match", WordOf(named.match));
  status = WithMetadata(std::move(status), "matches", absl::StrCat(named.total));
  for (const auto& [key, value] : metadata) status = WithMetadata(std::move(status), key, value);
  return WithMetadata(std::move(status), "nearest", nearest);
}

}  // namespace strata::rpc
