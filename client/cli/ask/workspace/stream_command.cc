#include <memory>
#include <ostream>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cli/ask/workspace/record_error_view.h"
#include "client/cli/base/delimited_output.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/text_table.h"
#include "client/cli/present/time_format.h"
#include "client/cli/present/value_format.h"
#include "client/cli/program/command.h"
#include "strata/v1/ingestion_service.pb.h"

namespace strata::cli {
namespace {

void PrintStream(const Context& context, const v1::GetWriteStreamResponse& stream) {
  const v1::RecordCounts& counts = stream.counts();
  std::ostream& out = context.out();
  out << Bold(context.terminal(), Printable(stream.stream())) << "\n\n";
  TextTable table({{""}, {"", Align::kRight}});
  table.AddRow({"next offset", FormatInteger(stream.next_offset())});
  table.AddRow({"accepted", FormatInteger(counts.accepted())});
  table.AddRow({"duplicate", FormatInteger(counts.duplicate())});
  table.AddRow({"stale", FormatInteger(counts.stale())});
  table.AddRow({"rejected", FormatInteger(counts.rejected())});
  table.AddRow({"placeholder customers", FormatInteger(counts.placeholder_customers())});
  table.AddRow({"revision", FormatInteger(stream.revision())});
  table.AddRow({"last commit", FormatTime(stream.update_time())});
  table.Print(context.terminal());
  if (stream.errors_size() == 0) return;
  out << "\nRejected";
  if (counts.rejected() > stream.errors_size()) {
    out << " (the first " << FormatInteger(stream.errors_size()) << ")";
  }
  out << "\n\n";
  PrintRecordErrors(context.terminal(), stream.errors());
}

absl::Status ShowStream(Context& context, const std::string& id) {
  v1::GetWriteStreamRequest request;
  STRATA_ASSIGN_OR_RETURN(*request.mutable_workspace(), context.Workspace());
  request.set_stream(id);
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  STRATA_ASSIGN_OR_RETURN(const v1::GetWriteStreamResponse stream,
                          client->GetWriteStream(request, context.call_options()));
  switch (context.flags().output) {
    case OutputForm::kJson:
      return context.PrintJson(stream);
    case OutputForm::kTable:
      PrintStream(context, stream);
      break;
    case OutputForm::kCsv: {
      const v1::RecordCounts& counts = stream.counts();
      WriteCsvRow(context.out(), {"stream", "next_offset", "accepted", "duplicate", "stale",
                                  "rejected", "placeholder_customers", "revision", "update_time"});
      WriteCsvRow(
          context.out(),
          {stream.stream(), absl::StrCat(stream.next_offset()), absl::StrCat(counts.accepted()),
           absl::StrCat(counts.duplicate()), absl::StrCat(counts.stale()),
           absl::StrCat(counts.rejected()), absl::StrCat(counts.placeholder_customers()),
           absl::StrCat(stream.revision()), PlainTime(stream.update_time())});
      break;
    }
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterStream(CLI::App& app, Context& context) {
  CLI::App* noun = AddNoun(app, "stream", "Write streams: where they stand, what they rejected");
  auto id = std::make_shared<std::string>();
  AddCommand(
      *noun, "show", "Where a write stream stands and what it rejected",
      "strata stream show orders-2024 -w sales",
      [&context, id] { return ShowStream(context, *id); }, context)
      ->add_option("id", *id, "Name of the write stream")
      ->required();
}

}  // namespace strata::cli
