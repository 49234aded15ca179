#include "server/analytics/insight/segments/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/analytics/testing/model_workspace.h"
#include "server/analytics/testing/published_models.h"
#include "server/base/error.h"

namespace strata::analytics::insight {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string TextOf(const fields::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<int64_t>(&value)) return absl::StrCat(*integer);
  return "?";  // not known
}

std::string KeyOf(const SegmentProfile::ValueShare& value) {
  std::vector<std::string> keys;
  for (const fields::Value& key : value.keys) keys.push_back(TextOf(key));
  return absl::StrJoin(keys, " x ");
}

ProfileQuery Ask(const image::RevisionPtr& revision, const std::string& filter,
                 const std::string& as_of = "") {
  ProfileQuery query;
  query.scope =
      *fields::ResolveScope(revision, as_of, "", "", filter, fields::ClassesAt::kAsOf, StopToken());
  return query;
}

SegmentProfile Profile(const ProfileQuery& query) {
  absl::StatusOr<SegmentProfile> profile = ProfileSegment(query);
  EXPECT_TRUE(profile.ok()) << profile.status();
  return *std::move(profile);
}

const SegmentProfile::Dimension& DimensionOf(const SegmentProfile& profile,
                                             const std::vector<std::string>& fields) {
  for (const SegmentProfile::Dimension& dimension : profile.dimensions) {
    if (dimension.fields == fields) return dimension;
  }
  ADD_FAILURE() << "no dimension " << absl::StrJoin(fields, ",");
  return profile.dimensions.at(0);
}

const SegmentProfile::ValueShare& ValueOf(const SegmentProfile& profile,
                                          const std::vector<std::string>& fields,
                                          const std::string& key) {
  for (const SegmentProfile::ValueShare& value : DimensionOf(profile, fields).values) {
    if (KeyOf(value) == key) return value;
  }
  ADD_FAILURE() << "no value " << key;
  return DimensionOf(profile, fields).values.at(0);
}

// Six customers: ada, bob, cem and dan have ordered more than once.
ModelWorkspace Six() {
  ModelWorkspace model;
  const auto add = [&](const char* id, const char* country, int orders) {
    for (int i = 0; i < orders; ++i) model.Order(id, "2024-01-01", 10);
    model.customers[model.Customer(id)].country = country;
  };
  add("ada", "DE", 2);
  add("bob", "DE", 2);
  add("cem", "TR", 2);
  add("dan", "", 3);
  add("eve", "DE", 1);
  add("fay", "FR", 1);
  return model;
}

TEST(Profile, ByHand) {
  ProfileQuery query = Ask(Six().Build(), "orders >= 2");
  query.fields = {"country"};
  const SegmentProfile profile = Profile(query);
  EXPECT_EQ(profile.segment.customers, 4);
  EXPECT_EQ(profile.against.customers, 2);
  EXPECT_EQ(profile.overlap, 0);
  EXPECT_EQ(profile.segment.orders, 9);
  EXPECT_TRUE(profile.segment.revenue == 90 * kMicrosAUnit);
  EXPECT_DOUBLE_EQ(profile.segment.share_of_customers, 4.0 / 6);
  EXPECT_DOUBLE_EQ(profile.against.share_of_revenue, 20.0 / 110);

  ASSERT_EQ(profile.dimensions.size(), 1u);
  std::vector<std::string> keys;
  for (const auto& value : profile.dimensions[0].values) keys.push_back(KeyOf(value));
  EXPECT_THAT(keys, ElementsAre("DE", "FR", "TR", "?"));
  const SegmentProfile::ValueShare& german = profile.dimensions[0].values[0];
  EXPECT_DOUBLE_EQ(german.share, 0.5);
  EXPECT_DOUBLE_EQ(german.share_against, 0.5);
  EXPECT_DOUBLE_EQ(german.lift, 1);
  EXPECT_DOUBLE_EQ(german.p, 1);
  EXPECT_DOUBLE_EQ(german.share_of_revenue, 40.0 / 90);
  // Wilson for 2 of 4: (2 + z^2/2 -+ z sqrt(1 + z^2/4)) / (4 + z^2), z = 1.959964.
  EXPECT_NEAR(german.interval->low, 0.150039, 1e-6);
  EXPECT_NEAR(german.interval->high, 0.849961, 1e-6);
  // 0 of 4 against 1 of 2: pooled 1/6, variance 5/36 * 3/4, z = 0.5 / sqrt(0.1041667) = 1.549193.
  const SegmentProfile::ValueShare& french = profile.dimensions[0].values[1];
  EXPECT_DOUBLE_EQ(french.difference, -0.5);
  EXPECT_DOUBLE_EQ(french.lift, 0);
  EXPECT_TRUE(std::isinf(profile.dimensions[0].values[2].lift));
  // Half of |0| + |-1/2| + |1/4| + |1/4|.
  EXPECT_DOUBLE_EQ(profile.dimensions[0].distance, 0.5);
  // The four p-values are 1, 0.121335, 0.438578 twice; adjusted by 4/1, 4/3 and 4/3 and cut to
  // rise: 0.485341, 0.584771, 0.584771, 1.
  EXPECT_NEAR(french.p, 0.485341, 1e-6);
  EXPECT_NEAR(profile.dimensions[0].values[2].p, 0.584771, 1e-6);
}

