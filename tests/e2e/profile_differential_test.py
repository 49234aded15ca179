"""ProfileSegment of random segments of a random history against SQL and textbook statistics."""

import collections
import math
import random

import mini_server
import client as wire
import oracle_fields
import oracle_filter
import portfolio
from oracle_statistics import benjamini_hochberg, two_proportions, wilson
from strata.v1 import segmentation_service_pb2 as segments_pb2
from strata.v1 import segmentation_service_pb2_grpc, types_pb2

SEED = 4711
PROFILES = 40
FIELDS = ["age_band", "family", "gender", "country", "region", "industry", "tier", "loyalty",
          "strategic", "attribute:plan", "cohort_month", "children"]


class ProfileDifferential(mini_server.ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rng = random.Random(SEED)
        with cls.server.client() as client:
            client.create_workspace("random", time_zone="Asia/Tokyo")
            for batch in portfolio.history(SEED, customer_count=200, order_count=1500):
                client.append("random", batch, on_error=wire.SKIP)
            cls.fields = {f.id: f for f in client.list_fields("random")}
        cls.oracle = oracle_fields.Fields(cls.server.workspace_file("random"),
                                          dict(time_zone="Asia/Tokyo"))
        cls.addClassCleanup(cls.oracle.db.close)
        cls.days = [cls.oracle.default_as_of(), portfolio.day_text(420)]
        table = cls.oracle.customers_as_of(cls.days[0])
        samples = {f: [row[0] for row in cls.oracle.db.execute(
            f'SELECT "{f}" AS x FROM {table} WHERE ex AND x IS NOT NULL ORDER BY x')]
            for f in ("revenue", "orders", "country", "gender", "recency_days", "units", "city")}
        cls.generator = oracle_filter.SelectiveGenerator(
            cls.rng, [cls.fields[f] for f in samples], samples)

    def setUp(self):
        super().setUp()
        self.stub = segmentation_service_pb2_grpc.SegmentationServiceStub(self.client.channel)

    def group(self, term, day):
        """{customer: (revenue in micros, orders, values of FIELDS)} of those that match."""
        parameters = []
        sql = term.sql(parameters)
        columns = ", ".join(f'"{f}"' for f in FIELDS)
        return {row[0]: row[1:] for row in self.oracle.db.execute(
            f"SELECT customer, revenue, orders, {columns} FROM {self.oracle.customers_as_of(day)} "
            f"cf WHERE ex AND {sql}", parameters)}

    def check_group(self, got, group, both, context):
        revenue = sum(v[0] for v in group.values())
        whole = sum(v[0] for v in both.values())
        self.assertEqual(got.customers, len(group), context)
        self.assertEqual(wire.plain(types_pb2.Value(money=got.revenue)), revenue * 1000, context)
        self.assertAlmostEqual(got.share_of_customers, len(group) / len(both), places=12)
        self.assertAlmostEqual(got.share_of_revenue, revenue / whole, places=12)
        if group:
            self.assertAlmostEqual(got.orders_per_customer,
                                   sum(v[1] for v in group.values()) / len(group), places=12)
            self.assertEqual(
                wire.plain(types_pb2.Value(money=got.revenue_per_customer)),
                oracle_fields.half_away(revenue * 1000, len(group)), context)

    def key(self, field, value):
        if value is not None and oracle_filter.TYPES[self.fields[field].type] == "boolean":
            return bool(value)
        return value

    def check_dimension(self, dimension, group, against, context):
        """Every value's counts, shares, intervals and lift; the raw p of each."""
        places = [FIELDS.index(f) + 2 for f in dimension.fields]

        def count(of):
            found = collections.defaultdict(lambda: [0, 0])
            for row in of.values():
                entry = found[tuple(self.key(FIELDS[p - 2], row[p]) for p in places)]
                entry[0], entry[1] = entry[0] + 1, entry[1] + row[0]
            return found
        mine, theirs = count(group), count(against)
        got = {tuple(wire.plain(k) for k in v.keys): v for v in dimension.values}
        self.assertEqual(len(got), len(dimension.values), context)
        self.assertEqual(set(got), set(mine) | set(theirs), f"{context}: {dimension.fields}")
        n, m = len(group), len(against)
        revenue, raw, distance = sum(v[0] for v in group.values()), [], 0
        for value in dimension.values:
            key = tuple(wire.plain(k) for k in value.keys)
            (a, earned), b = mine[key], theirs[key][0]
            self.assertEqual((value.customers, value.customers_against), (a, b), context)
            self.assertEqual(wire.plain(types_pb2.Value(money=value.revenue)), earned * 1000)
            self.assertAlmostEqual(value.share, a / n, places=12)
            self.assertAlmostEqual(value.share_against, b / m, places=12)
            self.assertAlmostEqual(value.difference, a / n - b / m, places=12)
            # Of a total that returns have eaten up there are no shares.
            self.assertAlmostEqual(value.share_of_revenue,
                                   earned / revenue if revenue > 0 else 0, places=12)
            if b:
                self.assertAlmostEqual(value.lift, a / n / (b / m), places=9)
            for interval, wanted in ((value.share_interval, wilson(a, n)),
                                     (value.share_against_interval, wilson(b, m))):
                self.assertAlmostEqual(interval.low, wanted[0], places=9)
                self.assertAlmostEqual(interval.high, wanted[1], places=9)
            raw.append(two_proportions(a, n, b, m))
            distance += abs(a / n - b / m) / 2
        self.assertAlmostEqual(dimension.distance, distance, places=12)
        return raw

    def test_random_profiles(self):
        checked = 0
        for number in range(PROFILES):
            term, day = self.generator.filter(self.generator.fields), self.rng.choice(self.days)
            group = self.group(term, day)
            other = None
            if self.rng.random() < 0.5:
                other = self.generator.filter(self.generator.fields)
                with wire.rich_errors():
                    self.stub.CreateSegment(segments_pb2.CreateSegmentRequest(
                        workspace="random", segment=segments_pb2.Segment(
                            segment=f"other-{number}", filter=other.render())), timeout=30)
                against = self.group(other, day)
            else:
                against = {w: v for w, v in self.group(oracle_filter.All([], False), day).items()
                           if w not in group}
            fields = self.rng.sample(FIELDS, 4)
            cross = self.rng.sample(FIELDS, 2)
            context = (f"seed {SEED}, profile {number}, as of {day}: {term.render()} against "
                       f"{other.render() if other else 'all others'}")
            with self.subTest(context):
                with wire.rich_errors():
                    answer = self.stub.ProfileSegment(segments_pb2.ProfileSegmentRequest(
                        scope=types_pb2.QueryScope(workspace="random", as_of=day,
                                                   filter=term.render()),
                        against=f"other-{number}" if other else "", fields=fields,
                        crosses=[",".join(cross)]), timeout=60)
                both = {**group, **against}
                self.assertEqual(answer.overlap, len(set(group) & set(against)))
                if sum(v[0] for v in both.values()) <= 0:
                    continue
                self.check_group(answer.segment, group, both, context)
                self.check_group(answer.against, against, both, context)
                if not group or not against:
                    continue
                raw = [p for d in answer.dimensions
                       for p in self.check_dimension(d, group, against, context)]
                self.assertEqual({tuple(d.fields) for d in answer.dimensions},
                                 {(f,) for f in fields} | {tuple(cross)})
                for value, p in zip((v for d in answer.dimensions for v in d.values),
                                    benjamini_hochberg(raw)):
                    self.assertTrue(math.isclose(value.p, p, rel_tol=1e-8, abs_tol=1e-300),
                                    f"{context}: {value.p}, expected {p}")
                distances = [d.distance for d in answer.dimensions]
                self.assertEqual(distances, sorted(distances, reverse=True))
                checked += len(raw)
        print(f"compared {checked} values of {PROFILES} profiles", flush=True)
        self.assertGreater(checked, 500)


if __name__ == "__main__":
    mini_server.main()
