#include "server/rpc/transport/status.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/analytics/filter/filter.h"
#include "server/base/error.h"
#include "server/domain/unicode.h"

namespace strata::rpc {
namespace {

constexpr char kDomain[] = "strata";
// gRPC turns a trailer above about 8 KB into RESOURCE_EXHAUSTED; base64 and other metadata need
// room.
constexpr size_t kMaxDetailBytes = 4'000;
constexpr size_t kMaxMessageBytes = 1'000;
constexpr size_t kMaxMetadataBytes = 1'000;
constexpr int kRetrySeconds = 1;

// Cuts at a character's first byte, so that the text stays UTF-8.
std::string Cut(absl::string_view text, size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return absl::StrCat(text.substr(0, bytes), "...");
}

absl::string_view UsualReason(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return "INVALID_FIELD";
    case absl::StatusCode::kResourceExhausted:
      return "QUEUE_FULL";
    case absl::StatusCode::kUnavailable:
      return "DRAINING";
    case absl::StatusCode::kOutOfRange:
      return "OVERFLOW";
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return "INTERNAL";
    default:
      return "";
  }
}

// The path in front of "kpis[1]: no KPI named ...", or nothing.
absl::string_view LeadingPath(absl::string_view message) {
  size_t end = 0;
  while (end < message.size() &&
         (absl::ascii_isalnum(message[end]) || message[end] == '_' || message[end] == '.' ||
          message[end] == '[' || message[end] == ']')) {
    ++end;
  }
  if (end == 0 || !absl::ascii_islower(message[0])) return "";
  return absl::StartsWith(message.substr(end), ": ") ? message.substr(0, end) : "";
}

// Adds what the analytics say in their own way: the field in front of the text, the filter's fault
// as a payload of "position|nearest".
ErrorFacts AllFactsOf(const absl::Status& status) {
  ErrorFacts facts = FactsOf(status);
  if (const auto filter = status.GetPayload(analytics::filter::kFilterErrorPayload);
      filter.has_value()) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(std::string(*filter), absl::MaxSplits('|', 1));
    if (facts.reason.empty() || facts.reason == "INVALID_FIELD") facts.reason = "INVALID_FILTER";
    facts.metadata.emplace_back("position", parts.first);
    if (!parts.second.empty()) facts.metadata.emplace_back("nearest", parts.second);
  }
  if (status.code() == absl::StatusCode::kInvalidArgument && facts.fields.empty()) {
    const absl::string_view path = LeadingPath(status.message());
    if (!path.empty()) {
      facts.fields.emplace_back(path, status.message().substr(path.size() + 2));
    }
  }
  if (facts.reason.empty()) facts.reason = std::string(UsualReason(status.code()));
  return facts;
}

void AddErrorInfo(const ErrorFacts& facts, google::rpc::Status& answer) {
  google::rpc::ErrorInfo info;
  info.set_domain(kDomain);
  info.set_reason(facts.reason);
  size_t left = kMaxMetadataBytes;
  for (const auto& [key, value] : facts.metadata) {
    if (key.size() + value.size() > left) continue;
    left -= key.size() + value.size();
    (*info.mutable_metadata())[key] = value;
  }
  answer.add_details()->PackFrom(info);
}

// As many of the fields as there is room for.
void AddBadRequest(const ErrorFacts& facts, google::rpc::Status& answer) {
  constexpr size_t kFraming = 100;  // the type's URL, lengths and tags
  const size_t used = answer.ByteSizeLong() + kFraming;
  google::rpc::BadRequest bad;
  size_t bytes = used;
  for (const auto& [path, description] : facts.fields) {
    google::rpc::BadRequest::FieldViolation violation;
    violation.set_field(Cut(path, 300));
    violation.set_description(Cut(description, 500));
    bytes += violation.ByteSizeLong() + 4;
    if (bytes > kMaxDetailBytes) break;
    *bad.add_field_violations() = std::move(violation);
  }
  if (bad.field_violations_size() > 0) answer.add_details()->PackFrom(bad);
}

}  // namespace

bool IsHidden(const absl::Status& status) {
  return status.code() == absl::StatusCode::kInternal ||
         status.code() == absl::StatusCode::kUnknown ||
         status.code() == absl::StatusCode::kDataLoss;
}

grpc::Status ToGrpcStatus(const absl::Status& status, absl::string_view error_id) {
  if (status.ok()) return grpc::Status::OK;
  ErrorFacts facts = AllFactsOf(status);
  std::string message = Cut(status.message(), kMaxMessageBytes);
  // protobuf refuses to read what is not.
  if (!IsUtf8(message)) message = Printable(message);
  auto code = static_cast<grpc::StatusCode>(status.code());
  if (IsHidden(status)) {
    code = grpc::StatusCode::INTERNAL;
    facts.fields.clear();
    facts.metadata = {{"error_id", std::string(error_id)}};
    message = absl::StrCat("the server failed; its log has the cause under error id ", error_id);
  }
  google::rpc::Status answer;
  answer.set_code(code);
  answer.set_message(message);
  AddErrorInfo(facts, answer);
  if (code == grpc::StatusCode::RESOURCE_EXHAUSTED) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(kRetrySeconds);
    answer.add_details()->PackFrom(retry);
  }
  AddBadRequest(facts, answer);
  return grpc::Status(code, message, answer.SerializeAsString());
}

absl::string_view NameOf(absl::StatusCode code) {
  static const std::string* const names = [] {
    auto* list = new std::string[17];
    for (int i = 0; i < 17; ++i) {
      list[i] = absl::StatusCodeToString(static_cast<absl::StatusCode>(i));
    }
    return list;
  }();
  const int index = static_cast<int>(code);
  return index >= 0 && index < 17 ? names[index] : names[2];
}

}  // namespace strata::rpc
