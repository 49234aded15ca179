"""The small failing inputs of ../shared/cases, each held against what its expected.txt calls right.

A case is a folder with its inputs and a run.sh; what is right stands here as one function a case, named
after the folder. A folder without a function fails, so that no case is forgotten. Skipped where the
folder is not there.
"""

import concurrent.futures
import csv
import datetime
import io
import os
import pathlib
import re
import subprocess
import sys
import unittest

SOURCE = pathlib.Path(os.environ["STRATA_SOURCE_DIR"])
CASES = SOURCE.parent / "shared" / "cases"
SECONDS = 150
NOT_CASES = {"attack"}  # scripts of another kind: what a hostile client does


class Run:
    """What one run.sh printed, both streams as they came."""

    def __init__(self, folder):
        environment = dict(os.environ, STRATA=os.environ["STRATA_CLI"],
                           STRATAD=os.environ["STRATA_STRATAD"], PROTO=str(SOURCE / "proto"))
        done = subprocess.run(["bash", str(folder / "run.sh")], env=environment, timeout=SECONDS,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                              check=False)
        self.bytes = done.stdout
        self.text = done.stdout.decode("utf-8", "replace")
        self.lines = self.text.splitlines()

    def tables(self, *columns):
        """Every CSV table of the output whose header has these columns, as lists of dicts."""
        found, at = [], 0
        while at < len(self.lines):
            header = self.lines[at].split(",")
            at += 1
            if not set(columns) <= set(header) or len(header) < 1 or " " in self.lines[at - 1]:
                continue
            start = at
            while at < len(self.lines) and len(next(csv.reader([self.lines[at]]))) == len(header) \
                    and self.lines[at].split(",") != header:
                at += 1
            found.append(list(csv.DictReader(io.StringIO("\n".join([",".join(header)] +
                                                                   self.lines[start:at])))))
        return found

    def table(self, *columns):
        return self.tables(*columns)[-1]

    def codes(self):
        """The exit codes that run.sh echoed as `rc N`."""
        return [int(code) for code in re.findall(r"^(?:\w+ )?rc (\d+)", self.text, re.MULTILINE)]


