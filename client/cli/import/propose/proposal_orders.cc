#include "client/cli/import/propose/proposal_orders.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/base/number_format.h"
#include "client/cli/base/shell_word.h"
#include "client/cli/base/shown_text.h"
#include "client/cli/base/status_macros.h"
#include "client/cli/import/propose/order_roles.h"
#include "client/cli/import/propose/proposal_remarks.h"

namespace strata::imports {
namespace {

std::string Named(const SourceColumn& column) {
  return absl::StrCat("\"", Shortened(column.profile->name, 40), "\"");
}

// Builds the statement of one source.
class OrderBuilder {
 public:
  OrderBuilder(StagingDatabase& staging, Source& source, ValueReader& values,
               const ProposalOptions& options)
      : staging_(staging),
        source_(source),
        values_(values),
        roles_(RolesOfOrders(source, options)) {}

  absl::StatusOr<OrderProposal> Run() {
    STRATA_RETURN_IF_ERROR(FindCustomer());
    time_column_ = Use(Role::kTime);
    SourceColumn* clock = roles_.Find(Role::kTimeOfDay);
    proposal_.time = values_.Time(*time_column_, clock);
    if (clock != nullptr && absl::StrContains(proposal_.time, clock->sql)) clock->used = true;
    SourceColumn* id = Use(Role::kOrderId);
    if (id != nullptr) {
      id_ = values_.Id(*id);
      multi_row_ = id->profile->distinct < id->profile->filled;
    } else {
      Note(
          "no column holds the number of an order, so each line is an order of its own "
          "(--column order_id=NAME names one)");
    }
    STRATA_RETURN_IF_ERROR(LeaveOut());
    if (id != nullptr) {
      STRATA_RETURN_IF_ERROR(TellOrdersWithoutLines(
          staging_, source_, *id, time_column_->profile->table, &proposal_.notes));
    }
    STRATA_RETURN_IF_ERROR(AddOrderColumns());
    STRATA_RETURN_IF_ERROR(AddLineColumns());
    STRATA_RETURN_IF_ERROR(
        TellReductions(staging_, source_, values_, RowsWhere(), price_instead_, &proposal_.notes));
    columns_.push_back(absl::StrCat(source_.file, ", ", source_.line));
    proposal_.sql = absl::StrCat(
        "-- record: order\nSELECT ", absl::StrJoin(columns_, ",\n       "), "\nFROM ", source_.from,
        proposal_.condition,
        id_.empty() ? "" : absl::StrCat("\nORDER BY id, ", source_.file, ", ", source_.line),
        ";\n");
    return std::move(proposal_);
  }

 private:
  void Note(std::string note) { proposal_.notes.push_back(std::move(note)); }

  SourceColumn* Use(Role role) {
    SourceColumn* column = roles_.Find(role);
    if (column != nullptr) column->used = true;
    return column;
  }

  std::string FromWhere() const {
    return absl::StrCat(" FROM ", source_.from, proposal_.condition);
  }

  // The rows that are taken; " AND ..." may follow.
  std::string RowsWhere() const {
    return absl::StrCat(FromWhere(), proposal_.condition.empty() ? " WHERE true" : "");
  }

  absl::Status FindCustomer() {
    proposal_.customer = CustomerKey(roles_, values_, &customer_columns_);
    if (customer_columns_.empty()) {
      std::vector<std::string> names;
      for (const SourceColumn& column : source_.columns) names.push_back(column.profile->name);
      const SourceColumn* id = roles_.Find(Role::kOrderId);
      return absl::InvalidArgumentError(absl::StrCat(
          "this looks like orders, but no column says who the customer is; name it with --column "
          "customer=NAME",
          id == nullptr ? ""
                        : absl::StrCat(", or, if nobody is named, take each order for one: "
                                       "--column ",
                                       ShellWord(absl::StrCat("customer=", id->profile->name))),
          ". The file has: ", ShortList(names)));
    }
    for (SourceColumn* column : customer_columns_) column->used = true;
    proposal_.customer_name = customer_columns_.front()->profile->name;
    if (roles_.Find(Role::kCustomerId) != customer_columns_.front()) {
      Note(absl::StrCat("customers are told apart by ", Named(*customer_columns_.front()),
                        " (--column customer=NAME takes another column)"));
    }
    return absl::OkStatus();
  }

