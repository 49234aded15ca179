#include "client/cli/import/command/import_report.h"

#include <algorithm>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/base/delimited_output.h"
#include "client/cli/base/shown_text.h"
#include "client/cli/present/display_width.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/value_format.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "strata/v1/ingestion_service.pb.h"

namespace strata::cli {
namespace {

constexpr size_t kShown = 20;

double RecordsPerSecond(const ImportReport& report) {
  const double seconds = absl::ToDoubleSeconds(report.spent);
  const int64_t now = report.Records() - report.sent.resumed_at;
  return seconds > 0 ? static_cast<double>(now) / seconds : 0;
}

void PrintRejects(const Context& context, const imports::RejectLog& rejects) {
  const size_t shown = std::min(rejects.first().size(), kShown);
  for (size_t i = 0; i < shown; ++i) {
    context.err() << Printable(imports::Describe(rejects.first()[i])) << '\n';
  }
  if (rejects.first().size() > shown || rejects.records() > static_cast<int64_t>(shown)) {
    context.err() << "... in all " << FormatInteger(rejects.records())
                  << " bad records; --rejects FILE lists them\n";
  }
}

void PrintText(const Context& context, const ImportReport& report) {
  const v1::RecordCounts& counts = report.sent.counts;
  std::ostream& out = context.out();
  const double seconds = absl::ToDoubleSeconds(report.spent);
  out << Bold(context.terminal(), report.workspace) << "  "
      << (report.dry_run ? "dry run, nothing stored: " : "") << FormatInteger(report.Records())
      << " records in " << absl::StrFormat("%.1f s", seconds);
  if (!report.dry_run) out << ", " << FormatInteger(RecordsPerSecond(report)) << " records/s";
  out << "\n\n";
  TextTable table({{""}, {"", Align::kRight}});
  table.AddRow(
      {report.dry_run ? "would be accepted" : "accepted", FormatInteger(counts.accepted())});
  table.AddRow({"duplicate", FormatInteger(counts.duplicate())});
  table.AddRow({"stale", FormatInteger(counts.stale())});
  table.AddRow({"rejected", FormatInteger(counts.rejected() + report.refused_here)});
  if (report.kept_out > 0) table.AddRow({"kept out", FormatInteger(report.kept_out)});
  if (!report.dry_run) {
    table.AddRow({"placeholder customers", FormatInteger(counts.placeholder_customers())});
    table.AddRow({"revision", FormatInteger(report.sent.revision)});
  }
  table.Print(context.terminal());
  if (report.sent.resumed_at > 0) {
    out << "\nresumed: " << FormatInteger(report.sent.resumed_at)
        << " records were there already from an earlier run\n";
    if (report.sent.unknown > 0) {
      out << "whether the first " << FormatInteger(report.sent.unknown)
          << " of them are the same is no longer known: what was sent is kept for a day\n";
    }
  }
  if (report.workspace_missing) {
    out << "\nthe workspace does not exist yet and would be made; only this side checked the "
           "records\n";
  } else if (!report.sent.stream.empty()) {
    out << "\nwrite stream " << Printable(report.sent.stream) << '\n';
  }
  PrintStatuses(context, report.statuses);
}

void PrintNotes(const Context& context, const ImportReport& report) {
  constexpr size_t kLongest = 500;
  for (const std::string& note : report.notes) {
    context.err() << "note: " << Printable(Shortened(note, kLongest)) << '\n';
  }
}

// `text` as a JSON string.
std::string Quoted(const std::string& text) {
  google::protobuf::Value value;
  value.set_string_value(text);
  std::string json;
  // Text that is no UTF-8 was refused long before, so this cannot fail.
  return google::protobuf::util::MessageToJsonString(value, &json).ok() ? PrintableJson(json)
                                                                        : "\"\"";
}

void PrintJson(const Context& context, const ImportReport& report,
               const imports::RejectLog& rejects) {
  const v1::RecordCounts& counts = report.sent.counts;
  std::ostream& out = context.out();
  out << "{\n \"workspace\": " << Quoted(report.workspace)
      << ",\n \"dryRun\": " << (report.dry_run ? "true" : "false")
      << ",\n \"records\": " << report.Records() << ",\n \"accepted\": " << counts.accepted()
      << ",\n \"duplicate\": " << counts.duplicate() << ",\n \"stale\": " << counts.stale()
      << ",\n \"rejected\": " << counts.rejected() + report.refused_here
      << ",\n \"keptOut\": " << report.kept_out
      << ",\n \"placeholderCustomers\": " << counts.placeholder_customers()
      << ",\n \"resumedAt\": " << report.sent.resumed_at
      << ",\n \"seconds\": " << absl::StrFormat("%.3f", absl::ToDoubleSeconds(report.spent))
      << ",\n \"revision\": " << report.sent.revision
      << ",\n \"stream\": " << Quoted(report.sent.stream) << ",\n \"orderStatuses\": [";
  const char* separator = "\n";
  for (const StatusCount& row : report.statuses) {
    out << separator << "  {\"status\": " << Quoted(row.status) << ", \"orders\": " << row.orders
        << ", \"counts\": " << (row.counts ? "true" : "false") << '}';
    separator = ",\n";
  }
  out << (report.statuses.empty() ? "]" : "\n ]") << ",\n \"notes\": [";
  separator = "\n";
  for (const std::string& note : report.notes) {
    out << separator << "  " << Quoted(note);
    separator = ",\n";
  }
  out << (report.notes.empty() ? "],\n \"rejects\": [" : "\n ],\n \"rejects\": [");
  separator = "\n";
  for (const imports::Reject& reject : rejects.first()) {
    out << separator << "  {\"file\": " << Quoted(reject.file) << ", \"line\": " << reject.line
        << ", \"record\": " << Quoted(reject.record) << ", \"id\": " << Quoted(reject.id)
        << ", \"field\": " << Quoted(reject.field) << ", \"reason\": " << Quoted(reject.reason)
        << ", \"message\": " << Quoted(reject.message) << '}';
    separator = ",\n";
  }
  out << (rejects.first().empty() ? "]\n}\n" : "\n ]\n}\n");
}

void PrintCsv(const Context& context, const ImportReport& report) {
  const v1::RecordCounts& counts = report.sent.counts;
  WriteCsvRow(context.out(), {"workspace", "records", "accepted", "duplicate", "stale", "rejected",
                              "placeholder_customers", "resumed_at", "seconds", "revision",
                              "kept_out", "stream", "order_statuses"});
  WriteCsvRow(context.out(),
              {report.workspace, absl::StrCat(report.Records()), absl::StrCat(counts.accepted()),
               absl::StrCat(counts.duplicate()), absl::StrCat(counts.stale()),
               absl::StrCat(counts.rejected() + report.refused_here),
               absl::StrCat(counts.placeholder_customers()), absl::StrCat(report.sent.resumed_at),
               absl::StrFormat("%.3f", absl::ToDoubleSeconds(report.spent)),
               absl::StrCat(report.sent.revision), absl::StrCat(report.kept_out),
               report.sent.stream, PlainStatuses(report.statuses)});
}

}  // namespace

int64_t ImportReport::Records() const {
  const v1::RecordCounts& counts = sent.counts;
  return counts.accepted() + counts.duplicate() + counts.stale() + counts.rejected() +
         refused_here + kept_out;
}

void PrintImportReport(const Context& context, const ImportReport& report,
                       const imports::RejectLog& rejects) {
  switch (context.flags().output) {
    case OutputForm::kJson:
      PrintJson(context, report, rejects);
      return;
    case OutputForm::kCsv:
      PrintCsv(context, report);
      break;
    case OutputForm::kTable:
      PrintText(context, report);
      break;
  }
  PrintFindings(context, report, rejects);
}

void PrintFindings(const Context& context, const ImportReport& report,
                   const imports::RejectLog& rejects) {
  PrintNotes(context, report);
  PrintRejects(context, rejects);
}

}  // namespace strata::cli
