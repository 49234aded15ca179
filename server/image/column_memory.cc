#include "server/image/column_memory.h"

#include <sys/mman.h>

#include <map>
#include <new>
#include <utility>

#include "server/base/mutex.h"

namespace strata::image {
namespace {

// From here on memory is mapped; smaller pieces come from the heap.
constexpr size_t kMapped = 64 << 10;
constexpr size_t kPage = 4 << 10;
// What the process keeps for later: the rewrites of a few commits.
constexpr size_t kKept = 32 << 20;

// Mappings that nobody uses. Thread-safe.
class SpareMappings {
 public:
  static SpareMappings& OfProcess() {
    static auto* const spares = new SpareMappings();
    return *spares;
  }

  // A mapping of `bytes`; nullptr when there is none. Resizes the one that comes nearest, which
  // costs a few pages where a new mapping costs them all.
  char* Take(size_t bytes) {
    std::pair<size_t, char*> spare;
    {
      MutexLock lock(mutex_);
      if (spares_.empty()) return nullptr;
      auto nearest = spares_.lower_bound(bytes);
      if (nearest == spares_.end()) --nearest;
      spare = *nearest;
      spares_.erase(nearest);
      kept_ -= spare.first;
    }
    if (spare.first == bytes) return spare.second;
    void* const resized = mremap(spare.second, spare.first, bytes, MREMAP_MAYMOVE);
    if (resized != MAP_FAILED) return static_cast<char*>(resized);
    munmap(spare.second, spare.first);
    return nullptr;
  }

  void Give(char* data, size_t bytes) {
    {
      MutexLock lock(mutex_);
      if (kept_ + bytes <= kKept) {
        spares_.emplace(bytes, data);
        kept_ += bytes;
        return;
      }
    }
    munmap(data, bytes);
  }

 private:
  Mutex mutex_;
  std::multimap<size_t, char*> spares_ ABSL_GUARDED_BY(mutex_);
  size_t kept_ ABSL_GUARDED_BY(mutex_) = 0;
};

char* Map(size_t bytes) {
  if (char* const spare = SpareMappings::OfProcess().Take(bytes)) return spare;
  // Populated at once, which is cheaper than a fault a page: all of it is about to be written.
  void* const fresh = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  return fresh == MAP_FAILED ? nullptr : static_cast<char*>(fresh);
}

}  // namespace

ColumnMemory::ColumnMemory(size_t bytes) : bytes_(bytes) {
  if (bytes >= kMapped) {
    bytes_ = (bytes + kPage - 1) / kPage * kPage;
    data_ = Map(bytes_);
    mapped_ = data_ != nullptr;
  }
  // The heap also serves when the kernel has no more mappings to give.
  if (!mapped_) {
    data_ = static_cast<char*>(::operator new(bytes_, std::align_val_t(kAlignment)));
  }
}

ColumnMemory::~ColumnMemory() {
  if (data_ == nullptr) return;
  if (mapped_) {
    SpareMappings::OfProcess().Give(data_, bytes_);
  } else {
    ::operator delete(data_, std::align_val_t(kAlignment));
  }
}

ColumnMemory::ColumnMemory(ColumnMemory&& other) noexcept { *this = std::move(other); }

ColumnMemory& ColumnMemory::operator=(ColumnMemory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(mapped_, other.mapped_);
  return *this;
}

}  // namespace strata::image
