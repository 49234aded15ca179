"""The rules of page.py and run_page.py, on pages made for it: a page that lies is found out."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import page
import run_page


def console(*lines, above=""):
    return "\n".join([above, "```console", *lines, "```", ""])


class Rules(unittest.TestCase):
    def test_commands_go_on_behind_a_prompt_and_print_what_follows(self):
        block, = page.parse(console("$ cat <<E", "> a", "> E", "a", "$ true"))
        commands = block.commands()
        self.assertEqual([c.text for c in commands], ["cat <<E\na\nE", "true"])
        self.assertEqual(commands[0].expected, ["a"])
        self.assertEqual(page.render(commands), block.body)

    def test_no_block_escapes(self):
        for text in ("```\nls\n```", "```sh\nls\n```", "x\n\n    ls\n", "```console\nls\n```",
                     "<!-- not run: why -->\n\n```sh\nls\n```", "```console\n$ ls"):
            with self.subTest(text=text), self.assertRaises(page.PageError):
                for block in page.parse(text):
                    block.commands()

    def test_dots_stand_for_lines_and_for_text(self):
        self.assertTrue(page.matches(["a", "...", "d"], ["a", "b", "c", "d"]))
        self.assertTrue(page.matches(["...", "a"], ["a"]))
        self.assertTrue(page.matches(["in ... s"], ["in 0.3 s"]))
        self.assertFalse(page.matches(["a", "...", "d"], ["a", "b", "c"]))
        self.assertFalse(page.matches(["a"], ["a", "b"]))
        self.assertFalse(page.matches(["in ... s"], ["in 0.3 ms, or so"]))

    def test_an_update_leaves_out_what_was_left_out(self):
        self.assertEqual(page.refreshed(["sum 1", "...", "end 1"], ["sum 2", "x", "y", "end 2"]),
                         ["sum 2", "...", "end 2"])
        self.assertEqual(page.refreshed(["old"], ["new", "more"]), ["new", "more"])
        self.assertEqual(page.refreshed(["in ... s", "1"], ["in 7 s", "2"]), ["in ... s", "2"])


class Runs(unittest.TestCase):
    def run_text(self, text, update=False):
        """Whether the page is true, what was said of it, and the page afterwards."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "page.md"
            path.write_text(text)
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                true = run_page.run(path, pathlib.Path(folder), update)
            return true, said.getvalue(), path.read_text()

    def test_one_shell_a_page(self):
        true, said, _ = self.run_text(console("$ cd /; x=1") + console("$ pwd; echo $x", "/", "1"))
        self.assertTrue(true, said)

    def test_stale_output_is_a_fault_and_is_rewritten(self):
        text = console("$ seq 3", "1", "2")
        true, said, unchanged = self.run_text(text)
        self.assertFalse(true)
        self.assertIn("+3", said)
        self.assertEqual(unchanged, text)
        self.assertEqual(self.run_text(text, update=True)[2], console("$ seq 3", "1", "2", "3"))

    def test_a_command_fails_only_where_the_page_says_so(self):
        self.assertFalse(self.run_text(console("$ false"))[0])
        self.assertTrue(self.run_text(console("$ echo strata: no; false", "strata: no"))[0])
        self.assertFalse(self.run_text(console("$ echo strata: no", "strata: no"))[0])

    def test_files_are_there_and_what_is_not_run_is_counted(self):
        text = ("<!-- file: a/b.txt -->\n```text\nhi\n```\n" + console("$ cat a/b.txt", "hi") +
                "<!-- not run: no time -->\n```sh\nfalse\n```\n" +
                console("$ false", above="<!-- needs: no-such-program -->"))
        true, said, _ = self.run_text(text)
        self.assertTrue(true, said)
        self.assertIn("no time", said)
        self.assertIn("1 commands, 1 files, 2 blocks not run, 0 faults", said)

    def test_a_picture_is_printed_by_its_command(self):
        text = ("<!-- printed by: cat a -->\n```text\n1\n```\n" + console("$ echo 1 > a"))
        self.assertTrue(self.run_text(text)[0])
        self.assertFalse(self.run_text(text.replace("echo 1", "echo 2"))[0])

    def test_commands_in_a_block_of_text_are_a_fault(self):
        self.assertFalse(self.run_text("```text\n$ ls\n```\n")[0])


if __name__ == "__main__":
    unittest.main()
