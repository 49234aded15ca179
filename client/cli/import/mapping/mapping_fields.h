#ifndef STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_FIELDS_H_
#define STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_FIELDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/cli/import/mapping/mapping_script.h"
#include "strata/v1/records.pb.h"

namespace strata::imports {

// One value of a SELECT's row.
struct MappedValue {
  absl::string_view text;  // empty for NULL; valid UTF-8
  bool number = false;     // SQLite says that it is an integer or a real number
};

// What is wrong with one value.
struct FieldProblem {
  std::string field;    // the column's name
  std::string reason;   // the server's where it has one: MISSING_FIELD, INVALID_DATE ...
  std::string message;  // for people, with the text in question
};

// Puts the columns of one SELECT into records of one kind. Columns are called as the fields of the
// record in records.proto, with these differences: amounts are decimals in currency units without
// "_micros" (amount, cost, annual_value), an order's row holds the order's fields and those of one
// line, and attribute_KEY holds a custom attribute: text, a number when SQLite says it is one
// (CAST), or what "attribute_KEY:boolean", ":number" or ":text" asks for.
class FieldBinding {
 public:
  // INVALID_ARGUMENT for a column that the record does not have (with the nearest one), for one
  // that comes twice, and when one is missing that the record needs. Columns that start with _ go
  // nowhere.
  static absl::StatusOr<FieldBinding> Create(MappedRecord record,
                                             const std::vector<std::string>& columns,
                                             absl::TimeZone zone);

  MappedRecord record() const { return record_; }
  // Of the column, -1 when there is none.
  int id_column() const { return id_column_; }
  int file_column() const { return file_column_; }
  int line_column() const { return line_column_; }
  int version_column() const { return version_column_; }  // source_version

  // Fills `message` of the binding's kind from one row (an order: also adds a line). The id is left
  // to the caller. Adds what is wrong to `problems`.
  void Fill(const std::vector<MappedValue>& row, v1::Record* message,
            std::vector<FieldProblem>* problems) const;

  // Adds a further row of the same order: its line.
  void FillLine(const std::vector<MappedValue>& row, v1::Record* message,
                std::vector<FieldProblem>* problems) const;

  // Whether a column of the row holds a field of an order's line.
  bool OfLine(int index) const;

  // The values of the record's own columns (an order's without those of its lines); all rows of one
  // order must have the same.
  std::vector<std::string> OwnValues(const std::vector<MappedValue>& row) const;
  // The name of the own column at a place of OwnValues, and what `message` holds in it as a mapping
  // would write it; empty for a value that has no such form here.
  const std::string& OwnColumn(size_t place) const;
  std::string OwnText(const v1::Record& message, size_t place) const;
  // A problem for each that differs from the first row's.
  void CompareOrderValues(const std::vector<std::string>& first_row,
                          const std::vector<MappedValue>& row,
                          std::vector<FieldProblem>* problems) const;

 private:
  struct Column {
    int index = 0;  // in the row
    std::string name;
    const google::protobuf::FieldDescriptor* field = nullptr;
    bool required = false;
    bool of_line = false;  // a field of OrderLine
    std::string attribute_key;
    char attribute_type = 0;  // 't'ext, 'n'umber, 'b'oolean; 0: as SQLite says
  };

  FieldBinding(MappedRecord record, absl::TimeZone zone) : record_(record), zone_(zone) {}
  absl::Status Bind(int index, const std::string& name);
  absl::Status BindAttribute(Column column);
  absl::Status CheckRequired() const;
  const Column& Own(size_t place) const;
  void FillColumn(const Column& column, const MappedValue& value,
                  google::protobuf::Message* message, std::vector<FieldProblem>* problems) const;

  MappedRecord record_;
  absl::TimeZone zone_;
  std::vector<Column> columns_;
  int id_column_ = -1, file_column_ = -1, line_column_ = -1, version_column_ = -1;
};

// "id, customer, ..." of a record, for messages and help.
std::string FieldNames(MappedRecord record);

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_FIELDS_H_
