"""Runs the commands of a page in one shell, from the top down, and compares what they print.

    run_page.py --build build/release README.md docs/tour.md     # by hand
    run_page.py --build build/release --update README.md         # writes what they print to the page

The folder that the commands run in looks like a checkout that was built; every page has a new one,
and a port of its own in the place of 50051. page.py says how a page is written.
"""

import argparse
import os
import pathlib
import shutil
import socket
import sys
import tempfile
import time

import page
from shell import Shell

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMAND_SECONDS = 60
PORT = "50051"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


class PageRun:
    """One page in a folder of its own."""

    def __init__(self, path, build):
        self.path = path
        self.text = path.read_text()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="strata-docs-"))
        for name in ("client", "deploy", "proto", "server", "tests"):
            (self.folder / name).symlink_to(ROOT / name)
        (self.folder / "build").mkdir()
        (self.folder / "build" / "release").symlink_to(build)
        self.port = free_port()
        # Nothing of the caller's STRATA_* leaks in; Python is the distribution's, with grpcio.
        settings = {k: v for k, v in os.environ.items() if not k.startswith("STRATA_")}
        self.shell = Shell(self.folder, {
            **settings, "PATH": f"{build}/client:{build}/server:/usr/bin:/bin:/usr/local/bin",
            "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "dumb",
            "STRATA_SERVER": f"localhost:{self.port}", "PYTHONDONTWRITEBYTECODE": "1"})
        self.commands = self.files = 0
        self.left_out, self.faults = [], []

    def close(self):
        self.shell.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self):
        """Runs all blocks; returns the page as it should be."""
        blocks = page.parse(self.text)
        for block in sorted(blocks, key=lambda b: "printed by" in b.marks):
            self.run_block(block)
        lines = self.text.split("\n")
        for block in reversed(blocks):
            start = block.line - 1
            lines[start:start + block.length] = block.body
        return "\n".join(lines)

    def run_block(self, block):
        """Leaves what was printed in the block."""
        missing = [p for p in block.marks.get("needs", "").split() if not shutil.which(p)]
        if "not run" in block.marks or missing:
            reason = block.marks.get("not run") or "no " + ", ".join(missing) + " on this machine"
            self.left_out.append(f"{self.path.name}:{block.line}: {reason}")
        elif "file" in block.marks:
            self.files += 1
            file = self.folder / block.marks["file"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.with_port("\n".join(block.body) + "\n"))
        elif "printed by" in block.marks:
            command = page.Command(block.line, block.marks["printed by"], block.body)
            self.run_command(command)
            block.body = command.expected
        elif block.language == "console":
            commands = block.commands()
            for command in commands:
                self.run_command(command)
            block.body = page.render(commands)
        elif any(line.startswith("$ ") for line in block.body):
            self.faults.append(f"{self.path.name}:{block.line}: commands stand in a block of text")

    def run_command(self, command):
        """Leaves what was printed in the command."""
        self.commands += 1
        where = f"{self.path.name}:{command.line}: $ {command.text}"
        try:
            printed, status = self.shell.run(self.with_port(command.text), COMMAND_SECONDS)
        except TimeoutError as error:
            raise RuntimeError(f"{where}\nnot done after {COMMAND_SECONDS} s: {error}") from error
        if command.text.endswith("&") and PORT in command.text:
            self.wait_for_server()
        printed = [line.replace(":" + self.port, ":" + PORT) for line in printed]
        # Blank lines that part the commands of a block belong to none.
        expected = list(command.expected)
        while expected and not expected[-1]:
            expected.pop()
        gap = command.expected[len(expected):]
        if not page.matches(expected, printed):
            self.faults.append(f"{where}\n{page.difference(expected, printed)}")
        if (status != 0) != command.fails():
            self.faults.append(f"{where}\nexit status {status}\n" + "\n".join(printed))
        command.expected = page.refreshed(expected, printed) + gap

    def wait_for_server(self):
        """A reader is slow enough; the test gives a server that was just started its time."""
        deadline = time.monotonic() + COMMAND_SECONDS
        while time.monotonic() < deadline:
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", int(self.port))) == 0:
                    return
            time.sleep(0.05)

    def with_port(self, text):
        return text.replace(PORT, self.port)


def run(path, build, update):
    """Prints what was found; returns whether the page is true."""
    running = PageRun(path, build)
    try:
        text = running.run()
    except (page.PageError, RuntimeError) as error:
        running.faults.append(f"{path.name}: {error}")
        text = running.text
    finally:
        running.close()
    for fault in running.faults:
        print(fault, end="\n\n")
    for left_out in running.left_out:
        print("not run:", left_out)
    print(f"{path.name}: {running.commands} commands, {running.files} files, "
          f"{len(running.left_out)} blocks not run, {len(running.faults)} faults")
    if update and text != running.text:
        path.write_text(text)
        print(f"{path.name}: rewritten; read the difference before you commit it")
    return not running.faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release",
                        help="a build folder [build/release]")
    parser.add_argument("--update", action="store_true",
                        help="write what the commands print into the pages")
    parser.add_argument("pages", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    true = [run(path, arguments.build.resolve(), arguments.update) for path in arguments.pages]
    sys.exit(0 if all(true) else 1)


if __name__ == "__main__":
    main()
