"""ComputeTransitions against SQL: the tiers of sales_data_sample quarter by quarter, and built-in
and own partitions of a random history between random dates."""

import collections
import csv
import io
import random
import sqlite3
import unittest

import mini_server
import client as wire
import oracle_fields
import portfolio
from strata.v1 import segmentation_service_pb2 as segments_pb2
from strata.v1 import segmentation_service_pb2_grpc, types_pb2

SAMPLE = mini_server.SHARED_DATA / "sales_data_sample" / "sales_data_sample.csv"

# The tier of each customer as of the day :d, by the written rule: of the n customers with revenue
# the floor(n / 5) largest are strategic, the floor(n / 2) largest growth. A customer exists from their
# first order on, whatever its status.
TIERS = """
WITH known AS (
       SELECT customer_key, date(order_time / 1000, 'unixepoch') AS day, order_key,
              lower(coalesce(status, '')) <> 'cancelled' AS counts FROM orders),
     people AS (
       SELECT customer_id AS id, coalesce(sum(CASE WHEN counts THEN (
                SELECT sum(amount_micros) FROM order_lines l WHERE l.order_key = k.order_key)
              END), 0) AS revenue
       FROM customers JOIN known k USING (customer_key) WHERE day <= :d GROUP BY customer_id),
     ranked AS (
       SELECT id, row_number() OVER (ORDER BY revenue DESC, id) AS place, count(*) OVER () AS n
       FROM people WHERE revenue > 0)
SELECT people.id, CASE WHEN place IS NULL THEN 'prospect' WHEN place <= n / 5 THEN 'strategic'
                       WHEN place <= n / 2 THEN 'growth' ELSE 'standard' END
FROM people LEFT JOIN ranked USING (id)"""
CLASSES = ["strategic", "growth", "standard", "prospect"]


class TransitionsTest(mini_server.ServerTest):
    def setUp(self):
        super().setUp()
        self.stub = segmentation_service_pb2_grpc.SegmentationServiceStub(self.client.channel)

    def transitions(self, workspace, scope=None, **fields):
        with wire.rich_errors():
            return self.stub.ComputeTransitions(segments_pb2.ComputeTransitionsRequest(
                scope=types_pb2.QueryScope(workspace=workspace, **(scope or {})), **fields),
                timeout=60)

    def classes_of(self, workspace, partition, as_of):
        """{customer: class} as the stream of members says."""
        with wire.rich_errors():
            messages = list(self.stub.ListSegmentMembers(segments_pb2.ListSegmentMembersRequest(
                scope=types_pb2.QueryScope(workspace=workspace, segment=partition, as_of=as_of)),
                timeout=60))
        members = [m for message in messages for m in message.members]
        classes = {m.customer: getattr(m, "class") for m in members}
        self.assertEqual(len(classes), len(members), "a customer comes twice")
        return classes

    def check_step(self, step, before, after, context):
        """One matrix against two classifications {customer: class}."""
        wanted = collections.Counter(
            (before.get(who, "NEW"), after.get(who, "GONE")) for who in set(before) | set(after))
        got = {(c.from_, c.to): c for c in map(Cell, step.cells) if c.customers}
        self.assertEqual({k: c.customers for k, c in got.items()}, dict(wanted), context)
        rows = collections.Counter()
        for (from_, _), count in wanted.items():
            rows[from_] += count
        shares = collections.defaultdict(float)
        for (from_, _), cell in got.items():
            self.assertAlmostEqual(cell.row_share, cell.customers / rows[from_], places=12)
            shares[from_] += cell.row_share
        for from_, share in shares.items():
            self.assertAlmostEqual(share, 1, places=12, msg=f"{context}: row {from_}")
        both = [who for who in before if who in after]
        self.assertEqual(step.stayed, sum(before[who] == after[who] for who in both), context)
        self.assertEqual(step.moved, sum(before[who] != after[who] for who in both), context)
        for mover in step.movers:
            self.assertEqual((getattr(mover, "from"), mover.to),
                             (before[mover.customer], after[mover.customer]), context)
            self.assertNotEqual(before[mover.customer], after[mover.customer])


class Cell:
    """A TransitionCell with a name for its `from`, which is a word of Python's."""

    def __init__(self, cell):
        self.from_, self.to = getattr(cell, "from"), cell.to
        self.customers, self.row_share = cell.customers, cell.row_share
        self.revenue_change = wire.plain(types_pb2.Value(money=cell.revenue_change))


