"""What `strata completion` prints makes the shells complete; those that are not installed are left out."""

import os
import pathlib
import shutil
import subprocess
import unittest

import mini_server

BASH = """
source <(strata completion bash)
COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_strata strata
printf '%s\\n' "${{COMPREPLY[@]}}"
"""

# Of the functions of zsh's own completion, what the script calls, without a terminal.
ZSH = """
compdef() {{ :; }}
_describe() {{ print -l -- ${{${{(P)2}}%%:*}}; }}
_files() {{ print files; }}
source <(strata completion zsh)
words=({words}); CURRENT=$#words
_strata
"""

FISH = """
strata completion fish | source
complete -C "{words}" | string replace -r '\\t.*' ''
"""


class Completion(unittest.TestCase):
    def offered(self, shell, script, *flags):
        if not shutil.which(shell):
            self.skipTest(f"no {shell} on this machine")
        path = f"{pathlib.Path(mini_server.CLI).parent}:{os.environ['PATH']}"
        done = subprocess.run([shell, *flags, "-c", script], capture_output=True, text=True,
                              timeout=60, env={**os.environ, "PATH": path})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_bash(self):
        for words, offered in (("strata kpi su", ["summary"]),
                               ("strata kpi query --fi", ["--fill-empty", "--filter"]),
                               ("strata kpi list -o ''", ["table", "json", "csv"]),
                               ("strata help seg", ["segment"]), ("strata import ''", [])):
            with self.subTest(words=words):
                self.assertEqual(self.offered("bash", BASH.format(words=words), "--norc"), offered)

    def test_zsh(self):
        for words, offered in (("strata kpi su", ["summary"]), ("strata import ''", ["files"])):
            with self.subTest(words=words):
                self.assertEqual(self.offered("zsh", ZSH.format(words=words), "-f"), offered)

    def test_fish(self):
        for words, offered in (("strata kpi su", ["summary"]),
                               ("strata kpi query --fi", ["--fill-empty", "--filter"])):
            with self.subTest(words=words):
                self.assertEqual(self.offered("fish", FISH.format(words=words), "--no-config"),
                                 offered)


if __name__ == "__main__":
    mini_server.main()
