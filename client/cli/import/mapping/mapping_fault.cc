#include "client/cli/import/mapping/mapping_fault.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace strata::imports {
namespace {

constexpr absl::string_view kMark =
    "\x01"
    "fault\x01";
constexpr int kMostExcuses = 100;  // a chain that is followed

}  // namespace

std::string MakeFault(absl::string_view reason, absl::string_view message) {
  return absl::StrCat(kMark, reason, "\x01", message);
}

bool IsFault(absl::string_view text) { return absl::StartsWith(text, kMark); }

ValueProblem ProblemOf(absl::string_view fault) {
  fault.remove_prefix(kMark.size());
  const size_t end = fault.find('\x01');
  return {std::string(fault.substr(0, end)), std::string(fault.substr(end + 1))};
}

void FaultBook::Clear() {
  met_.clear();
  surfaced_.clear();
  excuses_.clear();
}

void FaultBook::Excuse(absl::string_view fault, absl::string_view first) {
  if (fault != first) excuses_.emplace(fault, first);
}

std::string FaultBook::TextOf(absl::string_view fault) const {
  const auto found = met_.find(std::string(fault));
  return found == met_.end() ? "" : found->second;
}

std::vector<std::string> FaultBook::Hidden() const {
  std::vector<std::string> hidden;
  for (const auto& [fault, text] : met_) {
    std::string at = fault;
    bool heard = surfaced_.contains(at);
    for (int step = 0; !heard && step < kMostExcuses; ++step) {
      const auto next = excuses_.find(at);
      if (next == excuses_.end()) break;
      at = next->second;
      heard = surfaced_.contains(at);
    }
    if (!heard) hidden.push_back(fault);
  }
  return hidden;
}

}  // namespace strata::imports
