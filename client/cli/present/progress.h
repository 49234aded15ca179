#ifndef STRATA_CLIENT_CLI_PRESENT_PROGRESS_H_
#define STRATA_CLIENT_CLI_PRESENT_PROGRESS_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/cli/present/terminal.h"

namespace strata::cli {

// Shows how far long work is, on standard error: on a terminal one line that is redrawn (bar,
// count, rate, time left), else a plain line every ten seconds, so that a log stays short. Shows
// nothing before a tenth of a second on a terminal. Used from one thread.
class Progress {
 public:
  // `total` 0: not known, so neither bar nor time left. `now` is the clock; tests pass their own.
  Progress(const Terminal& terminal, std::string label, int64_t total, std::string unit,
           std::function<absl::Time()> now = absl::Now);
  // Ends the line when Finish was not called (an error is about to be printed).
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` so far in all, in units of `total`.
  void Update(int64_t done);
  void set_total(int64_t total) { total_ = total; }

  // Prints the last state with the whole time, and ends the line.
  void Finish();

 private:
  std::string Line(absl::Time now) const;
  void Draw(absl::Time now);

  const Terminal terminal_;
  const std::string label_, unit_;
  int64_t total_, done_ = 0;
  const std::function<absl::Time()> now_;
  const absl::Time start_;
  absl::Time last_draw_;
  size_t drawn_width_ = 0;
  bool line_open_ = false, finished_ = false;
};

}  // namespace strata::cli

#endif  // STRATA_CLIENT_CLI_PRESENT_PROGRESS_H_
