#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/analytics/kpi/definition.h"
#include "server/analytics/kpi/testing/naive_kpis.h"

// Random requests over random shops, cut into tiny blocks with tails, against the row-by-row
// implementation.

namespace strata::analytics::kpi {
namespace {

struct Condition {
  const char* text;
  const char* field;
  std::function<bool(const NaiveKpis&, const NaiveRow&)> matches;
};

const std::vector<Condition>& Conditions() {
  const auto is = [](const char* field, const char* value) {
    return [=](const NaiveKpis& naive, const NaiveRow& row) {
      return naive.FieldOf(field, row) == value;
    };
  };
  static const auto* const conditions = new std::vector<Condition>{
      {"country = \"US\"", "country", is("country", "US")},
      {"gender != \"F\"", "gender",
       [](const NaiveKpis& naive, const NaiveRow& row) {
         return naive.FieldOf("gender", row) != "F";
       }},
      {"children >= 1", "children",
       [](const NaiveKpis& naive, const NaiveRow& row) {
         const std::string children = naive.FieldOf("children", row);
         return children == "1" || children == "2";
       }},
      {"tier = \"strategic\"", "tier", is("tier", "strategic")},
      {"NOT loyalty = \"Loyal\"", "loyalty",
       [](const NaiveKpis& naive, const NaiveRow& row) {
         return naive.FieldOf("loyalty", row) != "Loyal";
       }},
      {"status = \"shipped\"", "status", is("status", "shipped")},
      {"channel = \"web\"", "channel", is("channel", "web")},
      {"product_line = \"Ships\"", "product_line", is("product_line", "Ships")},
      {"product != \"P1\"", "product",
       [](const NaiveKpis& naive, const NaiveRow& row) {
         return naive.FieldOf("product", row) != "P1";
       }},
      {"month >= \"2023-03\"", "month",
       [](const NaiveKpis& naive, const NaiveRow& row) {
         return naive.FieldOf("month", row) >= "2023-03";
       }},
      {"priority = \"P1\"", "priority", is("priority", "P1")},
      {"contract_owner = \"Kim\"", "contract_owner", is("contract_owner", "Kim")},
  };
  return *conditions;
}

bool Skips(const Condition& condition, const NaiveRow& row) {
  const absl::string_view field = condition.field;
  const bool of_facts = field == "status" || field == "channel" || field == "product" ||
                        field == "product_line" || field == "month" || field == "priority" ||
                        field == "contract_owner";
  return of_facts && row.day == kNoDay && row.contract == nullptr;
}

const std::vector<std::string> kFields = {
    "country",      "gender",       "children",       "family",  "strategic", "tier",
    "loyalty",      "cohort_month", "status",         "channel", "deal_size", "product",
    "product_line", "priority",     "contract_owner", "year",    "quarter",   "fiscal_quarter",
    "month",        "week",         "weekday"};

class RandomQuery {
 public:
  RandomQuery(const ShopModel& shop, image::RevisionPtr revision, uint32_t seed)
      : shop_(shop), random_(seed), catalogue_(*revision) {
    const Day first = *ParseDay("2022-11-10");
    const std::string as_of = Chance(0.5) ? "" : FormatDay(first + Below(520));
    std::string from, to;
    if (Chance(0.5)) {
      const Day start = first - 20 + Below(450);
      from = FormatDay(start);
      to = FormatDay(start + Below(200));
    }
    query_ = QueryOf(revision, {}, {}, "", from, to, as_of);
    if (query_.scope.range.from > query_.scope.range.to)
      query_.scope.range.to = query_.scope.range.from;
    for (int i = 1 + Below(4); i > 0; --i) {
      const Kpi& kpi = Kpis()[static_cast<size_t>(Below(static_cast<int>(Kpis().size())))];
      if (std::count(query_.kpis.begin(), query_.kpis.end(), kpi.id) == 0)
        query_.kpis.push_back(kpi.id);
    }
    for (int i = Below(4); i > 0; --i) {
      const std::string& field =
          kFields[static_cast<size_t>(Below(static_cast<int>(kFields.size())))];
      if (std::count(query_.group_by.begin(), query_.group_by.end(), field) > 0) continue;
      if (Fits(field, &CanGroupBy)) query_.group_by.push_back(field);
    }
    for (const std::string& field : query_.group_by) {
      if (Chance(0.3)) query_.share_within.push_back(field);
    }
    query_.fill_empty = Chance(0.3);
    std::vector<std::string> texts;
    for (int i = Below(3); i > 0; --i) {
      const Condition& condition =
          Conditions()[static_cast<size_t>(Below(static_cast<int>(Conditions().size())))];
      if (!Fits(condition.field, &CanFilterBy)) continue;
      texts.push_back(condition.text);
      conditions_.push_back(&condition);
    }
    query_.scope.filter = absl::StrJoin(texts, " AND ");
  }

