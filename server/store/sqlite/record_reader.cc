#include "server/store/sqlite/record_reader.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/status_macros.h"
#include "server/store/sqlite/record_rows.h"

namespace strata::store {
namespace {

uint32_t KeyAt(const Execution& row, int column) {
  return static_cast<uint32_t>(row.IntAt(column));
}

void Own(absl::string_view& text, TextArena& arena) { text = arena.Copy(text); }

template <typename... Texts>
void OwnAll(TextArena& arena, Texts&... texts) {
  (Own(texts, arena), ...);
}

void OwnText(Customer& c, TextArena& arena) {
  OwnAll(arena, c.id, c.display_name, c.gender, c.country, c.region, c.city, c.industry,
         c.account_owner);
}
void OwnText(Attribute& a, TextArena& arena) {
  Own(a.key, arena);
  if (auto* text = std::get_if<absl::string_view>(&a.value)) Own(*text, arena);
}
void OwnText(Order& o, TextArena& arena) { OwnAll(arena, o.id, o.status, o.channel); }
void OwnText(OrderLine& l, TextArena& arena) { OwnAll(arena, l.product, l.product_line); }
void OwnText(Ticket& t, TextArena& arena) { OwnAll(arena, t.id, t.priority, t.category); }
void OwnText(Contract& c, TextArena& arena) { OwnAll(arena, c.id, c.owner, c.status); }
void OwnText(Survey& s, TextArena& arena) { OwnAll(arena, s.id); }

absl::Status NoSuchKey(RecordKind kind, uint32_t key) {
  return absl::NotFoundError(absl::StrCat("there is no ", strata::NameOf(kind), " of key ", key));
}

template <typename Fact>
absl::Status ReadFact(Statement& statement, RecordKind kind, uint32_t key, TextArena& arena,
                      StoredFact<Fact>& fact) {
  Execution row(statement);
  STRATA_ASSIGN_OR_RETURN(const bool found, row.Int(key).Step());
  if (!found) return NoSuchKey(kind, key);
  STRATA_RETURN_IF_ERROR(FromRow(row, fact.record));
  fact.customer_key = KeyAt(row, 2);
  OwnText(fact.record, arena);
  return absl::OkStatus();
}

// Rows that belong to a row of another table: lines to orders, attributes to customers. Both are
// read in ascending order of the key they share, so one step ahead is enough.
template <typename Child>
class ChildRows {
 public:
  explicit ChildRows(Statement& statement) : rows_(statement) {}

  // To bind parameters before Start.
  Execution& rows() { return rows_; }
  absl::Status Start() { return Advance(); }

  // Adds the children of `key`; keys rise from call to call.
  absl::Status Collect(uint32_t key, TextArena& arena, std::vector<Child>& children) {
    while (more_ && next_key_ == key) {
      Child child;
      STRATA_RETURN_IF_ERROR(FromRow(rows_, child));
      OwnText(child, arena);
      children.push_back(child);
      STRATA_RETURN_IF_ERROR(Advance());
    }
    if (more_ && next_key_ < key) return Orphan();
    return absl::OkStatus();
  }
  absl::Status Finish() const { return more_ ? Orphan() : absl::OkStatus(); }

 private:
  absl::Status Advance() {
    STRATA_ASSIGN_OR_RETURN(more_, rows_.Step());
    if (more_) next_key_ = KeyAt(rows_, 0);
    return absl::OkStatus();
  }
  absl::Status Orphan() const {
    return absl::DataLossError(absl::StrCat("the file holds a line or an attribute of key ",
                                            next_key_, ", which has no order or customer"));
  }