// What the request asks for, by walking the rows.
struct NaiveShare {
  int64_t customers = 0, against = 0;
  Micros revenue = 0;
  friend bool operator==(const NaiveShare&, const NaiveShare&) = default;
};

TEST(Profile, EqualsASecondImplementation) {
  size_t values = 0;
  for (uint32_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE(seed);
    ModelWorkspace model = RandomWorkspace(seed);
    for (ModelWorkspace::CustomerRow& customer : model.customers) customer.created = kNoDay;
    model.customers[0].attributes["beta"] = true;
    const image::RevisionPtr revision = model.Build({.target_lines = 60}, seed);
    ProfileQuery query = Ask(revision, "orders >= 2");
    query.fields = {"country", "children", "attribute:beta"};
    query.crosses = {"country,gender"};
    const bool other = seed % 2 == 0;
    if (other) query.against = "gender = \"F\"";
    const SegmentProfile profile = Profile(query);

    std::vector<int> orders(model.customers.size(), 0);
    std::vector<Micros> revenue(model.customers.size(), 0);
    for (const ModelWorkspace::OrderRow& order : model.orders) {
      if (!order.Recognised()) continue;
      orders[order.customer] += order.IsPurchase();
      for (const ModelLine& line : order.lines) revenue[order.customer] += line.amount;
    }
    std::map<std::string, std::map<std::string, NaiveShare>> expected;
    int64_t overlap = 0;
    for (size_t i = 0; i < model.customers.size(); ++i) {
      const ModelWorkspace::CustomerRow& row = model.customers[i];
      const bool in = orders[i] >= 2, against = other ? row.gender == "F" : !in;
      overlap += in && against;
      if (!in && !against) continue;
      const auto text = [](const std::string& value) { return value.empty() ? "?" : value; };
      const auto beta = row.attributes.find("beta");
      const std::map<std::string, std::string> keys = {
          {"country", text(row.country)},
          {"children", row.children.has_value() ? absl::StrCat(*row.children) : "?"},
          {"attribute:beta", beta == row.attributes.end()   ? "?"
                             : std::get<bool>(beta->second) ? "true"
                                                            : "false"},
          {"country,gender", absl::StrCat(text(row.country), " x ", text(row.gender))},
      };
      for (const auto& [field, key] : keys) {
        NaiveShare& share = expected[field][key];
        share.customers += in;
        share.against += against;
        if (in) share.revenue += revenue[i];
      }
    }
    EXPECT_EQ(profile.overlap, overlap);
    std::map<std::string, std::map<std::string, NaiveShare>> found;
    double previous = 1;
    for (const SegmentProfile::Dimension& dimension : profile.dimensions) {
      EXPECT_LE(dimension.distance, previous + 1e-12);
      previous = dimension.distance;
      double sum = 0, sum_against = 0, distance = 0;
      for (const SegmentProfile::ValueShare& value : dimension.values) {
        found[absl::StrJoin(dimension.fields, ",")][KeyOf(value)] = {
            value.customers, value.customers_against, static_cast<Micros>(value.revenue)};
        sum += value.share;
        sum_against += value.share_against;
        distance += std::fabs(value.share - value.share_against);
        if (value.interval.has_value()) {
          EXPECT_LE(value.interval->low, value.share);
          EXPECT_GE(value.interval->high, value.share);
        }
      }
      values += dimension.values.size();
      EXPECT_NEAR(sum, profile.segment.customers > 0 ? 1 : 0, 1e-12);
      EXPECT_NEAR(sum_against, profile.against.customers > 0 ? 1 : 0, 1e-12);
      if (profile.segment.customers > 0 && profile.against.customers > 0) {
        EXPECT_NEAR(dimension.distance, distance / 2, 1e-12);
      }
    }
    EXPECT_EQ(found, expected);
  }
  EXPECT_GT(values, 300u);
}

TEST(Profile, DefaultFieldsAreThoseOfWhichSomethingIsKnown) {
  const SegmentProfile profile = Profile(Ask(Six().Build(), "orders >= 2"));
  std::set<std::string> fields;
  for (const SegmentProfile::Dimension& dimension : profile.dimensions) {
    fields.insert(dimension.fields[0]);
  }
  EXPECT_THAT(fields, ElementsAre("country", "loyalty", "tier"));
  EXPECT_THAT(profile.info.notes, Contains(HasSubstr("family")));
}

