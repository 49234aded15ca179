"""What `strata demo --truth` says was planted shows in the records, by SQL on the file: no insight of the
server has a say in it."""

import collections
import json
import sqlite3
import statistics

import mini_server

CUSTOMERS, MONTHS, SEED = 3000, 36, 7
END = "2025-12-31"


class DemoTruth(mini_server.ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        file = cls.server.home / "truth.jsonl"
        made = mini_server.run_cli("-w", "demo", "demo", "--customers", CUSTOMERS, "--months", MONTHS,
                                   "--seed", SEED, "--end", END, "--truth", file,
                                   server=cls.server.address)
        if made.status:
            raise AssertionError(made)
        cls.truth = {}
        for line in file.read_text(encoding="utf-8").splitlines():
            planted = json.loads(line)
            cls.truth.setdefault(planted.pop("kind"), []).append(planted)
        cls.db = sqlite3.connect(f"file:{cls.server.workspace_file('demo')}?mode=ro", uri=True)
        cls.addClassCleanup(cls.db.close)
        # A row an order that was wanted: neither cancelled nor a return.
        cls.db.executescript("""
            CREATE TEMP VIEW bought AS
            SELECT order_key, customer_id AS customer, substr(customer_id, 1, 1) = 'A' AS company,
              date(order_time / 1000, 'unixepoch') AS day,
              (SELECT sum(amount_micros) FROM order_lines l WHERE l.order_key = orders.order_key)
                AS amount
            FROM orders JOIN customers USING (customer_key) WHERE status <> 'returned';
            CREATE TEMP TABLE served AS
            SELECT customer_id AS customer, date(opened_time / 1000, 'unixepoch') AS day,
              date(escalated_time / 1000, 'unixepoch') AS escalated, csat,
              first_response_time - opened_time AS response, sla_due_time - opened_time AS allowed,
              CASE WHEN status <> 'cancelled' AND resolved_time IS NOT NULL
                   THEN resolved_time <= sla_due_time END AS met
            FROM tickets JOIN customers USING (customer_key);
            CREATE TEMP TABLE monthly AS
            SELECT customer, company, substr(day, 1, 7) AS month, count(*) AS orders,
              sum(amount) AS amount FROM bought GROUP BY 1, 2, 3;
            CREATE INDEX temp.by_customer ON monthly (customer);
        """)

    def accounts(self, kind):
        planted = self.truth[kind]
        self.assertGreater(len(planted), 10, f"too few {kind} accounts to tell")
        return planted

    def orders_between(self, customer, first, last):
        """Orders a month from one month to another, both included."""
        count, = self.db.execute("SELECT coalesce(sum(orders), 0) FROM monthly WHERE customer = ? "
                                 "AND month BETWEEN ? AND ?", (customer, first, last)).fetchone()
        return count / (months_between(first, last) + 1)

    def test_the_file_names_the_portfolio(self):
        self.assertEqual(self.truth["portfolio"], [
            {"customers": CUSTOMERS, "companies": CUSTOMERS // 7, "months": MONTHS, "seed": SEED,
             "start": "2023-01-01", "end": END}])
        self.assertEqual(set(self.truth), {"portfolio", "season", "affinity", "escalated",
                                           "escalates_next", "neglected", "emerging", "seasonal",
                                           "talkative"})
        known = {row[0] for row in self.db.execute("SELECT customer_id FROM customers")}
        named = [p["customer"] for planted in self.truth.values() for p in planted
                 if "customer" in p]
        self.assertEqual(len(named), len(set(named)), "an account has one role")
        self.assertLessEqual(set(named), known)

    def test_accounts_decline_before_they_escalate(self):
        declined = late = 0
        for planted in self.accounts("escalated"):
            customer, day = planted["customer"], planted["escalated_on"]
            days = [row[0] for row in self.db.execute(
                "SELECT escalated FROM served WHERE customer = ? AND escalated IS NOT NULL",
                (customer,))]
            self.assertIn(day, days)
            start = planted["decline_from"]
            before = self.orders_between(customer, "2023-01", add_months(start, -1))
            at_the_end = self.orders_between(customer, add_months(day[:7], -2), day[:7])
            declined += at_the_end < 0.6 * before or start <= "2023-01"
            self.assertEqual(months_between(start, day[:7]), 8, "three quarters before")
            late += self.late_share(customer, start, day[:7]) > self.late_share(
                customer, "2023-01", add_months(start, -1))
        planted = len(self.truth["escalated"])
        self.assertGreater(declined, 0.9 * planted)
        self.assertGreater(late, 0.8 * planted, "deliveries come late meanwhile")

    def late_share(self, customer, first, last):
        share, = self.db.execute(
            "SELECT avg(delivered_time > promised_time) FROM orders JOIN customers "
            "USING (customer_key) WHERE customer_id = ? AND delivered_time IS NOT NULL AND "
            "strftime('%Y-%m', order_time / 1000, 'unixepoch') BETWEEN ? AND ?",
            (customer, first, last)).fetchone()
        return share or 0

    def test_some_decline_and_escalate_only_after_the_end(self):
        declined = 0
        for planted in self.accounts("escalates_next"):
            self.assertGreater(planted["escalates_in"], END[:7])
            self.assertLessEqual(months_between(END[:7], planted["escalates_in"]), 3)
            start = planted["decline_from"]
            before = self.orders_between(planted["customer"], "2023-01", add_months(start, -1))
            declined += self.orders_between(planted["customer"], "2025-10", END[:7]) < 0.7 * before
        self.assertGreater(declined, 0.85 * len(self.truth["escalates_next"]))

    def test_the_neglected_pay_much_and_are_served_badly(self):
        names = {p["customer"] for p in self.accounts("neglected")}
        ranked = [row[0] for row in self.db.execute(
            "SELECT customer FROM bought GROUP BY customer ORDER BY sum(amount) DESC")]
        top = set(ranked[:len(ranked) // 20])
        self.assertGreater(len(names & top), 0.9 * len(names), "of the highest-paying twentieth")
        measures = collections.defaultdict(dict)
        for mine, met, happy, waited in self.db.execute(
                f"""SELECT customer IN ({marks(names)}), avg(met), avg(csat >= 4),
                    avg(response * 1.0 / allowed) FROM served GROUP BY 1""", list(names)):
            measures[mine] = {"met": met, "happy": happy, "waited": waited}
        self.assertLess(measures[1]["met"], measures[0]["met"] - 0.2)
        self.assertLess(measures[1]["happy"], measures[0]["happy"] - 0.2)
        self.assertGreater(measures[1]["waited"], 1.5 * measures[0]["waited"])

    def test_emerging_accounts_grow_from_small(self):
        planted = self.accounts("emerging")
        grew = sum(self.orders_between(p["customer"], "2025-07", END[:7]) >
                   2 * self.orders_between(p["customer"], "2023-01", "2024-06") for p in planted)
        self.assertGreater(grew, 0.9 * len(planted))
        ranked = [row[0] for row in self.db.execute(
            "SELECT customer FROM monthly WHERE company AND month < '2024-07' GROUP BY customer "
            "ORDER BY sum(amount) DESC")]
        top = set(ranked[:len(ranked) // 5])
        small = sum(p["customer"] not in top for p in planted)
        self.assertGreater(small, 0.9 * len(planted), "not among the companies' top fifth before")

    def test_seasonal_accounts_are_silent_at_the_end_and_healthy(self):
        planted = self.accounts("seasonal")
        last_quarter = this_year = year_before = in_season = 0
        for p in planted:
            first, last = p["buys_from"], p["buys_to"]
            months = {(first - 1 + i) % 12 + 1 for i in range((last - first) % 12 + 1)}
            self.assertEqual(len(months), 4)
            for month, orders in self.db.execute(
                    "SELECT month, orders FROM monthly WHERE customer = ?", (p["customer"],)):
                in_season += orders * (int(month[5:]) in months)
                last_quarter += orders * (month >= "2025-10")
                this_year += orders * (month[:4] == "2025")
                year_before += orders * (month[:4] == "2024")
        whole = this_year + year_before
        self.assertGreater(in_season / (whole * 1.5), 0.8)
        self.assertLess(last_quarter / this_year, 0.1)
        self.assertAlmostEqual(this_year / year_before, 1, delta=0.15)

    def test_talkative_accounts_look_alarming_and_are_not(self):
        names = {p["customer"] for p in self.accounts("talkative")}
        tickets = dict(self.db.execute("SELECT customer, count(*) FROM served GROUP BY 1"))
        others = [n for who, n in tickets.items() if who not in names and who[0] == "A"]
        mine = [tickets.get(who, 0) for who in names]
        self.assertGreater(statistics.median(mine), 3 * statistics.median(others))
        met, happy, escalated = self.db.execute(
            f"SELECT avg(met), avg(csat >= 4), count(escalated) FROM served "
            f"WHERE customer IN ({marks(names)})", list(names)).fetchone()
        self.assertGreater(met, 0.93)
        self.assertGreater(happy, 0.88)
        self.assertEqual(escalated, 0)

    def test_affinities_are_in_the_baskets(self):
        self.assertGreater(len(self.truth["affinity"]), 3)
        baskets, = self.db.execute("SELECT count(*) FROM bought").fetchone()
        for planted in self.truth["affinity"]:
            both, first, second = (self.db.execute(
                "SELECT count(*) FROM bought WHERE " + " AND ".join(
                    ["EXISTS (SELECT 1 FROM order_lines l WHERE l.order_key = bought.order_key "
                     "AND product = ?)"] * len(products)), products).fetchone()[0]
                for products in ([planted["product"], planted["also"]], [planted["product"]],
                                 [planted["also"]]))
            confidence = both / first
            self.assertGreaterEqual(confidence, planted["chance"] - 0.04, planted)
            self.assertGreater(confidence / (second / baskets), 1.5, planted)

    def test_demand_has_its_seasons(self):
        self.assertEqual({p["of"] for p in self.truth["season"]}, {"people", "companies"})
        for planted in self.truth["season"]:
            company = planted["of"] == "companies"
            # Roles have seasons and trends of their own.
            others = {p["customer"] for k in ("seasonal", "emerging", "escalated", "escalates_next")
                      for p in self.truth[k]}
            # By year, so that the growth of the portfolio does not pass for a season.
            share = collections.Counter()
            for year in ("2023", "2024", "2025"):
                counts = dict(self.db.execute(
                    f"SELECT CAST(substr(month, 6) AS INTEGER), sum(orders) FROM monthly WHERE "
                    f"company = ? AND month LIKE ? AND customer NOT IN ({marks(others)}) GROUP BY 1",
                    [company, f"{year}-%", *others]))
                for month, orders in counts.items():
                    share[month] += orders / sum(counts.values()) * 12 / 3
            wanted = planted["demand"]
            self.assertEqual(len(wanted), 12)
            got = [share[month] for month in range(1, 13)]
            self.assertGreater(statistics.correlation(got, wanted), 0.8, planted["of"])
            self.assertGreater(share[1 + wanted.index(max(wanted))],
                               share[1 + wanted.index(min(wanted))] * 1.2)


def marks(names):
    return ", ".join("?" * len(names))


def months_between(first, last):
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[5:7]) - int(first[5:7])


def add_months(month, count):
    months = int(month[:4]) * 12 + int(month[5:7]) - 1 + count
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


if __name__ == "__main__":
    mini_server.main()
