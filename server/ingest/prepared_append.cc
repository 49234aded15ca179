#include "server/ingest/prepared_append.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/status_macros.h"
#include "server/ingest/text_rules.h"
#include "server/ingest/validator.h"

namespace strata::ingest {
namespace {

absl::Status CheckId(absl::string_view field, absl::string_view id) {
  if (id.empty() || id.size() > kMaxIdBytes || CheckText(id) != TextFault::kNone) {
    return FieldError(field, "an id has 1 to 128 bytes of UTF-8 without control characters");
  }
  return absl::OkStatus();
}

absl::Status CheckRequest(const AppendRequest& request) {
  if (request.stream.empty() == request.request_id.empty()) {
    return FieldError("request_id", "exactly one of a stream and a request id is needed");
  }
  if (request.offset < 0) return FieldError("offset", "an offset is not negative");
  if (request.batch.records.size() > kMaxBatchRecords) {
    return FieldError("records", absl::StrCat("a batch holds at most ", kMaxBatchRecords,
                                              " records, not ", request.batch.records.size()));
  }
  if (request.stream.empty()) return CheckId("request_id", request.request_id);
  if (request.content_hashes.size() != request.batch.records.size()) {
    return absl::InternalError("a batch of a write stream came without its hashes");
  }
  return CheckId("stream", request.stream);
}

// Room of a record beside its own struct; its text is mostly in the backing message.
size_t ExtraBytes(const Record& record) {
  constexpr size_t kText = 128;
  if (const auto* order = std::get_if<Order>(&record)) {
    return kText + order->lines.size() * (sizeof(OrderLine) + kText);
  }
  if (const auto* customer = std::get_if<Customer>(&record)) {
    return kText + customer->attributes.size() * (sizeof(Attribute) + kText);
  }
  return kText;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PreparedAppend>> Prepare(AppendRequest&& request, AppendDone&& done,
                                                        Millis now) {
  STRATA_RETURN_IF_ERROR(CheckRequest(request));
  auto append = std::make_unique<PreparedAppend>();
  append->request = std::move(request);
  Batch& batch = append->request.batch;
  const size_t records = batch.records.size();
  append->hashes.resize(records);
  append->bytes = records * (sizeof(Record) + sizeof(RecordHashes));

  auto refused = batch.rejections.begin();
  for (size_t i = 0; i < records; ++i) {
    const auto index = static_cast<int64_t>(i);
    while (refused != batch.rejections.end() && refused->index < index) ++refused;
    if (refused != batch.rejections.end() && refused->index == index) {
      append->rejections.push_back(std::move(*refused));
      continue;
    }
    const Record& record = batch.records[i];
    append->bytes += ExtraBytes(record);
    if (std::optional<Fault> fault = FindFault(record, now); fault.has_value()) {
      append->rejections.push_back(MakeRejection(index, record, *fault));
      continue;
    }
    append->hashes[i] = HashesOf(record);
    if (std::holds_alternative<Order>(record)) ++append->orders;
  }
  append->done = std::move(done);
  return append;
}

}  // namespace strata::ingest
