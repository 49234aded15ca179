#include "server/analytics/fields/profile_readers.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "server/analytics/facts/block_scan.h"

namespace strata::analytics::fields {
namespace {

using image::Code;
using image::Slot;

// Beyond so many distinct texts sorting them costs more than an answer may; nobody reads them all.
constexpr size_t kMostOrderedTexts = 1 << 16;

}  // namespace

void OrderCodes(const image::Dictionary& dictionary, FeatureColumn& column) {
  std::vector<Code> new_code(dictionary.size(), 0);
  const auto slots = static_cast<Slot>(column.codes.size());
  facts::ForSlotRanges(slots, [&](Slot begin, Slot end) {
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
  facts::ForSlotRanges(slots, [&](Slot begin, Slot end) {
    for (Slot slot = begin; slot < end; ++slot) column.codes[slot] = new_code[column.codes[slot]];
  });
}

}  // namespace strata::analytics::fields
