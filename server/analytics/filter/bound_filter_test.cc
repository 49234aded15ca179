#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/analytics/filter/filter.h"
#include "server/analytics/filter/testing/random_expressions.h"
#include "server/analytics/testing/model_workspace.h"

// Bound filters against a row-by-row evaluation of the same random expressions over the rows that
// the image was made of.

namespace strata::analytics::filter {
namespace {

class BoundFilterTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  BoundFilterTest() : model_(RandomWorkspace(GetParam())) {
    image::BlockSizes sizes;
    sizes.target_lines = 60;
    sizes.max_customers = 16;
    sizes.min_tail_orders = 40;
    revision_ = model_.Build(sizes, model_.orders.size() / 10);
    catalogue_ = std::make_unique<fields::FieldCatalogue>(*revision_);
    as_of_ = *ParseDay("2023-06-01");
    std::vector<std::string> ids;
    for (const fields::Field& field : catalogue_->fields()) {
      if (field.grain == fields::Grain::kCustomer) ids.push_back(field.id);
    }
    features_ = std::make_unique<fields::Features>(
        *fields::Features::Compute(*revision_, as_of_, ids, StopToken()));
  }

  fields::Value CustomerValue(const fields::Field& field, size_t slot) const {
    return features_->Column(field.id).At(static_cast<image::Slot>(slot));
  }
  static fields::Value TextValue(const std::string& text) {
    if (text.empty()) return fields::NullReason::kUnknown;
    return text;
  }
  fields::Value EventValue(const fields::Field& field, Day day) const {
    if (field.id == "weekday") return int64_t{WeekdayOf(day)};
    if (field.id == "day") return fields::DateValue{day};
    const PeriodUnit unit = *fields::PeriodUnitOf(field.id);
    return revision_->calendar->Label(unit, revision_->calendar->PeriodOf(unit, day));
  }
  fields::Value OrderValue(const fields::Field& field, size_t order, size_t line) const {
    const ModelWorkspace::OrderRow& row = model_.orders[order];
    if (field.grain == fields::Grain::kCustomer) return CustomerValue(field, row.customer);
    if (field.grain == fields::Grain::kEvent) return EventValue(field, row.day);
    if (field.id == "status") return TextValue(row.status);
    if (field.id == "channel") return TextValue(row.channel);
    if (field.id == "product") return TextValue(row.lines[line].product);
    if (field.id == "product_line") return TextValue(row.lines[line].product_line);
    Micros total = 0;
    for (const ModelLine& of_order : row.lines) total += of_order.amount;
    return total < model_.settings.deal_size_medium  ? std::string("small")
           : total < model_.settings.deal_size_large ? std::string("medium")
                                                     : std::string("large");
  }
  fields::Value TicketValue(const fields::Field& field,
                            const ModelWorkspace::TicketRow& row) const {
    if (field.grain == fields::Grain::kCustomer) return CustomerValue(field, row.customer);
    if (field.grain == fields::Grain::kEvent)
      return EventValue(field, revision_->calendar->DayOf(row.opened));
    return TextValue(field.id == "priority" ? row.priority : row.category);
  }
  fields::Value ContractValue(const fields::Field& field,
                              const ModelWorkspace::ContractRow& row) const {
    if (field.grain == fields::Grain::kCustomer) return CustomerValue(field, row.customer);
    if (field.grain == fields::Grain::kEvent) return EventValue(field, row.start);
    return TextValue(field.id == "contract_status" ? row.status : row.owner);
  }
  fields::Value SurveyValue(const fields::Field& field,
                            const ModelWorkspace::SurveyRow& row) const {
    if (field.grain == fields::Grain::kCustomer) return CustomerValue(field, row.customer);
    if (field.grain == fields::Grain::kEvent) return EventValue(field, row.day);
    return std::string(row.kind == SurveyKind::kNps ? "nps" : "csat");
  }

  // Masks of [0, n) by two calls, so that `begin` counts.
  std::vector<uint8_t> Rows(const BoundFilter& filter, const fields::FactRows& rows,
                            image::Slot first_slot, size_t n) const {
    std::vector<uint8_t> mask(n, 7);
    const auto middle = static_cast<uint32_t>(n / 3);
    filter.MatchRows(rows, first_slot, 0, middle, mask.data());
    filter.MatchRows(rows, first_slot, middle, static_cast<uint32_t>(n), mask.data() + middle);
    return mask;
  }

