#ifndef STRATA_SERVER_BASE_CLOCK_H_
#define STRATA_SERVER_BASE_CLOCK_H_

#include <cstdint>

namespace strata {

// Where the wall clock enters. Passed in by main; analytics never sees one.
class Clock {
 public:
  virtual ~Clock() = default;

  // Milliseconds since 1970-01-01T00:00Z.
  virtual int64_t NowMillis() const = 0;

  // The machine's clock; lives as long as the process.
  static const Clock& System();
};

// A clock that stands where a test puts it.
class FixedClock : public Clock {
 public:
  explicit FixedClock(int64_t millis) : millis_(millis) {}
  int64_t NowMillis() const override { return millis_; }
  void Set(int64_t millis) { millis_ = millis; }

 private:
  int64_t millis_;
};

}  // namespace strata

#endif  // STRATA_SERVER_BASE_CLOCK_H_
