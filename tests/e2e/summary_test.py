"""SummarizeKpis and ExplainKpi against the oracle's SQL."""

import csv
import io
import math

import mini_server
import client as wire
import oracle
import sql_oracle_test
from strata.v1 import kpi_service_pb2, types_pb2

PERIODS = {"month": kpi_service_pb2.SUMMARY_PERIOD_MONTH,
           "quarter": kpi_service_pb2.SUMMARY_PERIOD_QUARTER,
           "year": kpi_service_pb2.SUMMARY_PERIOD_YEAR}
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def close(a, b):
    if a is None or b is None or not (isinstance(a, float) or isinstance(b, float)):
        return a == b
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


class Summary(mini_server.ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as client:
            cls.bench = sql_oracle_test.make_bench(cls.server, client, "kathmandu")

    def figure(self, kpi, as_of, days):
        question = oracle.Question(self.bench.oracle, as_of, days)
        return oracle.answer(kpi, question).get((), oracle.of_nothing(kpi))

    def summarize(self, as_of, period, points=5):
        with wire.rich_errors():
            return self.client.kpis.SummarizeKpis(kpi_service_pb2.SummarizeKpisRequest(
                scope=types_pb2.QueryScope(workspace="kathmandu", as_of=as_of),
                period=PERIODS[period], points=points), timeout=30)

    def test_headlines(self):
        """Complete periods, so that the one before is a whole one as well."""
        compared = 0
        for as_of, period in (("2024-06-30", "quarter"), ("2024-02-29", "month"),
                              ("2024-12-31", "year")):
            answer = self.summarize(as_of, period)
            first = oracle.add_months(f"{as_of[:8]}01", 1 - MONTHS[period])
            days = oracle.Range(first, as_of)
            self.assertGreater(len(answer.headline), 4)
            for headline in answer.headline:
                kpi = headline.kpi.id
                with self.subTest(kpi=kpi, period=period):
                    value = self.figure(kpi, as_of, days)
                    self.assertTrue(close(wire.plain(headline.value), value),
                                    f"{wire.plain(headline.value)}, SQL {value}")
                    # A series does not reach behind the first record, of 2022.
                    self.assertEqual(len(headline.series), 3 if period == "year" else 5)
                    self.assertTrue(close(wire.plain(headline.series[-1].value), value))
                    self.assertEqual(headline.series[-1].period, answer.period)
                    compared += 1
                    if kpi != "customers":  # a figure of as_of, which the period before has another
                        before = self.figure(kpi, as_of, days.previous())
                        self.assertTrue(close(wire.plain(headline.previous), before),
                                        f"previous {wire.plain(headline.previous)}, SQL {before}")
        self.assertGreater(compared, 12)

    def test_tracking_list_holds_what_is_watched(self):
        """The second dashboard: which figures, over all and by tier, of which months."""
        service = {"sla_compliance", "escalations", "escalation_rate", "csat", "tickets"}
        watched = [  # group-by fields, figures
            (["month"], {"strategic_revenue_share"}),
            (["month", "tier"], {"revenue_growth", "order_frequency", "average_order_value"}),
            (["month", "status"], {"status_share", "orders_all"}),
            (["month"], service), (["month", "tier"], service), (["month"], {"contract_value"})]
        for as_of in ("2024-06-30", "2024-01-17"):
            answer = self.summarize(as_of, "month")
            last = as_of[:7]
            months = [oracle.add_months(f"{last}-01", -n)[:7] for n in range(12, -1, -1)]
            for by, figures in watched:
                tables = [t for t in answer.tracking if [k.id for k in t.keys] == by
                          and figures <= {c.id for c in t.columns}]
                self.assertEqual(len(tables), 1, (by, figures))
                self.assertEqual(sorted({row.keys[0].text for row in tables[0].rows}), months)
                for row in tables[0].rows:
                    self.assertEqual(row.complete, as_of == "2024-06-30" or row.keys[0].text < last)

    def test_tracking_list_equals_queries(self):
        """To the bit, whichever way it is asked for: the RPC, the CLI's list, the CLI's queries."""
        answer = self.summarize("2024-05-17", "month")
        listed = mini_server.run_cli("-w", "kathmandu", "-o", "csv", "kpi", "summary", "--tracking",
                                     "--as-of", "2024-05-17", server=self.server.address)
        self.assertEqual(listed.status, 0, listed)
        rows = list(csv.DictReader(io.StringIO(listed.out)))
        compared = 0
        for table in answer.tracking:
            by, kpis = [k.id for k in table.keys], [c.id for c in table.columns]
            months = sorted({row.keys[0].text for row in table.rows})
            asked = self.client.query(
                "kathmandu", kpis, by, fill_empty=True,
                share_within=["month"] if "status_share" in kpis else [],
                scope={"as_of": "2024-05-17",
                       "range": {"from": f"{months[0]}-01", "to": "2024-05-31"}})
            self.assertEqual([r.SerializeToString(deterministic=True) for r in table.rows],
                             [r.SerializeToString(deterministic=True) for r in asked.table.rows])
            command = ["-w", "kathmandu", "-o", "csv", "kpi", "query", ",".join(kpis), "--by",
                       ",".join(by), "--as-of", "2024-05-17", "--from", f"{months[0]}-01", "--to",
                       "2024-05-31", "--fill-empty"]
            if "status_share" in kpis:
                command += ["--share-within", "month"]
            queried = mini_server.run_cli(*command, server=self.server.address)
            self.assertEqual(queried.status, 0, queried)
            for row in csv.DictReader(io.StringIO(queried.out)):
                for kpi in kpis:
                    others = [k for k in ("month", "tier", "status") if k not in by]
                    mine = [r["value"] for r in rows if r["kpi"] == kpi
                            and all(r[k] == row[k] for k in by) and not any(r[k] for k in others)]
                    # The unknown status stands as nothing, like that of a list by months alone.
                    self.assertIn(row[kpi], mine, (kpi, row))
                    compared += 1
        self.assertGreater(compared, 500)
        self.assertEqual(sum(len(t.rows) * len(t.columns) for t in answer.tracking), len(rows))

    def test_the_page_names_everything(self):
        page = mini_server.run_cli("-w", "kathmandu", "kpi", "summary", "--as-of", "2024-05-17",
                                   server=self.server.address)
        self.assertEqual(page.status, 0, page)
        for text in ("kathmandu: 2024-Q2 against 2024-Q1", "SLA compliance", "Escalation rate",
                     "Order status mix", "Customer satisfaction", "by tier", "2024-05*",
                     "as of 2024-05-17"):
            self.assertIn(text, page.out)
        self.assertNotIn("sla_compliance", page.out)
        alone = mini_server.run_cli("-w", "kathmandu", "kpi", "summary", "--tracking", "--as-of",
                                    "2024-05-17", server=self.server.address)
        self.assertNotIn("against", alone.out)
        self.assertIn("Order status mix", alone.out)

    def test_an_empty_workspace_says_what_to_do(self):
        self.client.create_workspace("fresh")
        for more in ([], ["--tracking"]):
            page = mini_server.run_cli("-w", "fresh", "kpi", "summary", *more,
                                       server=self.server.address)
            self.assertEqual((page.status, page.out), (
                0, "fresh holds no records yet: strata import --help, strata demo --help\n"))

    def test_tracking_list(self):
        """The monthly tables say what SQL says: each table has months as keys."""
        answer = self.summarize("2024-06-30", "quarter")
        self.assertGreater(len(answer.tracking), 2)
        for table in answer.tracking:
            by = [key.id for key in table.keys]
            self.assertIn("month", by, table.title)
            columns = [column.id for column in table.columns]
            place = by.index("month")
            months = sorted({row.keys[place].text for row in table.rows})
            days = oracle.Range(f"{months[0]}-01", "2024-06-30")
            question = oracle.Question(self.bench.oracle, "2024-06-30", days, by,
                                       share_within=["month"])  # the status mix of each month
            keys = [tuple(wire.plain(k) for k in row.keys) for row in table.rows]
            for number, kpi in enumerate(columns):
                found = oracle.answer(kpi, question, keys)
                for key, row in zip(keys, table.rows):
                    mine = wire.plain(row.values[number])
                    self.assertTrue(close(mine, found.get(key, oracle.of_nothing(kpi))),
                                    f"{table.title}: {kpi} of {key}: {mine}, SQL {found.get(key)}")

    def test_explanations(self):
        explained = 0
        days = oracle.Range("2023-04-01", "2024-03-31")
        for kpi in self.bench.kpis:
            with self.subTest(kpi=kpi):
                with wire.rich_errors():
                    answer = self.client.kpis.ExplainKpi(kpi_service_pb2.ExplainKpiRequest(
                        scope=types_pb2.QueryScope(workspace="kathmandu", as_of="2024-05-05",
                                                   range={"from": days.first, "to": days.last}),
                        kpi=kpi, contributors=5), timeout=30)
                value = self.figure(kpi, "2024-05-05", days)
                self.assertTrue(close(wire.plain(answer.value), value),
                                f"{wire.plain(answer.value)}, SQL {value}")
                self.assertEqual(answer.kpi.id, kpi)
                self.assertTrue(answer.kpi.formula)
                self.assertLessEqual(len(answer.contributors), 5)
                explained += 1
        self.assertEqual(explained, len(self.bench.kpis))

    def test_top_contributors_to_revenue(self):
        with wire.rich_errors():
            answer = self.client.kpis.ExplainKpi(kpi_service_pb2.ExplainKpiRequest(
                scope=types_pb2.QueryScope(workspace="kathmandu"), kpi="revenue",
                contributors=7), timeout=30)
        rows = self.bench.oracle.db.execute(
            "SELECT customer_id, sum(amount) FROM o JOIN l USING (order_key) JOIN customers "
            "USING (customer_key) WHERE rec GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 7").fetchall()
        total, orders, buyers = self.bench.oracle.db.execute(
            "SELECT sum(amount), count(DISTINCT order_key), count(DISTINCT customer_key) "
            "FROM o JOIN l USING (order_key) WHERE rec").fetchone()
        self.assertEqual([(c.customer, wire.plain(c.value)) for c in answer.contributors],
                         [(who, micros * 1000) for who, micros in rows])
        for contributor, (_, micros) in zip(answer.contributors, rows):
            self.assertTrue(close(contributor.share, micros / total))
        self.assertEqual((answer.records, answer.customers), (orders, buyers))


if __name__ == "__main__":
    mini_server.main()
