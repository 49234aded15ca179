#include "server/analytics/stats/mixture.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace strata::analytics::stats {
namespace {

constexpr int kRounds = 200;
constexpr double kFirstShare = 0.8;  // of the first alternative, where the fit begins
// Members of the first alternative that are taken for granted, so that a small group whose every
// member looks a little unusual is not all taken for unusual.
constexpr double kPriorMembers = 2;

}  // namespace

void Mixture::Add(const std::vector<double>& log_likelihood) {
  const double most = *std::max_element(log_likelihood.begin(), log_likelihood.end());
  for (const double value : log_likelihood) likelihood_.push_back(std::exp(value - most));
}

void Mixture::Fit() {
  const size_t others = alternatives_ - 1;
  shares_.assign(alternatives_, (1 - kFirstShare) / static_cast<double>(others));
  shares_[0] = kFirstShare;
  const size_t step = members() / kMostFitted + 1;
  std::vector<double> counts(alternatives_), chances(alternatives_);
  for (int round = 0; round < kRounds; ++round) {
    std::fill(counts.begin(), counts.end(), 0);
    counts[0] = kPriorMembers;
    for (size_t i = 0; i < members(); i += step) {
      PutChances(i, chances.data());
      for (size_t k = 0; k < alternatives_; ++k) counts[k] += chances[k];
    }
    const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
    for (size_t k = 0; k < alternatives_; ++k) shares_[k] = counts[k] / total;
  }
}

void Mixture::PutChances(size_t i, double* chances) const {
  const double* const row = likelihood_.data() + i * alternatives_;
  double total = 0;
  for (size_t k = 0; k < alternatives_; ++k) {
    chances[k] = shares_[k] * row[k];
    total += chances[k];
  }
  for (size_t k = 0; k < alternatives_; ++k) chances[k] /= total;
}

std::vector<double> Mixture::ChancesOf(size_t i) const {
  std::vector<double> chances(alternatives_);
  PutChances(i, chances.data());
  return chances;
}

}  // namespace strata::analytics::stats
