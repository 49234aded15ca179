#ifndef STRATA_CLIENT_CLI_IMPORT_IMPORT_SUMMARY_H_
#define STRATA_CLIENT_CLI_IMPORT_IMPORT_SUMMARY_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "strata/v1/records.pb.h"

namespace strata::imports {

// What the records of an import are as a whole, and what in their texts people should look at.
// Memory grows with the number of different ids and, up to a limit for each field, of other texts.
class ImportSummary {
 public:
  void Add(const v1::Record& record);

  // The first few of each kind.
  const std::vector<v1::Record>& first_records() const { return first_records_; }
  int64_t records(v1::Record::KindCase kind) const { return records_[static_cast<size_t>(kind)]; }
  int64_t lines() const { return lines_; }
  // That orders, tickets, contracts and surveys name, or that are records of their own.
  int64_t customers() const { return static_cast<int64_t>(customers_.size()); }
  // Of the lines of orders, in micros; with 128 bits no sum of them overflows.
  __int128 amount() const { return amount_; }
  __int128 returned() const { return returned_; }  // the negative ones among them
  int64_t return_lines() const { return return_lines_; }
  int64_t zero_lines() const { return zero_lines_; }
  // Seconds since 1970 of the first and last event; first > last when there is none.
  int64_t first_second() const { return first_second_; }
  int64_t last_second() const { return last_second_; }

  // Sentences: ids and values that look alike and differ (blanks, invisible characters, Unicode
  // form, case), and values that stand for nothing in most files ("NULL").
  std::vector<std::string> Findings() const;

 private:
  struct Texts {
    absl::flat_hash_map<std::string, int64_t> counts;
    bool full = false;  // has more different values than are kept
  };
  void AddTime(const google::protobuf::Timestamp& time);
  void AddText(const char* field, const std::string& text);

  std::array<int64_t, 7> records_ = {};
  std::vector<v1::Record> first_records_;
  int64_t lines_ = 0, return_lines_ = 0, zero_lines_ = 0;
  __int128 amount_ = 0, returned_ = 0;
  int64_t first_second_ = INT64_MAX, last_second_ = INT64_MIN;
  absl::flat_hash_set<std::string> customers_;
  std::map<std::string, Texts> texts_;  // by field: "country"
};

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_IMPORT_SUMMARY_H_
