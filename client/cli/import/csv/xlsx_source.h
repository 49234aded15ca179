#ifndef STRATA_CLIENT_CLI_IMPORT_CSV_XLSX_SOURCE_H_
#define STRATA_CLIENT_CLI_IMPORT_CSV_XLSX_SOURCE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/import/csv/csv_source.h"

namespace strata::imports {

// A sheet of an Excel workbook (Office Open XML, .xlsx and .xlsm) as CSV, see ByteSource::is_sheet.
// Numbers have the 15 digits that Excel shows (2.55, where the file has 2.5499999999999998); a
// number with a date format becomes "2010-12-01" or "2010-12-01 08:26:00" by the workbook's epoch
// (1900 or 1904); percentages are the number behind them (0.125); formulas give the value that was
// saved with them; errors (#N/A) are empty.
//
// `sheet` is the name of a sheet, without case; empty: the first visible one that holds anything.
// INVALID_ARGUMENT names the sheets there are, or says what other kind of zip archive it is.
// DATA_LOSS for a damaged workbook. The shared texts of the workbook are held in memory, the sheet
// itself is not.
absl::StatusOr<std::unique_ptr<ByteSource>> OpenWorkbook(const std::string& path,
                                                         const std::string& sheet);
// The same of a workbook that was read from a pipe.
absl::StatusOr<std::unique_ptr<ByteSource>> OpenWorkbookBytes(std::string bytes,
                                                              const std::string& sheet);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_CSV_XLSX_SOURCE_H_
