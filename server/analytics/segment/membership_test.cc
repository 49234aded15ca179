#include "server/analytics/segment/membership.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/analytics/testing/model_workspace.h"

namespace strata::analytics::segment {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

MembershipPtr MembersOf(const image::RevisionPtr& revision, const std::string& filter) {
  absl::StatusOr<Membership> members = ComputeMembership(revision, filter, StopToken());
  EXPECT_TRUE(members.ok()) << members.status();
  return members.ok() ? std::make_shared<const Membership>(*std::move(members)) : nullptr;
}

MembershipDifference DifferenceOf(MembershipPtr before, MembershipPtr after,
                                  const MembershipDifference::Fields& fields = {}) {
  auto difference =
      MembershipDifference::Compute(std::move(before), std::move(after), fields, StopToken());
  EXPECT_TRUE(difference.ok()) << difference.status();
  return *std::move(difference);
}

std::vector<std::string> Told(const MembershipDifference& difference) {
  std::vector<std::string> told;
  for (size_t i = 0; i < difference.size(); ++i) {
    told.push_back(absl::StrCat(difference.entered(i) ? "+" : "-", difference.customer(i)));
  }
  return told;
}

std::string Text(const std::optional<fields::Value>& value) {
  if (!value.has_value()) return "nothing";
  if (std::holds_alternative<fields::NullReason>(*value)) return "null";
  if (const auto* amount = std::get_if<Amount>(&*value)) return FormatAmount(*amount);
  if (const auto* integer = std::get_if<int64_t>(&*value)) return absl::StrCat(*integer);
  if (const auto* text = std::get_if<std::string>(&*value)) return *text;
  return "?";
}

std::vector<std::string> ChangesOf(const MembershipDifference& difference, size_t i) {
  std::vector<std::string> changes;
  for (const FieldChange& change : difference.Changes(i)) {
    changes.push_back(
        absl::StrCat(change.field, " ", Text(change.before), " > ", Text(change.after)));
  }
  return changes;
}

ModelWorkspace Shop() {
  ModelWorkspace shop;
  shop.Order("ann", "2024-05-01", 100);
  shop.Order("bob", "2024-05-02", 30);
  shop.Order("cem", "2024-05-03", 70);
  shop.customers[0].country = "DE";
  return shop;
}

TEST(Membership, IsOfTheRevisionsLastDay) {
  ModelWorkspace shop = Shop();
  const MembershipPtr members = MembersOf(shop.Build(), "recency_days <= 1");
  EXPECT_EQ(FormatDay(members->as_of), "2024-05-03");
  EXPECT_FALSE(members->Holds(0));
  EXPECT_TRUE(members->Holds(1));
  EXPECT_TRUE(members->Holds(2));
  EXPECT_FALSE(members->Holds(3));  // nobody
  EXPECT_EQ(MembersOf(ModelWorkspace().Build(), "orders > 0")->as_of, 0);
  EXPECT_FALSE(ComputeMembership(shop.Build(), "revenu > 1", StopToken()).ok());
}

TEST(Membership, DifferenceNamesLeaversThenNewcomersWithTheirChanges) {
  ModelWorkspace shop = Shop();
  const MembershipPtr before = MembersOf(shop.Build(), "revenue > 50");
  shop.orders[2].lines[0].amount = 20 * kMicrosAUnit;  // cem: 70 -> 20
  shop.Order("bob", "2024-05-04", 25);
  shop.Order("dan", "2024-05-05", 99);
  const MembershipPtr after = MembersOf(shop.Build(), "revenue > 50");
  const MembershipDifference difference =
      DifferenceOf(before, after, {{"revenue", "country"}, {"orders", "revenue"}});
  ASSERT_THAT(Told(difference), ElementsAre("-cem", "+bob", "+dan"));
  // The country is a field of the rule and has not changed; revenue is named once.
  EXPECT_THAT(ChangesOf(difference, 0), ElementsAre("revenue 70 > 20", "orders 1 > 1"));
  EXPECT_THAT(ChangesOf(difference, 1), ElementsAre("revenue 30 > 55", "orders 1 > 2"));
  EXPECT_THAT(ChangesOf(difference, 2),
              ElementsAre("revenue nothing > 99", "country nothing > null", "orders nothing > 1"));
  EXPECT_THAT(Told(DifferenceOf(after, after)), IsEmpty());
}

TEST(Membership, FromNothingEverybodyEnters) {
  ModelWorkspace shop = Shop();
  const MembershipPtr members = MembersOf(shop.Build(), "revenue > 50");
  const MembershipDifference difference = DifferenceOf(nullptr, members, {{}, {"country"}});
  ASSERT_THAT(Told(difference), ElementsAre("+ann", "+cem"));
  EXPECT_THAT(ChangesOf(difference, 0), ElementsAre("country nothing > DE"));
  EXPECT_THAT(ChangesOf(difference, 1), ElementsAre("country nothing > null"));
}

TEST(Membership, FieldsThatARevisionDoesNotHaveAreNothing) {
  ModelWorkspace shop = Shop();
  const MembershipPtr before = MembersOf(shop.Build(), "revenue > 50");
  shop.customers[1].attributes["plan"] = std::string("gold");
  const MembershipPtr after = MembersOf(shop.Build(), "attribute:plan = \"gold\"");
  const MembershipDifference difference = DifferenceOf(before, after, {{"attribute:plan"}, {}});
  ASSERT_THAT(Told(difference), ElementsAre("-ann", "-cem", "+bob"));
  EXPECT_THAT(ChangesOf(difference, 0), ElementsAre("attribute:plan nothing > null"));
  EXPECT_THAT(ChangesOf(difference, 2), ElementsAre("attribute:plan nothing > gold"));
}

// By walking the rows: who has bought more than once.
std::vector<bool> Repeaters(const ModelWorkspace& model) {
  std::vector<int> orders(model.customers.size(), 0);
  for (const ModelWorkspace::OrderRow& order : model.orders) {
    if (order.IsPurchase()) ++orders[order.customer];
  }
  std::vector<bool> repeaters;
  for (const int count : orders) repeaters.push_back(count >= 2);
  return repeaters;
}

TEST(Membership, RandomDifferencesAgreeWithTheRows) {
  size_t moved = 0;
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    ModelWorkspace model = RandomWorkspace(seed);
    // An order after every other one, so that nobody's creation lies in the future.
    model.Order(model.customers[0].id, "2026-01-01", 1);
    const std::vector<bool> old = Repeaters(model);
    const MembershipPtr before = MembersOf(model.Build(), "orders >= 2");
    std::mt19937 random(seed);
    for (ModelWorkspace::OrderRow& order : model.orders) {
      if (random() % 8 == 0) order.status = random() % 2 == 0 ? "cancelled" : "shipped";
      if (random() % 8 == 0) order.customer = random() % model.customers.size();
    }
    const std::vector<bool> now = Repeaters(model);
    std::vector<std::string> expected;
    for (size_t i = 0; i < now.size(); ++i) {
      if (old[i] && !now[i]) expected.push_back("-" + model.customers[i].id);
    }
    for (size_t i = 0; i < now.size(); ++i) {
      if (!old[i] && now[i]) expected.push_back("+" + model.customers[i].id);
    }
    const MembershipPtr after = MembersOf(model.Build(), "orders >= 2");
    EXPECT_EQ(Told(DifferenceOf(before, after)), expected) << seed;
    moved += expected.size();
  }
  EXPECT_GT(moved, 100u);
}

TEST(Membership, KnowsWhoIsPresent) {
  ModelWorkspace shop = Shop();
  const image::RevisionPtr revision = shop.Build();
  EXPECT_TRUE(IsPresent(*revision, 2));
  EXPECT_FALSE(IsPresent(*revision, 3));
}

}  // namespace
}  // namespace strata::analytics::segment
