#ifndef STRATA_SERVER_ANALYTICS_STATS_MIXTURE_H_
#define STRATA_SERVER_ANALYTICS_STATS_MIXTURE_H_

#include <cstddef>
#include <vector>

namespace strata::analytics::stats {

// How common each of a few known alternatives is among many members, fitted by expectation and
// maximisation to the members' likelihoods, and each member's chances given that.
class Mixture {
 public:
  // `alternatives` of them; the first one is where a member about whom nothing is known belongs.
  explicit Mixture(size_t alternatives) : alternatives_(alternatives) {}

  // `log_likelihood` has a value for each alternative; a constant added to all changes nothing.
  void Add(const std::vector<double>& log_likelihood);
  size_t members() const { return likelihood_.size() / alternatives_; }

  // Fits the shares to at most this many members, evenly picked: more of them tell no more.
  static constexpr size_t kMostFitted = 20'000;
  void Fit();

  // The chances of member `i`, which add up to 1, by alternative. After Fit.
  std::vector<double> ChancesOf(size_t i) const;
  const std::vector<double>& shares() const { return shares_; }

 private:
  void PutChances(size_t i, double* chances) const;

  size_t alternatives_;
  std::vector<double> likelihood_;  // by member and alternative, the largest of a member 1
  std::vector<double> shares_;
};

}  // namespace strata::analytics::stats

#endif  // STRATA_SERVER_ANALYTICS_STATS_MIXTURE_H_