  void CheckOrders(const BoundFilter& filter, const Expression& e) {
    image::OrderRuns runs;
    for (const image::Block& block : revision_->blocks) {
      for (const image::OrderRun& run : runs.Of(block)) {
        fields::FactRows rows;
        rows.orders = &run;
        const std::vector<uint8_t> orders = Rows(filter, rows, block.first_slot, run.orders);
        std::vector<uint8_t> lines(run.lines, 7);
        const auto middle = static_cast<uint32_t>(run.orders / 3);
        filter.MatchLines(rows, block.first_slot, 0, middle, lines.data());
        filter.MatchLines(rows, block.first_slot, middle, static_cast<uint32_t>(run.orders),
                          lines.data() + run.FirstLine(middle));
        for (size_t row = 0; row < run.orders; ++row) {
          const size_t order = run.order_key[row] - 1;
          const bool customer = filter.customer_part()[model_.orders[order].customer] != 0;
          for (size_t line = run.FirstLine(row); line < run.FirstLine(row + 1); ++line) {
            const bool expected = Holds(e, [&](const fields::Field& field) {
              return OrderValue(field, order, line - run.FirstLine(row));
            });
            Check(customer && lines[line] != 0, expected);
            ASSERT_LE(lines[line], orders[row]);
            if (!filter.has_line_part()) Check(customer && orders[row] != 0, expected);
          }
        }
      }
    }
  }

  template <typename Columns, typename Rows_, typename ValueOf>
  void CheckFacts(const BoundFilter& filter, const Expression& e,
                  std::shared_ptr<const Columns> image::Block::*column,
                  const Columns* fields::FactRows::*member, const Rows_& model, size_t first_key,
                  ValueOf value) {
    for (const image::Block& block : revision_->blocks) {
      const Columns* facts = (block.*column).get();
      if (facts == nullptr) continue;
      fields::FactRows rows;
      rows.*member = facts;
      const std::vector<uint8_t> mask = Rows(filter, rows, block.first_slot, facts->key.size());
      for (size_t row = 0; row < mask.size(); ++row) {
        const auto& fact = model[facts->key[row] - first_key];
        const bool expected =
            Holds(e, [&](const fields::Field& field) { return value(field, fact); });
        Check(filter.customer_part()[fact.customer] != 0 && mask[row] != 0, expected);
      }
    }
  }

  void Check(bool actual, bool expected) {
    ASSERT_EQ(actual, expected);
    ++(expected ? matched_ : unmatched_);
  }

  std::vector<const fields::Field*> FieldsFor(std::initializer_list<fields::Grain> grains) const {
    std::vector<const fields::Field*> fields;
    for (const fields::Field& field : catalogue_->fields()) {
      // Each fact field as often as the many customer fields together make it worth.
      const bool customer = field.grain == fields::Grain::kCustomer;
      if (std::find(grains.begin(), grains.end(), field.grain) == grains.end()) continue;
      for (int i = customer ? 1 : 8; i > 0; --i) fields.push_back(&field);
    }
    return fields;
  }

