#ifndef STRATA_SERVER_IMAGE_ROW_PLAN_H_
#define STRATA_SERVER_IMAGE_ROW_PLAN_H_

#include <algorithm>
#include <compare>
#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/types/span.h"
#include "server/domain/day.h"

// How the sorted rows of a block come about, whatever the kind of fact: a plan says which rows of
// which sources follow each other, and every column is then copied by the same plan.

namespace strata::image {

// Consecutive rows of one source.
struct RowRun {
  uint32_t source, first, count;
};

// Where a row stands among the rows of its customer: by day, then by key.
inline uint64_t RankOf(Day day, uint32_t key) {
  return uint64_t{static_cast<uint32_t>(day) ^ 0x80000000u} << 32 | key;
}

// Rows in order of arrival; each array has `rows` entries. `customer` counts from the block's
// first.
struct ArrivedRows {
  const uint32_t* customer = nullptr;
  const Day* day = nullptr;
  const uint32_t* key = nullptr;
  uint32_t rows = 0;
};

struct RowRef {
  uint64_t rank;
  uint32_t source, row;
};

// Rows of several sources by customer and rank: those of customer c are [begin[c], begin[c + 1]).
struct SortedRows {
  std::vector<uint32_t> begin;
  std::vector<RowRef> refs;
};

// Sorts the rows of all sources; the source of a ref is its index plus `first_source`. Reuses the
// memory of `sorted`.
void SortRows(absl::Span<const ArrivedRows> sources, uint32_t first_source, uint32_t customers,
              SortedRows* sorted);

// Rows that are sorted already. `begin` has customers + 1 entries; null: there are no rows.
struct BaseRows {
  uint32_t customers = 0;
  const uint32_t* begin = nullptr;
  const Day* day = nullptr;
  const uint32_t* key = nullptr;
};

// Names one row: a key among the facts of a customer (counted from the block's first).
struct RowKey {
  uint32_t customer, key;
  friend auto operator<=>(const RowKey&, const RowKey&) = default;
};

struct RowPlan {
  std::vector<RowRun> runs;
  std::vector<uint32_t> begin;  // customers + 1
  uint32_t rows() const { return begin.back(); }
};

// What is to be left out: the rows with these keys in the sources below `first_new_source`. The
// sources from there on bring the rows that came after the removals.
struct Removal {
  std::vector<RowKey> rows;  // in any order
  uint32_t first_new_source = 0;
};

// The rows of `base` (source 0) and `added` without the removed ones. `customers` is at least
// base.customers.
RowPlan PlanMerge(const BaseRows& base, uint32_t customers, const SortedRows& added,
                  Removal removal);

// The rows of customers [first, first + count) of one source.
RowPlan PlanSlice(const uint32_t* begin, uint32_t first, uint32_t count);

// Copies one column by the runs of a plan; rows of a source without the column are `absent`.
template <typename T>
void CopyRuns(absl::Span<const RowRun> runs, absl::Span<const T* const> sources, T absent, T* out) {
  constexpr uint32_t kShort = 8;  // below, a loop is faster than a call of memcpy
  for (const RowRun& run : runs) {
    const T* const from = sources[run.source];
    if (from == nullptr) {
      std::fill_n(out, run.count, absent);
    } else if (run.count < kShort) {
      for (uint32_t i = 0; i < run.count; ++i) out[i] = from[run.first + i];
    } else {
      std::memcpy(out, from + run.first, run.count * sizeof(T));
    }
    out += run.count;
  }
}

}  // namespace strata::image

#endif  // STRATA_SERVER_IMAGE_ROW_PLAN_H_
