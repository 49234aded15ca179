#ifndef STRATA_SERVER_ANALYTICS_KPI_USED_ROWS_H_
#define STRATA_SERVER_ANALYTICS_KPI_USED_ROWS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "server/image/revision.h"

namespace strata::analytics::kpi {

// The tickets, contracts and surveys that went into an answer, each once however many scans read
// it: csat reads the tickets that other KPIs count, contract movements those in force. (An order is
// read by one scan only.) Scans of different blocks may add side by side.
class UsedRows {
 public:
  explicit UsedRows(const image::Revision& revision)
      : first_block_(revision.blocks.data()), blocks_(revision.blocks.size()) {}

  // `rows`: how many records of the kind the block has.
  void Add(image::Feed feed, const image::Block& block, size_t rows, size_t row) {
    std::vector<bool>& used = blocks_[static_cast<size_t>(&block - first_block_)][Index(feed)];
    if (used.empty()) used.resize(rows);
    used[row] = true;
  }

  int64_t Count() const {
    int64_t count = 0;
    for (const auto& block : blocks_) {
      for (const std::vector<bool>& used : block)
        count += std::count(used.begin(), used.end(), true);
    }
    return count;
  }

 private:
  static size_t Index(image::Feed feed) { return static_cast<size_t>(feed); }

  const image::Block* const first_block_;
  std::vector<std::array<std::vector<bool>, image::kFeeds>> blocks_;
};

}  // namespace strata::analytics::kpi

#endif  // STRATA_SERVER_ANALYTICS_KPI_USED_ROWS_H_
