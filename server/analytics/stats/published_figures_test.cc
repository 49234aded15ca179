#include "server/analytics/testing/published_figures.h"

#include <gmock/gmock.h>

#include <map>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/analytics/stats/inequality.h"
#include "server/analytics/stats/logistic.h"
#include "server/analytics/stats/multiple_testing.h"
#include "server/analytics/stats/ranks.h"
#include "server/analytics/stats/rates.h"
#include "server/analytics/stats/roc.h"

namespace strata::analytics::stats {
namespace {

using ::strata::testing::ReferenceJson;

TEST(Published, Inequality) {
  STRATA_REFERENCE_OR_SKIP(path, "inequality/expected.json");
  const nlohmann::json expected = ReferenceJson(path);
  const auto x = expected["x"].get<std::vector<double>>();
  const auto& published = expected["published"];
  const auto& recomputed = expected["recomputed"];
  EXPECT_NEAR(Gini(x), published["Gini"], 5e-8);
  EXPECT_NEAR(Gini(x), published["Gini_full_digits_other_repo"], 1e-15);
  EXPECT_NEAR(CorrectedGini(x), published["Gini_corrected"], 5e-8);
  EXPECT_NEAR(Herfindahl(x), published["Herfindahl"], 5e-8);
  EXPECT_NEAR(Atkinson(x, 0.5), published["Atkinson_0.5"], 5e-8);
  EXPECT_NEAR(Atkinson(x, 1), published["Atkinson_1"], 5e-8);
  EXPECT_NEAR(TheilT(x), recomputed["Theil_T"], 1e-11);
  const std::vector<double> two_hold_all = {0, 0, 0, 10, 10};
  EXPECT_NEAR(Gini(two_hold_all), expected["gini_10_10_0_0_0"]["raw"], 1e-15);
  EXPECT_NEAR(CorrectedGini(two_hold_all), expected["gini_10_10_0_0_0"]["corrected"], 1e-15);
}

TEST(Published, BenjaminiHochberg) {
  STRATA_REFERENCE_OR_SKIP(path, "inference/expected.json");
  const nlohmann::json expected = ReferenceJson(path)["p_adjust"];
  const std::vector<double> adjusted = BenjaminiHochberg(expected["p"].get<std::vector<double>>());
  const auto published = expected["BH"].get<std::vector<double>>();
  ASSERT_EQ(adjusted.size(), published.size());
  for (size_t i = 0; i < adjusted.size(); ++i) EXPECT_NEAR(adjusted[i], published[i], 1e-12) << i;
}

TEST(Published, RankSum) {
  STRATA_REFERENCE_OR_SKIP(path, "inference/expected.json");
  const nlohmann::json expected = ReferenceJson(path)["wilcoxon_permeability"];
  const RankSum test = RankSumTest(expected["x"].get<std::vector<double>>(),
                                   expected["y"].get<std::vector<double>>(), Tail::kGreater);
  EXPECT_TRUE(test.exact);
  EXPECT_EQ(test.w, expected["W"].get<double>());
  EXPECT_NEAR(test.p, expected["p_greater_exact"], 1e-12);
}

TEST(Published, EarlyWarningRates) {
  STRATA_REFERENCE_OR_SKIP(path, "inference/expected.json");
  const nlohmann::json expected = ReferenceJson(path)["order_frequency_decline"];
  EXPECT_NEAR(DecliningRateP({2, 3}, {24, 12}), expected["conditional_binomial"]["p_less"], 1e-13);
  EXPECT_NEAR(SilenceP({2, 1}, {24, 12}, 3), expected["gamma_poisson_predictive"]["P_0"], 1e-14);
}

// The aSAH data: outcome Poor is the case; a column's scores of cases and controls.
struct Scores {
  std::vector<double> cases, controls;

