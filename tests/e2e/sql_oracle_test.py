"""Some hundreds of random QueryKpis requests against SQL on the same SQLite file."""

import collections
import math
import random
import re

import mini_server
import client as wire
import oracle
import oracle_fields
import oracle_filter
import portfolio
from strata.v1 import kpi_service_pb2, types_pb2, workspace_service_pb2

REQUESTS = 300       # of each workspace
TYPES = oracle_filter.TYPES
MICROS = 1_000_000

# Settings as CreateWorkspace takes them and as the oracle understands them.
WORKSPACES = {
    "newyork": dict(
        seed=11,
        sent=dict(currency_code="EUR", time_zone="America/New_York", fiscal_first_month=4,
                  excluded_statuses=["cancelled", "VOID"]),
        known=dict(time_zone="America/New_York", fiscal_first_month=4)),
    "kathmandu": dict(
        seed=12,
        sent=dict(time_zone="Asia/Kathmandu",
                  age_method=workspace_service_pb2.AGE_METHOD_YEAR_DIFFERENCE, age_band_width=5,
                  age_band_anchor=3, deal_size_medium=types_pb2.Amount(units=99, nanos=990_000_000),
                  deal_size_large=types_pb2.Amount(units=2500),
                  tier_rule=workspace_service_pb2.TierRule(
                      strategic_share_bp=2900, growth_share_bp=7300, window_days=400,
                      rounding=workspace_service_pb2.SHARE_ROUNDING_CEIL),
                  loyalty_rule=workspace_service_pb2.LoyaltyRule(vip_purchases=4, vip_units=60),
                  inactivity_days=90),
        known=dict(time_zone="Asia/Kathmandu", age_method="year_difference", age_band_width=5,
                   age_band_anchor=3, deal_size_medium=99_990_000, deal_size_large=2_500_000_000,
                   strategic_share_bp=2900, growth_share_bp=7300, tier_window_days=400,
                   tier_rounding="ceil", loyalty_vip_purchases=4, loyalty_vip_units=60,
                   inactivity_days=90)),
}


class Case:
    """One random request in both forms."""

    def __init__(self, rng, bench):
        self.rng, self.bench = rng, bench
        self.kpis = self._kpis()
        fields = [f for f in bench.fields.values()
                  if all(f.id in bench.kpis[k].fields for k in self.kpis)]
        groupable = [f for f in fields if f.groupable]
        self.group_by = [f.id for f in rng.sample(groupable, min(len(groupable), rng.choice(
            [0, 1, 1, 1, 2, 2, 3])))]
        # Make sure that every field comes up.
        fresh = [f.id for f in groupable if not bench.grouped[f.id] and f.id not in self.group_by]
        if fresh and (len(self.kpis) == 1 or rng.random() < 0.3):
            rarest = min(fresh, key=lambda g: sum(g in k.fields for k in bench.kpis.values()))
            self.group_by = (self.group_by + [rarest])[-3:]
        for g in self.group_by:
            bench.grouped[g] += 1
        self.filter = None
        if rng.random() < 0.65:
            allowed = [f for f in fields if f.id in bench.samples
                       and all(bench.filterable(k, f) for k in self.kpis)]
            self.filter = bench.generator.filter(allowed)
        self.as_of = None if rng.random() < 0.5 else self._day(60, portfolio.DAYS + 20)
        self.range = self._range()
        self.ranges = self._named_ranges()
        self.share_within = [g for g in self.group_by if rng.random() < 0.3]
        self.totals = rng.random() < 0.4

    def _kpis(self):
        bench, rng = self.bench, self.rng
        first = rng.choice(sorted(bench.kpis, key=lambda k: (bench.asked[k], rng.random()))[:8])
        family = [k for k in bench.kpis if bench.kpis[k].grain == bench.kpis[first].grain
                  or rng.random() < 0.1]
        # Alone at first, so that fields come up that fit nothing else.
        more = 0 if bench.asked[first] < 3 else rng.choice([0, 2, 2])
        chosen = list(dict.fromkeys([first] + rng.sample(family, min(more, len(family)))))
        for k in chosen:
            bench.asked[k] += 1
        return chosen

    def _day(self, low, high):
        return portfolio.day_text(self.rng.randint(low, high))

    def _range(self):
        shape = self.rng.random()
        if shape < 0.4:
            return None
        if shape < 0.7:  # whole months, which previous periods treat on their own
            first = oracle.add_months("2022-12-01", self.rng.randint(0, 20))
            end = oracle.add_months(first, self.rng.choice([1, 3, 12]))
            return oracle.Range(first, oracle_fields.add_days(end, -1))
        first = self.rng.randint(0, portfolio.DAYS)
        return oracle.Range(portfolio.day_text(first),
                            portfolio.day_text(first + self.rng.randint(0, 300)))

    def _named_ranges(self):
        made = []
        for name in self.rng.sample(["before", "year ago", "fixed"], self.rng.choice([0, 0, 0, 1, 2])):
            made.append((name, oracle.Range("2023-03-05", "2023-09-30") if name == "fixed" else name))
        return made

    def request(self, workspace):
        request = kpi_service_pb2.QueryKpisRequest(
            scope=types_pb2.QueryScope(workspace=workspace, as_of=self.as_of or "",
                                       filter=self.filter.render() if self.filter else ""),
            kpis=self.kpis, group_by=self.group_by, share_within=self.share_within,
            totals=self.totals)
        if self.range:
            request.scope.range.CopyFrom(types_pb2.DateRange(**{"from": self.range.first,
                                                                "to": self.range.last}))
        for name, days in self.ranges:
            added = request.ranges.add(name=name)
            if isinstance(days, oracle.Range):
                added.range.CopyFrom(types_pb2.DateRange(**{"from": days.first, "to": days.last}))
            else:
                added.keyword = (kpi_service_pb2.RANGE_KEYWORD_PREVIOUS_PERIOD if days == "before"
                                 else kpi_service_pb2.RANGE_KEYWORD_SAME_PERIOD_LAST_YEAR)
        return request

    def questions(self, group_by):
        """A Question for each range, the scope's own first."""
        fields = self.bench.oracle
        as_of = self.as_of or fields.default_as_of()
        days = self.range or oracle.Range(min(fields.first_day(), as_of), as_of)
        all_days = [days]
        for _, named in self.ranges:
            all_days.append(named if isinstance(named, oracle.Range) else
                            days.previous() if named == "before" else days.last_year())
        return [oracle.Question(fields, as_of, d, group_by, self.filter, self.share_within)
                for d in all_days]


