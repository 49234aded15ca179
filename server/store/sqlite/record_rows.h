#ifndef STRATA_SERVER_STORE_SQLITE_RECORD_ROWS_H_
#define STRATA_SERVER_STORE_SQLITE_RECORD_ROWS_H_

#include "absl/status/status.h"
#include "server/domain/record.h"
#include "server/store/sqlite/statement.h"

// How a row of a table becomes a record. Each column list stands beside the function that reads it.

namespace strata::store {

inline constexpr char kCustomerRows[] =
    "SELECT customer_key, customer_id, placeholder, source_version, display_name, birth_date, "
    "gender, children, country, region, city, industry, account_owner, strategic, created_time "
    "FROM customers";
inline constexpr char kAttributeRows[] =
    "SELECT customer_key, attribute, kind, value FROM customer_attributes";
inline constexpr char kOrderRows[] =
    "SELECT order_key, order_id, customer_key, source_version, order_time, status, channel, "
    "promised_time, shipped_time, delivered_time FROM orders";
inline constexpr char kLineRows[] =
    "SELECT order_key, product, product_line, quantity_micros, amount_micros, cost_micros "
    "FROM order_lines";
inline constexpr char kTicketRows[] =
    "SELECT ticket_key, ticket_id, customer_key, source_version, opened_time, "
    "first_response_time, resolved_time, escalated_time, sla_due_time, priority, category, status, "
    "csat FROM tickets";
inline constexpr char kContractRows[] =
    "SELECT contract_key, contract_id, customer_key, source_version, start_date, end_date, "
    "annual_value_micros, auto_renew, owner, status FROM contracts";
inline constexpr char kSurveyRows[] =
    "SELECT survey_key, survey_id, customer_key, source_version, survey_time, kind, score "
    "FROM surveys";

// The record of the current row; its text is borrowed from the row. Lines and attributes are rows
// of their own. DATA_LOSS names what does not hold.
absl::Status FromRow(const Execution& row, Customer& customer);
absl::Status FromRow(const Execution& row, Attribute& attribute);
absl::Status FromRow(const Execution& row, Order& order);
absl::Status FromRow(const Execution& row, OrderLine& line);
absl::Status FromRow(const Execution& row, Ticket& ticket);
absl::Status FromRow(const Execution& row, Contract& contract);
absl::Status FromRow(const Execution& row, Survey& survey);

// Words for what the tables hold as text.
absl::string_view NameOf(TicketStatus status);
absl::string_view NameOf(SurveyKind kind);

}  // namespace strata::store

#endif  // STRATA_SERVER_STORE_SQLITE_RECORD_ROWS_H_
