"""Some hundreds of random QueryKpis requests against SQL on the same SQLite file."""

import collections
import os
import random

import mini_server
import client as wire
import oracle
import portfolio
from oracle_bench import TYPES, Bench, Case, OracleTest
from strata.v1 import types_pb2, workspace_service_pb2

REQUESTS = 300       # of each workspace
MORE_SEED = int(os.environ.get("STRATA_SEED", "0"))  # other histories and other requests

# Settings as CreateWorkspace takes them and as the oracle understands them.
WORKSPACES = {
    "newyork": dict(
        seed=11,
        sent=dict(currency_code="EUR", time_zone="America/New_York", fiscal_first_month=4,
                  excluded_statuses=["cancelled", "VOID", "annul\u00e9"], contract_grace_days=3,
                  excluded_contract_statuses=["cancelled", "draft"]),
        known=dict(time_zone="America/New_York", fiscal_first_month=4, contract_grace_days=3,
                   excluded_statuses=["cancelled", "void", "annul\u00e9"],
                   excluded_contract_statuses=["cancelled", "draft"])),
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


def make_bench(server, client, name):
    """A workspace with a random history."""
    seed, sent, known = (WORKSPACES[name][key] for key in ("seed", "sent", "known"))
    seed += MORE_SEED
    client.create_workspace(name, **sent)
    for batch in portfolio.history(seed):
        client.append(name, batch, on_error=wire.SKIP)
    rng = random.Random(seed)
    return Bench(server, client, name, seed, known,
                 (portfolio.day_text(0), portfolio.day_text(portfolio.DAYS)),
                 [portfolio.day_text(rng.randint(60, portfolio.DAYS + 20)) for _ in range(40)])


class SqlOracle(OracleTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.server.client() as client:
            cls.benches = [make_bench(cls.server, client, name) for name in WORKSPACES]

    def test_every_kpi_has_an_oracle(self):
        for bench in self.benches:
            self.assertEqual(set(bench.kpis) - set(oracle.KPIS), set())

    def test_random_requests(self):
        compared = cells = non_null = 0
        by_start, beside = 0, 0  # with classes of each period's start; with a range moved beside
        for bench in self.benches:
            for number in range(REQUESTS):
                case = Case(bench.rng, bench)
                request = case.request(bench.name)
                with self.subTest(workspace=bench.name, number=number, request=str(request)):
                    count, known = self.ask(case)
                    compared, cells, non_null = compared + 1, cells + count, non_null + known
                    by_start += case.by_start and case.uses_classes()
                    beside += case.moves_periods()
                bench.oracle.drop_scratch()
        used = collections.Counter()
        for bench in self.benches:
            used.update(bench.generator.used)
        print(f"compared {compared} requests, {cells} cells ({non_null} not null), "
              f"{by_start} with classes of period starts, {beside} with periods side by side, "
              f"{len({f for f, _ in used})} fields filtered by, "
              f"{len({(TYPES[self.type_of(f)], k) for f, k in used})} pairs of type and operator",
              flush=True)
        self.assertGreaterEqual(compared, 2 * REQUESTS)
        self.assertGreater(non_null, 20_000)
        self.assertGreater(by_start, 20)
        self.assertGreater(beside, 20)
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
                    case.by_start = False
                    case.filter = bench.generator.comparison(field, kind)
                    with self.subTest(filter=case.filter.render()):
                        self.ask(case)
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
            labels = bench.oracle.labels(unit, "2023-01-05", "2024-02-03")
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


if __name__ == "__main__":
    mini_server.main()
