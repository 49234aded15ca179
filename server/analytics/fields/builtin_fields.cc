#include "server/analytics/fields/builtin_fields.h"

namespace strata::analytics {
namespace {

constexpr ValueType kText = ValueType::kText;
constexpr ValueType kInteger = ValueType::kInteger;
constexpr ValueType kNumber = ValueType::kNumber;
constexpr ValueType kMoney = ValueType::kMoney;
constexpr ValueType kBoolean = ValueType::kBoolean;
constexpr ValueType kDate = ValueType::kDate;

constexpr Grain kCustomer = Grain::kCustomer;
constexpr Grain kOrder = Grain::kOrder;
constexpr Grain kLine = Grain::kLine;
constexpr Grain kTicket = Grain::kTicket;
constexpr Grain kContract = Grain::kContract;
constexpr Grain kSurvey = Grain::kSurvey;
constexpr Grain kEvent = Grain::kEvent;

constexpr bool kGroups = true;
constexpr bool kNoGroups = false;
constexpr bool kCurrent = true;  // only the latest value is kept
constexpr bool kAsOf = false;    // a value as of the date

// clang-format off
constexpr BuiltinField kFields[] = {
    // What the customer record says.
    {"customer", kText, "", kCustomer, kGroups, kAsOf, "The customer's id."},
    {"display_name", kText, "", kCustomer, kGroups, kCurrent, "The customer's name."},
    {"gender", kText, "", kCustomer, kGroups, kCurrent, "Gender as recorded."},
    {"country", kText, "", kCustomer, kGroups, kCurrent, "Country as recorded."},
    {"region", kText, "", kCustomer, kGroups, kCurrent, "Region as recorded."},
    {"city", kText, "", kCustomer, kGroups, kCurrent, "City as recorded."},
    {"industry", kText, "", kCustomer, kGroups, kCurrent, "Industry as recorded."},
    {"account_owner", kText, "", kCustomer, kGroups, kCurrent, "Who owns the account."},
    {"strategic", kBoolean, "", kCustomer, kGroups, kCurrent,
     "Whether the business declares the customer strategic; not known where it says nothing."},
    {"children", kInteger, "", kCustomer, kGroups, kCurrent, "Number of children."},
    {"family", kText, "", kCustomer, kGroups, kCurrent,
     "with_children, without_children, or unknown where the number of children is."},
    {"birth_date", kDate, "", kCustomer, kNoGroups, kCurrent, "Date of birth."},
    {"age", kInteger, "years", kCustomer, kGroups, kCurrent,
     "Age on as_of: birthdays passed, or the difference of the years where the workspace says so."},
    {"age_band", kText, "years", kCustomer, kGroups, kCurrent,
     "Band of the age on as_of, by the width and anchor of the workspace (31-40); ordered by age."},
    {"created_date", kDate, "", kCustomer, kNoGroups, kCurrent,
     "Day on which the customer was created."},
    {"placeholder", kBoolean, "", kCustomer, kGroups, kCurrent,
     "True for a customer that other records name and that was never sent itself."},

    // Up to as_of, of recognised orders (status not excluded); orders and days are of purchases, those
    // of them that are no returns.
    {"first_order_date", kDate, "", kCustomer, kNoGroups, kAsOf,
     "Day of the first purchase: returns (a total below 0) are none."},
    {"last_order_date", kDate, "", kCustomer, kNoGroups, kAsOf,
     "Day of the last purchase: returns (a total below 0) are none."},
    {"cohort_month", kText, "", kCustomer, kGroups, kAsOf,
     "Month of the first purchase (2024-01)."},
    {"recency_days", kInteger, "days", kCustomer, kNoGroups, kAsOf,
     "Days from the last purchase to as_of."},
    {"tenure_days", kInteger, "days", kCustomer, kNoGroups, kAsOf,
     "Days from the first purchase to as_of."},
    {"orders", kInteger, "", kCustomer, kGroups, kAsOf,
     "Purchases: recognised orders whose total is not negative."},
    {"order_lines", kInteger, "", kCustomer, kNoGroups, kAsOf, "Lines of recognised orders."},
    {"units", kNumber, "units", kCustomer, kNoGroups, kAsOf,
     "Sum of the quantities of recognised orders; net of returns."},
    {"revenue", kMoney, "currency", kCustomer, kNoGroups, kAsOf,
     "Sum of the amounts of recognised orders; net of returns."},
    {"average_order_value", kMoney, "currency", kCustomer, kNoGroups, kAsOf,
     "Revenue of purchases / orders, rounded half up to a millionth."},
    {"revenue_rank", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "Place by revenue among the customers with a purchase: 1 is the highest, ties by id."},
    {"revenue_rank_share", kNumber, "1", kCustomer, kNoGroups, kAsOf,
     "(revenue_rank - 1) / customers with a purchase: 0 is the highest."},
    {"orders_90d", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "Purchases of the 90 days that end with as_of."},
    {"order_lines_90d", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "Order lines of the 90 days that end with as_of."},
    {"units_90d", kNumber, "units", kCustomer, kNoGroups, kAsOf,
     "Units of the 90 days that end with as_of."},
    {"revenue_90d", kMoney, "currency", kCustomer, kNoGroups, kAsOf,
     "Revenue of the 90 days that end with as_of."},
    {"average_order_value_90d", kMoney, "currency", kCustomer, kNoGroups, kAsOf,
     "average_order_value over the 90 days that end with as_of."},
    {"revenue_rank_90d", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "revenue_rank over the 90 days that end with as_of."},
    {"revenue_rank_share_90d", kNumber, "1", kCustomer, kNoGroups, kAsOf,
     "revenue_rank_share over the 90 days that end with as_of."},
    {"orders_365d", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "Purchases of the 365 days that end with as_of."},
    {"order_lines_365d", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "Order lines of the 365 days that end with as_of."},
    {"units_365d", kNumber, "units", kCustomer, kNoGroups, kAsOf,
     "Units of the 365 days that end with as_of."},
    {"revenue_365d", kMoney, "currency", kCustomer, kNoGroups, kAsOf,
     "Revenue of the 365 days that end with as_of."},
    {"average_order_value_365d", kMoney, "currency", kCustomer, kNoGroups, kAsOf,
     "average_order_value over the 365 days that end with as_of."},
    {"revenue_rank_365d", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "revenue_rank over the 365 days that end with as_of."},
    {"revenue_rank_share_365d", kNumber, "1", kCustomer, kNoGroups, kAsOf,
     "revenue_rank_share over the 365 days that end with as_of."},
    {"growth_90d", kNumber, "1", kCustomer, kNoGroups, kAsOf,
     "revenue_90d / revenue of the 90 days before - 1; not known where that is not positive."},

    // Classes over the whole workspace.
    {"rfm.r", kInteger, "", kCustomer, kGroups, kAsOf,
     "Recency score, 5 for the most recent fifth; not known without a purchase."},
    {"rfm.f", kInteger, "", kCustomer, kGroups, kAsOf, "Frequency score, 5 for the most orders."},
    {"rfm.m", kInteger, "", kCustomer, kGroups, kAsOf, "Monetary score, 5 for the most revenue."},
    {"rfm_segment", kText, "", kCustomer, kGroups, kAsOf,
     "Name of the three scores (Champions ... Lost), Unclassified where no name covers them."},
    {"tier", kText, "", kCustomer, kGroups, kAsOf,
     "strategic, growth, standard or prospect, by revenue rank and declaration."},
    {"loyalty", kText, "", kCustomer, kGroups, kAsOf,
     "VIP, Loyal, Periodic or none, by purchases and units."},
    {"abc", kText, "", kCustomer, kGroups, kAsOf,
     "A, B or C: the highest customers that make 80%, the next up to 95%, and the rest of positive "
     "revenue; none without."},

    // Service and contracts.
    {"tickets_90d", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "Tickets opened in the 90 days that end with as_of."},
    {"escalations_90d", kInteger, "", kCustomer, kNoGroups, kAsOf,
     "Tickets of these 90 days that were escalated by as_of."},
    {"sla_compliance_90d", kNumber, "1", kCustomer, kNoGroups, kAsOf,
     "Met / (met + breached) of these tickets; cancelled and not yet due ones are neither."},
    {"csat_90d", kNumber, "1", kCustomer, kNoGroups, kAsOf,
     "Ratings of 4 or 5 / ratings, of tickets resolved and CSAT surveys taken in these 90 days."},
    {"contract_value", kMoney, "currency", kCustomer, kNoGroups, kAsOf,
     "Annual value of the contracts in force on as_of."},
    {"renewal_in_days", kInteger, "days", kCustomer, kNoGroups, kAsOf,
     "Days from as_of to the earliest end date of a contract in force."},
    {"health", kNumber, "points", kCustomer, kNoGroups, kAsOf,
     "Health score, 0 (lost) to 100 (thriving): the weighted mean of what is known of recency, "
     "trends, service, delivery, satisfaction and renewal; `customer show` tells the parts."},
    {"escalation_risk", kNumber, "1", kCustomer, kNoGroups, kAsOf,
     "Chance of an escalation within the next quarter by the escalation risk model, or the score of "
     "its scorecard where the history carries no model; not known of customers who are not active."},

    // Facts.
    {"status", kText, "", kOrder, kGroups, kCurrent, "Status of the order."},
    {"channel", kText, "", kOrder, kGroups, kCurrent, "Channel of the order."},
    {"deal_size", kText, "", kOrder, kGroups, kAsOf,
     "small, medium or large: the total of the order's lines against the workspace's thresholds."},
    {"product", kText, "", kLine, kGroups, kAsOf, "Product of the order line."},
    {"product_line", kText, "", kLine, kGroups, kAsOf, "Product line of the order line."},
    {"priority", kText, "", kTicket, kGroups, kCurrent, "Priority of the ticket."},
    {"category", kText, "", kTicket, kGroups, kCurrent, "Category of the ticket."},
    {"contract_status", kText, "", kContract, kGroups, kCurrent, "Status of the contract."},
    {"contract_owner", kText, "", kContract, kGroups, kCurrent, "Owner of the contract."},
    {"survey_kind", kText, "", kSurvey, kGroups, kAsOf, "nps or csat."},

    // When: of the order, the opening of the ticket, the survey, the start of the contract.
    {"year", kText, "", kEvent, kGroups, kAsOf, "Calendar year (2024)."},
    {"quarter", kText, "", kEvent, kGroups, kAsOf, "Calendar quarter (2024-Q1)."},
    {"fiscal_year", kText, "", kEvent, kGroups, kAsOf,
     "Fiscal year, named after the year in which it ends (FY2024)."},
    {"fiscal_quarter", kText, "", kEvent, kGroups, kAsOf, "Fiscal quarter (FY2024-Q1)."},
    {"month", kText, "", kEvent, kGroups, kAsOf, "Calendar month (2024-01)."},
    {"week", kText, "", kEvent, kGroups, kAsOf, 
     "ISO week (2024-W01); a week that begins on another day than Monday by that day (2024-01-07)."},
    {"day", kDate, "", kEvent, kGroups, kAsOf, "Day."},
    {"weekday", kInteger, "", kEvent, kGroups, kAsOf, "Day of the week: 1 is Monday, 7 is Sunday."},
};
// clang-format on

}  // namespace

absl::Span<const BuiltinField> BuiltinFields() { return kFields; }

}  // namespace strata::analytics
