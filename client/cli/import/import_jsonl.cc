#include "client/cli/import/import_jsonl.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/cli/base/status_macros.h"
#include "google/protobuf/util/json_util.h"
#include "server/domain/unicode.h"

namespace strata::imports {
namespace {

constexpr int64_t kLinesBetweenReports = 1024;

Reject Refused(const std::string& name, int64_t line, absl::string_view reason,
               absl::string_view message) {
  return {
      .file = name, .line = line, .reason = std::string(reason), .message = std::string(message)};
}

}  // namespace

absl::Status ReadJsonLines(std::istream& in, const std::string& name, RecordSink& sink,
                           const std::function<void(int64_t)>& on_bytes) {
  std::string text;
  int64_t bytes = 0;
  v1::Record record;
  for (int64_t line = 1; std::getline(in, text); ++line) {
    bytes += static_cast<int64_t>(text.size()) + 1;
    if (line % kLinesBetweenReports == 0) on_bytes(bytes);
    absl::string_view json = absl::StripAsciiWhitespace(text);
    if (line == 1) absl::ConsumePrefix(&json, "\xEF\xBB\xBF");
    if (json.empty()) continue;
    if (!IsUtf8(json)) {
      sink.Refuse({Refused(name, line, "INVALID_ENCODING", "is not valid UTF-8")});
      continue;
    }
    record.Clear();
    const auto parsed = google::protobuf::util::JsonStringToMessage(
        google::protobuf::StringPiece(json.data(), json.size()), &record);
    if (!parsed.ok()) {
      const auto message = parsed.message();
      sink.Refuse(
          {Refused(name, line, "INVALID_JSON", absl::string_view(message.data(), message.size()))});
      continue;
    }
    if (record.kind_case() == v1::Record::KIND_NOT_SET) {
      sink.Refuse({Refused(name, line, "MISSING_FIELD",
                           "holds none of customer, order, ticket, contract, survey, deletion")});
      continue;
    }
    STRATA_RETURN_IF_ERROR(sink.Add(record, {Origin{0, line}}));
  }
  if (in.bad()) return absl::DataLossError(absl::StrCat(name, " cannot be read"));
  on_bytes(bytes);
  return absl::OkStatus();
}

}  // namespace strata::imports
