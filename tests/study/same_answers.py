#!/usr/bin/env python3
"""Holds two builds against each other: the same requests, every question of the contract, over the same
data; csv and json must be the same to the byte. For changes that must not change an answer.

    tests/study/same_answers.py --old OLD/build/release --new build/release

The old build makes the data (a demo, and the reference data where it stands beside the checkout); each
build serves a copy of its own. What differs is printed, with the command that shows it; exit status 1.
"""

import argparse
import concurrent.futures
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

SHARED = pathlib.Path(__file__).resolve().parents[2].parent / "shared" / "data"
IMPORTS = {
    "sales": ["internet-sales", "internet_sales"],
    "sample": ["sales-sample", "sales_data_sample/sales_data_sample.csv"],
}
INSIGHTS = [
    "concentration", "distribution", "volatility", "retention", "risk", "backtest", "indicators", "support",
    "interventions", "signals", "swot", "signals --kind emerging", "signals --kind lost",
    "retention --by country", "concentration --by country",
]


class Build:
    def __init__(self, folder):
        self.cli = folder / "client" / "strata"
        self.stratad = folder / "server" / "stratad"

    def run(self, *args):
        done = subprocess.run([self.cli, *args], capture_output=True, text=True, timeout=300)
        return done.returncode, done.stdout, done.stderr

    def serve(self, data):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.process = subprocess.Popen(
            [self.stratad, "--data-dir", data, "--listen", self.address],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            if self.run("--server", self.address, "workspace", "list")[0] == 0:
                return
            time.sleep(0.1)
        sys.exit(f"{self.stratad} does not answer")


def commands(build, workspace):
    """The words of each command after `-w WORKSPACE`."""
    def rows(*words):
        out = build.run("--server", build.address, "-w", workspace, "-o", "json", *words)[1]
        return json.loads(out)

    kpis = [row["id"] for row in rows("kpi", "list")["kpis"]]
    fields = [row["id"] for row in rows("kpi", "fields")["fields"] if row.get("groupable")]
    for kpi in kpis:
        yield f"kpi query {kpi}"
        yield f"kpi query {kpi} --by month --totals"
        yield f"kpi query {kpi} --by tier --limit 10"
        yield f"kpi explain {kpi}"
    for field in fields:
        yield f"kpi query revenue,orders,customers --by {field} --limit 50"
        yield f"kpi query tickets --by {field} --limit 50"
        yield f"segment profile tier/growth --by {field}"
    yield "kpi list"
    yield "kpi summary"
    yield "kpi summary --tracking"
    for segment in ("tier", "loyalty", "rfm", "abc"):
        yield f"segment members {segment} --limit 50"
        yield f"segment transitions {segment}"
    for words in ("segment list", "kpi fields", "segment rfm", "customer list --limit 50",
                  "customer list --filter revenue>100 --limit 20", "workspace show"):
        yield words
    for words in INSIGHTS:
        yield f"insight {words}"
    customers = build.run("--server", build.address, "-w", workspace, "-o", "json", "customer", "list",
                          "--limit", "3")[1]
    for row in json.loads(customers)["customers"]:
        yield f"customer show {row['customer']}"
        yield f"insight recommend --customer {row['customer']}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--old", type=pathlib.Path, required=True)
    parser.add_argument("--new", type=pathlib.Path, required=True)
    options = parser.parse_args()
    old, new = Build(options.old.resolve()), Build(options.new.resolve())
    with tempfile.TemporaryDirectory() as home:
        home = pathlib.Path(home)
        data = home / "old"
        made = [["demo", "-w", "demo", "--customers", "1500", "--months", "36", "--seed", "7"]]
        for workspace, (preset, folder) in IMPORTS.items():
            if (SHARED / folder).exists():
                made.append(["import", "--preset", preset, str(SHARED / folder), "-w", workspace])
        for words in made:
            status, _, error = old.run("--data-dir", str(data), *words)
            if status != 0:
                sys.exit(f"{' '.join(words)}: {error}")
        shutil.copytree(data, home / "new")
        old.serve(data)
        new.serve(home / "new")
        try:
            return compare(old, new, [words[words.index("-w") + 1] for words in made])
        finally:
            old.process.terminate()
            new.process.terminate()


def compare(old, new, workspaces):
    asked = [(workspace, form, words) for workspace in workspaces
             for words in dict.fromkeys(commands(old, workspace)) for form in ("csv", "json")]

    def ask(question):
        workspace, form, words = question
        answers = []
        for build in (old, new):
            status, out, error = build.run("--server", build.address, "-w", workspace, "-o", form,
                                           *words.split(" "))
            # Opaque, and each build's own.
            answers.append((status, re.sub(r'"nextPageToken": ".*"', "", out), error))
        return answers

    differ, answered = [], 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for question, (before, after) in zip(asked, pool.map(ask, asked)):
            answered += before[0] == 0
            if before != after:
                differ.append(question)
                print(f"differs: strata -w {question[0]} -o {question[1]} {question[2]}")
                for side, (status, out, error) in (("old", before), ("new", after)):
                    print(f"  {side}: status {status}, {len(out)} bytes; {error.strip()[:200]}")
    print(f"{len(asked)} requests, {answered} answered, {len(differ)} differ")
    return 1 if differ or answered < len(asked) / 2 else 0


if __name__ == "__main__":
    sys.exit(main())
