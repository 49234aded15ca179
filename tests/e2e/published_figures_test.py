"""The published figures of both reference data sets: the CLI's CSV (over --data-dir and over --server)
against the published numbers and against what the sqlite3 program computes on the workspace's file."""

import csv
import decimal
import io
import json
import subprocess
import unittest

import mini_server

D = decimal.Decimal
DATA = mini_server.SHARED_DATA
SALES, SAMPLE = DATA / "internet_sales", DATA / "sales_data_sample"

# A row a line, with what the questions need; recognised orders only.
LINES = """WITH x AS (
  SELECT amount_micros AS a, o.order_key AS o, c.customer_key AS c, c.country, c.gender, o.status,
         CASE WHEN children > 0 THEN 'with_children' WHEN children = 0 THEN 'without_children'
              ELSE 'unknown' END AS family,
         2024 - CAST(substr(birth_date, 1, 4) AS INTEGER) AS age,
         strftime('%Y-%m', order_time / 1000, 'unixepoch') AS month, quantity_micros / 1000000 AS q
  FROM order_lines JOIN orders o USING (order_key) JOIN customers c USING (customer_key)
  WHERE lower(coalesce(o.status, '')) NOT IN (SELECT status FROM excluded_statuses)),
  per AS (SELECT c, customer_id AS id, sum(a) AS r, count(DISTINCT o) AS n, sum(q) AS u
          FROM x JOIN customers ON customer_key = c GROUP BY c),
  ranked AS (SELECT *, row_number() OVER (ORDER BY r DESC, id) AS place, count(*) OVER () AS total
             FROM per WHERE r > 0),
  tiers AS (SELECT c, CASE WHEN place <= total * 2 / 10 THEN 'strategic'
                           WHEN place <= total * 5 / 10 THEN 'growth' ELSE 'standard' END AS tier
            FROM ranked) """


def number(text):
    return D(text) if text not in ("", None) else None


class Workspace:
    """How one workspace is asked: the CLI's global flags and the file."""

    def __init__(self, name, file, **how):
        self.name, self.file, self.how = name, file, how

    def cli(self, *args):
        result = mini_server.run_cli("-w", self.name, "-o", "csv", *args, **self.how)
        if result.status:
            raise AssertionError(result)
        return list(csv.DictReader(io.StringIO(result.out)))

    def sql(self, query):
        done = subprocess.run(["sqlite3", "-readonly", "-csv", str(self.file), LINES + query],
                              capture_output=True, text=True, check=True, timeout=120)
        return [tuple(row) for row in csv.reader(io.StringIO(done.stdout))]