class SharedCases(unittest.TestCase):
    maxDiff = None

    def figures(self, run, **wanted):
        row = run.table(*wanted)[-1]
        for name, value in wanted.items():
            self.assertAlmostEqual(float(row[name]), value, places=6, msg=f"{name}\n{run.text}")

    def says(self, run, *patterns):
        for pattern in patterns:
            self.assertRegex(run.text, pattern)

    def never(self, run, *patterns):
        for pattern in patterns:
            self.assertNotRegex(run.text, pattern)

    # --- loses data or gives a wrong figure

    def fail_as_of_1970_contracts(self, run):
        self.never(run, "1970", "1969")
        if datetime.date.today() <= datetime.date(2026, 12, 31):
            self.says(run, r"\b400\.00\s+2\b", "2026-12-31")

    def fail_canceled_is_revenue(self, run):
        self.says(run, r"\b10,000\.00\s+1\b")
        self.never(run, r"10,010")

    def fail_closed_stdout_writes_into_lock(self, run):
        self.assertTrue(run.codes() and all(run.codes()), run.text)
        self.never(run, "revenue", "nope")

    def fail_contract_rows_last_wins(self, run):
        if "CONFLICTING_ROWS" not in run.text:
            self.figures(run, contract_value=10500)
        else:
            self.never(run, r"\b1500\b")

    def fail_duplicate_header_name(self, run):
        self.never(run, r"\b20\.?0*\b\s*$")
        if "amount" not in run.text:
            self.fail(run.text)
        tables = run.tables("revenue")
        if tables and tables[-1] and tables[-1][-1]["revenue"]:
            self.assertIn(float(tables[-1][-1]["revenue"]), (30.0, 0.0), run.text)

    def fail_group_by_partial_order(self, run):
        self.figures(run, revenue=5, orders=1)

    def fail_join_bad_row_counted(self, run):
        self.figures(run, revenue=40, orders=2)

    def fail_keepalive_goaway(self, run):
        self.says(run, "DEADLINE_EXCEEDED")

    def fail_leap_day_row_holds_two_days(self, run):
        tables = run.tables("day", "revenue_last_year") or run.tables("day")
        self.assertEqual(len(tables), 2, run.text)
        short, long = ({row["day"]: row for row in table} for table in tables)
        for day in short:
            self.assertEqual(list(short[day].values()), list(long[day].values()), run.text)

    def fail_line_id_overwrites_last_month(self, run):
        rows = {row["month"]: (float(row["revenue"]), int(row["orders"]))
                for row in run.table("month", "revenue", "orders")}
        self.assertEqual(rows, {"2024-01": (30.0, 2), "2024-02": (70.0, 2)}, run.text)

    def fail_mixed_day_month(self, run):
        tables = run.tables("month", "revenue")
        rows = {row["month"]: float(row["revenue"]) for row in tables[-1]} if tables else {}
        if rows != {"2018-09": 30.0}:
            self.says(run, "%d/%m/%Y")
            self.assertNotEqual(rows, {"2018-03": 10.0, "2018-09": 20.0}, run.text)

    def fail_one_corrupt_workspace_stops_server(self, run):
        self.assertEqual(run.codes(), [0, 124], run.text)  # 124: `timeout` had to end it
        self.says(run, r"\bbad\b")

    def fail_one_customer_stops_all(self, run):
        self.assertEqual(set(run.codes()), {0}, run.text)
        self.assertEqual(len(run.codes()), 7, run.text)

    def fail_page_over_4mib(self, run):
        self.says(run, r"^OK \d+ bytes")
        self.assertLessEqual(int(re.search(r"OK (\d+) bytes", run.text).group(1)), 3_000_000)

    def fail_return_counts_as_purchase(self, run):
        months = {row["month"]: row for row in run.table("month", "orders", "average_order_value",
                                                         "active_customers")}
        self.assertEqual(months["2024-02"]["orders"], "0", run.text)
        self.assertEqual(months["2024-02"]["active_customers"], "0", run.text)
        customers = {row["customer"]: row for row in run.table("customer", "orders", "loyalty")}
        self.assertEqual(customers["a"]["orders"], "1", run.text)
        self.assertEqual(customers["a"]["loyalty"], "Periodic", run.text)
        self.assertEqual(customers["a"]["last_order_date"], "2024-01-10", run.text)

    def fail_text_arithmetic(self, run):
        self.never(run, r"^52\.0*,")
        if "2849.70" not in run.text:
            self.says(run, "INVALID_NUMBER", re.escape("1,250.00"), re.escape("$99.90"), "mul_decimal")

    # --- leaves the user without a way or a word

    def poor_blank_and_footer_rows(self, run):
        self.says(run, r"accepted\s+1\b")

    def poor_contract_gap_and_status(self, run):
        for row in run.table("quarter", "contract_value", "recurring_churn"):
            self.assertEqual(float(row["recurring_churn"]), 0, run.text)
            self.assertEqual(float(row["recurring_reactivation"]), 0, run.text)
            self.assertEqual(float(row["contract_value"]), 100, run.text)

    def poor_csv_formula_and_bidi(self, run):
        self.never(run, r"(^|,)\"?=HYPERLINK")
        self.assertNotIn(b"\xe2\x80\xae", run.bytes)

    def poor_currency_decimals(self, run):
        self.says(run, r"1,235(?!\.)", r"1,234\.567")

    def poor_delivered_before_ordered(self, run):
        if "END_BEFORE_START" not in run.text:
            self.never(run, r"100\.00%")
            self.says(run, r"(?i)delivered.*before|before.*order")

    def poor_filter_empty_and_case(self, run):
        lines = dict(line.rsplit(": ", 1) for line in run.lines if ": " in line and line.startswith("country"))
        self.assertEqual(float(lines['country != ""'].split(",")[-1]), 10, run.text)
        self.assertEqual(float(lines['country = ""'].split(",")[-1]), 90, run.text)
        self.assertEqual(float(lines["country = null"].split(",")[-1]), 90, run.text)
        self.says(run, '"DE"')

    def poor_fan_out_in_mapping(self, run):
        tables = run.tables("revenue", "order_lines")
        if tables and tables[-1] and float(tables[-1][-1]["revenue"] or 0):
            self.figures(run, revenue=30, order_lines=2)
        else:
            self.says(run, r"i\.csv:2")

    def poor_fractional_quantity(self, run):
        self.says(run, r"accepted\s+1\b")

    def poor_growth_of_unfinished_month(self, run):
        self.never(run, r"-50\.00%", r"-50%")

    def poor_gz_xlsx_message(self, run):
        self.never(run, "--encoding")
        self.says(run, "(?i)excel|xlsx|zip", r"accepted\s+1\b")

    def poor_header_blank_after_quote(self, run):
        self.assertEqual(len(re.findall(r"accepted\s+\d", run.text)), 2, run.text)
        self.says(run, r"accepted\s+1\b")

    def poor_huge_error_line(self, run):
        self.assertLess(int(run.lines[-1]), 2000, run.text)

    def poor_lookalike_ids_and_groups(self, run):
        self.says(run, "written in several ways.*Turkey.*turkey", "written in several ways.*\"c\"")

    def poor_messages_without_values(self, run):
        self.says(run, r"EUR.*USD|USD.*EUR", r"2024-01-01.*2024-01-10|2024-01-10.*2024-01-01",
                  r"\b11\b.*\b0\b.*\b10\b")

    def poor_no_skip_no_header(self, run):
        self.says(run, r"accepted\s+1\b|--skip", r"--no-header")

    def poor_non_utf8_argument(self, run):
        self.assertEqual(run.codes(), [2, 2], run.text)
        self.says(run, r"--filter.*UTF-8")
        self.never(run, "INTERNAL")

    def poor_null_markers(self, run):
        self.says(run, "--null 'NULL'", re.escape("--null '\\N'"))

    def poor_parse_date_directives(self, run):
        self.never(run, "parse_date reads other forms")
        self.says(run, r"accepted\s+1\b|%a")

    def poor_previous_before_first_record(self, run):
        self.never(run, r"\b0\.00\b")
        self.says(run, "–")

    def poor_ragged_rows(self, run):
        # The second file holds the same orders again, one with a field less.
        for counts in zip(re.findall(r"accepted\s+(\d)", run.text), re.findall(r"duplicate\s+(\d)", run.text)):
            self.assertEqual(sum(map(int, counts)), 2, run.text)
        self.assertEqual(re.findall(r"rejected\s+(\d)", run.text), ["0", "0"], run.text)

    def poor_stdin_csv(self, run):
        self.says(run, r"accepted\s+1\b")  # of the second import the case shows no counts
        self.never(run, "no such file", "strata: ")

    def poor_two_digit_year(self, run):
        if not re.search(r"accepted\s+1\b", run.text):
            self.says(run, "2068-07-16")

    def poor_used_counts_twice(self, run):
        self.never(run, "used 2 records")
        self.says(run, "used 1 record")

    def poor_wrong_hints(self, run):
        self.never(run, "localhost:50051", r"\d{40}", "talk to that one")
        self.says(run, r"at least 0", r"(?i)not a (folder|directory)")


def add_cases(in_turn, beside):
    """Makes a test of every case. Those that serve on a port of their own, which is the same for all of
    them and one of which waits for more than a minute, go in turn beside the others."""
    for folder in sorted(p for p in CASES.iterdir() if p.is_dir() and p.name not in NOT_CASES):
        name = folder.name.replace("-", "_")
        serves = "--listen 127.0.0.1:50" in (folder / "run.sh").read_text()
        run = (beside if serves else in_turn).submit(Run, folder)

        def test(self, folder=folder, name=name, run=run):
            check = getattr(self, name, None)
            self.assertIsNotNone(check, f"no function says what is right for {folder.name}")
            check(run.result())

        setattr(SharedCases, f"test_{name}", test)


if __name__ == "__main__":
    if not CASES.is_dir():
        print(f"skipped: {CASES} is not there")
        sys.exit(77)
    with concurrent.futures.ThreadPoolExecutor(1) as first, \
            concurrent.futures.ThreadPoolExecutor(1) as second:
        add_cases(first, second)
        unittest.main()
