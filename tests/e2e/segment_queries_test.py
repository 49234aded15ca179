"""ListSegmentMembers, ProfileSegment and ScoreRfm against published figures and against SQL."""

import collections
import csv
import decimal
import io
import json
import math
import sqlite3
import unittest

import mini_server
import client as wire
from oracle_statistics import benjamini_hochberg, two_proportions, wilson
from strata.v1 import segmentation_service_pb2 as segments_pb2
from strata.v1 import segmentation_service_pb2_grpc, types_pb2

DATA = mini_server.SHARED_DATA
SALES, RFM = DATA / "internet_sales", DATA / "rfm"
NANOS = 10**9


def units(amount):
    return decimal.Decimal(amount.units) + decimal.Decimal(amount.nanos) / NANOS


class SegmentQueryTest(mini_server.ServerTest):
    def setUp(self):
        super().setUp()
        self.stub = segmentation_service_pb2_grpc.SegmentationServiceStub(self.client.channel)

    def members(self, workspace, segment="", filter="", **fields):
        """(first message, every member) of the stream."""
        with wire.rich_errors():
            messages = list(self.stub.ListSegmentMembers(segments_pb2.ListSegmentMembersRequest(
                scope=types_pb2.QueryScope(workspace=workspace, segment=segment, filter=filter),
                **fields), timeout=60))
        return messages[0], [m for message in messages for m in message.members]

    def profile(self, workspace, scope, **fields):
        with wire.rich_errors():
            return self.stub.ProfileSegment(segments_pb2.ProfileSegmentRequest(
                scope=types_pb2.QueryScope(workspace=workspace, **scope), **fields), timeout=60)

    def rfm(self, workspace, scope=None, **fields):
        with wire.rich_errors():
            return self.stub.ScoreRfm(segments_pb2.ScoreRfmRequest(
                scope=types_pb2.QueryScope(workspace=workspace, **(scope or {})), **fields),
                timeout=60)

    def cli(self, *args):
        done = mini_server.run_cli(*args, server=self.server.address)
        self.assertEqual(done.status, 0, done)
        return done.out