class Bench:
    """A workspace, its catalogues, and the oracle over its file."""

    def __init__(self, server, client, name, seed, sent, known):
        self.name = name
        self.rng = random.Random(seed)
        client.create_workspace(name, **sent)
        revision = 0
        for batch in portfolio.history(seed):
            revision = client.append(name, batch, on_error=wire.SKIP).revision
        self.revision = revision
        self.kpis = {k.id: k for k in client.list_kpis(name)}
        self.fields = {f.id: f for f in client.list_fields(name)}
        self.oracle = oracle_fields.Fields(server.workspace_file(name), known)
        self.samples = self._samples()
        self.generator = oracle_filter.Generator(self.rng, list(self.fields.values()), self.samples)
        self.asked, self.grouped = collections.Counter(), collections.Counter()

    def filterable(self, kpi, field):
        # Figures of a day group by periods but have no event to filter by; a ratio to customers is
        # asked for with filters on customers, whose meaning no other part of the filter blurs.
        of_customers = kpi in ("tickets_per_customer", "csat") or self.kpis[kpi].grain in (
            types_pb2.GRAIN_CONTRACT, types_pb2.GRAIN_CUSTOMER)
        return field.grain in (types_pb2.GRAIN_CUSTOMER, types_pb2.GRAIN_CONTRACT) \
            if of_customers and kpi not in ("active_customers", "new_customers") else True

    def _samples(self):
        """Values that occur, by field."""
        o = self.oracle
        cf = o.customers_as_of(o.default_as_of())
        sources = {"o": "o", "l": "l", "cf": f"{cf} cf", "t": "t", "sv": "sv", "k": "k"}
        found = {}
        for field in self.fields.values():
            expression = oracle_filter.column(field.id)
            source = next(s for prefix, s in sources.items()
                          if re.search(rf"\b{prefix}\.", expression))
            values = [row[0] for row in o.db.execute(
                f"SELECT DISTINCT {expression} AS x FROM {source} WHERE x IS NOT NULL ORDER BY x")]
            if values:
                found[field.id] = values
        return found


