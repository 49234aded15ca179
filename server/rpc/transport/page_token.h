#ifndef STRATA_SERVER_RPC_TRANSPORT_PAGE_TOKEN_H_
#define STRATA_SERVER_RPC_TRANSPORT_PAGE_TOKEN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace google::protobuf {
class Message;
}

namespace strata::rpc {

// Where the next page of a list begins. Callers see opaque text that holds for one request and one
// revision.
struct PageToken {
  int64_t revision = 0;  // the pages of a list are all read from this one; 0: from none
  int64_t offset = 0;    // rows before the page
  std::string after;     // or the id after which it begins

  friend bool operator==(const PageToken&, const PageToken&) = default;
};

// What a token is bound to: the request's content but for page_token and page_size, so that the
// size of pages may change on the way. Fields of those names are looked up by reflection.
uint64_t PageBinding(const google::protobuf::Message& request);

std::string EncodePageToken(const PageToken& token, uint64_t binding);

// The first page for empty text. INVALID_ARGUMENT, reason INVALID_PAGE_TOKEN, when the text is no
// token of this server or was given for another request.
absl::StatusOr<PageToken> DecodePageToken(absl::string_view text, uint64_t binding);

// The size of a page: `fallback` when `requested` is 0, cut to `most`. INVALID_ARGUMENT when it is
// negative.
absl::StatusOr<int64_t> PageSize(int64_t requested, int64_t fallback, int64_t most);

}  // namespace strata::rpc

#endif  // STRATA_SERVER_RPC_TRANSPORT_PAGE_TOKEN_H_
