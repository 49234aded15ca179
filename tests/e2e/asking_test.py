"""Questions as people ask them: values in another spelling, customers by name, flags that make no
sense, currencies without cents; and what the answers are to a terminal and to a spreadsheet."""

import csv
import io
import json
import re
import shlex
import subprocess

import mini_server

# One customer a line; the order's amount stands behind. What is hostile comes through the same way
# as from any shop: names are free text.
PEOPLE = [
    ("a-1", "Meridiancrest Ltd", "United States", 10),
    ("a-2", "Nordhafen GmbH", "Germany", 20),
    ("a-3", "NORDHAFEN AG", "Germany", 40),
    ("a-4", "=HYPERLINK(\"http://x\")", "", 80),
    ("a-5", "+49 30 1234", "France", 160),
    ("a-6", "invoice\u202egpj.exe\u200b\u2066", "France", 320),
]
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
                    "\U000e0000-\U000e007f]")


def records():
    lines = []
    for id, name, country, amount in PEOPLE:
        lines.append({"customer": {"id": id, "displayName": name, "country": country}})
        lines.append({"order": {
            "id": "o-" + id, "customer": id, "orderTime": "2024-05-01T12:00:00Z",
            "status": "Shipped",
            "lines": [{"product": "@SUM(A1)", "quantity": 1, "amountMicros": amount * 10**6}]}})
    return "\n".join(json.dumps(line) for line in lines)