class SqlOracle(mini_server.ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as client:
            cls.benches = [Bench(cls.server, client, name, **workspace)
                           for name, workspace in WORKSPACES.items()]

    def test_every_kpi_has_an_oracle(self):
        for bench in self.benches:
            self.assertEqual(set(bench.kpis) - set(oracle.KPIS), set())

    def test_random_requests(self):
        compared = cells = non_null = 0
        for bench in self.benches:
            for number in range(REQUESTS):
                case = Case(bench.rng, bench)
                request = case.request(bench.name)
                with self.subTest(workspace=bench.name, number=number, request=str(request)):
                    with wire.rich_errors():
                        answer = self.client.kpis.QueryKpis(request, timeout=30)
                    count, known = self.compare(case, answer)
                    compared, cells, non_null = compared + 1, cells + count, non_null + known
                bench.oracle.drop_scratch()
        used = collections.Counter()
        for bench in self.benches:
            used.update(bench.generator.used)
        print(f"compared {compared} requests, {cells} cells ({non_null} not null), "
              f"{len({f for f, _ in used})} fields filtered by, "
              f"{len({(TYPES[self.type_of(f)], k) for f, k in used})} pairs of type and operator",
              flush=True)
        self.assertGreaterEqual(compared, 2 * REQUESTS)
        self.assertGreater(non_null, 20_000)
        for bench in self.benches:
            self.assertEqual([k for k in bench.kpis if not bench.asked[k]], [])
            wanted = {f.id for f in bench.fields.values() if f.groupable
                      and any(f.id in k.fields for k in bench.kpis.values())}
            self.assertEqual(sorted(wanted - set(bench.grouped)), [])

    def test_every_field_and_operator(self):
        """Each field with each operator that its type has, once, alone."""
        compared = 0
        for bench in self.benches:
            for field in bench.fields.values():
                if field.id not in bench.samples:
                    continue
                kpi = next(k for k in ("orders", "customers", "tickets", "nps", "contract_value")
                           if field.id in bench.kpis[k].fields)
                for kind in bench.generator.kinds(field):
                    case = Case(random.Random(1), bench)
                    case.kpis, case.group_by, case.range, case.ranges = [kpi], [], None, []
                    case.share_within, case.as_of, case.totals = [], None, False
                    case.filter = bench.generator.comparison(field, kind)
                    with self.subTest(filter=case.filter.render()):
                        with wire.rich_errors():
                            answer = self.client.kpis.QueryKpis(case.request(bench.name), timeout=30)
                        self.compare(case, answer)
                        compared += 1
                bench.oracle.drop_scratch()
        print(f"compared {compared} pairs of field and operator", flush=True)
        self.assertGreater(compared, 400)

    def test_customer_fields(self):
        """ListCustomers gives every customer-grain field as SQL does, on three days."""
        from strata.v1 import customer_service_pb2
        compared = 0
        for bench in self.benches:
            ids = [f.id for f in bench.fields.values() if f.grain == types_pb2.GRAIN_CUSTOMER]
            for as_of in (bench.oracle.default_as_of(), portfolio.day_text(400),
                          portfolio.day_text(120)):
                with wire.rich_errors():
                    answer = self.client.customers.ListCustomers(
                        customer_service_pb2.ListCustomersRequest(
                            scope=types_pb2.QueryScope(workspace=bench.name, as_of=as_of),
                            fields=ids, page_size=10_000), timeout=30)
                cf = bench.oracle.customers_as_of(as_of)
                columns = ", ".join(f'"{i}"' for i in ids)
                expected = {row[0]: row[1:] for row in bench.oracle.db.execute(
                    f"SELECT customer, {columns} FROM {cf} WHERE ex")}
                got = {row.customer: row.values for row in answer.customers}
                self.assertEqual(set(got), set(expected))
                wrong = collections.Counter()
                for who, values in got.items():
                    for field, value, wanted in zip(ids, values, expected[who]):
                        compared += 1
                        wanted = self.key(bench.fields[field], wanted)
                        if not self.equal(wire.plain(value), wanted):
                            wrong[field] += 1
                            example = (who, field, wire.plain(value), wanted)
                self.assertFalse(wrong, f"{bench.name} as of {as_of}: wrong {dict(wrong)}"
                                 + (f", for example {example}" if wrong else ""))
        print(f"compared {compared} fields of customers", flush=True)
        self.assertGreater(compared, 10_000)

    def test_order_limit_and_pages(self):
        """order_by sorts, limit keeps the first, pages add up to the whole, gaps are filled."""
        bench = self.benches[0]
        for by, order in ((["month", "country"], "revenue desc"), (["product"], "orders desc, product"),
                          (["city", "tier"], "average_order_value"), (["day"], "day desc"),
                          (["customer"], "")):
            with self.subTest(by=by, order=order):
                kpis = ["revenue", "orders", "average_order_value"]
                whole = wire.table(self.client.query(bench.name, kpis, by, order_by=order))
                self.assertGreater(len(whole), 5)
                self.check_order(whole, by, kpis, order)
                limited = self.client.query(bench.name, kpis, by, order_by=order, limit=4)
                self.assertEqual(wire.table(limited), whole[:4])
                self.assertEqual(limited.table.total_rows, 4)
                pages, token = [], ""
                while True:
                    page = self.client.query(bench.name, kpis, by, order_by=order, page_size=7,
                                             page_token=token)
                    self.assertLessEqual(len(page.table.rows), 7)
                    self.assertEqual(page.table.total_rows, len(whole))
                    pages += wire.table(page)
                    token = page.next_page_token
                    if not token:
                        break
                self.assertEqual(pages, whole)

    def check_order(self, rows, by, kpis, order):
        """Known values are in order; equal ones are ordered by the group-by fields."""
        terms = [t.split() for t in order.split(",")] if order else [[b] for b in by]
        terms += [[b] for b in by if [b] not in terms]

        def known(row, name):
            return row[0][by.index(name)] if name in by else row[1][kpis.index(name)]
        for row, following in zip(rows, rows[1:]):
            for name, *down in terms:
                a, b = known(row, name), known(following, name)
                if a is None or b is None:
                    break
                if a != b:
                    self.assertTrue(a > b if down else a < b, f"{row} before {following}")
                    break

    def test_gaps_are_filled(self):
        bench = self.benches[0]
        for unit in oracle.UNITS:
            answer = wire.table(self.client.query(
                bench.name, ["revenue"], ["channel", unit], fill_empty=True,
                scope={"range": {"from": "2023-01-05", "to": "2024-02-03"}}))
            question = oracle.Question(bench.oracle, bench.oracle.default_as_of(),
                                       oracle.Range("2023-01-05", "2024-02-03"), ["channel", unit])
            labels = question.labels(unit, "2023-01-05", "2024-02-03")
            found = oracle.answer("revenue", question)
            wanted = {(channel, label): (found.get((channel, label), 0),)
                      for channel in {c for c, _ in found} for label in labels}
            self.assertEqual(dict(answer), wanted, unit)
            bench.oracle.drop_scratch()

    def test_answers_are_the_same_to_the_byte(self):
        bench = self.benches[1]
        for _ in range(20):
            request = Case(bench.rng, bench).request(bench.name)
            with wire.rich_errors():
                first, second = (self.client.kpis.QueryKpis(request, timeout=30) for _ in range(2))
            self.assertEqual(first.SerializeToString(deterministic=True),
                             second.SerializeToString(deterministic=True))

    def type_of(self, field):
        return self.benches[0].fields[field].type

    @staticmethod
    def key(field, value):
        """A SQL value as the server sends one of that field."""
        if value is None:
            return None
        kind = TYPES[field.type]
        return {"boolean": bool, "number": float, "money": lambda micros: micros * 1000}.get(
            kind, lambda same: same)(value)

    def compare(self, case, answer):
        """Every cell against SQL; returns how many and how many of them are not null."""
        got = {tuple(wire.plain(k) for k in row.keys): [wire.plain(v) for v in row.values]
               for row in answer.table.rows}
        expected = self.expected(case, case.group_by, set(got))
        self.assertEqual(len(got), len(answer.table.rows), "a key comes twice")
        names = [f"{c.id}/{c.range}" for c in answer.table.columns]
        nothing = [oracle.of_nothing(c.id) for c in answer.table.columns]
        cells = known = 0
        for keys in set(got) | set(expected):
            for name, mine, theirs in zip(names, got.get(keys, nothing),
                                          expected.get(keys, nothing)):
                cells, known = cells + 1, known + (mine is not None)
                self.assertTrue(self.equal(mine, theirs),
                                f"{name} of {keys}: got {mine}, SQL says {theirs}")
        if case.totals:
            total = self.expected(case, [], {()}).get((), nothing)
            for name, mine, theirs in zip(names, answer.table.totals.values, total):
                mine = wire.plain(mine)
                cells, known = cells + 1, known + (mine is not None)
                self.assertTrue(self.equal(mine, theirs),
                                f"total of {name}: got {mine}, SQL says {theirs}")
        return cells, known

    def expected(self, case, group_by, keys):
        kinds = [case.bench.fields[g] for g in group_by]
        rows = collections.defaultdict(dict)
        columns = []
        for question in case.questions(group_by):
            for kpi in case.kpis:
                columns.append(kpi)
                for found, value in oracle.answer(kpi, question, keys).items():
                    found = tuple(self.key(f, k) for f, k in zip(kinds, found))
                    rows[found][len(columns) - 1] = value
        return {found: [values.get(i, oracle.of_nothing(kpi)) for i, kpi in enumerate(columns)]
                for found, values in rows.items()}

    @staticmethod
    def equal(a, b):
        if isinstance(a, float) or isinstance(b, float):
            return a is not None and b is not None and math.isclose(a, b, rel_tol=1e-9,
                                                                    abs_tol=1e-9)
        return a == b and isinstance(a, bool) == isinstance(b, bool)


if __name__ == "__main__":
    mini_server.main()
