#include "server/image/dictionary.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

namespace strata::image {
namespace {

// Entries lie in segments that double, so that an entry never moves and no directory grows.
constexpr uint32_t kFirstSegment = 64;
constexpr int kSegments = 27;  // 64 * (2^27 - 1) entries: more than an index can name
constexpr size_t kFirstArena = 1 << 10;
constexpr size_t kLargestArena = 1 << 18;

// A text is stored behind its length: one byte, or kLong and four bytes.
constexpr unsigned char kLong = 0xff;
constexpr char kEmptyText[1] = {0};

int SegmentOf(uint32_t index) {
  return std::bit_width(uint64_t{index} + kFirstSegment) - std::bit_width(kFirstSegment);
}
uint32_t OffsetIn(int segment, uint32_t index) {
  return index + kFirstSegment - (kFirstSegment << segment);
}

}  // namespace

struct TextList::Rep {
  struct Arena {
    std::unique_ptr<char[]> bytes;
    size_t size;
  };

  std::unique_ptr<const char*[]> segments[kSegments];
  std::vector<Arena> arenas;
  size_t used = 0;  // of the last arena
  std::atomic<size_t> memory{sizeof(Rep)};

  const char*& Entry(uint32_t index) {
    const int segment = SegmentOf(index);
    return segments[segment][OffsetIn(segment, index)];
  }

  char* Allocate(size_t size) {
    if (arenas.empty() || arenas.back().size - used < size) {
      const size_t next =
          arenas.empty() ? kFirstArena : std::min(arenas.back().size * 2, kLargestArena);
      arenas.push_back(
          {std::unique_ptr<char[]>(new char[std::max(next, size)]), std::max(next, size)});
      used = 0;
      memory += arenas.back().size;
    }
    char* const place = arenas.back().bytes.get() + used;
    used += size;
    return place;
  }

  // Gives back everything that was allocated from `place` on.
  void FreeFrom(const char* place) {
    while (place < arenas.back().bytes.get() ||
           place >= arenas.back().bytes.get() + arenas.back().size) {
      memory -= arenas.back().size;
      arenas.pop_back();
    }
    used = place - arenas.back().bytes.get();
  }
};

TextList::TextList() : rep_(std::make_unique<Rep>()) {}
TextList::~TextList() = default;

absl::string_view TextList::operator[](uint32_t index) const {
  const char* text = rep_->Entry(index);
  const unsigned char length = static_cast<unsigned char>(*text);
  if (length != kLong) return absl::string_view(text + 1, length);
  uint32_t long_length;
  std::memcpy(&long_length, text + 1, sizeof(long_length));
  return absl::string_view(text + 1 + sizeof(long_length), long_length);
}

uint32_t TextList::Append(absl::string_view text) {
  const int segment = SegmentOf(size_);
  if (rep_->segments[segment] == nullptr) {
    rep_->segments[segment].reset(new const char*[kFirstSegment << segment]);
    rep_->memory += (kFirstSegment << segment) * sizeof(const char*);
  }
  const char*& entry = rep_->segments[segment][OffsetIn(segment, size_)];
  if (text.empty()) {
    entry = kEmptyText;
  } else if (text.size() < kLong) {
    char* const place = rep_->Allocate(1 + text.size());
    *place = static_cast<char>(text.size());
    std::memcpy(place + 1, text.data(), text.size());
    entry = place;
  } else {
    const uint32_t length = static_cast<uint32_t>(text.size());
    char* const place = rep_->Allocate(1 + sizeof(length) + text.size());
    *place = static_cast<char>(kLong);
    std::memcpy(place + 1, &length, sizeof(length));
    std::memcpy(place + 1 + sizeof(length), text.data(), text.size());
    entry = place;
  }
  return size_++;
}

void TextList::Truncate(uint32_t size) {
  for (uint32_t i = size; i < size_; ++i) {
    const char* const place = rep_->Entry(i);
    if (place == kEmptyText) continue;
    rep_->FreeFrom(place);  // texts lie in the order of their entries
    break;
  }
  size_ = std::min(size_, size);
}

size_t TextList::MemoryBytes() const { return rep_->memory.load(std::memory_order_relaxed); }

Dictionary::Dictionary() : codes_(0, TextHash{&texts_}, TextEqual{&texts_}) {
  texts_.Append("");
  MutexLock lock(mutex_);
  codes_.insert(kAbsent);
  published_size_.store(1, std::memory_order_release);
}

Code Dictionary::Intern(absl::string_view text) {
  if (text.empty()) return kAbsent;
  MutexLock lock(mutex_);
  if (const auto found = codes_.find(text); found != codes_.end()) return *found;
  const Code code = texts_.Append(text);
  codes_.insert(code);
  published_size_.store(code + 1, std::memory_order_release);
  return code;
}

std::optional<Code> Dictionary::Find(absl::string_view text) const {
  MutexLock lock(mutex_);
  if (const auto found = codes_.find(text); found != codes_.end()) return *found;
  return std::nullopt;
}

size_t Dictionary::MemoryBytes() const {
  MutexLock lock(mutex_);
  return texts_.MemoryBytes() + codes_.capacity() * (sizeof(Code) + 1);
}

}  // namespace strata::image
