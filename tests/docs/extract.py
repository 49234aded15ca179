"""Prints a file that a page shows, or what it says that a command prints; for tests of such programs.

    extract.py README.md cpp/revenue.cc
    extract.py README.md --printed 'python3 revenue.py'
"""

import argparse
import pathlib
import sys

import page


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("name")
    parser.add_argument("--printed", action="store_true")
    arguments = parser.parse_args()
    for block in page.parse(arguments.page.read_text()):
        if block.marks.get("file") == arguments.name and not arguments.printed:
            print("\n".join(block.body))
            return
        if block.language != "console" or "not run" in block.marks or not arguments.printed:
            continue
        for command in block.commands():
            if command.text == arguments.name:
                print("\n".join(command.expected).rstrip("\n"))
                return
    sys.exit(f"{arguments.page} has no {arguments.name}")


if __name__ == "__main__":
    main()
