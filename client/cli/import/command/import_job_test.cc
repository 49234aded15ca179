#include "client/cli/import/command/import_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/cli/import/import_content.h"
#include "client/cli/program/program.h"
#include "strata/append_writer.h"
#include "strata/v1/records.pb.h"
#include "strata/v1/workspace_service.pb.h"

namespace strata::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kDone = 0, kUsage = 2, kNotFound = 3, kBadData = 4;

// The program over a data folder of its own, with the service in this process.
class ImportTest : public testing::Test {
 protected:
  void SetUp() override {
    unsetenv("STRATA_WORKSPACE");
    unsetenv("STRATA_SERVER");
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = absl::StrCat(testing::TempDir(), "/strata_import_", test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    ASSERT_EQ(Run({"workspace", "create", "w", "--time-zone", "Europe/Berlin"}), kDone) << err_;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return absl::StrCat(folder_, "/", name); }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name), std::ios::binary) << text;
    return Path(name);
  }
  std::string Read(const std::string& name) const {
    std::ifstream in(Path(name), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  int Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--data-dir", Path("data")});
    std::ostringstream out, err;
    const int code = RunProgram(arguments, Terminal{out, err});
    out_ = out.str();
    err_ = err.str();
    return code;
  }
  int Import(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"import", "-w", "w", "-o", "csv"});
    return Run(std::move(arguments));
  }
  // "accepted duplicate stale rejected resumed_at" of the last import.
  std::string Counts() const {
    const std::vector<std::string> lines = absl::StrSplit(out_, '\n');
    if (lines.size() < 2) return out_;
    const std::vector<std::string> cells = absl::StrSplit(lines[1], ',');
    if (cells.size() < 8) return out_;
    return absl::StrCat(cells[2], " ", cells[3], " ", cells[4], " ", cells[5], " ", cells[7]);
  }
  std::string Stream() const {
    const std::vector<std::string> lines = absl::StrSplit(out_, '\n');
    const std::vector<std::string> cells = absl::StrSplit(lines.at(1), ',');
    EXPECT_EQ(cells.back(), "(none)=2");  // the orders' statuses stand behind the stream
    return cells.at(cells.size() - 2);
  }
  v1::Workspace Workspace() {
    std::ostringstream out, err;
    Context context(Terminal{out, err});
    context.flags().data_dir = Path("data");
    v1::GetWorkspaceRequest request;
    request.set_workspace("w");
    return (*context.client())->GetWorkspace(request)->workspace();
  }

  const std::string kMapping =
      "-- record: customer\n"
      "SELECT DISTINCT who AS id, who AS display_name FROM o WHERE who IS NOT NULL;\n"
      "-- record: order\n"
      "SELECT nr AS id, who AS customer, day AS order_time, sum AS amount, qty AS quantity,\n"
      "       _file, _line FROM o ORDER BY CAST(nr AS INTEGER), _line;\n";

  std::string folder_, out_, err_;
};

TEST_F(ImportTest, StoresOnceAndFindsDuplicatesAfterwards) {
  const std::string sql = Write("map.sql", kMapping);
  const std::string csv = Write("o.csv",
                                "nr;who;day;sum;qty\n1;a;2024-05-01;10.5;1\n1;a;2024-05-01;2;1\n"
                                "2;b;2024-05-02;-1;-1\n");
  const std::vector<std::string> command = {"--sql", sql, "--csv", absl::StrCat("o=", csv)};
  ASSERT_EQ(Import(command), kDone) << err_;
  EXPECT_EQ(Counts(), "4 0 0 0 0");
  const v1::Workspace before = Workspace();
  EXPECT_EQ(before.orders(), 2);
  EXPECT_EQ(before.customers(), 2);
  EXPECT_EQ(before.first_event_date(), "2024-05-01");  // local midnight, not the evening before
  const std::string stream = Stream();
  EXPECT_THAT(stream, HasSubstr("map.sql-"));
  for (const char* run : {"#2", "#3"}) {
    ASSERT_EQ(Import(command), kDone) << err_;
    EXPECT_EQ(Counts(), "0 4 0 0 0");
    EXPECT_EQ(Stream(), absl::StrCat(stream, run));
    EXPECT_EQ(Workspace().revision(), before.revision());
  }
  // What was changed since is put back.
  const std::string change = Write(
      "change.jsonl", R"({"order":{"id":"2","customer":"b","orderTime":"2024-05-02T10:00:00Z",)"
                      R"("lines":[{"amountMicros":"5"}]}})"
                      "\n");
  ASSERT_EQ(Import({"--jsonl", change}), kDone) << err_;
  EXPECT_EQ(Counts(), "1 0 0 0 0");
  ASSERT_EQ(Import(command), kDone) << err_;
  EXPECT_EQ(Counts(), "1 3 0 0 0");
}

