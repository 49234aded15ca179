"""Nothing after as_of is seen: `as_of` is moved day by day through hand-made histories of tickets,
contracts, surveys and deliveries, and every answer is held against SQL over what had happened by then."""

import collections
import datetime
import sqlite3
import zoneinfo

import mini_server
import client as wire
import oracle_fields
from service_records import contract, survey, ticket
from strata.v1 import customer_service_pb2, types_pb2

ZONE = zoneinfo.ZoneInfo("America/New_York")  # the clocks are put forward on 10 March 2024
FIRST, LAST = "2024-02-25", "2024-03-31"


def at(text):
    """'03-01 10:00' in the workspace's zone as milliseconds."""
    moment = datetime.datetime.strptime(f"2024-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
    return int(moment.timestamp() * 1000)


def order(id, customer, time, promised=None, delivered=None):
    times = {name: at(value) for name, value in (("promised_time", promised),
                                                 ("delivered_time", delivered)) if value}
    return wire.order(id, customer, at(time), [(10_000_000, {})], **times)


def opened(id, customer, time, **fields):
    for name in ("first_response", "resolved", "escalated", "sla_due"):
        if name in fields:
            fields[name] = at(fields[name])
    return ticket(id, customer, at(time), **fields)


# What the first ticket goes through is written out in test_one_ticket.
RECORDS = [
    opened("late", "ada", "03-01 10:00", sla_due="03-03 10:00", first_response="03-02 09:00",
           escalated="03-05 12:00", resolved="03-08 10:00", status="resolved", csat=5),
    opened("in time", "ada", "03-02 23:59", sla_due="03-10 00:00", resolved="03-09 23:59",
           status="resolved", csat=2),
    opened("at the very moment", "bob", "03-04 00:00", sla_due="03-12 00:00",
           resolved="03-12 00:00", status="resolved", csat=4),
    opened("a minute late", "bob", "03-09 12:00", sla_due="03-11 23:59", resolved="03-12 00:00",
           status="resolved"),
    opened("still open", "eve", "03-06 08:00", sla_due="03-20 00:00", escalated="03-15 08:00"),
    opened("open without due", "eve", "03-07 08:00", first_response="03-21 08:00"),
    opened("cancelled", "eve", "03-08 08:00", sla_due="03-09 08:00", status="cancelled"),
    opened("resolved without a time", "bob", "03-08 09:00", sla_due="03-09 08:00",
           status="resolved", csat=1),
    survey("n1", "ada", at("03-03 12:00"), score=10), survey("n2", "bob", at("03-13 12:00"), score=3),
    survey("n3", "eve", at("03-31 23:59"), score=7),
    survey("c1", "ada", at("03-10 01:30"), kind="csat", score=1),
    survey("c2", "eve", at("03-10 03:30"), kind="csat", score=5),
    contract("k1", "ada", "2024-01-01", "2024-03-10", value=100),
    contract("k2", "ada", "2024-03-11", "", value=140),
    contract("k3", "bob", "2024-03-05", "2024-03-05", value=70),
    contract("k4", "bob", "2024-03-20", "2025-03-19", value=90),
    contract("k5", "eve", "2023-01-01", "2024-03-25", value=30),
    contract("k6", "eve", "2024-03-22", "2024-06-30", value=20),
    contract("k7", "gus", "2023-05-01", "2024-03-15", value=60),
    contract("k8", "hal", "2023-05-01", "2023-12-31", value=50),
    contract("k9", "hal", "2024-03-18", "", value=45),
    order("in time", "ada", "03-01 09:00", "03-05 18:00", "03-05 18:00"),
    order("late", "ada", "03-02 09:00", "03-06 00:00", "03-09 10:00"),
    order("never", "bob", "03-03 09:00", "03-12 00:00"),
    order("not promised", "bob", "03-04 09:00", None, "03-06 10:00"),
    order("early", "eve", "03-05 09:00", "03-25 18:00", "03-08 10:00"),
    order("first", "eve", "02-25 09:00"), order("last", "eve", "03-31 20:00"),
]

# {kpi: SQL}: :e is the first instant after as_of, :d its day, :m the day before the month begins.
OPENED = "FROM tickets WHERE opened_time < :e"
RESOLVED = "(resolved_time IS NOT NULL AND resolved_time < :e)"
IN_FORCE = "start_date <= {0} AND coalesce(end_date, '9999') >= {0}"
HELD = f"""(SELECT customer_key,
    sum(CASE WHEN {IN_FORCE.format(':m')} THEN annual_value_micros END) AS a,
    sum(CASE WHEN {IN_FORCE.format(':d')} THEN annual_value_micros END) AS b,
    min(start_date) <= :m AS known FROM contracts GROUP BY 1)"""
SQL = {
    "tickets": f"SELECT count(*) {OPENED}",
    "escalations": f"SELECT count(*) {OPENED} AND escalated_time < :e",
    "escalation_rate": f"SELECT avg(coalesce(escalated_time < :e, 0)) {OPENED}",
    "sla_compliance": f"""SELECT avg({RESOLVED} AND resolved_time <= sla_due_time) {OPENED}
        AND status <> 'cancelled' AND sla_due_time IS NOT NULL
        AND NOT (status = 'resolved' AND resolved_time IS NULL)
        AND ({RESOLVED} OR sla_due_time < :e)""",
    "csat": f"""SELECT avg(score >= 4) FROM (
        SELECT csat AS score FROM tickets WHERE csat IS NOT NULL AND {RESOLVED} UNION ALL
        SELECT score FROM surveys WHERE kind = 'csat' AND survey_time < :e)""",
    "nps": """SELECT avg((score >= 9) - (score <= 6)) * 100 FROM surveys
        WHERE kind = 'nps' AND survey_time < :e""",
    "on_time_delivery_rate": """SELECT avg(delivered_time IS NOT NULL AND delivered_time < :e
        AND delivered_time <= promised_time) FROM orders WHERE order_time < :e
        AND promised_time IS NOT NULL AND (promised_time < :e OR delivered_time < :e)
        AND (SELECT sum(amount_micros) FROM order_lines l WHERE l.order_key = orders.order_key) >= 0""",
    "contract_value": f"""SELECT coalesce(sum(annual_value_micros), 0) * 1000 FROM contracts
        WHERE {IN_FORCE.format(':d')}""",
}
# Over the month up to as_of.
MOVEMENTS = {
    "recurring_new": "CASE WHEN a IS NULL AND NOT known THEN b END",
    "recurring_expansion": "CASE WHEN b > a THEN b - a END",
    "recurring_contraction": "CASE WHEN b < a THEN b - a END",
    "recurring_churn": "CASE WHEN b IS NULL THEN -a END",
    "recurring_reactivation": "CASE WHEN a IS NULL AND known THEN b END",
    "recurring_net_change": "coalesce(b, 0) - coalesce(a, 0)",
}
RATES = {
    "nrr": "SELECT sum(coalesce(b, 0)) * 1.0 / sum(a) FROM {held} WHERE a IS NOT NULL",
    "grr": "SELECT sum(min(coalesce(b, 0), a)) * 1.0 / sum(a) FROM {held} WHERE a IS NOT NULL",
    "logo_churn_rate": "SELECT avg(b IS NULL) FROM {held} WHERE a IS NOT NULL",
}


class AsOf(mini_server.ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as client:
            client.create_workspace("history", time_zone=ZONE.key)
            client.append("history", RECORDS)
        file = cls.server.workspace_file("history")
        cls.db = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        cls.addClassCleanup(cls.db.close)
        cls.oracle = oracle_fields.Fields(file, dict(time_zone=ZONE.key))

    def days(self):
        day = FIRST
        while day <= LAST:
            yield day
            day = oracle_fields.add_days(day, 1)

    def values(self, kpis, as_of, first=None):
        scope = {"as_of": as_of}
        if first:
            scope["range"] = types_pb2.DateRange(**{"from": first, "to": "2024-12-31"})
        (_, values), = wire.table(self.client.query("history", kpis, scope=scope))
        return dict(zip(kpis, values))

    def sql(self, query, as_of):
        parameters = {"e": self.oracle.end_of(as_of), "d": as_of,
                      "m": oracle_fields.add_days(f"{as_of[:8]}01", -1)}
        return self.db.execute(query, parameters).fetchone()[0]

    def test_every_day_equals_sql(self):
        seen = collections.defaultdict(set)
        for as_of in self.days():
            got = self.values(list(SQL), as_of, "2024-01-01")
            for kpi, query in SQL.items():
                self.same(got[kpi], self.sql(query, as_of), f"{kpi} as of {as_of}")
                seen[kpi].add(got[kpi])
        # The history moves every figure: none is the same throughout.
        self.assertGreater(min(len(values) for values in seen.values()), 2, seen)

    def test_movements_of_every_day(self):
        seen = collections.defaultdict(set)
        for as_of in self.days():
            month = f"{as_of[:8]}01"
            got = self.values([*MOVEMENTS, *RATES], as_of, month)
            for kpi, expression in MOVEMENTS.items():
                wanted = self.sql(f"SELECT coalesce(sum({expression}), 0) * 1000 FROM {HELD}", as_of)
                self.same(got[kpi], wanted, f"{kpi} as of {as_of}")
                seen[kpi].add(got[kpi])
            for kpi, query in RATES.items():
                self.same(got[kpi], self.sql(query.format(held=HELD), as_of), f"{kpi} as of {as_of}")
                seen[kpi].add(got[kpi])
            self.assertEqual(sum(got[kpi] for kpi in list(MOVEMENTS)[:5]),
                             got["recurring_net_change"])
        for kpi, values in seen.items():
            self.assertGreater(len(values), 1, kpi)

    def test_customers_of_every_day(self):
        """Every field of every customer: tickets_90d, sla_compliance_90d, csat_90d, renewal_in_days ..."""
        from oracle_filter import TYPES
        fields = [f for f in self.client.list_fields("history")
                  if f.grain == types_pb2.GRAIN_CUSTOMER
                  and f.id not in oracle_fields.NOT_IN_SQL]
        compared = 0
        for as_of in self.days():
            with wire.rich_errors():
                answer = self.client.customers.ListCustomers(
                    customer_service_pb2.ListCustomersRequest(
                        scope=types_pb2.QueryScope(workspace="history", as_of=as_of),
                        fields=[f.id for f in fields], page_size=100), timeout=30)
            columns = ", ".join(f'"{f.id}"' for f in fields)
            cf = self.oracle.customers_as_of(as_of)
            expected = {who: values for who, *values in self.oracle.db.execute(
                f"SELECT customer, {columns} FROM {cf} WHERE ex")}
            self.assertEqual({row.customer for row in answer.customers}, set(expected))
            for row in answer.customers:
                for field, value, wanted in zip(fields, row.values, expected[row.customer]):
                    if wanted is not None and TYPES[field.type] == "money":
                        wanted *= 1000
                    self.same(wire.plain(value), wanted, f"{field.id} of {row.customer}, {as_of}")
                    compared += 1
        self.assertGreater(compared, 3000)

    def test_one_ticket(self):
        """Opened 1 March 10:00, due on the 3rd, escalated on the 5th, resolved on the 8th and rated 5:
        open until the 7th whatever the record says of later, breached from the 3rd on."""
        kpis = ["tickets", "sla_compliance", "escalations", "csat", "median_resolution_hours",
                "median_first_response_hours"]
        expected = {
            "2024-02-29": (0, None, 0, None, None, None),
            "2024-03-01": (1, None, 0, None, None, None),
            "2024-03-02": (1, None, 0, None, None, 23.0),
            "2024-03-03": (1, 0.0, 0, None, None, 23.0),
            "2024-03-04": (1, 0.0, 0, None, None, 23.0),
            "2024-03-05": (1, 0.0, 1, None, None, 23.0),
            "2024-03-07": (1, 0.0, 1, None, None, 23.0),
            "2024-03-08": (1, 0.0, 1, 1.0, 168.0, 23.0),
        }
        self.client.create_workspace("one", time_zone=ZONE.key)
        self.client.append("one", [RECORDS[0], order("later", "ada", "03-20 09:00")])
        for as_of, wanted in expected.items():
            (_, got), = wire.table(self.client.query("one", kpis, scope={"as_of": as_of}))
            self.assertEqual(got, wanted, as_of)
        # Its rating counts on the day of its resolution, the ticket on that of its opening.
        rows = dict(wire.table(self.client.query("one", ["csat"], ["day"])))
        self.assertEqual(rows, {("2024-03-08",): (1.0,)})
        self.assertEqual(dict(wire.table(self.client.query("one", ["tickets"], ["day"]))),
                         {("2024-03-01",): (1,)})

    def same(self, mine, theirs, what):
        if isinstance(mine, float) or isinstance(theirs, float):
            self.assertIsNotNone(mine, what)
            self.assertIsNotNone(theirs, what)
            self.assertAlmostEqual(mine, theirs, 9, what)
        else:
            self.assertEqual(mine, theirs, what)


if __name__ == "__main__":
    mini_server.main()
