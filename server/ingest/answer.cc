#include "server/ingest/answer.h"

#include <cstdint>
#include <vector>

namespace strata::ingest {
namespace {

constexpr char kFormat = 1;

void PutInt(int64_t value, std::string& out) {
  const auto bits = static_cast<uint64_t>(value);
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<char>(bits >> (8 * i)));
}

void PutText(absl::string_view text, std::string& out) {
  PutInt(static_cast<int64_t>(text.size()), out);
  out.append(text.data(), text.size());
}

// Reads from the front. After a fault every read gives nothing.
class Input {
 public:
  explicit Input(absl::string_view bytes) : bytes_(bytes) {}

  int64_t Int() {
    if (bytes_.size() < 8) return Fail();
    uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits |= uint64_t{static_cast<uint8_t>(bytes_[i])} << (8 * i);
    bytes_.remove_prefix(8);
    return static_cast<int64_t>(bits);
  }
  std::string Text() {
    const int64_t size = Int();
    if (size < 0 || static_cast<uint64_t>(size) > bytes_.size()) {
      Fail();
      return "";
    }
    std::string text(bytes_.substr(0, static_cast<size_t>(size)));
    bytes_.remove_prefix(static_cast<size_t>(size));
    return text;
  }
  bool failed() const { return failed_; }
  bool done() const { return bytes_.empty(); }

 private:
  int64_t Fail() {
    failed_ = true;
    bytes_ = {};
    return 0;
  }

  absl::string_view bytes_;
  bool failed_ = false;
};

}  // namespace

std::string EncodeAnswer(const AppendResult& result) {
  std::string bytes(1, kFormat);
  PutInt(result.revision, bytes);
  PutInt(result.counts.accepted, bytes);
  PutInt(result.counts.duplicate, bytes);
  PutInt(result.counts.stale, bytes);
  PutInt(result.counts.rejected, bytes);
  PutInt(result.counts.placeholders, bytes);
  for (const Rejection& rejection : result.rejections) {
    PutInt(rejection.index, bytes);
    PutInt(static_cast<int64_t>(rejection.kind), bytes);
    PutText(rejection.id, bytes);
    PutText(rejection.field, bytes);
    PutText(rejection.reason, bytes);
    PutText(rejection.message, bytes);
  }
  return bytes;
}

absl::StatusOr<AppendResult> DecodeAnswer(absl::string_view bytes) {
  if (bytes.empty() || bytes[0] != kFormat) {
    return absl::DataLossError("a stored answer has an unknown format");
  }
  Input input(bytes.substr(1));
  AppendResult result;
  result.revision = input.Int();
  result.counts.accepted = input.Int();
  result.counts.duplicate = input.Int();
  result.counts.stale = input.Int();
  result.counts.rejected = input.Int();
  result.counts.placeholders = input.Int();
  while (!input.done()) {
    Rejection rejection;
    rejection.index = input.Int();
    const int64_t kind = input.Int();
    rejection.kind = static_cast<RecordKind>(kind >= 0 && kind < kRecordKinds ? kind : 0);
    rejection.id = input.Text();
    rejection.field = input.Text();
    rejection.reason = input.Text();
    rejection.message = input.Text();
    result.rejections.push_back(std::move(rejection));
  }
  if (input.failed()) return absl::DataLossError("a stored answer is cut short");
  return result;
}

}  // namespace strata::ingest
