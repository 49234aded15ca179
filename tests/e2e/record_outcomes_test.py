"""What becomes of every kind of record: accepted, a duplicate, stale, deleted, refused by name. Over the
wire, and held against the file."""

import datetime
import sqlite3

import mini_server
import client as wire
from service_records import contract, survey, ticket
from strata.v1 import records_pb2

LONG = "x" * 600
NOW = datetime.datetime.now(datetime.timezone.utc)


def days_from_now(days):
    return int((NOW + datetime.timedelta(days=days)).timestamp() * 1000)


def day_from_now(days):
    return (NOW + datetime.timedelta(days=days)).date().isoformat()


def make(kind, id, version=None, variant=0):
    """A record of the kind whose content depends on the variant."""
    more = {} if version is None else {"source_version": version}
    if kind == "customer":
        return wire.customer(id, country=f"country {variant}", **more)
    if kind == "order":
        return wire.order(id, "owner", "2024-03-01T10:00:00", [(1_000_000 + variant, {})], **more)
    if kind == "ticket":
        return ticket(id, "owner", "2024-03-01T10:00:00", csat=1 + variant, **more)
    if kind == "contract":
        return contract(id, "owner", "2024-01-01", "2024-12-31", value=100 + variant, **more)
    return survey(id, "owner", "2024-03-01T10:00:00", score=variant, **more)


# The column that tells variants apart.
CONTENT = {"customer": "country", "order": "(SELECT sum(amount_micros) FROM order_lines "
           "WHERE order_key = orders.order_key)", "ticket": "csat", "contract": "annual_value_micros",
           "survey": "score"}
VALUE = {"customer": "country {}", "order": 1_000_000, "ticket": 1, "contract": 100_000_000,
         "survey": 0}


def value_of(kind, variant):
    if kind == "customer":
        return f"country {variant}"
    return VALUE[kind] + variant * (1_000_000 if kind == "contract" else 1)


def of_another_contract():
    """A quantity of two in field 3 of the line, where a client of an older contract has it."""
    record = wire.order("r", "owner", LAST, [(1_000_000, {})])
    record.order.lines[0].MergeFromString(bytes([3 << 3, 2]))
    return record