  // Rows that name no customer or no time are no orders of anybody.
  absl::Status LeaveOut() {
    std::vector<std::string> conditions;
    const auto leave_out = [&](const std::string& value, const std::string& filled_value,
                               absl::string_view name) -> absl::Status {
      STRATA_ASSIGN_OR_RETURN(
          const int64_t missing,
          QueryCount(staging_, absl::StrCat("SELECT count(*) FROM ", source_.from, " WHERE ", value,
                                            " IS NULL")));
      if (missing == 0) return absl::OkStatus();
      STRATA_ASSIGN_OR_RETURN(
          const int64_t filled,
          id_.empty() || !multi_row_
              ? absl::StatusOr<int64_t>(0)
              : QueryCount(staging_, absl::StrCat("SELECT count(*) FROM ", source_.from, " WHERE ",
                                                  value, " IS NULL AND ", filled_value)));
      if (missing > filled) {
        Note(absl::StrCat(FormatInteger(missing - filled), missing - filled == 1 ? " row" : " rows",
                          " without a value in ", name, missing - filled == 1 ? " is" : " are",
                          " left out"));
        conditions.push_back(filled > 0 ? filled_value : absl::StrCat(value, " IS NOT NULL"));
      }
      return absl::OkStatus();
    };
    const auto anywhere = [&](const std::string& value) {
      return absl::StrCat(id_, " IN (SELECT ", id_, " FROM ", source_.from, " WHERE ", value,
                          " IS NOT NULL)");
    };
    // The text as it stands: a condition has no need to read it.
    const std::string customer = customer_columns_.size() == 1
                                     ? values_.Text(*customer_columns_.front())
                                     : proposal_.customer;
    STRATA_RETURN_IF_ERROR(
        leave_out(customer, anywhere(customer), Named(*customer_columns_.front())));
    const std::string time = values_.Text(*time_column_);
    STRATA_RETURN_IF_ERROR(leave_out(time, anywhere(time), Named(*time_column_)));
    STRATA_ASSIGN_OR_RETURN(const std::string purchases, OnlyPurchases());
    if (!purchases.empty()) conditions.push_back(purchases);
    if (!conditions.empty()) {
      proposal_.condition = absl::StrCat("\nWHERE ", absl::StrJoin(conditions, "\n  AND "));
    }
    return absl::OkStatus();
  }

  // A log of what visitors do holds views and carts, too: the condition of its purchases, or
  // nothing.
  absl::StatusOr<std::string> OnlyPurchases() {
    for (const absl::string_view key : {"event type", "event name", "event", "action"}) {
      SourceColumn* event = ColumnCalled(source_, key);
      if (event == nullptr) continue;
      const std::string purchase =
          absl::StrCat("lower(", values_.Text(*event), ") IN ('purchase', 'transaction')");
      const std::string from = absl::StrCat("SELECT count(*) FROM ", source_.from, " WHERE ");
      STRATA_ASSIGN_OR_RETURN(const int64_t bought, QueryCount(staging_, from + purchase));
      STRATA_ASSIGN_OR_RETURN(
          const int64_t others,
          QueryCount(staging_, absl::StrCat(from, "(", purchase, ") IS NOT true")));
      if (bought == 0 || others == 0) continue;
      event->used = true;
      Note(absl::StrCat(FormatInteger(others), others == 1 ? " row" : " rows", " whose ",
                        Named(*event), " is no purchase ", others == 1 ? "is" : "are",
                        " left out"));
      return purchase;
    }
    return std::string();
  }

  // Orders whose rows differ in `value`.
  absl::StatusOr<int64_t> Differing(const std::string& value, bool nulls_too) {
    if (id_.empty() || !multi_row_) return int64_t{0};
    return QueryCount(
        staging_,
        absl::StrCat("SELECT count(*) FROM (SELECT 1", FromWhere(), " GROUP BY ", id_,
                     " HAVING count(DISTINCT ",
                     nulls_too ? absl::StrCat("coalesce(", value, ", '')") : value, ") > 1)"));
  }

  // All rows of an order have the same values: the first one that is there counts.
  std::string FirstOfOrder(const std::string& value) const {
    return absl::StrCat("first_value(", value, ") OVER (PARTITION BY ", id_, " ORDER BY ", value,
                        " IS NULL, ", source_.file, ", ", source_.line, ")");
  }