@unittest.skipUnless(DATA.is_dir(), "the reference data does not stand beside the checkout")
class Published(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = mini_server.Stratad()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.folder = cls.server.home / "local"
        cls.imports = {}
        cls.places = {
            "--data-dir": dict(data_dir=cls.folder),
            "--server": dict(server=cls.server.address),
        }
        for place, how in cls.places.items():
            for name, args in {
                    "sales": ["--preset", "internet-sales", SALES],
                    "sample": ["--preset", "sales-sample", SAMPLE / "sales_data_sample.csv"],
                    "variant": ["--preset", "sales-sample", SAMPLE / "variant_mmddyy.csv",
                                "--encoding", "CP437"]}.items():
                result = mini_server.run_cli("-w", name, "import", *args, timeout=240, **how)
                if result.status:
                    raise AssertionError(result)
                cls.imports[place, name] = result

    def workspaces(self, *names):
        for place, how in self.places.items():
            root = self.folder if place == "--data-dir" else self.server.data_dir
            for name in names:
                yield Workspace(name, root / "workspaces" / f"{name}.db", **how)

    def check(self, workspace, args, keys, columns, sql, published=(), places=4):
        """The CLI's table against the sqlite3 program's, and both against the published rows.

        `columns` maps a KPI to the scale of SQL's figure (1e-6 for sums of micros)."""
        table = {tuple(row[k] for k in keys): [number(row[c]) for c in columns]
                 for row in workspace.cli("kpi", "query", ",".join(columns), *args)}
        computed = {tuple(row[:len(keys)]): [
            None if v == "" else D(v) * scale for v, scale in zip(row[len(keys):], columns.values())]
            for row in workspace.sql(sql)}
        self.assertEqual(set(table), set(computed), workspace.how)
        for key, values in table.items():
            for mine, theirs in zip(values, computed[key]):
                if mine is None or theirs is None:
                    self.assertEqual(mine, theirs, key)
                else:
                    self.assertLess(abs(mine - theirs), D("1e-8"),
                                    f"{workspace.how} {key}: {mine}, SQL {theirs}")
        for key, column, wanted in published:
            value = table[key][list(columns).index(column)]
            digits = -D(wanted).as_tuple().exponent
            self.assertEqual(round(value, digits), D(wanted), f"{column} of {key}")
        return table

    MONEY, COUNT = D("1e-6"), D(1)

    def test_revenue_by_family(self):
        for w in self.workspaces("sales"):
            self.check(w, ["--by", "family"], ["family"],
                       {"revenue": self.MONEY, "share_of_revenue": self.COUNT},
                       "SELECT family, sum(a), sum(a) * 1.0 / (SELECT sum(a) FROM x) FROM x GROUP BY 1",
                       [(("with_children",), "revenue", "216974804.5029"),
                        (("with_children",), "share_of_revenue", "0.70654"),
                        (("without_children",), "revenue", "90118140.6952")])
            self.check(w, [], [], {"revenue": self.MONEY}, "SELECT sum(a) FROM x",
                       [((), "revenue", "307092945.1981")])

    def test_revenue_by_country_of_families(self):
        for w in self.workspaces("sales"):
            self.check(w, ["--by", "country", "--filter", 'family = "with_children"'], ["country"],
                       {"revenue": self.MONEY, "share_of_revenue": self.COUNT},
                       "SELECT country, sum(a), sum(a) * 1.0 / (SELECT sum(a) FROM x WHERE "
                       "family = 'with_children') FROM x WHERE family = 'with_children' GROUP BY 1",
                       [(("United States",), "revenue", "77422498.8372"),
                        (("United States",), "share_of_revenue", "0.35683")])
            self.check(w, ["--by", "country", "--filter", 'family = "without_children"'],
                       ["country"], {"revenue": self.MONEY, "share_of_revenue": self.COUNT},
                       "SELECT country, sum(a), sum(a) * 1.0 / (SELECT sum(a) FROM x WHERE "
                       "family = 'without_children') FROM x WHERE family = 'without_children' "
                       "GROUP BY 1",
                       [(("Australia",), "revenue", "39669905.1313"),
                        (("Australia",), "share_of_revenue", "0.44020")])

    def test_gender_split(self):
        for w in self.workspaces("sales"):
            us = "family = 'with_children' AND country = 'United States'"
            self.check(w, ["--by", "gender", "--filter",
                           'family = "with_children" AND country = "United States"'], ["gender"],
                       {"share_of_revenue": self.COUNT},
                       f"SELECT gender, sum(a) * 1.0 / (SELECT sum(a) FROM x WHERE {us}) FROM x "
                       f"WHERE {us} GROUP BY 1", [(("M",), "share_of_revenue", "0.49565")])
            self.check(w, ["--by", "country,gender", "--share-within", "country", "--filter",
                           'family = "without_children"'], ["country", "gender"],
                       {"share_of_revenue": self.COUNT},
                       "SELECT country, gender, sum(a) * 1.0 / (SELECT sum(a) FROM x y WHERE "
                       "family = 'without_children' AND y.country = x.country) FROM x "
                       "WHERE family = 'without_children' GROUP BY 1, 2",
                       [(("Australia", "M"), "share_of_revenue", "0.49681")])

    def test_customers(self):
        for w in self.workspaces("sales"):
            self.check(w, ["--by", "country"], ["country"], {"customers": self.COUNT},
                       "SELECT country, count(*) FROM customers GROUP BY 1",
                       [(("United States",), "customers", "7819"),
                        (("Australia",), "customers", "3591")])
            self.check(w, ["--by", "loyalty"], ["loyalty"], {"customers": self.COUNT},
                       "SELECT CASE WHEN n >= 2 AND u >= 100 THEN 'VIP' WHEN n >= 2 THEN 'Loyal' "
                       "ELSE 'Periodic' END, count(*) FROM per GROUP BY 1",
                       [(("Loyal",), "customers", "15676"), (("Periodic",), "customers", "2492"),
                        (("VIP",), "customers", "316")])

    def test_age_bands(self):
        for w in self.workspaces("sales"):
            self.check(w, ["--by", "age_band", "--as-of", "2024-12-31"], ["age_band"],
                       {"revenue": self.MONEY},
                       "SELECT printf('%d-%d', (age - 1) / 10 * 10 + 1, (age - 1) / 10 * 10 + 10), sum(a) "
                       "FROM x GROUP BY (age - 1) / 10",
                       [(("21-30",), "revenue", "45820748.9257"),
                        (("31-40",), "revenue", "76725723.3336"),
                        (("41-50",), "revenue", "76628546.5995"),
                        (("51-60",), "revenue", "75540112.6691"),
                        (("61-70",), "revenue", "32377813.6702")])

    def test_sample_totals(self):
        for w in self.workspaces("sample", "variant"):
            self.check(w, [], [], {"revenue": self.MONEY, "orders": self.COUNT,
                                   "orders_all": self.COUNT, "revenue_all": self.MONEY},
                       "SELECT sum(a), count(DISTINCT o), (SELECT count(*) FROM orders), "
                       "(SELECT sum(amount_micros) FROM order_lines) FROM x",
                       [((), "revenue", "9838141.37"), ((), "orders", "303"),
                        ((), "orders_all", "307"), ((), "revenue_all", "10032628.85")])

    def test_status_mix(self):
        for w in self.workspaces("sample", "variant"):
            self.check(w, ["--by", "status"], ["status"],
                       {"orders_all": self.COUNT, "status_share": self.COUNT},
                       "SELECT status, count(*), count(*) * 1.0 / (SELECT count(*) FROM orders) "
                       "FROM orders GROUP BY 1",
                       [((status,), "orders_all", str(orders)) for status, orders in {
                           "Shipped": 286, "In Process": 6, "Resolved": 4, "On Hold": 4,
                           "Cancelled": 4, "Disputed": 3}.items()])

    def test_strategic_against_the_rest(self):
        for w in self.workspaces("sample", "variant"):
            self.check(w, ["--by", "tier"], ["tier"],
                       {"average_order_value": D("1e-6"), "active_customers": self.COUNT},
                       "SELECT tier, sum(a) * 1.0 / count(DISTINCT o), count(DISTINCT c) "
                       "FROM x JOIN tiers USING (c) GROUP BY 1",
                       [(("strategic",), "average_order_value", "38354.82"),
                        (("strategic",), "active_customers", "18")])
            self.check(w, ["--filter", 'tier != "strategic"'], [],
                       {"average_order_value": D("1e-6"), "active_customers": self.COUNT,
                        "order_frequency": self.COUNT},
                       "SELECT sum(a) * 1.0 / count(DISTINCT o), count(DISTINCT c), "
                       "count(DISTINCT o) * 1.0 / count(DISTINCT c) FROM x JOIN tiers USING (c) "
                       "WHERE tier <> 'strategic'",
                       [((), "average_order_value", "29347.91"), ((), "active_customers", "74"),
                        ((), "order_frequency", "2.68")])
            self.check(w, [], [], {"strategic_revenue_share": self.COUNT},
                       "SELECT sum(CASE WHEN tier = 'strategic' THEN a END) * 1.0 / sum(a) "
                       "FROM x JOIN tiers USING (c)", [((), "strategic_revenue_share", "0.40935")])

    def test_months_without_a_gap(self):
        for w in self.workspaces("sample", "variant"):
            rows = w.cli("kpi", "query", "revenue", "--by", "month,tier", "--fill-empty")
            months = sorted({row["month"] for row in rows})
            wanted = [f"{2003 + m // 12}-{m % 12 + 1:02d}" for m in range(29)]
            self.assertEqual(months, wanted)
            tiers = {row["tier"] for row in rows}
            self.assertEqual(tiers, {"strategic", "growth", "standard"})
            self.assertEqual(len(rows), 29 * 3)
            computed = {row[:2]: D(row[2]) * self.MONEY for row in w.sql(
                "SELECT month, tier, sum(a) FROM x JOIN tiers USING (c) GROUP BY 1, 2")}
            for row in rows:
                self.assertEqual(D(row["revenue"]),
                                 computed.get((row["month"], row["tier"]), 0), row)

    def test_published_sql_on_the_files(self):
        """The data sets' own SQL, run over the CSV files by sqlite3, gives the workspace's total."""
        expected = {f["key"]: f["value"] for f in json.loads(
            (SALES / "expected.json").read_text())["figures"]}
        for w in self.workspaces("sales"):
            total = w.cli("kpi", "query", "revenue")[0]["revenue"]
            self.assertEqual(D(total), D(expected["total_revenue_exact_decimal"]))

    def test_the_same_import_again(self):
        for w in self.workspaces("sample"):
            before = w.cli("kpi", "query", "revenue,orders,active_customers,units", "--by", "month")
            again = mini_server.run_cli(
                "-w", w.name, "-o", "json", "import", "--preset", "sales-sample",
                SAMPLE / "sales_data_sample.csv", **w.how)
            self.assertEqual(again.status, 0, again)
            counts = json.loads(again.out)
            counts = counts.get("counts", counts)
            self.assertEqual(int(counts.get("accepted", 0)), 0, again)
            self.assertEqual(int(counts["duplicate"]), 307 + 92, again)
            self.assertEqual(w.cli("kpi", "query", "revenue,orders,active_customers,units",
                                   "--by", "month"), before)


if __name__ == "__main__":
    mini_server.main()
