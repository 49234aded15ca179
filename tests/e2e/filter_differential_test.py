"""Some hundreds of random filters over every field of customers, evaluated by ListSegmentMembers
and as SQL by SQLite on the same file: the same members."""

import collections
import os
import random

import mini_server
import client as wire
import oracle_fields
import oracle_filter
import portfolio
from oracle_filter import TYPES
from strata.v1 import segmentation_service_pb2 as segments_pb2
from strata.v1 import segmentation_service_pb2_grpc, types_pb2, workspace_service_pb2

FILTERS = 300  # of each workspace
SEED = int(os.environ.get("STRATA_SEED", "20260401"))
MICROS = 1_000_000


# Settings as CreateWorkspace takes them and as the oracle understands them.
WORKSPACES = {
    "plain": (dict(time_zone="UTC"), dict(time_zone="UTC")),
    "auckland": (
        dict(time_zone="Pacific/Auckland", currency_code="NZD", age_band_width=5, age_band_anchor=3,
             tier_rule=workspace_service_pb2.TierRule(
                 strategic_share_bp=3300, growth_share_bp=6100, window_days=365,
                 rounding=workspace_service_pb2.SHARE_ROUNDING_ROUND),
             loyalty_rule=workspace_service_pb2.LoyaltyRule(vip_purchases=5, vip_units=90)),
        dict(time_zone="Pacific/Auckland", age_band_width=5, age_band_anchor=3,
             strategic_share_bp=3300, growth_share_bp=6100, tier_window_days=365,
             tier_rounding="round", loyalty_vip_purchases=5, loyalty_vip_units=90)),
}


