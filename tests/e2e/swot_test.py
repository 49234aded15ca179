"""`strata insight swot`: the findings of the first dashboard with their published figures, every number
traced by ExplainKpi, and data turned round."""

import json
import shlex
import unittest

import mini_server
import client as wire
from strata.v1 import (insight_service_pb2, insight_service_pb2_grpc, kpi_service_pb2, types_pb2)

DATA = mini_server.SHARED_DATA
STRENGTH = insight_service_pb2.SWOT_KIND_STRENGTH
WEAKNESS = insight_service_pb2.SWOT_KIND_WEAKNESS
RULES = 17


def amount(value):
    return value.money.units + value.money.nanos / 1e9


class Swot(mini_server.ServerTest):
    def setUp(self):
        super().setUp()
        self.insights = insight_service_pb2_grpc.InsightServiceStub(self.client.channel)

    @classmethod
    def cli(cls, *args):
        result = mini_server.run_cli(*args, server=cls.server.address, timeout=240)
        if result.status:
            raise AssertionError(result)
        return result.out

    def ask(self, workspace, **scope):
        with wire.rich_errors():
            return self.insights.GenerateSwot(insight_service_pb2.GenerateSwotRequest(
                scope=types_pb2.QueryScope(workspace=workspace, **scope)), timeout=60)

    def says(self, answer, rule, kind=None):
        found = [s for s in answer.statements
                 if s.rule == rule and (kind is None or s.kind == kind)]
        self.assertTrue(found, f"{rule} says nothing")
        return found[0]

    def explain(self, kpi, workspace, scope, where):
        scope = {k: v for k, v in scope.items() if k not in ("filter", "segment")}
        with wire.rich_errors():
            return self.client.kpis.ExplainKpi(kpi_service_pb2.ExplainKpiRequest(
                kpi=kpi, scope=types_pb2.QueryScope(workspace=workspace, filter=where, **scope)),
                timeout=60).value

    def check_evidence(self, workspace, **scope):
        """Every number is what ExplainKpi and QueryKpis say under its filter."""
        answer = self.ask(workspace, **scope)
        checked = 0
        for statement in answer.statements:
            self.assertTrue(statement.evidence, statement.rule)
            self.assertTrue(statement.recommendation, statement.rule)
            for evidence in statement.evidence:
                figures = [(evidence.value, evidence.kpi, evidence.where)]
                meaning = evidence.comparison_meaning
                if meaning.endswith(")") and " (" in meaning:
                    kpi, _, where = meaning[meaning.index(" (") + 2:-1].partition(" where ")
                    figures.append((evidence.comparison, kpi, where))
                for value, kpi, where in figures:
                    with self.subTest(rule=statement.rule, kpi=kpi, where=where):
                        explained = self.explain(kpi, workspace, scope, where)
                        self.assertEqual(wire.plain(value), wire.plain(explained))
                        again = {k: v for k, v in scope.items() if k not in ("filter", "segment")}
                        table = self.client.query(workspace, [kpi],
                                                  scope=dict(again, filter=where)).table
                        self.assertEqual(wire.plain(value), wire.plain(table.rows[0].values[0]))
                        checked += 1
        return checked


class Demo(Swot):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cli("-w", "demo", "demo", "--customers", "800", "--months", "36", "--seed", "5")

    def test_every_number_is_traceable(self):
        self.assertGreater(self.check_evidence("demo"), 30)
        self.assertGreater(self.check_evidence("demo", segment="tier/strategic"), 3)
        self.check_evidence("demo", filter='country = "Germany" OR family = "with_children"')
        self.check_evidence("demo", as_of="2024-12-31")
        self.check_evidence("demo", range=types_pb2.DateRange(**{"from": "2024-01-01",
                                                                 "to": "2025-06-30"}))

    def test_the_printed_commands_give_the_printed_figures(self):
        lines = self.cli("-w", "demo", "insight", "swot").splitlines()
        evidence = json.loads(self.cli("-w", "demo", "-o", "json", "insight", "swot"))
        figures = [e for s in evidence["statements"] for e in s["evidence"]]
        commands = [line.strip() for line in lines if line.strip().startswith("strata ")]
        self.assertEqual(len(commands), len(figures))
        for command, figure in list(zip(commands, figures))[::5]:
            words = shlex.split(command)
            self.assertEqual(words[words.index("explain") + 1], figure["kpi"])
            out = json.loads(self.cli("-o", "json", *words[1:]))
            kind = next(k for k in ("money", "integer", "number") if k in figure["value"])
            self.assertEqual(out["value"][kind], figure["value"][kind], command)

    def test_forms(self):
        page = self.cli("-w", "demo", "insight", "swot")
        for title in ("STRENGTHS", "WEAKNESSES", "OPPORTUNITIES", "THREATS"):
            self.assertIn(title, page)
        table = self.cli("-w", "demo", "-o", "csv", "insight", "swot").splitlines()
        self.assertTrue(table[0].startswith("kind,rule,statement,recommendation,kpi,where,value"))
        self.assertGreater(len(table), 10)

    def test_a_rule_speaks_is_silent_or_is_not_met(self):
        answer = self.ask("demo")
        spoken = {s.rule for s in answer.statements}
        silent = {s.split(": ")[0] for s in answer.silent}
        self.assertFalse(spoken & silent)
        self.assertLessEqual(len(spoken | silent), RULES)
        self.assertFalse(any("no tickets" in s for s in answer.silent))

    def test_the_same_question_gives_the_same_bytes(self):
        self.assertEqual(self.ask("demo").SerializeToString(deterministic=True),
                         self.ask("demo").SerializeToString(deterministic=True))


