#ifndef STRATA_SERVER_ANALYTICS_TESTING_PUBLISHED_FIGURES_H_
#define STRATA_SERVER_ANALYTICS_TESTING_PUBLISHED_FIGURES_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "nlohmann/json.hpp"

// For tests: the reference data that stands beside the checkout on some machines.

namespace strata::testing {

// The path of a reference file; empty when the reference data is not there.
inline std::string ReferenceFile(const std::string& name) {
  const std::string path = std::string(STRATA_SOURCE_DIR) + "/../shared/data/" + name;
  return std::filesystem::exists(path) ? path : "";
}

inline nlohmann::json ReferenceJson(const std::string& path) {
  std::ifstream file(path);
  return nlohmann::json::parse(file);
}

}  // namespace strata::testing

// Leaves the test, visibly skipped, where the reference file is absent.
#define STRATA_REFERENCE_OR_SKIP(path, name)                       \
  const std::string path = ::strata::testing::ReferenceFile(name); \
  if (path.empty()) GTEST_SKIP() << "reference data " << (name) << " is not here"

#endif  // STRATA_SERVER_ANALYTICS_TESTING_PUBLISHED_FIGURES_H_