  // Cases first.
  std::vector<double> All() const {
    std::vector<double> all = cases;
    all.insert(all.end(), controls.begin(), controls.end());
    return all;
  }
};

std::map<std::string, Scores> ReadAsah(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  const auto cells_of = [](const std::string& text) {
    std::vector<std::string> cells = absl::StrSplit(absl::StripSuffix(text, "\r"), ',');
    for (std::string& cell : cells) {
      cell = std::string(absl::StripPrefix(absl::StripSuffix(cell, "\""), "\""));
    }
    return cells;
  };
  const std::vector<std::string> header = cells_of(line);
  std::map<std::string, Scores> scores;
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = cells_of(line);
    for (size_t i = 0; i < header.size(); ++i) {
      if (header[i] == "gos6" || header[i] == "outcome" || header[i] == "gender") continue;
      Scores& column = scores[header[i]];
      (cells[1] == "Poor" ? column.cases : column.controls).push_back(std::stod(cells[i]));
    }
  }
  return scores;
}

TEST(Published, RocOfASubarachnoidHaemorrhageStudy) {
  STRATA_REFERENCE_OR_SKIP(data, "roc/aSAH.csv");
  STRATA_REFERENCE_OR_SKIP(path, "roc/expected.json");
  const nlohmann::json expected = ReferenceJson(path);
  const nlohmann::json& published = expected["aSAH_published_pROC"];
  std::map<std::string, Scores> scores = ReadAsah(data);
  for (const char* name : {"s100b", "wfns", "ndka"}) {
    const auto auc = DeLongAuc(scores[name].cases, scores[name].controls);
    ASSERT_TRUE(auc.has_value());
    EXPECT_NEAR(auc->auc, published["auc"][name], 1e-14) << name;
  }
  const auto ndka = DeLongAuc(scores["ndka"].cases, scores["ndka"].controls);
  EXPECT_NEAR(ndka->low, published["ndka_delong_ci95"][0], 1e-13);
  EXPECT_NEAR(ndka->high, published["ndka_delong_ci95"][2], 1e-13);
  const auto difference = CompareAuc(scores["wfns"].cases, scores["wfns"].controls,
                                     scores["s100b"].cases, scores["s100b"].controls);
  ASSERT_TRUE(difference.has_value());
  EXPECT_NEAR(difference->z, published["delong_wfns_vs_s100b"]["Z"], 1e-12);
  EXPECT_NEAR(difference->p, published["delong_wfns_vs_s100b"]["p"], 1e-12);
  EXPECT_NEAR(difference->low, published["delong_wfns_vs_s100b"]["ci_diff"][0], 1e-12);
  EXPECT_NEAR(difference->high, published["delong_wfns_vs_s100b"]["ci_diff"][1], 1e-12);
  // R: wilcox.test(s100b ~ outcome): W of the first group (Good), two-sided with continuity.
  const RankSum test =
      RankSumTest(scores["s100b"].controls, scores["s100b"].cases, Tail::kTwoSided);
  EXPECT_EQ(test.w, expected["recomputed"]["mann_whitney_s100b_W"].get<double>());
  EXPECT_NEAR(test.p, expected["recomputed"]["p_normal_cc"], 1e-15);
}

// R 4.2.2 on the same file, with z(x) = (x - mean(x)) / sqrt(mean((x - mean(x))^2)):
//   glm(outcome == "Poor" ~ z(age) + z(s100b) + z(ndka) + z(wfns), binomial,
//       control = glm.control(epsilon = 1e-14))
// and, for the penalty of 2, optim(method = "BFGS", reltol = 1e-16) on the penalised likelihood.
TEST(Published, LogisticRegressionEqualsR) {
  STRATA_REFERENCE_OR_SKIP(data, "roc/aSAH.csv");
  std::map<std::string, Scores> scores = ReadAsah(data);
  const std::vector<std::vector<double>> columns = {scores["age"].All(), scores["s100b"].All(),
                                                    scores["ndka"].All(), scores["wfns"].All()};
  std::vector<double> rows;
  std::vector<uint8_t> events;
  for (size_t i = 0; i < columns[0].size(); ++i) {
    for (const std::vector<double>& column : columns) rows.push_back(column[i]);
    events.push_back(i < scores["age"].cases.size());
  }
  const auto glm = FitLogistic(rows, columns.size(), events, 0);
  ASSERT_TRUE(glm.ok()) << glm.status();
  EXPECT_NEAR(glm->intercept, -0.623738582241979, 1e-9);
  const double free[] = {0.375974484258010, 0.382978246653348, 1.802085977420996,
                         1.243313314373589};
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(glm->coefficients[i], free[i], 1e-9) << i;

  const auto ridge = FitLogistic(rows, columns.size(), events, 2);
  ASSERT_TRUE(ridge.ok()) << ridge.status();
  EXPECT_NEAR(ridge->intercept, -0.632342116378, 1e-6);
  const double penalised[] = {0.314594539424, 0.398798593707, 0.851466055329, 0.997691416690};
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(ridge->coefficients[i], penalised[i], 1e-6) << i;
}

}  // namespace
}  // namespace strata::analytics::stats
