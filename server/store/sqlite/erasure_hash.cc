#include "server/store/sqlite/erasure_hash.h"

#include <sodium/crypto_shorthash_siphash24.h>

#include <tuple>

namespace strata::store {

static_assert(std::tuple_size_v<HashKey> == crypto_shorthash_siphashx24_KEYBYTES);
static_assert(std::tuple_size_v<IdHash> == crypto_shorthash_siphashx24_BYTES);

IdHash HashErasedId(const HashKey& key, absl::string_view id) {
  IdHash hash;
  crypto_shorthash_siphashx24(hash.data(), reinterpret_cast<const unsigned char*>(id.data()),
                              id.size(), key.data());
  return hash;
}

}  // namespace strata::store