  Execution rows_;
  bool more_ = false;
  uint32_t next_key_ = 0;
};

template <typename Fact>
absl::Status ScanFacts(Connection& connection, absl::string_view rows_sql, absl::string_view key,
                       RecordReader::FactVisitor<Fact> visit) {
  STRATA_ASSIGN_OR_RETURN(Statement statement,
                          connection.Prepare(absl::StrCat(rows_sql, " ORDER BY ", key)));
  Execution row(statement);
  for (;;) {
    STRATA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return absl::OkStatus();
    Fact fact;
    STRATA_RETURN_IF_ERROR(FromRow(row, fact));
    visit(KeyAt(row, 0), KeyAt(row, 2), fact);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordReader>> RecordReader::Create(Connection& connection) {
  std::unique_ptr<RecordReader> reader(new RecordReader(connection));
  const auto prepare = [&](Statement& statement, absl::string_view rows,
                           absl::string_view condition) -> absl::Status {
    STRATA_ASSIGN_OR_RETURN(statement,
                            connection.Prepare(absl::StrCat(rows, " WHERE ", condition)));
    return absl::OkStatus();
  };
  STRATA_RETURN_IF_ERROR(prepare(reader->customer_, kCustomerRows, "customer_key = ?1"));
  STRATA_RETURN_IF_ERROR(
      prepare(reader->attributes_, kAttributeRows, "customer_key = ?1 ORDER BY attribute"));
  STRATA_RETURN_IF_ERROR(prepare(reader->order_, kOrderRows, "order_key = ?1"));
  STRATA_RETURN_IF_ERROR(prepare(reader->lines_, kLineRows, "order_key = ?1 ORDER BY line_number"));
  STRATA_RETURN_IF_ERROR(
      prepare(reader->order_range_, kOrderRows, "order_key BETWEEN ?1 AND ?2 ORDER BY order_key"));
  STRATA_RETURN_IF_ERROR(prepare(reader->line_range_, kLineRows,
                                 "order_key BETWEEN ?1 AND ?2 ORDER BY order_key, line_number"));
  STRATA_RETURN_IF_ERROR(prepare(reader->ticket_, kTicketRows, "ticket_key = ?1"));
  STRATA_RETURN_IF_ERROR(prepare(reader->contract_, kContractRows, "contract_key = ?1"));
  STRATA_RETURN_IF_ERROR(prepare(reader->survey_, kSurveyRows, "survey_key = ?1"));
  return reader;
}

absl::Status RecordReader::Read(uint32_t key, TextArena& arena, StoredCustomer& customer) {
  {
    Execution row(customer_);
    STRATA_ASSIGN_OR_RETURN(const bool found, row.Int(key).Step());
    if (!found) return NoSuchKey(RecordKind::kCustomer, key);
    STRATA_RETURN_IF_ERROR(FromRow(row, customer.record));
    customer.placeholder = row.IntAt(2) != 0;
    OwnText(customer.record, arena);
  }
  customer.attributes.clear();
  Execution row(attributes_);
  row.Int(key);
  for (;;) {
    STRATA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) break;
    Attribute attribute;
    STRATA_RETURN_IF_ERROR(FromRow(row, attribute));
    OwnText(attribute, arena);
    customer.attributes.push_back(attribute);
  }
  customer.record.attributes = customer.attributes;
  return absl::OkStatus();
}

absl::Status RecordReader::Read(uint32_t key, TextArena& arena, StoredOrder& order) {
  STRATA_RETURN_IF_ERROR(ReadFact(order_, RecordKind::kOrder, key, arena, order));
  order.lines.clear();
  Execution row(lines_);
  row.Int(key);
  for (;;) {
    STRATA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) break;
    OrderLine line;
    STRATA_RETURN_IF_ERROR(FromRow(row, line));
    OwnText(line, arena);
    order.lines.push_back(line);
  }
  order.record.lines = order.lines;
  return absl::OkStatus();
}

absl::Status RecordReader::Read(uint32_t key, TextArena& arena, StoredTicket& ticket) {
  return ReadFact(ticket_, RecordKind::kTicket, key, arena, ticket);
}
absl::Status RecordReader::Read(uint32_t key, TextArena& arena, StoredContract& contract) {
  return ReadFact(contract_, RecordKind::kContract, key, arena, contract);
}
absl::Status RecordReader::Read(uint32_t key, TextArena& arena, StoredSurvey& survey) {
  return ReadFact(survey_, RecordKind::kSurvey, key, arena, survey);
}

absl::StatusOr<std::string> RecordReader::ReadId(RecordKind kind, uint32_t key) {
  Statement* const statements[kRecordKinds] = {&customer_, &order_, &ticket_, &contract_, &survey_};
  Execution row(*statements[static_cast<size_t>(kind)]);
  STRATA_ASSIGN_OR_RETURN(const bool found, row.Int(key).Step());
  if (!found) return NoSuchKey(kind, key);
  return std::string(row.TextAt(1));
}

absl::Status RecordReader::ScanCustomers(CustomerVisitor visit) {
  STRATA_ASSIGN_OR_RETURN(Statement customers, connection_.Prepare(absl::StrCat(
                                                   kCustomerRows, " ORDER BY customer_key")));
  STRATA_ASSIGN_OR_RETURN(
      Statement attributes,
      connection_.Prepare(absl::StrCat(kAttributeRows, " ORDER BY customer_key, attribute")));
  Execution row(customers);
  ChildRows<Attribute> attribute_rows(attributes);
  STRATA_RETURN_IF_ERROR(attribute_rows.Start());
  TextArena arena;
  StoredCustomer customer;
  for (;;) {
    STRATA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return attribute_rows.Finish();
    arena.Clear();
    const uint32_t key = KeyAt(row, 0);
    STRATA_RETURN_IF_ERROR(FromRow(row, customer.record));
    customer.attributes.clear();
    STRATA_RETURN_IF_ERROR(attribute_rows.Collect(key, arena, customer.attributes));
    customer.record.attributes = customer.attributes;
    visit(key, customer.record, row.IntAt(2) != 0);
  }
}

absl::Status RecordReader::ReadOrders(uint32_t first_key, uint32_t last_key, OrderChunk& chunk) {
  chunk.rows.clear();
  chunk.lines.clear();
  chunk.text.Clear();
  std::vector<size_t> first_lines;
  Execution row(order_range_);
  row.Int(first_key).Int(last_key);
  ChildRows<OrderLine> line_rows(line_range_);
  line_rows.rows().Int(first_key).Int(last_key);
  STRATA_RETURN_IF_ERROR(line_rows.Start());
  for (;;) {
    STRATA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) break;
    OrderChunk::Row& read = chunk.rows.emplace_back();
    read.key = KeyAt(row, 0);
    read.customer_key = KeyAt(row, 2);
    STRATA_RETURN_IF_ERROR(FromRow(row, read.order));
    OwnText(read.order, chunk.text);
    first_lines.push_back(chunk.lines.size());
    STRATA_RETURN_IF_ERROR(line_rows.Collect(read.key, chunk.text, chunk.lines));
  }
  STRATA_RETURN_IF_ERROR(line_rows.Finish());
  // Only now the lines stay where they are.
  first_lines.push_back(chunk.lines.size());
  for (size_t i = 0; i < chunk.rows.size(); ++i) {
    chunk.rows[i].order.lines = absl::MakeConstSpan(chunk.lines.data() + first_lines[i],
                                                    first_lines[i + 1] - first_lines[i]);
  }
  return absl::OkStatus();
}

absl::Status RecordReader::ScanTickets(FactVisitor<Ticket> visit) {
  return ScanFacts<Ticket>(connection_, kTicketRows, "ticket_key", visit);
}
absl::Status RecordReader::ScanContracts(FactVisitor<Contract> visit) {
  return ScanFacts<Contract>(connection_, kContractRows, "contract_key", visit);
}
absl::Status RecordReader::ScanSurveys(FactVisitor<Survey> visit) {
  return ScanFacts<Survey>(connection_, kSurveyRows, "survey_key", visit);
}

absl::StatusOr<uint32_t> RecordReader::LastKey(RecordKind kind) {
  const absl::string_view name = strata::NameOf(kind);
  STRATA_ASSIGN_OR_RETURN(const int64_t key, connection_.QueryInt(absl::StrCat(
                                                 "SELECT max(", name, "_key) FROM ", name, "s")));
  if (key < 0 || key > std::numeric_limits<uint32_t>::max()) {
    return absl::DataLossError(
        absl::StrCat(connection_.path(), ": ", name, " of key ", key, ", which no release gives"));
  }
  return static_cast<uint32_t>(key);
}

}  // namespace strata::store
