#include "server/analytics/fields/profile_columns.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "server/analytics/fields/age.h"
#include "server/analytics/fields/block_scan.h"
#include "server/analytics/fields/spare_columns.h"

namespace strata::analytics {
namespace {

using image::Block;
using image::Code;
using image::Column;
using image::CustomerColumns;
using image::Revision;
using image::Slot;

// Beyond so many distinct texts sorting them costs more than an answer may; nobody reads them all.
constexpr size_t kMostOrderedTexts = 1 << 16;
constexpr double kNotSet = std::numeric_limits<double>::quiet_NaN();

// Fills `to` by row of each block's profile, rows without a customer with `absent`; `value` is
// called as value(columns, row).
template <typename T, typename ValueOfRow>
ProfileReader ByRow(const Revision& revision, T absent, std::vector<T>* to, ValueOfRow value) {
  *to = TakeColumn<T>(revision.slots);
  return {[to, absent, value](const Block& block) {
            const CustomerColumns& columns = *block.profile;
            T* out = to->data() + block.first_slot;
            const size_t rows = std::min<size_t>(columns.rows, block.customers);
            for (size_t row = 0; row < rows; ++row) {
              out[row] = columns.present[row] != 0 ? value(columns, row) : absent;
            }
            std::fill(out + rows, out + block.customers, absent);
          },
          nullptr};
}

// Turns dictionary codes into dense ones that ascend with the texts.
void OrderCodes(const image::Dictionary& dictionary, FeatureColumn& column) {
  std::vector<Code> new_code(dictionary.size(), 0);
  const auto slots = static_cast<Slot>(column.codes.size());
  ForSlotRanges(slots, [&](Slot begin, Slot end) {
    for (Slot slot = begin; slot < end; ++slot) {
      // Looks first: cores that write to one line wait for each other.
      const std::atomic_ref<Code> used(new_code[column.codes[slot]]);
      if (used.load(std::memory_order_relaxed) == 0) used.store(1, std::memory_order_relaxed);
    }
  });
  std::vector<Code> used;
  for (Code code = 1; code < new_code.size(); ++code) {
    if (new_code[code] != 0) used.push_back(code);
  }
  column.ordered = used.size() <= kMostOrderedTexts;
  if (column.ordered) {
    std::sort(used.begin(), used.end(),
              [&dictionary](Code a, Code b) { return dictionary.Text(a) < dictionary.Text(b); });
  }
  new_code[image::kAbsent] = 0;
  column.texts.assign(1, "");
  column.texts.reserve(used.size() + 1);
  for (const Code code : used) {
    new_code[code] = static_cast<Code>(column.texts.size());
    column.texts.emplace_back(dictionary.Text(code));
  }
  ForSlotRanges(slots, [&](Slot begin, Slot end) {
    for (Slot slot = begin; slot < end; ++slot) column.codes[slot] = new_code[column.codes[slot]];
  });
}

// `find` gives the column of codes of a block, nullptr where the block has none.
template <typename FindColumn>
ProfileReader TextReader(const Revision& revision, const image::Dictionary& dictionary,
                         FeatureColumn* column, FindColumn find) {
  column->codes = TakeColumn<Code>(revision.slots);
  return {[column, find](const Block& block) {
            const Column<Code>* codes = find(*block.profile);
            const bool none = codes == nullptr || codes->data() == nullptr;
            const size_t rows = none ? 0 : std::min<size_t>(block.profile->rows, block.customers);
            Code* const out = column->codes.data() + block.first_slot;
            if (rows > 0) std::copy_n(codes->data(), rows, out);
            std::fill(out + rows, out + block.customers, image::kAbsent);
          },
          [column, &dictionary] { OrderCodes(dictionary, *column); }};
}

ProfileReader MemberTextReader(const Revision& revision, const image::Dictionary& dictionary,
                               FeatureColumn* column, Column<Code> CustomerColumns::*member) {
  return TextReader(revision, dictionary, column,
                    [member](const CustomerColumns& columns) { return &(columns.*member); });
}

template <typename ValueOfRow>
ProfileReader IntegerReader(const Revision& revision, FeatureColumn* column, ValueOfRow value) {
  return ByRow(revision, FeatureColumn::kNullInteger, &column->integers, value);
}

template <typename CodeOfRow>
ProfileReader ClassReader(const Revision& revision, FeatureColumn* column,
                          std::vector<std::string> texts, CodeOfRow code) {
  column->texts = std::move(texts);
  column->ordered = true;
  return ByRow(revision, image::kAbsent, &column->codes, code);
}

int64_t OrNull(bool known, int64_t value) { return known ? value : FeatureColumn::kNullInteger; }

ProfileReader DayReader(const Revision& revision, FeatureColumn* column,
                        Column<Day> CustomerColumns::*member) {
  return IntegerReader(revision, column, [member](const CustomerColumns& columns, size_t row) {
    const Day day = (columns.*member)[row];
    return OrNull(day != kNoDay, day);
  });
}

ProfileReader CustomerIdReader(const Revision& revision, FeatureColumn* column) {
  column->codes.resize(revision.slots);
  column->texts.resize(size_t{revision.slots} + 1);
  return {[column, &revision](const Block& block) {
            for (uint32_t row = 0; row < block.customers; ++row) {
              const Slot slot = block.first_slot + row;
              const absl::string_view id = revision.CustomerId(slot);
              if (id.empty()) continue;
              column->codes[slot] = slot + 1;
              column->texts[slot + 1].assign(id.data(), id.size());
            }
          },
          nullptr};
}

std::optional<ProfileReader> AttributeReader(absl::string_view key, const Revision& revision,
                                             FeatureColumn* column) {
  const std::optional<Code> number = revision.dictionaries->attributes.Find(key);
  if (!number.has_value() || *number >= revision.attribute_kinds.size()) return std::nullopt;
  switch (revision.attribute_kinds[*number]) {
    case image::AttributeKind::kText:
      return TextReader(revision, revision.dictionaries->attribute_texts, column,
                        [number](const CustomerColumns& columns) {
                          const auto found = columns.text_attributes.find(*number);
                          return found == columns.text_attributes.end() ? nullptr : &found->second;
                        });
    case image::AttributeKind::kNumber:
      return ByRow(revision, kNotSet, &column->numbers,
                   [number](const CustomerColumns& columns, size_t row) {
                     const auto found = columns.number_attributes.find(*number);
                     return found == columns.number_attributes.end() ? kNotSet : found->second[row];
                   });
    case image::AttributeKind::kBoolean:
      return IntegerReader(revision, column, [number](const CustomerColumns& columns, size_t row) {
        const auto found = columns.boolean_attributes.find(*number);
        const int8_t value =
            found == columns.boolean_attributes.end() ? int8_t{-1} : found->second[row];
        return OrNull(value >= 0, value);
      });
  }
  return std::nullopt;
}

ProfileReader FamilyReader(const Revision& revision, FeatureColumn* column) {
  return ClassReader(revision, column, {"", "with_children", "without_children", "unknown"},
                     [](const CustomerColumns& columns, size_t row) -> uint32_t {
                       const int16_t children = columns.children[row];
                       return children > 0 ? 1 : children == 0 ? 2 : 3;
                     });
}

std::optional<ProfileReader> AgeReader(absl::string_view id, const Revision& revision, Day as_of,
                                       FeatureColumn* column) {
  const WorkspaceSettings& settings = *revision.settings;
  const auto age = std::make_shared<const AgeOn>(as_of, settings.age_method);
  if (id == "age") {
    return IntegerReader(revision, column, [age](const CustomerColumns& columns, size_t row) {
      const int years = age->Of(columns.birth_date[row]);
      return OrNull(years != AgeOn::kUnknown, years);
    });
  }
  const auto bands = std::make_shared<const AgeBands>(settings.age_band_width,
                                                      settings.age_band_anchor, age->Highest());
  return ClassReader(revision, column, bands->labels(),
                     [age, bands](const CustomerColumns& columns, size_t row) -> uint32_t {
                       const int years = age->Of(columns.birth_date[row]);
                       return years == AgeOn::kUnknown ? 0 : bands->CodeOf(years);
                     });
}

}  // namespace

std::optional<ProfileReader> MakeProfileReader(const Field& field, const Revision& revision,
                                               Day as_of, FeatureColumn* column) {
  const absl::string_view id = field.id;
  const image::Dictionaries& texts = *revision.dictionaries;
  struct TextMember {
    absl::string_view id;
    const image::Dictionary& dictionary;
    Column<Code> CustomerColumns::*member;
  };
  const TextMember members[] = {
      {"display_name", texts.display_name, &CustomerColumns::display_name},
      {"gender", texts.gender, &CustomerColumns::gender},
      {"country", texts.country, &CustomerColumns::country},
      {"region", texts.region, &CustomerColumns::region},
      {"city", texts.city, &CustomerColumns::city},
      {"industry", texts.industry, &CustomerColumns::industry},
      {"account_owner", texts.account_owner, &CustomerColumns::account_owner},
  };
  for (const TextMember& member : members) {
    if (id == member.id)
      return MemberTextReader(revision, member.dictionary, column, member.member);
  }
  if (id == "customer") return CustomerIdReader(revision, column);
  if (id == "birth_date") return DayReader(revision, column, &CustomerColumns::birth_date);
  if (id == "created_date") return DayReader(revision, column, &CustomerColumns::created_day);
  if (id == "age" || id == "age_band") return AgeReader(id, revision, as_of, column);
  if (id == "family") return FamilyReader(revision, column);
  if (id == "strategic") {
    return IntegerReader(revision, column, [](const CustomerColumns& columns, size_t row) {
      return OrNull(columns.strategic[row] >= 0, columns.strategic[row]);
    });
  }
  if (id == "children") {
    return IntegerReader(revision, column, [](const CustomerColumns& columns, size_t row) {
      return OrNull(columns.children[row] >= 0, columns.children[row]);
    });
  }
  if (id == "placeholder") {
    return IntegerReader(revision, column, [](const CustomerColumns& columns, size_t row) {
      return int64_t{columns.placeholder[row]};
    });
  }
  absl::string_view key = id;
  if (absl::ConsumePrefix(&key, "attribute:")) return AttributeReader(key, revision, column);
  return std::nullopt;
}

}  // namespace strata::analytics
