#include <ostream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/cli/command.h"
#include "client/cli/delimited_output.h"
#include "client/cli/text_table.h"
#include "client/cli/value_format.h"
#include "google/protobuf/struct.pb.h"
#include "server/base/status_macros.h"
#include "server/workspace/migrate_folder.h"

// Operations on a data folder that no server has open: `strata admin migrate`.

namespace strata::cli {
namespace {

void PrintCsv(const Context& context, const std::vector<MigratedFile>& files) {
  WriteCsvRow(context.out(), {"file", "from_version", "to_version", "backup"});
  for (const MigratedFile& file : files) {
    WriteCsvRow(context.out(), {file.path, absl::StrCat(file.from_version),
                                absl::StrCat(file.to_version), file.backup_path});
  }
}

absl::Status PrintJson(const Context& context, const std::vector<MigratedFile>& files) {
  google::protobuf::Struct answer;
  auto& list = *(*answer.mutable_fields())["files"].mutable_list_value();
  for (const MigratedFile& file : files) {
    auto& fields = *list.add_values()->mutable_struct_value()->mutable_fields();
    fields["file"].set_string_value(file.path);
    fields["fromVersion"].set_number_value(file.from_version);
    fields["toVersion"].set_number_value(file.to_version);
    fields["backup"].set_string_value(file.backup_path);
  }
  return context.PrintJson(answer);
}

void PrintTable(const Context& context, const std::vector<MigratedFile>& files) {
  TextTable table({{"file", Align::kLeft, TextTable::Fit::kKeep},
                   {"from", Align::kRight},
                   {"to", Align::kRight},
                   {"copy of what it was", Align::kLeft, TextTable::Fit::kKeep}});
  int migrated = 0;
  for (const MigratedFile& file : files) {
    migrated += file.backup_path.empty() ? 0 : 1;
    table.AddRow({Printable(file.path), absl::StrCat(file.from_version),
                  absl::StrCat(file.to_version),
                  file.backup_path.empty() ? "up to date" : Printable(file.backup_path)});
  }
  table.Print(context.terminal());
  context.out() << '\n'
                << (migrated == 0 ? "nothing to do: every file has the schema of this program"
                                  : absl::StrCat(migrated, " of ", files.size(),
                                                 " files migrated; delete the copies once you have "
                                                 "seen that all is well"))
                << '\n';
}

absl::Status Migrate(Context& context) {
  const std::string& folder = context.flags().data_dir;
  if (folder.empty()) {
    return absl::InvalidArgumentError(
        "say which folder: strata admin migrate --data-dir DIR (of a server that is stopped)");
  }
  // On standard error, so that a pipe gets the result alone; a large file takes its time.
  const auto files = MigrateFolder(folder, [&context](const MigratedFile& file) {
    context.err() << Printable(file.path) << ": "
                  << (file.backup_path.empty()
                          ? absl::StrCat("has version ", file.to_version)
                          : absl::StrCat("migrated from version ", file.from_version, " to ",
                                         file.to_version))
                  << std::endl;
  });
  // A folder that another process holds is one that cannot be migrated now.
  if (absl::IsFailedPrecondition(files.status())) {
    return absl::UnavailableError(files.status().message());
  }
  STRATA_RETURN_IF_ERROR(files.status());
  switch (context.flags().output) {
    case OutputForm::kJson:
      return PrintJson(context, *files);
    case OutputForm::kCsv:
      PrintCsv(context, *files);
      break;
    case OutputForm::kTable:
      PrintTable(context, *files);
      break;
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterAdmin(CLI::App& app, Context& context) {
  CLI::App* noun = AddNoun(app, "admin", "A data folder whose server is stopped");
  AddCommand(
      *noun, "migrate",
      "Brings the files of a data folder that an older release wrote to this one's schema, "
      "each after a copy of it was put beside it",
      "strata admin migrate --data-dir /var/lib/strata", [&context] { return Migrate(context); },
      context);
}

}  // namespace strata::cli
