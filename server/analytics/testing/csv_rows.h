#ifndef STRATA_SERVER_ANALYTICS_TESTING_CSV_ROWS_H_
#define STRATA_SERVER_ANALYTICS_TESTING_CSV_ROWS_H_

#include <fstream>
#include <map>
#include <string>
#include <vector>

// For tests: a small reader of the CSV files of the reference data (commas, double quotes, no line
// breaks inside a field).

namespace strata::analytics {

using CsvRow = std::map<std::string, std::string>;

inline std::vector<std::string> SplitCsvLine(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back().push_back(c);
    }
  }
  return fields;
}

inline std::vector<CsvRow> ReadCsv(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  const std::vector<std::string> names = SplitCsvLine(line);
  std::vector<CsvRow> rows;
  while (std::getline(file, line)) {
    const std::vector<std::string> fields = SplitCsvLine(line);
    CsvRow& row = rows.emplace_back();
    for (size_t i = 0; i < names.size() && i < fields.size(); ++i) row[names[i]] = fields[i];
  }
  return rows;
}

}  // namespace strata::analytics

#endif  // STRATA_SERVER_ANALYTICS_TESTING_CSV_ROWS_H_