class Turned(Swot):
    """120 customers over two years; the same with ages and families turned round."""

    def load(self, workspace, turned):
        self.client.create_workspace(workspace, currency_code="USD", time_zone="UTC")
        records = []
        for i in range(120):
            spends = 10 - i // 24 * 2  # 10, 8, 6, 4, 2 by band
            band = 4 - i // 24 if turned else i // 24
            child = i % 24 < 16
            records.append(wire.customer(
                f"c{i}", birth_date=f"{1999 - 10 * band}-03-01",
                children=int(child != turned), country=["A", "B", "C"][i % 3]))
            for month in range(24):
                records.append(wire.order(
                    f"o{i}-{month}", f"c{i}",
                    wire.millis(f"{2023 + month // 12}-{month % 12 + 1:02d}-05T12:00:00"),
                    [(spends * 1_000_000, {"quantity": 1})], status="shipped"))
        self.client.append(workspace, records)

    def test_statements_follow_the_data(self):
        self.load("plain", False)
        self.load("turned", True)
        plain, turned = self.ask("plain"), self.ask("turned")
        for rule, of_plain, of_turned in (("age-strongest-band", "21-30", "61-70"),
                                          ("age-weakest-band", "61-70", "21-30")):
            self.assertEqual(self.says(plain, rule).evidence[0].where,
                             f'age_band = "{of_plain}"')
            self.assertEqual(self.says(turned, rule).evidence[0].where,
                             f'age_band = "{of_turned}"')
        for answer, strong, weak in ((plain, "with_children", "without_children"),
                                     (turned, "without_children", "with_children")):
            self.assertEqual(self.says(answer, "family-structure", STRENGTH).evidence[0].where,
                             f'family = "{strong}"')
            self.assertEqual(self.says(answer, "family-structure", WEAKNESS).evidence[0].where,
                             f'family = "{weak}"')
        self.assertGreater(self.check_evidence("turned"), 10)

    def test_without_tickets_no_word_on_support(self):
        self.load("no-tickets", False)
        answer = self.ask("no-tickets")
        self.assertNotIn("support-high-revenue", {s.rule for s in answer.statements})
        self.assertIn("support-high-revenue: the workspace has no tickets", answer.silent)

    def test_an_empty_workspace(self):
        self.client.create_workspace("empty", currency_code="USD", time_zone="UTC")
        answer = self.ask("empty")
        self.assertEqual((len(answer.statements), len(answer.silent)), (0, RULES))
        self.assertIn("could not speak", self.cli("-w", "empty", "insight", "swot").lower())
        out = json.loads(self.cli("-w", "empty", "-o", "json", "insight", "recommend"))
        self.assertFalse(out["coverage"]["sufficient"])
        out = json.loads(self.cli("-w", "empty", "-o", "json", "insight", "retention"))
        self.assertEqual((out["cohorts"], out["weightedMean"]), ([], []))


@unittest.skipUnless(DATA.is_dir(), "the reference data does not stand beside the checkout")
class Published(Swot):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cli("-w", "sales", "import", "--preset", "internet-sales", DATA / "internet_sales")
        cls.cli("-w", "sample", "import", "--preset", "sales-sample",
                DATA / "sales_data_sample" / "sales_data_sample.csv")

    def test_the_four_findings_of_the_first_dashboard(self):
        answer = self.ask("sales", as_of="2024-12-31")  # ages by year difference to 2024
        best = self.says(answer, "age-strongest-band", STRENGTH)
        self.assertEqual(best.evidence[0].where, 'age_band = "31-40"')
        self.assertEqual(round(amount(best.evidence[0].value), 2), 76725723.33)
        worst = self.says(answer, "age-weakest-band", WEAKNESS)
        self.assertEqual(worst.evidence[0].where, 'age_band = "61-70"')
        self.assertEqual(round(amount(worst.evidence[0].value), 2), 32377813.67)

        family = self.says(answer, "family-structure", STRENGTH)
        self.assertIn("70.65%", family.statement)
        self.assertIn("29.35%", family.statement)

        leaders = {s.evidence[0].where: s for s in answer.statements
                   if s.rule == "geo-family-leader"}
        us = leaders['country = "United States" AND family = "with_children"']
        self.assertEqual(round(amount(us.evidence[0].value), 2), 77422498.84)
        self.assertIn("35.68%", us.statement)
        australia = leaders['country = "Australia" AND family = "without_children"']
        self.assertEqual(round(amount(australia.evidence[0].value), 2), 39669905.13)
        self.assertIn("44.02%", australia.statement)
        imbalance = {e.where: e.value for e in self.says(answer, "geo-imbalance").evidence
                     if e.kpi == "active_customers"}
        self.assertEqual(imbalance['country = "United States"'].integer, 7819)
        self.assertEqual(imbalance['country = "Australia"'].integer, 3591)

        loyal = {e.where: e.value.integer for e in self.says(answer, "loyal-share").evidence}
        self.assertEqual({name: loyal[f'loyalty = "{name}"']
                          for name in ("VIP", "Loyal", "Periodic")},
                         {"VIP": 316, "Loyal": 15676, "Periodic": 2492})
        self.assertEqual(list(answer.silent),
                         ["support-high-revenue: the workspace has no tickets"])

    def test_every_number_is_traceable(self):
        self.assertGreater(self.check_evidence("sales", as_of="2024-12-31"), 40)
        self.assertGreater(self.check_evidence("sample"), 10)

    def test_concentration_of_the_sample(self):
        top = self.says(self.ask("sample"), "concentration")
        self.assertEqual(top.evidence[0].where, "revenue_rank <= 18")
        self.assertIn("40.94%", top.statement)


if __name__ == "__main__":
    mini_server.main()
