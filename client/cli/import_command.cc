#include <memory>

#include "CLI/CLI.hpp"
#include "client/cli/command.h"
#include "client/cli/import_job.h"

namespace strata::cli {

void RegisterImport(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<ImportArguments>();
  CLI::App* import = AddCommand(
      app, "import", "Read records from CSV files by SQL, or from JSON lines",
      "strata import -w sales --sql orders.sql --csv orders=orders.csv --csv crm=customers.csv\n"
      "  strata import -w sales --preset internet-sales ./internet_sales\n"
      "  strata import -w sales --jsonl records.jsonl --on-error skip --rejects bad.csv",
      [&context, arguments] { return RunImport(context, *arguments); }, context);
  import->add_option("--sql", arguments->sql, "Mapping: SELECTs that make records of the tables")
      ->type_name("FILE");
  import->add_option("--csv", arguments->csv, "A CSV file and its name as a table; repeatable")
      ->type_name("NAME=PATH")
      ->take_all();
  import
      ->add_option("--preset", arguments->preset,
                   "Mapping that comes along: internet-sales, sales-sample")
      ->type_name("NAME");
  import->add_option("path", arguments->path, "The preset's folder or file")->type_name("PATH");
  import
      ->add_option("--jsonl", arguments->jsonl,
                   "Records as protobuf JSON, one a line; - is standard input")
      ->type_name("FILE");
  import->add_option("--delimiter", arguments->delimiter, "Of the CSV files [detected: , ; tab |]")
      ->type_name("CHAR");
  import
      ->add_option("--encoding", arguments->encoding,
                   "Of the CSV files, such as CP437 [detected: UTF-8, UTF-16]")
      ->type_name("NAME");
  import
      ->add_option("--on-error", arguments->on_error,
                   "fail: a bad record keeps all out; skip: the good ones are stored [fail]")
      ->check(CLI::IsMember({"fail", "skip"}))
      ->type_name("WORD");
  import
      ->add_option("--rejects", arguments->rejects,
                   "Write bad records here as CSV, with file and line")
      ->type_name("FILE");
  import->add_flag("--dry-run", arguments->dry_run, "Check everything, store nothing");
  import
      ->add_option("--stream", arguments->stream,
                   "Write stream to go on with [one named after the import and its content]")
      ->type_name("ID");
}

}  // namespace strata::cli
