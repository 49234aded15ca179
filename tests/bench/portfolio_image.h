#ifndef STRATA_TESTS_BENCH_PORTFOLIO_IMAGE_H_
#define STRATA_TESTS_BENCH_PORTFOLIO_IMAGE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/image/editor.h"
#include "tests/bench/portfolio.h"

// A portfolio as an image, made through the editor without a server, and the timing of what is
// asked of it.

namespace strata::bench {

// Prints "bench: MESSAGE" and ends the program with 1.
[[noreturn]] void Fail(const std::string& message);

// Every record of the portfolio; Finish has yet to be called.
std::unique_ptr<image::Editor> Load(const Portfolio& data);

// Replaces order i by itself: a new revision with the same figures.
image::RevisionPtr NextRevision(image::Editor& editor, const Portfolio& data, size_t i,
                                int64_t number);

// Milliseconds of several runs. `cpu` is the median processor time of all threads: on two cores at
// least half of it passes, whatever else the machine does.
struct Times {
  double median, least, most, cpu;
};
// One line of a table; Header is its first.
std::string Header(const std::string& title);
std::string Line(const std::string& name, const Times& times);
Times Measure(int repetitions, const std::function<void()>& prepare,
              const std::function<void()>& run);

}  // namespace strata::bench

#endif  // STRATA_TESTS_BENCH_PORTFOLIO_IMAGE_H_
