"""Random files with random faults through mappings of every form: what is stored is what a model
keeps that drops the bad rows first, and every order that has one. Nothing refused is in any figure,
and the counts add up."""

import decimal
import json
import random

import mini_server
import client as wire

SEEDS = range(4)
COLUMNS = ["id", "customer", "day", "product", "amount"]

HEAD = "-- record: order\n"
LINES = "day AS order_time, product, amount"
GROUPED = "min(parse_date(day, '%Y-%m-%d')) AS day, sum_decimal(amount) AS amount"
FORMS = {
    "plain": HEAD + f"SELECT id, customer, {LINES}, _file, _line FROM o ORDER BY id;",
    "no place": HEAD + f"SELECT id, customer, {LINES} FROM o ORDER BY id;",
    "group": HEAD + ("SELECT id, customer, min(parse_date(day, '%Y-%m-%d')) AS order_time, "
                     "sum_decimal(amount) AS amount FROM o GROUP BY id, customer ORDER BY id;"),
    "arithmetic": HEAD + ("SELECT id, customer, min(parse_date(day, '%Y-%m-%d')) AS order_time, "
                          "sum(amount * 1) AS amount FROM o GROUP BY id, customer ORDER BY id;"),
    "view": f"CREATE TEMP VIEW v AS SELECT id, customer, {GROUPED} FROM o GROUP BY id, customer;\n"
            + HEAD + "SELECT id, customer, day AS order_time, amount FROM v ORDER BY id;",
    "table": f"CREATE TEMP TABLE t AS SELECT id, customer, {GROUPED} FROM o GROUP BY 1, 2;\n"
             + HEAD + "SELECT id, customer, day AS order_time, amount FROM t ORDER BY id;",
    "sub-select": HEAD + "SELECT g.id, g.customer, g.day AS order_time, (SELECT sum_decimal(i.amount) "
                         "FROM o AS i WHERE i.id = g.id AND i.customer = g.customer) AS amount FROM "
                         f"(SELECT id, customer, {GROUPED} FROM o GROUP BY id, customer) AS g "
                         "ORDER BY g.id;",
    "cte": HEAD + f"WITH t AS (SELECT id, customer, {GROUPED} FROM o GROUP BY id, customer) "
                  "SELECT id, customer, day AS order_time, amount FROM t ORDER BY id;",
    "union": HEAD + f"SELECT id, customer, {LINES}, _file, _line FROM o WHERE product = 'p1' UNION "
                    f"ALL SELECT id, customer, {LINES}, _file, _line FROM o WHERE product <> 'p1' "
                    "ORDER BY id;",
    "window": HEAD + "SELECT id, customer, order_time, amount FROM (SELECT id, customer, "
                     "min(parse_date(day, '%Y-%m-%d')) OVER w AS order_time, sum(amount) OVER w AS "
                     "amount, row_number() OVER (PARTITION BY id, customer ORDER BY day, "
                     "_line) AS n FROM o WINDOW w AS (PARTITION BY id, customer)) WHERE n = 1 "
                     "ORDER BY id;",
    "join": HEAD + f"SELECT o.id, h.customer, o.{LINES}, o._file, o._line FROM o JOIN h ON h.id = o.id "
                   "ORDER BY o.id;",
    "left join": HEAD + f"SELECT o.id, h.customer, o.{LINES} FROM o LEFT JOIN h ON h.id = o.id "
                        "ORDER BY o.id;",
}