@unittest.skipUnless(SAMPLE.is_file(), "the reference data does not stand beside the checkout")
class SampleQuarters(TransitionsTest):
    # The last quarter that is over on the last day of the data, 2005-05-31, and those before it.
    ENDS = ["2003-03-31", "2003-06-30", "2003-09-30", "2003-12-31", "2004-03-31", "2004-06-30",
            "2004-09-30", "2004-12-31", "2005-03-31"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = mini_server.run_cli("-w", "sample", "import", "--preset", "sales-sample", SAMPLE,
                                   server=cls.server.address, timeout=240)
        if done.status:
            raise AssertionError(done)

    def sql(self, query, **parameters):
        db = sqlite3.connect(f"file:{self.server.workspace_file('sample')}?mode=ro", uri=True)
        try:
            return db.execute(query, parameters).fetchall()
        finally:
            db.close()

    def tiers(self, day):
        return dict(self.sql(TIERS, d=day))

    def test_tiers_move_quarter_by_quarter(self):
        answer = self.transitions("sample", partition="tier", quarters=9)
        self.assertEqual(list(answer.classes), CLASSES)
        self.assertEqual([(s.from_date, s.to_date) for s in answer.steps],
                         list(zip(self.ENDS, self.ENDS[1:])))
        for step in answer.steps:
            before, after = self.tiers(step.from_date), self.tiers(step.to_date)
            self.check_step(step, before, after, f"{step.from_date} to {step.to_date}")
            # What a row brought in between: the recognised revenue of its customers.
            earned = dict(self.sql("""
                SELECT customer_id, sum(amount_micros) FROM customers JOIN orders
                USING (customer_key) JOIN order_lines USING (order_key)
                WHERE lower(coalesce(status, '')) <> 'cancelled'
                  AND date(order_time / 1000, 'unixepoch') > :first
                  AND date(order_time / 1000, 'unixepoch') <= :last GROUP BY 1""",
                                   first=step.from_date, last=step.to_date))
            wanted = collections.Counter()
            for who in after:
                wanted[before.get(who, "NEW"), after[who]] += earned.get(who, 0) * 1000
            self.assertEqual({(c.from_, c.to): c.revenue_change for c in map(Cell, step.cells)
                              if c.customers}, dict(wanted))

    def test_everybody_is_in_one_class_each_quarter(self):
        for day in [*self.ENDS, "2005-05-31"]:
            wanted = self.tiers(day)
            self.assertEqual(self.classes_of("sample", "tier", day), wanted, day)
            seen = collections.Counter()
            for name in CLASSES:
                with wire.rich_errors():
                    for message in self.stub.ListSegmentMembers(
                            segments_pb2.ListSegmentMembersRequest(scope=types_pb2.QueryScope(
                                workspace="sample", segment=f"tier/{name}", as_of=day)),
                            timeout=60):
                        seen.update(m.customer for m in message.members)
            self.assertEqual(seen, collections.Counter(wanted.keys()), day)
        # Published: 18 strategic of 92 at the end.
        self.assertEqual(collections.Counter(self.tiers("2005-05-31").values()),
                         {"strategic": 18, "growth": 28, "standard": 46})

    def test_movers_say_what_moved_them(self):
        answer = self.transitions("sample", quarters=2, movers=1000)
        self.assertEqual(answer.partition, "tier")
        step, = answer.steps
        revenue = {day: dict(self.sql("""
            SELECT customer_id, sum(amount_micros) FROM customers JOIN orders USING (customer_key)
            JOIN order_lines USING (order_key) WHERE lower(coalesce(status, '')) <> 'cancelled'
            AND date(order_time / 1000, 'unixepoch') <= :d GROUP BY 1""", d=day))
            for day in (step.from_date, step.to_date)}
        self.assertEqual(len(step.movers), step.moved)
        self.assertGreater(step.moved, 0)
        after = [revenue[step.to_date][m.customer] for m in step.movers]
        self.assertEqual(after, sorted(after, reverse=True))
        named = 0
        for mover in step.movers:
            for change in mover.changes:
                self.assertNotEqual(change.before, change.after)
                if change.field == "revenue":
                    named += 1
                    self.assertEqual([wire.plain(change.before), wire.plain(change.after)],
                                     [revenue[day][mover.customer] * 1000
                                      for day in (step.from_date, step.to_date)])
        self.assertGreater(named, 0)
        self.assertEqual(len(self.transitions("sample", quarters=2, movers=3).steps[0].movers), 3)

    def test_on_the_command_line(self):
        def run(*args):
            done = mini_server.run_cli("-w", "sample", *args, server=self.server.address)
            self.assertEqual(done.status, 0, done)
            return done.out
        rows = list(csv.DictReader(io.StringIO(run("-o", "csv", "segment", "transitions",
                                                   "--quarters", "4"))))
        self.assertEqual(sorted({(r["from_date"], r["to_date"]) for r in rows}),
                         list(zip(self.ENDS[-4:], self.ENDS[-3:])))
        for first, last in zip(self.ENDS[-4:], self.ENDS[-3:]):
            before, after = self.tiers(first), self.tiers(last)
            self.assertEqual({(r["from"], r["to"]): int(r["customers"]) for r in rows
                              if r["from_date"] == first and r["customers"] != "0"},
                             collections.Counter((before.get(who, "NEW"), after[who])
                                                 for who in after))
        text = run("segment", "transitions", "--quarters", "3", "--movers", "2")
        self.assertIn("2004-12-31 to 2005-03-31: ", text)
        self.assertFalse(set(text) & set("█▉▊▋▌▍▎▏░▒▓\x1b"), text)


class RandomHistory(TransitionsTest):
    SEED = 77
    FIELDS = {"tier": "tier", "loyalty": "loyalty", "rfm": "rfm_segment", "abc": "abc"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as client:
            client.create_workspace("random", time_zone="America/New_York")
            for batch in portfolio.history(cls.SEED):
                client.append("random", batch, on_error=wire.SKIP)
            stub = segmentation_service_pb2_grpc.SegmentationServiceStub(client.channel)
            with wire.rich_errors():
                stub.CreateSegment(segments_pb2.CreateSegmentRequest(
                    workspace="random", segment=segments_pb2.Segment(
                        segment="worth", rest="low", classes=[
                            segments_pb2.SegmentClass(name="high", filter="revenue >= 20000"),
                            segments_pb2.SegmentClass(
                                name="awake", filter="recency_days < 100 OR tickets_90d > 1")])),
                    timeout=30)
        cls.oracle = oracle_fields.Fields(cls.server.workspace_file("random"),
                                          dict(time_zone="America/New_York"))
        cls.addClassCleanup(cls.oracle.db.close)

    def classes(self, partition, day, condition="1"):
        """{customer: class} by SQL as of the day, of those that exist then."""
        expression = self.FIELDS.get(partition) or """CASE WHEN revenue >= 20000000000 THEN 'high'
            WHEN recency_days < 100 OR tickets_90d > 1 THEN 'awake' ELSE 'low' END"""
        # Who never bought has none of the ten names.
        return {who: name or "not scored" for who, name in self.oracle.db.execute(
            f"SELECT customer, {expression} FROM {self.oracle.customers_as_of(day)} "
            f"WHERE ex AND ({condition})")}

    def test_built_in_and_own_partitions(self):
        rng = random.Random(self.SEED)
        checked = 0
        for partition in [*self.FIELDS, "worth"]:
            days = sorted(portfolio.day_text(d)
                          for d in rng.sample(range(40, portfolio.DAYS - 30), 4))
            answer = self.transitions("random", partition=partition, dates=days, movers=1000)
            self.assertEqual([s.from_date for s in answer.steps], days[:-1])
            for step in answer.steps:
                context = f"seed {self.SEED}: {partition}, {step.from_date} to {step.to_date}"
                sides = [self.classes(partition, day) for day in (step.from_date, step.to_date)]
                for day, classes in zip((step.from_date, step.to_date), sides):
                    # Who has no class is no member either.
                    self.assertEqual(self.classes_of("random", partition, day),
                                     {w: n for w, n in classes.items() if n != "not scored"},
                                     context)
                self.check_step(step, *sides, context)
                checked += sum(c.customers for c in step.cells)
        self.assertGreater(checked, 1000)

    def test_a_filter_restricts_the_customers(self):
        """The same customers at every date: those that match as of as_of."""
        days = [portfolio.day_text(300), portfolio.day_text(600)]
        answer = self.transitions("random", dict(filter='country = "US"'), partition="tier",
                                  dates=days)
        last = self.oracle.customers_as_of(self.oracle.default_as_of())
        keep = f"customer IN (SELECT customer FROM {last} WHERE ex AND country = 'US')"
        step, = answer.steps
        self.check_step(step, *(self.classes("tier", day, keep) for day in days), "country = US")

    def test_what_is_refused(self):
        with self.assertRaises(wire.RichError) as caught:
            self.transitions("random", partition="nope")
        self.assertEqual(caught.exception.reason, "SEGMENT_NOT_FOUND")
        for fields, field in ((dict(dates=["2023-05-01"]), "dates"),
                              (dict(dates=["2023-05-01", "2023-05-01"]), "dates[1]"),
                              (dict(quarters=1), "quarters"),
                              (dict(quarters=4, dates=["2023-05-01", "2023-06-01"]), "quarters"),
                              (dict(movers=1001), "movers")):
            with self.assertRaises(wire.RichError) as caught:
                self.transitions("random", **fields)
            self.assertEqual(caught.exception.fields, [field], fields)


if __name__ == "__main__":
    mini_server.main()
