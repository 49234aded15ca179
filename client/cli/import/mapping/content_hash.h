#ifndef STRATA_CLIENT_CLI_IMPORT_MAPPING_CONTENT_HASH_H_
#define STRATA_CLIENT_CLI_IMPORT_MAPPING_CONTENT_HASH_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace strata::imports {

// FNV-1a, 64 bits: the same on every machine.
inline constexpr uint64_t kFnvStart = 14695981039346656037u;
inline uint64_t Fnv(absl::string_view bytes, uint64_t hash) {
  for (const char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211u;
  return hash;
}

// A hash of texts in their order, each told from its neighbour by its length: 128 bits of FNV-1a,
// the same on every machine, so that what two imports hold can be compared by it.
class ContentHash {
 public:
  void Add(absl::string_view text) {
    for (uint64_t size = text.size() + 1; size > 0; size >>= 8) AddByte(static_cast<uint8_t>(size));
    for (const char c : text) AddByte(static_cast<uint8_t>(c));
  }
  uint64_t high() const { return static_cast<uint64_t>(hash_ >> 64); }
  // 64 bits whose sums can be compared too.
  uint64_t Mixed() const {
    uint64_t mixed = high() ^ static_cast<uint64_t>(hash_);
    mixed = (mixed ^ (mixed >> 33)) * 0xff51afd7ed558ccdu;
    mixed = (mixed ^ (mixed >> 33)) * 0xc4ceb9fe1a85ec53u;
    return mixed ^ (mixed >> 33);
  }

 private:
  using Bits = unsigned __int128;
  static constexpr Bits kPrime = (Bits{1} << 88) + 0x13B;

  void AddByte(uint8_t byte) { hash_ = (hash_ ^ byte) * kPrime; }

  Bits hash_ = (Bits{0x6c62272e07bb0142u} << 64) + 0x62b821756295c58du;
};

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_MAPPING_CONTENT_HASH_H_
