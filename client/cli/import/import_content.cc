#include "client/cli/import/import_content.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/import/import_jsonl.h"
#include "client/cli/import/mapping/mapping_runner.h"

namespace strata::imports {
namespace {

// Puts good records into the spool and bad ones into the log.
class SpoolingSink : public RecordSink {
 public:
  SpoolingSink(ImportContent& content, RejectLog& rejects)
      : files_(content.files),
        spool_(*content.records),
        summary_(content.summary),
        rejects_(rejects) {}

  absl::Status Add(const v1::Record& record, absl::Span<const Origin> origins) override {
    if (record.ByteSizeLong() <= RecordSpool::kLargestRecord) {
      summary_.Add(record);
      return spool_.Add(record, origins);
    }
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
  ImportSummary& summary_;
  RejectLog& rejects_;
};

// The same for what a mapping makes, whose records are settled only at its end.
class SettlingSink : public MappingSink {
 public:
  SettlingSink(ImportContent& content, RejectLog& rejects) : content_(content), rejects_(rejects) {}

  absl::Status Add(const v1::Record& record, absl::Span<const Origin> origins) override {
    content_.summary.Add(record);
    return content_.records->Add(record, origins);
  }
  void Refuse(absl::Span<const Reject> rejects) override { rejects_.AddRecord(rejects); }
  absl::Status Restart() override {
    withdrawn_.clear();
    content_.summary = ImportSummary();
    STRATA_ASSIGN_OR_RETURN(content_.records, RecordSpool::Create());
    return absl::OkStatus();
  }
  void Withdraw(int64_t number) override { withdrawn_.insert(number); }
  absl::StatusOr<v1::Record> Recall(int64_t number) override {
    return content_.records->Recall(number);
  }
  void Note(std::string text) override { content_.notes.push_back(std::move(text)); }

  // Takes what was withdrawn out of the spool and the summary.
  absl::Status Settle() {
    if (withdrawn_.empty()) return absl::OkStatus();
    content_.summary = ImportSummary();
    STRATA_ASSIGN_OR_RETURN(std::unique_ptr<RecordSpool> settled, RecordSpool::Create());
    STRATA_RETURN_IF_ERROR(content_.records->Seek(0));
    v1::Record record;
    std::vector<Origin> origins;
    for (int64_t number = 0; number < content_.records->size(); ++number) {
      STRATA_RETURN_IF_ERROR(content_.records->Next(&record, &origins).status());
      if (withdrawn_.contains(number)) continue;
      content_.summary.Add(record);
      STRATA_RETURN_IF_ERROR(settled->Add(record, origins));
    }
    content_.records = std::move(settled);
    return absl::OkStatus();
  }

 private:
  ImportContent& content_;
  RejectLog& rejects_;
  absl::flat_hash_set<int64_t> withdrawn_;
};

int64_t SizeOf(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : static_cast<int64_t>(size);
}

// What reports call each file: its name, or its whole path where two files have one name.
std::vector<std::string> ShownNames(const TablesAndPaths& files) {
  const auto name_of = [](const std::string& path) {
    return path == "-" ? "stdin" : std::filesystem::path(path).filename().string();
  };
  std::map<std::string, int> uses;
  for (const auto& [table, path] : files) ++uses[name_of(path)];
  std::vector<std::string> names;
  for (const auto& [table, path] : files) {
    names.push_back(uses[name_of(path)] > 1 ? path : name_of(path));
  }
  return names;
}

// Tells of one step from its beginning to its end.
class StepTeller {
 public:
  StepTeller(const OnStep& on_step, ImportStep step) : on_step_(on_step), step_(step) { Tell(); }
  ~StepTeller() {
    step_.ended = true;
    Tell();
  }
  StepTeller(const StepTeller&) = delete;
  StepTeller& operator=(const StepTeller&) = delete;

  void Update(int64_t done) {
    step_.done = done;
    Tell();
  }

 private:
  void Tell() const {
    if (on_step_) on_step_(step_);
  }

  const OnStep& on_step_;
  ImportStep step_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<StagingDatabase>> StageFiles(const TablesAndPaths& files,
                                                            const CsvOptions& options,
                                                            ImportContent& content,
                                                            const OnStep& on_step) {
  content.files = ShownNames(files);
  STRATA_ASSIGN_OR_RETURN(std::unique_ptr<StagingDatabase> staging, StagingDatabase::Create());
  int64_t bytes = 0, done = 0;
  for (const auto& [table, path] : files) bytes += SizeOf(path);
  StepTeller step(on_step, {.verb = "reading", .unit = "bytes", .total = bytes});
  for (size_t i = 0; i < files.size(); ++i) {
    STRATA_RETURN_IF_ERROR(staging->Load(files[i].first, files[i].second, content.files[i], options,
                                         [&](int64_t read) { step.Update(done + read); }));
    done += SizeOf(files[i].second);
  }
  content.notes = staging->notes();
  return staging;
}

absl::StatusOr<std::vector<MappingStatement>> ParseNamedMapping(const std::string& name,
                                                                absl::string_view mapping) {
  absl::StatusOr<std::vector<MappingStatement>> statements = ParseMapping(mapping);
  if (statements.ok()) return statements;
  return absl::InvalidArgumentError(absl::StrCat(name, ": ", statements.status().message()));
}

absl::Status ConvertStaged(StagingDatabase& staging,
                           const std::vector<MappingStatement>& statements,
                           const Conversion& conversion, ImportContent& content, RejectLog& rejects,
                           const OnStep& on_step) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(conversion.time_zone, &zone)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "this machine does not know the workspace's time zone \"", conversion.time_zone, "\""));
  }
  STRATA_ASSIGN_OR_RETURN(content.records, RecordSpool::Create());
  SettlingSink sink(content, rejects);
  StepTeller step(on_step, {.verb = "converting", .unit = "rows"});
  MappingRunner runner(content.name, staging, zone, conversion.known_rows);
  STRATA_RETURN_IF_ERROR(runner.Run(statements, sink, [&](int64_t rows) { step.Update(rows); }));
  return sink.Settle();
}

absl::StatusOr<ImportContent> ReadCsvFiles(const CsvImport& import, RejectLog& rejects,
                                           const OnStep& on_step) {
  STRATA_ASSIGN_OR_RETURN(const std::vector<MappingStatement> statements,
                          ParseNamedMapping(import.mapping_name, import.mapping));
  ImportContent content;
  content.name = import.mapping_name;
  STRATA_ASSIGN_OR_RETURN(std::unique_ptr<StagingDatabase> staging,
                          StageFiles(import.files, import.options, content, on_step));
  STRATA_RETURN_IF_ERROR(
      ConvertStaged(*staging, statements, import.conversion, content, rejects, on_step));
  return content;
}

absl::StatusOr<ImportContent> ReadJsonFile(const std::string& path, RejectLog& rejects,
                                           const OnStep& on_step) {
  ImportContent content;
  content.name = path == "-" ? "stdin" : std::filesystem::path(path).filename().string();
  content.files = {content.name};
  STRATA_ASSIGN_OR_RETURN(content.records, RecordSpool::Create());
  SpoolingSink sink(content, rejects);
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) {
      return absl::NotFoundError(absl::StrCat(path, ": no such file, or it cannot be read"));
    }
  }
  StepTeller step(on_step,
                  {.verb = "reading", .unit = "bytes", .total = path == "-" ? 0 : SizeOf(path)});
  STRATA_RETURN_IF_ERROR(ReadJsonLines(path == "-" ? std::cin : file, content.name, sink,
                                       [&](int64_t bytes) { step.Update(bytes); }));
  return content;
}

}  // namespace strata::imports
