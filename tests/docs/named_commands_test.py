"""Commands and flags that the documents name in their prose (`strata kpi query --by X`) exist, as
completion knows them.

    named_commands_test.py --build build/release
"""

import argparse
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```.*?^```$", re.M | re.S)
NAMED = re.compile(r"`(strata\s[^`]+)`")


class Strata:
    def __init__(self, program):
        self.program = program

    def offered(self, *words):
        printed = subprocess.run([self.program, "__complete", *words], check=True, text=True,
                                 stdout=subprocess.PIPE).stdout
        return [line.split("\t")[0] for line in printed.splitlines()]

    def faults(self, command):
        """The words of the command line that are none of the program's."""
        words = shlex.split(command.replace("\n", " "))[1:]
        commands = True
        for i, word in enumerate(words):
            if word.startswith("--"):
                flag = word.split("=")[0]
                if flag not in self.offered(*words[:i], flag):
                    yield flag
            elif word.startswith("-") or (i and words[i - 1].startswith("-")):
                pass  # a short flag, the value of a flag
            elif commands and (known := self.offered(*words[:i], "")):
                if word not in known and word not in ("...", "VERB"):
                    yield word
            else:
                commands = False


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    strata = Strata(parser.parse_args().build.resolve() / "client" / "strata")
    found = count = 0
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md"),
                     *ROOT.glob("deploy/**/*.md")]:
        for command in NAMED.findall(BLOCK.sub("", document.read_text())):
            count += 1
            for word in strata.faults(command):
                found += 1
                print(f"{document.relative_to(ROOT)}: `{command}`: there is no {word}")
    print(f"{count} commands named, {found} faults")
    sys.exit(1 if found or not count else 0)


if __name__ == "__main__":
    main()
