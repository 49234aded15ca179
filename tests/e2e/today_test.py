"""Which day an answer stands on when none is named, why, and how far the data lag behind it."""

import datetime
import json
import sqlite3

import mini_server
import client as wire
from strata.v1 import records_pb2, types_pb2

TODAY = datetime.datetime.now(wire.UTC).date()


def days_ago(days):
    return (TODAY - datetime.timedelta(days=days)).isoformat()


def contract(id, customer, start, end, value):
    return records_pb2.Record(contract=records_pb2.Contract(
        id=id, customer=customer, start_date=start, end_date=end,
        annual_value_micros=value * 1_000_000))


def ticket(id, customer, day, **fields):
    message = records_pb2.Ticket(id=id, customer=customer, **fields)
    wire.set_time(message.opened_time, wire.millis(f"{day}T10:00:00"))
    return records_pb2.Record(ticket=message)


def order(id, day, customer="a"):
    return wire.order(id, customer, f"{day}T10:00:00", [(10_000_000, {})])


class Today(mini_server.ServerTest):
    def fill(self, name, records, **settings):
        self.client.create_workspace(name, **settings)
        if records:
            self.client.append(name, records)

    def meta(self, name, kpis=("revenue",), **scope):
        return self.client.query(name, kpis, scope=scope).meta

    def cli(self, *args):
        result = mini_server.run_cli(*args, server=self.server.address)
        self.assertEqual(result.status, 0, result)
        return result.out

    def test_contracts_and_customers_alone_stand_on_the_day_of_the_last_change(self):
        renewal = (TODAY + datetime.timedelta(days=20)).isoformat()
        self.fill("saas", [
            wire.customer("a", created_time=wire.millis(f"{days_ago(400)}T00:00:00")),
            contract("k1", "a", days_ago(345), renewal, 300),
            contract("k2", "b", days_ago(800), days_ago(430), 70),
            contract("k3", "b", days_ago(200), "", 150)])
        answer = self.client.query("saas", ["contract_value", "customers"])
        self.assertEqual(answer.meta.as_of, TODAY.isoformat())
        self.assertEqual(answer.meta.as_of_basis, types_pb2.AS_OF_BASIS_COMMIT)
        self.assertEqual(answer.meta.range, types_pb2.DateRange(
            **{"from": days_ago(800), "to": TODAY.isoformat()}))
        self.assertEqual(answer.meta.data_through, "")
        self.assertEqual(wire.table(answer), [((), (450 * 10**9, 2))])
        page = self.cli("-w", "saas", "kpi", "summary")
        self.assertIn("Contract value", page)
        self.assertNotIn("Revenue", page)  # of 0, where there are no orders
        self.assertNotIn("1970", page)
        self.assertIn(f"as of {TODAY} (the day of the last change", page)
        self.assertIn(renewal, self.cli("-w", "saas", "insight", "signals", "--kind", "renewal"))

    def test_an_empty_workspace_says_that_it_is_empty(self):
        self.fill("empty", [])
        meta = self.meta("empty")
        self.assertEqual((meta.as_of, meta.as_of_basis, meta.HasField("range")),
                         ("", types_pb2.AS_OF_BASIS_EMPTY, False))
        self.assertIn("the workspace is empty: it holds no record yet", meta.notes)
        for command in (["kpi", "query", "revenue,customers"], ["kpi", "summary"],
                        ["insight", "swot"], ["insight", "retention"], ["customer", "list"],
                        ["insight", "signals"], ["segment", "rfm"], ["report"]):
            self.assertNotIn("1970", self.cli("-w", "empty", *command), command)
        self.assertIn("the workspace is empty", self.cli("-w", "empty", "kpi", "query", "revenue"))
        asked = self.meta("empty", as_of="2024-05-05")
        self.assertEqual((asked.as_of, asked.as_of_basis),
                         ("2024-05-05", types_pb2.AS_OF_BASIS_REQUESTED))

    def test_a_feed_that_ends_early_and_stray_records_are_told(self):
        orders = [order(f"o{i}", f"2024-{1 + i % 12:02d}-{2 + i // 12:02d}") for i in range(60)]
        self.fill("lag", [*orders, ticket("t1", "a", "2024-02-01"), ticket("t2", "a", "2024-03-02")])
        meta = self.meta("lag", ["tickets"])
        self.assertEqual((meta.as_of, meta.as_of_basis, meta.data_through),
                         ("2024-12-06", types_pb2.AS_OF_BASIS_RECORDS, "2024-12-06"))
        lag = "tickets end 2024-03-02, 279 days before as_of"
        self.assertEqual(list(meta.notes), [lag])
        self.assertEqual(list(self.meta("lag").notes), [])  # revenue does not rest on them
        self.assertIn(f"note: {lag}", self.cli("-w", "lag", "kpi", "summary"))
        later = self.meta("lag", as_of="2025-06-30")
        self.assertEqual((later.as_of_basis, later.data_through),
                         (types_pb2.AS_OF_BASIS_REQUESTED, "2024-12-06"))
        self.assertIn("orders end 2024-12-06, 206 days before as_of", later.notes)
        # One late ticket carries the day away from the orders, and says so.
        self.client.append("lag", [ticket("t3", "a", "2025-09-01"), order("stray", "1970-01-01")])
        meta = self.meta("lag")
        self.assertEqual(meta.as_of, "2025-09-01")
        self.assertEqual(list(meta.notes), [
            "the first order is of 1970-01-01, 54 years before the next (2024-01-02)",
            "orders end 2024-12-06, 269 days before as_of"])

    def test_what_is_to_come_moves_no_day(self):
        tomorrow = (TODAY + datetime.timedelta(days=1)).isoformat()
        self.fill("ahead", [order("o1", days_ago(3)), order("o2", tomorrow),
                            contract("k", "a", (TODAY + datetime.timedelta(days=90)).isoformat(),
                                     "", 5)])
        # (The contract of k has no customer record: nothing was created today.)
        meta = self.meta("ahead")
        if datetime.datetime.now(wire.UTC).date() == TODAY:
            self.assertEqual((meta.as_of, meta.as_of_basis),
                             (days_ago(3), types_pb2.AS_OF_BASIS_RECORDS))
            self.assertIn(("orders after as_of", 1),
                          [(left.reason, left.records) for left in meta.left_out])

    def test_the_same_revision_answers_the_same_after_a_restart(self):
        self.fill("again", [wire.customer("a"), contract("k", "a", days_ago(30), "", 9)],
                  time_zone="Pacific/Kiritimati")
        before = self.client.query("again", ["contract_value", "customers"])
        self.server.kill()
        file = self.server.workspace_file("again")
        with sqlite3.connect(file) as db:  # committed three days ago
            db.execute("UPDATE workspace SET commit_time = commit_time - 3 * 86400000")
        self.server.start()
        self.client = self.server.client()
        moved = self.client.query("again", ["contract_value", "customers"])
        self.assertEqual((datetime.date.fromisoformat(before.meta.as_of)
                          - datetime.date.fromisoformat(moved.meta.as_of)).days, 3)
        once_more = self.client.query("again", ["contract_value", "customers"])
        self.assertEqual(moved.SerializeToString(deterministic=True),
                         once_more.SerializeToString(deterministic=True))

    def test_a_record_is_used_once_however_many_kpis_read_it(self):
        records = []
        for i in range(40):
            message = ticket(f"t{i}", f"c{i % 7}", f"2024-{1 + i % 6:02d}-10", status=2, csat=1 + i % 5)
            wire.set_time(message.ticket.resolved_time,
                          wire.millis(f"2024-{2 + i % 6:02d}-01T00:00:00"))
            records.append(message)
        self.fill("once", records + [contract(f"k{i}", f"c{i}", f"2024-0{1 + i}-01",
                                              f"2024-0{4 + i}-15", 1) for i in range(5)])
        span = {"range": {"from": "2024-03-01", "to": "2024-05-31"}}
        day = "strftime('%Y-%m-%d', {} / 1000, 'unixepoch')"
        within = "BETWEEN '2024-03-01' AND '2024-05-31'"
        with sqlite3.connect(f"file:{self.server.workspace_file('once')}?mode=ro", uri=True) as db:
            def count(where):
                return db.execute(f"SELECT count(*) FROM {where}").fetchone()[0]
            opened, rated = (f"{day.format(c)} {within}" for c in ("opened_time", "resolved_time"))
            for kpis, expected in (
                    (["tickets"], count(f"tickets WHERE {opened}")),
                    (["csat"], count(f"tickets WHERE {rated}")),
                    (["tickets", "csat"], count(f"tickets WHERE {opened} OR {rated}")),
                    (["contract_value", "nrr", "tickets"], count(f"tickets WHERE {opened}") + count(
                        "contracts WHERE '2024-02-29' BETWEEN start_date AND end_date "
                        "OR '2024-05-31' BETWEEN start_date AND end_date"))):
                self.assertEqual(self.meta("once", kpis, **span).records_used, expected, kpis)
        footer = self.cli("-w", "once", "kpi", "query", "tickets,csat")
        self.assertIn("used 40 records of 7 customers", footer)

    def test_one_page_has_one_growth_of_the_month_that_goes_on(self):
        self.fill("month", [order("1", "2024-01-01"), order("2", "2024-01-02"),
                            order("3", "2024-01-25"), order("4", "2024-02-01"),
                            order("5", "2024-02-03")])
        page = json.loads(self.cli("-w", "month", "-o", "json", "kpi", "summary", "--period",
                                   "month"))
        headline = next(h for h in page["headline"] if h["kpi"]["id"] == "revenue")
        self.assertEqual(headline["change"]["number"], 0)
        tracking = next(t for t in page["tracking"] if "growth" in t["title"])
        place = [c["id"] for c in tracking["columns"]].index("revenue_growth")
        february = [row["values"][place] for row in tracking["rows"]
                    if row["keys"][0]["text"] == "2024-02"
                    and "number" in row["values"][place]]
        self.assertEqual([value["number"] for value in february], [0])
        # Nor is a month that goes on one in which revenue was halved.
        steady = self.cli("-w", "month", "insight", "volatility")
        self.assertIn("note: 2024-02 is not complete: it is left out", steady)
        query = self.client.query("month", ["revenue_growth"], ["month"])
        self.assertEqual(wire.table(query), [(("2024-01",), (None,)), (("2024-02",), (0.0,))])
        self.assertIn("growth of 2024-02, of which the answer sees a part, compares with 2024-01-01 "
                      "to 2024-01-03: as many days", query.meta.notes)


if __name__ == "__main__":
    mini_server.main()
