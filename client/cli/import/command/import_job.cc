#include "client/cli/import/command/import_job.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/cli/base/shell_word.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/import/command/import_presets.h"
#include "client/cli/import/command/import_proposal_view.h"
#include "client/cli/import/command/import_report.h"
#include "client/cli/import/command/import_sender.h"
#include "client/cli/import/import_content.h"
#include "client/cli/import/propose/import_proposal.h"
#include "client/cli/present/display_width.h"
#include "client/cli/present/progress.h"
#include "client/cli/present/value_format.h"
#include "strata/error.h"
#include "strata/v1/ingestion_service.pb.h"
#include "strata/v1/workspace_service.pb.h"

namespace strata::cli {
namespace {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return absl::NotFoundError(absl::StrCat(path, ": no such file, or it is empty"));
  return text.str();
}

// "online-retail" for the table "Online Retail".
std::string WorkspaceNameOf(const std::string& table) {
  constexpr size_t kLongest = 63;
  std::string name;
  for (const char c : absl::AsciiStrToLower(table)) {
    const bool plain = absl::ascii_isalnum(static_cast<unsigned char>(c));
    if (plain && (!name.empty() || absl::ascii_isalpha(static_cast<unsigned char>(c)))) {
      name.push_back(c);
    } else if (!plain && !name.empty() && name.back() != '-') {
      name.push_back('-');
    }
  }
  name = name.substr(0, kLongest);
  while (!name.empty() && name.back() == '-') name.pop_back();
  return name.empty() ? "imported" : name;
}

// Shows each step of an import as a progress bar.
imports::OnStep ShowSteps(const Terminal& terminal) {
  return [terminal, bar = std::shared_ptr<Progress>()](const imports::ImportStep& step) mutable {
    if (bar == nullptr) {
      bar = std::make_shared<Progress>(terminal, std::string(step.verb), step.total,
                                       std::string(step.unit));
    }
    if (step.done > 0) bar->Update(step.done);
    if (step.ended) bar.reset();
  };
}

// One import from arguments to report.
class ImportJob {
 public:
  ImportJob(Context& context, const ImportArguments& arguments)
      : context_(context), arguments_(arguments) {}

  absl::Status Run() {
    STRATA_RETURN_IF_ERROR(CheckArguments());
    STRATA_RETURN_IF_ERROR(rejects_.WriteTo(arguments_.rejects));
    const absl::Time start = absl::Now();
    report_.dry_run = arguments_.dry_run;
    imports::ImportContent content;
    if (proposes()) {
      STRATA_ASSIGN_OR_RETURN(std::optional<imports::ImportContent> proposed, ReadByProposal());
      if (!proposed) return rejects_.Finish();
      content = *std::move(proposed);
    } else {
      STRATA_ASSIGN_OR_RETURN(content, Read());
    }
    report_.refused_here = rejects_.records();
    report_.notes = content.notes;
    for (std::string& finding : content.summary.Findings()) {
      report_.notes.push_back(std::move(finding));
    }
    if (report_.workspace_missing) {
      report_.sent.counts.set_accepted(content.records->size());
    } else {
      STRATA_RETURN_IF_ERROR(Send(content));
    }
    JudgeStatusesOf(*content.records);
    report_.spent = absl::Now() - start;
    const absl::Status written = rejects_.Finish();
    PrintImportReport(context_, report_, rejects_);
    STRATA_RETURN_IF_ERROR(written);
    return Verdict(*content.records);
  }

 private:
  bool proposes() const { return !arguments_.paths.empty() && arguments_.preset.empty(); }
  bool skip() const { return arguments_.on_error == "skip"; }
  imports::KnownRows known_rows() const {
    if (arguments_.known_rows.empty()) return imports::KnownRows::kRefuse;
    return arguments_.known_rows == "same" ? imports::KnownRows::kSame : imports::KnownRows::kNew;
  }

