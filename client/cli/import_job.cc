#include "client/cli/import_job.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/cli/display_width.h"
#include "client/cli/import_presets.h"
#include "client/cli/import_proposal.h"
#include "client/cli/import_proposal_view.h"
#include "client/cli/import_report.h"
#include "client/cli/import_sender.h"
#include "client/cli/shell_word.h"
#include "client/cli/value_format.h"
#include "server/base/status_macros.h"
#include "strata/error.h"

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
    ImportContent content;
    if (proposes()) {
      STRATA_ASSIGN_OR_RETURN(std::optional<ImportContent> proposed, ReadByProposal());
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
  KnownRows known_rows() const {
    if (arguments_.known_rows.empty()) return KnownRows::kRefuse;
    return arguments_.known_rows == "same" ? KnownRows::kSame : KnownRows::kNew;
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

  absl::StatusOr<ImportContent> Read() {
    if (!arguments_.jsonl.empty()) {
      STRATA_ASSIGN_OR_RETURN(report_.workspace, context_.Workspace());
      return ReadJsonFile(context_, arguments_.jsonl, rejects_);
    }
    STRATA_ASSIGN_OR_RETURN(const CsvOptions options, CsvOptionsOf(arguments_));
    if (!arguments_.preset.empty()) {
      STRATA_ASSIGN_OR_RETURN(const ImportPreset preset, FindPreset(arguments_.preset));
      report_.workspace =
          context_.flags().workspace.empty() ? preset.name : context_.flags().workspace;
      STRATA_ASSIGN_OR_RETURN(const v1::Workspace workspace, FindOrMakeWorkspace(preset.workspace));
      return ReadCsvFiles(context_, preset.mapping_name, preset.mapping,
                          preset.FilesUnder(arguments_.paths.front()), options,
                          workspace.time_zone(), rejects_, known_rows());
    }
    STRATA_ASSIGN_OR_RETURN(const TablesAndPaths files, CsvFilesOf(arguments_));
    STRATA_ASSIGN_OR_RETURN(const std::string mapping, ReadFile(arguments_.sql));
    STRATA_ASSIGN_OR_RETURN(report_.workspace, context_.Workspace());
    STRATA_ASSIGN_OR_RETURN(const v1::Workspace workspace, GetWorkspace());
    return ReadCsvFiles(context_, std::filesystem::path(arguments_.sql).filename().string(),
                        mapping, files, options, workspace.time_zone(), rejects_, known_rows());
  }

  // Reads files by a mapping made for them, after it was agreed to; nothing when it was not.
  absl::StatusOr<std::optional<ImportContent>> ReadByProposal() {
    STRATA_ASSIGN_OR_RETURN(CsvOptions options, CsvOptionsOf(arguments_));
    STRATA_ASSIGN_OR_RETURN(const ProposalOptions wishes, ProposalOptionsOf(arguments_));
    STRATA_ASSIGN_OR_RETURN(const TablesAndPaths files, FilesToPropose(arguments_, options));
    ImportContent content;
    STRATA_ASSIGN_OR_RETURN(std::unique_ptr<StagingDatabase> staging,
                            StageFiles(context_, files, options, content));
    if (!staging->suggested_encoding().empty() && files.front().second != "-") {
      options.encoding = staging->suggested_encoding();
      STRATA_ASSIGN_OR_RETURN(staging, StageFiles(context_, files, options, content));
      content.notes.push_back(absl::StrCat("the text is no UTF-8; it is read as ", options.encoding,
                                           " (--encoding NAME says otherwise)"));
    }
    content.name = absl::StrCat(files.front().first, ".sql");
    STRATA_ASSIGN_OR_RETURN(const Proposal proposal, ProposeMapping(*staging, wishes));
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
    STRATA_ASSIGN_OR_RETURN(const std::vector<MappingStatement> statements,
                            ParseNamedMapping(content.name, proposal.mapping));
    STRATA_RETURN_IF_ERROR(ConvertStaged(context_, *staging, statements, workspace->time_zone(),
                                         content, rejects_, known_rows()));
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
        return std::optional<ImportContent>();
      }
    }
    if (missing) STRATA_RETURN_IF_ERROR(FindOrMakeWorkspace(settings).status());
    content.notes.insert(content.notes.end(), proposal.notes.begin(), proposal.notes.end());
    return std::optional<ImportContent>(std::move(content));
  }

  // Asks on a terminal; elsewhere says how to go on.
  bool AgreedTo(const ImportContent& content, const Proposal& proposal,
                const TablesAndPaths& files) {
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

  absl::Status Save(const Proposal& proposal, const TablesAndPaths& files) const {
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

  absl::Status Send(ImportContent& content) {
    // What was refused here keeps all out already, but the server's opinion of the rest is wanted
    // too.
    const bool only_check = report_.refused_here > 0 && !skip() && !arguments_.dry_run;
    SendOptions options;
    options.workspace = report_.workspace;
    options.stream = arguments_.stream;
    options.import_name = content.name;
    options.skip_bad_records = skip();
    options.refuse_known_rows = known_rows() == KnownRows::kRefuse;
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
  void JudgeStatusesOf(const RecordSpool& records) {
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
  absl::Status Verdict(const RecordSpool& records) const {
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
  RejectLog rejects_;
  ImportReport report_;
};

}  // namespace

absl::Status RunImport(Context& context, const ImportArguments& arguments) {
  return ImportJob(context, arguments).Run();
}

}  // namespace strata::cli
