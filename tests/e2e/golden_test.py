"""Requests and expected tables as data: tests/golden (see the README there)."""

import csv
import decimal
import io
import subprocess

from google.protobuf import json_format

import mini_server
import client as wire
from strata.v1 import kpi_service_pb2, records_pb2

GOLDEN = mini_server.SOURCE / "tests" / "golden"
LINES = """WITH lines AS (
  SELECT *, date(order_time / 1000, 'unixepoch') AS day,
    iif(sum(amount_micros) OVER (PARTITION BY order_key) >= 0, order_key, NULL) AS purchase
  FROM order_lines JOIN orders USING (order_key) JOIN customers USING (customer_key)
  WHERE lower(coalesce(status, '')) NOT IN (SELECT status FROM excluded_statuses)) """


def sections(text):
    """{"request": ..., "sql": ..., "expect": ...} and the description above them."""
    found, name = {"": []}, ""
    for line in text.splitlines():
        if line in ("-- request", "-- sql", "-- expect"):
            name = line[3:]
            found[name] = []
        else:
            found[name].append(line)
    return {name: "\n".join(lines) for name, lines in found.items()}


def sql_with_lines(sql):
    """The query with `lines` in front of its own WITH."""
    own = sql.strip()
    return LINES.rstrip() + ", " + own[5:] if own.upper().startswith("WITH ") else LINES + own


def run_sql(file, sql):
    done = subprocess.run(["sqlite3", "-readonly", "-csv", str(file), sql_with_lines(sql)],
                          capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise AssertionError(done.stderr)
    return list(csv.reader(io.StringIO(done.stdout)))


def cell(value):
    """A value of the answer as the CSV has it."""
    kind = value.WhichOneof("kind")
    if kind == "money":
        return str(decimal.Decimal(value.money.units) + decimal.Decimal(value.money.nanos) / 10**9)
    if kind == "null":
        return ""
    return str(getattr(value, kind))


def answer_rows(answer):
    table = answer.table
    header = [c.id for c in table.keys] + [
        f"{c.id}@{c.range}" if c.range else c.id for c in table.columns]
    rows = [[cell(v) for v in (*row.keys, *row.values)] for row in table.rows]
    if table.HasField("totals"):
        rows.append(["*"] * len(table.keys) + [cell(v) for v in table.totals.values])
    return [header] + rows


class Golden(mini_server.ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as client:
            client.create_workspace("golden")
            client.append("golden", [json_format.Parse(line, records_pb2.Record()) for line in
                                     (GOLDEN / "portfolio.jsonl").read_text().splitlines()])

    def same(self, mine, theirs, what):
        self.assertEqual(len(mine), len(theirs), f"{what}: {mine} against {theirs}")
        for row, other in zip(mine, theirs):
            self.assertEqual(len(row), len(other), what)
            for a, b in zip(row, other):
                if a == b:
                    continue
                try:
                    close = abs(decimal.Decimal(a) - decimal.Decimal(b)) <= decimal.Decimal("1e-9")
                except decimal.InvalidOperation:
                    close = False
                self.assertTrue(close, f"{what}: {row} against {other}")

    def test_cases(self):
        cases = sorted(GOLDEN.glob("*.golden"))
        self.assertGreater(len(cases), 10)
        for case in cases:
            with self.subTest(case=case.name):
                parts = sections(case.read_text())
                request = json_format.Parse(parts["request"], kpi_service_pb2.QueryKpisRequest())
                request.scope.workspace = "golden"
                with wire.rich_errors():
                    got = answer_rows(self.client.kpis.QueryKpis(request, timeout=30))
                expected = list(csv.reader(io.StringIO(parts["expect"])))
                self.same(run_sql(self.server.workspace_file("golden"), parts["sql"]),
                          expected[1:], "SQL against the table")
                self.assertEqual(got[0], expected[0])
                self.same(got[1:], expected[1:], "answer against the table")


if __name__ == "__main__":
    mini_server.main()
