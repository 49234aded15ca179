"""How far warnings, emerging accounts, lost customers and newcomers keep the stated rate, and how many
they find, on portfolios with many new and many lost customers.

For each seed: makes a portfolio whose truth is known by construction (planted.py), imports it, asks
the CLI once, and compares at each stated rate. Prints markdown tables; docs/insights.md shows them.

    new_and_lost.py --cli build/release/client/strata [--seeds 1-10] [--without stopped]
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import planted

RATES = (0.05, 0.1, 0.2)
STRATEGIC_BP = 1000

# For each kind of signal: which kinds of customers make it right.
RIGHT = {
    "warning": planted.DECLINING,
    "emerging": ("emerging",),
    "lost": ("lost",),
    "new": planted.NEWCOMERS,  # whose true monthly amount is above the threshold
}
# Right when it is listed, but not required: who left within the border may be silent beyond it.
ALSO_RIGHT = {"lost": ("leaving",)}
NAMES = {"SIGNAL_KIND_EARLY_WARNING": "warning", "SIGNAL_KIND_EMERGING": "emerging",
         "SIGNAL_KIND_LOST": "lost", "SIGNAL_KIND_NEW": "new"}


def run(cli, folder, *args):
    done = subprocess.run([cli, "--data-dir", folder, "-w", "study", *map(str, args)],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"strata {' '.join(map(str, args))}\n{done.stderr}")
    return done.stdout


class Answer:
    """What the CLI said of one portfolio: by kind, each customer with the rate at which it is listed."""

    def __init__(self, cli, folder, customers, kinds):
        self.customers = customers
        run(cli, folder, "workspace", "create", "study", "--strategic-share-bp", STRATEGIC_BP)
        run(cli, folder, "import", "--jsonl", pathlib.Path(folder) / "orders.jsonl")
        answer = json.loads(run(cli, folder, "-o", "json", "insight", "signals", "--kind",
                                ",".join(kinds), "--fdr", max(RATES), "--limit", 10000))
        self.listed = collections.defaultdict(dict)
        self.threshold = None
        for signal in answer.get("signals", []):
            name, evidence = NAMES[signal["kind"]], signal["evidence"]
            q = min(one.get("q", 0) for one in evidence)
            best = self.listed[name].setdefault(signal["customer"], q)
            self.listed[name][signal["customer"]] = min(best, q)
            if name == "new":
                money = evidence[0]["expected"]["money"]
                self.threshold = int(money.get("units", 0)) + money.get("nanos", 0) / 1e9

    def right(self, name):
        right = {who for who, one in self.customers.items() if one.kind in RIGHT[name]}
        if name == "new":
            right = {who for who in right if self.threshold is not None and
                     self.customers[who].monthly_amount() > self.threshold}
        return right

    def judge(self, name, rate):
        listed = {who for who, q in self.listed[name].items() if q <= rate}
        right = self.right(name)
        also = ALSO_RIGHT.get(name, ())
        wrong = collections.Counter(self.customers[who].kind for who in listed - right
                                    if self.customers[who].kind not in also)
        found = collections.Counter(self.customers[who].kind for who in listed & right)
        there = collections.Counter(self.customers[who].kind for who in right)
        return Verdict(len(listed), wrong, found, there)


class Verdict:
    def __init__(self, listed=0, wrong=(), found=(), there=()):
        self.listed = listed
        self.wrong, self.found = collections.Counter(wrong), collections.Counter(found)
        self.there = collections.Counter(there)

    def __iadd__(self, other):
        self.listed += other.listed
        self.wrong += other.wrong
        self.found += other.found
        self.there += other.there
        return self

    @property
    def proportion(self):
        return sum(self.wrong.values()) / max(1, self.listed)

    @property
    def power(self):
        return sum(self.found.values()) / max(1, sum(self.there.values()))


def study(cli, seed, customers, kinds, without=()):
    """The answer over one portfolio."""
    with tempfile.TemporaryDirectory(prefix="strata-study-") as folder:
        made = planted.make(seed, customers, pathlib.Path(folder) / "orders.jsonl", without)
        return Answer(cli, folder, made, kinds)


def pool(answers, name, rate):
    """The verdicts of all portfolios together, and the proportions of each."""
    total, proportions = Verdict(), []
    for answer in answers:
        verdict = answer.judge(name, rate)
        total += verdict
        proportions.append(verdict.proportion)
    return total, proportions


def table(answers, kinds):
    print("| kind | stated rate | listed | wrong | false-discovery proportion, mean of seeds | found "
          "of planted | wrong ones are | found by kind |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | --- | --- |")
    for name in kinds:
        for rate in RATES:
            total, proportions = pool(answers, name, rate)
            wrong = "; ".join(f"{n} {kind}" for kind, n in total.wrong.most_common()) or "–"
            found = "; ".join(f"{total.found[kind]} of {n} {kind}"
                              for kind, n in sorted(total.there.items()))
            print(f"| {name} | {rate:g} | {total.listed} | {sum(total.wrong.values())} | "
                  f"{sum(proportions) / len(proportions):.3f} | {100 * total.power:.0f}% | {wrong} | "
                  f"{found} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", default=os.environ.get("STRATA_CLI", "strata"))
    parser.add_argument("--seeds", default="1-10")
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--kinds", default="warning,emerging,lost,new")
    parser.add_argument("--without", default="", metavar="KIND,...",
                        help="plant stable customers instead of these")
    arguments = parser.parse_args()
    kinds = arguments.kinds.split(",")
    first, _, last = arguments.seeds.partition("-")
    without = arguments.without.split(",") if arguments.without else ()
    answers = [study(arguments.cli, seed, arguments.customers, kinds, without)
               for seed in range(int(first), int(last or first) + 1)]
    print(f"{len(answers)} portfolios (seeds {arguments.seeds}) of {len(answers[0].customers)} "
          "customers each: " + ", ".join(f"{n} {kind}" for kind, n in
                                         planted.counts(answers[0].customers).items()) + ".\n")
    table(answers, kinds)


if __name__ == "__main__":
    main()