  absl::Status CheckArguments() const {
    const int sources = !arguments_.sql.empty() + !arguments_.preset.empty() +
                        !arguments_.jsonl.empty() + proposes();
    if (proposes() && sources > 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "files behind --sql are named with --csv: --csv NAME=", arguments_.paths.front()));
    }
    if (sources != 1) {
      return absl::InvalidArgumentError(
          "say what to import: FILE... (a mapping is proposed), --sql FILE --csv NAME=PATH, "
          "--preset "
          "NAME PATH, or --jsonl FILE");
    }
    if (arguments_.sql.empty() && !arguments_.csv.empty()) {
      return absl::InvalidArgumentError("--csv goes with --sql; files alone need no option");
    }
    if (!arguments_.preset.empty() && arguments_.paths.size() != 1) {
      return absl::InvalidArgumentError("--preset needs the path of its data behind it");
    }
    if (!proposes() && (arguments_.yes || !arguments_.save.empty() || !arguments_.column.empty())) {
      return absl::InvalidArgumentError(
          "--yes, --save and --column go with files alone, for which a mapping is proposed");
    }
    return absl::OkStatus();
  }

  absl::StatusOr<imports::ImportContent> Read() {
    if (!arguments_.jsonl.empty()) {
      STRATA_ASSIGN_OR_RETURN(report_.workspace, context_.Workspace());
      return imports::ReadJsonFile(arguments_.jsonl, rejects_, ShowSteps(context_.terminal()));
    }
    STRATA_ASSIGN_OR_RETURN(const imports::CsvOptions options, CsvOptionsOf(arguments_));
    if (!arguments_.preset.empty()) {
      STRATA_ASSIGN_OR_RETURN(const ImportPreset preset, FindPreset(arguments_.preset));
      report_.workspace =
          context_.flags().workspace.empty() ? preset.name : context_.flags().workspace;
      STRATA_ASSIGN_OR_RETURN(const v1::Workspace workspace, FindOrMakeWorkspace(preset.workspace));
      return ReadCsv({.mapping_name = preset.mapping_name,
                      .mapping = preset.mapping,
                      .files = preset.FilesUnder(arguments_.paths.front()),
                      .options = options},
                     workspace);
    }
    STRATA_ASSIGN_OR_RETURN(const imports::TablesAndPaths files, CsvFilesOf(arguments_));
    STRATA_ASSIGN_OR_RETURN(const std::string mapping, ReadFile(arguments_.sql));
    STRATA_ASSIGN_OR_RETURN(report_.workspace, context_.Workspace());
    STRATA_ASSIGN_OR_RETURN(const v1::Workspace workspace, GetWorkspace());
    return ReadCsv({.mapping_name = std::filesystem::path(arguments_.sql).filename().string(),
                    .mapping = mapping,
                    .files = files,
                    .options = options},
                   workspace);
  }

  imports::Conversion ConversionFor(const v1::Workspace& workspace) const {
    return {.time_zone = workspace.time_zone(), .known_rows = known_rows()};
  }

  absl::StatusOr<imports::ImportContent> ReadCsv(imports::CsvImport import,
                                                 const v1::Workspace& workspace) {
    import.conversion = ConversionFor(workspace);
    return imports::ReadCsvFiles(import, rejects_, ShowSteps(context_.terminal()));
  }

  // Reads files by a mapping made for them, after it was agreed to; nothing when it was not.
  absl::StatusOr<std::optional<imports::ImportContent>> ReadByProposal() {
    STRATA_ASSIGN_OR_RETURN(imports::CsvOptions options, CsvOptionsOf(arguments_));
    STRATA_ASSIGN_OR_RETURN(const imports::ProposalOptions wishes, ProposalOptionsOf(arguments_));
    STRATA_ASSIGN_OR_RETURN(const imports::TablesAndPaths files,
                            FilesToPropose(arguments_, options));
    const imports::OnStep on_step = ShowSteps(context_.terminal());
    imports::ImportContent content;
    STRATA_ASSIGN_OR_RETURN(std::unique_ptr<imports::StagingDatabase> staging,
                            imports::StageFiles(files, options, content, on_step));
    if (!staging->suggested_encoding().empty() && files.front().second != "-") {
      options.encoding = staging->suggested_encoding();
      STRATA_ASSIGN_OR_RETURN(staging, imports::StageFiles(files, options, content, on_step));
      content.notes.push_back(absl::StrCat("the text is no UTF-8; it is read as ", options.encoding,
                                           " (--encoding NAME says otherwise)"));
    }
    content.name = absl::StrCat(files.front().first, ".sql");
    STRATA_ASSIGN_OR_RETURN(const imports::Proposal proposal,
                            imports::ProposeMapping(*staging, wishes));
    STRATA_RETURN_IF_ERROR(Save(proposal, files));

    v1::Workspace settings;
    settings.set_currency_code(proposal.currency.empty() ? "USD" : proposal.currency);
    settings.set_time_zone("UTC");
    settings.set_display_name(files.front().first);
    report_.workspace = context_.flags().workspace.empty() ? WorkspaceNameOf(files.front().first)
                                                           : context_.flags().workspace;
    absl::StatusOr<v1::Workspace> workspace = GetWorkspace();
    const bool missing = absl::IsNotFound(workspace.status());
    if (missing) workspace = settings;
    STRATA_RETURN_IF_ERROR(workspace.status());
    STRATA_ASSIGN_OR_RETURN(const std::vector<imports::MappingStatement> statements,
                            imports::ParseNamedMapping(content.name, proposal.mapping));
    STRATA_RETURN_IF_ERROR(imports::ConvertStaged(*staging, statements, ConversionFor(*workspace),
                                                  content, rejects_, on_step));
    if (!arguments_.yes) {
      ProposalView view{.proposal = proposal,
                        .content = content,
                        .rejects = rejects_,
                        .workspace = report_.workspace,
                        .workspace_missing = missing,
                        .currency = workspace->currency_code(),
                        .zone = absl::UTCTimeZone()};
      absl::LoadTimeZone(workspace->time_zone(), &view.zone);
      STRATA_RETURN_IF_ERROR(PrintProposal(context_, view));
      if (!arguments_.dry_run && !AgreedTo(content, proposal, files)) {
        return std::optional<imports::ImportContent>();
      }
    }
    if (missing) STRATA_RETURN_IF_ERROR(FindOrMakeWorkspace(settings).status());
    content.notes.insert(content.notes.end(), proposal.notes.begin(), proposal.notes.end());
    return std::optional<imports::ImportContent>(std::move(content));
  }

  // Asks on a terminal; elsewhere says how to go on.
  bool AgreedTo(const imports::ImportContent& content, const imports::Proposal& proposal,
                const imports::TablesAndPaths& files) {
    if (context_.flags().output == OutputForm::kJson) return false;
    ImportReport told;
    told.notes = content.notes;
    told.notes.insert(told.notes.end(), proposal.notes.begin(), proposal.notes.end());
    for (std::string& finding : content.summary.Findings()) told.notes.push_back(finding);
    PrintFindings(context_, told, rejects_);
    if (context_.terminal().out_is_terminal && isatty(STDIN_FILENO) == 1) {
      context_.out() << "Import them into " << report_.workspace << "? [y/N] " << std::flush;
      std::string answer;
      std::getline(std::cin, answer);
      if (absl::StartsWithIgnoreCase(answer, "y")) return true;
    }
    context_.out() << HowToGoOn(context_, arguments_, files, report_.workspace);
    return false;
  }

  absl::Status Save(const imports::Proposal& proposal, const imports::TablesAndPaths& files) const {
    if (arguments_.save.empty()) return absl::OkStatus();
    std::ofstream out(arguments_.save, std::ios::binary | std::ios::trunc);
    out << "-- Proposed by `strata import`; edit it as you like. Run it with\n--   strata import "
           "-w WORKSPACE --sql "
        << ShellWord(arguments_.save);
    for (const auto& [table, path] : files) {
      out << " --csv " << ShellWord(absl::StrCat(table, "=", path));
    }
    out << "\n";
    for (const std::string& note : proposal.notes) out << "-- " << Printable(note) << '\n';
    out << '\n' << proposal.mapping;
    out.close();
    if (!out) return absl::NotFoundError(absl::StrCat(arguments_.save, " cannot be written"));
    return absl::OkStatus();
  }

  absl::StatusOr<v1::Workspace> GetWorkspace() {
    STRATA_ASSIGN_OR_RETURN(Client * client, context_.client());
    v1::GetWorkspaceRequest request;
    request.set_workspace(report_.workspace);
    STRATA_ASSIGN_OR_RETURN(v1::GetWorkspaceResponse response,
                            client->GetWorkspace(request, context_.call_options()));
    return std::move(*response.mutable_workspace());
  }

  // The workspace of a preset; a dry run makes none.
  absl::StatusOr<v1::Workspace> FindOrMakeWorkspace(const v1::Workspace& settings) {
    absl::StatusOr<v1::Workspace> found = GetWorkspace();
    if (!absl::IsNotFound(found.status())) return found;
    if (arguments_.dry_run) {
      report_.workspace_missing = true;
      return settings;
    }
    STRATA_ASSIGN_OR_RETURN(Client * client, context_.client());
    v1::CreateWorkspaceRequest request;
    *request.mutable_workspace() = settings;
    request.mutable_workspace()->set_workspace(report_.workspace);
    STRATA_ASSIGN_OR_RETURN(v1::CreateWorkspaceResponse response,
                            client->CreateWorkspace(request, context_.call_options()));
    return std::move(*response.mutable_workspace());
  }

  absl::Status Send(imports::ImportContent& content) {
    // What was refused here keeps all out already, but the server's opinion of the rest is wanted
    // too.
    const bool only_check = report_.refused_here > 0 && !skip() && !arguments_.dry_run;
    SendOptions options;
    options.workspace = report_.workspace;
    options.stream = arguments_.stream;
    options.import_name = content.name;
    options.skip_bad_records = skip();
    options.refuse_known_rows = known_rows() == imports::KnownRows::kRefuse;
    options.dry_run = arguments_.dry_run || only_check;
    STRATA_ASSIGN_OR_RETURN(
        report_.sent, SendSpool(context_, options, content.files, *content.records, rejects_));
    v1::RecordCounts& counts = report_.sent.counts;
    if (only_check) {
      const int64_t rejected = counts.rejected();
      counts.Clear();
      counts.set_rejected(rejected);
    }
    if (!arguments_.dry_run) {
      // A stream of the user's own may count more records than this import has.
      report_.kept_out =
          std::max<int64_t>(0, content.records->size() - counts.accepted() - counts.duplicate() -
                                   counts.stale() - counts.rejected());
    }
    return absl::OkStatus();
  }

  // The records are stored by now: where the workspace cannot be asked, which statuses count stays
  // untold, and the import stands.
  void JudgeStatusesOf(const imports::RecordSpool& records) {
    if (records.order_statuses().empty()) return;
    v1::Workspace workspace;  // one that does not exist yet will have the defaults
    if (!report_.workspace_missing) {
      absl::StatusOr<v1::Workspace> found = GetWorkspace();
      if (!found.ok()) return;
      workspace = *std::move(found);
    }
    report_.statuses = JudgeStatuses(records.order_statuses(), workspace);
  }

  // Bad records fail the command unless they were to be skipped.
  absl::Status Verdict(const imports::RecordSpool& records) const {
    const int64_t bad = report_.refused_here + report_.sent.counts.rejected();
    if (bad == 0 || skip()) return absl::OkStatus();
    const std::string before =
        report_.sent.resumed_at == 0
            ? "nothing is stored"
            : absl::StrCat("the ", FormatInteger(report_.sent.resumed_at),
                           " records of an earlier run stay, nothing more is stored");
    return absl::DataLossError(absl::StrCat(
        FormatInteger(bad), " of ", FormatInteger(records.size() + report_.refused_here),
        " records are bad, so ", before, "; --on-error skip takes the good ones"));
  }

  Context& context_;
  const ImportArguments& arguments_;
  imports::RejectLog rejects_;
  ImportReport report_;
};

}  // namespace

absl::Status RunImport(Context& context, const ImportArguments& arguments) {
  return ImportJob(context, arguments).Run();
}

}  // namespace strata::cli
