#include "server/rpc/convert/risk.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace strata::rpc {
namespace {

constexpr size_t kDriversShown = 5;

}  // namespace

void ToProto(const analytics::insight::RiskModel& model, v1::RiskModel* out) {
  out->set_kind(model.is_scorecard() ? "scorecard" : "logistic");
  out->set_reason(model.reason());
  out->set_events(model.events());
  out->set_rows(model.rows());
  out->set_base_rate(model.base_rate());
  const std::vector<double> coefficients = model.Coefficients();
  for (size_t j = 0; j < coefficients.size(); ++j) {
    v1::Driver* made = out->add_coefficients();
    made->set_feature(std::string(NameOf(static_cast<analytics::insight::RiskFeature>(j))));
    made->set_average(model.means()[j]);
    made->set_contribution(coefficients[j]);
  }
}

void AddDrivers(const analytics::insight::RiskModel& model,
                const analytics::insight::RiskFeatureRow& row, v1::RankedRisk* out) {
  const std::vector<double> parts = model.Contributions(row);
  std::vector<size_t> order(parts.size());
  for (size_t j = 0; j < order.size(); ++j) order[j] = j;
  std::stable_sort(order.begin(), order.end(), [&parts](size_t a, size_t b) {
    return std::abs(parts[a]) > std::abs(parts[b]);
  });
  order.resize(std::min<size_t>(order.size(), kDriversShown));
  for (const size_t j : order) {
    v1::Driver* made = out->add_drivers();
    made->set_feature(std::string(NameOf(static_cast<analytics::insight::RiskFeature>(j))));
    made->set_value(row[j]);
    made->set_average(model.means()[j]);
    made->set_contribution(parts[j]);
    made->set_assumed(IsAssumed(static_cast<analytics::insight::RiskFeature>(j), row[j]));
  }
}

}  // namespace strata::rpc
