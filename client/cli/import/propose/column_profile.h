#ifndef STRATA_CLIENT_CLI_IMPORT_PROPOSE_COLUMN_PROFILE_H_
#define STRATA_CLIENT_CLI_IMPORT_PROPOSE_COLUMN_PROFILE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/import/csv/import_staging.h"

namespace strata::imports {

// One form of dates in a column, see DateShape.
struct ShapeCount {
  int64_t values = 0;
  int first_most = 0, second_most = 0;  // the highest that stands for %?1 and %?2
  std::string example;                  // the first value
};

// What the values of one column of a file look like. Counts of kinds are of distinct values.
struct ColumnProfile {
  std::string table, name;
  int64_t rows = 0;
  int64_t filled = 0;    // rows with a value that is no NULL marker
  int64_t distinct = 0;  // of these
  int64_t integers = 0, decimals = 0, dates = 0, emails = 0, texts = 0;

  // Of the numbers:
  int64_t plain = 0;       // decimals as mappings read them: "-1234.5"
  int64_t with_point = 0;  // numbers where a point stands before the decimals
  int64_t with_comma = 0;  // numbers where a comma does; "1,234" is both
  int64_t negative = 0;
  int64_t percent = 0;
  int64_t fine = 0;          // plain ones with more than six decimals
  int64_t whole_points = 0;  // "17850.0"
  int64_t leading_zeros = 0;
  double lowest = 0, highest = 0;
  std::map<std::string, int64_t> currencies;

  std::map<std::string, ShapeCount> shapes;  // of the dates
  int64_t compact_dates = 0;                 // "20101201"
  int64_t booleans = 0;                      // yes, no, true, false, y, n
  std::map<std::string, int64_t> markers;    // rows with "NULL", "N/A", a quoted nothing
  std::vector<std::string> examples;         // the first few distinct values
  size_t longest = 0;                        // bytes

  int64_t numbers() const { return integers + decimals; }
  bool all_numbers() const { return distinct > 0 && numbers() == distinct; }
  bool all_dates() const { return distinct > 0 && dates == distinct; }
  bool all_booleans() const { return distinct > 0 && booleans == distinct; }
  // Days as spreadsheets count them, of the years 1954 to 2119, and seconds or milliseconds since
  // 1970 of the years 1985 to 2096: numbers that are times if the column's name says so.
  bool serial_days() const { return all_numbers() && lowest >= 20'000 && highest <= 80'000; }
  bool epoch_seconds() const { return all_numbers() && lowest >= 5e8 && highest <= 4e9; }
  bool epoch_millis() const { return all_numbers() && lowest >= 5e11 && highest <= 4e12; }
  bool unique() const { return filled == rows && distinct == filled && rows > 0; }
};

// Whether a value of a file usually stands for nothing: "NULL", "\N", "N/A", "nan".
bool IsNullMarker(absl::string_view text);

// A profile of each column of a table; rows that are bad as CSV do not count.
absl::StatusOr<std::vector<ColumnProfile>> ProfileTable(StagingDatabase& staging,
                                                        const StagingDatabase::Table& table);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_PROPOSE_COLUMN_PROFILE_H_
