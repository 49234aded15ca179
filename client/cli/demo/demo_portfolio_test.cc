#include "client/cli/demo/demo_portfolio.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "client/cli/demo/demo_catalogue.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "strata/v1/records.pb.h"

namespace strata::cli {
namespace {

const Day kEnd = DayFromCivil(absl::CivilDay(2025, 12, 31));

DemoPortfolio MakePortfolio(int64_t customers, int months, uint64_t seed) {
  return *DemoPortfolio::Create(
      {.customers = customers, .months = months, .seed = seed, .end = kEnd});
}

std::vector<v1::Record> RecordsOf(const DemoPortfolio& portfolio) {
  std::vector<v1::Record> records;
  EXPECT_EQ(portfolio.Generate([&records](v1::Record record) {
    records.push_back(std::move(record));
    return absl::OkStatus();
  }),
            absl::OkStatus());
  return records;
}

Day DayOf(const google::protobuf::Timestamp& time) {
  return static_cast<Day>(time.seconds() / 86'400);
}

// What the planted truths speak of, of one customer.
struct History {
  std::map<int, double> revenue;  // by month before the end: 0 the last one
  double total = 0;
  int met = 0, missed = 0;
  std::set<Day> escalated;
};

class DemoTest : public testing::Test {
 protected:
  static constexpr int kMonths = 36;
  static void SetUpTestSuite() {
    portfolio_ = new DemoPortfolio(MakePortfolio(2000, kMonths, 1));
    records_ = new std::vector<v1::Record>(RecordsOf(*portfolio_));
    for (const v1::Record& record : *records_) Count(record);
    std::stringstream lines;
    portfolio_->WriteTruth(lines);
    truths_ = new std::vector<google::protobuf::Struct>;
    for (std::string line; std::getline(lines, line);) {
      EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(line, &truths_->emplace_back()).ok())
          << line;
    }
  }

  static void Count(const v1::Record& record) {
    if (record.has_order() && record.order().status() != "cancelled") {
      const absl::CivilDay day = CivilFromDay(DayOf(record.order().order_time()));
      double revenue = 0;
      for (const v1::OrderLine& line : record.order().lines())
        revenue += line.amount_micros() / 1e6;
      History& history = histories_[record.order().customer()];
      history.revenue[2025 * 12 + 11 - (day.year() * 12 + day.month() - 1)] += revenue;
      history.total += revenue;
    }
    if (!record.has_ticket()) return;
    const v1::Ticket& ticket = record.ticket();
    History& history = histories_[ticket.customer()];
    if (ticket.has_escalated_time()) history.escalated.insert(DayOf(ticket.escalated_time()));
    if (ticket.status() != v1::TICKET_STATUS_RESOLVED) return;
    const bool met = ticket.resolved_time().seconds() <= ticket.sla_due_time().seconds();
    ++(met ? history.met : history.missed);
  }

  // The truths of one kind.
  static std::vector<google::protobuf::Struct> Truths(const std::string& kind) {
    std::vector<google::protobuf::Struct> found;
    for (const auto& truth : *truths_) {
      if (truth.fields().at("kind").string_value() == kind) found.push_back(truth);
    }
    return found;
  }
  static const History& HistoryOf(const google::protobuf::Struct& truth) {
    return histories_[truth.fields().at("customer").string_value()];
  }
  // Revenue of months `first` to `last`, counted back from the end.
  static double Revenue(const History& history, int first, int last) {
    double sum = 0;
    for (const auto& [month, revenue] : history.revenue) {
      if (month >= first && month <= last) sum += revenue;
    }
    return sum;
  }

  static DemoPortfolio* portfolio_;
  static std::vector<v1::Record>* records_;
  static std::vector<google::protobuf::Struct>* truths_;
  static std::map<std::string, History> histories_;
};
DemoPortfolio* DemoTest::portfolio_;
std::vector<v1::Record>* DemoTest::records_;
std::vector<google::protobuf::Struct>* DemoTest::truths_;
std::map<std::string, History> DemoTest::histories_;

TEST_F(DemoTest, TheSameSeedMakesTheSameRecords) {
  const std::vector<v1::Record> again = RecordsOf(MakePortfolio(2000, kMonths, 1));
  ASSERT_EQ(again.size(), records_->size());
  for (size_t i = 0; i < again.size(); ++i) {
    ASSERT_EQ(again[i].SerializeAsString(), (*records_)[i].SerializeAsString());
  }
  const std::vector<v1::Record> other = RecordsOf(MakePortfolio(2000, kMonths, 2));
  size_t same = 0;
  for (size_t i = 0; i < std::min(other.size(), again.size()); ++i) {
    same += other[i].SerializeAsString() == again[i].SerializeAsString();
  }
  EXPECT_LT(same, again.size() / 100);
}

TEST_F(DemoTest, CountsScaleWithCustomersAndMonths) {
  const double base = static_cast<double>(records_->size());
  EXPECT_NEAR(RecordsOf(MakePortfolio(8000, kMonths, 1)).size() / base, 4, 0.4);
  EXPECT_NEAR(RecordsOf(MakePortfolio(2000, 72, 1)).size() / base, 2, 0.5);
}

TEST_F(DemoTest, SmallestAndOddPortfoliosWork) {
  for (const int64_t customers : {1, 2, 20, 150}) {
    for (const int months : {1, 5, 13}) {
      const DemoPortfolio portfolio =
          *DemoPortfolio::Create({.customers = customers,
                                  .months = months,
                                  .seed = 9,
                                  .end = DayFromCivil(absl::CivilDay(2025, 2, 3))});
      std::ostringstream truth;
      portfolio.WriteTruth(truth);
      int64_t found = 0;
      for (const v1::Record& record : RecordsOf(portfolio)) {
        found += record.has_customer();
        if (record.has_order()) {
          ASSERT_LE(DayOf(record.order().order_time()), portfolio.calendar().end());
        }
      }
      EXPECT_EQ(found, customers);
    }
  }
  EXPECT_FALSE(DemoPortfolio::Create({.customers = 0, .end = kEnd}).ok());
  EXPECT_FALSE(DemoPortfolio::Create({.months = 0, .end = kEnd}).ok());
}

TEST_F(DemoTest, EveryRecordIsOneThatTheServerTakes) {
  std::set<std::string> ids;
  std::map<int, int> kinds;
  std::string json;
  const auto before = [](const google::protobuf::Timestamp& a,
                         const google::protobuf::Timestamp& b) {
    return a.seconds() <= b.seconds();
  };
  for (const v1::Record& record : *records_) {
    ++kinds[record.kind_case()];
    if (record.has_customer()) {
      EXPECT_TRUE(ids.insert(absl::StrCat("customer ", record.customer().id())).second);
    }
    if (record.has_order()) {
      const v1::Order& order = record.order();
      EXPECT_TRUE(ids.insert(absl::StrCat("order ", order.id())).second);
      EXPECT_TRUE(ids.count(absl::StrCat("customer ", order.customer())));
      EXPECT_GT(order.lines_size(), 0);
      EXPECT_LE(DayOf(order.order_time()), kEnd);
      if (order.has_shipped_time()) {
        EXPECT_TRUE(before(order.order_time(), order.shipped_time()));
        EXPECT_LE(DayOf(order.shipped_time()), kEnd);
      }
      if (order.has_delivered_time()) {
        EXPECT_LE(DayOf(order.delivered_time()), kEnd);
      }
      for (const v1::OrderLine& line : order.lines()) {
        EXPECT_EQ(line.quantity() > 0, line.amount_micros() > 0);
        EXPECT_EQ(line.amount_micros() % 10'000, 0);  // whole cents
      }
    }
    if (record.has_ticket()) {
      const v1::Ticket& ticket = record.ticket();
      EXPECT_TRUE(ids.insert(absl::StrCat("ticket ", ticket.id())).second);
      EXPECT_LE(DayOf(ticket.opened_time()), kEnd);
      EXPECT_EQ(ticket.has_resolved_time(), ticket.status() == v1::TICKET_STATUS_RESOLVED);
      if (ticket.has_resolved_time()) {
        EXPECT_TRUE(before(ticket.first_response_time(), ticket.resolved_time()));
        EXPECT_LE(DayOf(ticket.resolved_time()), kEnd);
      }
      if (ticket.has_csat()) {
        EXPECT_TRUE(ticket.csat() >= 1 && ticket.csat() <= 5);
      }
    }
    if (record.has_contract()) {
      EXPECT_LT(record.contract().start_date(), record.contract().end_date());
    }
    if (record.has_survey()) {
      EXPECT_LE(DayOf(record.survey().time()), kEnd);
    }
  }
  EXPECT_EQ(kinds.size(), 5u);  // all kinds but deletions
  EXPECT_EQ(kinds[v1::Record::kCustomer], 2000);
}

TEST_F(DemoTest, AccountsDeclineBeforeTheyEscalate) {
  const auto truths = Truths("escalated");
  ASSERT_GE(truths.size(), 30u);  // enough for a model to learn from
  int declined = 0;
  for (const auto& truth : truths) {
    const History& history = HistoryOf(truth);
    const Day day = *ParseDay(truth.fields().at("escalated_on").string_value());
    EXPECT_TRUE(history.escalated.count(day)) << truth.ShortDebugString();
    const absl::CivilDay civil = CivilFromDay(day);
    const int month = 2025 * 12 + 11 - static_cast<int>(civil.year() * 12 + civil.month() - 1);
    // The last quarter against the mean of the quarters before the decline, at most a year of them.
    const int healthy_to = std::min(month + 20, kMonths - 1);
    const double healthy = Revenue(history, month + 9, healthy_to) / (healthy_to - month - 8) * 3;
    declined += Revenue(history, month, month + 2) < 0.6 * healthy;
  }
  EXPECT_GT(declined, 0.85 * static_cast<double>(truths.size()));
  const auto next = Truths("escalates_next");
  ASSERT_GE(next.size(), 5u);
  for (const auto& truth : next) {
    EXPECT_GE(truth.fields().at("escalates_in").string_value(), "2026-01");
    EXPECT_LE(truth.fields().at("escalates_in").string_value(), "2026-03");
  }
}

TEST_F(DemoTest, TheNeglectedPayMostAndAreServedWorst) {
  std::vector<double> totals;
  int met = 0, missed = 0;
  for (const auto& [id, history] : histories_) {
    if (history.total > 0) totals.push_back(history.total);
    met += history.met;
    missed += history.missed;
  }
  std::sort(totals.rbegin(), totals.rend());
  const double top_twentieth = totals[totals.size() / 20];
  const auto truths = Truths("neglected");
  ASSERT_GE(truths.size(), 10u);
  int rich = 0, their_met = 0, their_missed = 0;
  for (const auto& truth : truths) {
    rich += HistoryOf(truth).total >= top_twentieth;
    their_met += HistoryOf(truth).met;
    their_missed += HistoryOf(truth).missed;
  }
  EXPECT_GE(rich, static_cast<int>(truths.size()) - 1);
  EXPECT_LT(their_met / double(their_met + their_missed), 0.65);
  EXPECT_GT((met - their_met) / double(met - their_met + missed - their_missed), 0.8);
}

TEST_F(DemoTest, EmergingAccountsGrowAndSeasonalOnesOnlyRest) {
  const auto emerging = Truths("emerging");
  ASSERT_GE(emerging.size(), 10u);
  int grew = 0;
  for (const auto& truth : emerging) {
    const History& history = HistoryOf(truth);
    grew += Revenue(history, 0, 11) > 1.5 * Revenue(history, 12, 23);
  }
  EXPECT_GT(grew, 0.9 * static_cast<double>(emerging.size()));

  const auto seasonal = Truths("seasonal");
  ASSERT_GE(seasonal.size(), 10u);
  double last_quarter = 0, whole = 0, this_year = 0, year_before = 0;
  for (const auto& truth : seasonal) {
    const History& history = HistoryOf(truth);
    last_quarter += Revenue(history, 0, 2);
    whole += history.total;
    this_year += Revenue(history, 0, 11);
    year_before += Revenue(history, 12, 23);
  }
  // The last quarter is a twelfth of the time; less than half of its share looks as if they had
  // gone.
  EXPECT_LT(last_quarter, whole / 24);
  EXPECT_NEAR(this_year / year_before, 1, 0.2);
}

TEST_F(DemoTest, AffinitiesAreInTheBaskets) {
  for (const DemoAffinity& affinity : DemoAffinities()) {
    int orders = 0, with_product = 0, with_also = 0, with_both = 0;
    for (const v1::Record& record : *records_) {
      if (!record.has_order()) continue;
      bool product = false, also = false;
      for (const v1::OrderLine& line : record.order().lines()) {
        product = product || line.product() == affinity.product;
        also = also || line.product() == affinity.also;
      }
      ++orders;
      with_product += product;
      with_also += also;
      with_both += product && also;
    }
    ASSERT_GT(with_product, 100) << affinity.product;
    const double confidence = with_both / double(with_product);
    EXPECT_GT(confidence, affinity.permille / 1000.0 - 0.06) << affinity.product;
    EXPECT_GT(confidence / (with_also / double(orders)), 1.5) << affinity.product;
  }
}

TEST_F(DemoTest, DemandHasSeasons) {
  std::map<int, int> people_by_month;
  for (const v1::Record& record : *records_) {
    if (record.has_order() && record.order().customer()[0] == 'C') {
      ++people_by_month[CivilFromDay(DayOf(record.order().order_time())).month()];
    }
  }
  EXPECT_GT(people_by_month[12], 1.4 * people_by_month[2]);
}

}  // namespace
}  // namespace strata::cli
