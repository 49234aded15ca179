#include "client/cli/program/error_report.h"

#include <algorithm>
#include <ostream>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/cli/present/display_width.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "strata/error.h"

namespace strata::cli {
namespace {

struct Advice {
  absl::string_view reason, text;
};

// What to do next, by the server's reason.
constexpr Advice kAdvice[] = {
    {"WORKSPACE_NOT_FOUND",
     "`strata workspace list` shows what there is, `strata workspace create NAME` makes one"},
    {"CUSTOMER_NOT_FOUND", "`strata customer list --name TEXT` finds customers by their names"},
    {"UNKNOWN_KPI", "`strata kpi list` shows every KPI"},
    {"UNKNOWN_FIELD", "`strata kpi fields` shows every field"},
    {"INCOMPATIBLE_FIELD", "`strata kpi list -o json` says which fields fit each KPI"},
    {"INVALID_FILTER",
     "an example: --filter 'country = \"United States\" AND revenue > 1000'; fields: "
     "`strata kpi fields`"},
    {"SEGMENT_NOT_FOUND", "`strata segment list` shows what there is"},
    {"SEGMENT_IN_USE", "change or delete the segments that refer to it first"},
    {"BUILT_IN_SEGMENT", "`strata workspace update` changes the rules of built-in segments"},
    {"SEGMENT_BROKEN", "`strata segment update NAME --filter F` mends it"},
    {"ETAG_MISMATCH", "`strata segment show NAME` shows the newest version"},
    {"TOO_MANY_GROUPS", "group by fewer fields, or narrow the question with --filter"},
    {"WORKSPACE_NOT_EMPTY", "--force deletes it with its records; there is no undo"},
    {"FIXED_SETTING", "make another workspace with the other currency or time zone"},
    {"REVISION_IN_FUTURE", "use the revision that an append acknowledged"},
    {"REVISION_EXPIRED", "ask again from the first page"},
    {"TOKEN_REQUIRED", "pass a token with --token or STRATA_TOKEN"},
    {"ROLE_REQUIRED", "ask for a token with that role"},
    {"STORE_FAILED", "see the server's log; nothing of the call is stored"},
    {"INTERNAL", "the server's log has more under the error id"},
    {"FOLDER_LOCKED", "talk to that process with --server HOST:PORT, or end it first"},
    {"FOLDER_MISSING",
     "is --data-dir right? `strata import`, `strata demo` and `strata workspace create` make one"},
    {"NO_DATA_FOLDER",
     "is --data-dir right? `strata import`, `strata demo` and `strata workspace create` fill one"},
    {"PARENT_MISSING", "make that folder first, or correct --data-dir"},
    {"NOT_A_FOLDER", "--data-dir takes the folder that holds server.db"},
    {"NO_PERMISSION", "ask for the right to it, or run as the user who owns it"},
    {"HOST_UNKNOWN", "correct the host of --server or STRATA_SERVER"},
    {"CERTIFICATE",
     "--tls-ca takes the authority (PEM) that signed the server's certificate, which must name the "
     "host of --server"},
};

std::string NextStep(const absl::Status& status, const ErrorDetails& details,
                     const GlobalFlags& flags) {
  for (const Advice& advice : kAdvice) {
    if (advice.reason == details.reason) return std::string(advice.text);
  }
  if (details.retry_delay.has_value()) {
    return absl::StrCat("try again in ", absl::FormatDuration(*details.retry_delay));
  }
  if (absl::IsDeadlineExceeded(status)) return "give it longer with --timeout";
  if (!absl::IsUnavailable(status)) return "";
  if (!flags.data_dir.empty()) return "";
  return absl::StrCat("is stratad running at ", flags.server,
                      "? Start it (stratad --data-dir DIR), name another with --server, or work "
                      "without one with --data-dir DIR");
}

// The filter and a caret under the byte that the server complains of.
std::string PointInto(const std::string& filter, size_t position) {
  const std::string line = Printable(filter);
  const std::string before = Printable(filter.substr(0, std::min(position, filter.size())));
  return absl::StrCat("  ", line, "\n  ", std::string(DisplayWidth(before), ' '), "^\n");
}

void ReportText(const absl::Status& status, const ErrorDetails& details, const Context& context) {
  std::ostream& err = context.err();
  const std::string message(status.message());
  err << "strata: "
      << (message.empty() ? absl::StatusCodeToString(status.code()) : Printable(message)) << '\n';
  for (const ErrorDetails::FieldViolation& violation : details.field_violations) {
    if (absl::StrContains(message, violation.description) &&
        absl::StrContains(message, violation.field)) {
      continue;  // said already
    }
    err << "  " << Printable(violation.field) << ": " << Printable(violation.description) << '\n';
  }
  size_t position = 0;
  if (!context.flags().filter.empty() &&
      absl::SimpleAtoi(details.Metadata("position"), &position)) {
    err << PointInto(context.flags().filter, position);
  }
  const std::vector<std::string> nearest =
      absl::StrSplit(details.Metadata("nearest"), absl::ByAnyChar(", "), absl::SkipEmpty());
  if (std::any_of(nearest.begin(), nearest.end(),
                  [&](const std::string& name) { return !absl::StrContains(message, name); })) {
    err << "  did you mean: " << Printable(absl::StrJoin(nearest, ", ")) << '\n';
  }
  if (const std::string id = details.Metadata("error_id"); !id.empty()) {
    err << "  error id: " << Printable(id) << '\n';
  }
  const std::string next = NextStep(status, details, context.flags());
  if (!next.empty()) err << "  " << next << '\n';
}

void ReportJson(const absl::Status& status, const ErrorDetails& details, const Context& context) {
  google::protobuf::Struct root;
  auto& error = *(*root.mutable_fields())["error"].mutable_struct_value()->mutable_fields();
  error["code"].set_string_value(absl::StatusCodeToString(status.code()));
  error["exitCode"].set_number_value(static_cast<int>(ExitCodeOf(status)));
  // A file's name may be any bytes; JSON holds characters.
  error["message"].set_string_value(IsUtf8(status.message()) ? std::string(status.message())
                                                             : Printable(status.message()));
  error["reason"].set_string_value(details.reason);
  auto& metadata = *error["metadata"].mutable_struct_value()->mutable_fields();
  for (const auto& [key, value] : details.metadata) metadata[key].set_string_value(value);
  auto& violations = *error["fieldViolations"].mutable_list_value();
  for (const ErrorDetails::FieldViolation& violation : details.field_violations) {
    auto& fields = *violations.add_values()->mutable_struct_value()->mutable_fields();
    fields["field"].set_string_value(violation.field);
    fields["description"].set_string_value(violation.description);
  }
  if (details.retry_delay.has_value()) {
    error["retryDelaySeconds"].set_number_value(absl::ToDoubleSeconds(*details.retry_delay));
  }
  error["nextStep"].set_string_value(NextStep(status, details, context.flags()));
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(root, &json, options);
  context.err() << PrintableJson(json);
}

}  // namespace

ExitCode ExitCodeOf(const absl::Status& status) {
  return strata::ExitCodeOf(status.code(), ErrorDetails::FromStatus(status).reason);
}

void ReportError(const absl::Status& status, const Context& context) {
  const ErrorDetails details = ErrorDetails::FromStatus(status);
  if (context.flags().output == OutputForm::kJson) {
    ReportJson(status, details, context);
  } else {
    ReportText(status, details, context);
  }
}

}  // namespace strata::cli