LAST = "2024-03-01T10:00:00"
BEFORE = "2024-03-01T09:59:59"
# (record, field, reason): each rejection that the kind has.
REFUSED = [
    (ticket("", "owner", LAST), "ticket.id", "MISSING_FIELD"),
    (ticket("r", "", LAST), "ticket.customer", "MISSING_FIELD"),
    (ticket("r", "owner"), "ticket.opened_time", "MISSING_FIELD"),
    (ticket("r", "owner", days_from_now(2)), "ticket.opened_time", "FUTURE_TIME"),
    (ticket("r", "owner", LAST, first_response=days_from_now(2)), "ticket.first_response_time",
     "FUTURE_TIME"),
    (ticket("r", "owner", LAST, resolved=days_from_now(2)), "ticket.resolved_time", "FUTURE_TIME"),
    (ticket("r", "owner", LAST, escalated=days_from_now(2)), "ticket.escalated_time", "FUTURE_TIME"),
    (ticket("r", "owner", LAST, first_response=BEFORE), "ticket.first_response_time",
     "END_BEFORE_START"),
    (ticket("r", "owner", LAST, resolved=BEFORE), "ticket.resolved_time", "END_BEFORE_START"),
    (ticket("r", "owner", LAST, escalated=BEFORE), "ticket.escalated_time", "END_BEFORE_START"),
    (ticket("r", "owner", LAST, csat=0), "ticket.csat", "VALUE_OUT_OF_RANGE"),
    (ticket("r", "owner", LAST, csat=6), "ticket.csat", "VALUE_OUT_OF_RANGE"),
    (ticket("r", "owner", LAST, csat=-1), "ticket.csat", "VALUE_OUT_OF_RANGE"),
    (ticket("r", "owner", LAST, status=9), "ticket.status", "UNKNOWN_ENUM_VALUE"),
    (ticket("r", "owner", LAST, priority=LONG), "ticket.priority", "TEXT_TOO_LONG"),
    (ticket("r", "owner", LAST, category="a\nb"), "ticket.category", "CONTROL_CHARACTER"),
    (ticket("r", "owner", "1899-12-31T00:00:00"), "ticket.opened_time", "TIME_BEFORE_1900"),
    (contract("r", "", "2024-01-01"), "contract.customer", "MISSING_FIELD"),
    (contract("r", "owner"), "contract.start_date", "MISSING_FIELD"),
    (contract("r", "owner", "2024-02-01", "2024-01-31"), "contract.end_date", "END_BEFORE_START"),
    (contract("r", "owner", "2024-02-30"), "contract.start_date", "INVALID_DATE"),
    (contract("r", "owner", "2024-02-01", "soon"), "contract.end_date", "INVALID_DATE"),
    (contract("r", "owner", "1899-12-31"), "contract.start_date", "TIME_BEFORE_1900"),
    (contract("r", "owner", "2024-02-01", value=-1), "contract.annual_value_micros",
     "VALUE_OUT_OF_RANGE"),
    (contract("r", "owner", "2024-02-01", owner=LONG), "contract.owner", "TEXT_TOO_LONG"),
    (survey("r", "owner"), "survey.time", "MISSING_FIELD"),
    (survey("r", "owner", days_from_now(2)), "survey.time", "FUTURE_TIME"),
    (survey("r", "owner", LAST, kind=0), "survey.kind", "UNKNOWN_ENUM_VALUE"),
    (survey("r", "owner", LAST, kind=7), "survey.kind", "UNKNOWN_ENUM_VALUE"),
    (survey("r", "owner", LAST, score=11), "survey.score", "VALUE_OUT_OF_RANGE"),
    (survey("r", "owner", LAST, score=-1), "survey.score", "VALUE_OUT_OF_RANGE"),
    (survey("r", "owner", LAST, kind="csat", score=0), "survey.score", "VALUE_OUT_OF_RANGE"),
    (survey("r", "owner", LAST, kind="csat", score=6), "survey.score", "VALUE_OUT_OF_RANGE"),
    (wire.order("r", "owner", days_from_now(2), [(1, {})]), "order.order_time", "FUTURE_TIME"),
    (wire.order("r", "owner", LAST, [(1, {"quantity": -1})]), "order.lines[0].amount_micros",
     "SIGN_MISMATCH"),
    (wire.order("r", "owner", LAST, [(1, {})], currency_code="EUR"), "order.currency_code",
     "FOREIGN_CURRENCY"),
    (wire.order("r", "owner", LAST, []), "order.lines", "NO_LINES"),
    (wire.customer("r", birth_date=day_from_now(3)), "customer.birth_date", "FUTURE_TIME"),
    (wire.customer("r", created_time=days_from_now(2)), "customer.created_time", "FUTURE_TIME"),
    (wire.customer("r", children=100), "customer.children", "VALUE_OUT_OF_RANGE"),
    (wire.customer("r" * 129), "customer.id", "TEXT_TOO_LONG"),
    (records_pb2.Record(deletion=records_pb2.Deletion(id="r")), "deletion.kind",
     "UNKNOWN_ENUM_VALUE"),
    (wire.deletion("ticket", ""), "deletion.id", "MISSING_FIELD"),
    (records_pb2.Record(), "record", "MISSING_FIELD"),
    (of_another_contract(), "order.lines[0]", "UNKNOWN_FIELD"),
]
# At the very edge of what is refused.
ACCEPTED = [
    ticket("same moment", "owner", LAST, first_response=LAST, resolved=LAST, escalated=LAST,
           status="resolved", csat=5),
    ticket("due later", "owner", LAST, sla_due=days_from_now(900)),
    ticket("due at once", "owner", LAST, sla_due=BEFORE),
    ticket("tomorrow", "owner", days_from_now(0.9)),
    contract("one day", "owner", "2024-02-29", "2024-02-29"),
    contract("to come", "owner", day_from_now(400), day_from_now(800), value=5),
    survey("nps 0", "owner", LAST, score=0), survey("nps 10", "owner", LAST, score=10),
    survey("csat 1", "owner", LAST, kind="csat", score=1),
    survey("csat 5", "owner", LAST, kind="csat", score=5),
]