@unittest.skipUnless(SALES.is_dir(), "the reference data does not stand beside the checkout")
class InternetSales(SegmentQueryTest):
    LOYALTY = {"VIP": 316, "Loyal": 15676, "Periodic": 2492}  # published
    RULES = [("vip", "orders >= 2 AND units >= 100"), ("loyal", "orders >= 2"),
             ("periodic", "orders = 1")]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = mini_server.run_cli("-w", "sales", "import", "--preset", "internet-sales", SALES,
                                   server=cls.server.address, timeout=240)
        if done.status:
            raise AssertionError(done)
        cls.file = cls.server.workspace_file("sales")

    def sql(self, query, *parameters):
        db = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)
        try:
            return db.execute(query, parameters).fetchall()
        finally:
            db.close()

    def test_loyalty_is_as_published(self):
        """By the built-in, by its classes, and by the same rules typed as filters."""
        first, members = self.members("sales", "loyalty")
        self.assertEqual(first.total, 18484)
        self.assertEqual(collections.Counter(getattr(m, "class") for m in members),
                         self.LOYALTY)
        classes = {m.customer: getattr(m, "class") for m in members}
        self.assertEqual(len(classes), 18484)
        # The same rules over the file: one order a line, units are quantities.
        self.assertEqual(classes, dict(self.sql("""
            SELECT customer_id, CASE WHEN n >= 2 AND u >= 100 THEN 'VIP' WHEN n >= 2 THEN 'Loyal'
                                     ELSE 'Periodic' END
            FROM (SELECT customer_id, count(DISTINCT order_key) AS n, sum(quantity_micros) / 1e6 AS u
                  FROM customers JOIN orders USING (customer_key) JOIN order_lines USING (order_key)
                  GROUP BY customer_id)""")))
        narrowed = ""
        for name, rule in self.RULES:
            published = name.upper() if name == "vip" else name.capitalize()
            wanted = {c for c, of in classes.items() if of == published}
            for how in (dict(segment=f"loyalty/{published}"), dict(filter=narrowed + rule),
                        dict(filter=f'loyalty = "{published}"')):
                first, members = self.members("sales", **how)
                self.assertEqual(first.total, self.LOYALTY[published], how)
                self.assertEqual({m.customer for m in members}, wanted, how)
            narrowed = f"NOT ({rule}) AND {narrowed}"

    def test_own_partition_of_the_same_rules(self):
        with wire.rich_errors():
            self.stub.CreateSegment(segments_pb2.CreateSegmentRequest(
                workspace="sales", segment=segments_pb2.Segment(
                    segment="typed", rest="none", classes=[
                        segments_pb2.SegmentClass(name=n, filter=f) for n, f in self.RULES])),
                timeout=30)
        _, members = self.members("sales", "typed")
        self.assertEqual(collections.Counter(getattr(m, "class") for m in members),
                         {k.lower(): n for k, n in self.LOYALTY.items()})
        rows = list(csv.DictReader(io.StringIO(self.cli(
            "-w", "sales", "-o", "csv", "segment", "members", "typed/vip", "--fields",
            "orders,units", "--sort", "units desc"))))
        self.assertEqual(len(rows), 316)
        self.assertTrue(all(int(r["orders"]) >= 2 and int(r["units"]) >= 100 for r in rows))
        self.assertEqual([int(r["units"]) for r in rows],
                         sorted((int(r["units"]) for r in rows), reverse=True))

    def test_given_customers(self):
        _, members = self.members("sales", "loyalty", customers=["11000", "nobody", "11012"],
                                  fields=["orders"])
        self.assertEqual([(m.customer, getattr(m, "class")) for m in members][1], ("nobody", ""))
        counts = dict(self.sql("""SELECT customer_id, count(*) FROM customers JOIN orders
            USING (customer_key) WHERE customer_id IN ('11000', '11012') GROUP BY 1"""))
        self.assertEqual({m.customer: m.values[0].integer for m in members
                          if m.customer != "nobody"}, counts)

    def family(self, family):
        return self.profile("sales", dict(filter=f'family = "{family}"'),
                            fields=["country", "gender", "age_band"], crosses=["country,gender"])

    @staticmethod
    def dimension(answer, *fields):
        return next({tuple(wire.plain(k) for k in v.keys): v for v in d.values}
                    for d in answer.dimensions if tuple(d.fields) == fields)

    def test_profile_of_families_is_as_published(self):
        answer = self.family("with_children")
        us = self.dimension(answer, "country")["United States",]
        self.assertEqual(round(units(us.revenue), 2), decimal.Decimal("77422498.84"))
        self.assertEqual(round(us.share_of_revenue, 4), 0.3568)
        men = self.dimension(answer, "country", "gender")["United States", "M"]
        self.assertEqual(round(float(units(men.revenue) / units(us.revenue)), 5), 0.49565)
        self.assertEqual(round(answer.segment.share_of_revenue, 4), 0.7065)
        self.assertEqual(round(answer.against.share_of_revenue, 4), 0.2935)
        without = self.family("without_children")
        australia = self.dimension(without, "country")["Australia",]
        self.assertEqual(round(units(australia.revenue), 2), decimal.Decimal("39669905.13"))
        self.assertEqual(round(australia.share_of_revenue, 4), 0.4402)
        men = self.dimension(without, "country", "gender")["Australia", "M"]
        self.assertEqual(round(float(units(men.revenue) / units(australia.revenue)), 5), 0.49681)
        # Both sides of each profile are all customers of the country.
        for answer in (answer, without):
            countries = self.dimension(answer, "country")
            for name, published in (("United States", 7819), ("Australia", 3591)):
                value = countries[name,]
                self.assertEqual(value.customers + value.customers_against, published)

    def test_profile_equals_sql(self):
        answer = self.family("with_children")
        self.assertEqual(answer.segment.customers + answer.against.customers, 18484)
        keys = {("country",): "country", ("gender",): "gender",
                ("country", "gender"): "country, gender"}
        raw = []  # p before the adjustment, in the order of the answer
        for dimension in answer.dimensions:
            got = {tuple(wire.plain(k) for k in v.keys): v for v in dimension.values}
            for value in dimension.values:
                raw.append(two_proportions(value.customers, answer.segment.customers,
                                           value.customers_against, answer.against.customers))
            distance = sum(abs(v.difference) for v in dimension.values) / 2
            self.assertAlmostEqual(dimension.distance, distance, places=12)
            by = keys.get(tuple(dimension.fields))
            if by is None:
                continue
            width = len(dimension.fields)
            wanted = {row[:width]: row[width:] for row in self.sql(f"""
                SELECT {by}, sum(children > 0), sum(children = 0),
                       sum((children > 0) * revenue) FROM
                  customers LEFT JOIN (
                    SELECT customer_key, sum(amount_micros) AS revenue
                    FROM orders JOIN order_lines USING (order_key) GROUP BY customer_key)
                  USING (customer_key) GROUP BY {by}""")}
            self.assertEqual(set(got), set(wanted))
            for key, (inside, outside, revenue) in wanted.items():
                self.check_value(answer, got[key], inside, outside, revenue)
        adjusted = benjamini_hochberg(raw)
        for value, p in zip((v for d in answer.dimensions for v in d.values), adjusted):
            self.assertTrue(math.isclose(value.p, p, rel_tol=1e-9, abs_tol=1e-300),
                            f"{value.keys}: {value.p}, expected {p}")
        distances = [d.distance for d in answer.dimensions]
        self.assertEqual(distances, sorted(distances, reverse=True))

    def check_value(self, answer, value, inside, outside, revenue):
        n, m = answer.segment.customers, answer.against.customers
        self.assertEqual((value.customers, value.customers_against), (inside, outside))
        self.assertEqual(units(value.revenue) * 10**6, revenue)
        for got, wanted in ((value.share, inside / n), (value.share_against, outside / m),
                            (value.lift, inside / n / (outside / m)),
                            (value.difference, inside / n - outside / m),
                            (value.share_interval.low, wilson(inside, n)[0]),
                            (value.share_interval.high, wilson(inside, n)[1]),
                            (value.share_against_interval.low, wilson(outside, m)[0]),
                            (value.share_against_interval.high, wilson(outside, m)[1])):
            self.assertAlmostEqual(got, wanted, places=12)

    def test_against_another_segment(self):
        answer = self.profile("sales", dict(filter="orders >= 2"), against="loyalty/VIP",
                              fields=["gender"])
        self.assertEqual(answer.segment.customers, 15676 + 316)
        self.assertEqual(answer.against.customers, 316)
        self.assertEqual(answer.overlap, 316)

    def test_profile_on_the_command_line(self):
        rows = list(csv.DictReader(io.StringIO(self.cli(
            "-w", "sales", "-o", "csv", "segment", "profile", "--filter",
            'family = "with_children"', "--by", "country", "--cross", "country,gender"))))
        us = next(r for r in rows if r["value"] == "United States" and not r["cross_field"])
        self.assertEqual(round(decimal.Decimal(us["revenue"]), 2), decimal.Decimal("77422498.84"))
        self.assertEqual(round(float(us["share_of_revenue"]), 4), 0.3568)
        men = next(r for r in rows if (r["value"], r["cross_value"]) == ("United States", "M"))
        self.assertEqual(round(float(men["revenue"]) / float(us["revenue"]), 5), 0.49565)
        # For people: plain, since this is no terminal.
        text = self.cli("-w", "sales", "segment", "profile", "--filter", 'family = "with_children"',
                        "--by", "country")
        self.assertIn("United States", text)
        self.assertFalse(set(text) & set("█▉▊▋▌▍▎▏░▒▓\x1b"), text)


