#ifndef STRATA_SERVER_IMAGE_DICTIONARY_H_
#define STRATA_SERVER_IMAGE_DICTIONARY_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "server/base/mutex.h"

namespace strata::image {

// Text by a small number. Code 0 is the empty text, which stands for "not known" in every column.
using Code = uint32_t;
inline constexpr Code kAbsent = 0;

// Append-only list of texts at stable addresses. One thread appends, any thread reads the entries
// that were published to it (by a Revision). Texts are at most 2^16 bytes.
class TextList {
 public:
  TextList();
  ~TextList();
  TextList(const TextList&) = delete;
  TextList& operator=(const TextList&) = delete;

  uint32_t size() const { return size_; }  // writer only
  absl::string_view operator[](uint32_t index) const;
  uint32_t Append(absl::string_view text);
  // Forgets the entries from `size` on; only entries that were never published may go.
  void Truncate(uint32_t size);
  // Resident bytes. Any thread.
  size_t MemoryBytes() const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
  uint32_t size_ = 0;
};

// The texts of one column of a workspace, shared by all revisions: codes are never reused or
// renumbered, so their order tells nothing and must not show in any answer.
class Dictionary {
 public:
  Dictionary();

  // The code of `text`, made when it is new. Writer only.
  Code Intern(absl::string_view text);
  // The code of `text` if it has one. Any thread.
  std::optional<Code> Find(absl::string_view text) const;
  // Any thread, for codes that a revision holds.
  absl::string_view Text(Code code) const { return texts_[code]; }
  // Number of codes, 0 included. Any thread; codes of a revision are below it.
  Code size() const { return published_size_.load(std::memory_order_acquire); }
  // Resident bytes. Any thread.
  size_t MemoryBytes() const;

 private:
  // The set holds codes and looks at the texts, so that a text costs its bytes once.
  struct TextHash {
    using is_transparent = void;
    const TextList* texts;
    size_t operator()(Code code) const { return (*this)((*texts)[code]); }
    size_t operator()(absl::string_view text) const { return absl::HashOf(text); }
  };
  struct TextEqual {
    using is_transparent = void;
    const TextList* texts;
    bool operator()(Code a, Code b) const { return a == b; }
    bool operator()(Code a, absl::string_view b) const { return (*texts)[a] == b; }
    bool operator()(absl::string_view a, Code b) const { return a == (*texts)[b]; }
  };

  TextList texts_;
  std::atomic<Code> published_size_{0};
  mutable Mutex mutex_;
  absl::flat_hash_set<Code, TextHash, TextEqual> codes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace strata::image

#endif  // STRATA_SERVER_IMAGE_DICTIONARY_H_
