// The page of one customer, from a hand-made answer.
#include "client/cli/ask/customer/customer_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "google/protobuf/text_format.h"

namespace strata::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::GetCustomerResponse Answer() {
  v1::GetCustomerResponse answer;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        meta {
          revision: 3
          as_of: "2024-12-31"
          time_zone: "UTC"
          currency_code: "USD"
          customers_used: 1
        }
        customer { id: "a\x1b[31m" display_name: "Acme" }
        features {
          field: "tier"
          value { text: "growth" }
        }
        features {
          field: "first_order_date"
          value { date: "2023-01-05" }
        }
        features {
          field: "last_order_date"
          value { date: "2024-12-30" }
        }
        features {
          field: "recency_days"
          value { integer: 1 }
        }
        kpis {
          kpi: "revenue"
          unit: "currency"
          value { money { units: 1500 } }
          rank: 3
          of: 1092
          median { money { units: 20 } }
        }
        kpis {
          kpi: "nps"
          unit: "points"
          value { null: NULL_REASON_NO_RECORDS }
        }
        total_tickets: 3
        tickets {
          id: "t3"
          status: TICKET_STATUS_OPEN
          priority: "high"
          opened_time { seconds: 1735560000 }   # 2024-12-30 12:00
          sla_due_time { seconds: 1735646400 }  # 2024-12-31 12:00
        }
        tickets {
          id: "t2"
          status: TICKET_STATUS_RESOLVED
          csat: 2
          opened_time { seconds: 1733054400 }
          sla_due_time { seconds: 1733061600 }
          resolved_time { seconds: 1733072400 }  # 5 hours after, 3 late
        }
        tickets {
          id: "t1"
          status: TICKET_STATUS_OPEN
          opened_time { seconds: 1733000000 }
        }
        contracts {
          id: "k"
          start_date: "2024-01-01"
          end_date: "2025-01-30"
          annual_value_micros: 9000000
        }
        health {
          score { number: 62.4 }
          coverage: 0.25
          components {
            component: "sla"
            score { number: 50 }
            weight: 0.15
            meaning: "0 of 1 in time"
          }
          components {
            component: "csat"
            score { null: NULL_REASON_NO_RECORDS }
            weight: 0.15
            meaning: "none"
          }
        }
        risk {
          risk: 0.25
          drivers { feature: "recency" value: 3.4339872 average: 0 contribution: 0.5 }
          drivers { feature: "order_trend" value: -0.6931472 average: 0 contribution: -0.25 }
        }
        risk_model { kind: "logistic" base_rate: 0.05 }
        timeline {
          date: "2024-12-30"
          id: "o9"
          event: "order"
          detail: "shipped"
          amount { units: 7 }
        }
        months {
          columns { id: "revenue" type: VALUE_TYPE_MONEY unit: "currency" }
          rows {
            keys { text: "2024-11" }
            values { money { units: 1 } }
            complete: true
          }
          rows {
            keys { text: "2024-12" }
            values { money { units: 3 } }
            complete: false
          }
        })pb",
      &answer));
  return answer;
}

v1::QueryKpisResponse Year() {
  v1::QueryKpisResponse year;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        table {
          columns { id: "revenue" type: VALUE_TYPE_MONEY unit: "currency" }
          columns { id: "sla_compliance" type: VALUE_TYPE_NUMBER unit: "1" }
          columns { id: "revenue" range: "year before" type: VALUE_TYPE_MONEY unit: "currency" }
          columns { id: "sla_compliance" range: "year before" type: VALUE_TYPE_NUMBER unit: "1" }
          rows {
            values { money { units: 120 } }
            values { number: 0.5 }
            values { money { units: 100 } }
            values { number: 0.75 }
          }
        })pb",
      &year));
  return year;
}

std::string Page(bool rich, CustomerPageOptions options = {}) {
  std::ostringstream out, err;
  PrintCustomerPage({.out = out, .err = err, .rich = rich, .width = 120}, Answer(), Year(),
                    options);
  return out.str();
}

TEST(CustomerPageTest, TellsWhoAndTheYear) {
  const std::string page = Page(false);
  EXPECT_THAT(page, HasSubstr("Acme  (a\\u{1b}[31m)\n"));  // nobody's data controls the terminal
  EXPECT_THAT(page, HasSubstr("tier growth"));
  EXPECT_THAT(page, HasSubstr("owner    nobody"));
  EXPECT_THAT(page, HasSubstr("last on 2024-12-30 (1 day ago)"));
  EXPECT_THAT(page, HasSubstr("health 62 of 100, escalation risk 25.00%"));
  EXPECT_THAT(page, HasSubstr("revenue (USD)   120.00       100.00     +20.00%"));
  EXPECT_THAT(page, HasSubstr("sla_compliance  50.00%       75.00%  -25.00 pts"));
  EXPECT_THAT(page, HasSubstr("3 of 1,092"));
  EXPECT_THAT(page, HasSubstr("no value: nps"));
}

TEST(CustomerPageTest, DrawsMonthsOrTellsThem) {
  EXPECT_THAT(Page(true), HasSubstr("▃█"));
  EXPECT_THAT(Page(true), Not(HasSubstr("Month by month")));
  EXPECT_THAT(Page(false), HasSubstr("2024-12 *           3.00\n* not over"));
  EXPECT_THAT(Page(false), Not(HasSubstr("█")));
}

TEST(CustomerPageTest, TellsOpenAndOverdueTickets) {
  CustomerPageOptions options;
  options.tickets = 1;
  const std::string page = Page(false, options);
  EXPECT_THAT(page, HasSubstr("Service: 3 tickets, 2 open, 1 of them past due"));
  EXPECT_THAT(page, HasSubstr("open, past due by 12 h"));
  EXPECT_THAT(page, Not(HasSubstr("t2")));  // the second, and resolved
  EXPECT_THAT(page, HasSubstr("t1"));       // the third, but open
  EXPECT_THAT(Page(false), HasSubstr("after 5 h, 3 h late"));
  EXPECT_THAT(page, HasSubstr("ends in 30 days"));
}

TEST(CustomerPageTest, SaysHealthAndRiskInWords) {
  const std::string page = Page(true);
  EXPECT_THAT(page, HasSubstr("Health 62 of 100, from 25% of what makes it up"));
  EXPECT_THAT(page, HasSubstr("██████"));  // half of twelve
  EXPECT_THAT(page, HasSubstr("0 of 1 in time"));
  EXPECT_THAT(page, HasSubstr("25.00% (of all customers 5.00%)"));
  // The model's log(1 + 30) days and log(1/2).
  EXPECT_THAT(page, HasSubstr("days since the last order"));
  EXPECT_THAT(page, HasSubstr("30.00"));
  EXPECT_THAT(page, HasSubstr("-50.00%"));
  EXPECT_THAT(page, HasSubstr("+0.500"));
  EXPECT_THAT(page, HasSubstr("order  o9"));
}

}  // namespace
}  // namespace strata::cli
