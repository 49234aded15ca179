#ifndef STRATA_SERVER_IMAGE_COLUMN_MEMORY_H_
#define STRATA_SERVER_IMAGE_COLUMN_MEMORY_H_

#include <cstddef>

namespace strata::image {

// Memory for the columns of a block, not initialised.
//
// Blocks are rewritten all the time, at sizes that drift: a heap would fragment until it keeps as
// much again, and fresh pages for every rewrite cost more than the copying. So large pieces are
// mappings of exactly their size, of which the process keeps a few to be used again.
class ColumnMemory {
 public:
  static constexpr size_t kAlignment = 64;

  ColumnMemory() = default;
  explicit ColumnMemory(size_t bytes);
  ~ColumnMemory();
  ColumnMemory(ColumnMemory&& other) noexcept;
  ColumnMemory& operator=(ColumnMemory&& other) noexcept;

  char* data() const { return data_; }
  size_t bytes() const { return bytes_; }

 private:
  char* data_ = nullptr;
  size_t bytes_ = 0;
  bool mapped_ = false;
};

}  // namespace strata::image

#endif  // STRATA_SERVER_IMAGE_COLUMN_MEMORY_H_
