#include "server/analytics/insight/products/baskets.h"

#include <algorithm>
#include <limits>

#include "absl/status/status.h"
#include "server/analytics/facts/block_scan.h"
#include "server/base/scan_pool.h"
#include "server/base/status_macros.h"

namespace strata::analytics::insight {
namespace {

// The baskets of one block: codes of basket 0, then of basket 1 ...
struct BlockBaskets {
  std::vector<image::Code> content;
  std::vector<uint32_t> sizes;
  int64_t left_out = 0;

  // Closes the basket that starts at `begin`.
  void Close(size_t begin) {
    const auto from = content.begin() + static_cast<ptrdiff_t>(begin);
    std::sort(from, content.end());
    content.erase(std::unique(from, content.end()), content.end());
    if (content.size() == begin) {
      ++left_out;
    } else {
      sizes.push_back(static_cast<uint32_t>(content.size() - begin));
    }
  }
};

class BlockReader {
 public:
  BlockReader(const fields::Scope& scope, const std::vector<uint8_t>& include, BasketKind basket,
              ItemKind item)
      : scope_(scope), include_(include), basket_(basket), item_(item) {}

  BlockBaskets Read(const image::Block& block, image::OrderRuns* order_runs) const {
    BlockBaskets made;
    const absl::Span<const image::OrderRun> runs = order_runs->Of(block);
    for (uint32_t customer = 0; customer < block.customers; ++customer) {
      if (!include_[block.first_slot + customer]) continue;
      const size_t begin = made.content.size();
      bool bought = false;
      for (const image::OrderRun& run : runs) {
        for (uint32_t i = run.begin[customer]; i < run.begin[customer + 1]; ++i) {
          if (!Counts(run, i)) continue;
          bought = true;
          const size_t order_begin = made.content.size();
          Append(run, i, &made);
          if (basket_ == BasketKind::kOrder) made.Close(order_begin);
        }
      }
      if (bought && basket_ == BasketKind::kCustomer) made.Close(begin);
    }
    return made;
  }

 private:
  bool Counts(const image::OrderRun& run, uint32_t order) const {
    return scope_.revision->IsPurchase(run, order) && run.day[order] <= scope_.as_of &&
           scope_.range.Contains(run.day[order]);
  }

  void Append(const image::OrderRun& run, uint32_t order, BlockBaskets* made) const {
    for (uint32_t line = run.FirstLine(order); line < run.FirstLine(order + 1); ++line) {
      const image::Code code = ItemOf(run, line, item_);
      if (code != image::kAbsent && BoughtItem(run, line)) made->content.push_back(code);
    }
  }

  const fields::Scope& scope_;
  const std::vector<uint8_t>& include_;
  const BasketKind basket_;
  const ItemKind item_;
};

// Numbers the items by their names, since codes tell the order of arrival, and turns `content` from
// codes to items.
std::vector<std::string> NumberItems(const image::Dictionary& dictionary,
                                     std::vector<uint32_t>* content) {
  std::vector<uint32_t> item_of(dictionary.size(), 0);
  for (const uint32_t code : *content) item_of[code] = 1;
  std::vector<image::Code> codes;
  for (image::Code code = 0; code < item_of.size(); ++code) {
    if (item_of[code] != 0) codes.push_back(code);
  }
  std::sort(codes.begin(), codes.end(), [&dictionary](image::Code a, image::Code b) {
    return dictionary.Text(a) < dictionary.Text(b);
  });
  std::vector<std::string> names;
  for (const image::Code code : codes) {
    item_of[code] = static_cast<uint32_t>(names.size());
    names.emplace_back(dictionary.Text(code));
  }
  for (uint32_t& entry : *content) entry = item_of[entry];
  return names;
}

}  // namespace

absl::StatusOr<NamedBaskets> CollectBaskets(const fields::Scope& scope,
                                            const std::vector<uint8_t>& include, BasketKind basket,
                                            ItemKind item) {
  const image::Revision& revision = *scope.revision;
  const BlockReader reader(scope, include, basket, item);
  std::vector<BlockBaskets> parts(revision.blocks.size());
  std::vector<image::OrderRuns> runs(ScanWorkers());
  STRATA_RETURN_IF_ERROR(
      facts::ScanBlocks(revision, scope.stop, [&](size_t worker, const image::Block& block) {
        const auto place = static_cast<size_t>(&block - revision.blocks.data());
        parts[place] = reader.Read(block, &runs[worker]);
        return absl::OkStatus();
      }));
  NamedBaskets named;
  for (BlockBaskets& part : parts) {
    named.left_out += part.left_out;
    if (named.baskets.content.size() + part.content.size() > std::numeric_limits<uint32_t>::max()) {
      return absl::ResourceExhaustedError("too many purchases for one search: narrow the range");
    }
    for (const uint32_t size : part.sizes) {
      named.baskets.begin.push_back(named.baskets.begin.back() + size);
    }
    named.baskets.content.insert(named.baskets.content.end(), part.content.begin(),
                                 part.content.end());
    part = BlockBaskets();
  }
  const image::Dictionaries& texts = *revision.dictionaries;
  named.names = NumberItems(item == ItemKind::kProduct ? texts.product : texts.product_line,
                            &named.baskets.content);
  named.baskets.items = static_cast<uint32_t>(named.names.size());
  return named;
}

}  // namespace strata::analytics::insight
