#ifndef STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_FAULT_H_
#define STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_FAULT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "client/cli/import/values/mapping_values.h"

namespace strata::imports {

// A value that a function of a mapping gives when it cannot do what it was asked for, in place of a
// wrong one: text of a form that nothing else has. In whatever field of a record it ends, that
// record is refused with its reason and message.
std::string MakeFault(absl::string_view reason, absl::string_view message);
bool IsFault(absl::string_view text);
// Of a fault.
ValueProblem ProblemOf(absl::string_view fault);

// The faults of one run, to find those that never reach a record: they decided which rows are taken
// (WHERE, CASE), or were summed up, and nobody would have heard of them.
class FaultBook {
 public:
  void Clear();
  // `text`: the value that could not be read, as it stands in a file.
  void Met(absl::string_view fault, absl::string_view text) { met_.emplace(fault, text); }
  // `fault` was dropped in favour of `first`, as when both are in one sum.
  void Excuse(absl::string_view fault, absl::string_view first);
  void Surfaced(absl::string_view fault) { surfaced_.emplace(fault); }
  std::string TextOf(absl::string_view fault) const;
  // Those that nobody heard of.
  std::vector<std::string> Hidden() const;

 private:
  std::map<std::string, std::string> met_;  // with its text
  absl::flat_hash_set<std::string> surfaced_;
  absl::flat_hash_map<std::string, std::string> excuses_;
};

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_MAPPING_MAPPING_FAULT_H_