  absl::Status AddOrderColumn(absl::string_view field, const SourceColumn& column,
                              const std::string& value) {
    STRATA_ASSIGN_OR_RETURN(const int64_t differing, Differing(values_.Text(column), true));
    if (differing == 0) {
      columns_.push_back(absl::StrCat(value, " AS ", field));
      return absl::OkStatus();
    }
    STRATA_ASSIGN_OR_RETURN(const int64_t values, Differing(values_.Text(column), false));
    if (values > 0) {
      Note(absl::StrCat(FormatInteger(values), values == 1 ? " order has" : " orders have",
                        " lines with different values in ", Named(column),
                        "; the first one of the order counts"));
    }
    columns_.push_back(absl::StrCat(FirstOfOrder(value), " AS ", field));
    return absl::OkStatus();
  }

  absl::Status AddOrderColumns() {
    std::string id = id_;
    std::string customer = proposal_.customer;
    STRATA_ASSIGN_OR_RETURN(const int64_t owners, Differing(customer, false));
    if (owners > 0) {
      Note(absl::StrCat(FormatInteger(owners), owners == 1 ? " number" : " numbers",
                        " of orders stand with several customers; an order is told by number and "
                        "customer"));
      id = absl::StrCat(id_, " || '/' || ", customer);
      id_ = id;
    } else {
      STRATA_ASSIGN_OR_RETURN(const int64_t gaps, Differing(customer, true));
      if (gaps > 0) customer = FirstOfOrder(customer);
    }
    if (!id.empty()) columns_.push_back(absl::StrCat(id, " AS id"));
    columns_.push_back(absl::StrCat(customer, " AS customer"));
    STRATA_RETURN_IF_ERROR(AddOrderColumn("order_time", *time_column_, proposal_.time));
    if (SourceColumn* status = Use(Role::kStatus)) {
      STRATA_RETURN_IF_ERROR(AddOrderColumn("status", *status, values_.Text(*status)));
      STRATA_RETURN_IF_ERROR(
          TellStatuses(staging_, *status, values_, RowsWhere(), &proposal_.notes));
    }
    if (SourceColumn* channel = Use(Role::kChannel)) {
      STRATA_RETURN_IF_ERROR(AddOrderColumn("channel", *channel, values_.Text(*channel)));
    }
    if (SourceColumn* shipped = Use(Role::kShippedTime)) {
      STRATA_RETURN_IF_ERROR(
          AddOrderColumn("shipped_time", *shipped, values_.Time(*shipped, nullptr)));
    }
    if (SourceColumn* delivered = Use(Role::kDeliveredTime)) {
      STRATA_RETURN_IF_ERROR(
          AddOrderColumn("delivered_time", *delivered, values_.Time(*delivered, nullptr)));
      // What was promised says something only beside what happened.
      if (SourceColumn* promised = Use(Role::kPromisedTime)) {
        STRATA_RETURN_IF_ERROR(
            AddOrderColumn("promised_time", *promised, values_.Time(*promised, nullptr)));
      }
    }
    if (SourceColumn* currency = Use(Role::kCurrency)) {
      STRATA_RETURN_IF_ERROR(AddOrderColumn("currency_code", *currency,
                                            absl::StrCat("upper(", values_.Text(*currency), ")")));
      if (currency->profile->distinct == 1) {
        proposal_.currency = absl::AsciiStrToUpper(currency->profile->examples.front());
      } else {
        Note(absl::StrCat("amounts are in several currencies (",
                          ShortList(currency->profile->examples),
                          "); a workspace has one, so orders in others are refused: leave them out "
                          "with WHERE, or convert the amounts in the mapping"));
      }
    }
    return absl::OkStatus();
  }

  // Whether the total of a whole order stands on each of its lines, or on the first one alone: then
  // adding up lines counts it several times. By its name and a few orders, or by many orders that
  // each have one amount of their own.
  absl::StatusOr<bool> IsOrderTotal(const SourceColumn& amount) {
    if (id_.empty() || !multi_row_) return false;
    const std::string key = absl::StrReplaceAll(HeaderKey(amount.profile->name), {{" ", ""}});
    if (absl::StartsWith(key, "line") || key == "sales" || key == "extendedprice") return false;
    const std::string value = values_.Text(amount);
    const std::string several =
        absl::StrCat(FromWhere(), " GROUP BY ", id_, " HAVING count(*) > 1");
    STRATA_ASSIGN_OR_RETURN(
        const int64_t orders,
        QueryCount(staging_, absl::StrCat("SELECT count(*) FROM (SELECT 1", several, ")")));
    STRATA_ASSIGN_OR_RETURN(const int64_t differing, Differing(value, false));
    if (orders == 0 || differing > 0) return false;
    const bool named = absl::StrContains(key, "total") || absl::StrContains(key, "order") ||
                       absl::StrContains(key, "gross") || absl::StrContains(key, "paid");
    if (named) {
      STRATA_ASSIGN_OR_RETURN(const int64_t with_gaps, Differing(value, true));
      return with_gaps > 0 || orders >= 3;
    }
    constexpr int64_t kEnough = 10;
    STRATA_ASSIGN_OR_RETURN(
        const int64_t amounts,
        QueryCount(staging_, absl::StrCat("SELECT count(DISTINCT a) FROM (SELECT max(", value,
                                          " || '') AS a", several, ")")));
    return orders >= kEnough && amounts * 2 > orders;
  }

