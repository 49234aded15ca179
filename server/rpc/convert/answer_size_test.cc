#include "server/rpc/convert/answer_size.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "strata/v1/customer_service.pb.h"
#include "strata/v1/insight_service.pb.h"
#include "strata/v1/segmentation_service.pb.h"
#include "strata/v1/workspace_service.pb.h"

namespace strata::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Text(size_t bytes) { return std::string(bytes, 'x'); }

TEST(PageBudgetTest, EndsAPageBeforeItIsTooLarge) {
  v1::ListCustomersResponse page;
  page.set_next_page_token(Text(1'000'000));
  PageBudget budget(page);
  int rows = 0;
  for (; rows < 1'000; ++rows) {
    page.add_customers()->set_customer(Text(99'990));
    if (!budget.KeepsLast(page.mutable_customers())) break;
  }
  EXPECT_EQ(rows, 19) << "two million bytes are left, rows take 100,000 and a few";
  EXPECT_EQ(page.customers_size(), rows);
  EXPECT_LE(page.ByteSizeLong(), kMaxAnswerBytes);
}

TEST(PageBudgetTest, TakesOneRowWhateverItsSize) {
  v1::ListCustomersResponse page;
  PageBudget budget(page);
  page.add_customers()->set_customer(Text(2 * kMaxAnswerBytes));
  EXPECT_TRUE(budget.KeepsLast(page.mutable_customers()));
  page.add_customers();
  EXPECT_FALSE(budget.KeepsLast(page.mutable_customers()));
  EXPECT_EQ(page.customers_size(), 1);
}

TEST(FitAnswerTest, LeavesWhatFitsAsItIs) {
  v1::ListSignalsResponse answer;
  for (int i = 0; i < 100; ++i) answer.add_signals()->set_statement(Text(29'000));
  ASSERT_TRUE(FitAnswer(&answer).ok());
  EXPECT_EQ(answer.signals_size(), 100);
  EXPECT_THAT(answer.meta().notes(), IsEmpty());
}

TEST(FitAnswerTest, CutsTheListAndSaysSo) {
  v1::ListSignalsResponse answer;
  answer.mutable_meta()->add_notes("before");
  for (int i = 0; i < 10'000; ++i) {
    v1::Signal* signal = answer.add_signals();
    signal->set_customer(std::to_string(i));
    signal->set_statement(Text(i < 5'000 ? 2'000 : 10));
  }
  ASSERT_TRUE(FitAnswer(&answer).ok());
  EXPECT_LE(answer.ByteSizeLong(), kMaxAnswerBytes);
  EXPECT_GT(answer.signals_size(), 1'000) << "cut more than was needed";
  EXPECT_EQ(answer.signals(7).customer(), "7") << "the first stay";
  EXPECT_THAT(answer.meta().notes(),
              ElementsAre("before",
                          HasSubstr("signals: the first " + std::to_string(answer.signals_size()) +
                                    " of 10000 are listed")));
}

TEST(FitAnswerTest, CutsListsWithinLists) {
  v1::ComputeTransitionsResponse answer;
  for (int step = 0; step < 30; ++step) {
    v1::TransitionStep* made = answer.add_steps();
    for (int i = 0; i < 1'000; ++i) made->add_movers()->set_display_name(Text(500));
  }
  ASSERT_TRUE(FitAnswer(&answer).ok());
  EXPECT_LE(answer.ByteSizeLong(), kMaxAnswerBytes);
  ASSERT_EQ(answer.steps_size(), 30) << "figures of no step are lost";
  for (const v1::TransitionStep& step : answer.steps()) {
    EXPECT_EQ(step.movers_size(), answer.steps(0).movers_size());
    EXPECT_GT(step.movers_size(), 100);
  }
  EXPECT_THAT(answer.meta().notes(), ElementsAre(HasSubstr("steps.movers: the first")));
  ASSERT_EQ(answer.meta().cuts_size(), 1);
  EXPECT_EQ(answer.meta().cuts(0).kept(), answer.steps(0).movers_size());
  EXPECT_EQ(answer.meta().cuts(0).total(), 1'000);
}

TEST(FitAnswerTest, CutsRowsAsAWhole) {
  v1::ProfileSegmentResponse answer;
  for (int i = 0; i < 3; ++i) {
    v1::ProfileDimension* made = answer.add_dimensions();
    for (int row = 0; row < 2'000; ++row) {
      v1::ProfileValue* value = made->add_values();
      for (int key = 0; key < 2; ++key) value->add_keys()->set_text(Text(400));
    }
  }
  ASSERT_TRUE(FitAnswer(&answer).ok());
  EXPECT_LE(answer.ByteSizeLong(), kMaxAnswerBytes);
  ASSERT_EQ(answer.dimensions_size(), 3);
  for (const v1::ProfileDimension& dimension : answer.dimensions()) {
    EXPECT_GT(dimension.values_size(), 500);
    for (const v1::ProfileValue& value : dimension.values()) ASSERT_EQ(value.keys_size(), 2);
  }
  EXPECT_THAT(answer.meta().notes(), ElementsAre(HasSubstr("dimensions.values: the first")));
}

TEST(FitAnswerTest, CutsInsideTheOneElementThatIsTooLarge) {
  v1::GetCustomerResponse answer;
  v1::Order* order = answer.add_orders();
  for (int i = 0; i < 10'000; ++i) order->add_lines()->set_product_line(Text(500));
  ASSERT_TRUE(FitAnswer(&answer).ok());
  EXPECT_LE(answer.ByteSizeLong(), kMaxAnswerBytes);
  EXPECT_EQ(answer.orders_size(), 1);
  EXPECT_GT(answer.orders(0).lines_size(), 4'000);
  EXPECT_THAT(answer.meta().notes(), ElementsAre(HasSubstr("orders.lines: the first")));
}

TEST(FitAnswerTest, RefusesWhatCannotSayThatItWasCut) {
  v1::ListWorkspacesResponse answer;
  answer.add_workspaces()->set_display_name(Text(kMaxAnswerBytes));
  EXPECT_EQ(FitAnswer(&answer).code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace strata::rpc
