#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/cli/import_job.h"
#include "client/cli/import_jsonl.h"
#include "client/cli/import_staging.h"
#include "client/cli/mapping_runner.h"
#include "client/cli/mapping_script.h"
#include "client/cli/progress.h"
#include "server/base/status_macros.h"

namespace strata::cli {
namespace {

// Puts good records into the spool and bad ones into the log.
class SpoolingSink : public RecordSink {
 public:
  SpoolingSink(const std::vector<std::string>& files, RecordSpool& spool, RejectLog& rejects)
      : files_(files), spool_(spool), rejects_(rejects) {}

  absl::Status Add(const v1::Record& record, absl::Span<const Origin> origins) override {
    if (record.ByteSizeLong() <= RecordSpool::kLargestRecord) return spool_.Add(record, origins);
    Reject reject;
    if (!origins.empty() && origins[0].file >= 0) {
      reject.file = files_[static_cast<size_t>(origins[0].file)];
      reject.line = origins[0].line;
    }
    reject.reason = "VALUE_OUT_OF_RANGE";
    reject.message = absl::StrCat("takes more than ", RecordSpool::kLargestRecord >> 20, " MiB");
    rejects_.AddRecord({reject});
    return absl::OkStatus();
  }
  void Refuse(absl::Span<const Reject> rejects) override { rejects_.AddRecord(rejects); }

 private:
  const std::vector<std::string>& files_;
  RecordSpool& spool_;
  RejectLog& rejects_;
};

int64_t SizeOf(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : static_cast<int64_t>(size);
}

// What reports call each file: its name, or its whole path where two files have one name.
std::vector<std::string> ShownNames(const std::vector<std::pair<std::string, std::string>>& files) {
  std::map<std::string, int> uses;
  for (const auto& [table, path] : files) ++uses[std::filesystem::path(path).filename().string()];
  std::vector<std::string> names;
  for (const auto& [table, path] : files) {
    const std::string name = std::filesystem::path(path).filename().string();
    names.push_back(uses[name] > 1 ? path : name);
  }
  return names;
}

}  // namespace

absl::StatusOr<ImportContent> ReadCsvFiles(
    const Context& context, const std::string& mapping_name, absl::string_view mapping,
    const std::vector<std::pair<std::string, std::string>>& files, const CsvOptions& options,
    const std::string& time_zone, RejectLog& rejects) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(time_zone, &zone)) {
    return absl::FailedPreconditionError(
        absl::StrCat("this machine does not know the workspace's time zone \"", time_zone, "\""));
  }
  absl::StatusOr<std::vector<MappingStatement>> statements = ParseMapping(mapping);
  if (!statements.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(mapping_name, ": ", statements.status().message()));
  }
  ImportContent content;
  content.name = mapping_name;
  content.files = ShownNames(files);
  STRATA_ASSIGN_OR_RETURN(content.records, RecordSpool::Create());
  STRATA_ASSIGN_OR_RETURN(std::unique_ptr<StagingDatabase> staging, StagingDatabase::Create());
  {
    int64_t bytes = 0, done = 0;
    for (const auto& [table, path] : files) bytes += SizeOf(path);
    Progress progress(context.terminal(), "reading", bytes, "bytes");
    for (size_t i = 0; i < files.size(); ++i) {
      STRATA_RETURN_IF_ERROR(staging->Load(files[i].first, files[i].second, content.files[i],
                                           options,
                                           [&](int64_t read) { progress.Update(done + read); }));
      done += SizeOf(files[i].second);
    }
  }
  SpoolingSink sink(content.files, *content.records, rejects);
  Progress progress(context.terminal(), "converting", 0, "rows");
  STRATA_RETURN_IF_ERROR(
      MappingRunner(mapping_name, *staging, zone).Run(*statements, sink, [&](int64_t rows) {
        progress.Update(rows);
      }));
  return content;
}

absl::StatusOr<ImportContent> ReadJsonFile(const Context& context, const std::string& path,
                                           RejectLog& rejects) {
  ImportContent content;
  content.name = path == "-" ? "stdin" : std::filesystem::path(path).filename().string();
  content.files = {content.name};
  STRATA_ASSIGN_OR_RETURN(content.records, RecordSpool::Create());
  SpoolingSink sink(content.files, *content.records, rejects);
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file)
      return absl::NotFoundError(absl::StrCat(path, ": no such file, or it cannot be read"));
  }
  Progress progress(context.terminal(), "reading", path == "-" ? 0 : SizeOf(path), "bytes");
  STRATA_RETURN_IF_ERROR(ReadJsonLines(path == "-" ? std::cin : file, content.name, sink,
                                       [&](int64_t bytes) { progress.Update(bytes); }));
  return content;
}

}  // namespace strata::cli
