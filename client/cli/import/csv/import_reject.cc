#include "client/cli/import/csv/import_reject.h"

#include "absl/strings/str_cat.h"
#include "client/cli/base/delimited_output.h"
#include "client/cli/base/shown_text.h"

namespace strata::imports {
namespace {

constexpr size_t kKept = 1'000;

}  // namespace

std::string Describe(const Reject& reject) {
  constexpr size_t kLongestMessage = 300;
  std::string text = Shortened(reject.file);
  if (reject.line > 0) absl::StrAppend(&text, text.empty() ? "line " : ":", reject.line);
  if (!text.empty()) absl::StrAppend(&text, ": ");
  absl::StrAppend(&text, reject.record);
  if (!reject.id.empty()) {
    absl::StrAppend(&text, reject.record.empty() ? "" : " ", Shortened(reject.id));
  }
  if (!reject.record.empty() || !reject.id.empty()) absl::StrAppend(&text, ": ");
  if (!reject.field.empty()) absl::StrAppend(&text, Shortened(reject.field), ": ");
  return absl::StrCat(text, Shortened(reject.message, kLongestMessage), " (", reject.reason, ")");
}

absl::Status RejectLog::WriteTo(const std::string& path) {
  if (path.empty()) return absl::OkStatus();
  path_ = path;
  file_.open(path, std::ios::binary | std::ios::trunc);
  if (!file_) return absl::NotFoundError(absl::StrCat(path, " cannot be written"));
  file_ << "file,line,record,id,field,reason,message\n";
  return absl::OkStatus();
}

void RejectLog::AddRecord(absl::Span<const Reject> rejects) {
  ++records_;
  for (const Reject& reject : rejects) {
    if (first_.size() < kKept) first_.push_back(reject);
    if (!file_.is_open()) continue;
    WriteCsvRow(file_, {reject.file, reject.line > 0 ? absl::StrCat(reject.line) : "",
                        reject.record, reject.id, reject.field, reject.reason, reject.message});
  }
}

absl::Status RejectLog::Finish() {
  if (!file_.is_open()) return absl::OkStatus();
  file_.close();
  if (!file_) return absl::DataLossError(absl::StrCat(path_, " could not be written in full"));
  return absl::OkStatus();
}

}  // namespace strata::imports
