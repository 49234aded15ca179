#include "server/store/sqlite/staged_orders.h"

#include <sqlite3.h>

#include <new>
#include <utility>

#include "server/base/status_macros.h"

namespace strata::store {
namespace {

struct Table {
  sqlite3_vtab head;
  const StagedOrders* staged;
};

// Stands at an order and, in the table of lines, at one of its lines.
struct Cursor {
  sqlite3_vtab_cursor head;
  size_t order = 0;
  size_t line = 0;
};

const StagedOrders& StagedOf(sqlite3_vtab_cursor* cursor) {
  return *reinterpret_cast<Table*>(cursor->pVtab)->staged;
}
Cursor& CursorOf(sqlite3_vtab_cursor* cursor) { return *reinterpret_cast<Cursor*>(cursor); }

int Connect(sqlite3* db, void* staged, const char* columns, sqlite3_vtab** table) {
  const int code = sqlite3_declare_vtab(db, columns);
  if (code != SQLITE_OK) return code;
  auto* made = new (std::nothrow) Table{{}, static_cast<const StagedOrders*>(staged)};
  if (made == nullptr) return SQLITE_NOMEM;
  *table = &made->head;
  return SQLITE_OK;
}

int ConnectOrders(sqlite3* db, void* staged, int, const char* const*, sqlite3_vtab** table,
                  char**) {
  return Connect(db, staged,
                 "CREATE TABLE x(order_key, order_id, customer_key, source_version, order_time, "
                 "status, channel, promised_time, shipped_time, delivered_time)",
                 table);
}

int ConnectLines(sqlite3* db, void* staged, int, const char* const*, sqlite3_vtab** table, char**) {
  return Connect(db, staged,
                 "CREATE TABLE x(order_key, line_number, product, product_line, quantity_micros, "
                 "amount_micros, cost_micros)",
                 table);
}

int Disconnect(sqlite3_vtab* table) {
  delete reinterpret_cast<Table*>(table);
  return SQLITE_OK;
}

int BestIndex(sqlite3_vtab*, sqlite3_index_info* info) {
  info->estimatedCost = 1'000;
  return SQLITE_OK;
}

int Open(sqlite3_vtab*, sqlite3_vtab_cursor** cursor) {
  auto* made = new (std::nothrow) Cursor{};
  if (made == nullptr) return SQLITE_NOMEM;
  *cursor = &made->head;
  return SQLITE_OK;
}

int Close(sqlite3_vtab_cursor* cursor) {
  delete &CursorOf(cursor);
  return SQLITE_OK;
}

int Filter(sqlite3_vtab_cursor* cursor, int, const char*, int, sqlite3_value**) {
  CursorOf(cursor).order = 0;
  CursorOf(cursor).line = 0;
  return SQLITE_OK;
}

int NextOrder(sqlite3_vtab_cursor* cursor) {
  ++CursorOf(cursor).order;
  return SQLITE_OK;
}

int NextLine(sqlite3_vtab_cursor* cursor) {
  Cursor& at = CursorOf(cursor);
  if (++at.line < StagedOf(cursor).rows()[at.order].order->lines.size()) return SQLITE_OK;
  at.line = 0;
  ++at.order;  // every order has a line
  return SQLITE_OK;
}

int Eof(sqlite3_vtab_cursor* cursor) {
  return CursorOf(cursor).order >= StagedOf(cursor).rows().size() ? 1 : 0;
}

int RowId(sqlite3_vtab_cursor* cursor, sqlite3_int64* row) {
  *row = static_cast<sqlite3_int64>(CursorOf(cursor).order);
  return SQLITE_OK;
}

void Return(sqlite3_context* context, int64_t value, int64_t absent) {
  if (value == absent) {
    sqlite3_result_null(context);
  } else {
    sqlite3_result_int64(context, value);
  }
}

// Empty text stands for "not known".
void Return(sqlite3_context* context, absl::string_view text) {
  if (text.empty()) {
    sqlite3_result_null(context);
  } else {
    sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
}

int OrderColumn(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int column) {
  const StagedOrders::Row& row = StagedOf(cursor).rows()[CursorOf(cursor).order];
  const Order& order = *row.order;
  switch (column) {
    case 0:
      sqlite3_result_int64(context, row.key);
      break;
    case 1:
      Return(context, order.id);
      break;
    case 2:
      sqlite3_result_int64(context, row.customer_key);
      break;
    case 3:
      Return(context, row.source_version, kNoVersion);
      break;
    case 4:
      sqlite3_result_int64(context, order.order_time);
      break;
    case 5:
      Return(context, order.status);
      break;
    case 6:
      Return(context, order.channel);
      break;
    case 7:
      Return(context, order.promised_time, kNoTime);
      break;
    case 8:
      Return(context, order.shipped_time, kNoTime);
      break;
    default:
      Return(context, order.delivered_time, kNoTime);
      break;
  }
  return SQLITE_OK;
}

int LineColumn(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int column) {
  const Cursor& at = CursorOf(cursor);
  const StagedOrders::Row& row = StagedOf(cursor).rows()[at.order];
  const OrderLine& line = row.order->lines[at.line];
  switch (column) {
    case 0:
      sqlite3_result_int64(context, row.key);
      break;
    case 1:
      sqlite3_result_int64(context, static_cast<int64_t>(at.line) + 1);
      break;
    case 2:
      Return(context, line.product);
      break;
    case 3:
      Return(context, line.product_line);
      break;
    case 4:
      sqlite3_result_int64(context, line.quantity_micros);
      break;
    case 5:
      sqlite3_result_int64(context, line.amount);
      break;
    default:
      Return(context, line.cost, kNoAmount);
      break;
  }
  return SQLITE_OK;
}

// Without xCreate a module is a table by its own name, which no schema has to declare.
sqlite3_module Module(decltype(sqlite3_module::xConnect) connect,
                      decltype(sqlite3_module::xNext) next,
                      decltype(sqlite3_module::xColumn) column) {
  sqlite3_module module = {};
  module.xConnect = connect;
  module.xBestIndex = BestIndex;
  module.xDisconnect = Disconnect;
  module.xOpen = Open;
  module.xClose = Close;
  module.xFilter = Filter;
  module.xNext = next;
  module.xEof = Eof;
  module.xColumn = column;
  module.xRowid = RowId;
  return module;
}

}  // namespace

absl::StatusOr<std::unique_ptr<StagedOrders>> StagedOrders::Create(Connection& connection) {
  static const sqlite3_module orders = Module(ConnectOrders, NextOrder, OrderColumn);
  static const sqlite3_module lines = Module(ConnectLines, NextLine, LineColumn);
  std::unique_ptr<StagedOrders> staged(new StagedOrders());
  sqlite3* const db = connection.handle();
  for (const auto& [name, module] :
       {std::pair{"staged_orders", &orders}, std::pair{"staged_order_lines", &lines}}) {
    const int code = sqlite3_create_module_v2(db, name, module, staged.get(), nullptr);
    if (code != SQLITE_OK) return StatusFromSqlite(db, code, name);
  }
  STRATA_ASSIGN_OR_RETURN(staged->insert_orders_,
                          connection.Prepare("INSERT INTO orders SELECT * FROM staged_orders"));
  STRATA_ASSIGN_OR_RETURN(
      staged->insert_lines_,
      connection.Prepare("INSERT INTO order_lines SELECT * FROM staged_order_lines"));
  return staged;
}

absl::Status StagedOrders::Write() {
  if (rows_.empty()) return absl::OkStatus();
  absl::Status status = Execution(insert_orders_).Run();
  if (status.ok()) status = Execution(insert_lines_).Run();
  rows_.clear();
  return status;
}

}  // namespace strata::store
