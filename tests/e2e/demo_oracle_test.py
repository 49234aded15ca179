"""Every KPI of the catalogue by every field it can be grouped by, on the demo portfolio, against SQL on
the same file: filtered at random, as of random days, with classes of as_of and of period starts."""

import collections
import os
import random

import mini_server
import client as wire
import oracle
import oracle_fields
from oracle_bench import Bench, Case, OracleTest

SEED = 23 + int(os.environ.get("STRATA_SEED", "0"))
FIRST, LAST = "2024-01-01", "2025-12-31"
MOST_FIELDS = 3  # of one request
# One KPI of each kind of facts: orders, tickets, contracts, ratings, surveys, movements.
KINDS = ["revenue", "tickets", "contract_value", "csat", "nps", "recurring_net_change"]


class DemoOracle(OracleTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        made = mini_server.run_cli("-w", "demo", "demo", "--customers", 150, "--months", 24, "--seed",
                                   SEED, "--end", LAST, server=cls.server.address)
        if made.status:
            raise AssertionError(made)
        rng = random.Random(SEED)
        as_ofs = [oracle_fields.add_days(FIRST, rng.randint(60, 750)) for _ in range(12)]
        with cls.server.client() as client:
            cls.bench = Bench(cls.server, client, "demo", SEED, dict(time_zone="UTC"), (FIRST, LAST),
                              as_ofs)

    def fields_for(self, kpis):
        """Groupable fields that fit all of them, in random order."""
        fitting = [f.id for f in self.bench.fields.values()
                   if f.groupable and all(f.id in self.bench.kpis[k].fields for k in kpis)]
        self.bench.rng.shuffle(fitting)
        return fitting

    def test_the_portfolio_holds_every_kind_of_record(self):
        for table in ("customers", "orders", "tickets", "contracts", "surveys"):
            count, = self.bench.oracle.db.execute(f"SELECT count(*) FROM {table}").fetchone()
            self.assertGreater(count, 30, table)
        self.assertEqual(set(self.bench.kpis), set(oracle.KPIS))

    def test_every_kpi_by_every_field(self):
        bench, seen = self.bench, collections.Counter()
        known_of = collections.Counter()
        for kpi in bench.kpis:
            fields = self.fields_for([kpi])
            cuts = [[]]
            while fields:
                size = bench.rng.randint(1, MOST_FIELDS)
                cuts, fields = cuts + [fields[:size]], fields[size:]
            for group_by in cuts:
                case = Case(bench.rng, bench, [kpi], group_by)
                with self.subTest(request=str(case.request("demo"))):
                    cells, known = self.ask(case)
                    known_of[kpi] += known
                    seen.update(requests=1, cells=cells, known=known,
                                filtered=case.filter is not None, shifted=case.as_of is not None,
                                by_start=case.by_start and case.uses_classes())
            bench.oracle.drop_scratch()
        print(dict(seen), flush=True)
        self.assertEqual([k for k in bench.kpis if not known_of[k]], [])
        self.assertGreater(min(seen["filtered"], seen["shifted"]), 100)
        self.assertGreater(seen["by_start"], 20)

    def test_nothing_fans_out(self):
        """Facts of several kinds in one request are what each is alone, and what SQL says."""
        bench, compared = self.bench, 0
        for number in range(60):
            kpis = bench.rng.sample(KINDS, bench.rng.randint(2, len(KINDS)))
            group_by = self.fields_for(kpis)[:bench.rng.randint(0, MOST_FIELDS)]
            case = Case(bench.rng, bench, kpis, group_by)
            if number % 2:
                case.ranges = []
            together = self.rows(case.request("demo"))
            with self.subTest(request=str(case.request("demo"))):
                self.ask(case)
                for place, kpi in enumerate(kpis):
                    case.kpis = [kpi]
                    alone = self.rows(case.request("demo"))
                    nothing = [oracle.of_nothing(kpi)] * (1 + len(case.ranges))
                    self.assertEqual(set(alone) - set(together), set())
                    for keys, values in together.items():
                        mine = [values[r * len(kpis) + place] for r in range(1 + len(case.ranges))]
                        if keys in alone:
                            self.assertEqual(mine, alone[keys], f"{kpi} of {keys}")
                        else:  # other KPIs brought the row: of nothing, or before the first record
                            self.assertEqual(mine[0], nothing[0], f"{kpi} of {keys}")
                            self.assertTrue(all(v in (nothing[0], None) for v in mine), (kpi, keys))
                        compared += 1
            bench.oracle.drop_scratch()
        print(f"compared {compared} rows", flush=True)
        self.assertGreater(compared, 1000)

    def rows(self, request):
        answer = self.whole_answer(request)
        found = {tuple(wire.plain(k) for k in row.keys): [wire.plain(v) for v in row.values]
                 for row in answer.table.rows}
        if request.totals:
            found["totals"] = [wire.plain(v) for v in answer.table.totals.values]
        return found


if __name__ == "__main__":
    mini_server.main()
