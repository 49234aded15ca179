"""`strata import` on files with every kind of bad row, and on the same files twice."""

import csv
import json

import mini_server
import client as wire

MAPPING = """\
-- record: customer
SELECT id, name AS display_name, born AS birth_date, kids AS children, country, _file, _line
FROM people;

-- record: order
SELECT id, customer, at AS order_time, status, product, quantity, amount, currency AS currency_code,
       _file, _line
FROM sales ORDER BY id;
"""

PEOPLE = """\
id,name,born,kids,country
ann,Ann,1980-02-29,2,US
bob,Bob,1981-02-30,1,DE
cas,Cas,,x,DE
dan,Dan,1975-01-01,100,DE
,Nobody,1975-01-01,1,DE
eve,"Eve, the second",1990-05-05,,FR
"""
# line -> field. A row without an id is not bad: it gets one made of its content.
BAD_PEOPLE = {3: "birth_date", 4: "children", 5: "children"}

SALES = """\
id,customer,at,status,product,quantity,amount,currency
1001,ann,2024-01-05,Shipped,Pen,2,10.50,
1001,ann,2024-01-05,Shipped,Ink,1,4.25,
1002,bob,2024-13-05,Shipped,Pen,1,1,
1003,ann,2024-01-06,Shipped,Pen,1,"12,50",
1004,ann,2024-01-06,Shipped,Pen,1,0.1234567,
1005,ann,2024-01-07,Shipped,Pen,-1,5,
1006,ann,2999-01-07,Shipped,Pen,1,5,
1007,ann,2024-01-08,Shipped,Pen,1,5,EUR
1008,,2024-01-08,Shipped,Pen,1,5,
1009,ann,2024-01-09,Shipped,Pen,1,
1010,ann,2024-01-09,Shipped,Pen,1,5,,extra
1011,ann,2024-01-10,Shipped,Pen,many,5,
1012,ann,2024-01-10,Shipped,LONG,1,5,
1013,ann,2024-01-11,Shipped,Pen,1,99999999999999999999,
1014,ann,2024-01-12,Shipped,Pen,1,7,USD
"""
BAD_SALES = {4: "order_time", 5: "amount", 6: "amount", 7: "amount", 8: "order_time",
             9: "currency_code", 10: "customer", 11: "amount", 12: "", 13: "quantity", 14: "product",
             15: "amount"}
# Rows that read well and that only the server refuses.
FOR_THE_SERVER = {("people", 5), ("sales", 7), ("sales", 8), ("sales", 9), ("sales", 14)}


