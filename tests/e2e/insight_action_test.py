"""Support adequacy, the intervention queue and signals against SQL on the same file, on a demo
portfolio and on data that cannot carry an answer. All through the CLI over --data-dir."""

import csv
import io
import json
import re
import sqlite3
import unittest

import mini_server

AS_OF = "2025-12-31"
CANCELLED = "cancelled"
HOUR = 3_600_000


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


class Folder(unittest.TestCase):
    @classmethod
    def open(cls):
        cls.server = mini_server.Stratad()
        cls.addClassCleanup(cls.server.close)
        cls.folder = cls.server.home / "local"

    def run_cli(self, *args, **kwargs):
        return mini_server.run_cli(*args, data_dir=self.folder, **kwargs)

    def ask(self, *args, form="csv", workspace="demo"):
        result = self.run_cli("-w", workspace, "-o", form, "insight", *args)
        self.assertEqual(result.status, 0, result)
        if form == "json":
            return json.loads(result.out)
        return list(csv.DictReader(io.StringIO(result.out)))


class Demo(Folder):
    @classmethod
    def setUpClass(cls):
        cls.open()
        truth = cls.server.home / "truth.jsonl"
        result = mini_server.run_cli("-w", "demo", "demo", "--customers", "1500", "--months", "36",
                                     "--seed", "3", "--end", AS_OF, "--truth", truth,
                                     data_dir=cls.folder)
        if result.status:
            raise AssertionError(result)
        rows = [json.loads(line) for line in truth.read_text().splitlines()]
        cls.neglected = {row["customer"] for row in rows if row["kind"] == "neglected"}
        cls.db = sqlite3.connect(cls.folder / "workspaces" / "demo.db")
        cls.addClassCleanup(cls.db.close)
        cls.customers = {row[0]: row[1:] for row in cls.db.execute(
            "SELECT customer_id, account_owner, strategic FROM customers")}
        cls.end = cls.db.execute(f"SELECT unixepoch('{AS_OF}', '+1 day') * 1000").fetchone()[0]

    def column(self, sql, *values):
        return dict(self.db.execute(sql, values))

    def revenue(self, since="0000"):
        return self.column("""
            SELECT customer_id, sum(amount_micros)
            FROM orders JOIN order_lines USING (order_key) JOIN customers USING (customer_key)
            WHERE status <> ? AND date(order_time / 1000, 'unixepoch') >= ? GROUP BY 1""",
                           CANCELLED, since)

    def ranked(self, since="0000"):
        """Customers with positive revenue, highest first, ties by id."""
        revenue = {who: sum for who, sum in self.revenue(since).items() if sum > 0}
        return sorted(revenue, key=lambda who: (-revenue[who], who))

    def tier(self, name):
        order = self.ranked()
        n = len(order)
        place = {who: i for i, who in enumerate(order)}

        def tier_of(who):
            if self.customers[who][1] == 1 or place.get(who, n) < n // 5:
                return "strategic"
            return ("growth" if place.get(who, n) < n // 2 else
                    "standard" if who in place else "prospect")
        return {who for who in self.customers if tier_of(who) == name}

    def tickets(self):
        return self.db.execute("""
            SELECT customer_id, opened_time, first_response_time, resolved_time, escalated_time,
                   sla_due_time, status, csat
            FROM tickets JOIN customers USING (customer_key)""").fetchall()

    def measures(self, group):
        """The measures of support, of the customers of `group`, by walking over their tickets."""
        mine = [row for row in self.tickets() if row[0] in group]
        sla = [row[3] is not None and row[3] <= row[5] for row in mine
               if row[5] is not None and row[6] != "cancelled" and
               (row[3] is not None or row[5] < self.end)]
        ratings = [row[7] for row in mine if row[7] and row[3] is not None]
        ratings += [score for who, score in self.db.execute(
            "SELECT customer_id, score FROM surveys JOIN customers USING (customer_key) "
            "WHERE surveys.kind = 'csat'") if who in group]
        return {
            "tickets_per_customer": len(mine) / len(group),
            "sla_compliance": sum(sla) / len(sla),
            "median_first_response_hours":
                median([(row[2] - row[1]) / HOUR for row in mine if row[2] is not None]),
            "median_resolution_hours":
                median([(row[3] - row[1]) / HOUR for row in mine if row[3] is not None]),
            "csat": sum(score >= 4 for score in ratings) / len(ratings),
            "escalation_rate": sum(row[4] is not None for row in mine) / len(mine),
        }

    def test_support_measures_against_sql(self):
        order = self.ranked()
        high = set(order[:len(order) // 5])
        expected_high = self.measures(high)
        expected_rest = self.measures(set(self.customers) - high)
        rows = self.ask("support")
        self.assertEqual([row["kpi"] for row in rows], list(expected_high))
        for row in rows:
            with self.subTest(row["kpi"]):
                self.assertAlmostEqual(float(row["high"]), expected_high[row["kpi"]], places=9)
                self.assertAlmostEqual(float(row["rest"]), expected_rest[row["kpi"]], places=9)
                difference = float(row["high"]) - float(row["rest"])
                self.assertAlmostEqual(float(row["difference"]), difference, places=9)
                self.assertLessEqual(float(row["difference_low"]), difference)
                self.assertGreaterEqual(float(row["difference_high"]), difference)
        answer = self.ask("support", form="json")
        self.assertEqual(int(answer["highCustomers"]), len(high))
        worse = [m["kpi"] for m in answer["measures"]
                 if m["verdict"] == "worse" and m["kpi"] != "tickets_per_customer"]
        self.assertEqual(answer.get("adequate", False), not worse)

    def test_tiers_against_sql(self):
        rows = {row["tier"]: row for row in self.ask("support", "--part", "tiers")}
        self.assertEqual(list(rows), ["strategic", "growth", "standard"])
        for name, target in (("strategic", 4), ("growth", 8), ("standard", 24)):
            members = self.tier(name)
            mine = [row for row in self.tickets() if row[0] in members]
            answered = [(row[2] - row[1]) / HOUR for row in mine if row[2] is not None]
            waiting = [(self.end - row[1]) / HOUR for row in mine
                       if row[2] is None and row[3] is None and row[6] == "open"]
            within = sum(hours <= target for hours in answered)
            judged = len(answered) + sum(hours > target for hours in waiting)
            row = rows[name]
            self.assertAlmostEqual(float(row["median_first_response_hours"]), median(answered),
                                   places=9)
            self.assertAlmostEqual(float(row["within_target"]), within / judged, places=9)
            if median(answered) > target:
                self.assertEqual(row["meets_policy"], "false")

    def test_the_neglected_are_the_planted_and_say_why(self):
        rows = self.ask("support", "--part", "neglected", "--limit", "10000")
        listed = {row["customer"] for row in rows}
        self.assertGreaterEqual(len(self.neglected), 5)
        self.assertGreaterEqual(len(listed & self.neglected), 0.7 * len(self.neglected))
        order = self.ranked()
        self.assertLessEqual(listed, set(order[:len(order) // 5]))
        revenue = [float(row["revenue"]) for row in rows]
        self.assertEqual(revenue, sorted(revenue, reverse=True))
        checked = 0
        for row in rows:
            said = re.search(r"SLA missed in (\d+) of (\d+) tickets", row["reasons"])
            if not said:
                continue
            mine = [t for t in self.tickets() if t[0] == row["customer"] and t[6] != "cancelled" and
                    t[5] is not None and (t[3] is not None or t[5] < self.end)]
            missed = sum(t[3] is None or t[3] > t[5] for t in mine)
            self.assertEqual((int(said[1]), int(said[2])), (missed, len(mine)))
            checked += 1
        self.assertGreater(checked, 0)

    def contracts(self):
        return self.db.execute("""
            SELECT customer_id, end_date, annual_value_micros, auto_renew
            FROM contracts JOIN customers USING (customer_key)
            WHERE start_date <= ? AND (end_date IS NULL OR end_date >= ?)""",
                               (AS_OF, AS_OF)).fetchall()

    def test_interventions_against_sql(self):
        revenue = self.revenue(since="2025-01-01")  # the 365 days
        risk = {row["customer"]: float(row["risk"])
                for row in self.ask("risk", "--limit", "10000")}
        value, ends = {}, {}
        for who, end, amount, _ in self.contracts():
            value[who] = value.get(who, 0) + amount
            if end is not None:
                ends[who] = min(end, ends.get(who, end))
        at_risk = {}
        for who, chance in risk.items():
            worth = max(0, revenue.get(who, 0), value.get(who, 0))
            if worth:
                at_risk[who] = worth * chance / 1e6
        total = sum(at_risk.values())
        rows = self.ask("interventions", "--limit", "40")
        self.assertEqual([row["customer"] for row in rows],
                         sorted(at_risk, key=lambda who: (-round(at_risk[who], 6), who))[:40])
        so_far = 0
        for row in rows:
            who = row["customer"]
            so_far += at_risk[who]
            self.assertAlmostEqual(float(row["at_risk"]), at_risk[who], places=5)
            self.assertEqual(row["risk"], repr(risk[who]) if "e" not in row["risk"] else row["risk"])
            self.assertAlmostEqual(float(row["cumulative_share"]), so_far / total, places=6)
            self.assertEqual(row["renewal_date"], ends.get(who, ""))
            self.assertEqual(row["account_owner"], self.customers[who][0] or "")
            self.assertTrue(row["action"])
            if not row["account_owner"]:
                self.assertTrue(row["action"].startswith("name an account owner"), row)
        answer = self.ask("interventions", "--limit", "40", form="json")
        self.assertAlmostEqual(answer["covered"], so_far / total, places=6)

    def test_renewals_against_sql(self):
        for days in (1, 60, 90):
            last = self.db.execute("SELECT date(?, ?)", (AS_OF, f"+{days} days")).fetchone()[0]
            expected = sorted((end, -amount, who) for who, end, amount, _ in self.contracts()
                              if end is not None and end <= last)
            rows = self.ask("signals", "--kind", "renewal", "--renewal-days", str(days), "--limit",
                            "10000")
            found = [(row["date"], -round(float(row["value"]) * 1e6), row["customer"])
                     for row in rows if row["measure"] == "annual_value"]
            self.assertEqual(found, expected)
        auto = {(who, end): renews for who, end, _, renews in self.contracts()}
        for row in rows:
            said = "does not renew by itself" not in row["statement"]
            self.assertEqual(said, auto[row["customer"], row["date"]] == 1, row)

    def test_unowned_against_sql(self):
        year = self.revenue(since="2025-01-01")
        expected = sorted((who for who in self.tier("strategic") if not self.customers[who][0]),
                          key=lambda who: (-year.get(who, 0), who))
        rows = self.ask("signals", "--kind", "unowned", "--limit", "10000")
        self.assertEqual([row["customer"] for row in rows], expected)
        self.assertGreater(len(rows), 0)
        for row in rows:
            self.assertAlmostEqual(float(row["revenue_365d"]), year.get(row["customer"], 0) / 1e6,
                                   places=6)

    def test_warnings_keep_the_rate_that_was_asked_for(self):
        found = {}
        for rate in ("0.05", "0.5", "0.9"):
            answer = self.ask("signals", "--kind", "warning", "--fdr", rate, "--limit", "10000",
                              form="json")
            self.assertEqual(answer["falseDiscoveryRate"], float(rate))
            found[rate] = {(s["customer"], s["type"]): s["evidence"][0]["q"]
                           for s in answer.get("signals", [])}
            self.assertTrue(all(q <= float(rate) for q in found[rate].values()))
        self.assertLessEqual(found["0.05"].items(), found["0.5"].items())
        self.assertLessEqual(found["0.5"].items(), found["0.9"].items())
        self.assertGreater(int(answer["tests"]), 100)

    def test_kinds_may_be_asked_for_together(self):
        both = self.ask("signals", "--kind", "renewal,unowned", "--limit", "10000")
        self.assertEqual({row["kind"] for row in both}, {"renewal", "unowned"})
        one = self.ask("signals", "--kind", "unowned", "--limit", "10000")
        self.assertEqual([row for row in both if row["kind"] == "unowned"], one)

    def test_a_filter_narrows(self):
        owner = next(row["account_owner"] for row in self.ask("interventions")
                     if row["account_owner"])
        rows = self.ask("interventions", "--filter", f'account_owner = "{owner}"')
        self.assertEqual({row["account_owner"] for row in rows}, {owner})

    def test_people_get_tables_with_what_they_rest_on(self):
        for verb, words in (("support", "Each tier against its service policy"),
                            ("interventions", "What to do and why"),
                            ("signals", "Strategic accounts without an owner")):
            result = self.run_cli("-w", "demo", "insight", verb)
            self.assertEqual(result.status, 0, result)
            self.assertIn(words, result.out)
            self.assertIn(f"as of {AS_OF}", result.out)

    def test_bad_requests_name_the_field(self):
        for args, field in ((("signals", "--fdr", "1.5"), "--fdr"),
                            (("signals", "--renewal-days", "-3"), "--renewal-days"),
                            (("interventions", "--limit", "5000"), "limit"),
                            (("support", "--top", "2"), "--top")):
            result = self.run_cli("-w", "demo", "insight", *args)
            self.assertEqual(result.status, 2, result)
            self.assertIn(field, result.err)


class WithoutTickets(Folder):
    @classmethod
    def setUpClass(cls):
        cls.open()
        lines = [json.dumps({"order": {
            "id": f"o{i}", "customer": f"c{i % 7}", "orderTime": f"2025-0{1 + i % 6}-11T10:00:00Z",
            "status": "shipped", "lines": [{"amountMicros": str((1 + i) * 1_000_000)}]}})
            for i in range(40)]
        file = cls.server.home / "orders.jsonl"
        file.write_text("\n".join(lines) + "\n")
        for args in (("workspace", "create", "bare"), ("-w", "bare", "import", "--jsonl", file)):
            result = mini_server.run_cli(*args, data_dir=cls.folder)
            if result.status:
                raise AssertionError(result)

    def test_support_says_that_there_are_no_tickets(self):
        answer = self.ask("support", form="json", workspace="bare")
        self.assertFalse(answer["coverage"].get("sufficient", False))
        self.assertIn("no ticket", answer["coverage"]["reason"])
        self.assertEqual({m["verdict"] for m in answer["measures"]}, {"not enough data"})
        self.assertFalse(answer.get("adequate", False))
        self.assertEqual(answer.get("neglected", []), [])

    def test_the_queue_says_that_the_risk_is_a_score(self):
        answer = self.ask("interventions", form="json", workspace="bare")
        self.assertEqual(answer["model"]["kind"], "scorecard")
        self.assertFalse(answer["coverage"].get("sufficient", False))
        self.assertTrue(any("no probability" in note for note in answer["meta"]["notes"]))

    def test_there_is_nothing_to_renew(self):
        answer = self.ask("signals", "--kind", "renewal", form="json", workspace="bare")
        self.assertEqual(answer.get("signals", []), [])
        self.assertTrue(any("no contracts" in note for note in answer["meta"]["notes"]))


if __name__ == "__main__":
    mini_server.main()