TEST(Profile, SaysWhatItCannotCompare) {
  const image::RevisionPtr revision = Six().Build();
  const SegmentProfile everybody = Profile(Ask(revision, "orders >= 1"));
  EXPECT_EQ(everybody.against.customers, 0);
  EXPECT_THAT(everybody.info.notes, Contains(HasSubstr("nobody to compare with")));
  EXPECT_EQ(everybody.dimensions[0].values[0].lift, 0);
  const SegmentProfile nobody = Profile(Ask(revision, "orders > 100"));
  EXPECT_THAT(nobody.info.notes, Contains("the segment has no customers"));
  EXPECT_FALSE(nobody.dimensions[0].values[0].interval.has_value());
}

TEST(Profile, StopsWhenNobodyWaits) {
  ProfileQuery query = Ask(Six().Build(), "orders >= 2");
  query.scope.stop = StopToken([] { return absl::CancelledError("gone"); });
  EXPECT_EQ(ProfileSegment(query).status().code(), absl::StatusCode::kCancelled);
}

TEST(Profile, RefusesByName) {
  const image::RevisionPtr revision = Six().Build();
  const auto fault = [&](std::vector<std::string> fields, std::vector<std::string> crosses) {
    ProfileQuery query = Ask(revision, "orders >= 2");
    query.fields = std::move(fields);
    query.crosses = std::move(crosses);
    const absl::Status status = ProfileSegment(query).status();
    if (status.ok() || FactsOf(status).fields.empty()) return std::string("none");
    return absl::StrCat(FactsOf(status).reason, " ", FactsOf(status).fields[0].first);
  };
  EXPECT_EQ(fault({"country", "contry"}, {}), "UNKNOWN_FIELD fields[1]");
  EXPECT_EQ(fault({"revenue"}, {}), "INCOMPATIBLE_FIELD fields[0]");
  EXPECT_EQ(fault({"status"}, {}), "INCOMPATIBLE_FIELD fields[0]");
  EXPECT_EQ(fault({"country"}, {"country"}), "INVALID_FIELD crosses[0]");
  EXPECT_EQ(fault({}, {"tier, country", "tier,status"}), "INCOMPATIBLE_FIELD crosses[1]");
}

TEST(Profile, WithChildrenAsPublished) {
  STRATA_REFERENCE_OR_SKIP(path, "internet_sales/FactTable.csv");
  const image::RevisionPtr revision = InternetSalesModel().Build();
  ProfileQuery query = Ask(revision, "family = \"with_children\"", "2024-12-31");
  query.crosses = {"country,gender"};
  const SegmentProfile with = Profile(query);
  EXPECT_NEAR(with.segment.share_of_revenue, 0.7065444, 5e-8);
  const SegmentProfile::ValueShare& states = ValueOf(with, {"country"}, "United States");
  EXPECT_EQ(FormatMicros(states.revenue), "77422498.8372");
  EXPECT_NEAR(states.share_of_revenue, 0.35682714, 5e-9);
  EXPECT_EQ(states.customers, 5'925);
  EXPECT_EQ(states.customers + states.customers_against, 7'819);
  const SegmentProfile::ValueShare& men = ValueOf(with, {"country", "gender"}, "United States x M");
  EXPECT_NEAR(ToDouble(men.revenue) / ToDouble(states.revenue), 0.49565085, 5e-9);

  query = Ask(revision, "family = \"without_children\"", "2024-12-31");
  query.crosses = {"country,gender"};
  const SegmentProfile without = Profile(query);
  EXPECT_NEAR(without.segment.share_of_revenue, 0.29345559, 5e-9);
  const SegmentProfile::ValueShare& australia = ValueOf(without, {"country"}, "Australia");
  EXPECT_NEAR(ToDouble(australia.revenue), 39'669'905.13, 0.005);
  EXPECT_NEAR(australia.share_of_revenue, 0.4402, 5e-5);
  EXPECT_EQ(australia.customers + australia.customers_against, 3'591);
  EXPECT_NEAR(ToDouble(ValueOf(without, {"country", "gender"}, "Australia x M").revenue) /
                  ToDouble(australia.revenue),
              0.49681, 5e-6);
  // Loyal 15,676, Periodic 2,492, VIP 316 in all.
  for (const auto& [name, count] :
       std::map<std::string, int64_t>{{"Loyal", 15'676}, {"Periodic", 2'492}, {"VIP", 316}}) {
    const SegmentProfile::ValueShare& value = ValueOf(with, {"loyalty"}, name);
    EXPECT_EQ(value.customers + value.customers_against, count) << name;
  }
}

}  // namespace
}  // namespace strata::analytics::insight
