#include "server/rpc/transport/older_content_hash.h"

namespace strata::rpc {
namespace {

constexpr uint64_t kC1 = 0x87c37b91114253d5, kC2 = 0x4cf5ad432745937f;

uint64_t Rotate(uint64_t x, int bits) { return (x << bits) | (x >> (64 - bits)); }

uint64_t Mix(uint64_t k) {
  k ^= k >> 33;
  k *= 0xff51afd7ed558ccd;
  k ^= k >> 33;
  k *= 0xc4ceb9fe1a85ec53;
  return k ^ (k >> 33);
}

// Little-endian load of up to eight bytes.
uint64_t Load(const char* bytes, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; ++i) {
    value |= uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

}  // namespace

Murmur3Hash Murmur3Of(absl::string_view bytes) {
  uint64_t h1 = 0, h2 = 0;
  const char* data = bytes.data();
  size_t left = bytes.size();
  for (; left >= 16; left -= 16, data += 16) {
    h1 ^= Rotate(Load(data, 8) * kC1, 31) * kC2;
    h1 = (Rotate(h1, 27) + h2) * 5 + 0x52dce729;
    h2 ^= Rotate(Load(data + 8, 8) * kC2, 33) * kC1;
    h2 = (Rotate(h2, 31) + h1) * 5 + 0x38495ab5;
  }
  if (left > 8) h2 ^= Rotate(Load(data + 8, left - 8) * kC2, 33) * kC1;
  if (left > 0) h1 ^= Rotate(Load(data, left < 8 ? left : 8) * kC1, 31) * kC2;
  h1 ^= bytes.size();
  h2 ^= bytes.size();
  h1 += h2;
  h2 += h1;
  h1 = Mix(h1);
  h2 = Mix(h2);
  h1 += h2;
  return {h1, h2 + h1};
}

std::string BytesOf(const Murmur3Hash& hash) {
  std::string bytes(16, '\0');
  for (int i = 0; i < 8; ++i) {
    bytes[i] = static_cast<char>(hash.low >> (8 * i));
    bytes[8 + i] = static_cast<char>(hash.high >> (8 * i));
  }
  return bytes;
}

}  // namespace strata::rpc