  absl::Status AddLineColumns() {
    SourceColumn* product = Use(Role::kProduct);
    if (product != nullptr) columns_.push_back(absl::StrCat(values_.Text(*product), " AS product"));
    if (SourceColumn* line = Use(Role::kProductLine)) {
      columns_.push_back(absl::StrCat(values_.Text(*line), " AS product_line"));
    }
    SourceColumn* quantity = roles_.Find(Role::kQuantity);
    std::string count;
    if (quantity != nullptr) {
      count = values_.Number(*quantity, true);
      quantity->used = true;
      columns_.push_back(absl::StrCat(count, " AS quantity"));
    }
    STRATA_ASSIGN_OR_RETURN(std::string amount, Amount(count));
    // An amount that stands once for a whole order says nothing of single lines.
    const bool of_line = !absl::StrContains(amount, " OVER (");
    if (quantity != nullptr && quantity->profile->negative > 0 && of_line) {
      STRATA_ASSIGN_OR_RETURN(
          const int64_t positive,
          QueryCount(staging_, absl::StrCat("SELECT count(*)", FromWhere(),
                                            proposal_.condition.empty() ? " WHERE " : " AND ",
                                            count, " LIKE '-%' AND ", amount, " NOT LIKE '-%' AND ",
                                            amount, " <> '0'")));
      if (positive > 0) {
        Note(absl::StrCat(FormatInteger(positive), positive == 1 ? " line" : " lines",
                          " with a negative quantity and a positive amount",
                          positive == 1 ? " is a return" : " are returns",
                          "; the amount is taken as negative"));
        amount =
            absl::StrCat("CASE WHEN ", count, " LIKE '-%' AND ", amount,
                         " NOT LIKE '-%' THEN sub_decimal(0, ", amount, ") ELSE ", amount, " END");
      }
    }
    columns_.push_back(absl::StrCat(amount, " AS amount"));
    AddCost(count, amount);
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Amount(const std::string& count) {
    SourceColumn* total = roles_.Find(Role::kAmount);
    SourceColumn* price = roles_.Find(Role::kUnitPrice);
    bool once = false;
    if (total != nullptr) {
      STRATA_ASSIGN_OR_RETURN(once, IsOrderTotal(*total));
    }
    if (total != nullptr && (!once || price == nullptr)) {
      total->used = true;
      std::string amount = values_.Number(*total, true);
      if (once) {
        Note(absl::StrCat(Named(*total),
                          " is the total of an order and stands on several of its "
                          "lines; it counts once, on the first line"));
        return absl::StrCat("CASE WHEN row_number() OVER (PARTITION BY ", id_, " ORDER BY ",
                            values_.Text(*total), " IS NULL, ", source_.file, ", ", source_.line,
                            ") = 1 THEN ", amount, " ELSE '0' END");
      }
      return WithoutGaps(*total, amount);
    }
    price->used = true;
    const std::string each = values_.Number(*price, true);
    if (once) {
      price_instead_ = true;
      Note(absl::StrCat(Named(*total),
                        " is the total of an order and stands on several of its "
                        "lines; the amount of a line is its price instead"));
    }
    if (count.empty()) return WithoutGaps(*price, each);
    SourceColumn* discount = roles_.Find(Role::kDiscount);
    if (discount != nullptr && discount->profile->all_numbers() && discount->profile->lowest >= 0 &&
        discount->profile->highest <= 0) {
      discount = nullptr;  // there is none
    }
    // Shopify's discount of a line is money.
    const bool fraction = discount != nullptr && discount->profile->all_numbers() &&
                          discount->profile->lowest >= 0 && discount->profile->highest < 1 &&
                          !absl::StartsWith(HeaderKey(discount->profile->name), "lineitem");
    if (fraction) {
      discount->used = true;
      Note(absl::StrCat("amount of a line: quantity x ", Named(*price), " x (1 - ",
                        Named(*discount), ")"));
      return absl::StrCat("round_decimal(mul_decimal(", count, ", ", each, ", sub_decimal(1, ",
                          values_.Number(*discount, true), ")), 6)");
    }
    Note(absl::StrCat("amount of a line: quantity x ", Named(*price)));
    if (discount != nullptr) {
      discount->used = true;  // told here
      Note(absl::StrCat(Named(*discount),
                        " is not taken off; write it into the mapping if it is "
                        "not in the price"));
    }
    return WithoutGaps(*price, absl::StrCat("mul_decimal(", count, ", ", each, ")"));
  }

  absl::StatusOr<std::string> WithoutGaps(const SourceColumn& column, const std::string& amount) {
    const std::string value = values_.Text(column);
    STRATA_ASSIGN_OR_RETURN(
        const int64_t missing,
        QueryCount(staging_, absl::StrCat("SELECT count(*)", FromWhere(),
                                          proposal_.condition.empty() ? " WHERE " : " AND ", value,
                                          " IS NULL")));
    if (missing == 0) return amount;
    Note(absl::StrCat(FormatInteger(missing), missing == 1 ? " row has" : " rows have",
                      " nothing in ", Named(column), "; the amount counts as 0 there"));
    return absl::StrCat("coalesce(", amount, ", '0')");
  }

  void AddCost(const std::string& count, const std::string& amount) {
    SourceColumn* cost = roles_.Find(Role::kCost);
    SourceColumn* unit_cost = roles_.Find(Role::kUnitCost);
    SourceColumn* profit = roles_.Find(Role::kProfit);
    if (unit_cost != nullptr && !count.empty()) {
      unit_cost->used = true;
      columns_.push_back(
          absl::StrCat("mul_decimal(", count, ", ", values_.Number(*unit_cost, true), ") AS cost"));
    } else if (cost != nullptr) {
      cost->used = true;
      columns_.push_back(absl::StrCat(values_.Number(*cost, true), " AS cost"));
    } else if (profit != nullptr) {
      profit->used = true;
      columns_.push_back(
          absl::StrCat("sub_decimal(", amount, ", ", values_.Number(*profit, true), ") AS cost"));
      Note(absl::StrCat("cost of a line: amount - ", Named(*profit)));
    }
  }

  StagingDatabase& staging_;
  Source& source_;
  ValueReader& values_;
  const RoleMap roles_;
  OrderProposal proposal_;
  std::vector<SourceColumn*> customer_columns_;
  SourceColumn* time_column_ = nullptr;
  std::string id_;  // SQL; empty: each row is an order
  bool multi_row_ = false;
  bool price_instead_ = false;  // of the order's total
  std::vector<std::string> columns_;
};

}  // namespace

int OrderScore(Source& source, const ProposalOptions& options) {
  const RoleMap roles = RolesOfOrders(source, options);
  const SourceColumn* amount = roles.Find(Role::kAmount);
  if (amount == nullptr) amount = roles.Find(Role::kUnitPrice);
  if (!roles.Has(Role::kTime) || amount == nullptr) return 0;
  // A list of customers, each once, may say since when and how much in all.
  const SourceColumn* customer = roles.Find(Role::kCustomerId);
  if (customer != nullptr && customer->profile->unique() && !roles.Has(Role::kOrderId) &&
      !roles.Has(Role::kProduct) && !roles.Has(Role::kQuantity) &&
      options.columns.count(Role::kTime) == 0 &&
      NameScore(roles.Find(Role::kTime)->profile->name, Role::kCreatedTime) > 0) {
    return 0;
  }
  const bool own_amount = amount->profile->table == source.columns.front().profile->table;
  return (own_amount ? 10 : 1) + 4 * roles.Has(Role::kProduct) + 2 * roles.Has(Role::kQuantity) +
         2 * roles.Has(Role::kCustomerId) + roles.Has(Role::kOrderId);
}

absl::StatusOr<OrderProposal> ProposeOrders(StagingDatabase& staging, Source& source,
                                            ValueReader& values, const ProposalOptions& options) {
  return OrderBuilder(staging, source, values, options).Run();
}

}  // namespace strata::imports
