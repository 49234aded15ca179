#include <memory>

#include "CLI/CLI.hpp"
#include "client/cli/import/command/import_job.h"
#include "client/cli/program/argument_check.h"
#include "client/cli/program/command.h"

namespace strata::cli {
namespace {

// How files are read; CsvOptions says more.
void AddReadingOptions(CLI::App& import, ImportArguments& arguments) {
  const auto text = [&](const char* name, std::string& value, const char* type,
                        const char* description) {
    import.add_option(name, value, description)->type_name(type)->group("Reading files");
  };
  const auto number = [&](const char* name, int& value, const char* description) {
    import.add_option(name, value, description)
        ->check(WholeNumber(0))
        ->type_name("N")
        ->group("Reading files");
  };
  const auto flag = [&](const char* name, bool& value, const char* description) {
    import.add_flag(name, value, description)->group("Reading files");
  };
  text("--delimiter", arguments.delimiter, "CHAR", "Between fields [found: , ; tab |]");
  text("--encoding", arguments.encoding, "NAME", "Such as WINDOWS-1252, CP437 [UTF-8, UTF-16]");
  text("--sheet", arguments.sheet, "NAME", "Of an Excel workbook [the first that holds anything]");
  number("--skip", arguments.skip, "Lines above the header [found: titles, blank lines]");
  number("--footer", arguments.footer, "Rows at the end to leave out [found: totals, row counts]");
  flag("--header", arguments.with_header, "The first line names the columns, whatever it holds");
  flag("--no-header", arguments.no_header, "It does not; columns are called c1, c2 ...");
  text("--columns", arguments.columns, "A,B,C", "Names of the columns of a file without a header");
  import
      .add_option("--null", arguments.null_markers,
                  "Values that mean nothing, such as 'NULL,\\N,N/A'; repeatable")
      ->allow_extra_args(false)
      ->type_name("WORDS")
      ->group("Reading files");
  flag("--strict", arguments.strict, "Refuse rows with fewer fields than the header");
  flag("--ignore-extra", arguments.ignore_extra, "Drop fields beyond the header's, if not empty");
  flag("--keep-blanks", arguments.keep_blanks, "Keep blanks around values [taken off]");
  flag("--normalise", arguments.normalise,
       "Also no-break and zero-width blanks; letters composed (Unicode NFC)");
}

void AddProposalOptions(CLI::App& import, ImportArguments& arguments) {
  constexpr const char* kGroup = "Proposed mapping (FILE... alone)";
  import.add_flag("--yes", arguments.yes, "Import by it without asking")->group(kGroup);
  import.add_option("--save", arguments.save, "Write it to a file, for --sql")
      ->type_name("FILE")
      ->group(kGroup);
  import
      .add_option("--column", arguments.column,
                  "Which column is what, such as customer='Client code', order_id=, cost=; "
                  "repeatable")
      ->allow_extra_args(false)
      ->type_name("FIELD=NAME")
      ->group(kGroup);
  import.add_option("--date-order", arguments.date_order, "Of 03/04/2024: dmy or mdy [found]")
      ->check(CLI::IsMember({"dmy", "mdy"}))
      ->type_name("WORD")
      ->group(kGroup);
  import.add_option("--decimal-mark", arguments.decimal_mark, "Before decimals: . or , [found]")
      ->check(CLI::IsMember({".", ","}))
      ->type_name("CHAR")
      ->group(kGroup);
}

}  // namespace

void RegisterImport(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<ImportArguments>();
  CLI::App* import = AddCommand(
      app, "import", "Read records from CSV and Excel files, or from JSON lines",
      "strata import orders.csv                     # proposes a mapping, shows what it gives, "
      "asks\n"
      "  strata import orders.csv customers.xlsx --yes -w sales\n"
      "  strata import export.csv --skip 3 --null 'NULL,N/A' --date-order dmy --save mapping.sql\n"
      "  strata import -w sales --sql orders.sql --csv orders=orders.csv --csv crm=customers.csv\n"
      "  strata import -w sales --preset internet-sales ./internet_sales\n"
      "  strata import -w sales --jsonl records.jsonl --on-error skip --rejects bad.csv",
      [&context, arguments] {
        context.set_makes_folder();
        return RunImport(context, *arguments);
      },
      context);
  import->add_option("--sql", arguments->sql, "Mapping: SELECTs that make records of the tables")
      ->type_name("FILE");
  import->add_option("--csv", arguments->csv, "A CSV file and its name as a table; repeatable")
      ->type_name("NAME=PATH")
      ->take_all();
  import
      ->add_option("--preset", arguments->preset,
                   "Mapping that comes along: internet-sales, sales-sample")
      ->type_name("NAME");
  import
      ->add_option("files", arguments->paths,
                   "Files to propose a mapping for, or the preset's folder or file")
      ->type_name("FILE");
  import
      ->add_option("--jsonl", arguments->jsonl,
                   "Records as protobuf JSON, one a line; - is standard input")
      ->type_name("FILE");
  import
      ->add_option("--on-error", arguments->on_error,
                   "fail: a bad record keeps all out; skip: the good ones are stored [fail]")
      ->check(CLI::IsMember({"fail", "skip"}))
      ->type_name("WORD");
  import
      ->add_option("--rejects", arguments->rejects,
                   "Write bad records here as CSV, with file and line")
      ->type_name("FILE");
  import
      ->add_option("--known-rows", arguments->known_rows,
                   "Rows without an id that an earlier import brought word for word: same: they "
                   "are those; new: they are others and count again [they refuse the import]")
      ->check(CLI::IsMember({"same", "new"}))
      ->type_name("WORD");
  import->add_flag("--dry-run", arguments->dry_run, "Check everything, store nothing");
  import
      ->add_option("--stream", arguments->stream,
                   "Write stream to go on with [one named after the import and its content]")
      ->type_name("ID");
  AddProposalOptions(*import, *arguments);
  AddReadingOptions(*import, *arguments);
}

}  // namespace strata::cli
