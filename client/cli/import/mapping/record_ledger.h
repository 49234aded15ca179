#ifndef STRATA_CLIENT_CLI_IMPORT_MAPPING_RECORD_LEDGER_H_
#define STRATA_CLIENT_CLI_IMPORT_MAPPING_RECORD_LEDGER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "client/cli/import/csv/import_reject.h"
#include "client/cli/import/mapping/mapping_fields.h"

namespace strata::imports {

// Which records an import has made so far, to find ids that come twice.
class RecordLedger {
 public:
  // A record as the ledger keeps it.
  struct Entry {
    uint64_t content = 0;  // of all its values
    int64_t number = -1;   // in the order of RecordSink::Add; -1: it was refused
    Origin origin;
    std::string version;         // source_version, which tells versions of one record apart
    uint32_t statement = 0;      // whose columns `values` counts
    uint32_t first_value = 0;    // in the ledger's list of hashes
    uint32_t values = 0;         // 0 for orders
    std::vector<int64_t> older;  // numbers of records with other versions
  };

  // Null for a key that is new, or new in this version, which Put then takes.
  Entry* Find(uint64_t key, const std::string& version);
  // `values`: the record's own columns, none for orders, whose rows are compared one by one.
  void Put(uint64_t key, Entry entry, const std::vector<std::string>& values);
  // The numbers of all records with this key.
  std::vector<int64_t> NumbersOf(uint64_t key) const;

  // The columns of `values` that differ from those of `entry`, counted from 0; empty where another
  // statement made it.
  std::vector<size_t> Differing(const Entry& entry, uint32_t statement,
                                const std::vector<std::string>& values) const;

 private:
  absl::flat_hash_map<uint64_t, Entry> entries_;
  std::vector<uint32_t> values_;
};

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_MAPPING_RECORD_LEDGER_H_
