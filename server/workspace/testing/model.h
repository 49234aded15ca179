#ifndef STRATA_SERVER_WORKSPACE_TESTING_MODEL_H_
#define STRATA_SERVER_WORKSPACE_TESTING_MODEL_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "server/domain/record.h"

namespace strata::testing {

// The rules of ingestion over plain maps of text, written a second time and as simply as possible,
// to hold the real writer against. Takes valid records only.
class Model {
 public:
  // Fields that are known, by name, as text.
  using Fields = std::map<std::string, std::string>;
  struct Stored {
    Fields fields;  // facts: "customer" among them
    std::optional<int64_t> version;
  };
  using Id = std::pair<RecordKind, std::string>;

  Outcome Apply(const Record& record);
  void Erase(const std::string& customer);

  // What the tables must hold: one line a record, attribute and line, sorted.
  std::multiset<std::string> Dump() const;
  // The same of the customers' placeholders.
  std::set<std::string> Placeholders() const;

  // Customers made because a fact named them first, since the model began.
  int64_t placeholders_made() const { return placeholders_made_; }

 private:
  std::map<Id, Stored> records_;  // full ones; a placeholder is whoever is only named
  std::map<Id, std::optional<int64_t>> deleted_;
  std::set<std::string> erased_;
  int64_t placeholders_made_ = 0;
};

}  // namespace strata::testing

#endif  // STRATA_SERVER_WORKSPACE_TESTING_MODEL_H_
