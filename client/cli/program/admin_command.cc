#include <ostream>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/base/delimited_output.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/present/display_width.h"
#include "client/cli/program/command.h"
#include "client/cli/program/reasoned_status.h"
#include "google/protobuf/struct.pb.h"
#include "server/base/error.h"
#include "server/rpc/server.h"

namespace strata::cli {
namespace {

void PrintForPeople(std::ostream& out, const std::vector<MigratedFile>& files) {
  for (const MigratedFile& file : files) {
    if (!file.status.ok() && absl::StartsWith(file.status.message(), file.path)) {
      out << Printable(file.status.message()) << '\n';
      continue;
    }
    out << Printable(file.path);
    if (!file.status.ok()) {
      out << ": " << Printable(file.status.message()) << '\n';
    } else if (file.backup_path.empty()) {
      out << " has version " << file.to_version << " already\n";
    } else {
      out << ": version " << file.from_version << " -> " << file.to_version
          << "; as it was: " << Printable(file.backup_path) << '\n';
    }
  }
}

absl::Status PrintAsJson(const Context& context, const std::vector<MigratedFile>& files) {
  google::protobuf::Struct root;
  auto& list = *(*root.mutable_fields())["files"].mutable_list_value();
  for (const MigratedFile& file : files) {
    auto& fields = *list.add_values()->mutable_struct_value()->mutable_fields();
    fields["file"].set_string_value(file.path);
    fields["fromVersion"].set_number_value(file.from_version);
    fields["toVersion"].set_number_value(file.to_version);
    fields["backup"].set_string_value(file.backup_path);
    fields["fault"].set_string_value(std::string(file.status.message()));
  }
  return context.PrintJson(root);
}

absl::Status Print(const Context& context, const std::vector<MigratedFile>& files) {
  switch (context.flags().output) {
    case OutputForm::kJson:
      return PrintAsJson(context, files);
    case OutputForm::kCsv:
      WriteCsvRow(context.out(), {"file", "from_version", "to_version", "backup", "fault"});
      for (const MigratedFile& file : files) {
        WriteCsvRow(context.out(),
                    {file.path, absl::StrCat(file.from_version), absl::StrCat(file.to_version),
                     file.backup_path, std::string(file.status.message())});
      }
      break;
    case OutputForm::kTable:
      PrintForPeople(context.out(), files);
      break;
  }
  return absl::OkStatus();
}

absl::Status Migrate(Context& context) {
  if (context.flags().data_dir.empty()) {
    return absl::InvalidArgumentError(
        "name the folder whose files are to be migrated with --data-dir; no server may hold it");
  }
  // On standard error, so that a pipe gets the result alone; a large file takes its time.
  const absl::StatusOr<std::vector<MigratedFile>> files =
      MigrateFolder(context.flags().data_dir, [&context](const MigratedFile& file) {
        if (file.status.ok() && !file.backup_path.empty()) {
          context.err() << Printable(file.path) << ": migrated from version " << file.from_version
                        << " to " << file.to_version << std::endl;
        }
      });
  if (!files.ok()) return Reasoned(files.status(), FactsOf(files.status()).reason);
  STRATA_RETURN_IF_ERROR(Print(context, *files));
  for (const MigratedFile& file : *files) {
    if (!file.status.ok()) return Reasoned(file.status, FactsOf(file.status).reason);
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterAdmin(CLI::App& app, Context& context) {
  CLI::App* noun = AddNoun(app, "admin", "Care of a data folder that no server holds");
  AddCommand(
      *noun, "migrate",
      "Bring the files of another release to the version of this one, each with a backup beside it",
      "strata --data-dir ./data admin migrate", [&context] { return Migrate(context); }, context);
}

}  // namespace strata::cli