@unittest.skipUnless(RFM.is_dir(), "the reference data does not stand beside the checkout")
class PublishedRfm(SegmentQueryTest):
    AS_OF = "2006-12-31"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(RFM / "rfm_data_orders.csv", newline="", encoding="utf-8") as file:
            cls.orders = list(csv.DictReader(file))
        with open(RFM / "expected_rfm_table.csv", newline="", encoding="utf-8") as file:
            cls.table = list(csv.DictReader(file))
        cls.expected = json.loads((RFM / "expected.json").read_text())
        with cls.server.client() as client:
            client.create_workspace("rfm", currency_code="USD", time_zone="UTC")
            client.append_stream("rfm", "orders", [[
                wire.order(f"o{i}", row["customer_id"], f"{row['order_date']}T12:00:00",
                           [(int(row["revenue"]) * 10**6, {"quantity": 1})])
                for i, row in enumerate(cls.orders)]])

    def test_every_score_is_as_published(self):
        answer = self.rfm("rfm", dict(as_of=self.AS_OF), customers=True)
        self.assertEqual(len(self.table), self.expected["customers"])
        got = {c.customer: (c.recency_days, c.orders, units(c.revenue), c.recency, c.frequency,
                            c.monetary, c.name) for c in answer.customers}
        wanted = {row["customer_id"]: (int(row["recency_days"]), int(row["transaction_count"]),
                                       int(row["amount"]), int(row["R"]), int(row["F"]),
                                       int(row["M"]), row["segment"]) for row in self.table}
        self.assertEqual(len(answer.customers), 995)
        for who, row in wanted.items():
            self.assertEqual(got.get(who), row, who)
        self.assertEqual([c.customer for c in answer.customers],
                         sorted(wanted, key=str.encode))
        self.assertEqual(answer.not_scored, 0)

    def test_ten_counts_and_cuts_are_as_published(self):
        answer = self.rfm("rfm", dict(as_of=self.AS_OF))
        published = self.expected["segments_published_and_recomputed"]
        names = {n.name: n for n in answer.names}
        for name, (customers, orders, revenue, _) in published.items():
            got = names[name]
            self.assertEqual((got.customers, got.orders, units(got.revenue)),
                             (customers, orders, revenue), name)
        self.assertEqual({n for n, v in names.items() if v.customers}, set(published))
        self.assertAlmostEqual(sum(n.share_of_customers for n in answer.names), 1, places=12)
        self.assertAlmostEqual(sum(n.share_of_revenue for n in answer.names), 1, places=12)
        for measure in ("recency", "frequency", "monetary"):
            # The published cuts have the one unit added.
            for got, cut in zip(getattr(answer, f"{measure}_cuts"), self.expected["cuts"][measure],
                                strict=True):
                self.assertAlmostEqual(got + 1, cut, places=9)
        for place, measure in (("recency", "R"), ("frequency", "F"), ("monetary", "M")):
            sizes = [sum(c.customers for c in answer.cells if getattr(c, place) == score)
                     for score in range(1, 6)]
            self.assertEqual(sizes, self.expected["score_sizes_1_to_5"][measure], measure)

    def test_a_filter_chooses_whose_counts_and_not_the_cuts(self):
        whole = self.rfm("rfm", dict(as_of=self.AS_OF))
        part = self.rfm("rfm", dict(as_of=self.AS_OF, filter="orders >= 8"), customers=True)
        self.assertEqual(list(part.monetary_cuts), list(whole.monetary_cuts))
        wanted = {r["customer_id"]: int(r["M"]) for r in self.table
                  if int(r["transaction_count"]) >= 8}
        self.assertEqual({c.customer: c.monetary for c in part.customers}, wanted)
        self.assertEqual(sum(n.customers for n in part.names), len(wanted))

    def test_window_and_bins(self):
        """Four bins over one year, against the quantiles computed here."""
        answer = self.rfm("rfm", dict(as_of=self.AS_OF), bins=4, window_days=365, customers=True)
        sums = collections.defaultdict(lambda: ["", 0, 0])
        for row in self.orders:
            if "2006-01-01" <= row["order_date"] <= self.AS_OF:
                mine = sums[row["customer_id"]]
                mine[0], mine[1], mine[2] = (max(mine[0], row["order_date"]), mine[1] + 1,
                                             mine[2] + int(row["revenue"]))
        self.assertEqual({c.customer: (c.orders, units(c.revenue)) for c in answer.customers},
                         {who: (n, revenue) for who, (_, n, revenue) in sums.items()})
        self.assertEqual(answer.not_scored, 995 - len(sums))

        def cuts(values):  # type 7 at k/4, plus one unit
            values = sorted(values)
            for k in (1, 2, 3):
                h = decimal.Decimal(len(values) - 1) * k / 4
                low = int(h)
                high = min(low + 1, len(values) - 1)
                yield values[low] + (h - low) * (values[high] - values[low]) + 1
        for place, measure in ((1, "frequency"), (2, "monetary")):
            made = list(cuts([s[place] for s in sums.values()]))
            for c in answer.customers:
                score = 1 + sum(sums[c.customer][place] >= cut for cut in made)
                self.assertEqual(getattr(c, measure), score, c.customer)
        self.assertEqual(list(answer.names), [])

    def test_rfm_on_the_command_line(self):
        rows = list(csv.DictReader(io.StringIO(self.cli(
            "-w", "rfm", "--as-of", self.AS_OF, "-o", "csv", "segment", "rfm"))))
        published = self.expected["segments_published_and_recomputed"]
        self.assertEqual({r["name"]: [int(r["customers"]), int(r["orders"]),
                                      int(r["revenue"])] for r in rows if r["customers"] != "0"},
                         {name: figures[:3] for name, figures in published.items()})
        rows = list(csv.DictReader(io.StringIO(self.cli(
            "-w", "rfm", "--as-of", self.AS_OF, "-o", "csv", "segment", "rfm", "--customers"))))
        self.assertEqual([(r["customer"], r["recency"], r["frequency"], r["monetary"], r["name"])
                          for r in rows],
                         sorted(((r["customer_id"], r["R"], r["F"], r["M"], r["segment"])
                                 for r in self.table), key=lambda r: r[0].encode()))
        text = self.cli("-w", "rfm", "--as-of", self.AS_OF, "segment", "rfm")
        self.assertRegex(text, r"Potential Loyalist +342 ")
        self.assertFalse(set(text) & set("█▉▊▋▌▍▎▏░▒▓\x1b"), text)


if __name__ == "__main__":
    mini_server.main()
