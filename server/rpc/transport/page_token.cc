#include "server/rpc/transport/page_token.h"

#include <algorithm>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "server/base/error.h"
#include "server/rpc/transport/content_hash.h"

namespace strata::rpc {
namespace {

// A token's bytes: layout version, revision, offset, binding, check, `after`.
constexpr char kLayout = 2;
constexpr size_t kNumber = 8;
constexpr size_t kHead = 1 + 4 * kNumber;

void Put(uint64_t value, std::string& bytes) {
  for (size_t i = 0; i < kNumber; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
}

uint64_t Get(absl::string_view bytes, size_t place) {
  uint64_t value = 0;
  for (size_t i = 0; i < kNumber; ++i) {
    value |= uint64_t{static_cast<unsigned char>(bytes[1 + place * kNumber + i])} << (8 * i);
  }
  return value;
}

// Finds slips and cut texts; it is no signature. A forged token reads nothing that its caller may
// not read.
uint64_t CheckOf(const PageToken& token, uint64_t binding) {
  std::string bytes = "strata page token";
  Put(static_cast<uint64_t>(token.revision), bytes);
  Put(static_cast<uint64_t>(token.offset), bytes);
  Put(binding, bytes);
  bytes += token.after;
  return HashOf(bytes);
}

absl::Status Invalid(absl::string_view description) {
  return WithReason(FieldError("page_token", description), "INVALID_PAGE_TOKEN");
}

}  // namespace

uint64_t PageBinding(const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> copy(request.New());
  copy->CopyFrom(request);
  const google::protobuf::Descriptor* type = copy->GetDescriptor();
  for (const char* name : {"page_token", "page_size"}) {
    if (const auto* field = type->FindFieldByName(name)) {
      copy->GetReflection()->ClearField(copy.get(), field);
    }
  }
  return HashOf(*copy) ^ HashOf(type->full_name());
}

std::string EncodePageToken(const PageToken& token, uint64_t binding) {
  std::string bytes(1, kLayout);
  Put(static_cast<uint64_t>(token.revision), bytes);
  Put(static_cast<uint64_t>(token.offset), bytes);
  Put(binding, bytes);
  Put(CheckOf(token, binding), bytes);
  bytes += token.after;
  return absl::WebSafeBase64Escape(bytes);
}

absl::StatusOr<PageToken> DecodePageToken(absl::string_view text, uint64_t binding) {
  PageToken token;
  if (text.empty()) return token;
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(text, &bytes) || bytes.size() < kHead || bytes[0] != kLayout) {
    return Invalid("this is no page token of this server");
  }
  token.revision = static_cast<int64_t>(Get(bytes, 0));
  token.offset = static_cast<int64_t>(Get(bytes, 1));
  token.after = bytes.substr(kHead);
  const uint64_t bound_to = Get(bytes, 2);
  if (token.revision < 0 || token.offset < 0 || Get(bytes, 3) != CheckOf(token, bound_to)) {
    return Invalid("this is no page token of this server");
  }
  if (bound_to != binding) {
    return Invalid("the token belongs to a request with other arguments; repeat them unchanged");
  }
  return token;
}

absl::StatusOr<int64_t> PageSize(int64_t requested, int64_t fallback, int64_t most) {
  if (requested < 0) {
    return FieldError("page_size", absl::StrCat(requested, " is negative"));
  }
  return requested == 0 ? fallback : std::min(requested, most);
}

}  // namespace strata::rpc