class Outcomes(mini_server.ServerTest):
    def setUp(self):
        super().setUp()
        self.workspace = self.id().rsplit(".", 1)[-1].replace("_", "-")
        self.client.create_workspace(self.workspace, currency_code="USD")

    def send(self, records, **fields):
        answer = self.client.append(self.workspace, records, **fields)
        counts = answer.counts
        self.assertEqual(counts.accepted + counts.duplicate + counts.stale + counts.rejected,
                         len(records))
        return answer

    def outcome(self, record):
        counts = self.send([record], on_error=wire.SKIP).counts
        return next(name for name in ("accepted", "duplicate", "stale", "rejected")
                    if getattr(counts, name))

    def sql(self, query):
        with sqlite3.connect(f"file:{self.server.workspace_file(self.workspace)}?mode=ro",
                             uri=True) as db:
            return db.execute(query).fetchall()

    def test_duplicate_stale_and_deleted(self):
        for kind in CONTENT:
            with self.subTest(kind=kind):
                self.life_of(kind)

    def life_of(self, kind):
        table = f"{kind}s"

        def stored():
            return self.sql(f"SELECT {CONTENT[kind]}, source_version FROM {table} "
                            f"WHERE {kind}_id = 'x'")
        self.assertEqual(self.outcome(make(kind, "x", 5, 1)), "accepted")
        self.assertEqual(self.outcome(make(kind, "x", 5, 1)), "duplicate")
        self.assertEqual(self.outcome(make(kind, "x", 4, 2)), "stale")
        self.assertEqual(stored(), [(value_of(kind, 1), 5)])
        self.assertEqual(self.outcome(make(kind, "x", 6, 2)), "accepted")
        self.assertEqual(self.outcome(make(kind, "x", variant=2)), "duplicate")
        self.assertEqual(stored(), [(value_of(kind, 2), 6)])
        self.assertEqual(self.outcome(make(kind, "x", variant=3)), "accepted")
        self.assertEqual(stored(), [(value_of(kind, 3), 6)])

        self.assertEqual(self.outcome(wire.deletion(kind, "x", source_version=5)), "stale")
        self.assertEqual(stored(), [(value_of(kind, 3), 6)])
        self.assertEqual(self.outcome(wire.deletion(kind, "x", source_version=8)), "accepted")
        self.assertEqual(self.outcome(wire.deletion(kind, "x", source_version=8)), "duplicate")
        self.assertEqual(stored(), [])
        self.assertEqual(self.outcome(make(kind, "x", 7, 1)), "stale")
        self.assertEqual(stored(), [])
        self.assertEqual(self.outcome(make(kind, "x", 9, 1)), "accepted")
        self.assertEqual(stored(), [(value_of(kind, 1), 9)])
        # A deletion may come before the record that it is about.
        self.assertEqual(self.outcome(wire.deletion(kind, "y", source_version=3)), "accepted")
        self.assertEqual(self.outcome(make(kind, "y", 2, 1)), "stale")
        self.assertEqual(self.sql(f"SELECT count(*) FROM {table} WHERE {kind}_id = 'y'"), [(0,)])

    def test_refused_by_name(self):
        for record, field, reason in REFUSED:
            with self.subTest(field=field, reason=reason, record=str(record)[:200]):
                answer = self.send([record], on_error=wire.SKIP)
                self.assertEqual([(e.index, e.field, e.reason) for e in answer.errors],
                                 [(0, field, reason)])
                self.assertTrue(answer.errors[0].message)
        for table in ("customers", "orders", "tickets", "contracts", "surveys"):
            self.assertEqual(self.sql(f"SELECT count(*) FROM {table}"), [(0,)], table)

    def test_skip_stores_the_good_ones_and_fail_none(self):
        bad = [record for record, _, _ in REFUSED]
        mixed = [record for pair in zip(bad, ACCEPTED) for record in pair] + bad[len(ACCEPTED):]
        with self.assertRaises(wire.RichError) as raised:
            self.send(mixed)
        self.assertEqual(raised.exception.reason, "BAD_RECORDS")
        self.assertEqual(self.sql("SELECT count(*) FROM tickets"), [(0,)])
        checked = self.send(mixed, on_error=wire.SKIP, validate_only=True)
        self.assertEqual(self.sql("SELECT count(*) FROM tickets"), [(0,)])
        stored = self.send(mixed, on_error=wire.SKIP)
        for answer in (checked, stored):
            self.assertEqual(answer.counts.rejected, len(REFUSED))
            self.assertEqual(answer.counts.accepted, len(ACCEPTED))
            self.assertEqual([(mixed[e.index], e.field, e.reason) for e in answer.errors],
                             [(record, field, reason) for record, field, reason in REFUSED])
        self.assertEqual(self.sql("""SELECT (SELECT count(*) FROM tickets) + (SELECT count(*)
            FROM contracts) + (SELECT count(*) FROM surveys)"""), [(len(ACCEPTED),)])
        again = self.send(mixed, on_error=wire.SKIP)
        self.assertEqual((again.counts.duplicate, again.counts.rejected),
                         (len(ACCEPTED), len(REFUSED)))

    def test_a_write_stream_keeps_what_it_refused(self):
        batches = [[ACCEPTED[0], REFUSED[7][0]], [REFUSED[19][0], make("survey", "s", 1, 3)]]
        self.client.append_stream(self.workspace, "service", batches, on_error=wire.SKIP)
        state = self.client.write_stream(self.workspace, "service")
        self.assertEqual((state.next_offset, state.counts.accepted, state.counts.rejected), (4, 2, 2))
        self.assertEqual([(e.index, e.field, e.reason) for e in state.errors],
                         [(1, *REFUSED[7][1:]), (2, *REFUSED[19][1:])])
        self.assertEqual(self.sql("SELECT stream_offset, kind, field, reason FROM rejected_records"),
                         [(1, "ticket", *REFUSED[7][1:]), (2, "contract", *REFUSED[19][1:])])

    def test_an_erased_customer_takes_no_facts(self):
        from strata.v1 import customer_service_pb2
        self.send([make(kind, f"{kind} of owner") for kind in CONTENT if kind != "customer"])
        self.send([make("customer", "owner")])
        with wire.rich_errors():
            self.client.customers.EraseCustomer(customer_service_pb2.EraseCustomerRequest(
                workspace=self.workspace, customer="owner"), timeout=30)
        for kind in CONTENT:
            answer = self.send([make(kind, "owner" if kind == "customer" else "new")],
                               on_error=wire.SKIP)
            self.assertEqual([e.reason for e in answer.errors], ["ERASED"], kind)
            self.assertEqual(self.sql(f"SELECT count(*) FROM {kind}s"), [(0,)], kind)


if __name__ == "__main__":
    mini_server.main()
