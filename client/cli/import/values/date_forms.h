#ifndef STRATA_CLIENT_CLI_IMPORT_VALUES_DATE_FORMS_H_
#define STRATA_CLIENT_CLI_IMPORT_VALUES_DATE_FORMS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace strata::imports {

// In which of its forms each parse_date of a mapping reads its column. 03/09/2018 is two days, and
// only the other values of the column say which: so a column is read in the first form that all of
// its values have. Where no form fits them all, each is read in a form of its own, and those that
// two forms read as different days are refused. Text that is ISO 8601 already needs no form.
class DateForms {
 public:
  struct Reading {
    std::optional<std::string> iso;
    std::string reason, message;  // where there is none
  };

  // Forgets what values were seen, not what was decided.
  void BeginRun();

  // The value at one call of the mapping (`call`, numbered from 0). `formats`: at most 32.
  Reading Read(int call, absl::string_view argument, absl::string_view text,
               const std::vector<std::string>& formats, bool observing);

  // After a run: decides what the values told. True when values were read otherwise before, so that
  // the run has to be repeated.
  bool Decide();

  // What was decided where it could have been otherwise, a sentence each. `year`: this one.
  std::vector<std::string> Notes(int year) const;

 private:
  struct Call {
    std::string argument;
    std::vector<std::string> formats;
    std::optional<size_t> form;  // decided: this one for all
    bool each_its_own = false;   // decided: none fits all
    // Seen in this run, as bits by form.
    uint32_t common = ~uint32_t{0}, used = 0, differing = 0;
    int64_t values = 0, ambiguous = 0;
    std::string example, example_iso;  // of an ambiguous value
    std::string late, late_iso;        // the latest of a two-digit year
    std::map<size_t, int64_t> by_form;
  };

  std::string Name(const Call& call) const;

  std::map<int, Call> calls_;
};

}  // namespace strata::imports

#endif  // STRATA_CLIENT_CLI_IMPORT_VALUES_DATE_FORMS_H_