class Bench:
    """A workspace with segments of its own, and the oracle over its file."""

    def __init__(self, server, client, name, seed):
        self.name, self.rng = name, random.Random(seed)
        sent, known = WORKSPACES[name]
        client.create_workspace(name, **sent)
        for batch in portfolio.history(seed, customer_count=220, order_count=1900):
            client.append(name, batch, on_error=wire.SKIP)
        self.stub = segmentation_service_pb2_grpc.SegmentationServiceStub(client.channel)
        self.oracle = oracle_fields.Fields(server.workspace_file(name), known)
        self.segments = {}  # id: [(class, filter)] and the rest, or a filter
        self.days = [self.oracle.default_as_of(), portfolio.day_text(520), portfolio.day_text(260)]
        self.fields = self._fields(client)
        self._create_segments()
        self.fields = self._fields(client)  # the segments are fields now
        self.samples = self._samples(self.oracle.customers_as_of(self.days[0]))
        self.generator = oracle_filter.SelectiveGenerator(self.rng, list(self.fields.values()),
                                                          self.samples)

    def _fields(self, client):
        return {f.id: f for f in client.list_fields(self.name)
                if f.grain == types_pb2.GRAIN_CUSTOMER and f.id not in oracle_fields.NOT_IN_SQL}

    def _create_segments(self):
        """A filter segment, and a partition whose rules name it."""
        samples = self._samples(self.oracle.customers_as_of(self.days[0]))

        def above(field, share):
            value = samples[field][int(len(samples[field]) * share)]
            text = str(value // MICROS) if field == "revenue" else str(value)
            return oracle_filter.Comparison(
                field, ">=", text, value // MICROS * MICROS if field == "revenue" else value)
        frequent = oracle_filter.Any([above("orders", 0.7),
                                      oracle_filter.Comparison("country", "=", "france", "france")])
        self._create(segments_pb2.Segment(segment="frequent", filter=frequent.render()))
        self.segments["frequent"] = frequent
        named = oracle_filter.Comparison("segment:frequent", "=", "true", 1)
        classes = [("high", oracle_filter.All([named, above("revenue", 0.5)], False)),
                   ("middle", above("units", 0.4))]
        self._create(segments_pb2.Segment(segment="worth", rest="low", classes=[
            segments_pb2.SegmentClass(name=n, filter=f.render()) for n, f in classes]))
        self.segments["worth"] = (classes, "low")
        for day in self.days:
            self._segment_columns(self.oracle.customers_as_of(day))

    def _create(self, segment):
        with wire.rich_errors():
            self.stub.CreateSegment(segments_pb2.CreateSegmentRequest(
                workspace=self.name, segment=segment), timeout=30)

    def _segment_columns(self, table):
        for id, rule in self.segments.items():
            parameters = []
            if isinstance(rule, tuple):
                classes, rest = rule
                sql = "CASE "
                for name, term in classes:
                    sql += f"WHEN {term.sql(parameters)} THEN '{name}' "
                sql += f"ELSE '{rest}' END"
            else:
                sql = rule.sql(parameters)
            self.oracle.db.execute(f'ALTER TABLE {table} ADD COLUMN "segment:{id}"')
            self.oracle.db.execute(f'UPDATE {table} AS cf SET "segment:{id}" = {sql}', parameters)

    def _samples(self, table):
        """Every customer's value, ascending, by field: a random one is a random quantile."""
        columns = {row[1] for row in self.oracle.db.execute(f"PRAGMA table_info({table})")}
        found = {}
        for id in self.fields:
            if id not in columns and not id.startswith("segment:"):
                raise AssertionError(f"{id} is a field of customers, and oracle_fields.py has no "
                                     "SQL for it")
            if id in columns:
                found[id] = [row[0] for row in self.oracle.db.execute(
                    f'SELECT "{id}" AS x FROM {table} WHERE ex AND x IS NOT NULL ORDER BY x')]
        return found

    def expected(self, day, term, extra="1"):
        parameters = []
        sql = term.sql(parameters) if term is not None else "1"
        table = self.oracle.customers_as_of(day)
        return {row[0] for row in self.oracle.db.execute(
            f"SELECT customer FROM {table} cf WHERE ex AND {extra} AND {sql}", parameters)}

    def everybody(self, day):
        return len(self.expected(day, None))

    def members(self, **fields):
        """The messages of the stream put together: (first message, members)."""
        scope = types_pb2.QueryScope(workspace=self.name, **fields.pop("scope", {}))
        with wire.rich_errors():
            messages = list(self.stub.ListSegmentMembers(segments_pb2.ListSegmentMembersRequest(
                scope=scope, **fields), timeout=60))
        return messages[0], [m for message in messages for m in message.members]


class FilterDifferential(mini_server.ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as client:
            cls.benches = [Bench(cls.server, client, name, SEED + i)
                           for i, name in enumerate(WORKSPACES)]
            for bench in cls.benches:
                cls.addClassCleanup(bench.oracle.db.close)

    def setUp(self):
        super().setUp()
        for bench in self.benches:
            bench.stub = segmentation_service_pb2_grpc.SegmentationServiceStub(self.client.channel)

    def check(self, bench, term, day, segment="", extra="1"):
        """Compares one filter; returns the share of the customers that it selects."""
        wanted = bench.expected(day, term, extra)
        first, members = bench.members(scope=dict(as_of=day, filter=term.render() if term else "",
                                                  segment=segment))
        got = [m.customer for m in members]
        context = (f"seed {SEED}, workspace {bench.name}, as of {day}, segment {segment!r}, "
                   f"filter {term.render() if term else ''}")
        self.assertEqual(len(set(got)), len(got), f"{context}: a customer comes twice")
        self.assertEqual(got, sorted(got, key=str.encode), f"{context}: not by customer id")
        self.assertEqual(first.total, len(got), context)
        if set(got) != wanted:
            self.fail(f"{context}: {self.difference(bench, term, day, set(got), wanted)}")
        return len(wanted) / bench.everybody(day)

    @staticmethod
    def difference(bench, term, day, got, wanted):
        """Some customers that only one side has, with the fields that the filter names."""
        names = list(dict.fromkeys(oracle_filter.fields_of(term)))
        columns = "".join(f', "{n}"' for n in names)
        lines = [f"{len(got)} members, SQL says {len(wanted)}"]
        for side, only in (("only Strata", got - wanted), ("only SQL", wanted - got)):
            for who in sorted(only)[:3]:
                row = bench.oracle.db.execute(
                    f"SELECT customer{columns} FROM {bench.oracle.customers_as_of(day)} "
                    "WHERE customer = ?", (who,)).fetchone()
                lines.append(f"{side}: {dict(zip(['customer', *names], row))}")
        return "\n".join(lines)

    def test_random_filters(self):
        useful = compared = 0
        used = collections.Counter()
        for bench in self.benches:
            for number in range(FILTERS):
                term = bench.generator.filter(list(bench.fields.values()))
                day = bench.rng.choice(bench.days)
                # Now and then within a segment, which narrows it further.
                segment, extra = bench.rng.choice(
                    [("", "1")] * 8 + [("tier/standard", "tier = 'standard'"),
                                       ("frequent", '"segment:frequent"')])
                with self.subTest(workspace=bench.name, number=number):
                    share = self.check(bench, term, day, segment, extra)
                    compared += 1
                    useful += 0.01 <= share <= 0.99
            for (field, kind), times in bench.generator.used.items():
                used[field, kind] += times
            self.assertEqual(sorted(set(bench.fields) - {f for f, _ in bench.generator.used}), [],
                             "fields that no filter named")
        kinds = {(TYPES[bench.fields[f].type], k) for bench in self.benches
                 for f, k in bench.generator.used}
        wanted = {(TYPES[f.type], k) for bench in self.benches for f in bench.fields.values()
                  for k in bench.generator.kinds(f)}
        print(f"seed {SEED}: compared {compared} filters, {useful / compared:.0%} of them "
              f"selecting between 1% and 99%; {len({f for f, _ in used})} fields, {len(kinds)} "
              f"pairs of type and operator, {len(used)} of field and operator", flush=True)
        self.assertGreaterEqual(compared, 400)
        self.assertGreaterEqual(useful, compared / 2)
        self.assertEqual(wanted - kinds, set(), "pairs of type and operator that no filter had")

    def test_every_field_with_every_operator(self):
        """Each alone, with a constant that occurs."""
        compared = useful = 0
        for bench in self.benches:
            for field in bench.fields.values():
                for kind in bench.generator.kinds(field):
                    term = bench.generator.comparison(field, kind)
                    with self.subTest(workspace=bench.name, filter=term.render()):
                        share = self.check(bench, term, bench.days[0])
                        compared += 1
                        useful += 0.01 <= share <= 0.99
        print(f"compared {compared} pairs of field and operator, {useful / compared:.0%} of them "
              "selecting between 1% and 99%", flush=True)
        self.assertGreater(compared, 400)

    def test_fields_order_and_limit(self):
        """The values that stream with the members, and their order, are those of SQL."""
        bench = self.benches[0]
        for number in range(40):
            term = bench.generator.filter(list(bench.fields.values()))
            day = bench.rng.choice(bench.days)
            asked = bench.rng.sample([f for f in bench.fields], 4)
            by = bench.fields[bench.rng.choice(["revenue", "orders", "country", "last_order_date",
                                                "tier", "rfm.m", "revenue_rank"])]
            down = bench.rng.random() < 0.5
            limit = bench.rng.choice([0, 5, 37])
            with self.subTest(number=number, filter=term.render(), by=by.id, limit=limit):
                first, members = bench.members(
                    scope=dict(as_of=day, filter=term.render()), fields=[*asked, by.id],
                    order_by=by.id + (" desc" if down else ""), limit=limit)
                self.assertEqual(list(first.fields), [*asked, by.id])
                parameters = []
                columns = ", ".join(f'"{i}"' for i in [*asked, by.id])
                rows = {row[0]: row[1:] for row in bench.oracle.db.execute(
                    f"SELECT customer, {columns} FROM {bench.oracle.customers_as_of(day)} cf "
                    f"WHERE ex AND {term.sql(parameters)}", parameters)}
                self.assertEqual(first.total, len(rows))
                self.assertEqual(len(members), min(limit, len(rows)) if limit else len(rows))
                for member in members:
                    for id, value, wanted in zip([*asked, by.id], member.values,
                                                 rows[member.customer]):
                        self.assert_value(bench.fields[id], wire.plain(value), wanted)
                keys = [rows[m.customer][-1] for m in members]
                known = [k for k in keys if k is not None]
                self.assertEqual(known, sorted(known, reverse=down))
                if limit and members and known:
                    # Nobody who was left out would have come before the last one.
                    left = [r[-1] for c, r in rows.items()
                            if c not in {m.customer for m in members} and r[-1] is not None]
                    self.assertTrue(all((k <= known[-1]) if down else (k >= known[-1])
                                        for k in left))

    def assert_value(self, field, got, wanted):
        kind = TYPES[field.type]
        if wanted is None:
            self.assertIsNone(got, field.id)
        elif kind == "money":
            self.assertEqual(got, wanted * 1000, field.id)
        elif kind == "number":
            self.assertAlmostEqual(got, wanted, delta=1e-9 * max(1, abs(wanted)), msg=field.id)
        else:
            self.assertEqual(got, bool(wanted) if kind == "boolean" else wanted, field.id)


if __name__ == "__main__":
    mini_server.main()
