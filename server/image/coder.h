#ifndef STRATA_SERVER_IMAGE_CODER_H_
#define STRATA_SERVER_IMAGE_CODER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/domain/calendar.h"
#include "server/image/columns.h"
#include "server/image/dictionary.h"
#include "server/image/revision.h"

namespace strata::image {

// A dictionary behind a small cache: most columns repeat few texts, and a hit costs neither a lock
// nor a hash table. Writer only.
class CachedDictionary {
 public:
  explicit CachedDictionary(Dictionary& dictionary) : dictionary_(dictionary) {}

  Code Intern(absl::string_view text) {
    if (text.empty()) return kAbsent;
    Entry& entry = entries_[PlaceOf(text)];
    if (entry.text != text) {
      const Code code = dictionary_.Intern(text);
      entry = {dictionary_.Text(code), code};
    }
    return entry.code;
  }
  Dictionary& dictionary() { return dictionary_; }

 private:
  static constexpr size_t kEntries = 128;
  struct Entry {
    absl::string_view text;  // the dictionary's own
    Code code = kAbsent;
  };

  static size_t PlaceOf(absl::string_view text) {
    const auto at = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
    const size_t n = text.size();
    const size_t mixed = at(0) + at(n / 2) * 31 + at(n - 1) * 131 + at(n - 1 - n / 4) * 7 + n * 17;
    return (mixed ^ mixed >> 7) % kEntries;
  }

  Dictionary& dictionary_;
  Entry entries_[kEntries];
};

// Turns what records hold into what columns hold: texts into codes, instants into local days.
// Writer only.
class Coder {
 public:
  // Order statuses are 16 bits wide in the columns.
  static constexpr Code kMaxStatuses = 65'535;

  Coder(Dictionaries& dictionaries, absl::TimeZone zone);

  void SetZone(absl::TimeZone zone) { days_ = DayFinder(zone); }
  // kNoDay for kNoTime.
  Day DayOf(Millis time) { return time == kNoTime ? kNoDay : days_.DayOf(time); }

  // Statuses beyond the first kMaxStatuses share one last code, whose text says so.
  uint16_t Status(absl::string_view text);

  // The number of an attribute. `kind` becomes its kind if it is new; nullopt when it has another.
  std::optional<uint32_t> Attribute(absl::string_view key, AttributeKind kind);
  // By attribute number; entry 0 is unused.
  const std::vector<AttributeKind>& attribute_kinds() const { return attribute_kinds_; }

  CachedDictionary display_name, gender, country, region, city, industry, account_owner;
  CachedDictionary channel, product, product_line;
  CachedDictionary ticket_priority, ticket_category, contract_owner, contract_status;
  CachedDictionary attribute_texts;

 private:
  CachedDictionary status_, attributes_;
  DayFinder days_;
  std::vector<AttributeKind> attribute_kinds_;
};

}  // namespace strata::image

#endif  // STRATA_SERVER_IMAGE_CODER_H_