  ModelWorkspace model_;
  image::RevisionPtr revision_;
  std::unique_ptr<fields::FieldCatalogue> catalogue_;
  std::unique_ptr<fields::Features> features_;
  Day as_of_ = 0;
  int64_t matched_ = 0, unmatched_ = 0;
};

constexpr int kFilters = 25;

TEST_P(BoundFilterTest, MatchesCustomers) {
  Expressions expressions(GetParam(), FieldsFor({fields::Grain::kCustomer}), *revision_);
  for (int i = 0; i < 4 * kFilters; ++i) {
    const Expression e = expressions.Make(i % 4);
    const std::string text = expressions.Spell(e);
    SCOPED_TRACE(text);
    const absl::StatusOr<Filter> filter = Filter::Parse(text, *catalogue_);
    ASSERT_TRUE(filter.ok()) << filter.status();
    const Filter again = *Filter::Parse(filter->Canonical(), *catalogue_);
    EXPECT_EQ(again.Canonical(), filter->Canonical());
    for (const Filter* which : {&*filter, &again}) {
      const BoundFilter bound = *BoundFilter::BindCustomers(*which, *revision_, *features_);
      EXPECT_FALSE(bound.has_order_part() || bound.has_line_part());
      for (image::Slot slot = 0; slot < revision_->slots; ++slot) {
        const bool expected =
            Holds(e, [&](const fields::Field& field) { return CustomerValue(field, slot); });
        Check(bound.customer_part()[slot] != 0, expected);
        Check(bound.customers()[slot] != 0, expected && features_->exists()[slot] != 0);
      }
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(matched_, 0);
  EXPECT_GT(unmatched_, 0);
}

TEST_P(BoundFilterTest, MatchesOrdersAndLines) {
  Expressions expressions(GetParam(),
                          FieldsFor({fields::Grain::kCustomer, fields::Grain::kOrder,
                                     fields::Grain::kLine, fields::Grain::kEvent}),
                          *revision_);
  for (int i = 0; i < kFilters; ++i) {
    const Expression e = expressions.Make(i % 4);
    const std::string text = expressions.Spell(e);
    SCOPED_TRACE(text);
    const Filter filter = *Filter::Parse(text, *catalogue_);
    const fields::RowGrain facts = i % 2 == 0 ? fields::RowGrain::kOrder : fields::RowGrain::kLine;
    CheckOrders(*BoundFilter::Bind(filter, facts, *revision_, *features_, {}), e);
    if (HasFatalFailure()) return;
  }
}

TEST_P(BoundFilterTest, MatchesTicketsContractsAndSurveys) {
  const auto check = [&](fields::Grain grain, auto check_one) {
    Expressions expressions(GetParam(),
                            FieldsFor({fields::Grain::kCustomer, grain, fields::Grain::kEvent}),
                            *revision_);
    for (int i = 0; i < kFilters; ++i) {
      const Expression e = expressions.Make(i % 3);
      const std::string text = expressions.Spell(e);
      SCOPED_TRACE(text);
      check_one(*Filter::Parse(text, *catalogue_), e);
      if (HasFatalFailure()) return;
    }
  };
  check(fields::Grain::kTicket, [&](const Filter& filter, const Expression& e) {
    CheckFacts(
        *BoundFilter::Bind(filter, fields::RowGrain::kTicket, *revision_, *features_, {}), e,
        &image::Block::tickets, &fields::FactRows::tickets, model_.tickets, 1,
        [&](const fields::Field& field, const auto& row) { return TicketValue(field, row); });
  });
  check(fields::Grain::kContract, [&](const Filter& filter, const Expression& e) {
    CheckFacts(*BoundFilter::Bind(filter, fields::RowGrain::kContract, *revision_, *features_, {}),
               e, &image::Block::contracts, &fields::FactRows::contracts, model_.contracts,
               model_.tickets.size() + 1, [&](const fields::Field& field, const auto& row) {
                 return ContractValue(field, row);
               });
  });
  check(fields::Grain::kSurvey, [&](const Filter& filter, const Expression& e) {
    CheckFacts(
        *BoundFilter::Bind(filter, fields::RowGrain::kSurvey, *revision_, *features_, {}), e,
        &image::Block::surveys, &fields::FactRows::surveys, model_.surveys,
        model_.tickets.size() + model_.contracts.size() + 1,
        [&](const fields::Field& field, const auto& row) { return SurveyValue(field, row); });
  });
}

INSTANTIATE_TEST_SUITE_P(Seeds, BoundFilterTest, ::testing::Range(200u, 230u));

TEST(BoundFilter, TellsWhichPartsItHas) {
  const auto revision = RandomWorkspace(4).Build();
  const fields::FieldCatalogue catalogue(*revision);
  const fields::Features features =
      *fields::Features::Compute(*revision, revision->last_event_day, {"country"}, StopToken());
  const auto bind = [&](absl::string_view text) {
    return *BoundFilter::Bind(*Filter::Parse(text, catalogue), fields::RowGrain::kOrder, *revision,
                              features, {});
  };
  const auto parts = [&](absl::string_view text) {
    const BoundFilter bound = bind(text);
    return absl::StrCat(bound.has_order_part() ? "order" : "", bound.has_line_part() ? "line" : "");
  };
  EXPECT_EQ(parts(""), "");
  EXPECT_EQ(parts("country = US"), "");
  EXPECT_EQ(parts("country = US status = x"), "order");
  EXPECT_EQ(parts("country = US OR status = x"), "order");
  EXPECT_EQ(parts("country = US OR product = x"), "line");
  EXPECT_EQ(parts("month = 2024-01 product = x"), "orderline");
  EXPECT_EQ(bind("").customers(), features.exists());
}

TEST(BoundFilter, RefusesFieldsOfOtherFacts) {
  const auto revision = RandomWorkspace(4).Build();
  const fields::FieldCatalogue catalogue(*revision);
  const fields::Features features = *fields::Features::Compute(*revision, 19'000, {}, StopToken());
  const auto bind = [&](absl::string_view text, fields::RowGrain facts) {
    return BoundFilter::Bind(*Filter::Parse(text, catalogue), facts, *revision, features, {})
        .status();
  };
  const absl::Status status = bind("priority = P1", fields::RowGrain::kOrder);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              ::testing::HasSubstr("\"priority\" cannot filter here"));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("deal_size"));
  EXPECT_FALSE(bind("status = x", fields::RowGrain::kTicket).ok());
  EXPECT_TRUE(bind("month = 2024-01", fields::RowGrain::kContract).ok());
  EXPECT_FALSE(
      BoundFilter::BindCustomers(*Filter::Parse("month = 2024-01", catalogue), *revision, features)
          .ok());
}

}  // namespace
}  // namespace strata::analytics::filter
