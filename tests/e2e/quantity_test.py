"""Kilograms and hours are sold in fractions: exact from the file to every figure, or refused by name."""

import csv
import fractions
import io
import json
import pathlib
import sqlite3
import tempfile
import unittest

import mini_server

MAPPING = """-- record: order
SELECT id, customer, at AS order_time, amount, qty AS quantity, product, _file, _line FROM o;
"""
# a: 400 quarters, exactly 100 units and so a VIP; b: a millionth short of it; c: by weight.
ORDERS = ([("a", "0.25", "nails")] * 400 + [("b", "50", "oil"), ("b", "49.999999", "oil")] +
          [("c", "1.125", "oil"), ("c", "-0.125", "oil"), ("c", "0.1", "rope"),
           ("c", "0.2", "rope"), ("c", "2147483647", "dust"), ("c", "0.000001", "dust")])


class Quantities(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        home = tempfile.TemporaryDirectory()
        cls.addClassCleanup(home.cleanup)
        cls.home = pathlib.Path(home.name)
        cls.strata("workspace", "create", "w")
        (cls.home / "map.sql").write_text(MAPPING)
        with open(cls.home / "o.csv", "w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["id", "customer", "at", "amount", "qty", "product"])
            for i, (who, quantity, product) in enumerate(ORDERS):
                amount = "-1" if quantity.startswith("-") else "10"
                rows.writerow([i, who, "2024-03-01", amount, quantity, product])
        cls.strata("-w", "w", "import", "--sql", cls.home / "map.sql", "--csv",
                   f"o={cls.home / 'o.csv'}")

    @classmethod
    def strata(cls, *words, status=0):
        done = mini_server.run_cli(*words, data_dir=cls.home / "data")
        if done.status != status:
            raise AssertionError(done)
        return done

    def rows(self, *words):
        return list(csv.reader(io.StringIO(self.strata("-w", "w", "-o", "csv", *words).out)))[1:]

    @staticmethod
    def totals(place):
        sums = {}
        for row in ORDERS:
            key = row[0] if place == "customer" else row[2]
            sums[key] = sums.get(key, 0) + fractions.Fraction(row[1])
        return sums

    def test_units_are_exact(self):
        for field in ("customer", "product"):
            got = {key: fractions.Fraction(units)
                   for key, units in self.rows("kpi", "query", "units", "--by", field)}
            self.assertEqual(got, self.totals(field))
        features = {row[0]: fractions.Fraction(row[1])
                    for row in self.rows("customer", "list", "--fields", "units")}
        self.assertEqual(features, self.totals("customer"))

    def test_no_trailing_zeros(self):
        table = self.strata("-w", "w", "kpi", "query", "units", "--by", "product").out
        for text in ("100", "100.999999", "0.3", "2,147,483,647.000001"):
            self.assertRegex(table, rf"(?m)\s{text}$".replace(".", r"\."), table)

    def test_a_vip_has_a_hundred_units_and_no_millionth_less(self):
        self.assertEqual({row[0]: row[1] for row in
                          self.rows("customer", "list", "--fields", "loyalty")},
                         {"a": "VIP", "b": "Loyal", "c": "VIP"})

    def test_the_file_holds_them_as_people_read_them(self):
        file = sqlite3.connect(self.home / "data" / "workspaces" / "w.db")
        self.addCleanup(file.close)
        stored = file.execute("SELECT quantity FROM v_order_lines ORDER BY CAST(order_id AS INT)")
        self.assertEqual([row[0] for row in stored], [quantity for _, quantity, _ in ORDERS])
        self.assertEqual(file.execute("SELECT sum(quantity_micros) FROM order_lines").fetchone()[0],
                         sum(self.totals("product").values()) * 10**6)

    def test_more_decimals_and_larger_ones_are_refused_by_name(self):
        for quantity, reason in (("0.1234567", "TOO_MANY_DECIMALS"),
                                 ("2147483648", "VALUE_OUT_OF_RANGE"), ("many", "INVALID_NUMBER")):
            (self.home / "bad.csv").write_text(
                f"id,customer,at,amount,qty,product\nx,z,2024-03-01,1,{quantity},p\n")
            done = self.strata("-w", "w", "import", "--sql", self.home / "map.sql", "--csv",
                               f"o={self.home / 'bad.csv'}", status=4)
            self.assertIn("quantity", done.err + done.out)
            self.assertIn(reason, done.err + done.out)
            self.assertIn(quantity, done.err + done.out)

    def test_json_takes_whole_numbers_and_fractions(self):
        def record(id, quantity, amount):
            return json.dumps({"order": {"id": id, "customer": "j", "orderTime":
                                         "2024-03-01T00:00:00Z", "lines": [
                                             {"quantity": quantity, "amountMicros": amount}]}})
        (self.home / "r.jsonl").write_text(
            record("j1", -1, "-5") + "\n" + record("j2", 2.5, "7") + "\n")
        self.strata("workspace", "create", "j")
        self.strata("-w", "j", "import", "--jsonl", self.home / "r.jsonl")
        page = json.loads(self.strata("-w", "j", "-o", "json", "customer", "show", "j").out)
        self.assertEqual(sorted(o["lines"][0]["quantity"] for o in page["orders"]), [-1, 2.5])
        query = json.loads(self.strata("-w", "j", "-o", "json", "kpi", "query", "units").out)
        self.assertEqual(query["table"]["rows"][0]["values"][0]["number"], 1.5)
        self.assertEqual(query["table"]["columns"][0]["type"], "VALUE_TYPE_NUMBER")


class Migrate(unittest.TestCase):
    """`strata admin migrate`; that old files come out right is tested beside the migration."""

    def test_says_what_it_did(self):
        with tempfile.TemporaryDirectory() as home:
            data = pathlib.Path(home) / "data"
            mini_server.run_cli("workspace", "create", "w", data_dir=data)
            done = mini_server.run_cli("admin", "migrate", data_dir=data)
            self.assertEqual(done.status, 0, done)
            self.assertEqual(done.err, "")  # nothing was migrated
            self.assertRegex(done.out, r"(?m)w\.db has version \d+ already$")
            files = json.loads(mini_server.run_cli("-o", "json", "admin", "migrate",
                                                   data_dir=data).out)["files"]
            self.assertEqual([pathlib.Path(f["file"]).name for f in files], ["server.db", "w.db"])
            rows = mini_server.run_cli("-o", "csv", "admin", "migrate", data_dir=data).out
            self.assertEqual(rows.splitlines()[0], "file,from_version,to_version,backup,fault")

    def test_a_file_that_was_cut_keeps_nobody_from_the_others(self):
        with tempfile.TemporaryDirectory() as home:
            data = pathlib.Path(home) / "data"
            for name in ("a", "b"):
                mini_server.run_cli("workspace", "create", name, data_dir=data)
            file = data / "workspaces" / "a.db"
            file.write_bytes(file.read_bytes()[:-100])
            done = mini_server.run_cli("admin", "migrate", data_dir=data)
            self.assertEqual(done.status, 4, done)
            self.assertRegex(done.out, r"(?m)^/[^:]*/a\.db ends in the middle of a page")
            self.assertRegex(done.out, r"(?m)b\.db has version \d+ already$")

    def test_says_what_is_in_the_way(self):
        with tempfile.TemporaryDirectory() as home:
            missing = pathlib.Path(home) / "missing"
            done = mini_server.run_cli("admin", "migrate", data_dir=missing)
            self.assertEqual(done.status, 3, done)
            self.assertFalse(missing.exists())
            self.assertEqual(mini_server.run_cli("admin", "migrate").status, 2)
            with mini_server.Stratad(data_dir=pathlib.Path(home) / "data"):
                held = mini_server.run_cli("admin", "migrate", data_dir=pathlib.Path(home) / "data")
                self.assertEqual(held.status, 5, held)


if __name__ == "__main__":
    mini_server.main()
