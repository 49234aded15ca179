#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/analytics/filter/filter.h"
#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics::filter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class UnmatchedTextsTest : public ::testing::Test {
 protected:
  UnmatchedTextsTest() {
    // Three of the United States, one of Germany, one of whom nothing is known.
    for (const char* country : {"United States", "Germany", "United States", "", "United States"}) {
      ModelWorkspace::CustomerRow& row = model_.customers.emplace_back();
      row.id = absl::StrCat("c-", model_.customers.size());
      row.display_name = absl::StrCat("Customer ", model_.customers.size());
      row.country = country;
      row.attributes = {{"plan", std::string("Gold")}};
    }
    model_.Order("c-1", "2023-01-01", 5, "Shipped");
    model_.Order("c-2", "2023-01-02", 5, "On Hold");
    model_.orders[0].lines[0].product = "Ford Falcon";
    model_.tickets.push_back({.opened = NoonOf(*ParseDay("2023-01-03")), .priority = "High"});
    revision_ = model_.Build();
  }

  std::vector<std::string> Told(absl::string_view text) const {
    const absl::StatusOr<Filter> filter = Filter::Parse(text, fields::FieldCatalogue(*revision_));
    if (!filter.ok()) return {std::string(filter.status().message())};
    const fields::Features features = *fields::Features::Compute(
        *revision_, *ParseDay("2023-06-01"), CustomerFieldsOf(*filter), StopToken());
    return UnmatchedTexts(*filter, *revision_, features);
  }

  ModelWorkspace model_;
  image::RevisionPtr revision_;
};

TEST_F(UnmatchedTextsTest, NamesTheNearestValuesOfCustomers) {
  EXPECT_THAT(
      Told("country = US"),
      ElementsAre("no customer has country = \"US\"; nearest: \"United States\" (3 customers)"));
  EXPECT_THAT(
      Told("country = germany"),
      ElementsAre("no customer has country = \"germany\"; nearest: \"Germany\" (1 customer)"));
  EXPECT_THAT(
      Told("NOT (orders > 1 OR country != GERMANY)"),
      ElementsAre("no customer has country = \"GERMANY\"; nearest: \"Germany\" (1 customer)"));
  EXPECT_THAT(Told("country = \"Untied*\""),
              ElementsAre("no customer has country = \"Untied*\"; nearest: \"United States\" (3 "
                          "customers)"));
  EXPECT_THAT(Told("attribute:plan = gold"),
              ElementsAre("no customer has attribute:plan = \"gold\"; nearest: \"Gold\" (5 "
                          "customers)"));
  EXPECT_THAT(Told("customer = C-2"),
              ElementsAre("no customer has customer = \"C-2\"; nearest: \"c-2\" (1 customer)"));
  EXPECT_THAT(Told("city = Rome"), ElementsAre("no customer has city = \"Rome\"; none has a value "
                                               "there"));
}

TEST_F(UnmatchedTextsTest, NamesTheFrequentValuesWhereNoneIsNear) {
  EXPECT_THAT(Told("country = Atlantis"),
              ElementsAre("no customer has country = \"Atlantis\"; there is \"United States\" (3 "
                          "customers), \"Germany\" (1 customer)"));
}

TEST_F(UnmatchedTextsTest, NamesTheNearestValuesOfFacts) {
  EXPECT_THAT(Told("status = shipped"),
              ElementsAre("no order has status = \"shipped\"; nearest: \"Shipped\""));
  EXPECT_THAT(Told("product:fiat"),
              ElementsAre("no order line has product:\"fiat\"; there is \"Ford Falcon\""));
  EXPECT_THAT(Told("priority = HIGH"),
              ElementsAre("no ticket has priority = \"HIGH\"; nearest: \"High\""));
  EXPECT_THAT(Told("deal_size = Large"),
              ElementsAre("no order has deal_size = \"Large\"; nearest: \"large\""));
}

TEST_F(UnmatchedTextsTest, TellsEachOnce) {
  EXPECT_THAT(Told("country = US (country = US OR status = shipped)"),
              ElementsAre(::testing::StartsWith("no customer has country"),
                          ::testing::StartsWith("no order has status")));
}

TEST_F(UnmatchedTextsTest, SaysNothingOfWhatOccursOrIsNoText) {
  EXPECT_THAT(Told(""), IsEmpty());
  EXPECT_THAT(Told("country = Germany status != Shipped country:states display_name = \"Cust*\""),
              IsEmpty());
  EXPECT_THAT(Told("country < A"), IsEmpty());  // an order, no value
  EXPECT_THAT(Told("country = null"), IsEmpty());
  EXPECT_THAT(Told("tier = prospect family = without_children"), IsEmpty());  // of fixed lists
  EXPECT_THAT(Told("month = 2031-01 revenue > 5"), IsEmpty());
}

}  // namespace
}  // namespace strata::analytics::filter