TEST_F(ImportTest, BadRowsKeepAllOutUnlessTheyAreSkipped) {
  const std::string sql = Write("map.sql", kMapping);
  const std::string csv = Write("o.csv",
                                "nr,who,day,sum,qty\n"
                                "1,a,2024-05-01,10.5,1\n"
                                "2,a,2024-05-01,ten,1\n"  // 3: found here
                                "3,b,2999-05-01,1,1\n"    // 4: found by the server
                                "4,b,2024-05-01,1,1\n"
                                "4,b,2024-05-01,1,-1\n"   // 6: found by the server, second line
                                "5,b,2024-05-01,1,1,6\n"  // 7: found while reading
                                "6,b,2024-05-01,1.1234567,1\n"  // 8
                                "7,b,2024-05-01,1,1\n");
  const std::vector<std::string> command = {
      "--sql", sql, "--csv", absl::StrCat("o=", csv), "--rejects", Path("bad.csv")};
  ASSERT_EQ(Import(command), kBadData);
  EXPECT_EQ(Counts(), "0 0 0 5 0");
  EXPECT_THAT(err_, AllOf(HasSubstr("o.csv:4: order 3: "), HasSubstr("o.csv:6: order 4: "),
                          HasSubstr("o.csv:3: order 2: amount: \"ten\" is not a decimal number"),
                          HasSubstr("o.csv:7: order 5: has 6 fields, the header has 5"),
                          HasSubstr("nothing is stored")));
  EXPECT_EQ(Workspace().orders(), 0);
  EXPECT_EQ(Workspace().customers(), 0);

  std::vector<std::string> skip = command;
  skip.insert(skip.end(), {"--on-error", "skip"});
  ASSERT_EQ(Import(skip), kDone) << err_;
  EXPECT_EQ(Counts(), "4 0 0 5 0");  // customers a and b, orders 1 and 7; orders 2 to 6
  EXPECT_EQ(Workspace().orders(), 2);
  std::vector<std::string> places;
  for (const absl::string_view line : absl::StrSplit(Read("bad.csv"), '\n')) {
    const std::vector<std::string> cells = absl::StrSplit(line, ',');
    if (cells.size() > 5)
      places.push_back(absl::StrCat(cells[0], ":", cells[1], " ", cells[3], " ", cells[5]));
  }
  EXPECT_THAT(places, ElementsAre("file:line id reason", "o.csv:3 2 INVALID_NUMBER",
                                  "o.csv:7 5 COLUMN_COUNT", "o.csv:8 6 TOO_MANY_DECIMALS",
                                  "o.csv:4 3 FUTURE_TIME", "o.csv:6 4 SIGN_MISMATCH"));
}

TEST_F(ImportTest, WhatOnlyTheServerRefusesKeepsAllOutToo) {
  const std::string sql = Write("map.sql", kMapping);
  // More than one batch, the bad record in the last one.
  std::string text = "nr,who,day,sum,qty\n";
  for (int i = 1; i <= 12'000; ++i) absl::StrAppend(&text, i, ",a,2024-05-01,1,1\n");
  absl::StrAppend(&text, "12001,a,2999-05-01,1,1\n");
  const std::string csv = Write("o.csv", text);
  ASSERT_EQ(Import({"--sql", sql, "--csv", absl::StrCat("o=", csv)}), kBadData);
  EXPECT_THAT(err_, AllOf(HasSubstr("o.csv:12002: order 12001: "), HasSubstr("FUTURE_TIME"),
                          HasSubstr("nothing is stored")));
  EXPECT_EQ(Workspace().orders(), 0);
}

TEST_F(ImportTest, ADryRunStoresNothing) {
  const std::string sql = Write("map.sql", kMapping);
  const std::string csv =
      Write("o.csv", "nr,who,day,sum,qty\n1,a,2024-05-01,1,1\n2,a,2999-05-01,1,1\n");
  ASSERT_EQ(Import({"--sql", sql, "--csv", absl::StrCat("o=", csv), "--dry-run"}), kBadData);
  EXPECT_EQ(Counts(), "2 0 0 1 0");
  EXPECT_THAT(err_, HasSubstr("o.csv:3: order 2: "));
  EXPECT_EQ(Workspace().customers(), 0);
}

TEST_F(ImportTest, AnInterruptedImportGoesOn) {
  std::string text;
  for (int i = 0; i < 500; ++i) absl::StrAppend(&text, R"({"customer":{"id":"c)", i, "\"}}\n");
  const std::string path = Write("people.jsonl", text);
  {
    // What an import that was killed after 200 records leaves: the part of its stream.
    std::ostringstream out, err;
    Context context(Terminal{out, err});
    context.flags().data_dir = Path("data");
    imports::RejectLog rejects;
    const auto content = imports::ReadJsonFile(path, rejects);
    ASSERT_TRUE(content.ok());
    auto writer = AppendWriter::Open(
        **context.client(),
        {.workspace = "w",
         .stream = absl::StrCat("people.jsonl-", content->records->ContentHash())});
    ASSERT_TRUE(writer.ok());
    ASSERT_EQ(content->records->Seek(0), absl::OkStatus());
    v1::Record record;
    for (int i = 0; i < 200; ++i) {
      ASSERT_TRUE(*content->records->Next(&record));
      ASSERT_EQ((*writer)->Append(record), absl::OkStatus());
    }
    ASSERT_EQ((*writer)->Close(), absl::OkStatus());
  }
  ASSERT_EQ(Import({"--jsonl", path}), kDone) << err_;
  EXPECT_EQ(Counts(), "500 0 0 0 200");  // of both runs together
  EXPECT_EQ(Workspace().customers(), 500);
}

