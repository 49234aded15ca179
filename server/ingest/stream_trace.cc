#include "server/ingest/stream_trace.h"

#include <optional>

namespace strata::ingest {
namespace {

constexpr size_t kBytes = 4;  // a record
constexpr int kHashBits = 30;

uint32_t TraceAt(absl::string_view bytes, size_t record) {
  uint32_t trace = 0;
  for (size_t i = 0; i < kBytes; ++i) {
    trace |= uint32_t{static_cast<unsigned char>(bytes[record * kBytes + i])} << (8 * i);
  }
  return trace;
}

// The hashes of a request's records, as batches of either format were stored with.
class ContentHashes {
 public:
  explicit ContentHashes(const AppendRequest& request) : request_(request) {}

  // Null when the format is not known.
  const std::vector<uint32_t>* As(int64_t format) {
    using Stored = store::Ledger::StreamBatch;
    if (format == Stored::kFormat) return &request_.content_hashes;
    if (format != Stored::kOlderFormat || !request_.older_content_hashes) return nullptr;
    if (!older_.has_value()) older_ = request_.older_content_hashes();
    return &*older_;
  }

 private:
  const AppendRequest& request_;
  std::optional<std::vector<uint32_t>> older_;
};

}  // namespace

void StreamTrace::Add(uint32_t content_hash, Outcome outcome) {
  const uint32_t trace = (content_hash & kTraceHashMask) | static_cast<uint32_t>(outcome)
                                                               << kHashBits;
  for (size_t i = 0; i < kBytes; ++i) bytes_.push_back(static_cast<char>(trace >> (8 * i)));
}

absl::StatusOr<Resent> CompareWithStored(const AppendRequest& request,
                                         const std::vector<store::Ledger::StreamBatch>& stored) {
  Resent resent;
  ContentHashes sent(request);
  const int64_t offset = request.offset;
  const int64_t end = offset + static_cast<int64_t>(request.content_hashes.size());
  int64_t next = offset;  // up to which everything was found
  for (const store::Ledger::StreamBatch& batch : stored) {
    if (next >= end || batch.first_offset > next) break;
    const std::vector<uint32_t>* const hashes = sent.As(batch.format);
    if (hashes == nullptr || batch.trace.size() != static_cast<size_t>(batch.records) * kBytes) {
      break;
    }
    const int64_t batch_end = batch.first_offset + batch.records;
    if (batch.first_offset >= offset && batch_end <= end) {
      resent.counts.placeholders += batch.placeholders;
    }
    for (; next < batch_end && next < end; ++next) {
      const uint32_t trace = TraceAt(batch.trace, static_cast<size_t>(next - batch.first_offset));
      const uint32_t hash = (*hashes)[static_cast<size_t>(next - offset)] & kTraceHashMask;
      if ((trace & kTraceHashMask) != hash && resent.first_difference < 0) {
        resent.first_difference = next - offset;
      }
      resent.counts.Add(static_cast<Outcome>(trace >> kHashBits));
    }
  }
  if (next < end) return absl::NotFoundError("not kept");
  return resent;
}

}  // namespace strata::ingest
