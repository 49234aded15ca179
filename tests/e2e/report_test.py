"""`strata report`: every section is exactly what the command under its heading prints, the plots are
there, and data that cannot carry an answer gets its reason instead of one."""

import pathlib
import re
import shlex
import unittest

import mini_server

DATA = mini_server.SHARED_DATA
SAMPLE = DATA / "sales_data_sample"
HEADING = re.compile(r"^(.+)\n-+\n\n\$ (strata .+)\n\n", re.MULTILINE)


def sections(document):
    """(heading, command, what it printed) of each section."""
    found = list(HEADING.finditer(document))
    for here, after in zip(found, found[1:] + [None]):
        text = document[here.end():after.start() if after else len(document)]
        # A part's own heading stands between the last section of one part and the first of the next.
        text = re.split(r"\n\n.+\n=+\n", text)[0]
        yield here.group(1), here.group(2), text.strip()


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = mini_server.Stratad()
        cls.addClassCleanup(cls.server.close)
        cls.folder = cls.server.home / "local"

    def run_cli(self, *args):
        result = mini_server.run_cli(*args, data_dir=self.folder)
        self.assertEqual(result.status, 0, result)
        return result.out

    def test_of_the_demo_portfolio(self):
        self.run_cli("demo", "-w", "shop", "--customers", "300", "--months", "30", "--seed", "5")
        found = list(sections(self.run_cli("-w", "shop", "report")))
        self.assertGreaterEqual(len(found), 20)
        for heading, command, text in found:
            with self.subTest(heading):
                self.assertNotIn("No answer", text)
                self.assertRegex(text, r"revision \d+, as of ")
                result = mini_server.run_cli(*shlex.split(command)[1:])
                self.assertEqual((result.status, result.out.strip()), (0, text))

    def test_a_day_of_the_past_and_a_file(self):
        self.run_cli("demo", "-w", "past", "--customers", "120", "--months", "18", "--seed", "6")
        path = pathlib.Path(self.server.home) / "report.txt"
        self.run_cli("-w", "past", "report", "--as-of", "2025-06-30", "--out", str(path))
        document = path.read_text(encoding="utf-8")
        for _, command, text in sections(document):
            self.assertIn("--as-of 2025-06-30", command)
            self.assertIn("as of 2025-06-30", text)
        self.assertNotIn("\x1b", document)
        for mark in ("█", "▁", "░", "│", "└"):  # bars, sparklines, heat maps, the Lorenz curve
            self.assertIn(mark, document)

    def test_refuses_what_it_cannot_mean(self):
        for args, word in ((["-o", "json"], "text"), (["--filter", "revenue > 1"], "--filter"),
                           (["--out", str(self.folder / "no" / "such" / "file")], "--out")):
            result = mini_server.run_cli("-w", "shop", "report", *args, data_dir=self.folder)
            self.assertEqual(result.status, 2, result)
            self.assertIn(word, result.err)

    @unittest.skipUnless(DATA.is_dir(), "the reference data does not stand beside the checkout")
    def test_sales_without_tickets_say_what_they_cannot_carry(self):
        self.run_cli("-w", "sample", "import", "--preset", "sales-sample",
                     SAMPLE / "sales_data_sample.csv")
        found = {heading: text for heading, _, text in sections(self.run_cli("-w", "sample",
                                                                              "report"))}
        self.assertNotIn("No answer", "".join(found.values()))
        self.assertIn("Gini 0.327687", found["How concentrated revenue is"])
        support = found["Whether high-revenue customers get adequate support"]
        self.assertIn("The data carry this only so far", support)


if __name__ == "__main__":
    mini_server.main()
