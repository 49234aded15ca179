#ifndef STRATA_SERVER_ANALYTICS_SEGMENT_TESTING_MODEL_SEGMENTS_H_
#define STRATA_SERVER_ANALYTICS_SEGMENT_TESTING_MODEL_SEGMENTS_H_

#include <string>
#include <utility>
#include <vector>

#include "server/analytics/testing/model_workspace.h"
#include "server/domain/segment.h"

// For tests: three segments that stand on each other, and who is in them.

namespace strata::analytics::segment {

inline SegmentDefinition GroupOf(std::string id, std::string filter) {
  SegmentDefinition segment;
  segment.id = std::move(id);
  segment.filter = std::move(filter);
  return segment;
}

inline SegmentDefinition PartitionOf(std::string id, std::vector<SegmentClass> classes,
                                     std::string rest) {
  SegmentDefinition segment;
  segment.id = std::move(id);
  segment.classes = std::move(classes);
  segment.rest = std::move(rest);
  return segment;
}

// Ascending by id; "b-value" stands on "z-us", so order of definition is no order of evaluation.
inline std::vector<SegmentDefinition> ModelSegments() {
  return {
      GroupOf("a-good", "segment:b-value = \"many\" OR segment:b-value = \"one\""),
      PartitionOf("b-value", {{"many", "orders >= 3 AND segment:z-us"}, {"one", "orders >= 1"}},
                  "none"),
      GroupOf("z-us", "country = \"US\""),
  };
}

// What the definitions above say of each customer, by walking the rows.
struct ExpectedSegments {
  bool us = false, good = false;
  std::string value;
};
inline std::vector<ExpectedSegments> SegmentsOf(const ModelWorkspace& model, Day as_of) {
  std::vector<int> orders(model.customers.size(), 0);
  for (const ModelWorkspace::OrderRow& order : model.orders) {
    if (order.day <= as_of && order.IsPurchase()) ++orders[order.customer];
  }
  std::vector<ExpectedSegments> expected(model.customers.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    expected[i].us = model.customers[i].country == "US";
    expected[i].value = orders[i] >= 3 && expected[i].us ? "many" : orders[i] >= 1 ? "one" : "none";
    expected[i].good = orders[i] >= 1;
  }
  return expected;
}

}  // namespace strata::analytics::segment

#endif  // STRATA_SERVER_ANALYTICS_SEGMENT_TESTING_MODEL_SEGMENTS_H_
