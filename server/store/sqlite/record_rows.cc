#include "server/store/sqlite/record_rows.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"

namespace strata::store {
namespace {

constexpr absl::string_view kTicketStatuses[] = {"open", "resolved", "cancelled"};
constexpr absl::string_view kSurveyKinds[] = {"nps", "csat"};

absl::Status Damaged(const Execution& row, absl::string_view table, absl::string_view column) {
  return absl::DataLossError(
      absl::StrCat("table ", table, ", key ", row.IntAt(0), ": column ", column, " is not valid"));
}

absl::Status ReadDay(const Execution& row, absl::string_view table, absl::string_view name,
                     int column, Day& day) {
  const absl::string_view text = row.TextAt(column);
  if (text.empty()) {
    day = kNoDay;
    return absl::OkStatus();
  }
  absl::StatusOr<Day> parsed = ParseDay(text);
  if (!parsed.ok()) return Damaged(row, table, name);
  day = *parsed;
  return absl::OkStatus();
}

template <typename Enum, size_t n>
bool FindName(const absl::string_view (&names)[n], absl::string_view name, Enum& value) {
  for (size_t i = 0; i < n; ++i) {
    if (names[i] != name) continue;
    value = static_cast<Enum>(i);
    return true;
  }
  return false;
}

}  // namespace

absl::string_view NameOf(TicketStatus status) {
  return kTicketStatuses[static_cast<size_t>(status)];
}
absl::string_view NameOf(SurveyKind kind) { return kSurveyKinds[static_cast<size_t>(kind)]; }

absl::Status FromRow(const Execution& row, Customer& customer) {
  customer.id = row.TextAt(1);
  customer.source_version = row.IntAt(3, kNoVersion);
  customer.display_name = row.TextAt(4);
  STRATA_RETURN_IF_ERROR(ReadDay(row, "customers", "birth_date", 5, customer.birth_date));
  customer.gender = row.TextAt(6);
  customer.children =
      row.IsNull(7) ? std::nullopt : std::optional<int32_t>(static_cast<int32_t>(row.IntAt(7)));
  customer.country = row.TextAt(8);
  customer.region = row.TextAt(9);
  customer.city = row.TextAt(10);
  customer.industry = row.TextAt(11);
  customer.account_owner = row.TextAt(12);
  customer.strategic = row.IsNull(13) ? std::nullopt : std::optional<bool>(row.IntAt(13) != 0);
  customer.created_time = row.IntAt(14, kNoTime);
  customer.update_mask = kAllCustomerFields;
  return absl::OkStatus();
}

absl::Status FromRow(const Execution& row, Attribute& attribute) {
  attribute.key = row.TextAt(1);
  const absl::string_view kind = row.TextAt(2);
  if (kind == "text") {
    attribute.value = row.TextAt(3);
  } else if (kind == "number") {
    attribute.value = row.RealAt(3);
  } else if (kind == "boolean") {
    attribute.value = row.IntAt(3) != 0;
  } else {
    return Damaged(row, "customer_attributes", "kind");
  }
  return absl::OkStatus();
}

absl::Status FromRow(const Execution& row, Order& order) {
  order.id = row.TextAt(1);
  order.source_version = row.IntAt(3, kNoVersion);
  order.order_time = row.IntAt(4);
  order.status = row.TextAt(5);
  order.channel = row.TextAt(6);
  order.promised_time = row.IntAt(7, kNoTime);
  order.shipped_time = row.IntAt(8, kNoTime);
  order.delivered_time = row.IntAt(9, kNoTime);
  return absl::OkStatus();
}

absl::Status FromRow(const Execution& row, OrderLine& line) {
  line.product = row.TextAt(1);
  line.product_line = row.TextAt(2);
  line.quantity_micros = row.IntAt(3);
  if (line.quantity_micros < -kLargestQuantity * kOneUnit ||
      line.quantity_micros > kLargestQuantity * kOneUnit) {
    return Damaged(row, "order_lines", "quantity_micros");
  }
  line.amount = row.IntAt(4);
  line.cost = row.IntAt(5, kNoAmount);
  return absl::OkStatus();
}

absl::Status FromRow(const Execution& row, Ticket& ticket) {
  ticket.id = row.TextAt(1);
  ticket.source_version = row.IntAt(3, kNoVersion);
  ticket.opened_time = row.IntAt(4);
  ticket.first_response_time = row.IntAt(5, kNoTime);
  ticket.resolved_time = row.IntAt(6, kNoTime);
  ticket.escalated_time = row.IntAt(7, kNoTime);
  ticket.sla_due_time = row.IntAt(8, kNoTime);
  ticket.priority = row.TextAt(9);
  ticket.category = row.TextAt(10);
  if (!FindName(kTicketStatuses, row.TextAt(11), ticket.status)) {
    return Damaged(row, "tickets", "status");
  }
  ticket.csat = static_cast<int32_t>(row.IntAt(12, 0));
  return absl::OkStatus();
}

absl::Status FromRow(const Execution& row, Contract& contract) {
  contract.id = row.TextAt(1);
  contract.source_version = row.IntAt(3, kNoVersion);
  STRATA_RETURN_IF_ERROR(ReadDay(row, "contracts", "start_date", 4, contract.start_date));
  STRATA_RETURN_IF_ERROR(ReadDay(row, "contracts", "end_date", 5, contract.end_date));
  contract.annual_value = row.IntAt(6);
  contract.auto_renew = row.IsNull(7) ? std::nullopt : std::optional<bool>(row.IntAt(7) != 0);
  contract.owner = row.TextAt(8);
  contract.status = row.TextAt(9);
  return absl::OkStatus();
}

absl::Status FromRow(const Execution& row, Survey& survey) {
  survey.id = row.TextAt(1);
  survey.source_version = row.IntAt(3, kNoVersion);
  survey.time = row.IntAt(4);
  if (!FindName(kSurveyKinds, row.TextAt(5), survey.kind)) return Damaged(row, "surveys", "kind");
  survey.score = static_cast<int32_t>(row.IntAt(6));
  return absl::OkStatus();
}

}  // namespace strata::store
