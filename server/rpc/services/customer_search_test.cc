#include "server/rpc/services/customer_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/analytics/testing/model_workspace.h"
#include "server/base/error.h"

namespace strata::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

image::RevisionPtr Named(const std::vector<std::pair<std::string, std::string>>& customers) {
  analytics::ModelWorkspace model;
  for (const auto& [id, name] : customers) {
    auto& row = model.customers.emplace_back();
    row.id = id;
    row.display_name = name;
  }
  return model.Build();
}

class CustomerSearchTest : public ::testing::Test {
 protected:
  const image::RevisionPtr revision_ = Named({{"A-3", "Meridiancrest Ltd"},
                                              {"A-1", "Nordhafen GmbH"},
                                              {"A-2", "NORDHAFEN GMBH"},
                                              {"A-4", "New Meridiancrest Holding"},
                                              {"A-5", ""},
                                              {"A-6", "Straße & Söhne"}});

  std::vector<std::string> Ids(absl::string_view text, NameMatch match) const {
    const NamedCustomers named = FindByName(*revision_, text);
    EXPECT_EQ(named.match, match) << text;
    std::vector<std::string> ids;
    for (const image::Slot slot : named.slots) ids.emplace_back(revision_->CustomerId(slot));
    return ids;
  }
};

TEST_F(CustomerSearchTest, TakesTheBestMatchThereIs) {
  EXPECT_THAT(Ids("Nordhafen GmbH", NameMatch::kName), ElementsAre("A-1"));
  EXPECT_THAT(Ids("nordhafen gmbh", NameMatch::kCase), ElementsAre("A-1", "A-2"));
  EXPECT_THAT(Ids("STRASSE & SÖHNE", NameMatch::kCase), ElementsAre("A-6"));
  EXPECT_THAT(Ids("a-4", NameMatch::kCase), ElementsAre("A-4"));
  EXPECT_THAT(Ids("meridiancrest", NameMatch::kBeginning), ElementsAre("A-3"));
  EXPECT_THAT(Ids("crest", NameMatch::kPart), ElementsAre("A-3", "A-4"));
  EXPECT_THAT(Ids("Nordhaven GmbH", NameMatch::kLikeness), ElementsAre("A-2", "A-1"));
  EXPECT_THAT(Ids("Zanzibar Telecom", NameMatch::kLikeness), IsEmpty());
  EXPECT_THAT(Ids("", NameMatch::kLikeness), IsEmpty());
}

TEST_F(CustomerSearchTest, NamesEachLikenessOnce) {
  const NamedCustomers named =
      FindByName(*Named({{"a", "Acme Labs"}, {"b", "Acme Labs"}, {"c", "Acme Labs"}}), "Akme Labs");
  EXPECT_EQ(named.match, NameMatch::kLikeness);
  EXPECT_EQ(named.slots.size(), 1u);
}

TEST_F(CustomerSearchTest, CountsAllAndShowsFive) {
  std::vector<std::pair<std::string, std::string>> many;
  for (char c = 'a'; c < 'a' + 8; ++c) many.emplace_back(std::string(1, c), "Branch of Acme");
  const NamedCustomers named = FindByName(*Named(many), "acme");
  EXPECT_EQ(named.total, 8);
  EXPECT_EQ(named.slots.size(), 5u);
}

TEST_F(CustomerSearchTest, TheErrorTellsPeopleAndPrograms) {
  const absl::Status status = NoCustomer(*revision_, "crest");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(),
            "there is no customer \"crest\"; by name: A-3 \"Meridiancrest Ltd\", A-4 \"New "
            "Meridiancrest Holding\"");
  const ErrorFacts facts = FactsOf(status);
  EXPECT_EQ(facts.reason, "CUSTOMER_NOT_FOUND");
  EXPECT_THAT(
      facts.metadata,
      ElementsAre(std::pair("match", "part"), std::pair("matches", "2"),
                  std::pair("customer_1", "A-3"), std::pair("name_1", "Meridiancrest Ltd"),
                  std::pair("customer_2", "A-4"), std::pair("name_2", "New Meridiancrest Holding"),
                  std::pair("nearest", "A-3, A-4")));
  EXPECT_EQ(NoCustomer(*revision_, "Zanzibar Telecom").message(),
            "there is no customer \"Zanzibar Telecom\"");
  EXPECT_THAT(std::string(NoCustomer(*revision_, "Nordhaven GmbH").message()),
              HasSubstr("nearest by name: A-2 \"NORDHAFEN GMBH\""));
}

}  // namespace
}  // namespace strata::rpc