class Files:
    """A file of order lines and one of order heads, with faults, and what is right about them."""

    def __init__(self, seed):
        chance = random.Random(seed)
        self.rows = []   # (fields as written, whether the row is bad)
        self.heads = []
        for number in range(100, 125):
            customer = f"c{chance.randrange(6)}"
            for line in range(chance.randint(1, 4)):
                fields = [str(number), customer, f"2024-{chance.randint(1, 12):02}-05",
                          f"p{chance.randrange(3)}", f"{chance.randint(-300, 9000) / 100:.2f}"]
                if line > 0:
                    fields[2] = self.rows[-1][0][2]
                self.rows.append(([*fields], False))
            bad_head = chance.random() < 0.1
            self.heads.append(([str(number), customer] + (["x", "y"] if bad_head else []), bad_head))
        for place in chance.sample(range(len(self.rows)), 8):
            self.rows[place] = (self.broken(chance, self.rows[place][0]), True)
        # An order whose rows disagree.
        fields = next(f for f, bad in reversed(self.rows) if not bad)
        self.rows.append(([fields[0], "c9", *fields[2:]], False))
        self.blank = chance.randrange(len(self.rows))

    @staticmethod
    def broken(chance, fields):
        fault = chance.randrange(5)
        if fault == 0:
            return [*fields, "surplus"]
        if fault == 1:
            return [*fields[:3], '"p1"x', fields[4]]  # a broken quote
        if fault == 2:
            return [*fields[:4], chance.choice(["1,250.00", "$5", "ten", "12 pcs"])]
        if fault == 3:
            return [*fields[:2], chance.choice(["2024-13-05", "05.01.2024", "soon"]), *fields[3:]]
        return [*fields[:4], "0", "0"]  # surplus, and neutral in a sum

    @staticmethod
    def text(header, rows, blank=None):
        lines = [",".join(header)]
        for place, (fields, _) in enumerate(rows):
            if place == blank:
                lines.append("")
            lines.append(",".join(f'"{f}"' if "," in f else f for f in fields))
        return "\n".join(lines) + "\n"

    def write(self, folder):
        (folder / "o.csv").write_text(self.text(COLUMNS, self.rows, self.blank))
        (folder / "h.csv").write_text(self.text(["id", "customer"], self.heads))

    def model(self, joined=False, whole_orders=True):
        """{customer: [revenue, orders]} of what is to be stored."""
        orders = {}
        for fields, bad in self.rows:
            order = orders.setdefault(fields[0], {"customers": set(), "sum": decimal.Decimal(0),
                                                  "bad": False})
            if bad:
                order["bad"] = True
                continue
            order["customers"].add(fields[1])
            order["sum"] += decimal.Decimal(fields[4])
        if joined:  # the customer is the head's, so the lines cannot disagree
            for fields, bad in self.heads:
                if fields[0] in orders:
                    orders[fields[0]]["customers"] = {fields[1]}
                    orders[fields[0]]["bad"] = orders[fields[0]]["bad"] or bad
        stored = {}
        for order in orders.values():
            if (whole_orders and order["bad"]) or len(order["customers"]) != 1:
                continue
            figures = stored.setdefault(order["customers"].pop(), [decimal.Decimal(0), 0])
            figures[0] += order["sum"]
            figures[1] += 1
        return stored


class RandomFiles(mini_server.ServerTest):
    def run_import(self, workspace, *more):
        folder = self.server.home
        return mini_server.run_cli(
            "-w", workspace, "-o", "json", "import", "--sql", folder / "m.sql",
            "--csv", f"o={folder / 'o.csv'}", "--csv", f"h={folder / 'h.csv'}", *more,
            server=self.server.address)

    def stored(self, workspace):
        answer = dict(wire.table(self.client.query(workspace, ["revenue", "orders"], ["customer"])))
        return {key[0]: [decimal.Decimal(revenue) / 10**9, orders]
                for key, (revenue, orders) in answer.items() if orders}

    def test_every_form(self):
        for seed in SEEDS:
            files = Files(seed)
            files.write(self.server.home)
            for number, (form, mapping) in enumerate(FORMS.items()):
                if seed % 2 and form in ("no place", "cte", "sub-select", "union"):
                    continue
                with self.subTest(seed=seed, form=form):
                    (self.server.home / "m.sql").write_text(mapping)
                    workspace = f"w{seed}-{number}"
                    self.client.create_workspace(workspace)
                    result = self.run_import(workspace, "--on-error", "skip")
                    self.assertEqual(result.status, 0, result)
                    counts = json.loads(result.out)
                    model = files.model(joined="join" in form)
                    self.assertEqual(self.stored(workspace), model, result)
                    self.assertEqual(counts["accepted"], sum(n for _, n in model.values()), result)
                    self.assertGreater(counts["rejected"], 0, result)
                    self.assertEqual(counts["records"], counts["accepted"] + counts["duplicate"] +
                                     counts["stale"] + counts["rejected"] + counts["keptOut"], result)
                    if seed == 0:
                        again = json.loads(self.run_import(workspace, "--on-error", "skip").out)
                        self.assertEqual((again["accepted"], again["duplicate"]),
                                         (0, counts["accepted"]))

    def test_one_bad_row_keeps_all_out(self):
        files = Files(99)
        files.write(self.server.home)
        self.client.create_workspace("fail")
        for mapping in (FORMS["plain"], FORMS["group"]):
            (self.server.home / "m.sql").write_text(mapping)
            self.assertEqual(self.run_import("fail").status, 4)
        self.assertEqual(self.stored("fail"), {})

    def test_the_model_would_notice(self):
        """What an import would store that only left out the bad rows differs for every seed."""
        for seed in SEEDS:
            files = Files(seed)
            self.assertNotEqual(files.model(), files.model(whole_orders=False))
            self.assertGreater(len(files.model()), 3)


if __name__ == "__main__":
    mini_server.main()
