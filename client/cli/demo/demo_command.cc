#include <atomic>
#include <fstream>
#include <memory>
#include <ostream>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/demo/demo_portfolio.h"
#include "client/cli/import/command/import_report.h"
#include "client/cli/import/command/import_sender.h"
#include "client/cli/present/progress.h"
#include "client/cli/program/command.h"
#include "google/protobuf/util/json_util.h"
#include "strata/append_writer.h"
#include "strata/v1/ingestion_service.pb.h"
#include "strata/v1/records.pb.h"
#include "strata/v1/workspace_service.pb.h"

namespace strata::cli {
namespace {

struct DemoArguments {
  PortfolioOptions options;
  std::string end = "2025-12-31";
  std::string truth;  // a file
  std::string print;  // "jsonl": to standard output, nothing is sent
};

absl::Status PrintJsonLines(const DemoPortfolio& portfolio, std::ostream& out) {
  std::string json;
  return portfolio.Generate([&](const v1::Record& record) {
    json.clear();
    if (!google::protobuf::util::MessageToJsonString(record, &json).ok()) {
      return absl::InternalError("a record cannot be printed as JSON");
    }
    out << json << '\n';
    return out ? absl::OkStatus() : absl::UnknownError("cannot write the output");
  });
}

absl::Status WriteTruthFile(const DemoPortfolio& portfolio, const std::string& path) {
  std::ofstream file(path);
  portfolio.WriteTruth(file);
  file.close();
  return file ? absl::OkStatus() : absl::NotFoundError(absl::StrCat(path, " cannot be written"));
}

// -w, or a workspace of its own; made when it is missing.
absl::StatusOr<std::string> DemoWorkspace(Context& context, Client& client) {
  const std::string name = context.flags().workspace.empty() ? "demo" : context.flags().workspace;
  v1::GetWorkspaceRequest get;
  get.set_workspace(name);
  const auto found = client.GetWorkspace(get, context.call_options());
  if (found.ok()) return name;
  if (!absl::IsNotFound(found.status())) return found.status();
  v1::CreateWorkspaceRequest create;
  create.mutable_workspace()->set_workspace(name);
  create.mutable_workspace()->set_display_name("Demo portfolio");
  create.mutable_workspace()->set_currency_code("USD");
  create.mutable_workspace()->set_time_zone("UTC");
  STRATA_RETURN_IF_ERROR(client.CreateWorkspace(create, context.call_options()).status());
  return name;
}

// The stream to write to. Only where there was a run before must the records be counted first.
absl::StatusOr<v1::GetWriteStreamResponse> DemoStream(Client& client, const std::string& workspace,
                                                      const DemoPortfolio& portfolio) {
  const PortfolioOptions& options = portfolio.options();
  const std::string base = absl::StrCat("demo-", options.customers, "-", options.months, "-",
                                        options.seed, "-", FormatDay(options.end));
  STRATA_ASSIGN_OR_RETURN(const v1::GetWriteStreamResponse first,
                          StreamState(client, workspace, base));
  if (first.next_offset() == 0) return first;
  int64_t total = 0;
  STRATA_RETURN_IF_ERROR(portfolio.Generate([&total](const v1::Record&) {
    ++total;
    return absl::OkStatus();
  }));
  return UnfinishedStream(client, workspace, base, total);
}

// Sends the records that the stream does not hold yet. The portfolio is made again rather than
// stored: it is the same each time.
absl::StatusOr<SendResult> SendPortfolio(Context& context, Client& client,
                                         const std::string& workspace,
                                         const DemoPortfolio& portfolio) {
  SendResult result;
  STRATA_ASSIGN_OR_RETURN(const v1::GetWriteStreamResponse stream,
                          DemoStream(client, workspace, portfolio));
  result.stream = stream.stream();
  AppendWriterOptions options;
  options.workspace = workspace;
  options.stream = result.stream;
  STRATA_ASSIGN_OR_RETURN(std::unique_ptr<AppendWriter> writer,
                          AppendWriter::Open(client, std::move(options)));
  result.resumed_at = writer->start_offset();
  Progress progress(context.terminal(), "making", portfolio.options().customers, "customers");
  int64_t customers = 0, records = 0;
  absl::Status status = portfolio.Generate([&](v1::Record record) {
    if (record.has_customer()) progress.Update(customers++);
    return records++ < result.resumed_at ? absl::OkStatus() : writer->Append(std::move(record));
  });
  const absl::Status closed = writer->Close();
  STRATA_RETURN_IF_ERROR(status.ok() ? closed : status);
  progress.Update(customers);
  progress.Finish();
  const AppendReport report = writer->report();
  result.counts = report.counts;
  result.revision = report.revision;
  if (result.resumed_at > 0) {
    STRATA_ASSIGN_OR_RETURN(const v1::GetWriteStreamResponse whole,
                            StreamState(client, workspace, result.stream));
    result.counts = whole.counts();
    result.revision = whole.revision();
  }
  return result;
}

absl::Status RunDemo(Context& context, DemoArguments& arguments) {
  STRATA_ASSIGN_OR_RETURN(arguments.options.end, ParseDay(arguments.end));
  STRATA_ASSIGN_OR_RETURN(const DemoPortfolio portfolio, DemoPortfolio::Create(arguments.options));
  if (!arguments.truth.empty()) {
    STRATA_RETURN_IF_ERROR(WriteTruthFile(portfolio, arguments.truth));
  }
  if (!arguments.print.empty()) return PrintJsonLines(portfolio, context.out());
  const absl::Time start = absl::Now();
  STRATA_ASSIGN_OR_RETURN(Client * client, context.client());
  ImportReport report;
  STRATA_ASSIGN_OR_RETURN(report.workspace, DemoWorkspace(context, *client));
  STRATA_ASSIGN_OR_RETURN(report.sent,
                          SendPortfolio(context, *client, report.workspace, portfolio));
  report.spent = absl::Now() - start;
  PrintImportReport(context, report, imports::RejectLog());
  return absl::OkStatus();
}

}  // namespace

void RegisterDemo(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<DemoArguments>();
  CLI::App* demo = AddCommand(
      app, "demo", "Make a portfolio of people and companies, and ingest it",
      "strata --data-dir ./data demo -w demo --customers 5000 --months 36 --seed 7\n"
      "  strata demo --print jsonl --truth truth.jsonl > records.jsonl",
      [&context, arguments] {
        context.set_makes_folder();
        return RunDemo(context, *arguments);
      },
      context);
  demo->add_option("--customers", arguments->options.customers,
                   "How many, a seventh of them companies [2000]");
  demo->add_option("--months", arguments->options.months, "Of history [36]");
  demo->add_option("--seed", arguments->options.seed, "The same seed makes the same portfolio [1]");
  demo->add_option("--end", arguments->end, "The last day [2025-12-31]")->type_name("DATE");
  demo->add_option("--truth", arguments->truth,
                   "Write what was planted, a JSON object a line: \"kind\" is portfolio, season, "
                   "affinity, or the role of \"customer\": escalated, escalates_next, neglected, "
                   "emerging, seasonal, talkative (the README tells what each means)")
      ->type_name("FILE");
  demo->add_option("--print", arguments->print, "jsonl: print the records instead of sending them")
      ->check(CLI::IsMember({"jsonl"}))
      ->type_name("FORM");
}

}  // namespace strata::cli
