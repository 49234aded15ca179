#ifndef STRATA_CLIENT_CLI_IMPORT_MAPPING_RUN_TALLY_H_
#define STRATA_CLIENT_CLI_IMPORT_MAPPING_RUN_TALLY_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "client/cli/import/csv/import_reject.h"
#include "client/cli/import/mapping/bad_rows.h"
#include "client/cli/import/mapping/mapping_fields.h"
#include "client/cli/import/mapping/mapping_script.h"

namespace strata::imports {

// A record's kind and id as one number.
uint64_t RecordKey(MappedRecord kind, absl::string_view id);

// What the rows of a run of a mapping amount to, record by record: to find the records that a run
// with bad rows makes otherwise than the run without them. These are made of bad rows.
class RunTally {
 public:
  // `bad`: null, or the rows that this run shows and that others hide.
  explicit RunTally(const BadRows* bad) : bad_(bad) {}

  void Row(MappedRecord kind, absl::string_view id, const std::vector<MappedValue>& row,
           Origin origin);

  // The records of `good` that come out otherwise here. A customer is among them only when one of
  // its rows is missing: lines repeat their customer, and a good line still says what it said.
  std::vector<uint64_t> Changed(const RunTally& good) const;
  bool SameRecords(const RunTally& good) const;

  // The bad rows that show in the rows of a record; empty where that cannot be seen.
  std::vector<int> BadRowsOf(uint64_t key) const;
  struct Use {
    MappedRecord kind;
    std::string id;
    uint64_t key;
  };
  // The record that a bad row was seen in first; null for none.
  const Use* FirstUse(int bad_row) const;

 private:
  struct Sum {
    uint64_t rows = 0;
    int64_t count = 0;
    bool customer = false;
    friend bool operator==(const Sum&, const Sum&) = default;
  };

  const BadRows* bad_;
  absl::flat_hash_map<uint64_t, Sum> records_;
  absl::flat_hash_map<uint64_t, uint64_t> customer_rows_;  // their record by their hash
  absl::flat_hash_map<uint64_t, std::vector<int>> bad_rows_of_;
  absl::flat_hash_map<int, Use> first_uses_;
};

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_MAPPING_RUN_TALLY_H_