  const KpiQuery& query() const { return query_; }
  std::string Words() const {
    return absl::StrCat(
        absl::StrJoin(query_.kpis, ","), " by ", absl::StrJoin(query_.group_by, ","), " where ",
        query_.scope.filter, " in ", FormatDay(query_.scope.range.from), "..",
        FormatDay(query_.scope.range.to), " as of ", FormatDay(query_.scope.as_of), " within ",
        absl::StrJoin(query_.share_within, ","), query_.fill_empty ? " filled" : "");
  }

  // Lines "key key: cell cell".
  std::vector<std::string> Expected() const {
    const std::vector<const Condition*> conditions = conditions_;
    const NaiveKpis naive(
        shop_, *query_.scope.revision, query_.scope.range, query_.scope.as_of,
        [conditions](const NaiveKpis& all, const NaiveRow& row) {
          return std::all_of(conditions.begin(), conditions.end(), [&](const Condition* condition) {
            // A mere customer meets what is said of facts.
            return Skips(*condition, row) || condition->matches(all, row);
          });
        });
    std::vector<std::string> lines;
    for (const auto& [key, cells] :
         naive.Table(query_.kpis, query_.group_by, query_.share_within, query_.fill_empty)) {
      const std::string head = key.empty() ? "" : absl::StrCat(absl::StrJoin(key, " "), ": ");
      lines.push_back(absl::StrCat(head, absl::StrJoin(cells, " ")));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

 private:
  int Below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  bool Chance(double p) { return std::bernoulli_distribution(p)(random_); }
  bool Fits(const std::string& id, bool (*fits)(const Definition&, const fields::Field&)) {
    const fields::Field& field = **catalogue_.Find(id);
    return std::all_of(query_.kpis.begin(), query_.kpis.end(), [&](const std::string& kpi) {
      return fits(DefinitionOf(**FindKpi(kpi)), field);
    });
  }

  const ShopModel& shop_;
  std::mt19937 random_;
  fields::FieldCatalogue catalogue_;
  KpiQuery query_;
  std::vector<const Condition*> conditions_;
};

std::vector<std::string> SortedLines(const KpiTable& table) {
  std::vector<std::string> lines;
  for (const KpiTable::Row& row : table.rows) {
    KpiTable one;
    one.rows = {row};
    lines.push_back(TextOf(one));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST(RandomQueriesTest, EqualTheNaiveImplementation) {
  const image::BlockSizes tiny = {
      .target_lines = 40, .max_customers = 7, .tail_share = 2, .min_tail_orders = 8};
  int rows = 0, requests = 0;
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    const ShopModel shop = RandomShop(seed);
    if (shop.orders.empty()) continue;
    const image::RevisionPtr revision =
        shop.Build(tiny, seed % 3 == 0 ? 0 : shop.orders.size() / 4);
    for (uint32_t i = 0; i < 15; ++i) {
      const RandomQuery random(shop, revision, seed * 1000 + i);
      const absl::StatusOr<KpiAnswer> answer = QueryKpis(random.query());
      ASSERT_TRUE(answer.ok()) << answer.status() << "\n" << random.Words();
      ASSERT_EQ(SortedLines(answer->table), random.Expected())
          << "shop " << seed << ", request " << i << ": " << random.Words();
      rows += static_cast<int>(answer->table.rows.size());
      ++requests;
    }
  }
  EXPECT_GT(requests, 500);
  EXPECT_GT(rows, 5 * requests);
}

// More combinations than any table holds, so that groups are hashed and customers' groups
// compacted.
TEST(RandomQueriesTest, ManyGroupsEqualTheNaiveImplementation) {
  const image::BlockSizes tiny = {
      .target_lines = 60, .max_customers = 9, .tail_share = 2, .min_tail_orders = 8};
  const std::vector<std::string> kpis = {"revenue",     "orders_all",    "active_customers",
                                         "units",       "new_customers", "median_order_value",
                                         "order_gap_cv"};
  const std::vector<std::string> fields = {"customer", "country", "cohort_month", "gender",
                                           "week",     "product", "channel",      "status"};
  int rows = 0;
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    const ShopModel shop = RandomShop(seed);
    const image::RevisionPtr revision = shop.Build(tiny, shop.orders.size() / 5);
    const KpiQuery query = QueryOf(revision, kpis, fields, "", "2023-01-01", "2023-06-30");
    const absl::StatusOr<KpiAnswer> answer = QueryKpis(query);
    ASSERT_TRUE(answer.ok()) << answer.status();
    const NaiveKpis naive(shop, *revision, query.scope.range, query.scope.as_of,
                          [](const NaiveKpis&, const NaiveRow&) { return true; });
    std::vector<std::string> expected;
    for (const auto& [key, cells] : naive.Table(kpis, fields, {}, false)) {
      expected.push_back(absl::StrCat(absl::StrJoin(key, " "), ": ", absl::StrJoin(cells, " ")));
    }
    std::sort(expected.begin(), expected.end());
    ASSERT_EQ(SortedLines(answer->table), expected) << "shop " << seed;
    rows += static_cast<int>(answer->table.rows.size());
  }
  EXPECT_GT(rows, 200);
}

}  // namespace
}  // namespace strata::analytics::kpi