class BadRows(mini_server.ServerTest):
    def setUp(self):
        super().setUp()
        self.folder = self.server.home / self.id().rsplit(".", 1)[-1]
        self.folder.mkdir()
        (self.folder / "map.sql").write_text(MAPPING)
        (self.folder / "people.csv").write_text(PEOPLE)
        (self.folder / "sales.csv").write_text(SALES.replace("LONG", "x" * 200))

    def run_import(self, workspace, *more):
        self.client.create_workspace(workspace) if workspace not in self.made else None
        self.made.add(workspace)
        return mini_server.run_cli(
            "-w", workspace, "-o", "json", "import", "--sql", self.folder / "map.sql",
            "--csv", f"people={self.folder / 'people.csv'}",
            "--csv", f"sales={self.folder / 'sales.csv'}",
            "--rejects", self.folder / "rejects.csv", *more, server=self.server.address)

    made = set()

    def rejects(self):
        with open(self.folder / "rejects.csv", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def check_rejects(self, but=frozenset()):
        """Every bad row is named with file, line, field and reason, and no good row is."""
        found = {}
        for row in self.rejects():
            name = "people" if "people" in row["file"] else "sales"
            found.setdefault((name, int(row["line"])), []).append(row["field"])
            self.assertTrue(row["reason"] and row["message"] and row["record"], row)
            self.assertEqual(row["reason"], row["reason"].upper())
        wanted = {**{("people", line): f for line, f in BAD_PEOPLE.items()},
                  **{("sales", line): f for line, f in BAD_SALES.items()}}
        self.assertEqual(set(found) | but, set(wanted))
        for place, fields in found.items():
            self.assertTrue(any(f == wanted[place] or f.endswith(f".{wanted[place]}") or
                                f.endswith(f"{wanted[place]}_micros") for f in fields),
                            f"{place}: {fields}, not {wanted[place]}")

    def figures(self, workspace):
        stored = self.client.get_workspace(workspace)
        return stored.customers, stored.orders

    def test_fail_stores_nothing(self):
        result = self.run_import("fail")
        self.assertEqual(result.status, 4, result)
        self.check_rejects(but=FOR_THE_SERVER)
        self.assertEqual(self.figures("fail"), (0, 0))

    def test_fail_at_the_server_stores_nothing(self):
        """Files that read well, with one line that the server refuses."""
        (self.folder / "people.csv").write_text("id,name,born,kids,country\nann,Ann,,,US\n")
        (self.folder / "sales.csv").write_text(
            "id,customer,at,status,product,quantity,amount,currency\n"
            "1,ann,2024-01-05,Shipped,Pen,1,1,\n2,ann,2999-01-05,Shipped,Pen,1,1,\n")
        result = self.run_import("fail-late")
        self.assertEqual(result.status, 4, result)
        self.assertEqual([(r["line"], r["reason"]) for r in self.rejects()],
                         [("3", "FUTURE_TIME")])
        self.assertEqual(self.figures("fail-late"), (0, 0))

    def test_skip_stores_the_good_rows(self):
        result = self.run_import("skip", "--on-error", "skip")
        self.assertIn(result.status, (0, 4), result)
        self.check_rejects()
        # ann, eve and the one without an id; orders 1001 and 1014.
        self.assertEqual(self.figures("skip"), (3, 2), result)
        # By hand: 10.50 + 4.25 + 7.
        answer = mini_server.run_cli("-w", "skip", "-o", "csv", "kpi", "query", "revenue,order_lines",
                                     server=self.server.address)
        self.assertEqual(list(csv.DictReader(answer.out.splitlines())),
                         [{"revenue": "21.75", "order_lines": "3"}])

    def test_again_everything_is_a_duplicate(self):
        self.run_import("again", "--on-error", "skip")
        before = self.client.query("again", ["revenue"], ["product"])
        result = self.run_import("again", "--on-error", "skip")
        counts = json.loads(result.out)
        counts = counts.get("counts", counts)
        self.assertEqual((int(counts.get("accepted", 0)), int(counts["duplicate"])), (0, 5), result)
        after = self.client.query("again", ["revenue"], ["product"])
        self.assertEqual(after.table, before.table)

    def test_dry_run_stores_nothing(self):
        result = self.run_import("dry", "--on-error", "skip", "--dry-run")
        self.assertIn(result.status, (0, 4), result)
        self.check_rejects()
        self.assertEqual(self.figures("dry"), (0, 0))

    def test_mapping_errors_name_the_line(self):
        (self.folder / "map.sql").write_text(MAPPING.replace("AS birth_date", "AS birthdate"))
        result = self.run_import("mapping")
        self.assertNotEqual(result.status, 0)
        self.assertIn("birth_date", result.err)  # the nearest field

    def test_missing_file(self):
        (self.folder / "sales.csv").unlink()
        result = self.run_import("missing")
        self.assertNotEqual(result.status, 0)
        self.assertIn("sales.csv", result.err)
        self.assertEqual(self.figures("missing"), (0, 0))


class Forms(mini_server.ServerTest):
    """The same table as other programs write it."""

    ROWS = [("id", "name", "amount"), ("1", "Zoë; Söhne", "1.5"), ("2", 'the "big" one', "2.25"),
            ("3", "two\nlines", "3")]

    def write(self, delimiter, encoding, line_end):
        def quote(text):
            return '"' + text.replace('"', '""') + '"'
        text = "".join(delimiter.join(map(quote, row)) + line_end for row in self.ROWS)
        return text.encode(encoding)

    def test_detected_forms(self):
        mapping = ("-- record: order\nSELECT id, name AS customer, '2024-01-01' AS order_time, "
                   "amount, _file, _line FROM t;\n")
        # A name with a line break is refused as an id, so only two rows are good.
        for number, (delimiter, encoding, line_end, flags) in enumerate([
                (",", "utf-8", "\n", []), (";", "utf-8-sig", "\r\n", []), ("\t", "utf-16", "\n", []),
                ("|", "latin-1", "\r\n", ["--encoding", "ISO-8859-1"]),
                (";", "cp437", "\r\n", ["--encoding", "CP437", "--delimiter", ";"])]):
            with self.subTest(delimiter=delimiter, encoding=encoding):
                name = f"form{number}"
                self.client.create_workspace(name)
                (self.server.home / "map.sql").write_text(mapping)
                (self.server.home / "t.csv").write_bytes(self.write(delimiter, encoding, line_end))
                result = mini_server.run_cli(
                    "-w", name, "import", "--sql", self.server.home / "map.sql", "--csv",
                    f"t={self.server.home / 't.csv'}", "--on-error", "skip", *flags,
                    server=self.server.address)
                self.assertIn(result.status, (0, 4), result)
                answer = self.client.query(name, ["revenue"], ["customer"])

                self.assertEqual(dict(wire.table(answer)),
                                 {("Zoë; Söhne",): (1_500_000_000,),
                                  ('the "big" one',): (2_250_000_000,)}, result)


class RowsWithoutIds(mini_server.ServerTest):
    """Two tills and their months: orders without numbers, in files of one name."""

    MAPPING = ("-- record: order\nSELECT till AS customer, day AS order_time, amount, _file, _line "
               "FROM o;\n")
    MAY = "till,day,amount\nt1,2024-05-01,4\nt1,2024-05-01,4\nt2,2024-05-02,9\n"

    def run_import(self, folder, text, *more):
        path = self.server.home / folder
        path.mkdir(exist_ok=True)
        (path / "sales.csv").write_text(text)
        (self.server.home / "m.sql").write_text(self.MAPPING)
        result = mini_server.run_cli(
            "-w", self.workspace, "-o", "json", "import", "--sql", self.server.home / "m.sql",
            "--csv", f"o={path / 'sales.csv'}", *more, server=self.server.address)
        counts = json.loads(result.out) if result.out else {}
        return result, (counts.get("accepted"), counts.get("duplicate"))

    def revenue(self):
        answer = wire.table(self.client.query(self.workspace, ["revenue", "orders"]))
        (_, (revenue, orders)), = answer
        return revenue / 10**9, orders

    def start(self, workspace):
        self.workspace = workspace
        self.client.create_workspace(workspace)
        self.assertEqual(self.run_import("may", self.MAY)[1], (3, 0))
        self.assertEqual(self.revenue(), (17, 3))

    def test_no_import_replaces_rows_of_another(self):
        self.start("months")
        self.assertEqual(self.run_import(
            "june", "till,day,amount\nt1,2024-06-01,100\nt2,2024-06-02,200\n")[1], (2, 0))
        self.assertEqual(self.revenue(), (317, 5))
        # The same again, from wherever.
        self.assertEqual(self.run_import("may", self.MAY)[1], (0, 3))
        self.assertEqual(self.run_import("elsewhere", self.MAY)[1], (0, 3))
        self.assertEqual(self.revenue(), (317, 5))

    def test_known_rows_are_asked_about(self):
        self.start("grown")
        grown = self.MAY + "t1,2024-05-03,1\n"
        result, _ = self.run_import("may", grown)
        self.assertNotEqual(result.status, 0)
        self.assertIn("3 of 4 records without an id", result.err)
        self.assertIn("--known-rows same", result.err)
        self.assertEqual(self.revenue(), (17, 3))
        self.assertEqual(self.run_import("may", grown, "--known-rows", "same")[1], (1, 3))
        self.assertEqual(self.revenue(), (18, 4))
        # A third till that sold the same as the first one.
        other = "till,day,amount\nt1,2024-05-01,4\n"
        for counts in ((1, 0), (0, 1)):
            self.assertEqual(self.run_import("may", other, "--known-rows", "new")[1], counts)
        self.assertEqual(self.revenue(), (22, 5))

    def test_corrected_rows_change_no_others(self):
        self.start("corrected")
        self.assertEqual(self.run_import("may", self.MAY.replace("t1,2024-05-01,4\nt2", "t2"),
                                         "--known-rows", "same")[1], (0, 2))
        self.assertEqual(self.revenue(), (17, 3))


if __name__ == "__main__":
    mini_server.main()
