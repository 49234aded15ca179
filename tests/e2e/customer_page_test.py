"""GetCustomer with everything computed, on the demo portfolio at several days: its service record,
contracts, surveys and standings against SQL on the same file, and the page that the CLI prints."""

import csv
import fractions
import io
import json
import statistics

import mini_server
import client as wire
import oracle
import oracle_fields
from strata.v1 import customer_service_pb2, records_pb2, types_pb2

DAYS = ("2024-09-15", "2025-03-31", "2025-12-31")
SEED = 7


def millis(timestamp):
    return timestamp.seconds * 1000 + timestamp.nanos // 1_000_000


class CustomerPage(mini_server.ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        made = mini_server.run_cli("-w", "demo", "demo", "--customers", 200, "--months", 24, "--seed",
                                   SEED, "--end", "2025-12-31", server=cls.server.address)
        if made.status:
            raise AssertionError(made)
        cls.oracle = oracle_fields.Fields(cls.server.workspace_file("demo"), {"time_zone": "UTC"})
        # Those with the most tickets, and two without any.
        query = """SELECT customer_id FROM customers c ORDER BY
            (SELECT count(*) FROM tickets t WHERE t.customer_key = c.customer_key) DESC, customer_id"""
        by_tickets = [row[0] for row in cls.oracle.db.execute(query)]
        cls.customers = by_tickets[:4] + by_tickets[-2:]

    def page(self, customer, as_of, **fields):
        with wire.rich_errors():
            return self.client.customers.GetCustomer(customer_service_pb2.GetCustomerRequest(
                scope=types_pb2.QueryScope(workspace="demo", as_of=as_of), customer=customer,
                view=customer_service_pb2.CUSTOMER_VIEW_FULL, **fields), timeout=60)

    def rows(self, sql, customer, **values):
        return list(self.oracle.db.execute(
            sql + " AND x.customer_key = (SELECT customer_key FROM customers WHERE customer_id = :c)",
            {"c": customer, **values}))

    def each(self, check):
        """The sum of check(customer, as_of, page) over all customers and days."""
        total = 0
        for as_of in DAYS:
            for customer in self.customers:
                with self.subTest(customer=customer, as_of=as_of):
                    total += check(customer, as_of, self.page(customer, as_of, tickets=1000, months=24))
        return total

    def test_tickets_as_known(self):
        self.assertGreater(self.each(self.check_tickets), 0)

    def check_tickets(self, customer, as_of, page):
        """Returns how many of the tickets were resolved after the day only."""
        end, still_open = self.oracle.end_of(as_of), 0
        expected = self.rows("""SELECT ticket_id, opened_time, first_response_time, resolved_time,
            escalated_time, sla_due_time, priority, category, status, csat FROM tickets x
            WHERE opened_time < :end""", customer, end=end)
        expected.sort(key=lambda row: row[1], reverse=True)
        self.assertEqual(page.total_tickets, len(expected))
        if customer == self.customers[0]:
            self.assertGreater(len(expected), 5)
        self.assertEqual([millis(t.opened_time) for t in page.tickets], [r[1] for r in expected])
        got = {t.id: t for t in page.tickets}
        self.assertEqual(set(got), {row[0] for row in expected})
        for id, opened, response, resolved, escalated, due, priority, category, status, csat \
                in expected:
            ticket = got[id]
            for name, moment in (("first_response_time", response), ("resolved_time", resolved),
                                 ("escalated_time", escalated)):
                seen = moment if moment is not None and moment < end else None
                held = millis(getattr(ticket, name)) if ticket.HasField(name) else None
                self.assertEqual(held, seen, (id, name))
            if resolved is not None and resolved >= end:
                status, csat, still_open = "open", None, still_open + 1
            self.assertEqual(ticket.status, records_pb2.TicketStatus.Value(
                f"TICKET_STATUS_{status.upper()}"), id)
            self.assertEqual(ticket.csat if ticket.HasField("csat") else None, csat, id)
            self.assertEqual((ticket.priority, ticket.category), (priority, category))
            self.assertEqual(millis(ticket.sla_due_time), due)
        return still_open

    def test_contracts_and_surveys(self):
        self.assertGreater(self.each(self.check_contracts), 5)
        self.assertGreater(self.each(self.check_surveys), 5)

    def check_contracts(self, customer, as_of, page):
        expected = self.rows("""SELECT contract_id, start_date, coalesce(end_date, ''),
            annual_value_micros, coalesce(owner, '') FROM contracts x WHERE start_date <= :d""",
                             customer, d=as_of)
        expected.sort(key=lambda row: row[1], reverse=True)
        self.assertEqual([(c.id, c.start_date, c.end_date, c.annual_value_micros, c.owner)
                          for c in page.contracts], expected)
        return len(expected)

    def check_surveys(self, customer, as_of, page):
        expected = self.rows("""SELECT survey_id, survey_time, kind, score FROM surveys x
            WHERE survey_time < :end""", customer, end=self.oracle.end_of(as_of))
        expected.sort(key=lambda row: row[1], reverse=True)
        self.assertEqual([(s.id, millis(s.time), records_pb2.SurveyKind.Name(s.kind)[12:].lower(),
                           s.score) for s in page.surveys], expected)
        return len(expected)

    def test_standings(self):
        """Every KPI of the page by customer in SQL, ranked here."""
        known = 0
        for as_of in DAYS:
            table = self.oracle.customers_as_of(as_of)
            everybody = [row[0] for row in
                         self.oracle.db.execute(f"SELECT customer FROM {table} WHERE ex")]
            pages = {who: self.page(who, as_of) for who in self.customers}
            kpis = [standing.kpi for standing in pages[self.customers[0]].kpis]
            self.assertGreater(len(kpis), 20)
            for kpi in kpis:
                days = oracle.Range(min(self.oracle.first_day(), as_of), as_of)
                question = oracle.Question(self.oracle, as_of, days, ["customer"])
                found = oracle.answer(kpi, question, {(who,) for who in everybody})
                nothing = oracle.of_nothing(kpi)
                value_of = {who: found.get((who,), nothing) for who in everybody}
                for who in self.customers:
                    standing = next(s for s in pages[who].kpis if s.kpi == kpi)
                    with self.subTest(kpi=kpi, customer=who, as_of=as_of):
                        own = value_of.get(who, found.get((who,), nothing))
                        self.close(wire.plain(standing.value), own)
                        values = [v for v in {**value_of, who: own}.values() if v is not None]
                        self.assertEqual(standing.of, len(values))
                        # A last digit must not part equal ratios.
                        higher = sum(v > own + 1e-9 * abs(own) for v in values) if own is not None \
                            else -1
                        self.assertEqual(standing.rank, higher + 1)
                        exact = [fractions.Fraction(v) for v in values]
                        median = statistics.median(exact) if values else None
                        self.close(wire.plain(standing.median), median)
                        known += own is not None
                self.oracle.drop_scratch()
        print(f"compared {known} standings with a value", flush=True)
        self.assertGreater(known, 200)

    def close(self, a, b):
        """Counts and money (integer nanos) are exact, but for the half nano of a median."""
        if a is None or b is None:
            self.assertEqual(a, b)
        elif isinstance(a, int):
            self.assertLessEqual(abs(a - fractions.Fraction(b)), fractions.Fraction(1, 2))
        else:
            self.assertAlmostEqual(a, float(b), delta=1e-9 * max(1, abs(b)))

    def test_months_add_up(self):
        """The months' revenue and orders against SQL; their total is computed, not summed."""
        self.assertGreater(self.each(self.check_months), 20)

    def check_months(self, customer, as_of, page):
        """Returns the months with orders."""
        revenue, orders = ([c.id for c in page.months.columns].index(k) for k in ("revenue", "orders"))
        got = {row.keys[0].text: (wire.plain(row.values[revenue]), wire.plain(row.values[orders]))
               for row in page.months.rows}
        self.assertEqual(len(got), 24)
        expected = {month: (amount * oracle.NANOS_A_MICRO, count)
                    for month, amount, count in self.oracle.db.execute("""
                        SELECT substr(day, 1, 7), sum(amount),
                          count(DISTINCT iif(buys, order_key, NULL)) FROM o
                        JOIN l USING (order_key) JOIN customers USING (customer_key)
                        WHERE rec AND day <= ? AND customer_id = ? GROUP BY 1""", (as_of, customer))}
        self.assertEqual(got, {month: expected.get(month, (0, 0)) for month in got})
        self.assertEqual(wire.plain(page.months.totals.values[revenue]),
                         sum(values[0] for values in got.values()))
        return sum(month in got for month in expected)

    def test_health_and_risk_are_fields_too(self):
        self.assertGreater(self.each(self.check_health), 20)

    def check_health(self, customer, as_of, page):
        """Returns how many components are known."""
        features = {f.field: wire.plain(f.value) for f in page.features}
        self.assertEqual(features["health"], wire.plain(page.health.score))
        risk = page.risk.risk if page.HasField("risk") else None
        self.assertEqual(features["escalation_risk"], risk)
        known = [c for c in page.health.components if wire.plain(c.score) is not None]
        self.assertAlmostEqual(page.health.coverage, sum(c.weight for c in known), places=9)
        if known:
            mean = sum(c.weight * c.score.number for c in known) / page.health.coverage
            self.assertAlmostEqual(page.health.score.number, mean, places=6)
        return len(known)

    def test_the_page_reads(self):
        top = self.customers[0]
        shown = mini_server.run_cli("-w", "demo", "customer", "show", top, server=self.server.address)
        self.assertEqual(shown.status, 0, shown)
        for heading in ("The year to 2025-12-31 against the year before", "Month by month",
                        "Among all customers", "Service:", "Health", "Escalation risk",
                        "What happened"):
            self.assertIn(heading, shown.out)
        rows = mini_server.run_cli("-w", "demo", "-o", "csv", "customer", "show", top,
                                   server=self.server.address)
        table = list(csv.DictReader(io.StringIO(rows.out)))
        revenue = next(r for r in table if (r["section"], r["name"]) == ("kpi", "revenue"))
        page = self.page(top, "")
        standing = next(s for s in page.kpis if s.kpi == "revenue")
        self.assertEqual(round(float(revenue["value"]) * 1e9), wire.plain(standing.value))
        self.assertEqual(int(revenue["rank"]), standing.rank)
        answer = json.loads(mini_server.run_cli("-w", "demo", "-o", "json", "customer", "show", top,
                                                server=self.server.address).out)
        self.assertEqual(len(answer["tickets"]), 10)
        missing = mini_server.run_cli("-w", "demo", "customer", "show", "nobody",
                                      server=self.server.address)
        self.assertEqual(missing.status, 3)


if __name__ == "__main__":
    mini_server.main()
