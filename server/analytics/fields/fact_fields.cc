#include "server/analytics/fields/field_family.h"

// Fields of facts, and of when they happened. Rows are read by RowField (row_field.h).

namespace strata::analytics::fields {
namespace {

using enum Grain;
using enum ValueType;

// clang-format off
constexpr FieldDefinition kRows[] = {
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

FieldFamily FactFields() { return {kRows}; }

}  // namespace strata::analytics::fields