class Asking(mini_server.ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cli("workspace", "create", "shop")
        cls.cli("-w", "shop", "import", "--jsonl", "-", stdin=records())

    @classmethod
    def cli(cls, *args, **more):
        return mini_server.run_cli(*args, server=cls.server.address, **more)

    def ask(self, *args, status=0):
        result = self.cli("-w", "shop", *args)
        self.assertEqual(result.status, status, result)
        return result

    def revenue(self, filter):
        result = self.ask("-o", "csv", "kpi", "query", "revenue", "--filter", filter)
        return float(result.out.splitlines()[-1]), result.err

    def test_not_known_in_the_words_of_other_languages(self):
        unknown, all_of_them = 80, sum(amount for *_, amount in PEOPLE)
        for filter in ('country = ""', "country = null", "NOT country:*"):
            self.assertEqual(self.revenue(filter)[0], unknown, filter)
        for filter in ('country != ""', "country != NULL", "country:*"):
            self.assertEqual(self.revenue(filter)[0], all_of_them - unknown, filter)

    def test_a_text_that_nobody_has_is_told_wherever_a_filter_is_taken(self):
        note = ('no customer has country = "US"; nearest: "United States" (1 customer)')
        amount, told = self.revenue('country = "US"')
        self.assertEqual(amount, 0)
        self.assertIn(note, told)
        asked = ["--filter", 'country = "US"']
        for command in (["kpi", "query", "revenue", *asked], ["kpi", "summary", *asked],
                        ["kpi", "explain", "revenue", *asked],
                        ["customer", "list", *asked], ["segment", "members", *asked],
                        ["segment", "profile", *asked], ["segment", "rfm", *asked],
                        ["segment", "transitions", "tier", *asked],
                        ["segment", "check", 'country = "US"'],
                        ["insight", "concentration", *asked], ["insight", "retention", *asked],
                        ["insight", "recommend", *asked], ["insight", "swot", *asked]):
            result = self.ask(*command)
            self.assertIn(note, result.out + result.err, result)
        self.assertIn('no order has status = "shipped"; nearest: "Shipped"',
                      self.revenue("status = shipped")[1])
        amount, told = self.revenue('country = "Germany"')
        self.assertEqual(amount, 60)
        self.assertNotIn("nearest", told)

    def test_words_of_sql_are_pointed_at(self):
        for filter, position, write in (
                ("country LIKE 'Ger%'", 8, 'country = "text*"'), ("country == Germany", 8, "write ="),
                ("country IN ('a')", 8, "OR country"), ("Country = Germany", 0, "country"),
                ("country = United States", 17, '"United States"'),
                ("country = Germany and orders > 1", 18, "write AND in capitals")):
            result = self.ask("kpi", "query", "revenue", "--filter", filter, status=2)
            self.assertIn(f"at position {position}: ", result.err, result)
            self.assertIn(write, result.err, result)

    def test_customers_are_found_by_name(self):
        for text, id in (("a-1", "a-1"), ("Meridiancrest", "a-1"), ("nordhafen gmbh", "a-2"),
                         ("crest", "a-1"), ("A-3", "a-3")):
            result = self.ask("-o", "json", "customer", "show", text)
            self.assertEqual(json.loads(result.out)["customer"]["id"], id, text)
            self.assertEqual("found by name" in result.err, text != id, result)
        several = self.ask("customer", "show", "nordhafen", status=3)
        self.assertIn("a-2 \"Nordhafen GmbH\", a-3 \"NORDHAFEN AG\"", several.err)
        near = self.ask("customer", "show", "Nordhaven GmbH", status=3)
        self.assertIn("nearest by name: a-2", near.err)
        listed = self.ask("-o", "csv", "customer", "list", "--name", "NORDHAFEN")
        self.assertEqual([row[0] for row in csv.reader(io.StringIO(listed.out))][1:],
                         ["a-2", "a-3"])

    def test_csv_is_harmless_unless_it_shall_be_exact(self):
        rows = list(csv.reader(io.StringIO(self.ask("-o", "csv", "customer", "list").out)))
        self.assertEqual([row[1] for row in rows[4:]], [
            "'=HYPERLINK(\"http://x\")", "'+49 30 1234",
            "invoice\\u{202e}gpj.exe\\u{200b}\\u{2066}"])
        rows = list(csv.reader(io.StringIO(
            self.ask("-o", "csv", "--raw", "customer", "list").out)))
        self.assertEqual([row[1] for row in rows[1:]], [name for _, name, *_ in PEOPLE])
        by_product = self.ask("-o", "csv", "kpi", "query", "revenue", "--by", "product").out
        self.assertIn("'@SUM(A1),630", by_product)

    def test_nothing_unseen_reaches_a_terminal(self):
        (self.server.home / "report.txt").unlink(missing_ok=True)
        for command in (["customer", "list"], ["customer", "show", "a-6"],
                        ["kpi", "query", "revenue", "--by", "display_name"],
                        ["kpi", "explain", "revenue"], ["segment", "members"],
                        ["segment", "rfm", "--customers"], ["insight", "swot"],
                        ["insight", "interventions"], ["customer", "list", "-o", "json"],
                        ["customer", "show", "a\u202e\x1b[2J"],
                        ["kpi", "query", "revenue", "--filter", "x\u202e = \x1b[2J"],
                        ["report", "--out", self.server.home / "report.txt"]):
            result = self.cli("-w", "shop", *command)
            seen = UNSEEN.findall((result.out + result.err).replace("\n", ""))
            self.assertEqual(seen, [], result)
        report = (self.server.home / "report.txt").read_text()
        self.assertEqual(UNSEEN.findall(report.replace("\n", "")), [])

    def test_flags_say_what_they_take(self):
        for arguments, told in (
                (["kpi", "query", "revenue", "--limit", "-1"], "--limit: -1 is too small: at least 0"),
                (["kpi", "query", "revenue", "--limit", "9" * 30], "--limit: "),
                (["customer", "show", "a-1", "--orders", "0"], "at least 1"),
                (["insight", "backtest", "--quarters", "0"], "at least 1"),
                (["insight", "distribution", "--top", "1.5"], "above 0, at most 1"),
                (["-w", "", "workspace", "show"], "--workspace is empty"),
                (["customer", "show", ""], "id is empty"),
                (["customer", "list", "--name", ""], "--name is empty"),
                (["kpi", "query", "revenue", "--as-of", "yesterday"], "as_of"),
                (["kpi", "query", "revenu"], "revenue"),
                (["segment", "members", "teir"], "tier")):
            result = self.cli(*([] if arguments[0] == "-w" else ["-w", "shop"]), *arguments)
            self.assertIn(result.status, (2, 3), result)
            self.assertIn(told, result.err, result)
            self.assertNotRegex(result.err, r"\d{100}")

    def test_arguments_are_utf8(self):
        for arguments, name in (
                ([b"kpi", b"query", b"revenue", b"--filter", b"country = \"\xff\""], "--filter"),
                ([b"customer", b"show", b"\xff"], "id"),
                ([b"-w", b"\xc3", b"workspace", b"show"], "--workspace"),
                ([b"kpi", b"query", b"revenue", b"--by", b"a\xed\xa0\x80"], "--by")):
            workspace = [] if arguments[0] == b"-w" else ["-w", "shop"]
            result = subprocess.run(
                [mini_server.CLI, "--server", self.server.address, *workspace, *arguments],
                capture_output=True, timeout=60)
            self.assertEqual(result.returncode, 2, result)
            self.assertIn(f"{name} is not UTF-8".encode(), result.stderr)

    def test_currencies_print_their_own_decimals(self):
        # ISO 4217: the yen has no minor unit, the dinar of Kuwait a thousandth.
        order = json.dumps({"order": {
            "id": "o", "customer": "c", "orderTime": "2024-05-01T12:00:00Z", "status": "Shipped",
            "lines": [{"quantity": 1, "amountMicros": 9_876_567_400}]}})
        for code, pretty in (("JPY", "9,877"), ("KWD", "9,876.567"), ("USD", "9,876.57")):
            workspace = "in-" + code.lower()
            self.cli("workspace", "create", workspace, "--currency", code)
            self.cli("-w", workspace, "import", "--jsonl", "-", stdin=order)
            table = self.cli("-w", workspace, "kpi", "query", "revenue")
            self.assertRegex(table.out, rf"(?m)^ *{re.escape(pretty)}$", table)
            figures = self.cli("-w", workspace, "-o", "csv", "kpi", "query", "revenue")
            self.assertEqual(figures.out.splitlines()[-1], "9876.5674")
            page = self.cli("-w", workspace, "customer", "show", "c", "--orders", "5")
            self.assertEqual(set(re.findall(r"9,87[67][.0-9]*", page.out)), {pretty}, page)


class Examples(mini_server.ServerTest):
    """Every example of a help text that reads is run as it stands there, on the demo."""

    CHANGE = {"workspace", "import", "demo"}
    # What an example needs that the demo has not: segments and streams of somebody's own.
    OWN = ("at-risk", "segment:value", "sleepers")

    def commands(self, *path):
        text = mini_server.run_cli(*path, "--help").out
        verbs = re.search(r"(?ms)^Subcommands:\n(.*?)(?:\n\n|\Z)", text)
        if verbs is None:
            return [(path, text)]
        names = re.findall(r"(?m)^  (\S+) ", verbs.group(1))
        return [found for name in names for found in self.commands(*path, name)]

    def test_every_command_has_an_example_and_it_works(self):
        made = mini_server.run_cli("-w", "demo", "demo", server=self.server.address)
        self.assertEqual(made.status, 0, made)
        run = 0
        for path, text in self.commands():
            example = re.search(r"(?s)Example:\n(.*?)\n\n", text)
            self.assertIsNotNone(example, path)
            for line in re.findall(r"(?m)^  (strata .*)$", example.group(1)):
                words = shlex.split(re.sub(r" > \S+\.csv$", "", line))
                changes = path[0] in self.CHANGE or set(path) & {
                    "create", "update", "delete", "erase", "watch", "stream"}
                if changes or "--data-dir" in words or any(word.startswith(self.OWN) for word in words):
                    continue
                if "--out" in words:
                    words[words.index("--out") + 1] = str(self.server.home / "report.txt")
                result = mini_server.run_cli("-w", "demo", *words[1:], server=self.server.address)
                self.assertEqual(result.status, 0, result)
                for nothing in ("nearest:", "do not exist", "used 0 customers"):
                    self.assertNotIn(nothing, result.out + result.err, result)
                run += 1
        self.assertGreater(run, 15)


if __name__ == "__main__":
    mini_server.main()