TEST_F(ImportTest, AStreamOfTheUsersOwnGoesOnWhereItStands) {
  const std::string line = "{\"customer\":{\"id\":\"";
  const std::string path = Write("log.jsonl", absl::StrCat(line, "a\"}}\n", line, "b\"}}\n"));
  ASSERT_EQ(Import({"--jsonl", path, "--stream", "log"}), kDone) << err_;
  EXPECT_EQ(Counts(), "2 0 0 0 0");
  Write("log.jsonl", absl::StrCat(line, "a\"}}\n", line, "b\"}}\n", line, "c\"}}\n"));
  ASSERT_EQ(Import({"--jsonl", path, "--stream", "log"}), kDone) << err_;
  EXPECT_EQ(Counts(), "3 0 0 0 2");
  EXPECT_EQ(Workspace().customers(), 3);
}

TEST_F(ImportTest, AStreamOfTheUsersOwnIsNotTakenForAnotherOne) {
  const std::string line = "{\"customer\":{\"id\":\"";
  const std::string path = Write("log.jsonl", absl::StrCat(line, "a\"}}\n", line, "b\"}}\n"));
  ASSERT_EQ(Import({"--jsonl", path, "--stream", "log"}), kDone) << err_;
  Write("log.jsonl", absl::StrCat(line, "a\"}}\n", line, "other\"}}\n", line, "c\"}}\n"));
  EXPECT_EQ(Import({"--jsonl", path, "--stream", "log"}), 1);
  EXPECT_THAT(err_,
              AllOf(HasSubstr("record 2"), HasSubstr("log.jsonl:2"), HasSubstr("stream log")));
  EXPECT_EQ(Workspace().customers(), 2);
}

TEST_F(ImportTest, JsonLinesAreReportedByNumber) {
  const std::string path =
      Write("r.jsonl",
            "{\"customer\":{\"id\":\"a\"}}\n\n{\"customer\":{\"idd\":\"b\"}}\n"
            "not json\n{}\n{\"customer\":{\"birthDate\":\"x\",\"id\":\"c\"}}\n");
  ASSERT_EQ(Import({"--jsonl", path, "--on-error", "skip"}), kDone) << err_;
  EXPECT_EQ(Counts(), "1 0 0 4 0");
  EXPECT_THAT(err_, AllOf(HasSubstr("r.jsonl:3: "), HasSubstr("idd"), HasSubstr("r.jsonl:4: "),
                          HasSubstr("r.jsonl:5: holds none of customer"),
                          HasSubstr("r.jsonl:6: customer c: customer.birth_date: ")));
}

TEST_F(ImportTest, UsageAndMissingFiles) {
  EXPECT_EQ(Import({}), kUsage);
  EXPECT_THAT(err_, HasSubstr("--preset NAME PATH"));
  EXPECT_EQ(Import({"--sql", Write("map.sql", kMapping)}), kUsage);
  EXPECT_EQ(Import({"--sql", Path("none.sql"), "--csv", "o=x.csv"}), kNotFound);
  EXPECT_EQ(Import({"--sql", Path("map.sql"), "--csv", "o=none.csv"}), kNotFound);
  EXPECT_EQ(Import({"--preset", "nope", "x"}), kUsage);
  EXPECT_EQ(Import({"--jsonl", Path("none.jsonl")}), kNotFound);
  EXPECT_EQ(Import({"--sql", Write("bad.sql", "SELECT 1"), "--csv",
                    absl::StrCat("o=", Write("o.csv", "a\n1\n"))}),
            kUsage);
  EXPECT_THAT(err_, HasSubstr("bad.sql: line 1: a comment in front of a SELECT"));
}

TEST_F(ImportTest, TheDemoIsIngestedOnce) {
  const std::vector<std::string> demo = {
      "demo", "-w",  "shop",    "--customers",      "60", "--months", "6",
      "-o",   "csv", "--truth", Path("truth.jsonl")};
  ASSERT_EQ(Run(demo), kDone) << err_;
  const std::string first = Counts();
  EXPECT_THAT(first, HasSubstr(" 0 0 0 0"));
  EXPECT_THAT(Read("truth.jsonl"), HasSubstr("\"customers\":60"));
  ASSERT_EQ(Run(demo), kDone) << err_;
  EXPECT_EQ(Counts(), absl::StrCat("0 ", first.substr(0, first.find(' ')), " 0 0 0"));
  // The printed records are those that were sent.
  ASSERT_EQ(Run({"demo", "--customers", "60", "--months", "6", "--print", "jsonl"}), kDone);
  const std::string path = Write("demo.jsonl", out_);
  ASSERT_EQ(Run({"import", "-w", "shop", "-o", "csv", "--jsonl", path}), kDone) << err_;
  EXPECT_EQ(Counts(), absl::StrCat("0 ", first.substr(0, first.find(' ')), " 0 0 0"));
}

}  // namespace
}  // namespace strata::cli
