#include "server/store/sqlite/schema.h"

namespace strata::store {
namespace {

// Times are milliseconds since 1970-01-01T00:00:00Z, dates are 'YYYY-MM-DD', amounts are millionths
// of the workspace's currency unit. NULL means: not known.
//
// The sender's ids carry no unique index: keeping one on random text halves the speed of ingestion
// again and again as the file grows. The one process that writes keeps them unique through an index
// in memory, built at start. orders and order_lines carry no enforced foreign keys for the same
// reason: the writer makes a customer before the first fact that names it.
constexpr char kTables1[] = R"sql(
  CREATE TABLE workspace (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    revision INTEGER NOT NULL,      -- number of the last commit that changed data or settings
    created_time INTEGER NOT NULL,
    updated_time INTEGER NOT NULL   -- of the settings
  ) STRICT;

  CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Orders with one of these statuses are no revenue. Trimmed and folded to one case (Unicode).
  CREATE TABLE excluded_statuses (
    status TEXT PRIMARY KEY
  ) STRICT, WITHOUT ROWID;

  -- What the customers of a tier are promised by support; 0: nothing.
  CREATE TABLE service_policy (
    position INTEGER PRIMARY KEY,
    tier TEXT NOT NULL UNIQUE,
    response_target_hours INTEGER NOT NULL,  -- to the first response
    contact_cadence_days INTEGER NOT NULL,   -- longest time without an order, a ticket or a survey
    escalation_path TEXT NOT NULL            -- who takes over when it escalates
  ) STRICT;

