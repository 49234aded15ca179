#ifndef STRATA_SERVER_ANALYTICS_FIELDS_AGE_H_
#define STRATA_SERVER_ANALYTICS_FIELDS_AGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "server/domain/day.h"
#include "server/domain/settings.h"

namespace strata::analytics::fields {

// Ages on one day. A table by birth day makes most of them one lookup.
class AgeOn {
 public:
  static constexpr int kUnknown = -1;

  AgeOn(Day day, AgeMethod method);
  // kUnknown for no birth date and for one after the day.
  int Of(Day birth) const;
  // No one is older.
  int Highest() const { return civil_.year; }

 private:
  int Compute(Day birth) const;

  const Day day_;
  const CivilDay civil_;
  const AgeMethod method_;
  std::vector<int16_t> by_days_ago_;
};

// Bands of ages: [anchor + k width, anchor + (k + 1) width) for every whole k, cut at 0.
class AgeBands {
 public:
  AgeBands(int width, int anchor, int highest_age);
  // 1 for the band of age 0, rising with age; age in 0..highest_age.
  uint32_t CodeOf(int age) const { return code_of_age_[static_cast<size_t>(age)]; }
  // "31-40", a band of one year "31"; by code, entry 0 is empty.
  const std::vector<std::string>& labels() const { return labels_; }

 private:
  std::vector<uint32_t> code_of_age_;
  std::vector<std::string> labels_;
};

}  // namespace strata::analytics::fields

#endif  // STRATA_SERVER_ANALYTICS_FIELDS_AGE_H_
