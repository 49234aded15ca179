"""The structure of revenue against published figures, and what the risk questions answer on the demo
portfolio and on data that cannot carry an answer. All through the CLI over --data-dir."""

import csv
import io
import json
import unittest

import mini_server

DATA = mini_server.SHARED_DATA
SAMPLE = DATA / "sales_data_sample"


class Folder(unittest.TestCase):
    @classmethod
    def open(cls):
        cls.server = mini_server.Stratad()
        cls.addClassCleanup(cls.server.close)
        cls.folder = cls.server.home / "local"

    def ask(self, workspace, *args, form="csv"):
        result = mini_server.run_cli("-w", workspace, "-o", form, "insight", *args,
                                     data_dir=self.folder)
        self.assertEqual(result.status, 0, result)
        if form == "json":
            return json.loads(result.out)
        return list(csv.DictReader(io.StringIO(result.out)))


@unittest.skipUnless(DATA.is_dir(), "the reference data does not stand beside the checkout")
class Published(Folder):
    @classmethod
    def setUpClass(cls):
        cls.open()
        result = mini_server.run_cli("-w", "sample", "import", "--preset", "sales-sample",
                                     SAMPLE / "sales_data_sample.csv", data_dir=cls.folder)
        if result.status:
            raise AssertionError(result)
        figures = json.loads((SAMPLE / "expected.json").read_text())["figures"]
        cls.expected = {figure["key"]: figure["value"] for figure in figures}

    def test_concentration(self):
        answer = self.ask("sample", "concentration", form="json")
        self.assertAlmostEqual(answer["gini"], self.expected["gini_not_cancelled"], places=12)
        self.assertAlmostEqual(answer["hhi"], self.expected["hhi_not_cancelled"], places=12)
        rows = {row["top"]: row for row in self.ask("sample", "concentration")}
        self.assertEqual(rows["0.2"]["customers"], "18")
        self.assertAlmostEqual(float(rows["0.2"]["share"]),
                               self.expected["top20_share_floor_no_cancelled"], places=12)

    def test_volatility(self):
        published = {row["seg"]: row for row in self.expected["monthly_volatility_29_months"]}
        halvings = {row["seg"]: row["halvings"] for row in self.expected["mom_growth_sd"]}
        rows = {row["group"]: row for row in self.ask("sample", "volatility")}
        self.assertEqual(set(rows), {"strategic", "other"})
        for name, row in rows.items():
            self.assertEqual(int(row["months"]), 29)
            self.assertEqual(int(row["empty_months"]), published[name]["zero_months"])
            self.assertAlmostEqual(float(row["mean"]), published[name]["mean"], places=6)
            self.assertAlmostEqual(float(row["cv"]), published[name]["cv_sample"], places=12)
            self.assertEqual(int(row["halvings"]), halvings[name])

    def test_distribution(self):
        median = self.expected["customer_median_not_cancelled"][0]
        rows = {row["measure"]: row for row in self.ask("sample", "distribution")}
        self.assertEqual(float(rows["revenue"]["median"]), median["median_revenue"])
        self.assertEqual(float(rows["orders"]["median"]), median["median_orders"])

    def test_without_tickets_the_answer_says_so(self):
        answer = self.ask("sample", "backtest", form="json")
        self.assertFalse(answer["beatsBaseRate"])
        self.assertIn("no verdict", answer["verdict"])
        risk = self.ask("sample", "risk", form="json")
        self.assertEqual(risk["model"]["kind"], "scorecard")
        self.assertIn("escalations", risk["model"]["reason"])


class Demo(Folder):
    @classmethod
    def setUpClass(cls):
        cls.open()
        result = mini_server.run_cli("-w", "demo", "demo", "--customers", "1500", "--months", "36",
                                     "--seed", "3", data_dir=cls.folder, timeout=120)
        if result.status:
            raise AssertionError(result)

    def test_risk_is_ranked_and_bounded(self):
        rows = self.ask("demo", "risk", "--limit", "30")
        self.assertEqual(len(rows), 30)
        risks = [float(row["risk"]) for row in rows]
        self.assertEqual(risks, sorted(risks, reverse=True))
        self.assertTrue(all(0 < risk < 1 for risk in risks))

    def test_a_filter_narrows_the_list_but_not_the_model(self):
        whole = self.ask("demo", "risk", "--limit", "10000", form="json")
        some = self.ask("demo", "risk", "--limit", "10000", "--filter", 'tier = "strategic"',
                        form="json")
        self.assertEqual(whole["model"], some["model"])
        self.assertEqual([c for c in whole["customers"] if c["tier"] == "strategic"],
                         some["customers"])

    def test_backtest_counts_and_verdict_agree(self):
        answer = self.ask("demo", "backtest", "--quarters", "4", form="json")
        self.assertEqual(len(answer["quarters"]), 4)
        low = answer["auc"]["interval"]["low"]
        self.assertEqual(answer["beatsBaseRate"], low > 0.5)
        events = sum(int(quarter["events"]) for quarter in answer["quarters"])
        customers = sum(int(quarter["customers"]) for quarter in answer["quarters"])
        self.assertAlmostEqual(answer["baseRate"], events / customers, places=12)

    def test_indicators_are_ranked_by_distance_from_chance(self):
        rows = self.ask("demo", "indicators")
        distances = [abs(float(row["auc"]) - 0.5) for row in rows]
        self.assertGreater(len(rows), 5)
        self.assertEqual(distances, sorted(distances, reverse=True))

    def test_retention_rows_are_shares(self):
        rows = self.ask("demo", "retention", "--months", "6")
        self.assertEqual(rows[-1]["cohort"], "weighted mean")
        shares = [float(cell) for row in rows for key, cell in row.items()
                  if key.startswith("month_") and cell]
        self.assertGreater(len(shares), 100)
        self.assertTrue(all(0 <= share <= 1 for share in shares))

    def test_a_filter_on_facts_is_refused_by_name(self):
        result = mini_server.run_cli("-w", "demo", "insight", "concentration", "--filter",
                                     'status = "shipped"', data_dir=self.folder)
        self.assertEqual(result.status, 2, result)
        self.assertIn("scope.filter", result.err)


if __name__ == "__main__":
    mini_server.main()
