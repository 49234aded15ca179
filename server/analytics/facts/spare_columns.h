#ifndef STRATA_SERVER_ANALYTICS_FACTS_SPARE_COLUMNS_H_
#define STRATA_SERVER_ANALYTICS_FACTS_SPARE_COLUMNS_H_

#include <cstddef>
#include <deque>
#include <type_traits>
#include <utility>
#include <vector>

#include "server/base/mutex.h"

// The memory of large columns, kept from one query to the next: of a million customers, mapping
// fresh pages takes longer than computing what is written to them. Process-wide and thread-safe;
// keeps at most eight million rows a type.

namespace strata::analytics::facts {
namespace internal {

// Rows of a column from which on it is kept; the allocator serves smaller ones well. Capacities are
// multiples of it, so that a column still fits when a few customers have come.
inline constexpr size_t kLeastRows = size_t{1} << 16;
inline constexpr size_t kMostKeptRows = size_t{8} << 20;

inline size_t RoundedUp(size_t rows) { return (rows + kLeastRows - 1) / kLeastRows * kLeastRows; }

template <typename T>
class Spares {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  static Spares& OfProcess() {
    static auto* const spares = new Spares();
    return *spares;
  }

  // The smallest that holds `rows` without wasting more than it holds; empty when there is none.
  std::vector<T> Take(size_t rows) {
    std::vector<T> taken;
    MutexLock lock(mutex_);
    auto best = columns_.end();
    for (auto it = columns_.begin(); it != columns_.end(); ++it) {
      if (it->capacity() < rows || it->capacity() > 2 * RoundedUp(rows)) continue;
      if (best == columns_.end() || it->capacity() < best->capacity()) best = it;
    }
    if (best == columns_.end()) return taken;
    taken.swap(*best);
    rows_ -= taken.capacity();
    columns_.erase(best);
    return taken;
  }

  void Give(std::vector<T> column) {
    std::vector<std::vector<T>> dropped;  // freed outside the lock
    MutexLock lock(mutex_);
    rows_ += column.capacity();
    columns_.push_back(std::move(column));
    while (rows_ > kMostKeptRows) {
      rows_ -= columns_.front().capacity();
      dropped.push_back(std::move(columns_.front()));
      columns_.pop_front();
    }
  }

 private:
  Mutex mutex_;
  std::deque<std::vector<T>> columns_ ABSL_GUARDED_BY(mutex_);  // oldest first
  size_t rows_ ABSL_GUARDED_BY(mutex_) = 0;                     // capacity of all
};

}  // namespace internal

// A column of `rows` rows. Their values are whatever they were: the caller writes every one.
template <typename T>
std::vector<T> TakeColumn(size_t rows) {
  if (rows < internal::kLeastRows) return std::vector<T>(rows);
  std::vector<T> column = internal::Spares<T>::OfProcess().Take(rows);
  column.reserve(internal::RoundedUp(rows));
  column.resize(rows);
  return column;
}

// Keeps the memory of a column that is no longer needed, if it is large. Afterwards it is empty.
template <typename T>
void GiveColumn(std::vector<T>& column) {
  if (column.capacity() >= internal::kLeastRows) {
    internal::Spares<T>::OfProcess().Give(std::move(column));
  }
  column = std::vector<T>();
}

}  // namespace strata::analytics::facts

#endif  // STRATA_SERVER_ANALYTICS_FACTS_SPARE_COLUMNS_H_
