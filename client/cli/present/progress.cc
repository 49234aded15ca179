#include "client/cli/present/progress.h"

#include <algorithm>
#include <cmath>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/present/chart.h"
#include "client/cli/present/display_width.h"
#include "client/cli/present/value_format.h"

namespace strata::cli {
namespace {

constexpr absl::Duration kRedraw = absl::Milliseconds(100);
constexpr absl::Duration kPlainLine = absl::Seconds(10);

// "8s", "2m05s", "1h02m".
std::string Short(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(duration + absl::Milliseconds(500));
  if (seconds < 60) return absl::StrCat(seconds, "s");
  if (seconds < 3600) return absl::StrFormat("%dm%02ds", seconds / 60, seconds % 60);
  return absl::StrFormat("%dh%02dm", seconds / 3600, seconds / 60 % 60);
}

}  // namespace

Progress::Progress(const Terminal& terminal, std::string label, int64_t total, std::string unit,
                   std::function<absl::Time()> now)
    : terminal_(terminal),
      label_(std::move(label)),
      unit_(std::move(unit)),
      total_(total),
      now_(std::move(now)),
      start_(now_()),
      last_draw_(start_) {}

Progress::~Progress() {
  if (line_open_) terminal_.err << '\n' << std::flush;
}

void Progress::Update(int64_t done) {
  done_ = done;
  const absl::Time now = now_();
  if (now - last_draw_ >= (terminal_.err_is_terminal ? kRedraw : kPlainLine)) Draw(now);
}

void Progress::Finish() {
  if (finished_) return;
  finished_ = true;
  Draw(now_());
  if (line_open_) terminal_.err << '\n' << std::flush;
  line_open_ = false;
}

std::string Progress::Line(absl::Time now) const {
  const absl::Duration spent = now - start_;
  const double seconds = absl::ToDoubleSeconds(spent);
  const double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
  const bool bounded = total_ > 0 && !finished_;
  std::string line = label_;
  if (total_ > 0) {
    const double fraction = std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
    if (terminal_.err_is_terminal)
      absl::StrAppend(&line, " ", Pad(Bar(fraction, 24), 24, Align::kLeft));
    absl::StrAppend(&line, " ", absl::StrFormat("%3.0f%%", std::floor(fraction * 100)));
  }
  absl::StrAppend(&line, "  ", FormatInteger(done_));
  if (bounded) absl::StrAppend(&line, " of ", FormatInteger(total_));
  absl::StrAppend(&line, " ", unit_, "  ", FormatInteger(std::llround(rate)), "/s  ");
  if (bounded && rate > 0 && done_ < total_) {
    const double left = static_cast<double>(total_ - done_) / rate;
    return absl::StrCat(line, Short(absl::Seconds(left)), " left");
  }
  return absl::StrCat(line, "in ", Short(spent));
}

void Progress::Draw(absl::Time now) {
  last_draw_ = now;
  const std::string line = Line(now);
  if (!terminal_.err_is_terminal) {
    terminal_.err << line << '\n' << std::flush;
    return;
  }
  const auto width = static_cast<size_t>(DisplayWidth(line));
  terminal_.err << '\r' << line << std::string(drawn_width_ > width ? drawn_width_ - width : 0, ' ')
                << std::flush;
  drawn_width_ = width;
  line_open_ = true;
}

}  // namespace strata::cli
