"""What an order is, which statuses count, when a contract is in force, when a delivery says nothing:
by hand, through the CLI over a folder, as a shop's export would bring them."""

import csv
import io
import json
import unittest

import mini_server


def order(id, customer, day, *amounts, status="", **times):
    return {"order": {"id": id, "customer": customer, "orderTime": f"{day}T10:00:00Z",
                      "status": status, "lines": [{"amountMicros": str(a * 1_000_000)} for a in amounts],
                      **{name: f"{value}Z" for name, value in times.items()}}}


def contract(id, customer, start, end, value, status=""):
    return {"contract": {"id": id, "customer": customer, "startDate": start, "endDate": end,
                         "annualValueMicros": str(value * 1_000_000), "status": status}}


class Definitions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = mini_server.Stratad()
        cls.addClassCleanup(cls.server.close)
        cls.folder = cls.server.home / "local"

    def cli(self, *arguments, workspace=None):
        options = ("-w", workspace) if workspace else ()
        result = mini_server.run_cli(*options, *arguments, data_dir=self.folder)
        self.assertEqual(result.status, 0, result)
        return result.out

    def rows(self, workspace, *arguments):
        return list(csv.DictReader(io.StringIO(self.cli("-o", "csv", *arguments,
                                                        workspace=workspace))))

    def made(self, name, records, *settings):
        """A workspace with the records; returns what the import printed, as JSON."""
        self.cli("workspace", "create", name, *settings)
        file = self.server.home / f"{name}.jsonl"
        file.write_text("".join(json.dumps(record) + "\n" for record in records))
        return json.loads(self.cli("-o", "json", "import", "--jsonl", file, workspace=name))

    def test_a_return_is_no_purchase(self):
        # ann keeps half of what she bought in March; ben only ever sends back; cleo buys twice, once
        # with a line that takes more back than it brings, which makes a return of it.
        self.made("returns", [
            order("1", "ann", "2023-03-05", 80), order("2", "ann", "2023-04-07", -40),
            order("3", "ben", "2023-04-08", -15), order("4", "cleo", "2023-03-09", 30),
            order("5", "cleo", "2023-05-10", 20, -25), order("6", "cleo", "2023-06-11", 20, -5)])
        months = {row["month"]: row for row in self.rows(
            "returns", "kpi", "query",
            "orders,active_customers,new_customers,gross_revenue,refunds,revenue,returns", "--by",
            "month")}
        figures = {month: [float(row[k]) for k in ("orders", "active_customers", "new_customers",
                                                   "gross_revenue", "refunds", "revenue", "returns")]
                   for month, row in months.items()}
        self.assertEqual(figures, {"2023-03": [2, 2, 2, 110, 0, 110, 0],
                                   "2023-04": [0, 0, 0, 0, 55, -55, 2],
                                   "2023-05": [0, 0, 0, 0, 5, -5, 1],
                                   "2023-06": [1, 1, 0, 15, 0, 15, 0]})
        whole = self.rows("returns", "kpi", "query",
                          "average_order_value,median_order_value,median_order_gap_days,return_rate")
        self.assertEqual([round(float(v), 6) for v in whole[0].values()],
                         [round(125 / 3, 6), 30, 94, 1])  # 9 March to 11 June
        customers = {row["customer"]: row for row in self.rows(
            "returns", "customer", "list", "--fields", "orders,loyalty,last_order_date,revenue")}
        self.assertEqual({who: list(row.values())[1:] for who, row in customers.items()},
                         {"ann": ["1", "Periodic", "2023-03-05", "40"],
                          "ben": ["0", "none", "", "-15"],
                          "cleo": ["2", "Loyal", "2023-06-11", "40"]})
        cohort = json.loads(self.cli("-o", "json", "insight", "retention", "--months", "3",
                                     workspace="returns"))["cohorts"][0]
        self.assertEqual([v["number"] for v in cohort["returned"][:2]], [0, 0])

    def test_an_import_ends_with_the_statuses_it_met(self):
        said = self.made("statuses", [
            order("1", "a", "2024-02-01", 100, status="Shipped"),
            order("2", "a", "2024-02-02", 100, status="Shipped"),
            order("3", "b", "2024-02-03", 50, status=" CANCELED"),
            order("4", "b", "2024-02-04", 40, status="Refunded\u00a0"),
            order("5", "c", "2024-02-05", 30, status="storniert"),
            order("6", "c", "2024-02-06", 20)])
        self.assertEqual([(s["status"], s["orders"], s["counts"]) for s in said["orderStatuses"]],
                         [("Shipped", 2, True), ("", 1, True), (" CANCELED", 1, False),
                          ("Refunded\u00a0", 1, False), ("storniert", 1, True)])
        self.assertEqual(self.rows("statuses", "kpi", "query", "revenue,orders"),
                         [{"revenue": "250", "orders": "4"}])
        # Shown and grouped as they were sent.
        by = self.rows("statuses", "kpi", "query", "orders_all", "--by", "status")
        self.assertIn(" CANCELED", {row["status"].lstrip("'") for row in by})
        self.cli("workspace", "update", "statuses", "--excluded-status", "STORNIERT")
        self.assertEqual(self.rows("statuses", "kpi", "query", "revenue,orders"),
                         [{"revenue": "310", "orders": "5"}])
        file = self.server.home / "statuses.jsonl"
        words = self.cli("import", "--jsonl", file, workspace="statuses")
        self.assertRegex(words, r"order status +orders +revenue")
        self.assertRegex(words, r"storniert +1 +excluded")
        self.assertRegex(words, r"\(none\) +1 +counts")

    def test_a_delivery_before_its_order_is_left_out(self):
        self.made("early", [
            order("1", "a", "2024-02-10", 1, promisedTime="2024-02-12T00:00:00",
                  deliveredTime="2024-02-09T23:00:00"),
            order("2", "a", "2024-02-10", 1, promisedTime="2024-02-12T00:00:00",
                  deliveredTime="2024-02-10T00:00:00"),
            order("3", "a", "2024-02-10", 1, promisedTime="2024-02-12T00:00:00",
                  deliveredTime="2024-02-13T00:00:00"),
            order("4", "a", "2024-02-20", 1)])
        answer = json.loads(self.cli("-o", "json", "kpi", "query", "on_time_delivery_rate",
                                     workspace="early"))
        self.assertEqual(answer["table"]["rows"][0]["values"][0]["number"], 0.5)
        self.assertIn({"reason": "orders delivered on a day before their order's", "records": "1"},
                      answer["meta"]["leftOut"])

    def test_contracts_by_their_status_and_days_of_grace(self):
        self.made("contracts", [
            contract("1", "late", "2023-01-01", "2023-03-30", 100),  # two days without one
            contract("2", "late", "2023-04-02", "2024-03-31", 120),
            contract("3", "gone", "2023-01-01", "2023-03-15", 70),
            contract("4", "void", "2023-01-01", "2024-12-31", 500, status="Void "),
            order("1", "z", "2023-12-31", 1)])
        asked = ("kpi", "query", "contract_value,recurring_expansion,recurring_churn,"
                 "recurring_reactivation", "--by", "quarter", "--from", "2023-01-01", "--to",
                 "2023-06-30")

        def figures():
            return [[float(row[k]) for k in ("contract_value", "recurring_expansion",
                                             "recurring_churn", "recurring_reactivation")]
                    for row in self.rows("contracts", *asked)]
        self.assertEqual(figures(), [[100, 0, 0, 0], [120, 20, 0, 0]])
        self.cli("workspace", "update", "contracts", "--contract-grace-days", "1")
        self.assertEqual(figures(), [[120, 0, 0, 120]])  # nothing in force at the end of March
        self.cli("workspace", "update", "contracts", "--contract-grace-days", "2")
        self.assertEqual(figures(), [[100, 0, 0, 0], [120, 20, 0, 0]])
        self.cli("workspace", "update", "contracts", "--contract-grace-days", "0",
                 "--excluded-contract-status", "draft")
        self.assertEqual(figures(), [[500, 0, 0, 0], [620, 0, 0, 120]])
        shown = self.rows(None, "workspace", "show", "contracts")[0]
        self.assertEqual((shown["contract_grace_days"], shown["excluded_contract_statuses"]),
                         ("0", "draft"))

    def test_no_data_is_no_verdict(self):
        self.made("quiet", [order(str(i), f"c{i % 7}", f"2024-0{1 + i % 6}-1{i % 9}", 100 + i)
                            for i in range(40)])
        words = self.cli("insight", "support", workspace="quiet")
        self.assertNotIn("Less than the service policy promises", words)
        tiers = {row["tier"]: row["meets_policy"] for row in self.rows("quiet", "insight", "support",
                                                                      "--part", "tiers")}
        self.assertEqual(set(tiers.values()) - {"", "false"}, set(), tiers)
        one_month = json.loads(self.cli("-o", "json", "insight", "volatility", "--from",
                                        "2024-03-01", "--to", "2024-03-31", workspace="quiet"))
        self.assertEqual([f for f in one_month.get("findings", []) if "halvings" in f], [])
        backtest = json.loads(self.cli("-o", "json", "insight", "backtest", workspace="quiet"))
        self.assertEqual(backtest["precision"], [])
        self.assertIn("no verdict", backtest["verdict"])


if __name__ == "__main__":
    mini_server.main()
