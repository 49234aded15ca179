"""`strata insight recommend` against the published rules on groceries and against SQL on the file;
retention's cohorts and the buying tables of `distribution` likewise."""

import collections
import csv
import datetime
import decimal
import io
import json
import math
import sqlite3
import unittest

import mini_server

DATA = mini_server.SHARED_DATA
D = decimal.Decimal


class Folder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = mini_server.Stratad()
        cls.addClassCleanup(cls.server.close)
        cls.folder = cls.server.home / "local"

    @classmethod
    def run_cli(cls, workspace, *args, status=0):
        result = mini_server.run_cli("-w", workspace, *args, data_dir=cls.folder, timeout=120)
        if result.status != status:
            raise AssertionError(result)
        return result

    def ask(self, workspace, *args, form="json"):
        out = self.run_cli(workspace, "-o", form, "insight", *args).out
        return json.loads(out) if form == "json" else list(csv.DictReader(io.StringIO(out)))

    def rows(self, workspace, sql, *values):
        file = self.folder / "workspaces" / f"{workspace}.db"
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as db:
            return db.execute(sql, values).fetchall()


@unittest.skipUnless(DATA.is_dir(), "the reference data does not stand beside the checkout")
class Groceries(Folder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.expected = json.loads((DATA / "groceries" / "expected.json").read_text())
        records = []
        with open(DATA / "groceries" / "groceries.csv", newline="", encoding="utf-8") as file:
            for number, items in enumerate(csv.reader(file)):
                records.append(json.dumps({"order": {
                    "id": f"basket-{number}", "customer": f"buyer-{number % 400}",
                    "orderTime": "2024-05-01T12:00:00Z",
                    "lines": [{"product": item, "amountMicros": "1000000"} for item in items]}}))
        cls.run_cli("groceries", "workspace", "create", "groceries", "--currency", "EUR")
        result = mini_server.run_cli("-w", "groceries", "import", "--jsonl", "-",
                                     data_dir=cls.folder, stdin="\n".join(records) + "\n")
        if result.status:
            raise AssertionError(result)

    def rules(self, *args):
        return self.ask("groceries", "recommend", "--max-items", "6", "--limit", "1000", *args)

    def check(self, answer, published):
        found = {(frozenset(rule["antecedent"]), rule["consequent"]): rule
                 for rule in answer["rules"]}
        for wanted in published:
            rule = found[frozenset(wanted["lhs"]), wanted["rhs"]]
            self.assertEqual(int(rule["count"]), wanted["count"])
            self.assertAlmostEqual(rule["support"], wanted["support"], places=8)
            self.assertAlmostEqual(rule["confidence"], wanted["confidence"], places=7)
            self.assertAlmostEqual(rule["lift"], wanted["lift"], places=4)

    def test_published_rules(self):
        answer = self.rules("--min-support", "0.001", "--min-confidence", "0.8")
        self.assertEqual(int(answer["baskets"]), self.expected["transactions"])
        self.assertEqual(int(answer["items"]), self.expected["items"])
        self.assertEqual(int(answer["totalRules"]), self.expected["rules_supp.001_conf.8"])
        self.assertEqual(len(answer["rules"]), 410)
        self.check(answer, self.expected["top_lift_410"])
        lifts = [rule["lift"] for rule in answer["rules"]]
        self.assertEqual(lifts, sorted(lifts, reverse=True))
        self.assertEqual(answer["rules"][0]["consequent"], "bottled beer")

        answer = self.rules("--min-support", "0.006", "--min-confidence", "0.25")
        self.assertEqual(int(answer["totalRules"]), 463)
        lengths = collections.Counter(len(rule["antecedent"]) + 1 for rule in answer["rules"])
        self.assertEqual({str(k): v for k, v in lengths.items()},
                         self.expected["length_distribution_463"])
        # The publisher's "potted plants" are "pot plants" in the file.
        others = [dict(rule, lhs=[item.replace("potted", "pot") for item in rule["lhs"]])
                  for rule in self.expected["other_463"]]
        self.check(answer, self.expected["top_lift_463"] + others)

        answer = self.rules("--min-support", "0.01", "--min-confidence", "0.5")
        self.assertEqual(int(answer["totalRules"]), 15)
        self.check(answer, self.expected["top_lift_15"])

    def test_the_limit_cuts_the_list_but_not_the_count(self):
        answer = self.ask("groceries", "recommend", "--max-items", "6", "--min-confidence", "0.8",
                          "--limit", "7")
        self.assertEqual((len(answer["rules"]), int(answer["totalRules"])), (7, 410))

    def test_baskets_of_customers(self):
        rows = self.ask("groceries", "recommend", "--basket", "customer", "--min-support", "0.5",
                        "--min-confidence", "0.9", "--max-items", "2", "--limit", "10000",
                        form="csv")
        bought = collections.defaultdict(set)
        for customer, product in self.rows(
                "groceries", "SELECT customer_key, product FROM order_lines JOIN orders "
                             "USING (order_key)"):
            bought[customer].add(product)
        expected = {}
        products = set().union(*bought.values())
        holders = {p: {c for c in bought if p in bought[c]} for p in products}
        for a in products:
            for b in products - {a}:
                both = len(holders[a] & holders[b])
                if both >= 0.5 * len(bought) and both / len(holders[a]) >= 0.9:
                    expected[a, b] = both
        self.assertGreater(len(expected), 10)
        self.assertEqual({(r["antecedent"], r["consequent"]): int(r["count"]) for r in rows},
                         expected)

    def test_what_cannot_be_asked(self):
        for flag, value in (("--min-support", "2"), ("--min-confidence", "-1"),
                            ("--max-items", "9")):
            result = self.run_cli("groceries", "insight", "recommend", flag, value, status=2)
            self.assertIn(flag, result.err)
        result = self.run_cli("groceries", "insight", "recommend", "--customer", "nobody", status=3)
        self.assertIn("nobody", result.err)
        result = self.run_cli("groceries", "insight", "recommend", "--basket", "customer",
                              "--filter", 'customer = "buyer-39*"', "--max-items", "5", status=2)
        self.assertIn("min_support", result.err)


class Demo(Folder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_cli("demo", "demo", "--customers", "500", "--months", "30", "--seed", "11")

    def lines(self, item):
        """Recognised purchases: customer, day, item, micros."""
        return self.rows("demo", f"""
            SELECT customer_id, date(order_time / 1000, 'unixepoch'), {item}, amount_micros
            FROM order_lines JOIN orders o USING (order_key) JOIN customers USING (customer_key)
            WHERE lower(coalesce(o.status, '')) NOT IN (SELECT status FROM excluded_statuses)
              AND (SELECT sum(amount_micros) FROM order_lines x WHERE x.order_key = o.order_key) >= 0
              AND {item} IS NOT NULL AND quantity_micros >= 0 AND amount_micros >= 0""")

    def white_space(self, customer, item, last, neighbours=50, fewest=2):
        """The definition once more, over SQL rows."""
        first = (datetime.date.fromisoformat(last) - datetime.timedelta(days=364)).isoformat()
        spent = collections.defaultdict(collections.Counter)
        for who, day, what, micros in self.lines(item):
            if first <= day <= last:
                spent[who][what] += micros
        spent = {who: {k: v for k, v in items.items() if v >= 10_000}
                 for who, items in spent.items()}
        own = spent[customer]
        ranked = []
        for who, items in spent.items():
            dot = sum(items[k] // 10_000 * (own[k] // 10_000) for k in items if k in own)
            if who == customer or dot == 0:
                continue
            square = [sum((v // 10_000) ** 2 for v in one.values()) for one in (own, items)]
            ranked.append((-round(dot / math.sqrt(square[0] * square[1]) * 1e9), who))
        similar = [who for _, who in sorted(ranked)[:neighbours]]
        found = {}
        for what in set().union(*(spent[who] for who in similar)) - set(own):
            buyers = [who for who in similar if what in spent[who]]
            if len(buyers) >= fewest:
                value = D(sum(spent[who][what] for who in buyers)) / len(similar) / 1_000_000
                found[what] = (len(buyers) / len(similar), value)
        return found

    def test_white_space_against_sql(self):
        meta = self.ask("demo", "recommend", "--limit", "1")["meta"]
        compared = 0
        customers = [row[0] for row in self.rows(
            "demo", "SELECT customer_id FROM customers ORDER BY customer_id")]
        for customer in customers[::41]:
            for flag, item in (((), "product"), (("--by-line",), "product_line")):
                answer = self.ask("demo", "recommend", "--customer", customer, *flag, "--limit",
                                  "10000", "--min-support", "0.01")
                made = {w["product"]: w for w in answer["whiteSpace"]}
                try:
                    expected = self.white_space(customer, item, meta["asOf"])
                except KeyError:  # bought nothing in the year
                    self.assertEqual(made, {})
                    self.assertTrue(any("bought nothing" in n for n in answer["meta"]["notes"]))
                    continue
                self.assertEqual(set(made), set(expected), customer)
                for what, (share, value) in expected.items():
                    amount = made[what]["expectedValue"]
                    self.assertAlmostEqual(made[what]["shareOfSimilar"], share, places=12)
                    self.assertAlmostEqual(
                        D(amount["units"]) + D(amount["nanos"]) / 1_000_000_000, value, places=6)
                    self.assertTrue(made[what]["because"])
                    compared += 1
        self.assertGreater(compared, 20)

    def test_planted_affinities_are_found(self):
        """The demo sells some products together, with the chances of its catalogue."""
        rows = self.ask("demo", "recommend", "--min-support", "0.002", "--min-confidence", "0.3",
                        "--max-items", "2", "--limit", "10000", form="csv")
        rules = {(r["antecedent"], r["consequent"]): float(r["lift"]) for r in rows}
        for pair in (("CM-200 Espresso machine", "CB-01 Coffee beans"),
                     ("DK-120 Standing desk", "LT-10 Desk lamp"),
                     ("DS-27 Display 27", "DA-1 Display arm"),
                     ("SU-02 Toner", "SU-01 Paper, box")):
            self.assertIn(pair, rules)
            self.assertGreater(rules[pair], 2, pair)

    def test_cohorts_against_sql(self):
        months = 7
        answer = self.ask("demo", "retention", "--months", str(months))
        as_of = answer["meta"]["asOf"]
        after = datetime.date.fromisoformat(as_of) + datetime.timedelta(days=1)
        complete = after.year * 12 + after.month - 2  # the last month that is over
        seen = collections.defaultdict(set)
        for customer, month in self.rows("demo", """
                SELECT customer_key, strftime('%Y', order_time / 1000, 'unixepoch') * 12
                       + strftime('%m', order_time / 1000, 'unixepoch') - 1
                FROM orders o
                WHERE lower(coalesce(o.status, '')) NOT IN
                      (SELECT status FROM excluded_statuses)
                  AND (SELECT sum(amount_micros) FROM order_lines x
                       WHERE x.order_key = o.order_key) >= 0"""):
            seen[customer].add(month)
        cohorts = collections.defaultdict(list)
        for visits in seen.values():
            cohorts[min(visits)].append(visits)
        reached, back = collections.Counter(), collections.Counter()
        label = lambda month: f"{month // 12:04d}-{month % 12 + 1:02d}"
        rows = {row["month"]: row for row in answer["cohorts"] if int(row["customers"])}
        self.assertEqual({label(m): len(c) for m, c in cohorts.items()},
                         {month: int(row["customers"]) for month, row in rows.items()})
        zero_cells, unreached = 0, 0
        for month, members in cohorts.items():
            row = rows[label(month)]
            for n in range(1, months + 1):
                made, later = row["returned"][n - 1], row["returnedOrLater"][n - 1]
                if month + n > complete:
                    self.assertIn("null", made)
                    self.assertIn("null", later)
                    unreached += 1
                    continue
                count = sum(month + n in visits for visits in members)
                or_later = sum(any(month + n <= v <= complete for v in visits)
                               for visits in members)
                self.assertAlmostEqual(made["number"], count / len(members), places=12)
                self.assertAlmostEqual(later["number"], or_later / len(members), places=12)
                reached[n] += len(members)
                back[n] += count
                zero_cells += count == 0
        self.assertGreater(zero_cells, 0)  # they count in the mean
        self.assertGreater(unreached, 0)   # and these do not
        for n in range(1, months + 1):
            self.assertAlmostEqual(answer["weightedMean"][n - 1]["number"], back[n] / reached[n],
                                   places=12)

    def test_revenue_retention_adds_up(self):
        answer = self.ask("demo", "retention")
        by_quarter, by_tier = answer["revenueRetention"]
        self.assertEqual([k["id"] for k in by_quarter["keys"]], ["quarter"])
        self.assertEqual([k["id"] for k in by_tier["keys"]], ["quarter", "tier"])
        ids = [column["id"] for column in by_quarter["columns"]]
        self.assertEqual(ids[:2], ["nrr", "grr"])
        money = lambda value: D(value["money"]["units"]) + D(value["money"]["nanos"]) / 10**9
        sums = collections.defaultdict(lambda: [D(0)] * 5)
        for row in by_tier["rows"]:
            quarter = row["keys"][0]["text"]
            sums[quarter] = [a + money(v) for a, v in zip(sums[quarter], row["values"][2:])]
        moved = 0
        for row in by_quarter["rows"]:
            movements = [money(v) for v in row["values"][2:]]
            self.assertEqual(sums[row["keys"][0]["text"]], movements)
            moved += any(movements)
        self.assertGreater(moved, 4)
        # One quarter by SQL: the value in force on its last day, against that of the day before it.
        quarter = by_quarter["rows"][-2]
        first, last = self.quarter_days(quarter["keys"][0]["text"])
        before = self.in_force(first - datetime.timedelta(days=1))
        after = self.in_force(last)
        start = sum(before.values())
        kept = sum(after.get(who, 0) for who in before)
        capped = sum(min(after.get(who, 0), value) for who, value in before.items())
        self.assertAlmostEqual(quarter["values"][0]["number"], kept / start, places=12)
        self.assertAlmostEqual(quarter["values"][1]["number"], capped / start, places=12)
        churn = -sum(value for who, value in before.items() if who not in after)
        self.assertEqual(money(quarter["values"][ids.index("recurring_churn")]), D(churn) / 10**6)

    @staticmethod
    def quarter_days(label):
        year, number = int(label[:4]), int(label[-1])
        first = datetime.date(year, 3 * number - 2, 1)
        following = datetime.date(year + number // 4, 3 * number % 12 + 1, 1)
        return first, following - datetime.timedelta(days=1)

    def in_force(self, day):
        return dict(self.rows("demo", """
            SELECT customer_key, sum(annual_value_micros) FROM contracts
            WHERE start_date <= ? AND coalesce(end_date, '9999') >= ? GROUP BY 1""",
                              day.isoformat(), day.isoformat()))


@unittest.skipUnless(DATA.is_dir(), "the reference data does not stand beside the checkout")
class Buying(Folder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_cli("sample", "import", "--preset", "sales-sample",
                    DATA / "sales_data_sample" / "sales_data_sample.csv")

    def test_published_buying(self):
        answer = self.ask("sample", "distribution")
        table = answer["purchasing"]
        ids = [column["id"] for column in table["columns"]]
        rows = {row["keys"][0]["text"]: dict(zip(ids, row["values"])) for row in table["rows"]}
        amount = lambda v: float(v["money"]["units"]) + v["money"]["nanos"] / 1e9
        self.assertEqual(round(amount(rows["strategic"]["average_order_value"]), 2), 38354.82)
        self.assertEqual(round(rows["strategic"]["order_frequency"]["number"], 2), 5.83)
        rest = [rows[tier] for tier in rows if tier != "strategic"]
        orders = sum(int(row["orders"]["integer"]) for row in rest)
        customers = sum(int(row["active_customers"]["integer"]) for row in rest)
        value = sum(amount(row["average_order_value"]) * int(row["orders"]["integer"])
                    for row in rest) / orders
        self.assertEqual(customers, 74)
        self.assertEqual(round(value, 2), 29347.91)
        self.assertEqual(round(orders / customers, 2), 2.68)
        for row in rows.values():
            self.assertIn("number", row["median_order_gap_days"])
            self.assertIn("number", row["order_gap_cv"])

    def test_deal_sizes_against_sql(self):
        table = self.ask("sample", "distribution")["dealSizes"]
        made = {(row["keys"][0]["text"], row["keys"][1]["text"]): row["values"]
                for row in table["rows"]}
        expected = {(tier, size): (orders, revenue) for tier, size, orders, revenue in self.rows(
            "sample", """
            WITH o AS (
              SELECT customer_key, customer_id, sum(amount_micros) AS value
              FROM orders JOIN order_lines USING (order_key) JOIN customers USING (customer_key)
              WHERE lower(coalesce(status, '')) NOT IN (SELECT status FROM excluded_statuses)
              GROUP BY order_key),
            ranked AS (
              SELECT customer_key, row_number() OVER (ORDER BY sum(value) DESC, customer_id) AS r,
                     count(*) OVER () AS n
              FROM o GROUP BY customer_key HAVING sum(value) > 0)
            SELECT CASE WHEN r <= n * 2 / 10 THEN 'strategic' WHEN r <= n * 5 / 10 THEN 'growth'
                        ELSE 'standard' END,
                   CASE WHEN value < 3000000000 THEN 'small' WHEN value < 7000000000 THEN 'medium'
                        ELSE 'large' END, count(*), sum(value)
            FROM o JOIN ranked USING (customer_key) GROUP BY 1, 2""")}
        self.assertEqual(set(made), set(expected))
        totals = collections.Counter()
        for (tier, _), (_, revenue) in expected.items():
            totals[tier] += revenue
        for key, (orders, revenue) in expected.items():
            values = made[key]
            self.assertEqual(int(values[0]["integer"]), orders)
            self.assertEqual(D(values[1]["money"]["units"]) + D(values[1]["money"]["nanos"]) / 10**9,
                             D(revenue) / 10**6)
            self.assertAlmostEqual(values[2]["number"], revenue / totals[key[0]], places=12)

    def test_without_contracts_it_says_why(self):
        answer = self.ask("sample", "retention")
        self.assertEqual(answer["revenueRetention"], [])
        self.assertTrue(any("no contracts" in note for note in answer["meta"]["notes"]))


if __name__ == "__main__":
    mini_server.main()