  -- Groups of customers that the workspace has defined: a filter, or a partition, whose classes are
  -- the rows of segment_classes and whose rest is the class of everybody else.
  CREATE TABLE segments (
    segment_id TEXT PRIMARY KEY,
    display_name TEXT NOT NULL,
    description TEXT NOT NULL,
    owner TEXT NOT NULL,
    filter TEXT,                    -- NULL: a partition
    rest TEXT,                      -- NULL: a filter segment
    revision INTEGER NOT NULL,      -- of the last change
    created_time INTEGER NOT NULL,
    updated_time INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE segment_classes (
    segment_id TEXT NOT NULL REFERENCES segments ON DELETE CASCADE,
    position INTEGER NOT NULL,      -- from 1; the first class that matches wins
    class TEXT NOT NULL,
    filter TEXT NOT NULL,
    PRIMARY KEY (segment_id, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE customers (
    customer_key INTEGER PRIMARY KEY,
    customer_id TEXT NOT NULL,
    placeholder INTEGER NOT NULL,   -- 1: known only because a fact names it
    source_version INTEGER,
    display_name TEXT,
    birth_date TEXT,
    gender TEXT,
    children INTEGER,
    country TEXT,
    region TEXT,
    city TEXT,
    industry TEXT,
    account_owner TEXT,
    strategic INTEGER,              -- 1 declared so by the business, 0 declared not to be
    created_time INTEGER
  ) STRICT;

  CREATE TABLE customer_attributes (
    customer_key INTEGER NOT NULL REFERENCES customers ON DELETE CASCADE,
    attribute TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('text', 'number', 'boolean')),
    value ANY NOT NULL,             -- text, real, or 0 and 1
    PRIMARY KEY (customer_key, attribute)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE orders (
    order_key INTEGER PRIMARY KEY,
    order_id TEXT NOT NULL,
    customer_key INTEGER NOT NULL,
    source_version INTEGER,
    order_time INTEGER NOT NULL,
    status TEXT,
    channel TEXT,
    promised_time INTEGER,
    shipped_time INTEGER,
    delivered_time INTEGER
  ) STRICT;

  CREATE TABLE order_lines (
    order_key INTEGER NOT NULL,
    line_number INTEGER NOT NULL,   -- from 1
    product TEXT,
    product_line TEXT,
    quantity INTEGER NOT NULL,
    amount_micros INTEGER NOT NULL,
    cost_micros INTEGER,
    PRIMARY KEY (order_key, line_number)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE tickets (
    ticket_key INTEGER PRIMARY KEY,
    ticket_id TEXT NOT NULL,
    customer_key INTEGER NOT NULL REFERENCES customers,
    source_version INTEGER,
    opened_time INTEGER NOT NULL,
    first_response_time INTEGER,
    resolved_time INTEGER,
    escalated_time INTEGER,
    sla_due_time INTEGER,
    priority TEXT,
    category TEXT,
    status TEXT NOT NULL CHECK (status IN ('open', 'resolved', 'cancelled')),
    csat INTEGER
  ) STRICT;
  CREATE INDEX tickets_by_customer ON tickets (customer_key);

  CREATE TABLE contracts (
    contract_key INTEGER PRIMARY KEY,
    contract_id TEXT NOT NULL,
    customer_key INTEGER NOT NULL REFERENCES customers,
    source_version INTEGER,
    start_date TEXT NOT NULL,
    end_date TEXT,                  -- the last day in force; NULL: open-ended
    annual_value_micros INTEGER NOT NULL,
    auto_renew INTEGER,
    owner TEXT,
    status TEXT
  ) STRICT;
  CREATE INDEX contracts_by_customer ON contracts (customer_key);

  CREATE TABLE surveys (
    survey_key INTEGER PRIMARY KEY,
    survey_id TEXT NOT NULL,
    customer_key INTEGER NOT NULL REFERENCES customers,
    source_version INTEGER,
    survey_time INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('nps', 'csat')),
    score INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX surveys_by_customer ON surveys (customer_key);

  -- Records that were deleted, so that a late older version does not bring them back.
  CREATE TABLE deleted_records (
    kind TEXT NOT NULL,
    record_id TEXT NOT NULL,
    source_version INTEGER,
    PRIMARY KEY (kind, record_id)
  ) STRICT, WITHOUT ROWID;

  -- Where each producer's write stream stands, with its counts since it began.
  CREATE TABLE write_streams (
    stream_id TEXT PRIMARY KEY,
    next_offset INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    duplicate INTEGER NOT NULL,
    stale INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    placeholders INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    updated_time INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- The first 1,000 rejected records of each write stream.
  CREATE TABLE rejected_records (
    stream_id TEXT NOT NULL,
    stream_offset INTEGER NOT NULL,
    kind TEXT NOT NULL,
    record_id TEXT NOT NULL,
    field TEXT NOT NULL,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (stream_id, stream_offset)
  ) STRICT, WITHOUT ROWID;

  -- Answers to unary calls, for 24 hours, so that a repeated call gets the first one's.
  CREATE TABLE requests (
    request_id TEXT PRIMARY KEY,
    fingerprint BLOB NOT NULL,
    answer BLOB NOT NULL,
    has_rejections INTEGER NOT NULL,
    created_time INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX requests_by_time ON requests (created_time);
)sql";

// What was committed under each write stream, for a day at most, so that a batch that is sent again
// is compared with it: four bytes a record (server/ingest/stream_trace.h).
constexpr char kStreamBatches[] = R"sql(
  CREATE TABLE stream_batches (
    stream_id TEXT NOT NULL,
    first_offset INTEGER NOT NULL,
    records INTEGER NOT NULL,
    placeholders INTEGER NOT NULL,
    format INTEGER NOT NULL,
    trace BLOB NOT NULL,
    committed_time INTEGER NOT NULL,
    PRIMARY KEY (stream_id, first_offset)
  ) STRICT;
  CREATE INDEX stream_batches_by_time ON stream_batches (committed_time);
)sql";

// When each revision was committed, which answers stand on. Of older files the latest time that
// they know of stands in for it.
constexpr char kCommitTime[] = R"sql(
  ALTER TABLE workspace
    ADD COLUMN commit_time INTEGER NOT NULL DEFAULT 0;  -- of the revision
  UPDATE workspace SET commit_time = max(
    updated_time,
    ifnull((SELECT max(updated_time) FROM write_streams), updated_time),
    ifnull((SELECT max(created_time) FROM requests), updated_time));
)sql";

// In views: milliseconds as ISO text, micros as decimal text with every digit.
#define STRATA_ISO_TIME(column) "strftime('%Y-%m-%dT%H:%M:%fZ', " column " / 1000.0, 'unixepoch')"
#define STRATA_DECIMAL(column)                                        \
  "printf('%s%lld.%06lld', iif(" column " < 0, '-', ''), abs(" column \
  " / 1000000), "                                                     \
  "abs(" column " % 1000000))"

// For people with sqlite3: the sender's ids, decimal amounts, ISO times. An amount is text, so that
// no digit is lost; sum the micros of the tables.
constexpr char kViews1[] = R"sql(
  CREATE VIEW v_customers AS
  SELECT customer_id, placeholder, display_name, birth_date, gender, children, country, region,
         city, industry, account_owner, strategic, )sql" STRATA_ISO_TIME("created_time") R"sql(
         AS created_time, source_version
  FROM customers;

  CREATE VIEW v_customer_attributes AS
  SELECT c.customer_id, a.attribute, a.kind, a.value
  FROM customer_attributes AS a JOIN customers AS c USING (customer_key);

  -- recognised: 1 when the order counts as revenue. SQLite knows the cases of ASCII letters and
  -- the blank; the server folds by Unicode and trims all white space.
  CREATE VIEW v_orders AS
  SELECT o.order_id, c.customer_id, )sql" STRATA_ISO_TIME("o.order_time") R"sql( AS order_time,
         o.status,
         ifnull(lower(trim(o.status)), '') NOT IN (SELECT status FROM excluded_statuses) AS recognised,
         o.channel,
         )sql" STRATA_ISO_TIME("o.promised_time") R"sql( AS promised_time,
         )sql" STRATA_ISO_TIME("o.shipped_time") R"sql( AS shipped_time,
         )sql" STRATA_ISO_TIME("o.delivered_time") R"sql( AS delivered_time, o.source_version
  FROM orders AS o JOIN customers AS c USING (customer_key);

  CREATE VIEW v_order_lines AS
  SELECT o.order_id, l.line_number, c.customer_id, l.product, l.product_line, l.quantity,
         )sql" STRATA_DECIMAL("l.amount_micros") R"sql( AS amount,
         iif(l.cost_micros IS NULL, NULL, )sql" STRATA_DECIMAL("l.cost_micros") R"sql() AS cost
  FROM order_lines AS l JOIN orders AS o USING (order_key) JOIN customers AS c USING (customer_key);

  CREATE VIEW v_tickets AS
  SELECT t.ticket_id, c.customer_id, t.status, t.priority, t.category, t.csat,
         )sql" STRATA_ISO_TIME("t.opened_time") R"sql( AS opened_time,
         )sql" STRATA_ISO_TIME("t.first_response_time") R"sql( AS first_response_time,
         )sql" STRATA_ISO_TIME("t.resolved_time") R"sql( AS resolved_time,
         )sql" STRATA_ISO_TIME("t.escalated_time") R"sql( AS escalated_time,
         )sql" STRATA_ISO_TIME("t.sla_due_time") R"sql( AS sla_due_time, t.source_version
  FROM tickets AS t JOIN customers AS c USING (customer_key);

  CREATE VIEW v_contracts AS
  SELECT k.contract_id, c.customer_id, k.start_date, k.end_date,
         )sql" STRATA_DECIMAL("k.annual_value_micros") R"sql( AS annual_value,
         k.auto_renew, k.owner, k.status, k.source_version
  FROM contracts AS k JOIN customers AS c USING (customer_key);

  CREATE VIEW v_surveys AS
  SELECT s.survey_id, c.customer_id, )sql" STRATA_ISO_TIME("s.survey_time") R"sql( AS survey_time,
         s.kind, s.score, s.source_version
  FROM surveys AS s JOIN customers AS c USING (customer_key);
)sql";

// Quantities in millionths of a unit: kilograms and hours are sold in fractions. In the view as
// decimals without trailing zeros. Renaming the column keeps the rows where they are.
constexpr char kFractionalQuantity2[] = R"sql(
  DROP VIEW v_order_lines;
  ALTER TABLE order_lines RENAME COLUMN quantity TO quantity_micros;
  UPDATE order_lines SET quantity_micros = quantity_micros * 1000000;

  CREATE VIEW v_order_lines AS
  SELECT o.order_id, l.line_number, c.customer_id, l.product, l.product_line,
         rtrim(rtrim()sql" STRATA_DECIMAL("l.quantity_micros") R"sql(, '0'), '.') AS quantity,
         )sql" STRATA_DECIMAL("l.amount_micros") R"sql( AS amount,
         iif(l.cost_micros IS NULL, NULL, )sql" STRATA_DECIMAL("l.cost_micros") R"sql() AS cost
  FROM order_lines AS l JOIN orders AS o USING (order_key) JOIN customers AS c USING (customer_key);
)sql";

#undef STRATA_ISO_TIME
#undef STRATA_DECIMAL

}  // namespace

const Schema& WorkspaceSchema() {
  static const std::string* const version1 = new std::string(std::string(kTables1) + kViews1);
  static const Migration* const migrations = new Migration[4]{
      {1, "customers, orders, tickets, contracts, surveys; streams, requests", version1->c_str()},
      {2, "quantities of lines in millionths of a unit", kFractionalQuantity2},
      {3, "what was committed under each write stream", kStreamBatches},
      {4, "the time of the last commit", kCommitTime},
  };
  static const Schema schema{"workspace", 0x53545257 /* STRW */, absl::MakeSpan(migrations, 4)};
  return schema;
}

}  // namespace strata::store
